"""The classic diagrams: DOT that Graphviz reads, and two layouts that keep boxes apart."""

import sys
import time
import xml.etree.ElementTree as ElementTree
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag
import viz
from viz.canvas.scene import Box
from viz.diagram.dot import MOST_BOXES, dot_text, graphviz_placement
from viz.diagram.drawing import diagram_scene, diagram_text
from viz.diagram.graph import backward_diagram, forward_diagram
from viz.diagram.layered_layout import layered
from viz.views import picture_of

from .looking import wrong
from .networks import LOSSES, ResNet18, chain, leaf, line_loss, pair_loss, residual_loss, square_loss

needs_graphviz = pytest.mark.skipif(find_spec("pygraphviz") is None, reason="needs pygraphviz")
EVIL = ["<script>alert(1)</script>", '"quoted" \\N \\l', "<b>html</b>", "a\nb\x00", "W" * 10_000, "{|}", ""]


@pytest.fixture(params=["graphviz", "own layout"])
def layout(request, monkeypatch):
    """Draw with Graphviz's places, and as on a machine without it."""
    if request.param == "own layout":
        monkeypatch.setitem(sys.modules, "pygraphviz", None)
    elif find_spec("pygraphviz") is None:
        pytest.skip("needs pygraphviz")
    return request.param


@pytest.mark.parametrize("view", ["forward", "backward"])
@pytest.mark.parametrize("name", LOSSES)
def test_nothing_overlaps(name, view, layout):
    drawing = viz.draw(LOSSES[name](), view=view)
    assert wrong(drawing.scene) == []
    ElementTree.fromstring(drawing.svg("auto"))


@pytest.mark.parametrize("view", ["forward", "backward"])
@pytest.mark.parametrize("name", EVIL)
def test_any_name_fits(name, view, layout):
    drawing = viz.draw((leaf(3, name=name) * leaf(3, name=name)).sum(), view=view)
    assert wrong(drawing.scene) == []
    root = ElementTree.fromstring(drawing.svg())
    assert not [element for element in root.iter() if element.tag.endswith("script")]


@needs_graphviz
@pytest.mark.parametrize("view", ["forward", "backward"])
@pytest.mark.parametrize("name", EVIL)
def test_graphviz_reads_the_dot_text_back(name, view):
    import pygraphviz

    drawing = viz.draw((leaf(3, name=name) * leaf(3, name=name)).sum(), view=view)
    graph = pygraphviz.AGraph(string=drawing.dot)
    picture = picture_of((leaf(3, name=name) * leaf(3, name=name)).sum())
    diagram = backward_diagram(picture) if view == "backward" else forward_diagram(picture)
    assert sorted(graph.nodes()) == sorted(box.id for box in diagram.boxes)
    assert len(graph.edges()) == len(diagram.arrows)
    svg = graph.draw(format="svg", prog="dot").decode()
    assert "<script" not in svg.lower()


def test_forward_boxes_are_calls_parameters_and_results():
    diagram = forward_diagram(picture_of(pair_loss(), backward=False))
    looks = [box.look for box in diagram.boxes]
    assert looks.count("parameter") == 8
    assert looks.count("op") == 10
    assert looks.count("result") == 1
    assert all(arrow.source < arrow.target for arrow in diagram.arrows)


def test_an_argument_used_twice_has_two_arrows():
    x = leaf(3, name="x")
    diagram = forward_diagram(picture_of(x * x, backward=False))
    assert [(arrow.source, arrow.target) for arrow in diagram.arrows] == [(0, 1), (0, 1), (1, 2)]


def test_backward_runs_from_the_seed_to_the_parameters():
    diagram = backward_diagram(picture_of(pair_loss()))
    titles = [box.title for box in diagram.boxes]
    assert {"max_unpool", "conv_transpose", "conv_weight_gradient", "relu_gate", "seed = 1"} <= set(titles)
    assert sum(box.look == "parameter gradient" for box in diagram.boxes) == 8
    assert all(arrow.source < arrow.target for arrow in diagram.arrows)
    fed = {arrow.target for arrow in diagram.arrows}
    ends = [number for number, box in enumerate(diagram.boxes) if box.look == "parameter gradient"]
    assert fed.issuperset(ends)
    assert any(box.title == "switches of max_pool2d pool" for box in diagram.boxes)


def test_boxes_are_known_by_their_calls_and_whole_names():
    forward = forward_diagram(picture_of(pair_loss(), backward=False))
    titles = [box.title for box in forward.boxes if box.look == "parameter"]
    assert titles[:4] == ["c1.weight", "c1.bias", "c2.weight", "c2.bias"]
    assert [box.title for box in forward.boxes if box.look == "input"] == ["images"]
    backward = backward_diagram(picture_of(pair_loss()))
    assert backward.title == "Pair: backward"
    assert "output of flatten" in {box.title for box in backward.boxes}
    assert any("for conv2d c2, weight" in box.note for box in backward.boxes)
    assert "reshape" not in " ".join(box.title for box in backward.boxes if box.look == "kept")


def test_a_seed_that_nothing_changes_reaches_the_leaf():
    x = leaf(name="x")
    diagram = backward_diagram(picture_of(x + 1.0))
    assert [box.look for box in diagram.boxes] == ["seed", "parameter gradient"]
    assert len(diagram.arrows) == 1


def test_the_backward_view_needs_a_gradient():
    for what in (ag.tensor(1.0), ag.Graph.of(line_loss())):
        with pytest.raises(viz.UndrawableError, match="backward view"):
            viz.draw(what, view="backward")


