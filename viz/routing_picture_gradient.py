"""The panel dX of picture A: where each window's gradient lands, and what adds up there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viz.fonts import text_width
from viz.routing_picture_numbers import NumberFormat
from viz.routing_picture_plane import Cell, Window
from viz.routing_picture_values import number_in
from viz.routing_picture_view import Grid, View
from viz.scene import Box, Circle, Item, Line, Point, Rect, Span, Text, text_box, text_boxes
from viz.theme import Role, gradient_role, text_role_on

MOST_ARROWS = 36
PILL = 13.0


@dataclass(frozen=True, slots=True)
class Pill:
    """The label at a window's centre: its name and what it sends."""

    window: Window
    box: Box
    centre_cell: Cell | None
    """The cell it lies in, None where the centre is a corner or an edge between cells."""
    text: str


def draw_gradient(
    grid: Grid, view: View, show: NumberFormat, largest: float, spotlight: Window
) -> list[Item]:
    """dX: every cell's gradient on the diverging fill, sums spelled out, pills and short arrows to the winners."""
    lit = [window for window in view.windows if len(view.windows) <= MOST_ARROWS or window is spotlight]
    pills = _pills(grid, view, show, lit)
    under_pill = {pill.centre_cell for pill in pills if pill.centre_cell is not None}
    cells: list[Item] = []
    for cell in view.cells:
        if view.is_real(cell):
            cells += _gradient_cell(grid, view, cell, show, largest, cell in under_pill)
    box = grid.window_box(view.plane, spotlight)
    outline = Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, None, "backward", 2.5)
    arrows = _arrows(grid, view, pills, [found for _, found in text_boxes(cells)])
    return [*cells, outline, *arrows, *(item for pill in pills for item in _draw_pill(pill, spotlight))]


def sum_letters(view: View, cell: Cell) -> list[str]:
    """The names of the windows that a cell's gradient comes from; "out" for those outside the crop."""
    shown = set(view.windows)
    return [view.name(w) if w in shown else "out" for w, _ in view.plane.arrivals.get(cell, ())]


def _gradient_cell(
    grid: Grid, view: View, cell: Cell, show: NumberFormat, largest: float, under_pill: bool
) -> list[Item]:
    plane = view.plane
    x, y = grid.corner(cell)
    middle_x, middle_y = grid.centre(cell)
    value = float(plane.gradient[cell])
    arrivals = plane.arrivals.get(cell, ())
    if cell not in plane.covered:
        return [
            Rect(x + 1.5, y + 1.5, grid.cell - 3, grid.cell - 3, None, "muted", dash="dotted"),
            number_in("0", middle_x, middle_y, 11, grid.cell - 4, fill="muted"),
        ]
    role = gradient_role(value, largest)
    items: list[Item] = [Rect(x, y, grid.cell, grid.cell, role, "grid")]
    if not arrivals:
        spot = (x + grid.cell - 7, y + grid.cell - 8) if under_pill else (middle_x, middle_y)
        return [*items, number_in("0", *spot, 11, grid.cell - 4, fill="muted")]
    blocked = plane.is_max and all(window.all_zero for window, _ in arrivals)
    ink: Role = "muted" if blocked and role == "zero" else text_role_on(role)
    items += _value_lines(grid, view, cell, show, ink, under_pill)
    if blocked:
        number = text_box(_last_text(items))
        height = (number.top + number.bottom) / 2
        items.append(Line(((number.left - 2, height), (number.right + 2, height)), ink, 1.2))
    return items


def _last_text(items: Sequence[Item]) -> Text:
    return next(item for item in reversed(items) if isinstance(item, Text))


