"""The graph as a networkx graph: argument slots, attributes that GraphML takes, the same sums."""

import networkx as nx
import pytest

import autograd_cnn as ag
import viz
from viz.views import picture_of

from .networks import Pair, leaf, pair_loss


def test_nodes_and_edges_are_those_of_the_graph():
    loss = pair_loss()
    graph = viz.to_networkx(loss)
    recorded = ag.Graph.of(loss)
    kinds = nx.get_node_attributes(graph, "kind")
    assert list(kinds.values()).count("op") == len(recorded.nodes)
    assert list(kinds.values()).count("parameter") == len(recorded.leaves)
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.graph["parameters"] == Pair().count_parameters()


def test_slots_are_edge_keys():
    x, y = leaf(2, name="x"), leaf(2, name="y")
    graph = viz.to_networkx((x - y) - x)
    arguments = {(a, b): data["argument"] for a, b, data in graph.edges(data=True)}
    assert len(arguments) == 4
    doubled = viz.to_networkx(x * x)
    assert sorted(key for *_, key in doubled.edges(keys=True)) == [0, 1]


def test_backward_adds_the_gradient_operations():
    forward, both = viz.to_networkx(pair_loss()), viz.to_networkx(pair_loss(), backward=True)
    added = set(both) - set(forward)
    assert {both.nodes[name]["half"] for name in added} == {"backward"}
    unpool = next(name for name in added if both.nodes[name]["op"] == "max_unpool")
    assert both.nodes[both.nodes[unpool]["for"]]["op"] == "max_pool"
    assert both.nodes[unpool]["why"] == "rule"


@pytest.mark.parametrize("name", ["plain", "<&>\"'", "a\nb\x00\x1b", "x" * 10_000])
def test_graphml_round_trip(tmp_path, name):
    graph = viz.to_networkx((leaf(2, name=name) * leaf(2, name="w")).sum(), backward=True)
    path = tmp_path / "graph.graphml"
    nx.write_graphml(graph, path)
    back = nx.read_graphml(path, force_multigraph=True)
    assert set(back) == set(graph)
    assert back.number_of_edges() == graph.number_of_edges()
    assert back.nodes["n1"]["op"] == "multiply"
    for _, data in graph.nodes(data=True):
        assert all(isinstance(value, (str, int, float)) for value in data.values())


def test_modules_and_lines_are_attributes():
    graph = viz.to_networkx(pair_loss())
    convolution = next(data for _, data in graph.nodes(data=True) if data["op"] == "conv")
    assert convolution["module"] == "c1"
    assert convolution["function"] == "conv2d"
    assert "networks.py:" in convolution["line"]
    assert convolution["shape"] == "2,3,10,10"


def test_pictures_graphs_and_functions_are_taken():
    picture = picture_of(pair_loss())
    assert len(viz.to_networkx(picture)) == len(picture.boxes)
    assert len(viz.to_networkx(ag.Graph.of())) == 0
    assert len(viz.to_networkx(ag.exp, [1.0, 2.0])) == 2
