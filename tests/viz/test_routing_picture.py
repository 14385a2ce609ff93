"""Picture A: the lecture's exact numbers, every sign where it belongs, nothing on top of another."""

import json

import numpy as np
import pytest

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, Circle, Group, Hatch, Item, Line, Rect, text_boxes, walk
from viz.errors import UndrawableError
from viz.pooling.arrows import crosses
from viz.pooling.cut import plane_of
from viz.pooling.picture import routing
from viz.pooling.view import choose_view

from .looking import all_words, named, words_in
from .pooling_samples import (
    LECTURE,
    PICTURES,
    TENTHS,
    after_relu,
    lecture,
    numbers,
    smooth,
    tensor,
    with_infinities,
)


@pytest.fixture(scope="module", params=PICTURES, ids=str)
def picture(request: pytest.FixtureRequest) -> Drawing:
    return PICTURES[request.param]()


# ---- nothing leaves its place, nothing covers another


def test_no_text_leaves_the_card_or_touches_another(picture: Drawing) -> None:
    scene = picture.scene
    card = Box(8, 8, scene.width - 8, scene.height - 4)
    texts = text_boxes(scene.items)
    assert len(texts) > 10
    for index, (text, box) in enumerate(texts):
        assert text.size >= 9, text
        assert card.contains(box), text
        for other, other_box in texts[index + 1 :]:
            assert not box.overlaps(other_box), (text.plain, other.plain)


def test_panels_stay_in_their_half(picture: Drawing) -> None:
    halves = [item for item in picture.scene.items if isinstance(item, Rect) and item.fill == "panel"]
    assert len(halves) == 2
    for half, names in zip(halves, (("X", "Y", "thumbnail"), ("dX", "dY")), strict=True):
        area = Box(half.x, half.y, half.x + half.width, half.y + half.height)
        for name in names:
            if name == "thumbnail" and "thumbnail" not in _group_ids(picture):
                continue
            for box in _boxes(named(picture, name)):
                assert area.contains(box), (name, box)


def _group_ids(drawing: Drawing) -> set[str | None]:
    return {item.id for item in walk(drawing.scene.items) if isinstance(item, Group)}


def _boxes(item: Group) -> list[Box]:
    boxes = [box for _, box in text_boxes((item,))]
    for part in walk((item,)):
        if isinstance(part, Rect):
            boxes.append(Box(part.x, part.y, part.x + part.width, part.y + part.height))
        elif isinstance(part, Circle):
            r = part.radius
            boxes.append(Box(part.x - r, part.y - r, part.x + r, part.y + r))
        elif isinstance(part, Line):
            xs, ys = zip(*part.points, strict=True)
            boxes.append(Box(min(xs), min(ys), max(xs), max(ys)))
    return boxes


def test_arrows_touch_no_text_and_do_not_cross(picture: Drawing) -> None:
    inside = named(picture, "dX")
    arrows = [item for item in walk((inside,)) if isinstance(item, Line) and item.head == "filled"]
    texts = [box for _, box in text_boxes((inside,))]
    for index, arrow in enumerate(arrows):
        start, end = arrow.points
        assert not any(crosses(box, (start, end)) for box in texts)
        for other in arrows[index + 1 :]:
            assert not _cross(*arrow.points, *other.points)


def _cross(a: tuple, b: tuple, c: tuple, d: tuple) -> bool:
    def side(p: tuple, q: tuple, r: tuple) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def test_every_format_can_be_made(picture: Drawing) -> None:
    for theme in ("light", "dark", "auto"):
        assert picture.svg(theme).endswith("</svg>\n")
    json.loads(picture.json(), parse_constant=pytest.fail)
    assert picture.text.count("\n") > 10
    assert picture.scene.width == 960


# ---- the lecture's numbers


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("first", {(0, 3): 0.2, (0, 4): 0.3, (2, 0): 0.1, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9}),
        ("last", {(0, 4): 0.3, (2, 1): 0.1, (2, 3): 0.2, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9}),
        (
            "split",
            {
                (0, 3): 0.2 / 3,
                (0, 4): 0.3,
                (2, 0): 0.05,
                (2, 1): 0.05 + 0.2 / 3,
                (2, 3): 0.2 / 3,
                (3, 1): 1.1,
                (3, 3): 1.9,
                (4, 4): 0.9,
            },
        ),
    ],
)
def test_lecture_table(ties: str, expected: dict[tuple[int, int], float]) -> None:
    drawing = lecture(ties)
    dx = np.zeros((5, 5))
    for cell, value in expected.items():
        dx[cell] = value
    np.testing.assert_allclose(drawing.data["dX"], dx, rtol=1e-6)
    assert drawing.data["sum_dX"] == pytest.approx(4.5)
    for row in range(5):
        for column in range(5):
            shown = words_in(drawing, f"dX-{row}-{column}")[-1]
            assert float(shown.lstrip("=")) == pytest.approx(dx[row, column], abs=0.005), (row, column)


