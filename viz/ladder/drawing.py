"""Draws a ladder: forward down on the left, backward up on the right, what is kept between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import (
    Box,
    Dash,
    Group,
    Item,
    Line,
    Polygon,
    Rect,
    Scene,
    Text,
    hexagon,
    middle_text,
)
from viz.canvas.theme import Role
from viz.ladder.builder import ladder_of
from viz.ladder.chips import chip_items, inner_chips
from viz.ladder.columns import MARGIN
from viz.ladder.layout import BOX, CHIP, FOOTER_LINE, NAME, NOTE, TOP, Layout, has_inner_chips, lay_out
from viz.ladder.lines import fitting_list, fitting_note, lines_in, one_line
from viz.ladder.marks import key_glyph, mark_items
from viz.ladder.pages import cut_into_pages
from viz.ladder.pool import capsule_grids, rung_grid
from viz.ladder.rows import Capsule, Ladder, Row, Rung
from viz.ladder.text import ladder_text
from viz.ladder.wires import wires_of
from viz.picture.model import Picture, PoolCrop

TITLE = 15.0
GRID_TOP = 18.0
NARROW = 190.0
HEXAGON_INSET = 16.0
ORDINALS = {1: "first", 2: "second", 3: "third"}
TURN = "the way back starts here"


def ladder_drawing(
    picture: Picture,
    depth: int | None = None,
    overlay: str | None = None,
    theme: str = "light",
    *,
    pages: bool = False,
) -> Drawing:
    """The ladder of a picture as a finished drawing; arguments as in `viz.draw`."""
    ladder = ladder_of(picture, depth, overlay)
    cut = cut_into_pages(ladder) if pages else [ladder]
    scenes = tuple(ladder_scene(page) for page in cut) if len(cut) > 1 else ()
    return Drawing(ladder_scene(ladder), ladder_text(ladder), picture.data(), theme, pages=scenes)


def ladder_scene(ladder: Ladder) -> Scene:
    """A ladder as a scene, 960 pixels wide, and wider by a column for each derivative after the second."""
    layout = lay_out(ladder)
    artist = _Artist(ladder, layout)
    kept = "; ".join(ladder.footer)
    return Scene(
        width=layout.width,
        height=layout.height,
        title=ladder.title,
        description=(
            f"{len(ladder.rows)} rows from input to result. Left: forward operations, running down. "
            f"Right: what their gradients do, running up. Between: what is kept for backward. {kept}."
        ),
        items=tuple(artist.items()),
    )


class _Artist:
    def __init__(self, ladder: Ladder, layout: Layout) -> None:
        self.ladder = ladder
        self.layout = layout
        self.columns = layout.columns
        has_backward = any(row.capsule is not None for row in ladder.rows)
        self.orders = ladder.orders if has_backward else 0

    def items(self) -> Iterator[Item]:
        yield from self.heading()
        marks = list(wires_of(self.ladder, self.layout))
        yield Group(tuple(item for mark in marks for item in mark_items(mark)), id="wires")
        for number, row in enumerate(self.ladder.rows):
            yield from self.row(number, row)
        yield from self.footer()

    def heading(self) -> Iterator[Item]:
        title = shorten(self.ladder.title, self.layout.width - 2 * MARGIN, TITLE, bold=True)
        yield Text(MARGIN, 27, title, TITLE, bold=True)
        columns = self.columns
        y = TOP - 10
        heads: list[tuple[str, float, Role]] = [("forward, down", columns.centre, "forward")]
        if not self.ladder.rows:
            yield Text(MARGIN, y, "The graph is empty.", 11.0, "muted")
            return
        chips = (columns.chip_left + columns.chip_right) / 2
        if any(row.chips for row in self.ladder.rows):
            heads.append(("parameters", chips, "parameter"))
        several = self.orders > 1
        for order in range(max(self.orders, 1)):
            if any(row.kept_by(order) for row in self.ladder.rows):
                left, right = self.gap(order)
                words = "kept for backward" if not several else f"kept for the {_ordinal(order + 1)}"
                heads.append((words, (left + right) / 2, "saved"))
        for order in range(1, self.orders + 1):
            words = f"{_ordinal(order)} derivative, up" if several else "backward, up"
            heads.append((words, columns.facing(columns.centre, order), "backward"))
        if self.orders == 1 and any(chip.gradient for row in self.ladder.rows for chip in row.chips):
            heads.append(("parameter gradients", self.back(chips), "parameter"))
        for words, x, role in heads:
            yield Text(x, y, words, 11.0, role, "middle", bold=True)

    def gap(self, order: int) -> tuple[float, float]:
        """Where words of what a derivative keeps for the next have room; 0 is the value itself."""
        columns = self.columns
        if not order:
            return columns.box_right, self.back(columns.box_right)
        start = columns.facing(columns.box_left, order) + columns.side
        return start, columns.facing(columns.box_right, order + 1)

    def back(self, x: float) -> float:
        """A forward place in the gradient's column."""
        return self.columns.facing(x, 1)

    def footer(self) -> Iterator[Item]:
        told = self.ladder.footer
        # What further derivatives are of needs a line of its own.
        lines = [told[:-1], told[-1:]] if self.ladder.orders > 1 else [told]
        y = self.layout.height - 13 - FOOTER_LINE * (len(lines) - 1)
        yield Line(((MARGIN, y - 15), (self.layout.width - MARGIN, y - 15)), stroke="grid")
        for line in lines:
            words = shorten("   ·   ".join(line), self.layout.width - 2 * MARGIN, 11.0)
            yield Text(MARGIN, y, words, 11.0, "muted")
            y += FOOTER_LINE

    def row(self, number: int, row: Row) -> Iterator[Item]:
        left, right = self.layout.lefts[number], self.columns.box_right
        top, bottom = self.layout.tops[number], self.layout.bottoms[number]
        place = Box(left, top, right, bottom)
        yield Group(
            tuple(forward_box(row, place)),
            id=f"row-{row.number}",
            title=row.tooltip,
            link=row.boxes[-1],
            data=(("half", "forward"),),
        )
        yield from chip_items(row, left, (top + bottom) / 2, self.columns, self.orders)
        yield from self.between(row, place)
        for order in range(1, self.orders + 1):
            ends = sorted((self.columns.facing(left, order), self.columns.facing(right, order)))
            facing = Box(ends[0], top, ends[1], bottom)
            yield from backward_box(row, row.facing(order), (order, self.orders), facing)
            kept = row.kept_by(order)
            if kept is not None and order < self.orders:
                yield self.higher_rung(row, kept, order, facing)

    def higher_rung(self, row: Row, kept: Rung, order: int, place: Box) -> Group:
        """What a derivative keeps for the next: a line past its lanes to the next capsule."""
        start, end = self.gap(order)
        middle, is_low = (place.top + place.bottom) / 2, place.bottom - place.top < BOX - 1
        words = rung_items(kept, (start, start, end), middle, False, is_low, place.right)
        return Group(tuple(words), title=kept.tooltip, link=row.boxes[-1], data=(("half", "saved"),))

    def between(self, row: Row, place: Box) -> Iterator[Item]:
        """What lies between the halves: the turning point, or what is kept."""
        middle = (place.top + place.bottom) / 2
        start, end = place.right, self.back(place.right)
        if row.kind == "output" and row.capsule is not None:
            yield Line(((start, middle), (end, middle)), "muted", 1, head="open", head_size=6)
            words = TURN if text_width(TURN, NOTE) < end - start - 8 else "starts here"
            yield Text((start + end) / 2, middle - 4, words, NOTE, "muted", "middle")
        if row.rung is None:
            return
        grid: Group | None = None
        inner = start
        if row.pool is not None and row.pool.switches is not None:
            grid, inner = rung_grid(row.pool, start + 26, place.top + GRID_TOP)
        yield Group(
            tuple(
                rung_items(
                    row.rung,
                    (start, inner + 4 if grid else inner, end),
                    middle,
                    grid is not None,
                    place.bottom - place.top < BOX - 1,
                )
            ),
            title=row.rung.tooltip,
            link=row.boxes[-1],
            data=(("half", "saved"),),
        )
        if grid is not None:
            yield grid


