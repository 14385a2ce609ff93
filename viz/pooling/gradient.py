"""The panel dX of picture A: where each window's gradient lands, and what adds up there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from viz.canvas.fonts import CAPITAL_HEIGHT, text_width
from viz.canvas.scene import (
    Box,
    Circle,
    Dash,
    Group,
    Item,
    Line,
    Point,
    Polygon,
    Rect,
    Text,
    arrow_head,
    text_boxes,
)
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.pooling.arrows import Segment, clear_way, distance
from viz.pooling.numbers import NumberFormat
from viz.pooling.plane import Cell, Window
from viz.pooling.slices import elsewhere_words
from viz.pooling.values import SQUEEZE, number_in, number_size
from viz.pooling.view import Grid, View
from viz.pooling.words import sum_words

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
    """dX: every cell's gradient on the diverging fill, sums spelled out, pills and arrows to the winners."""
    # Dilated windows lie between one another, so the arrows of all would be a thicket.
    few = len(view.windows) <= MOST_ARROWS and (max(view.plane.dilation) == 1 or not view.plane.overlapping)
    lit = [window for window in view.windows if few or window is spotlight]
    pills = _pills(grid, view, show, lit)
    under_pill = {pill.centre_cell for pill in pills if pill.centre_cell is not None}
    cells: list[Item] = []
    texts: dict[Cell, list[Box]] = {}
    for cell in view.cells:
        if view.is_real(cell):
            drawn = _gradient_cell(grid, view, cell, show, largest, cell in under_pill, pills)
            texts[cell] = [box for _, box in text_boxes(drawn)]
            title = sum_words(view, cell, show) if cell in view.plane.arrivals else None
            cells.append(Group(tuple(drawn), id=f"dX-{cell[0]}-{cell[1]}", title=title))
    box = grid.window_box(view.plane, spotlight)
    left, top = grid.corner((max(view.rows[0], 0), max(view.columns[0], 0)))
    right, bottom = grid.corner(
        (min(view.rows[1], view.plane.shape[0]), min(view.columns[1], view.plane.shape[1]))
    )
    box = Box(max(box.left, left), max(box.top, top), min(box.right, right), min(box.bottom, bottom))
    outline = Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, None, "ink", 2.5)
    arrows = _arrows(grid, view, pills, texts, spotlight)
    return [*cells, outline, *arrows, *(item for pill in pills for item in _draw_pill(pill, spotlight))]


def sum_letters(view: View, cell: Cell) -> list[str]:
    """The names of the windows that a cell's gradient comes from; "out" for those outside the crop."""
    return [view.name(w) if view.is_near(w) else "out" for w, _ in view.plane.arrivals.get(cell, ())]


def _gradient_cell(
    grid: Grid,
    view: View,
    cell: Cell,
    show: NumberFormat,
    largest: float,
    under_pill: bool,
    pills: Sequence[Pill],
) -> list[Item]:
    plane = view.plane
    x, y = grid.corner(cell)
    middle_x, middle_y = grid.centre(cell)
    value = float(plane.gradient[cell])
    arrivals = plane.arrivals.get(cell, ())
    if not plane.covers(cell):
        return [
            Rect(x + 1.5, y + 1.5, grid.cell - 3, grid.cell - 3, None, "muted", dash="dotted"),
            number_in("0", middle_x, middle_y, 11, grid.cell - 4, fill="muted"),
        ]
    role = gradient_role(value, largest)
    items: list[Item] = [Rect(x, y, grid.cell, grid.cell, role, "grid")]
    if not arrivals:
        if under_pill:
            return [*items, number_in("0", x + grid.cell - 6, y + grid.cell - 7, 9, 9, fill="muted")]
        return [*items, number_in("0", middle_x, middle_y, 11, grid.cell - 4, fill="muted")]
    blocked = plane.is_max and all(window.all_zero for window, _ in arrivals)
    ink: Role = "muted" if blocked and role == "zero" else text_role_on(role)
    shift = 0.0 if under_pill else _away(grid, cell, pills) * (0.5 if blocked else 1)
    items += _value_lines(grid, view, cell, show, ink, under_pill, shift)
    return [*items, *blocked_sign(*_free_corner(grid, cell, pills), ink)] if blocked else items


def blocked_sign(x: float, y: float, ink: Role) -> list[Item]:
    """A small "no entry": what arrives here will be blocked."""
    return [Circle(x, y, 3.5, None, ink, 1.1), Line(((x - 2.4, y + 2.4), (x + 2.4, y - 2.4)), ink, 1.1)]