def test_graph_is_the_forward_view():
    assert viz.draw(line_loss(), view="graph").dot == viz.draw(line_loss(), view="forward").dot


def test_empty_and_tiny_graphs(layout):
    assert viz.draw(ag.Graph.of(), view="forward").dot.startswith("digraph")
    assert wrong(viz.draw(leaf(2, name="w"), view="forward").scene) == []
    assert wrong(viz.draw(ag.tensor(1.0), view="forward").scene) == []


def test_overlays(layout):
    assert "20 B" in viz.draw(line_loss(), view="forward", overlay="bytes").text
    assert "bytes" not in viz.draw(line_loss(), view="backward", overlay="bytes").text
    assert "20 B" in viz.draw(line_loss(), view="backward", overlay="bytes").text
    assert "largest" in viz.draw(square_loss(), view="backward", overlay="gradients").text


def test_text_names_what_each_box_reads():
    text = diagram_text(forward_diagram(picture_of(line_loss(), backward=False)))
    assert "[n1] op multiply: length 5" in text
    assert "reads w [" in text


def test_dot_can_be_saved(tmp_path):
    path = viz.draw(residual_loss(1), view="forward").save(tmp_path / "graph.dot")
    assert path.read_text().startswith("digraph autograd {")


@needs_graphviz
def test_large_graphs_use_the_own_layout():
    diagram = forward_diagram(picture_of(chain(MOST_BOXES + 5), backward=False))
    assert graphviz_placement([(10.0, 10.0)] * len(diagram.boxes), diagram) is None
    scene = diagram_scene(diagram)
    assert scene.height > 300 * 34
    assert dot_text(diagram).count("->") == len(diagram.arrows)


edge_lists = st.integers(1, 25).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda pair: pair[0] < pair[1]
            ),
            max_size=50,
        )
        if count > 1
        else st.just([]),
    )
)


@given(edge_lists, st.integers(1, 5))
def test_own_layout_keeps_boxes_apart_and_edges_down(graph, seed):
    count, edges = graph
    sizes = [(30.0 + (number * seed * 37) % 90, 20.0 + (number % 2) * 14) for number in range(count)]
    placed = layered(sizes, edges, frozenset(edges[:1]))
    boxes = [
        Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        for (x, y), (width, height) in zip(placed.centres, sizes, strict=True)
    ]
    area = Box(0, 0, placed.width, placed.height)
    for number, box in enumerate(boxes):
        assert area.contains(box)
        assert not any(box.overlaps(other) for other in boxes[:number])
    for (source, target), route in zip(edges, placed.routes, strict=True):
        heights = [y for _, y in route]
        assert heights == sorted(heights)
        assert boxes[source].bottom == pytest.approx(route[0][1])
        assert boxes[target].top == pytest.approx(route[-1][1])
        assert boxes[target].left <= route[-1][0] <= boxes[target].right


def test_own_layout_takes_nothing():
    assert layered([], []).width == 0


def test_own_layout_is_nearly_linear():
    def seconds(count):
        edges = [(number, number + 1) for number in range(count - 1)]
        edges += [(number, number + 7) for number in range(0, count - 7, 3)] + [(0, count - 1)] * 2
        start = time.process_time()
        layered([(40.0, 20.0)] * count, edges)
        return time.process_time() - start

    seconds(100)
    short, long = seconds(500), seconds(4000)
    assert long < 8 * short * 3 + 0.5


def test_own_layout_stays_linear_where_every_edge_is_long():
    count = 3000
    edges = [(number, number + 1) for number in range(count - 1)]
    edges += [(number, count - 1 - number) for number in range(count // 2 - 1)]
    start = time.process_time()
    layered([(40.0, 20.0)] * count, edges)
    assert time.process_time() - start < 20


class Normalised(ag.nn.Module):
    """A convolution, batch normalisation, and a gate."""

    def __init__(self):
        self.c = ag.nn.Conv2d(1, 2, 3, rng=np.random.default_rng(0))
        self.bn = ag.nn.BatchNorm2d(2)

    def forward(self, x):
        return ag.relu(self.bn(self.c(x)))


def test_values_inside_batch_norm_are_told_apart():
    diagram = backward_diagram(picture_of(Normalised(), (2, 1, 6, 6)))
    titles = {box.title for box in diagram.boxes if box.look == "kept"}
    assert {"mean in batch_norm bn", "inverse in batch_norm bn", "weight in batch_norm bn"} <= titles
    assert any(box.note.endswith("for batch_norm bn, weight") for box in diagram.boxes)
    assert any(box.note.endswith("for batch_norm bn, bias") for box in diagram.boxes)


@pytest.mark.parametrize("name", [*LOSSES, "normalised"])
def test_no_two_values_that_a_gradient_reads_bear_one_title(name):
    what = (Normalised(), (2, 1, 6, 6)) if name == "normalised" else (LOSSES[name](),)
    diagram = backward_diagram(picture_of(*what))
    read = {}
    for arrow in diagram.arrows:
        source = diagram.boxes[arrow.source]
        if source.look == "kept":
            read.setdefault(arrow.target, {})[source.id] = source.title
    for titles in read.values():
        assert len(set(titles.values())) == len(titles)


@pytest.mark.parametrize("view", ["forward", "backward"])
def test_large_networks_draw_well_in_seconds(view, layout):
    for what in ((ResNet18(), (1, 3, 224, 224)), (chain(1000),), (residual_loss(20),)):
        start = time.process_time()
        scene = viz.draw(*what, view=view, depth=9).scene
        assert time.process_time() - start < 5
        assert wrong(scene) == []
