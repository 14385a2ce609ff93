"""The panels of picture A that hold plain values: X with its rulers, and the lower row Y, switches, dY."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from viz.canvas.fonts import text_width
from viz.canvas.scene import Arc, Circle, Hatch, Item, Line, Rect, Text, middle_text, number_text
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.pooling.numbers import NumberFormat, fit_number
from viz.pooling.plane import Cell, Plane, Window
from viz.pooling.view import Grid, View

LANE = 13.0
INDEX_HEIGHT = 14.0
Content: TypeAlias = Callable[[Grid, Window, float, float], list[Item]]
# Numbers may be set this much narrower before digits are dropped.
SQUEEZE = 0.76


def number_size(cell: float) -> float:
    """Cells are 13 px, 11 when small, never under 9."""
    return 13.0 if cell >= 42 else 11.0 if cell >= 33 else 9.0


def number_in(
    text: str, x: float, y: float, size: float, room: float, *, fill: Role = "ink", bold: bool = False
) -> Text:
    """A number centred on (x, y) in ``room`` pixels: smaller, then squeezed, then with fewer digits."""
    while size > 9 and text_width(text, size, mono=True) > room:
        size -= 1
    most = max(1, int(room / text_width("0", size, mono=True) / SQUEEZE))
    text = fit_number(text, most)
    length = min(text_width(text, size, mono=True), room)
    return middle_text(text, x, y, size, fill=fill, bold=bold, mono=True, length=length)


def index_room(view: View) -> float:
    """The width that row numbers take, left of a grid."""
    return text_width(str(view.rows[1]), 9) + 8


def indices(grid: Grid, view: View, beside_input: bool = False) -> list[Item]:
    """Row and column numbers, left of and above a grid (``beside_input``: next to its real cells)."""
    rows, columns = view.plane.shape
    left, top = grid.left, grid.top
    if beside_input:
        left, top = grid.corner((max(view.rows[0], 0), max(view.columns[0], 0)))
    items: list[Item] = []
    for column in range(*view.columns):
        if 0 <= column < columns:
            x = grid.centre((grid.first_row, column))[0]
            items.append(middle_text(str(column), x, top - 7, 9, fill="muted"))
    for row in range(*view.rows):
        if 0 <= row < rows and not view.plane.one_axis:
            y = grid.centre((row, grid.first_column))[1]
            items.append(middle_text(str(row), left - 5, y, 9, fill="muted", anchor="end"))
    return items


@dataclass(frozen=True, slots=True)
class Bar:
    """One window row or column on a ruler: from cell to cell, in a lane."""

    start: int
    end: int
    lane: int
    names: tuple[str, ...]
    lit: bool


def ruler(view: View, axis: int, spotlight: Window) -> list[Bar]:
    """The bars of the top (``axis`` 1) or left ruler (``axis`` 0), in staggered lanes where they overlap."""
    plane, span = view.plane, (view.rows, view.columns)[axis]
    if plane.one_axis and axis == 0:
        return []
    reach = plane.dilation[axis] * (plane.window[axis] - 1) + 1
    first, end = (view.window_rows, view.window_columns)[axis]
    lanes: list[int] = []
    bars = []
    for index in range(first, end):
        start = index * plane.stride[axis] - plane.before[axis]
        lane = next((i for i, free in enumerate(lanes) if free <= start), len(lanes))
        lanes[lane:] = [start + reach, *lanes[lane + 1 :]]
        members = [w for w in view.windows if (w.row, w.column)[axis] == index]
        names = tuple(view.name(w) for w in members) if view.lettered else (str(index),)
        lit = (spotlight.row, spotlight.column)[axis] == index
        bars.append(Bar(max(start, span[0]), min(start + reach, span[1]), lane, names, lit))
    return bars


def ruler_room(bars: Sequence[Bar], axis: int) -> float:
    """Pixels that a ruler takes across."""
    return (1 + max((bar.lane for bar in bars), default=-1)) * _lane(bars, axis)


def _lane(bars: Sequence[Bar], axis: int) -> float:
    """How far the lanes of a ruler are apart; names on the left ruler stand upright and may need more."""
    widest = max((text_width(name, 9, bold=True) for bar in bars for name in bar.names), default=0.0)
    return LANE if axis == 1 else max(LANE, widest + 4)


def draw_rulers(grid: Grid, top: Sequence[Bar], left: Sequence[Bar], room: float) -> list[Item]:
    """Bars along the top and left (``room`` pixels off) of X: a window is one top bar times one left bar."""
    items: list[Item] = []
    for bar in top:
        x0 = grid.corner((grid.first_row, bar.start))[0] + 1.5
        x1 = grid.corner((grid.first_row, bar.end))[0] - 1.5
        y = grid.top - INDEX_HEIGHT - LANE * (bar.lane + 1)
        items.append(_bar(x0, y, x1 - x0, LANE - 2, bar.lit))
        label = _bar_label(bar.names, x1 - x0 - 4, " ")
        items.append(middle_text(label, (x0 + x1) / 2, y + LANE / 2 - 1, 9, fill=_bar_ink(bar), bold=bar.lit))
    lane = _lane(left, 0)
    for bar in left:
        y0 = grid.corner((bar.start, grid.first_column))[1] + 1.5
        y1 = grid.corner((bar.end, grid.first_column))[1] - 1.5
        x = grid.left - room - lane * (bar.lane + 1)
        items.append(_bar(x, y0, lane - 2, y1 - y0, bar.lit))
        letters = _stack(bar.names, y1 - y0)
        step = min(14.0, (y1 - y0 - 2) / len(letters))
        middle = (y0 + y1) / 2 - step * (len(letters) - 1) / 2
        for place, letter in enumerate(letters):
            centre = (x + lane / 2 - 1, middle + place * step)
            items.append(middle_text(letter, *centre, 9, fill=_bar_ink(bar), bold=bar.lit))
    return items


def _bar(x: float, y: float, width: float, height: float, lit: bool) -> Rect:
    return Rect(x, y, width, height, "forward" if lit else "forward_tint", "forward", radius=3)


def _bar_ink(bar: Bar) -> Role:
    return "on_forward" if bar.lit else "forward"


def _bar_label(names: tuple[str, ...], room: float, joint: str) -> str:
    text = joint.join(names)
    return text if text_width(text, 9, bold=True) <= room else f"{names[0]}…"


def _stack(names: tuple[str, ...], room: float) -> tuple[str, ...]:
    return names if len(names) * 10.5 <= room else (names[0], "…") if room >= 21 else (names[0],)


def draw_input(grid: Grid, view: View, show: NumberFormat, spotlight: Window | None) -> list[Item]:
    """X: winners ringed, equal losers dashed, padding hatched, unused cells dotted, one window outlined."""
    plane = view.plane
    items: list[Item] = []
    losers = {cell for window in view.windows if not window.all_zero for cell in window.losers}
    for cell in view.cells:
        x, y = grid.corner(cell)
        if not view.is_real(cell):
            items += _padding(x, y, grid.cell, plane.is_max)
        elif cell not in plane.covered:
            items += _unused(grid, cell, _value(plane, cell, show))
        else:
            items.append(Rect(x, y, grid.cell, grid.cell, "value", "grid"))
            items += _input_cell(grid, view, cell, show, cell in losers)
    if spotlight is None:
        return items
    if any(step != 1 for step in plane.dilation):
        for cell in spotlight.cells:
            x, y = grid.corner(cell)
            items.append(Circle(x + 6, y + grid.cell - 6, 2.2, "ink", "value"))
    box = grid.window_box(plane, spotlight)
    items.append(Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, None, "ink", 2.5))
    return items


def _value(plane: Plane, cell: Cell, show: NumberFormat) -> str:
    return "?" if plane.values is None else show(float(plane.values[cell]))


def _padding(x: float, y: float, cell: float, infinite: bool) -> list[Item]:
    text = "−∞" if infinite else "0"
    size = 11.0 if cell >= 33 else 9.0
    width = text_width(text, size) + 4
    return [
        Hatch(x, y, cell, cell, "grid"),
        Rect(x, y, cell, cell, None, "grid", dash="dotted"),
        Rect(x + (cell - width) / 2, y + cell / 2 - size * 0.6, width, size * 1.2, "panel", radius=3),
        middle_text(text, x + cell / 2, y + cell / 2, size, fill="muted"),
    ]


def _unused(grid: Grid, cell: Cell, text: str) -> list[Item]:
    x, y = grid.corner(cell)
    middle_x, middle_y = grid.centre(cell)
    labelled = grid.cell >= text_width("unused", 9) + 2
    number_y = middle_y - 5 if labelled else middle_y
    items: list[Item] = [
        Rect(x + 1.5, y + 1.5, grid.cell - 3, grid.cell - 3, None, "muted", dash="dotted"),
        number_in(text, middle_x, number_y, number_size(grid.cell) - 2, grid.cell - 6, fill="muted"),
    ]
    if labelled:
        items.append(middle_text("unused", middle_x, middle_y + 9, 9, fill="muted"))
    return items


def _input_cell(grid: Grid, view: View, cell: Cell, show: NumberFormat, loser: bool) -> list[Item]:
    plane = view.plane
    x, y = grid.centre(cell)
    wins = plane.arrivals.get(cell, ()) if plane.is_max else ()
    real_wins = [(window, share) for window, share in wins if not window.all_zero]
    radius = grid.cell * 0.4
    room = radius * 1.8 if wins or loser else grid.cell - 6
    items: list[Item] = []
    if real_wins:
        if any(share == 1 for _, share in real_wins):
            items.append(Circle(x, y, radius, None, "forward", 2))
        else:
            items.append(Arc(x, y, radius, 90, 270, "forward", 2))
            items.append(Arc(x, y, radius, 270, 450, "forward", 1, "dotted"))
    elif wins:
        items.append(Circle(x, y, radius, None, "muted", 1, "dotted"))
    elif loser:
        items.append(Circle(x, y, radius, None, "forward", 1.3, "dashed"))
    ink: Role = "ink" if real_wins or loser or not plane.is_max else "muted"
    size = number_size(grid.cell)
    edge = grid.cell / 2
    # In small cells the number makes room for the badge.
    low = 4 if len(real_wins) > 1 and grid.cell < 42 else 0
    items.append(number_in(_value(plane, cell, show), x, y + low, size, room, fill=ink, bold=bool(real_wins)))
    if loser:
        items.append(Circle(x + edge - 7, y + edge - 7, 5, "value"))
        items.append(middle_text("=", x + edge - 7, y + edge - 7, 11, fill="forward", bold=True))
    if len(real_wins) > 1:
        items += _badge(f"×{len(real_wins)}", x + edge - 2, y - edge + (1 if low else 3))
    return items


def _badge(text: str, right: float, top: float) -> list[Item]:
    width = text_width(text, 9, bold=True) + 5
    return [
        Rect(right - width, top, width, 11, "forward", radius=3),
        middle_text(text, right - width / 2, top + 5.5, 9, fill="on_forward", bold=True),
    ]


def draw_small_panel(
    grid: Grid, view: View, spotlight: Window, role: Role, content: Content, fill: Callable[[Window], Role]
) -> list[Item]:
    """Y, switches or dY: one cell a window, named by letter (or by row and column along the edges)."""
    items: list[Item] = []
    for window in view.windows:
        items += small_cell(grid, view, window, role, content, fill(window))
    items += edge_numbers(grid, view)
    x, y = grid.corner((spotlight.row, spotlight.column))
    items.append(Rect(x, y, grid.cell, grid.cell, None, "ink", 2.5))
    return items


def small_cell(
    grid: Grid, view: View, window: Window, role: Role, content: Content, paper: Role
) -> list[Item]:
    """One window's cell of Y, switches or dY, with its letter where there is room."""
    x, y = grid.corner((window.row, window.column))
    items: list[Item] = [Rect(x, y, grid.cell, grid.cell, paper, "grid")]
    if _named(grid, view):
        ink: Role = role if paper == "value" else text_role_on(paper)
        items.append(middle_text(view.name(window), x + 5, y + 8, 10, fill=ink, anchor="start", bold=True))
    return [*items, *content(grid, window, x, y)]


