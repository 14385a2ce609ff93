"""Draws the chips of parameters and constants, and of their gradients."""

from __future__ import annotations

from collections.abc import Iterator

from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import Box, Group, Item, Line, Polygon, Rect, hexagon, middle_text
from viz.canvas.theme import Role
from viz.ladder.columns import MARGIN, Columns
from viz.ladder.layout import CHIP, CHIP_GAP
from viz.ladder.marks import BACKWARD_LINE
from viz.ladder.rows import Chip, Row

CHIP_TEXT = 9.5
INSET = 9.0
BETWEEN = 4.0
LEAST_SCALE = 0.95


def chip_items(row: Row, left: float, middle: float, columns: Columns, orders: int) -> Iterator[Item]:
    """The chips of a row whose box begins at ``left``, and beyond the capsule those of their gradients.

    Where there are several derivatives, gradients stand inside the capsules (see `inner_chips`).
    """
    y = middle - (len(row.chips) * (CHIP + CHIP_GAP) - CHIP_GAP) / 2
    width = columns.chip_right - columns.chip_left
    for chip in row.chips:
        centre = y + CHIP / 2
        arrow = Line(
            ((columns.chip_right, centre), (left, centre)), "parameter", 1, head="filled", head_size=5
        )
        shape = _shape(
            chip.title,
            _fitting_count(chip, width) if chip.kind == "more" else chip.note,
            columns.chip_left,
            columns.chip_right,
            y,
            "parameter",
            chip.kind == "constant",
        )
        yield Group((arrow, *shape), title=chip.tooltip, link=chip.link)
        if orders == 1:
            yield Group(tuple(_gradient(row, chip, left, y, columns)), link=chip.link)
        y += CHIP + CHIP_GAP


def _fitting_count(chip: Chip, width: float) -> str:
    """How many numbers several parameters have, in millions where all digits don't fit."""
    digits = chip.note.replace(",", "")
    short = f"{int(digits) / 1e6:.3g} M" if digits.isdigit() and len(digits) > 6 else ""
    return next((note for note in (chip.note, short) if _wanted(chip.title, note) <= width), "")


def inner_chips(row: Row, order: int, place: Box) -> Iterator[Group]:
    """The chips of the parameters' gradients, side by side at a capsule's lower edge.

    Sizes are those of the parameters, which stand at the left; only values are told.
    """
    made = [
        (chip, found[0], found[1] if chip.has_number else "")
        for chip in row.chips
        if (found := _made(chip, order)) is not None
    ]
    if not made:
        return
    room = place.right - place.left - 2 * INSET - BETWEEN * (len(made) - 1)
    wanted = [_wanted(title, note) for _, title, note in made]
    if len(made) > 1 and sum(wanted) > room / LEAST_SCALE:
        made = [(made[0][0], f"{len(made)} gradients", "")]
        wanted = [_wanted(made[0][1], "")]
    scale = min(1.0, room / sum(wanted))
    x = place.left + INSET
    for (chip, title, note), width in zip(made, wanted, strict=True):
        y = place.bottom - CHIP - 3
        yield Group(tuple(_shape(title, note, x, x + width * scale, y, "backward", False)), link=chip.link)
        x += width * scale + BETWEEN


def _wanted(title: str, note: str) -> float:
    return text_width(title, CHIP_TEXT) + (text_width(note, CHIP_TEXT) + 7 if note else 0) + MARGIN + 1


def _made(chip: Chip, order: int) -> tuple[str, str] | None:
    """Title and note of what a derivative gives for a chip."""
    if order > 1:
        return chip.higher[order - 2] if order - 2 < len(chip.higher) else None
    return None if chip.gradient is None else (chip.gradient, chip.gradient_note)


def _gradient(row: Row, chip: Chip, box_left: float, y: float, columns: Columns) -> Iterator[Item]:
    start = columns.facing(box_left, 1)
    left, right = columns.facing(columns.chip_right, 1), columns.facing(columns.chip_left, 1)
    centre = y + CHIP / 2
    made = _made(chip, 1)
    if made is not None and row.capsule is not None:
        ends = ((start, centre), (left, centre))
        yield Line(ends, "backward", BACKWARD_LINE, head="filled", head_size=6)
        yield from _shape(*made, left, right, y, "backward", False)
    else:
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
