"""Draws the chips of parameters and constants, and of their gradients."""

from __future__ import annotations

from collections.abc import Iterator

from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import Group, Item, Line, Polygon, Rect, hexagon, middle_text
from viz.canvas.theme import Role
from viz.ladder.layout import CHIP, CHIP_GAP, MARGIN, Columns
from viz.ladder.marks import BACKWARD_LINE
from viz.ladder.rows import Chip, Row

CHIP_TEXT = 9.5


def chip_items(row: Row, left: float, middle: float, columns: Columns, orders: int) -> Iterator[Item]:
    """The chips of a row whose box begins at ``left``, and beyond each capsule those of their gradients."""
    y = middle - (len(row.chips) * (CHIP + CHIP_GAP) - CHIP_GAP) / 2
    for chip in row.chips:
        centre = y + CHIP / 2
        arrow = Line(
            ((columns.chip_right, centre), (left, centre)), "parameter", 1, head="filled", head_size=5
        )
        shape = _shape(
            chip.title,
            chip.note,
            columns.chip_left,
            columns.chip_right,
            y,
            "parameter",
            chip.kind == "constant",
        )
        yield Group((arrow, *shape), title=chip.tooltip, link=chip.link)
        for order in range(1, orders + 1):
            items = tuple(_gradient(row, chip, (order, orders), left, y, columns))
            yield Group(items, link=chip.link)
        y += CHIP + CHIP_GAP


def _gradient(
    row: Row, chip: Chip, column: tuple[int, int], box_left: float, y: float, columns: Columns
) -> Iterator[Item]:
    order, orders = column
    start = columns.facing(box_left, order)
    left, right = columns.facing(columns.chip_right, order), columns.facing(columns.chip_left, order)
    centre = y + CHIP / 2
    made = (chip.gradient or "", chip.gradient_note) if chip.gradient is not None else None
    if order > 1:
        made = chip.higher[order - 2] if order - 2 < len(chip.higher) else None
    if made is not None and row.facing(order) is not None:
        ends = ((start, centre), (left, centre))
        yield Line(ends, "backward", BACKWARD_LINE, head="filled", head_size=6)
        yield from _shape(*made, left, right, y, "backward", False)
    elif order == 1 and orders == 1:
        words = shorten(f"{chip.title}: not needed", right - left - 8, CHIP_TEXT)
        yield middle_text(words, left + 8, centre, CHIP_TEXT, fill="muted", anchor="start")


def _shape(
    title: str, note: str, left: float, right: float, y: float, stroke: Role, is_constant: bool
) -> Iterator[Item]:
    if is_constant:
        yield Rect(left, y, right - left, CHIP, "value", stroke, radius=2)
    else:
        line = 1.5 if stroke == "backward" else 1.0
        yield Polygon(hexagon(left, y, right - left, CHIP), "parameter_tint", stroke, line)
    room = right - left - MARGIN
    note = shorten(note, room * 0.75, CHIP_TEXT)
    gap = 6.0 if note else 0.0
    title = shorten(title, room - text_width(note, CHIP_TEXT) - gap, CHIP_TEXT)
    middle = y + CHIP / 2
    yield middle_text(title, left + MARGIN / 2, middle, CHIP_TEXT, anchor="start")
    if note:
        yield middle_text(note, right - MARGIN / 2, middle, CHIP_TEXT, fill="muted", anchor="end")