def forward_box(row: Row, place: Box) -> Iterator[Item]:
    """The left side of a row."""
    width, height = place.right - place.left, place.bottom - place.top
    if row.kind == "parameter":
        yield Polygon(hexagon(place.left, place.top, width, height), "parameter_tint", "parameter", 1.5)
    elif row.kind in ("constant", "link"):
        dash: Dash = "dashed" if row.kind == "link" else "solid"
        yield Rect(place.left, place.top, width, height, "value", "muted", 1, dash, radius=3)
    elif row.kind in ("output", "input"):
        fill: Role = "forward_tint" if row.kind == "output" else "value"
        yield Rect(place.left, place.top, width, height, fill, "forward", 2, radius=height / 2)
    else:
        yield Rect(place.left, place.top, width, height, "forward_tint", "forward", radius=5)
    inset = 9.0 if row.kind in ("op", "constant", "link") else HEXAGON_INSET
    if row.pool is None:
        yield from lines_in(row.title, row.path, row.note, place, inset)
        return
    words = Box(place.left, place.top, place.right, place.bottom - 16)
    yield from lines_in(row.title, row.path, row.note, words, inset)
    shown = fitting_note(_place_of_grids(row.pool), width - 2 * inset)
    yield Text(place.left + inset, place.bottom - 11, shown, NOTE, "muted")


def _ordinal(number: int) -> str:
    return ORDINALS.get(number, f"{number}th")