def test_lecture_sums_and_switches_as_printed() -> None:
    drawing = lecture()
    assert words_in(drawing, "dX-3-1") == ["0.4+0.7", "=1.1"]
    assert words_in(drawing, "dX-3-3") == ["e+f+h", "=1.9"]
    assert words_in(drawing, "dX-1-1") == ["0"]
    assert [word for word in words_in(drawing, "switches") if word.isdigit()] == list("622787458")
    assert named(drawing, "dX-3-3").title == "cell (3, 3): e + f + h = 0.5 + 0.6 + 0.8 = 1.9"
    assert words_in(drawing, "Y").count("tie: first") == 2
    words = all_words(drawing)
    assert "×2" in words
    assert "×3" in words
    assert "9 sent, 6 cells received, 19 stayed 0" in words


def test_split_ties_print_terms_that_add_up() -> None:
    drawing = lecture("split")
    assert words_in(drawing, "dX-2-1")[-1] == "=0.12"
    assert "a + b = 0.05 + 0.07 = 0.12" in all_words(drawing)
    assert "each gets 0.2 / 3" in all_words(drawing)


@pytest.mark.parametrize(("ties", "losers"), [("first", 2), ("last", 3), ("split", 0)])
def test_equal_losers_are_marked(ties: str, losers: int) -> None:
    drawing = lecture(ties)
    assert words_in(drawing, "X").count("=") == losers
    # With "last", (2, 1) wins window a and loses window b: its ring is whole.
    dashed = [i for i in walk((named(drawing, "X"),)) if isinstance(i, Circle) and i.dash == "dashed"]
    assert len(dashed) == min(losers, 2)


def test_4_by_4_ties_everywhere() -> None:
    drawing = PICTURES["ties everywhere"]()
    assert [window["sends_to"][0]["cell"] for window in drawing.data["windows"]] == [
        (0, 0),
        (0, 2),
        (2, 1),
        (2, 2),
    ]
    assert words_in(drawing, "Y").count("tie: first") == 4
    assert "filmstrip" not in _group_ids(drawing)


# ---- signs


def test_padding_is_hatched_and_gets_no_gradient_cell() -> None:
    drawing = PICTURES["padding"]()
    hatches = [item for item in walk((named(drawing, "X"),)) if isinstance(item, Hatch)]
    assert len(hatches) == 13
    assert words_in(drawing, "X").count("−∞") == 13
    cells = [name for name in _group_ids(drawing) if name and name.startswith("dX-")]
    assert len(cells) == 36


def test_left_over_cells_are_unused() -> None:
    drawing = PICTURES["left-over rows"]()
    assert words_in(drawing, "X").count("unused") == 13
    assert "13 cells lie in no window" in all_words(drawing)


def test_all_zero_windows_are_named_not_called_ties() -> None:
    drawing = after_relu(10)
    zero = sum(window["all_zero"] for window in drawing.data["windows"])
    assert zero >= 2
    assert words_in(drawing, "Y").count("all zero") == zero
    assert not any(word.startswith("tie") for word in words_in(drawing, "Y"))
    assert "the ReLU before will block " in all_words(drawing)


def test_large_maps_are_cropped_at_windows() -> None:
    drawing = after_relu(28)
    assert "thumbnail" in _group_ids(drawing)
    words = all_words(drawing)
    assert "rows " in words
    assert "of 28" in words
    assert len(drawing.data["windows"]) == 196
    pooled = ag.max_pool2d(tensor(smooth(28)), 2)
    view = choose_view(plane_of(ag.routing(pooled), 0, 0))
    assert [span[1] - span[0] for span in (view.rows, view.columns)] == [10, 10]
    assert view.rows[0] % 2 == 0


def test_crop_is_the_densest() -> None:
    cotangent = np.zeros((1, 1, 14, 14))
    cotangent[0, 0, 8:12, 3:6] = 1
    x = np.random.default_rng(0).permutation(784).reshape(1, 1, 28, 28)
    view = choose_view(plane_of(ag.routing(ag.max_pool2d(tensor(x), 2), cotangent=cotangent), 0, 0))
    assert view.window_rows[0] <= 8
    assert view.window_rows[1] >= 12
    assert view.window_columns[0] <= 3
    assert view.window_columns[1] >= 6


def test_filmstrip_has_a_frame_a_window() -> None:
    assert len(named(lecture(), "filmstrip").items) == 9
    assert "filmstrip" not in _group_ids(PICTURES["36 windows"]())
    told = words_in(PICTURES["sum"](), "filmstrip")
    assert told[:2] == ["a sends 0.1", "to 9 cells, 0.1 each"]