def _value_lines(
    grid: Grid, view: View, cell: Cell, show: NumberFormat, ink: Role, under_pill: bool
) -> list[Item]:
    """The cell's value, and above it, small, what it is the sum of."""
    x, y = grid.corner(cell)
    middle_x = x + grid.cell / 2
    value = float(view.plane.gradient[cell])
    arrivals = view.plane.arrivals[cell]
    room = grid.cell - 4
    size = 13.0 if grid.cell >= 42 else 11.0
    low = y + grid.cell - size * 0.73 / 2 - 5
    terms = sum_terms(view, cell, show, room)
    if len(arrivals) == 1 or terms is None:
        height = low if under_pill else y + grid.cell / 2
        return [number_in(show(value), middle_x, height, size, room, fill=ink, bold=True)]
    text, adds_up = terms
    bottom = low if under_pill else y + grid.cell / 2 + 7
    sign = "=" if adds_up else "≈"
    total = f"{sign}{show(value)}"
    return [
        number_in(text, middle_x, bottom - size * 0.37 - 7, 9, room, fill=ink),
        number_in(total, middle_x, bottom, size, room, fill=ink, bold=True),
    ]


def sum_terms(view: View, cell: Cell, show: NumberFormat, room: float) -> tuple[str, bool] | None:
    """The small line over a sum that fits into ``room``: two numbers, else letters, else how many terms."""
    arrivals = view.plane.arrivals[cell]
    if len(arrivals) < 2:
        return None
    parts = [window.cotangent * share for window, share in arrivals]
    adds_up = show.adds_up(parts, float(view.plane.gradient[cell]))
    choices = [f"{len(arrivals)} wins" if view.plane.is_max else f"{len(arrivals)}×"]
    choices.insert(0, "+".join(sum_letters(view, cell)))
    if len(parts) == 2:
        first, second = (show(part) for part in parts)
        joined = f"{first}{second}" if second.startswith("−") else f"{first}+{second}"
        choices.insert(0, joined)
    for text in choices:
        if text_width(text, 9, mono=True) <= room:
            return text, adds_up
    return None