def _named(grid: Grid, view: View) -> bool:
    return view.lettered and grid.cell >= 30


def edge_numbers(grid: Grid, view: View) -> list[Item]:
    """Row and column numbers of a small panel whose cells have no room for letters."""
    items: list[Item] = []
    if _named(grid, view):
        return items
    for column in range(*view.window_columns):
        x = grid.centre((grid.first_row, column))[0]
        items.append(middle_text(str(column), x, grid.top - 6, 9, fill="muted"))
    for row in range(*view.window_rows):
        y = grid.centre((row, grid.first_column))[1]
        items.append(middle_text(str(row), grid.left - 4, y, 9, fill="muted", anchor="end"))
    return items


def _number_height(grid: Grid, view: View, top: float) -> float:
    """The height of a small panel's number: low in small cells, to keep clear of the letter."""
    named_and_small = view.lettered and 30 <= grid.cell < 40
    return top + grid.cell / 2 + (6 if named_and_small else 1)


def output_content(view: View, show: NumberFormat) -> Content:
    """What a cell of Y holds: the value, and whether its window was tied."""

    def content(grid: Grid, window: Window, x: float, y: float) -> list[Item]:
        text = show(float(view.plane.outputs[window.row, window.column]))
        tag = ""
        if window.all_zero:
            tag = "all zero"
        elif view.plane.is_max and window.tied:
            tag = f"tie: {view.plane.ties}"
        if text_width(tag, 9) > grid.cell - 2:
            tag = tag.partition(":")[0] if text_width(tag.partition(":")[0], 9) <= grid.cell - 2 else ""
        roomy = grid.cell >= 40
        centre = _number_height(grid, view, y)
        items: list[Item] = [
            number_in(text, x + grid.cell / 2, centre, number_size(grid.cell), grid.cell - 4, bold=True)
        ]
        if tag and roomy:
            items.append(middle_text(tag, x + grid.cell / 2, y + grid.cell - 7, 9, fill="muted"))
        return items

    return content