def test_filmstrip_of_a_norm_has_larger_dots_for_larger_shares() -> None:
    drawing = routing(ag.lp_pool2d(tensor([[3.0, 4.0, 0.0]]), (1, 2), stride=1, p=2))
    first = named(drawing, "filmstrip").items[0]
    dots = [item for item in walk((first,)) if isinstance(item, Circle)]
    assert [round(dot.radius / dots[1].radius, 3) for dot in dots] == [round(0.75**0.5, 3), 1.0]


def test_filmstrip_hatches_padding_and_marks_ties() -> None:
    pooled = ag.max_pool2d(tensor(np.ones((3, 3))), 2, stride=1, padding=1)
    strip = named(routing(pooled), "filmstrip")
    assert len(strip.items) == 16
    frame = strip.items[5]
    assert sum(isinstance(item, Hatch) for item in walk((frame,))) == 16
    dots = [item for item in walk((frame,)) if isinstance(item, Circle)]
    assert [dot.dash for dot in dots] == ["solid", "dotted", "dotted", "dotted"]


def test_spotlight() -> None:
    assert "bold" in repr(named(lecture(spotlight="c"), "X"))
    for name in ("c", 2, (0, 2)):
        assert lecture(spotlight=name).svg() == lecture(spotlight="c").svg()
    assert lecture(spotlight="c").svg() != lecture().svg()
    with pytest.raises(UndrawableError, match="no window 'z'; it shows a to i"):
        lecture(spotlight="z")


def test_not_finite_values_are_printed_as_such() -> None:
    drawing = with_infinities()
    assert words_in(drawing, "Y").count("NaN") == 4
    assert "∞" in words_in(drawing, "X")
    assert words_in(drawing, "dX-0-4") == ["−∞"]
    assert json.loads(drawing.json())["data"]["X"][1][1] == "nan"
    assert "Not to be said" in all_words(drawing)


def test_other_pools_show_shares_and_claim_no_more_than_is_true() -> None:
    average, padded, total = (PICTURES[name]() for name in ("average", "average, padding", "sum"))
    assert "Nothing: sum of dY 1, sum of dX 1" in all_words(average)
    assert "shares of window" in all_words(average)
    assert "padding swallows the rest" in all_words(padded)
    assert "sum of dX 40.5: every value is sent to 9 cells" in all_words(total)
    assert "switches" not in _group_ids(average)


# ---- where dY comes from


def test_sources_of_the_cotangent() -> None:
    pooled = ag.max_pool2d(tensor(LECTURE), 3, stride=1)
    assert "assumed 1 for every output" in all_words(routing(pooled))
    assert "dY was given" in all_words(routing(pooled, cotangent=TENTHS))
    assert "gradient of the loss" in all_words(routing(pooled, loss=(pooled * pooled).sum()))
    logit = pooled.sum()
    logit.name = "logit 3 <script>"
    drawing = routing(pooled, loss=logit)
    assert "gradient of logit 3 <script>" in all_words(drawing)
    assert "<script" not in drawing.svg()


def test_a_routing_can_be_drawn_without_its_graph() -> None:
    routed = ag.routing(ag.max_pool2d(tensor(LECTURE), 3, stride=1), cotangent=TENTHS)
    assert routing(routed).svg() == lecture().svg()
    with pytest.raises(UndrawableError, match="already holds its cotangent"):
        routing(routed, cotangent=TENTHS)


def test_gradients_agree_with_backward() -> None:
    x = ag.tensor(numbers(11, 9, 9), requires_grad=True)
    pooled = ag.max_pool2d(x, 3, stride=2, padding=1)
    cotangent = numbers(12, *pooled.shape[2:])
    drawing = routing(pooled, cotangent=cotangent)
    pooled.backward(ag.tensor(cotangent))
    np.testing.assert_allclose(drawing.data["dX"], x.grad.numpy()[0, 0])


# ---- in words


def _kinds(items: tuple[Item, ...]) -> set[str]:
    return {type(item).__name__ for item in walk(items)}


def test_description_answers_for_those_who_cannot_see() -> None:
    description = lecture().scene.description
    for question in ("What is saved?", "Why 1.1?", "Ties?", "Why 0?", "What is lost?"):
        assert question in description
    assert "Text" in _kinds(lecture().scene.items)


def test_text_form_holds_the_tables() -> None:
    text = lecture().text
    assert "cell (3, 3): e + f + h = 0.5 + 0.6 + 0.8 = 1.9" in text
    for head in ("X (input)", "Y (output)", "switches (saved)", "dY (incoming gradient)", "dX (gradient"):
        assert head in text
    assert "  0  1.1    0  1.9    0" in text
