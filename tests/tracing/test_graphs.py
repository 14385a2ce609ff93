"""Graphs: gradients, comparison, networkx."""

import gc
import weakref

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_cnn as ag
import viz
from autograd_cnn.pytrees import flatten

from .programs import arrays, program, steps


@settings(max_examples=30, deadline=None)
@given(steps, st.integers(0, 1000))
def test_the_gradient_graph_computes_the_eager_gradient(choices, seed):
    fn = program(choices)
    given_arrays = [np.nan_to_num(a, posinf=2.0, neginf=-2.0) for a in arrays(seed)]
    weigh = lambda x, y: sum((r * r).sum() for r in fn(x, y))
    tensors = [ag.tensor(a, requires_grad=True) for a in given_arrays]
    with np.errstate(all="ignore"):
        weigh(*tensors).backward()
        graph = ag.trace(weigh, *given_arrays).gradient((0, 1))
        found = graph(*given_arrays)
    for tensor, gradient in zip(tensors, found, strict=True):
        want = np.zeros((2, 3), np.float32) if tensor.grad is None else tensor.grad.numpy()
        np.testing.assert_array_equal(gradient.numpy(), want)


def test_cotangents_are_an_argument() -> None:
    graph = ag.trace(lambda x: {"y": x * x, "n": 3}, ag.Abstract((2,)))
    gradient = graph.gradient(cotangents=True)
    assert [v.name for v in gradient.inputs] == ["x", "cotangent0"]
    x, g = ag.tensor([1.0, 2.0]), ag.tensor([10.0, 1.0])
    assert gradient(x, {"y": g, "n": 3}).numpy().tolist() == [20.0, 4.0]


def test_second_order() -> None:
    graph = ag.trace(lambda x: x * x * x, 1.0)
    assert graph.gradient().gradient()(2.0).item() == 12.0


def test_gradient_by_a_tree() -> None:
    graph = ag.trace(lambda p, n: (p["w"] * p["b"]).sum() * n, {"w": np.ones(2, np.float32), "b": 2.0}, 3)
    found = graph.gradient()({"w": np.ones(2, np.float32), "b": 2.0}, 3)
    assert found["w"].numpy().tolist() == [6.0, 6.0]
    assert found["b"].item() == 6.0


def test_equal_means_the_same_operations_whatever_the_names() -> None:
    first = ag.trace(lambda x: ag.exp(x) * 2.0, 1.0)
    second = ag.trace(lambda other: 2.0 * ag.exp(other), 5.0)
    third = ag.trace(lambda value: ag.exp(value) * 2.0, 3.0)
    assert first == third
    assert hash(first) == hash(third)
    assert first.fingerprint == third.fingerprint
    assert first != second
    assert first != "graph"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda x: x * 0.0, lambda x: x * -0.0),
        (lambda x: x * 1.0, lambda x: x * 1),
        (lambda x: x + ag.tensor([1.0]), lambda x: x + ag.tensor([2.0])),
        (lambda x: x.sum(), lambda x: x.sum(keepdims=True)),
        (lambda x: (x, x), lambda x: [x, x]),
        (lambda x: (x, 1), lambda x: (x, 2)),
        (lambda x: x - x * 2.0, lambda x: x * 2.0 - x),
    ],
)
def test_different_graphs_differ(one, other) -> None:
    assert ag.trace(one, ag.Abstract((1,))) != ag.trace(other, ag.Abstract((1,)))


def test_nan_constants_are_equal_to_themselves() -> None:
    fn = lambda x: x + np.float32([np.nan])
    assert ag.trace(fn, 1.0) == ag.trace(fn, 1.0)