def _free_corner(grid: Grid, cell: Cell, pills: Sequence[Pill]) -> Point:
    x, y = grid.corner(cell)
    corners = [(x + dx, y + dy) for dy in (6, grid.cell - 6) for dx in (6, grid.cell - 6)]
    return max(corners, key=lambda corner: min((_gap(pill.box, corner) for pill in pills), default=0.0))


def _gap(box: Box, point: Point) -> float:
    across = max(0.0, box.left - point[0], point[0] - box.right)
    return across + max(0.0, box.top - point[1], point[1] - box.bottom)


def _away(grid: Grid, cell: Cell, pills: Sequence[Pill]) -> float:
    """How far down (or, negative, up) a number moves to leave room for an arrow from a pill on its border."""
    x, y = grid.corner(cell)
    touching = [p.box for p in pills if p.box.overlaps(Box(x, y, x + grid.cell, y + grid.cell))]
    above = any(box.bottom < y + grid.cell / 2 for box in touching)
    below = any(box.top > y + grid.cell / 2 for box in touching)
    return (above - below) * grid.cell * 0.13


def _value_lines(
    grid: Grid, view: View, cell: Cell, show: NumberFormat, ink: Role, under_pill: bool, shift: float
) -> list[Item]:
    """The cell's value, and above it, small, what it is the sum of."""
    x, y = grid.corner(cell)
    middle_x = x + grid.cell / 2
    value = float(view.plane.gradient[cell])
    arrivals = view.plane.arrivals[cell]
    # Beside a number that lies under a pill, an arrow must get past.
    room = grid.cell - (16 if under_pill and len(arrivals) > 1 else 4)
    size = number_size(grid.cell)
    low = y + grid.cell - size * 0.73 / 2 - 5
    terms = sum_terms(view, cell, show, grid.cell - 4)
    if len(arrivals) == 1 or terms is None:
        height = low if under_pill else y + grid.cell / 2 + shift
        return [number_in(show(value), middle_x, height, size, room, fill=ink, bold=True)]
    text, adds_up = terms
    if under_pill and grid.cell < 42:
        # No room for terms under a pill; and "=" beside it would read as if the pill were the sum's term.
        return [number_in(f"Σ{show(value)}", middle_x, low, size, grid.cell - 4, fill=ink, bold=True)]
    bottom = low if under_pill else y + grid.cell / 2 + 7 + shift / 2
    sign = "=" if adds_up else "≈"
    total = f"{sign}{show(value)}"
    return [
        number_in(text, middle_x, bottom - size * 0.37 - 7, 9, grid.cell - 4, fill=ink),
        number_in(total, middle_x, bottom, size, room, fill=ink, bold=True),
    ]


def sum_terms(view: View, cell: Cell, show: NumberFormat, room: float) -> tuple[str, bool] | None:
    """The small line over a sum that fits into ``room``: two numbers, else letters, else how many terms."""
    arrivals = view.plane.arrivals[cell]
    if len(arrivals) < 2:
        return None
    parts = [window.cotangent * share for window, share in arrivals]
    adds_up = show.adds_up(parts, float(view.plane.gradient[cell]))
    choices = [f"{len(arrivals)} {'wins' if view.plane.is_max else 'terms'}", f"{len(arrivals)}×"]
    if view.lettered:
        choices.insert(0, "+".join(sum_letters(view, cell)))
    if len(parts) == 2:
        first, second = (show(part) for part in parts)
        joined = f"{first}{second}" if second.startswith("−") else f"{first}+{second}"
        choices.insert(0, joined)
    for text in choices:
        if text_width(text, 9, mono=True) <= room:
            # Letters and counts claim nothing about printed terms.
            return text, adds_up or not (len(parts) == 2 and text == choices[0])
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
        across = reach[1] % 2 == 1
        room = min(plane.stride[1] * grid.cell, grid.cell if across else 2 * grid.cell) - 3
        name, value = view.name(window), show(window.cotangent)
        away = elsewhere_words(window, short=True)
        texts = (f"{name} {value}", name, "") if view.lettered else (value, "")
        if away:
            # Dashed borders that nearly touch can't be told apart, so the long form needs more room.
            long = f"{name} {value} {away}"
            roomy = text_width(long, 9, mono=True) + 10 <= room
            texts = (*((long,) if roomy else ()), f"{name} {away}", name, "") if view.lettered else (away, "")
        text = next(t for t in texts if text_width(t, 9, mono=True) * SQUEEZE + 6 <= room or not t)
        width = max(PILL, min(text_width(text, 9, mono=True) + 6, room))
        if cell is not None and cell in plane.arrivals:
            y = grid.corner(cell)[1] + (3 if grid.cell < 40 else 3 + (grid.cell - 40) * 0.3) + PILL / 2
        elif cell is not None and grid.cell < 42:
            y -= 3  # the cell's 0 stands in its lower corner
        x = min(max(x, grid.left + width / 2 + 1), grid.right - width / 2 - 1)
        y = min(max(y, grid.top + PILL / 2 + 1), grid.bottom - PILL / 2 - 1)
        box = Box(x - width / 2, y - PILL / 2, x + width / 2, y + PILL / 2)
        pills.append(Pill(window, box, cell, text))
    return pills