def cotangent_content(view: View, show: NumberFormat, fill: Callable[[Window], Role]) -> Content:
    """What a cell of dY holds: the incoming gradient."""

    def content(grid: Grid, window: Window, x: float, y: float) -> list[Item]:
        middle = (x + grid.cell / 2, _number_height(grid, view, y))
        ink = text_role_on(fill(window))
        text = show(window.cotangent)
        return [number_in(text, *middle, number_size(grid.cell), grid.cell - 4, fill=ink, bold=True)]

    return content


def cotangent_fill(largest: float) -> Callable[[Window], Role]:
    """The diverging fill of dY."""

    def fill(window: Window) -> Role:
        return gradient_role(window.cotangent, largest)

    return fill


def switch_content(view: View) -> Content:
    """What a cell of the switches holds: the winning tap's number, and the window in small with it filled."""
    plane = view.plane
    rows, columns = plane.window

    def content(grid: Grid, window: Window, x: float, y: float) -> list[Item]:
        taps = [plane.tap(window, cell) for cell, _ in window.shares]
        text = "+".join(map(str, taps)) if taps else "none"
        dot = min(7.0, (grid.cell - 24) / max(rows, columns))
        drawn = dot >= 4
        if not drawn:
            return [
                number_in(
                    text,
                    x + grid.cell / 2,
                    _number_height(grid, view, y),
                    number_size(grid.cell),
                    grid.cell - 4,
                    fill="saved",
                )
            ]
        left, top = x + grid.cell - 5 - dot * columns, y + grid.cell - 5 - dot * rows
        items: list[Item] = []
        for tap in range(rows * columns):
            row, column = divmod(tap, columns)
            role: Role = "saved" if tap in taps else "value"
            items.append(Rect(left + column * dot, top + row * dot, dot, dot, role, "saved", 0.6))
        if len(taps) == 1:
            items.append(
                number_text(text, x + (left - x) / 2 + 1, top + dot * rows / 2, 13, fill="saved", bold=True)
            )
        return items

    return content


