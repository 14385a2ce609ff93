"""Node, Source, Graph, scopes and lines: what pictures and messages live on."""

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn._graph import ancestors
from autograd_cnn._modes import MODE


def test_a_node_keeps_what_its_rules_name_and_nothing_else() -> None:
    x, w = (ag.tensor(np.ones((2, 2)), requires_grad=True, name=n) for n in "xw")
    assert [(v.name, v.is_output, v.nbytes) for v in (x * w).node.saved] == [
        ("y", False, 32),
        ("x", False, 32),
    ]
    assert (x + w).node.saved == ()
    assert [(v.name, v.is_output) for v in ag.exp(x).node.saved] == [("out", True)]
    assert [v.name for v in (x * np.ones(2)).node.saved] == ["y"]
    assert [(v.name, v.nbytes) for v in (x * 2.0).node.saved] == [("y", 0)]


def test_the_first_convolution_keeps_no_weight() -> None:
    image, weight = np.ones((1, 1, 4, 4)), ag.tensor(np.ones((1, 1, 2, 2)), requires_grad=True)
    assert [v.name for v in ag.conv2d(image, weight).node.saved] == ["x"]


def test_max_pool_keeps_one_byte_a_window() -> None:
    x = ag.tensor(np.ones((1, 16, 10, 10), np.float32), requires_grad=True)
    (switches,) = ag.max_pool2d(x, 2).node.saved
    assert (switches.name, switches.array.dtype, switches.nbytes) == ("switches", np.uint8, 400)


def test_inputs_are_nodes_leaves_sources_and_scalars() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    c = ag.tensor([2.0], name="constant")
    node = ((x * c) * 3.0).node
    inner, scalar = node.inputs
    assert scalar == 3.0
    assert inner.inputs[0] is x
    source = inner.inputs[1]
    assert (source.name, source.shape, source.dtype) == ("constant", (1,), np.float32)
    assert source.tensor() is c
    assert (x + c).node.inputs[1] is source
    del c
    assert source.tensor() is None


def test_a_node_never_holds_its_output() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    y = x * 2.0
    held = [getattr(y.node, slot, None) for slot in type(y.node).__slots__ if slot != "__weakref__"]
    assert not any(value is y for value in held)


def test_lines_are_the_users_own() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    y = x * 2.0
    line = y.node.line
    assert line.file == __file__
    assert line.text == "y = x * 2.0"
    assert line.function == "test_lines_are_the_users_own"
    z = ag.conv2d(np.ones((1, 1, 3, 3)), ag.tensor(np.ones((1, 1, 2, 2)), requires_grad=True))
    assert z.node.line.text.startswith("z = ag.conv2d(")


def test_scopes_name_modules_and_functions() -> None:
    net = ag.nn.Sequential(first=ag.nn.Conv2d(1, 2, 3, rng=np.random.default_rng(0)), act=ag.nn.ReLU())
    image = np.ones((1, 1, 5, 5), np.float32)
    y = net(image)
    relu, conv = ancestors([y.node])
    assert [(s.kind, s.name, s.title) for s in conv.scope.path()] == [
        ("module", "Sequential", "Sequential"),
        ("module", "first", "Conv2d"),
        ("function", "conv2d", "conv2d"),
    ]
    assert [s.name for s in relu.scope.path()] == ["Sequential", "act"]
    calls = [net(image).node.scope.call for _ in range(2)]
    assert calls[0] < calls[1]


def test_scopes_are_left_when_a_call_fails() -> None:
    layer = ag.nn.Dense(3, 2, rng=np.random.default_rng(0))
    before = MODE.get()
    with pytest.raises(ag.ShapeError):
        layer(np.ones((1, 4)))
    assert MODE.get() is before


def test_graph_is_a_snapshot_in_order() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True, name="x")
    loss = (ag.exp(x) * ag.tensor([3.0, 4.0], name="c")).sum()
    graph = ag.Graph.of(loss)
    assert [n.primitive.name for n in graph.nodes] == ["exp", "multiply", "sum"]
    assert graph.leaves == (x,)
    assert [s.name for s in graph.sources] == ["c"]
    assert graph.outputs == ((loss.node, 0),)
    loss.backward()
    assert len(graph.nodes) == 3


def test_graph_text_has_one_line_a_node() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True, name="x")
    y = (x * 2.0).sum()
    rows = str(ag.Graph.of(y)).splitlines()
    assert rows[0] == "x: float32 (2,)"
    assert rows[1].startswith("v0: float32 (2,) = multiply(x, 2.0)  # ")
    assert rows[1].endswith("y = (x * 2.0).sum()")
    assert rows[2].startswith("v1: float32 () = sum(v0, axis=(0,)")
    assert rows[3] == "return v1"


def test_graph_of_a_leaf_and_of_nothing() -> None:
    x = ag.tensor([1.0], requires_grad=True)
    assert ag.Graph.of(x).nodes == ()
    assert ag.Graph.of(x).leaves == (x,)
    assert ag.Graph.of().nodes == ()