def _draw_pill(pill: Pill, spotlight: Window) -> Iterator[Item]:
    box, lit = pill.box, pill.window is spotlight
    width = box.right - box.left
    fill: Role = "backward" if lit else "paper"
    dash: Dash = "dashed" if elsewhere_words(pill.window) else "solid"
    yield Rect(box.left, box.top, width, PILL, fill, "backward", 1, dash, radius=PILL / 2)
    ink: Role = "on_backward" if lit else "backward"
    name, _, value = pill.text.partition(" ")
    step = min(text_width("0", 9, mono=True), (width - 6) / max(len(pill.text), 1))
    left = (box.left + box.right - step * len(pill.text)) / 2
    baseline = (box.top + box.bottom) / 2 + 9 * CAPITAL_HEIGHT / 2
    # Two texts with pinned widths: pieces of one text drift where the font's widths differ from the table.
    for text, bold, start in (
        (name, True, left),
        (value, False, left + step * (len(name) + 1)),
    ):
        if text:
            yield Text(start, baseline, text, 9, ink, bold=bold, mono=True, length=step * len(text))


def _arrows(
    grid: Grid, view: View, pills: Sequence[Pill], texts: Mapping[Cell, Sequence[Box]], spotlight: Window
) -> list[Item]:
    """A short arrow from each pill to the cell that gets its gradient; a dot where that is its own cell.

    Where windows are large, an arrow that would run over numbers is left out: the letters in the cells stay.
    """
    items: list[Item] = []
    drawn: list[Segment] = []
    if not view.plane.is_max:
        return items
    dots = {
        pill: Circle(pill.box.left - 1, _middle(pill.box), 3.4, "backward") for pill in pills if _stays(pill)
    }
    dot_boxes = [Box(dot.x - 4, dot.y - 4, dot.x + 4, dot.y + 4) for dot in dots.values()]
    every_text = [box for boxes in texts.values() for box in boxes]
    for pill in sorted(pills, key=lambda pill: pill.window is not spotlight):
        if pill in dots:
            items.append(dots[pill])
        blocks = [*every_text, *dot_boxes, *(other.box for other in pills if other is not pill)]
        near = [box for box in blocks if distance(box, pill.box) < grid.cell * max(view.plane.window)]
        for cell, _ in pill.window.shares:
            if cell == pill.centre_cell or not view.shows(cell):
                continue
            targets = _targets(grid, cell, texts.get(cell, ()), pills)
            way = clear_way(pill.box, targets, grid.centre(cell), near, drawn)
            if way is None:
                continue
            drawn.append(way)
            role: Role = "muted" if pill.window.all_zero else "backward"
            # A light rim, so that the arrow is seen on strong fills too.
            items.append(Line(way, "paper", 4))
            items.append(Polygon(arrow_head(*way, 6.5), "paper", "paper", 2.4))
            items.append(Line(way, role, 1.8, head="filled", head_size=6.5))
    return items


def _stays(pill: Pill) -> bool:
    return any(cell == pill.centre_cell for cell, _ in pill.window.shares)


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _targets(grid: Grid, cell: Cell, texts: Sequence[Box], pills: Sequence[Pill]) -> list[Box]:
    """Boxes on whose border an arrow's tip may end: a little inside the cell, or just before its number."""
    x, y = grid.corner(cell)
    targets = []
    for depth in (min(6.0, grid.cell * 0.14), 4.0):
        targets.append(Box(x + depth, y + depth, x + grid.cell - depth, y + grid.cell - depth))
    if texts and not any(pill.centre_cell == cell for pill in pills):
        targets.append(
            Box(
                min(box.left for box in texts) - 3,
                min(box.top for box in texts) - 3,
                max(box.right for box in texts) + 3,
                max(box.bottom for box in texts) + 3,
            )
        )
    return targets
