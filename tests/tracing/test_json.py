"""Graphs as JSON: exact both ways, and hostile texts are refused by name."""

import copy
import json
import pickle
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_cnn as ag

from .programs import arrays, bits, program, steps


@settings(max_examples=40, deadline=None)
@given(steps, st.integers(0, 1000))
def test_round_trip(choices, seed):
    given_arrays = arrays(seed)
    graph = ag.trace(program(choices), *given_arrays)
    text = graph.to_json()
    again = ag.Graph.from_json(text)
    assert again == graph
    assert hash(again) == hash(graph)
    assert str(again) == str(graph)
    assert again.to_json() == text
    with np.errstate(all="ignore"):
        assert bits(again(*given_arrays)) == bits(graph(*given_arrays))


@dataclass
class Weights:
    w: object


def test_dataclasses_come_from_the_caller() -> None:
    graph = ag.trace(lambda p: Weights(p.w * 2.0), Weights(1.0))
    text = graph.to_json()
    with pytest.raises(ag.FormatError, match=r"fits: from_json\(text, classes=\[Weights\]\)"):
        ag.Graph.from_json(text)
    again = ag.Graph.from_json(text, classes=[Weights])
    assert again(Weights(3.0)).w.item() == 6.0
    assert again == graph

    @dataclass
    class Other:
        v: object

    Other.__name__ = "Weights"
    with pytest.raises(ag.FormatError, match="has the fields"):
        ag.Graph.from_json(text, classes=[Other])


def test_network_with_scopes_and_geometries() -> None:
    rng = np.random.default_rng(0)
    net = ag.nn.Sequential(ag.nn.Conv2d(1, 2, 3, padding=1, rng=rng), ag.nn.MaxPool2d(2))
    x = rng.standard_normal((1, 1, 6, 6)).astype(np.float32)
    graph = ag.trace(lambda x: ag.interpolate(net(x), scale=2)[..., 1:], x)
    again = ag.Graph.from_json(graph.to_json().encode())
    assert again == graph
    assert bits([again(x)]) == bits([graph(x)])
    assert [s.name for s in again.entries[0].scope.path()] == [s.name for s in graph.entries[0].scope.path()]


def base() -> dict:
    graph = ag.trace(
        lambda x: ag.conv2d(x, ag.tensor(np.ones((1, 1, 2, 2)))) * 2.0, ag.Abstract((1, 1, 3, 3), "f8")
    )
    return json.loads(graph.to_json())


def geometry(data: dict) -> dict:
    return data["entries"][0]["settings"]["geometry"]["ConvGeometry"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.update(format="pickle"), "no saved graph"),
        (lambda d: d.update(version=99), "version 99"),
        (lambda d: d.pop("entries"), "entries must be a list"),
        (lambda d: d["entries"][0].update(op="os.system"), "no primitive is called 'os.system'"),
        (lambda d: d["entries"][0].update(inputs=[{"value": "v1"}] * 3), "used before it is defined"),
        (lambda d: d["entries"][0].update(inputs=[]), "takes 3 operands, not 0"),
        (lambda d: d["entries"][1].update(inputs=["text", {"value": "v0"}]), "is no operand"),
        (lambda d: d["entries"][1]["outputs"][0].__setitem__(2, [1]), "multiply gives"),
        (lambda d: d["entries"][1]["outputs"][0].__setitem__(0, "x"), "given twice"),
        (lambda d: d["entries"][1]["outputs"][0].__setitem__(1, "object"), "'object' is no dtype"),
        (lambda d: d["inputs"][0].__setitem__(2, [-1]), "is no shape"),
        (lambda d: d["inputs"][0].__setitem__(2, ["1"]), "is no shape"),
        (lambda d: d["constants"][0].__setitem__(3, "!!"), "no base64"),
        (lambda d: d["constants"][0].__setitem__(3, "AAAA"), "has 3 bytes, not 32"),
        (lambda d: geometry(d).update(output={"tuple": [9, 9]}), "do not fit into"),
        (lambda d: geometry(d).update(stride={"tuple": [0, 1]}), "whole numbers"),
        (lambda d: geometry(d).update(stride={"tuple": [True, 1]}), "whole numbers"),
        (lambda d: geometry(d).pop("groups"), "the fields"),
        (lambda d: geometry(d).update(stride={"pickle": "x"}), "no setting"),
        (lambda d: d["gives"].update(leaves=[]), "has 0 leaves, not 1"),
        (lambda d: d["gives"].update(leaves=[{"value": "nothing"}]), "before it is defined"),
        (lambda d: d["takes"].update(structure="leaf"), "the arguments are not the inputs"),
        (lambda d: d["takes"].update(structure={"set": []}), "no kind of structure"),
        (lambda d: d["entries"][0].update(line=7_000), "no line 7000"),
        (lambda d: d["entries"][0].update(scope=-1), "no scope -1"),
        (lambda d: d["entries"][0].update(because=["x", None, "magic"]), "no reason"),
        (lambda d: d.update(lines=[[1, 2, 3]]), "must be a list of 4"),
    ],
)
def test_hostile_texts(change, problem) -> None:
    data = base()
    change(data)
    with pytest.raises(ag.FormatError) as caught:
        ag.Graph.from_json(json.dumps(data))
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        b"\xff\xfe\x00",
        '{"format":"autograd_cnn graph","version":' + "9" * 5000 + "}",
    ],
)
def test_no_json_at_all(text) -> None:
    with pytest.raises(ag.FormatError):
        ag.Graph.from_json(text)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_text_with_a_wrong_piece_is_refused_or_read_whole(data):
    tree = base()
    place = tree
    while isinstance(place, (dict, list)) and place:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.integers(0, 3)) == 0:
            place[key] = data.draw(
                st.one_of(
                    st.none(),
                    st.integers(-3, 9),
                    st.text(max_size=3),
                    st.just([]),
                    st.just({}),
                    st.booleans(),
                )
            )
            break
        place = place[key]
    try:
        graph = ag.Graph.from_json(json.dumps(tree))
    except ag.FormatError:
        return
    x = np.ones(graph.inputs[0].shape, graph.inputs[0].dtype)
    try:
        graph(x)
    except ag.AutogradError:
        return


def test_pickles_and_copies() -> None:
    graph = ag.trace(lambda w, x: {"y": ag.tanh(w.w @ x)}, Weights(np.eye(2)), np.ones((2, 1)))
    again = pickle.loads(pickle.dumps(graph))
    assert again == graph
    assert copy.copy(graph) is graph
    assert copy.deepcopy(graph) is graph


def test_an_ordered_dict_stays_one() -> None:
    tree = OrderedDict(b=np.ones(2), a=np.ones(3))
    graph = ag.trace(lambda p: OrderedDict(z=p["a"] * 2.0, y=p["b"]), tree)
    again = ag.Graph.from_json(graph.to_json())
    assert list(again(tree)) == ["z", "y"]