def _pills(grid: Grid, view: View, show: NumberFormat, windows: Sequence[Window]) -> list[Pill]:
    pills = []
    plane = view.plane
    for window in windows:
        reach = [plane.dilation[axis] * (plane.window[axis] - 1) + 1 for axis in (0, 1)]
        x, y = grid.corner((window.top, window.left))
        x, y = x + grid.cell * reach[1] / 2, y + grid.cell * reach[0] / 2
        inside = reach[0] % 2 == 1 and reach[1] % 2 == 1
        cell = (window.top + reach[0] // 2, window.left + reach[1] // 2) if inside else None
        room = min(plane.stride[1] * grid.cell, grid.cell if inside else 2 * grid.cell) - 3
        name, value = view.name(window), show(window.cotangent)
        texts = (f"{name} {value}", value if not view.lettered else name, "")
        text = next(t for t in texts if text_width(t, 9, mono=True) + 6 <= room or not t)
        width = max(PILL, text_width(text, 9, mono=True) + 6)
        if cell is not None and cell in plane.arrivals:
            y = grid.corner(cell)[1] + (3 if grid.cell < 40 else 3 + (grid.cell - 40) * 0.3) + PILL / 2
        x = min(max(x, grid.left + width / 2 + 1), grid.right - width / 2 - 1)
        y = min(max(y, grid.top + PILL / 2 + 1), grid.bottom - PILL / 2 - 1)
        box = Box(x - width / 2, y - PILL / 2, x + width / 2, y + PILL / 2)
        pills.append(Pill(window, box, cell, text))
    return pills


def _draw_pill(pill: Pill, spotlight: Window) -> Iterator[Item]:
    box, lit = pill.box, pill.window is spotlight
    width = box.right - box.left
    fill: Role = "backward" if lit else "paper"
    yield Rect(box.left, box.top, width, PILL, fill, "backward", 1, radius=PILL / 2)
    name, _, value = pill.text.partition(" ")
    ink: Role = "on_backward" if lit else "backward"
    content = (Span(name, bold=True), Span(f" {value}")) if value else (Span(name, bold=True),)
    length = text_width(pill.text, 9, mono=True)
    middle = (box.left + box.right) / 2
    baseline = (box.top + box.bottom) / 2 + 9 * 0.73 / 2
    if pill.text:
        yield Text(middle, baseline, content, 9, ink, "middle", mono=True, length=length)


def _arrows(grid: Grid, view: View, pills: Sequence[Pill], texts: Sequence[Box]) -> list[Item]:
    """A short arrow from each pill into the cell that gets its gradient; a dot where that is the pill's own cell."""
    items: list[Item] = []
    drawn: list[tuple[Point, Point]] = []
    if not view.plane.is_max:
        return items
    for pill in pills:
        blocks = [*texts, *(other.box for other in pills if other is not pill)]
        near = [box for box in blocks if _distance(box, pill.box) < grid.cell * max(view.plane.window)]
        for cell, _ in pill.window.shares:
            if not view.shows(cell):
                continue
            if cell == pill.centre_cell:
                middle = (pill.box.left + pill.box.right) / 2
                items.append(Circle(middle, pill.box.bottom + 0.5, 2.6, "backward"))
                continue
            start, end = _clear_way(pill.box, _inside(grid, cell), near, drawn)
            drawn.append((start, end))
            role: Role = "muted" if pill.window.all_zero else "backward"
            items.append(Line((start, end), role, 1.8, head="filled", head_size=7))
    return items


def _inside(grid: Grid, cell: Cell) -> Box:
    """The part of a cell that an arrow's tip may reach: a little inside its border."""
    x, y = grid.corner(cell)
    depth = min(6.0, grid.cell * 0.14)
    return Box(x + depth, y + depth, x + grid.cell - depth, y + grid.cell - depth)


def _clear_way(
    pill: Box, target: Box, blocks: Sequence[Box], drawn: Sequence[tuple[Point, Point]]
) -> tuple[Point, Point]:
    """The shortest of many straight ways from the pill's border to the target that touches nothing."""
    ways = sorted(
        (math.dist(start, end), start, end)
        for start in _border(pill, 5)
        for end in _border(target, 7)
        if not _within(start, target)
    )
    clear = (
        (start, end)
        for length, start, end in ways
        if length >= 9
        and not _crosses(pill, (_along(start, end, 0.5), end), 0)
        and not any(_crosses(block, (start, end), 1.5) for block in blocks)
        and not any(_meet(start, end, *other) for other in drawn)
    )
    found = next(clear, None)
    return found if found is not None else (ways[0][1], ways[0][2])


def _border(box: Box, steps: int) -> list[Point]:
    """Points around a box, corners included."""
    across = [box.left + (box.right - box.left) * i / (steps - 1) for i in range(steps)]
    down = [box.top + (box.bottom - box.top) * i / (steps - 1) for i in range(steps)]
    points = [(x, y) for x in across for y in (box.top, box.bottom)]
    return points + [(x, y) for x in (box.left, box.right) for y in down[1:-1]]


def _along(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _within(point: Point, box: Box) -> bool:
    return box.left <= point[0] <= box.right and box.top <= point[1] <= box.bottom


def _distance(first: Box, second: Box) -> float:
    across = max(0.0, first.left - second.right, second.left - first.right)
    return math.hypot(across, max(0.0, first.top - second.bottom, second.top - first.bottom))


def _crosses(box: Box, segment: tuple[Point, Point], margin: float) -> bool:
    """Whether a segment enters a box grown by ``margin`` (clipping its parameter range, axis by axis)."""
    (x0, y0), (x1, y1) = segment
    low, high = 0.0, 1.0
    for start, step, least, most in (
        (x0, x1 - x0, box.left - margin, box.right + margin),
        (y0, y1 - y0, box.top - margin, box.bottom + margin),
    ):
        if step == 0:
            if not least < start < most:
                return False
            continue
        ends = sorted(((least - start) / step, (most - start) / step))
        low, high = max(low, ends[0]), min(high, ends[1])
    return low < high


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments cross, or their ends nearly touch."""

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    crossing = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
    return crossing or math.dist(b, d) < 7
