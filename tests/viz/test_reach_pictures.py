"""Gates, convolutions and dense layers, magnified: true numbers, every text in its place, words that hold."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_cnn as ag
import viz
from viz.canvas.scene import Box, Group, Hatch, Line, Rect, Text, text_box, text_boxes, walk

from .looking import all_words, named, overlapping_texts, texts_outside, words_in
from .reach_samples import (
    GATE,
    KERNEL,
    MAP,
    PICTURES,
    TENTHS,
    convolution,
    gate,
    leaf,
    lecture_convolution,
    random,
)


@pytest.fixture(scope="module", params=PICTURES, ids=str)
def picture(request: pytest.FixtureRequest) -> viz.Drawing:
    return PICTURES[request.param]()


def numbers_of(drawing: viz.Drawing) -> dict[str, Any]:
    return dict(drawing.data)


# ---- nothing leaves its place, nothing covers another


def test_no_text_leaves_the_card_or_touches_another(picture: viz.Drawing) -> None:
    assert texts_outside(picture.scene) == []
    assert overlapping_texts(picture.scene) == []


def test_every_text_stays_in_its_cell_and_its_half(picture: viz.Drawing) -> None:
    halves = [
        Box(r.x, r.y, r.x + r.width, r.y + r.height)
        for r in walk(picture.scene.items)
        if isinstance(r, Rect) and r.fill == "panel" and r.width > 400
    ]
    assert len(halves) == 2
    bottom = halves[0].bottom
    outside = [
        text.plain
        for text, box in text_boxes(picture.scene.items)
        if 120 < box.top < bottom - 12 and not any(half.contains(box) for half in halves)
    ]
    # the slopes of a gate stand between the halves
    between = [item for item in walk(picture.scene.items) if isinstance(item, Group) and item.id == "slopes"]
    allowed = {text.plain for text, _ in text_boxes(between)} | {"slope at each x"}
    assert set(outside) <= allowed
    for cell in walk(picture.scene.items):
        if not isinstance(cell, Group) or not cell.items or not isinstance(cell.items[0], (Rect, Hatch)):
            continue
        first = cell.items[0]
        box = Box(first.x, first.y, first.x + first.width, first.y + first.height)
        for item in cell.items:
            if isinstance(item, Text) and box.bottom - box.top < 70:
                assert box.contains(text_box(item), slack=0.5), (cell.id, item.plain)


def test_grids_do_not_overlap(picture: viz.Drawing) -> None:
    names = {"X", "W", "Y", "dX", "dW", "dY", "products", "to X", "to W", "slopes", "x", "y"}
    areas = []
    for item in walk(picture.scene.items):
        if isinstance(item, Group) and item.id in names:
            rects = [r for r in walk(item.items) if isinstance(r, (Rect, Hatch))]
            left, top = min(r.x for r in rects), min(r.y for r in rects)
            right, bottom = max(r.x + r.width for r in rects), max(r.y + r.height for r in rects)
            areas.append((item.id, Box(left, top, right, bottom)))
    assert len(areas) >= 5
    for index, (name, box) in enumerate(areas):
        assert Box(16, 0, 944, picture.scene.height).contains(box), name
        for other, area in areas[index + 1 :]:
            assert not box.overlaps(area), (name, other)


def test_text_is_never_smaller_than_9(picture: viz.Drawing) -> None:
    assert min(text.size for text, _ in text_boxes(picture.scene.items)) >= 9


def test_every_format_can_be_made(picture: viz.Drawing) -> None:
    for theme in ("light", "dark", "auto"):
        assert picture.svg(theme).endswith("</svg>\n")
    json.loads(picture.json(), parse_constant=pytest.fail)
    assert picture.text.count("\n") > 10
    assert picture.scene.width == 960
    assert "dY" in picture.scene.description


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_step_is_drawn_without_a_clash(data: st.DataObject) -> None:
    """Random sizes and magnitudes: values of 1e-4 and gradients of 1e8 need other numbers of digits."""
    draw = data.draw
    numbers = np.random.default_rng(draw(st.integers(0, 999)))
    decimals = draw(st.integers(0, 6))

    def array(exponent: int, *shape: int) -> np.ndarray:
        return numbers.normal(size=shape).round(decimals) * 10.0**exponent

    kind = draw(st.sampled_from(["gate", "dense", "conv", "conv_transpose"]))
    exponent = draw(st.integers(-4, 5))
    if kind == "gate":
        shape = draw(st.lists(st.integers(1, 14), min_size=0, max_size=4))
        function = draw(st.sampled_from([ag.relu, ag.leaky_relu, ag.tanh, ag.relu6]))
        y = function(leaf(array(exponent, *shape)))
    elif kind == "dense":
        ins, outs = draw(st.integers(1, 40)), draw(st.integers(1, 40))
        y = ag.dense(leaf(array(exponent, 2, ins)), leaf(array(draw(st.integers(-4, 3)), outs, ins)))
    else:
        rank = draw(st.integers(1, 2))
        sides = [(draw(st.integers(1, 9)), draw(st.integers(9, 30))) for _ in range(rank)]
        kernel = leaf(array(draw(st.integers(-4, 3)), 2, 2, *(k for k, _ in sides)))
        image = leaf(array(exponent, 2, 2, *(n for _, n in sides)))
        y = getattr(ag, f"{kind}{rank}d")(image, kernel, stride=draw(st.integers(1, 3)))
    drawing = viz.routing(y, cotangent=array(draw(st.integers(-8, 8)), *y.shape))
    test_no_text_leaves_the_card_or_touches_another(drawing)
    test_every_text_stays_in_its_cell_and_its_half(drawing)
    test_grids_do_not_overlap(drawing)


# ---- gates


def test_blocked_gradients_are_struck_and_counted() -> None:
    drawing = gate()
    assert words_in(drawing, "dX-0-1") == ["blocked", "0.2"]
    assert words_in(drawing, "dX-0-0") == ["0.1"]
    for name in ("dX", "dY"):
        strikes = [item for item in walk((named(drawing, name),)) if isinstance(item, Line)]
        assert len(strikes) == 4
    words = all_words(drawing)
    assert (
        "5 of 9 pass, sum of dY blocked = 1.9 (0.2 + 0.4 + 0.5 + 0.8): of 4.5 that came in, 2.6 goes on."
        in words
    )
    assert "4 of 9 cells have slope 0 (hatched): there x ≤ 0" in words
    assert "1 of them lies on the kink x = 0" in words
    assert "Y, float64, 72 B: where it is above 0, the gate is open." in words
    assert numbers_of(drawing)["passing"] == 5
    np.testing.assert_allclose(numbers_of(drawing)["dX"], np.where(np.array(GATE) > 0, TENTHS[0, 0], 0))


def test_slopes_between_0_and_1_are_multiplied() -> None:
    drawing = gate(ag.leaky_relu)
    assert words_in(drawing, "dX-2-1") == ["0.008", "0.8×0.01"]
    assert words_in(drawing, "slopes-2-1") == ["0.01"]
    assert "the slopes scale" in all_words(drawing)


def test_numbers_of_numpy_name_cells_too() -> None:
    place = np.argwhere(np.array(GATE) == 1.5)[0]
    assert numbers_of(gate(spotlight=list(place)))["spotlight"] == (1, 2)
    assert numbers_of(lecture_convolution(spotlight=np.int64(4)))["output_cell"] == (1, 1)


def test_the_gate_outlined_is_the_one_that_loses_most() -> None:
    assert gate().data["spotlight"] == (2, 1)
    assert gate(spotlight=(0, 1)).data["spotlight"] == gate(spotlight=1).data["spotlight"] == (0, 1)


# ---- convolutions


def test_a_convolution_in_numbers() -> None:
    """By hand: dY (2, 2) = 0.9 is the largest; its window starts at X (2, 2)."""
    drawing = lecture_convolution()
    x, w = leaf([[MAP]]), leaf([[KERNEL]])
    y = ag.conv2d(x, w)
    y.backward(TENTHS)
    assert x.grad is not None
    assert w.grad is not None
    data = numbers_of(drawing)
    np.testing.assert_allclose(data["dX"], x.grad.numpy()[0, 0], atol=1e-12)
    np.testing.assert_allclose(data["dW"], w.grad.numpy()[0, 0], atol=1e-12)
    assert data["output_cell"] == (2, 2)
    assert words_in(drawing, "products-0-2") == ["4·(−1)", "−4"]
    assert words_in(drawing, "to X-2-2") == ["2.7", "3·0.9"]
    assert words_in(drawing, "to W-0-2") == ["3.6", "4·0.9"]
    assert words_in(drawing, "Y") == ["3"]
    words = all_words(drawing)
    assert "lies under 4 windows: 0.5·w22 + 0.6·w21 + 0.8·w12 + 0.9·w11 = 1.5 − 0.6 + 0 + 0.9 = 1.8" in words
    assert "Sum of dY 4.5 × sum of the kernel 5 = 22.5; all of it arrives in dX (22.5)." in words


CASES: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "plain": ((2, 4, 9, 8), (6, 4, 3, 2), {}),
    "all settings": (
        (2, 4, 9, 8),
        (6, 2, 3, 2),
        {"stride": 2, "padding": 1, "dilation": (2, 1), "groups": 2},
    ),
    "one axis": ((2, 4, 9), (6, 4, 3), {"padding": 2, "rounding": "ceil", "stride": 2}),
    "transposed": ((2, 4, 5, 4), (4, 3, 3, 2), {"stride": 2, "padding": 1, "groups": 2, "transposed": True}),
    "transposed, one axis": ((2, 4, 5), (4, 3, 3), {"dilation": 2, "output_padding": 1, "transposed": True}),
}


@pytest.mark.parametrize("filter", [0, 5])
@pytest.mark.parametrize("name", CASES)
def test_the_planes_are_those_of_the_backward_pass(name: str, filter: int) -> None:
    shape, weight, more = CASES[name]
    more = dict(more)
    if more.pop("transposed", False):
        op = getattr(ag, f"conv_transpose{len(shape) - 2}d")
        filter = min(filter, weight[1] * more.get("groups", 1) - 1)
    else:
        op = getattr(ag, f"conv{len(shape) - 2}d")
    x, w = leaf(random(1, *shape)), leaf(random(2, *weight))
    y = op(x, w, **more)
    arriving = random(3, *y.shape)
    dx, dw = (g.numpy() for g in ag.gradients(y, [x, w], arriving))
    data = numbers_of(viz.routing(y, cotangent=arriving, sample=1, filter=filter))
    channel: Any = data["channel"]
    np.testing.assert_allclose(np.squeeze(data["dX"]), dx[1, channel], atol=1e-10)
    transposed = "transposed" in name
    groups = more.get("groups", 1)
    outs = y.shape[1] // groups
    expected = dw[channel, filter % outs] if transposed else dw[filter, channel - filter // outs * weight[1]]
    np.testing.assert_allclose(np.squeeze(data["dW"]), expected, atol=1e-10)
    # one output's parts are the entries of the routing
    cell = (1, filter, *data["output_cell"][-(len(shape) - 2) :])
    routed = ag.routing(y, cotangent=arriving, outputs=[cell])
    mine = routed.input_cells[:, 1] == channel
    partners: Any = data["partners"]
    drawn = {partner["cell"][-(len(shape) - 2) :]: partner["to_X"] for partner in partners}
    found = {
        tuple(place): sent
        for place, sent in zip(
            routed.input_cells[mine, 2:].tolist(),
            (routed.coefficients * routed.cotangents)[mine],
            strict=True,
        )
    }
    assert drawn.keys() == found.keys()
    for place, sent in found.items():
        assert drawn[place] == pytest.approx(sent)


def test_padding_swallows_a_part() -> None:
    drawing = convolution((1, 1, 4, 4), (1, 1, 3, 3), decimals=1, padding=1, picture={"spotlight": (0, 0)})
    words = all_words(drawing)
    assert (
        "falls into the padding. This window has 5 of 9 taps in the padding: w00, w01, w02, w10, w20."
        in words
    )
    assert words_in(drawing, "to X").count("lost") == 5


def test_a_large_kernel_is_cut_and_says_so() -> None:
    words = all_words(PICTURES["large kernel"]())
    assert "of 11" in words
    assert "sum of all 121:" in words
    assert "of 40" in words


def test_a_routing_is_drawn_as_well_as_a_tensor() -> None:
    y = ag.conv2d(leaf([[MAP]]), leaf([[KERNEL]]))
    assert numbers_of(viz.routing(ag.routing(y, cotangent=TENTHS, outputs=[])))["dX"].tolist() == (
        numbers_of(lecture_convolution())["dX"].tolist()
    )


# ---- dense layers


def test_a_dense_layer_in_numbers() -> None:
    x, w = leaf([[1.0, 2.0, 0.0]]), leaf([[1.0, -1.0, 2.0], [0.5, 3.0, 1.0]])
    y = ag.dense(x, w, [0.5, 0.0])
    drawing = viz.routing(y, cotangent=[[0.1, -0.4]])
    data = numbers_of(drawing)
    assert data["output"] == 1
    np.testing.assert_allclose(data["dX"], [-0.1, -1.3, -0.2])
    np.testing.assert_allclose(data["dW_shown"], [[0.1, 0.2, 0.0], [-0.4, -0.8, 0.0]])
    assert words_in(drawing, "to X-1") == ["−1.2", "3·(−0.4)"]
    assert words_in(drawing, "to W-1") == ["−0.8", "2·(−0.4)"]
    words = all_words(drawing)
    assert "dX1 = 0.1·w(0, 1) − 0.4·w(1, 1) = −0.1 − 1.2 = −1.3" in words
    assert "1 input is 0: the weights from there get nothing." in words
    assert "sum −0.5" not in words
    assert "y1 = 6.5" in words
    assert "sum −1 + bias 0.5 = y0 = −0.5" in all_words(viz.routing(y, spotlight=0))


def test_a_large_layer_shows_the_strongest() -> None:
    drawing = PICTURES["dense, 120 to 84"]()
    assert "the strongest 10 inputs of 120 · the strongest 10 outputs of 84" in all_words(drawing)
    assert numbers_of(drawing)["output"] in numbers_of(drawing)["shown_outputs"]


def test_of_several_filters_one_is_told_apart_from_all() -> None:
    x = ag.tensor(np.ones((1, 1, 3, 3)), requires_grad=True)
    w = ag.tensor(np.stack([np.ones((1, 2, 2)), 2 * np.ones((1, 2, 2))]), requires_grad=True)
    drawing = viz.routing(ag.conv2d(x, w), cotangent=np.ones((1, 2, 2, 2)), filter=0)
    answer = drawing.text.partition("What is lost? ")[2]
    assert answer.startswith("From this filter alone: sum of its dY 4 × sum of its kernel 4 = 16; all of it")
    assert f"The 2 filters together give dX {np.sum(drawing.data['dX']):g}." in answer


@pytest.mark.parametrize("seed", range(20))
def test_printed_sums_add_up_or_say_that_they_are_rounded(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = ag.tensor(rng.normal(size=(1, 6)), requires_grad=True)
    weight, bias = (ag.tensor(rng.normal(size=size), requires_grad=True) for size in ((3, 6), (3,)))
    drawing = viz.routing(ag.dense(x, weight, bias))
    texts = [item.plain for item in walk(drawing.scene.items) if isinstance(item, Text)]
    (line,) = (text for text in texts if text.startswith("sum "))
    said = line.replace("−", "-").replace("- bias ", "-").replace("+ bias ", "").replace("sum ", "", 1)
    found = re.fullmatch(r"(≈ )?(\S+) (\S+) (=|≈) y\d = (\S+)", said)
    assert found is not None
    terms = float(found[2]) + float(found[3])
    assert (abs(terms - float(found[5])) < 1e-9) == (found[4] == "=")