def test_networkx() -> None:
    c = ag.tensor([3.0], name="c")
    graph = ag.trace(lambda x: (x * x) + c, ag.Abstract((1,))).to_networkx()
    assert isinstance(graph, nx.MultiDiGraph)
    assert sorted(graph.edges(keys=True)) == [
        ("c", "v1", 1),
        ("v0", "v1", 0),
        ("v1", "result 0", 0),
        ("x", "v0", 0),
        ("x", "v0", 1),
    ]
    assert graph.nodes["v0"]["op"] == "multiply"
    assert graph.edges["x", "v0", 1]["argument"] == "y"
    assert nx.is_directed_acyclic_graph(graph)
    "".join(nx.generate_graphml(graph))


def test_graphs_cannot_be_written_to() -> None:
    graph = ag.trace(lambda x: ag.sum(x, axis=0), ag.Abstract((2, 2)))
    with pytest.raises(AttributeError):
        graph.entries = ()
    with pytest.raises(TypeError):
        graph.entries[0].settings["axis"] = (1,)


def test_lenet_training_step_is_the_eager_one_bit_for_bit() -> None:
    rng = np.random.default_rng(0)
    net = ag.models.LeNet5(rng=rng)
    images = rng.standard_normal((4, 1, 32, 32)).astype(np.float32)
    labels = np.array([1, 0, 9, 3])
    names = [name for name, _ in net.named_parameters()]

    def step(images, labels):
        loss = ag.cross_entropy(net(images), labels)
        return loss, dict(zip(names, ag.gradients(loss, net.parameters()), strict=True))

    loss, eager = step(ag.tensor(images), ag.tensor(labels))
    graph = ag.trace(step, images, labels)
    for found in (graph, graph.simplify(), ag.Graph.from_json(graph.to_json())):
        value, gradients = found(images, labels)
        assert value.numpy().tobytes() == loss.numpy().tobytes()
        for name in names:
            assert gradients[name].numpy().tobytes() == eager[name].numpy().tobytes(), name
    assert any(entry.primitive.name == "max_unpool" for entry in graph.entries)


def test_a_recording_of_a_graph_has_lines_scopes_and_origins() -> None:
    net = ag.nn.Sequential(first=ag.nn.Dense(3, 1, rng=np.random.default_rng(0)))
    graph = ag.trace(ag.grad(lambda x: net(x).sum()), ag.Abstract((1, 3)))
    nodes = graph.recording().nodes
    assert [node.primitive.name for node in nodes] == [
        entry.primitive.name for entry in graph.simplify(["unused"]).entries
    ]
    origins = [node.origin for node in nodes if node.origin is not None]
    assert origins
    assert all(origin.why == "rule" for origin in origins)
    assert all("net(x).sum()" in node.line.text for node in nodes if node.origin is not None)
    assert "max_pool" in viz.draw(ag.trace(lambda x: ag.max_pool2d(x, 2), ag.Abstract((1, 1, 4, 4)))).text


def wave(x):
    return (ag.sin(x) * x).sum()


@pytest.mark.parametrize(
    "transformed",
    [
        ag.hessian(wave),
        ag.jacobian(lambda x: x * x),
        ag.value_and_grad(wave),
        ag.grad(ag.checkpoint(wave)),
        lambda x: ag.hvp(wave, [x], [x]),
        lambda x: np.exp(x) + np.concatenate([x, x])[:4],
    ],
    ids=["hessian", "jacobian", "value_and_grad", "checkpoint", "hvp", "numpy"],
)
def test_transforms_are_captured_bit_for_bit(transformed) -> None:
    x = np.linspace(0.1, 1.0, 4).astype(np.float32)
    graph = ag.trace(transformed, x)
    eager = flatten(transformed(ag.tensor(x)))[0]
    for found in (graph, graph.simplify(debug=True)):
        for a, b in zip(flatten(found(x))[0], eager, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_no_cycle_keeps_a_trace_alive() -> None:
    def traced():
        w = ag.tensor([1.0, 2.0])
        alive = weakref.ref(w)
        ag.trace(ag.grad(lambda x: (x * w).sum()), ag.Abstract((2,)))
        return alive

    gc.disable()
    try:
        assert traced()() is None
    finally:
        gc.enable()
