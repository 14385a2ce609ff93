"""The panels of picture A that hold plain values: X with its rulers, and the lower row Y, switches, dY."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from viz.canvas.fonts import text_width
from viz.canvas.scene import Arc, Circle, Hatch, Item, Line, Rect, Text, middle_text, number_text
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.pooling.numbers import NumberFormat, fit_number
from viz.pooling.plane import Cell, Plane, Window
from viz.pooling.slices import elsewhere_words
from viz.pooling.view import Grid, View

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


def draw_input(grid: Grid, view: View, show: NumberFormat, spotlight: Window | None) -> list[Item]:
    """X: winners ringed, equal losers dashed, padding hatched, unused cells dotted, one window outlined."""
    items = [item for _, drawn in input_cells(grid, view, show) for item in drawn]
    return items if spotlight is None else [*items, *input_outline(grid, view, spotlight)]


def input_cells(grid: Grid, view: View, show: NumberFormat) -> Iterator[tuple[Cell, list[Item]]]:
    """The cells of X one by one."""
    losers = {cell for window in view.windows for cell in window.losers}
    live = {cell for window in view.windows if not window.all_zero for cell in window.losers}
    nearly = nearly_equal(view, show) - losers
    for cell in view.cells:
        x, y = grid.corner(cell)
        if not view.is_real(cell):
            yield cell, list(_padding(x, y, grid.cell, view.plane.is_max))
        elif not view.plane.covers(cell):
            yield cell, list(_unused(grid, cell, _value(view.plane, cell, show)))
        else:
            mark = "=" if cell in losers else "<" if cell in nearly else ""
            ground = Rect(x, y, grid.cell, grid.cell, "value", "grid")
            yield cell, [ground, *_input_cell(grid, view, cell, show, mark, cell in losers - live)]


def input_outline(grid: Grid, view: View, window: Window) -> list[Item]:
    """A window's outline in X; where it has holes, that of each cell, and a dashed one around all."""
    box = grid.window_box(view.plane, window)
    place = box.left, box.top, box.right - box.left, box.bottom - box.top
    if all(step == 1 for step in view.plane.dilation):
        return [Rect(*place, None, "ink", 2.5)]
    corners = [grid.corner(cell) for cell in window.cells if view.shows(cell)]
    size = grid.cell - 3
    taps = [Rect(x + 1.5, y + 1.5, size, size, None, "ink", 2.5) for x, y in corners]
    return [*taps, Rect(*place, None, "ink", 1.3, "dashed")]


def nearly_equal(view: View, show: NumberFormat) -> set[Cell]:
    """Losers that print as their window's winner does, though they are smaller."""
    values = view.plane.values
    if values is None or not view.plane.is_max:
        return set()
    found = set()
    for window in view.windows:
        best = float(view.plane.outputs[window.row, window.column])
        found |= {
            cell for cell in window.cells if values[cell] < best and show(float(values[cell])) == show(best)
        }
    return found - set(view.plane.arrivals)


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


def _input_cell(grid: Grid, view: View, cell: Cell, show: NumberFormat, mark: str, pale: bool) -> list[Item]:
    """One cell of X; ``mark`` is "=" where it lost a tie (``pale``: of zeros), "<" where it only looks so."""
    plane = view.plane
    x, y = grid.centre(cell)
    wins = plane.arrivals.get(cell, ()) if plane.is_max else ()
    real_wins = [(window, share) for window, share in wins if not window.all_zero]
    radius = grid.cell * 0.4
    loser = mark == "="
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
        items.append(Circle(x, y, radius, None, "muted" if pale else "forward", 1.3, "dashed"))
    ink: Role = "ink" if real_wins or (loser and not pale) or not plane.is_max else "muted"
    size = number_size(grid.cell)
    edge = grid.cell / 2
    # In small cells the number makes room for the badge.
    low = 0 if grid.cell >= 42 else 4 if len(real_wins) > 1 else -3 if mark else 0
    items.append(number_in(_value(plane, cell, show), x, y + low, size, room, fill=ink, bold=bool(real_wins)))
    if mark:
        # Beside a badge the sign takes the opposite corner, so that neither lies on the number.
        sign_x, sign_y = (x - edge + 5, y - edge + 6) if low > 0 else (x + edge - 7, y + edge - 7)
        items.append(Circle(sign_x, sign_y, 5, "value"))
        items.append(middle_text(mark, sign_x, sign_y, 11, fill="muted" if pale else "forward", bold=True))
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
        tag = elsewhere_words(window)
        if window.all_zero:
            tag = "all zero"
        elif view.plane.is_max and window.tied:
            tag = f"tie: {view.plane.ties}"
        if tag.startswith("at depth") and text_width(tag, 9) > grid.cell - 2:
            tag = elsewhere_words(window, short=True)
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
        taps = plane.taps(window)
        filled = {plane.spot(window, cell) for cell, _ in window.shares}
        away = elsewhere_words(window, short=True)
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
            role: Role = "saved" if (row, column) in filled else "value"
            items.append(Rect(left + column * dot, top + row * dot, dot, dot, role, "saved", 0.6))
        if window.split:
            text = f"1/{len(taps)}"
        if taps:
            size = 9 if window.split else 13
            items.append(
                number_text(text, x + (left - x) / 2 + 1, top + dot * rows / 2, size, fill="saved", bold=True)
            )
        if away:
            items.append(
                middle_text(away, x + grid.cell - 5, y + 8, 9, fill="saved", anchor="end", mono=True)
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
            text = _share(shares[cell], show) if cell in shares else "0"
            ink: Role = "ink" if cell in shares else "muted"
            items.append(Rect(x, y, grid.cell, grid.cell, "value", "grid"))
            items.append(number_in(text, *middle, number_size(grid.cell), grid.cell - 4, fill=ink))
        else:
            items += [
                Hatch(x, y, grid.cell, grid.cell),
                Rect(x, y, grid.cell, grid.cell, None, "grid", dash="dotted"),
            ]
    return items


def _share(share: float, show: NumberFormat) -> str:
    """A share as printed, "0.25×"; a ninth, which has no last digit, is "1/9 ×"."""
    whole = round(1 / share) if 0 < share < 1 else 0
    endless = abs(show.rounded(share) * 10.0**show.power - share) > 1e-6
    return f"1/{whole} ×" if endless and whole and abs(share * whole - 1) < 1e-5 else f"{show(share)}×"


def key_glyph(x: float, y: float) -> list[Item]:
    """A little key, 16 px wide, its middle at height ``y``: "kept for later"."""
    return [
        Circle(x + 4, y, 3.2, None, "saved", 1.6),
        Line(((x + 7.2, y), (x + 16, y)), "saved", 1.6),
        Line(((x + 12.5, y), (x + 12.5, y + 3.5)), "saved", 1.6),
        Line(((x + 15.2, y), (x + 15.2, y + 3.5)), "saved", 1.6),
    ]