def share_items(grid: Grid, plane: Plane, window: Window, show: NumberFormat) -> list[Item]:
    """For pools without winners: the share of each cell of one window; padding hatched."""
    shares = dict(window.shares)
    items: list[Item] = []
    for tap in range(plane.window[0] * plane.window[1]):
        row, column = divmod(tap, plane.window[1])
        cell = (window.top + row * plane.dilation[0], window.left + column * plane.dilation[1])
        x, y = grid.corner((row, column))
        middle = (x + grid.cell / 2, y + grid.cell / 2)
        if cell in window.cells:
            text = f"{show(shares[cell])}×" if cell in shares else "0"
            ink: Role = "ink" if cell in shares else "muted"
            items.append(Rect(x, y, grid.cell, grid.cell, "value", "grid"))
            items.append(number_in(text, *middle, number_size(grid.cell), grid.cell - 4, fill=ink))
        else:
            items += [
                Hatch(x, y, grid.cell, grid.cell),
                Rect(x, y, grid.cell, grid.cell, None, "grid", dash="dotted"),
            ]
    return items


def key_glyph(x: float, y: float) -> list[Item]:
    """A little key, 16 px wide, its middle at height ``y``: "kept for later"."""
    return [
        Circle(x + 4, y, 3.2, None, "saved", 1.6),
        Line(((x + 7.2, y), (x + 16, y)), "saved", 1.6),
        Line(((x + 12.5, y), (x + 12.5, y + 3.5)), "saved", 1.6),
        Line(((x + 15.2, y), (x + 15.2, y + 3.5)), "saved", 1.6),
    ]
