"""Hooks on tensors, nodes and modules."""

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.errors import NoGradientError, RuleError

A = np.array([1.0, 2.0, 3.0])


def test_a_leafs_hook_sees_the_whole_gradient_once_and_may_change_it():
    x = ag.tensor(A, requires_grad=True)
    seen = []
    handle = x.register_hook(lambda g: seen.append(g.data.copy()))
    double = x.register_hook(lambda g: 2 * g)
    (x * x).sum().backward()
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0], 2 * A)
    np.testing.assert_array_equal(x.grad.data, 4 * A)
    handle.remove()
    handle.remove()
    double.remove()
    x.grad = None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, 2 * A)
    assert len(seen) == 1


def test_a_computed_tensors_hook_changes_what_flows_on():
    x = ag.tensor(A, requires_grad=True)
    y = x * 3.0
    with y.register_hook(lambda g: g * ag.tensor([0.0, 1.0, 1.0])):
        (y * y).sum().backward(retain_graph=True)
        np.testing.assert_array_equal(x.grad.data, [0.0, 36.0, 54.0])
    (g,) = ag.gradients((y * y).sum(), x)
    np.testing.assert_array_equal(g.data, 18 * A)


def test_hooks_work_under_create_graph():
    x = ag.tensor(A, requires_grad=True)
    x.register_hook(lambda g: g * x)
    (g,) = ag.gradients((x * x).sum(), x, create_graph=True)
    np.testing.assert_array_equal(g.data, 2 * A * A)
    (second,) = ag.gradients(g.sum(), x)
    np.testing.assert_array_equal(second.data, 4 * A * A)  # the hook again, on 4 x


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_nodes_hook_sees_its_parts_and_may_change_them(create_graph):
    x, w = (ag.tensor(A, requires_grad=True) for _ in range(2))
    y = x * w
    seen = []

    def hook(node, cotangent, parts):
        seen.append((node.primitive.name, cotangent.data.tolist(), [p.data.tolist() for p in parts]))
        return parts[0] * 10, parts[1]

    y.node.register_hook(hook)
    gx, gw = ag.gradients(y.sum(), [x, w], create_graph=create_graph)
    assert seen == [("multiply", [1.0, 1.0, 1.0], [A.tolist(), A.tolist()])]
    np.testing.assert_array_equal(gx.data, 10 * A)
    np.testing.assert_array_equal(gw.data, A)


def test_module_hooks_before_after_and_behind():
    net = ag.nn.Sequential(ag.nn.ReLU(), ag.nn.Tanh() if hasattr(ag.nn, "Tanh") else ag.nn.Sigmoid())
    relu = next(m for _, m in net.named_modules() if isinstance(m, ag.nn.ReLU))
    calls = []
    before = relu.register_forward_pre_hook(lambda m, inputs: (inputs[0] * 2,))
    after = relu.register_forward_hook(lambda m, inputs, out: calls.append((m, out.data.tolist())))
    behind = relu.register_backward_hook(lambda m, g: calls.append((m, g.shape)))
    x = ag.tensor([-1.0, 1.0], requires_grad=True)
    net(x).sum().backward()
    assert calls == [(relu, [0.0, 2.0]), (relu, (2,))]
    for handle in (before, after, behind):
        handle.remove()
    net(x).sum().backward()
    assert len(calls) == 2


def test_a_hooks_output_replaces_the_modules():
    relu = ag.nn.ReLU()
    with relu.register_forward_hook(lambda m, inputs, out: out + 1):
        assert relu(ag.tensor(-1.0)).item() == 1.0


def test_refusals():
    x = ag.tensor(A, requires_grad=True)
    with pytest.raises(NoGradientError, match="wants no gradient"):
        ag.tensor(A).register_hook(print)
    x.register_hook(lambda g: g.sum())
    with pytest.raises(RuleError, match=r"(?s)own shape.*a Tensor of shape \(3,\), or None"):
        (x * x).sum().backward()
    y = ag.tensor(A, requires_grad=True) * 2.0
    y.node.register_hook(lambda node, g, parts: (parts[0],))
    with pytest.raises(RuleError, match="a part for each input that wants one"):
        y.sum().backward()
