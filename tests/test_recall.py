"""Forward values after the fact."""

import numpy as np

import autograd_cnn as ag
from autograd_cnn._recall import recall


def test_what_was_kept_is_given_and_what_was_not_is_computed_again() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    total = x + 1.0
    product = total * total
    assert recall(total.node).tolist() == [2.0, 3.0]
    assert recall(product.node).tolist() == [4.0, 9.0]


def test_switches_can_be_recalled() -> None:
    x = ag.tensor(np.arange(16.0).reshape(1, 1, 4, 4), requires_grad=True)
    y = ag.max_pool2d(x, 2)
    assert recall(y.node, 1).tolist() == [[[[3, 3], [3, 3]]]]


def test_long_chains_need_no_recursion() -> None:
    x = ag.tensor([0.0], requires_grad=True)
    y = x
    for _ in range(5000):
        y = y + 1.0
    assert recall(y.node).tolist() == [5000.0]


def test_a_value_that_is_gone_is_not_invented() -> None:
    w = ag.tensor([1.0], requires_grad=True)
    constant = ag.tensor([5.0])
    y = w + constant
    assert recall(y.node).tolist() == [6.0]
    del constant
    assert recall(y.node) is None


def test_a_leaf_assigned_since_is_not_mistaken_for_the_old_one() -> None:
    w = ag.tensor([1.0], requires_grad=True)
    y = w + 1.0
    w.assign_([7.0])
    assert recall(y.node) is None


def test_a_constant_assigned_since_is_another_one() -> None:
    c, w = ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0], requires_grad=True)
    loss = (w * c).sum()
    c.assign_([100.0, 200.0])
    graph = ag.gradient_graph(loss)
    assert graph.gradients[w].numpy().tolist() == [1.0, 2.0]
    assert graph.value(graph.nodes[-1]) is None
    assert (w * c).node.inputs[1] is not loss.node.inputs[0].inputs[1]
