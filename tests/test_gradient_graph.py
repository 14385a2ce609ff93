"""The gradient as a graph: linked to the forward one, equal to the backward pass, free of side effects."""

import numpy as np
import pytest

import autograd_cnn as ag


def small_network() -> tuple[ag.nn.Sequential, ag.Tensor]:
    rng = np.random.default_rng(0)
    net = ag.nn.Sequential(
        conv=ag.nn.Conv2d(1, 2, 3, rng=rng),
        act=ag.nn.ReLU(),
        pool=ag.nn.MaxPool2d(2),
        flat=ag.nn.Flatten(),
        out=ag.nn.Dense(8, 3, rng=rng),
    )
    return net, ag.cross_entropy(net(rng.standard_normal((2, 1, 6, 6)).astype(np.float32)), [0, 2])


def test_every_gradient_node_names_its_forward_node_and_reason() -> None:
    _, loss = small_network()
    graph = ag.gradient_graph(loss)
    forward = set(graph.forward.nodes)
    assert all(node.origin.node in forward for node in graph.nodes)
    by_row: dict[str, list[str]] = {}
    for node in graph.nodes:
        by_row.setdefault(node.origin.node.primitive.name, []).append(node.primitive.name)
    assert by_row["max_pool"] == ["max_unpool"]
    assert by_row["relu"] == ["relu_gate"]
    assert by_row["conv"] == ["conv_weight_gradient", "sum"]
    assert by_row["dense"] == ["matmul", "transpose", "matmul", "sum"]


def test_gradients_equal_the_backward_pass_which_it_leaves_possible() -> None:
    net, loss = small_network()
    graph = ag.gradient_graph(loss)
    assert all(p.grad is None for p in net.parameters())
    loss.backward()
    assert set(graph.gradients) == set(net.parameters())
    for p, g in graph.gradients.items():
        assert p.grad is not None
        np.testing.assert_array_equal(g.numpy(), p.grad.numpy())


def test_fan_out_sums_and_un_broadcasts_are_told_apart() -> None:
    x = ag.tensor([[1.0], [2.0]], requires_grad=True)
    y = x * np.ones((2, 3)) + x  # float64 now, so x's part is cast back too
    reasons = [node.origin.why for node in ag.gradient_graph(y.sum()).nodes]
    assert reasons.count("fan-out sum") == 1
    assert reasons.count("un-broadcast") == 2
    assert reasons.count("cast") == 2


def test_cotangents_of_forward_nodes() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3.0
    z = y * y
    graph = ag.gradient_graph(z.sum())
    assert graph.cotangents[y.node].numpy().tolist() == [6.0, 12.0]
    assert graph.cotangents[z.node].numpy().tolist() == [1.0, 1.0]
    assert graph.seeds[0].numpy().tolist() == 1.0


def test_values_are_kept_or_computed_again() -> None:
    _net, loss = small_network()
    graph = ag.gradient_graph(loss)
    for node in graph.forward.nodes:
        value = graph.value(node)
        assert value is not None
        assert value.shape == node.shape
    assert graph.value(graph.forward.nodes[-1]).item() == pytest.approx(loss.item())


def test_a_graph_of_second_order_can_be_taken() -> None:
    x = ag.tensor([2.0], requires_grad=True)
    (g,) = ag.gradients((x * x * x).sum(), x, create_graph=True)
    graph = ag.gradient_graph(g.sum())
    assert graph.gradients[x].item() == 12.0


def test_freed_and_untracked_graphs_are_refused() -> None:
    _, loss = small_network()
    loss.backward()
    with pytest.raises(ag.FreedGraphError):
        ag.gradient_graph(loss)
    with pytest.raises(ag.NoGradientError):
        ag.gradient_graph(ag.tensor([1.0]))


def test_shapes_alone_have_the_same_gradient_graph():
    def graph_of(image):
        pooled = ag.max_pool2d(ag.relu(ag.conv2d(image, weight)), 2)
        return ag.gradient_graph((pooled * pooled).sum())

    weight = ag.tensor(np.ones((2, 1, 3, 3), np.float32), requires_grad=True)
    real = graph_of(ag.tensor(np.ones((1, 1, 8, 8), np.float32)))
    with ag.shapes_only():
        image = ag.abstract_tensor((1, 1, 8, 8), name="image")
        abstract = graph_of(image)
    assert [(n.primitive.name, n.shapes) for n in abstract.nodes] == [
        (n.primitive.name, n.shapes) for n in real.nodes
    ]
    assert not ag.has_values(image)
    assert image.name == "image"
    with pytest.raises(ag.errors.AbstractValueError, match="no values"):
        image.numpy()
