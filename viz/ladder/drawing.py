"""Draws a ladder: forward down on the left, backward up on the right, what is kept between them."""

from __future__ import annotations

from collections.abc import Iterator

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import (
    Anchor,
    Box,
    Circle,
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
from viz.ladder.layout import CHIP, CHIP_GAP, MARGIN, SUM_RADIUS, TOP, WIDTH, Layout, lay_out, mirrored
from viz.ladder.pool import capsule_grids, rung_grid
from viz.ladder.rows import Chip, Ladder, Row, Rung
from viz.ladder.text import ladder_text
from viz.ladder.wires import Dot, Mark, Stub, Sum, Wire, wires_of
from viz.picture.model import Picture, PoolCrop

TITLE, NAME, NOTE, CHIP_TEXT = 15.0, 12.0, 10.0, 10.0
BACKWARD_LINE = 2.2
GRID_TOP = 19.0


def ladder_drawing(
    picture: Picture, depth: int | None = None, overlay: str | None = None, theme: str = "light"
) -> Drawing:
    """The ladder of a picture as a finished drawing; arguments as in `viz.draw`."""
    ladder = ladder_of(picture, depth, overlay)
    return Drawing(ladder_scene(ladder), ladder_text(ladder), picture.data(), theme)


def ladder_scene(ladder: Ladder) -> Scene:
    """A ladder as a scene, 960 pixels wide."""
    layout = lay_out(ladder)
    artist = _Artist(ladder, layout)
    kept = "; ".join(ladder.footer)
    return Scene(
        width=WIDTH,
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
        columns = layout.columns
        self.left, self.right = columns.box_left, columns.box_right
        self.back_left, self.back_right = mirrored(columns.box_right), mirrored(columns.box_left)
        self.has_backward = any(row.capsule is not None for row in ladder.rows)

    def items(self) -> Iterator[Item]:
        yield from self.heading()
        marks = list(wires_of(self.ladder, self.layout))
        yield Group(tuple(item for mark in marks for item in _mark_items(mark)), id="wires")
        for number, row in enumerate(self.ladder.rows):
            yield from self.row(number, row)
        yield from self.footer()

    def heading(self) -> Iterator[Item]:
        yield Text(
            MARGIN, 30, shorten(self.ladder.title, WIDTH - 2 * MARGIN, TITLE, bold=True), TITLE, bold=True
        )
        columns = self.layout.columns
        y = TOP - 12
        heads: list[tuple[str, float, Role]] = [("forward, down", columns.centre, "forward")]
        if not self.ladder.rows:
            yield Text(MARGIN, y, "The graph is empty.", 11.0, "muted")
            return
        if any(row.chips for row in self.ladder.rows):
            heads.append(("parameters", (columns.chip_left + columns.chip_right) / 2, "parameter"))
        if any(row.rung for row in self.ladder.rows):
            heads.append(("kept for backward", WIDTH / 2, "saved"))
        if self.has_backward:
            heads.append(("backward, up", mirrored(columns.centre), "backward"))
            if any(chip.gradient for row in self.ladder.rows for chip in row.chips):
                heads.append(
                    (
                        "parameter gradients",
                        mirrored((columns.chip_left + columns.chip_right) / 2),
                        "parameter",
                    )
                )
        for words, x, role in heads:
            yield Text(x, y, words, 11.0, role, "middle", bold=True)

    def footer(self) -> Iterator[Item]:
        y = self.layout.height - 18
        yield Line(((MARGIN, y - 18), (WIDTH - MARGIN, y - 18)), stroke="grid")
        yield Text(MARGIN, y, "   ·   ".join(self.ladder.footer), 11.0, "muted")

    def row(self, number: int, row: Row) -> Iterator[Item]:
        top, bottom = self.layout.tops[number], self.layout.bottoms[number]
        place = Box(self.left, top, self.right, bottom)
        forward = Group(
            tuple(self.forward_box(row, place)),
            id=f"row-{number + 1}",
            title=row.tooltip,
            link=row.boxes[-1],
            data=(("half", "forward"),),
        )
        yield forward
        yield from self.chips(row, place)
        yield from self.between(row, place)
        yield from self.backward_box(number, row, top, bottom)

    def forward_box(self, row: Row, place: Box) -> Iterator[Item]:
        width, height = place.right - place.left, place.bottom - place.top
        if row.kind == "parameter":
            yield Polygon(hexagon(place.left, place.top, width, height), "parameter_tint", "parameter", 1.5)
        elif row.kind == "constant":
            yield Rect(place.left, place.top, width, height, "value", "muted", radius=3)
        elif row.kind == "output":
            yield Rect(place.left, place.top, width, height, "forward_tint", "forward", 2, radius=height / 2)
        else:
            yield Rect(place.left, place.top, width, height, "forward_tint", "forward", radius=5)
        inset = 16.0 if row.kind in ("parameter", "output") else 9.0
        if row.pool is None:
            yield from _two_lines(row.title, row.path, row.note, place, inset)
        else:
            words = Box(place.left, place.top, place.right, place.bottom - 16)
            yield from _two_lines(row.title, row.path, row.note, words, inset)
            shown = shorten(_place_of_grids(row.pool), width - 2 * inset, NOTE)
            yield Text(place.left + inset, place.bottom - 12, shown, NOTE, "muted")

    def chips(self, row: Row, place: Box) -> Iterator[Item]:
        columns = self.layout.columns
        middle = (place.top + place.bottom) / 2
        y = middle - (len(row.chips) * (CHIP + CHIP_GAP) - CHIP_GAP) / 2
        for chip in row.chips:
            centre = y + CHIP / 2
            yield Group(
                (
                    Line(
                        ((columns.chip_right, centre), (self.left, centre)),
                        "parameter",
                        1,
                        head="filled",
                        head_size=5,
                    ),
                    *_chip_items(chip, columns.chip_left, columns.chip_right, y),
                ),
                title=chip.tooltip,
                link=chip.link,
            )
            if self.has_backward:
                yield Group(tuple(self.gradient_chip(row, chip, y)), link=chip.link)
            y += CHIP + CHIP_GAP

    def gradient_chip(self, row: Row, chip: Chip, y: float) -> Iterator[Item]:
        columns = self.layout.columns
        left, right = mirrored(columns.chip_right), mirrored(columns.chip_left)
        centre = y + CHIP / 2
        if chip.gradient is not None and row.capsule is not None:
            ends = ((self.back_right, centre), (left, centre))
            yield Line(ends, "backward", BACKWARD_LINE, head="filled", head_size=6)
            yield from _chip_items(chip, left, right, y, chip.gradient)
        else:
            words = shorten(f"{chip.title}: not needed", right - left - 8, CHIP_TEXT)
            yield middle_text(words, left + 8, centre, CHIP_TEXT, fill="muted", anchor="start")

    def between(self, row: Row, place: Box) -> Iterator[Item]:
        middle = (place.top + place.bottom) / 2
        if row.kind == "output" and row.capsule is not None:
            yield Line(
                ((self.right, middle + 6), (self.back_left, middle + 6)), "muted", 1, head="open", head_size=6
            )
            yield Text(WIDTH / 2, middle + 1, "the way back starts here", NOTE, "muted", "middle")
        if row.rung is None:
            return
        rung = row.rung
        grid: Group | None = None
        start = self.right
        if row.pool is not None and row.pool.switches is not None:
            grid, start = rung_grid(row.pool, self.right + 26, place.top + GRID_TOP)
        yield Group(
            tuple(self.rung(rung, start + 4 if grid else start, middle, grid is not None)),
            title=rung.tooltip,
            link=row.boxes[-1],
            data=(("half", "saved"),),
        )
        if grid is not None:
            yield grid

    def rung(self, rung: Rung, start: float, middle: float, has_grid: bool) -> Iterator[Item]:
        thickness = 1.0 + 0.45 * max(0, len(str(rung.nbytes)) - 1) if rung.nbytes else 0.8
        left, right = start + (4 if has_grid else 22), self.back_left - 10
        lines = next(
            (ways for ways in rung.lines if all(text_width(line, NOTE) <= right - left for line in ways)),
            tuple(shorten(line, right - left, NOTE) for line in rung.lines[-1]),
        )
        y = middle + (5 if len(lines) == 1 else 1)
        if has_grid:
            yield Line(((self.right, y), (self.right + 26, y)), "saved", thickness, "dotted")
        yield Line(
            ((start, y), (self.back_left, y)), "saved", thickness, "dotted", head="filled", head_size=7
        )
        yield from _key(self.right + 9, y - 8)
        role: Role = "saved" if rung.nbytes else "muted"
        yield Text(left, y - 5, lines[0], NOTE, role)
        if len(lines) > 1:
            yield Text(left, y + 12, lines[1], NOTE, role)

    def backward_box(self, number: int, row: Row, top: float, bottom: float) -> Iterator[Item]:
        place = Box(self.back_left, top, self.back_right, bottom)
        width, height = self.back_right - self.back_left, bottom - top
        if row.capsule is None:
            if row.capsule_note and row.kind != "output":
                centre = ((place.left + place.right) / 2, (top + bottom) / 2)
                yield middle_text(shorten(row.capsule_note, width, NOTE), *centre, NOTE, fill="muted")
            return
        inside: list[Item] = []
        if row.kind == "parameter":
            inside.append(Polygon(hexagon(place.left, top, width, height), "parameter_tint", "backward", 2))
        else:
            radius = 3.0 if row.kind == "constant" else 14.0
            dash: Dash = "dashed" if row.kind == "output" else "solid"
            inside.append(Rect(place.left, top, width, height, "backward_tint", "backward", 2, dash, radius))
        if row.pool is not None:
            strip = Box(place.left, top, place.right, top + 19)
            inside += _one_line(row.capsule, "", strip, 14)
            inside.append(capsule_grids(row.pool, (place.left + place.right) / 2, top + GRID_TOP))
        else:
            room = width - 28
            inside += _two_lines(row.capsule, "", _fitting_list(row.capsule_note, room, NOTE), place, 14)
        yield Group(
            tuple(inside),
            id=f"back-{number + 1}",
            title=f"gradient of {row.title}: {row.capsule_note}",
            link=row.gradients[-1] if row.gradients else row.boxes[-1],
            data=(("half", "backward"),),
        )


def _two_lines(title: str, path: str, note: str, place: Box, inset: float) -> Iterator[Item]:
    middle = (place.top + place.bottom) / 2
    if not note:
        yield from _one_line(title, path, place, inset)
        return
    yield from _one_line(title, path, Box(place.left, middle - 14, place.right, middle + 3), inset)
    width = place.right - place.left - 2 * inset
    if text_width(note, NOTE) > width:
        note = note.replace(" kernel", "").replace(" window", "").replace("padding", "pad")
    yield Text(place.left + inset, middle + 10, shorten(note, width, NOTE), NOTE, "muted")


def _end_of(path: str, width: float) -> str:
    """As much of the path's end as fits: what is innermost says most."""
    rest = path
    while text_width(path, NOTE) > width and "." in rest:
        rest = rest.partition(".")[2]
        path = f"…{rest}"
    return shorten(path, width, NOTE)


def _place_of_grids(pool: PoolCrop) -> str:
    """Which part of the maps the little grids show."""
    where = f"grids: sample {pool.sample}, map {pool.channel}"
    is_whole = len(pool.gradient) >= pool.height and len(pool.gradient[0]) >= pool.width
    return where if is_whole else f"{where}, cell {max(pool.top, 0)}, {max(pool.left, 0)}"


def _fitting_list(words: str, width: float, size: float) -> str:
    """A list with commas, its end counted where it doesn't fit: "conv_transpose + 2"."""
    names = words.split(", ")
    for count in range(len(names), 0, -1):
        rest = f" + {len(names) - count}" if count < len(names) else ""
        shown = ", ".join(names[:count]) + rest
        if text_width(shown, size) <= width:
            return shown
    return shorten(words, width, size)


def _one_line(title: str, path: str, place: Box, inset: float) -> Iterator[Item]:
    """A bold title, and at the right end what it belongs to."""
    width = place.right - place.left - 2 * inset
    middle = (place.top + place.bottom) / 2
    room = width
    if path:
        wanted = text_width(title, NAME, bold=True)
        shown = _end_of(path, max(width * 0.4, width - wanted - 8))
        room = width - text_width(shown, NOTE) - 8
        yield middle_text(shown, place.right - inset, middle, NOTE, fill="muted", anchor="end")
    yield middle_text(
        shorten(title, room, NAME, bold=True), place.left + inset, middle, NAME, anchor="start", bold=True
    )


def _chip_items(
    chip: Chip, left: float, right: float, y: float, gradient: str | None = None
) -> Iterator[Item]:
    stroke: Role = "parameter" if gradient is None else "backward"
    if chip.kind == "constant":
        yield Rect(left, y, right - left, CHIP, "value", stroke, radius=2)
    else:
        yield Polygon(
            hexagon(left, y, right - left, CHIP), "parameter_tint", stroke, 1 if gradient is None else 1.5
        )
    room = right - left - 16
    note = shorten(chip.note if gradient is None else chip.gradient_note, room * 0.75, CHIP_TEXT)
    gap = 6.0 if note else 0.0
    title = shorten(gradient or chip.title, room - text_width(note, CHIP_TEXT) - gap, CHIP_TEXT)
    middle = y + CHIP / 2
    yield middle_text(title, left + 8, middle, CHIP_TEXT, anchor="start")
    if note:
        yield middle_text(note, right - 8, middle, CHIP_TEXT, fill="muted", anchor="end")


def _key(x: float, y: float) -> Iterator[Item]:
    """A small key: kept under lock until the backward pass asks for it."""
    yield Circle(x, y, 2.6, None, "saved", 1.4)
    yield Line(((x + 2.6, y), (x + 10, y), (x + 10, y + 3.2)), "saved", 1.4)
    yield Line(((x + 7, y), (x + 7, y + 2.6)), "saved", 1.4)


def _mark_items(mark: Mark) -> Iterator[Item]:
    if isinstance(mark, Wire):
        is_back = mark.half == "backward"
        yield Line(
            mark.points,
            mark.half,
            BACKWARD_LINE if is_back else 1.3,
            radius=4,
            head=("filled" if is_back else "open") if mark.has_head else "none",
            head_size=6.5 if is_back else 5,
        )
    elif isinstance(mark, Dot):
        yield Circle(mark.x, mark.y, 3, mark.half)
    elif isinstance(mark, Sum):
        yield Circle(mark.x, mark.y, SUM_RADIUS, "paper", "backward", 1.6)
        yield Line(((mark.x - 4, mark.y), (mark.x + 4, mark.y)), "backward", 1.6)
        yield Line(((mark.x, mark.y - 4), (mark.x, mark.y + 4)), "backward", 1.6)
        words = f"sum of {mark.terms}"
        yield middle_text(words, mark.x - SUM_RADIUS - 6, mark.y, NOTE, fill="backward", anchor="end")
    elif isinstance(mark, Stub):
        anchor: Anchor = "end" if mark.half == "forward" else "start"
        shift = -3 if mark.half == "forward" else 3
        yield middle_text(mark.text, mark.x + shift, mark.y, NOTE, fill=mark.half, anchor=anchor)