def backward_box(row: Row, capsule: Capsule | None, column: tuple[int, int], place: Box) -> Iterator[Item]:
    """One right side of a row; ``column`` is the derivative, and how many there are."""
    order, orders = column
    width, height = place.right - place.left, place.bottom - place.top
    if capsule is None:
        if order == 1 and row.capsule_note and row.kind != "output":
            centre = ((place.left + place.right) / 2, (place.top + place.bottom) / 2)
            yield middle_text(shorten(row.capsule_note, width, NOTE), *centre, NOTE, fill="muted")
        return
    inside: list[Item] = []
    if row.kind == "parameter":
        inside.append(Polygon(hexagon(place.left, place.top, width, height), "parameter_tint", "backward", 2))
    else:
        radius = 3.0 if row.kind in ("constant", "link") else min(14.0, height / 2)
        dash: Dash = "dashed" if row.kind in ("output", "link") else "solid"
        inside.append(
            Rect(place.left, place.top, width, height, "backward_tint", "backward", 2, dash, radius)
        )
    if row.pool is not None and order == 1:
        strip = Box(place.left, place.top, place.right, place.top + 18)
        said = capsule.note.removeprefix("input gets ") if capsule.note.startswith("input gets") else ""
        inside += one_line(_fitting_title(capsule.title, width - 28, order), said, strip, 14)
        inside.append(capsule_grids(row.pool, place.left, place.right, place.top + GRID_TOP))
    elif orders > 1 and has_inner_chips(row):
        words = Box(place.left, place.top + 1, place.right, place.bottom - CHIP - 3)
        if order > 1 and not capsule.note.startswith("arrives"):
            capsule = replace(capsule, note="")
        inside += _capsule_lines(capsule, order, words, False)
        inside += inner_chips(row, order, place)
    else:
        inside += _capsule_lines(capsule, order, place, row.kind == "parameter")
    name = "back" if order == 1 else f"back{order}"
    yield Group(
        tuple(inside),
        id=f"{name}-{row.number}",
        title=f"gradient of {row.title}: {capsule.note}",
        link=capsule.boxes[-1] if capsule.boxes else row.boxes[-1],
        data=(("half", "backward"),),
    )


def _capsule_lines(capsule: Capsule, order: int, place: Box, is_hexagon: bool) -> Iterator[Item]:
    width, height = place.right - place.left, place.bottom - place.top
    inset = HEXAGON_INSET if is_hexagon else 14.0 if width > NARROW else 9.0
    room = width - 2 * inset
    title = _fitting_title(capsule.title, room, order)
    rest = room - text_width(title, NAME, bold=True) - 8 if height < BOX - 1 else room
    note = fitting_list(capsule.note, rest, NOTE) if rest > 0 else ""
    yield from lines_in(title, "", note, place, inset)


def _fitting_title(title: str, room: float, order: int) -> str:
    shown = fitting_list(title, room, NAME, bold=True)
    if shown != title and order == 1 and not title.startswith("d"):
        # Of words, the first say most; of operations, how many more there are.
        shown = shorten(title.partition(", ")[0], room, NAME, bold=True)
    return shown


def rung_items(
    rung: Rung,
    xs: tuple[float, float, float],
    middle: float,
    has_grid: bool,
    is_low: bool,
    begin: float | None = None,
) -> Iterator[Item]:
    """A dotted line from the box, past the grid that ends at the second place, to the capsule.

    Words stand after the first place; the line may ``begin`` before it.
    """
    outer, start, end = xs
    thickness = 1.0 + 0.45 * max(0, len(str(rung.nbytes)) - 1) if rung.nbytes else 0.8
    left, right = start + (4 if has_grid else 22), end - 10
    ways = [way for way in rung.lines if len(way) == 1 or not is_low]
    lines = next(
        (way for way in ways if all(text_width(line, NOTE) <= right - left for line in way)),
        tuple(shorten(line, right - left, NOTE) for line in ways[-1]),
    )
    y = middle + (5 if len(lines) == 1 else 1)
    if has_grid:
        yield Line(((outer, y), (outer + 26, y)), "saved", thickness, "dotted")
    first = start if begin is None else begin
    yield Line(((first, y), (end, y)), "saved", thickness, "dotted", head="filled", head_size=7)
    yield from key_glyph(outer + 9, y - 8)
    role: Role = "saved" if rung.nbytes else "muted"
    yield Text(left, y - 5, lines[0], NOTE, role)
    if len(lines) > 1:
        yield Text(left, y + 12, lines[1], NOTE, role)


def _place_of_grids(pool: PoolCrop) -> str:
    """Which part of the maps the little grids show."""
    where = f"grids: sample {pool.sample}, map {pool.channel}"
    is_whole = len(pool.gradient) >= pool.height and len(pool.gradient[0]) >= pool.width
    return where if is_whole else f"{where}, at ({max(pool.top, 0)}; {max(pool.left, 0)})"
