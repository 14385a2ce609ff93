"""The shapes of a scene: text widths, boxes, arrow heads, hatches, and the scene as data."""

import json
import math

import pytest

from viz.canvas.fonts import shorten, text_width, wrap
from viz.canvas.scene import (
    Box,
    Circle,
    Group,
    Hatch,
    Rect,
    Scene,
    Span,
    Text,
    arrow_head,
    hatch_lines,
    hexagon,
    middle_text,
    number_text,
    scene_data,
    text_box,
    text_boxes,
    walk,
)
from viz.canvas.theme import DARK, LIGHT, ROLES, Role, gradient_role, text_role_on


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_theme_has_every_role() -> None:
    for theme in (LIGHT, DARK):
        assert set(theme.colours) == set(ROLES)
        assert all(len(theme.colour(role)) == 7 for role in ROLES)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_can_be_read_on_its_fill(theme) -> None:
    fills: list[Role] = [
        *("negative3", "negative2", "negative1", "zero", "positive1", "positive2", "positive3"),
        *("forward", "backward", "paper", "panel", "value"),
    ]
    for fill in fills:
        # 4.5 is the threshold of WCAG for small text; 4.2 for the specified mid-teal and orange fills.
        assert contrast(theme.colour(text_role_on(fill)), theme.colour(fill)) >= 4.2, fill
    assert contrast(theme.colour("muted"), theme.colour("zero")) >= 4.5


def test_gradient_fill_has_three_classes_a_side() -> None:
    values = (-0.9, -0.6, -0.1, 0.0, 0.3, 0.5, 0.7, math.inf, math.nan)
    roles = [gradient_role(value, 0.9) for value in values]
    expected = ["negative3", "negative2", "negative1", "zero", "positive1", "positive2", "positive3"]
    assert roles == [*expected, "positive3", "zero"]
    assert gradient_role(0.0, 0.0) == "zero"


def test_shortened_and_wrapped_text_fits() -> None:
    text = "features.3.conv of the second residual block"
    for width in (30.0, 80.0, 500.0):
        assert text_width(shorten(text, width, 11.0), 11.0) <= width
        assert all(text_width(line, 11.0) <= width for line in wrap(text, width, 11.0))
    assert " ".join(wrap(text, 120.0, 11.0)) == text


def test_unknown_and_east_asian_characters_count_wide() -> None:
    assert text_width("卷", 10.0) >= 10
    assert text_width("卷", 10.0, mono=True) >= 12


def test_text_boxes_follow_anchor_and_baseline() -> None:
    start, middle, end = (Text(100, 50, "max", 10.0, anchor=anchor) for anchor in ("start", "middle", "end"))
    width = text_width("max", 10.0)
    assert text_box(start).left == 100
    assert text_box(middle).left == pytest.approx(100 - width / 2)
    assert text_box(end).right == pytest.approx(100)
    assert text_box(start).bottom == 50
    assert text_box(Text(0, 50, "gap", 10.0)).bottom > 50
    centred = text_box(middle_text("0", 10.0, 20.0, 10.0))
    assert (centred.top + centred.bottom) / 2 == pytest.approx(20)


def test_numbers_are_pinned() -> None:
    text = number_text("−0.57", 0, 0, 13.0)
    assert text.length == text_width("−0.57", 13.0, mono=True) == text.width


def test_spans_add_their_widths() -> None:
    text = Text(0, 0, (Span("a", bold=True), Span(" b")), 10.0)
    assert text.plain == "a b"
    assert text.width == pytest.approx(text_width("a", 10.0, bold=True) + text_width(" b", 10.0))


def test_boxes() -> None:
    box = Box(0, 0, 10, 10)
    assert box.contains(Box(1, 1, 10, 10))
    assert not box.contains(Box(1, 1, 11, 10))
    assert box.overlaps(Box(9, 9, 12, 12))
    assert not box.overlaps(Box(10, 0, 12, 10))


def test_arrow_head_has_its_tip_at_the_end() -> None:
    left, tip, right = arrow_head((0, 0), (10, 0), 6)
    assert tip == (10, 0)
    assert left == (4, 3)
    assert right == (4, -3)


@pytest.mark.parametrize(("width", "height"), [(20, 20), (7, 40), (50, 3)])
def test_hatch_stays_in_its_rectangle(width: float, height: float) -> None:
    lines = list(hatch_lines(Hatch(5, 6, width, height)))
    assert lines
    for start, end in lines:
        for x, y in (start, end):
            assert 5 - 1e-9 <= x <= 5 + width + 1e-9
            assert 6 - 1e-9 <= y <= 6 + height + 1e-9


def test_hexagon_fills_its_rectangle() -> None:
    points = hexagon(10, 20, 60, 24)
    assert len(points) == 6
    assert {min(x for x, _ in points), max(x for x, _ in points)} == {10, 70}
    assert {min(y for _, y in points), max(y for _, y in points)} == {20, 44}


def test_walk_finds_what_groups_hold() -> None:
    inner = Text(0, 0, "inside")
    items = (Rect(0, 0, 1, 1), Group((Group((inner,)), Circle(0, 0, 1))))
    assert [type(item).__name__ for item in walk(items)] == ["Rect", "Group", "Group", "Text", "Circle"]
    assert text_boxes(items)[0][0] is inner


def test_scene_data_is_json() -> None:
    scene = Scene(10, 20, "T", "D", (Group((Text(0, 0, (Span("a", fill="ink"),)),), id="g"), Circle(1, 2, 3)))
    data = json.loads(json.dumps(scene_data(scene)))
    assert data["items"][0]["kind"] == "group"
    assert data["items"][0]["items"][0]["content"] == [{"kind": "span", "text": "a", "fill": "ink"}]
    assert data["items"][1] == {"kind": "circle", "x": 1, "y": 2, "radius": 3}
