"""The smaller parts of picture A: the legend, the filmstrip of windows, the thumbnail of the whole map."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viz.canvas.fonts import text_width
from viz.canvas.scene import Arc, Circle, Group, Hatch, Item, Line, Point, Rect, Span, Text, middle_text
from viz.canvas.theme import Role, gradient_role
from viz.pooling.gradient import blocked_sign
from viz.pooling.numbers import NumberFormat
from viz.pooling.plane import Plane, Window
from viz.pooling.slices import elsewhere_words
from viz.pooling.values import nearly_equal
from viz.pooling.view import Grid, View
from viz.pooling.words import place

MOST_FRAMES = 16
THUMBNAIL = 112.0
_RAMP: tuple[Role, ...] = (
    "negative3",
    "negative2",
    "negative1",
    "zero",
    "positive1",
    "positive2",
    "positive3",
)


def legend(
    view: View,
    show_values: NumberFormat,
    left: float,
    top: float,
    width: float,
    more: Sequence[tuple[str, str]] = (),
) -> tuple[list[Item], float]:
    """The signs that occur in this picture (and ``more``), each with its meaning, in rows; their height."""
    items: list[Item] = []
    x, y = left, top + 8
    for sign, words in [*_signs(view, show_values), *more]:
        room = 26 + text_width(words, 11) + 18
        if x > left and x + room - 18 > left + width:
            x, y = left, y + 22
        items += _sign(sign, x + 10, y)
        items.append(middle_text(words, x + 26, y, 11, fill="muted", anchor="start"))
        x += room
    return items, y + 10 - top


def _signs(view: View, show_values: NumberFormat) -> list[tuple[str, str]]:
    plane = view.plane
    found = [("bars", "window = a bar" if plane.one_axis else "window = a top bar × a left bar")]
    if plane.is_max:
        shown = [w for w in view.windows if not w.all_zero]
        if any(w.shares and not w.split for w in shown):
            found.append(("winner", "winner"))
        if any(w.split for w in shown):
            found.append(("half", "equal winner: a share"))
        if any(len(terms) > 1 for terms in plane.arrivals.values()):
            found.append(("badge", "wins several windows"))
        if any(w.losers for w in view.windows):
            found.append(("loser", "as large, but loses the tie"))
        if nearly_equal(view, show_values):
            found.append(("less", "prints like the winner, is less"))
        if any(w.all_zero for w in view.windows):
            blocks = "ReLU will block it" if plane.after_relu else "a ReLU before would block it"
            found.append(("zero", f"all zero: {blocks}"))
        found.append(("arrow", "what a window sends, from its middle"))
        if any(elsewhere_words(w) for w in view.windows):
            found.append(("away", "winner at another depth, z"))
        found.append(("grey", "never wins"))
    else:
        found.append(("pill", "what a window sends, in shares"))
        if has_filmstrip(view):
            found.append(("dots", "below: larger dot, larger share"))
    hidden = (w for cell in view.cells for w, _ in plane.arrivals.get(cell, ()) if view.is_hidden(w))
    if (example := next(hidden, None)) is not None:
        name = view.name(example)
        letter = name.partition("@")[0] if "@" in name else name
        found.append((f"text {name}", f"window {letter} of layer {example.layer}, not drawn"))
    if any(not view.is_real(cell) for cell in view.cells):
        found.append(("padding", "padding: never wins" if plane.is_max else "padding"))
    if any(view.is_real(cell) and not plane.covers(cell) for cell in view.cells):
        found.append(("unused", "in no window"))
    return found


def _sign(sign: str, x: float, y: float) -> list[Item]:
    match sign:
        case "bars":
            return [
                Rect(x - 4, y - 9, 14, 5, "forward_tint", "forward", radius=2),
                Rect(x - 10, y - 3, 5, 12, "forward_tint", "forward", radius=2),
                Rect(x - 4, y - 3, 14, 12, None, "ink", 2),
            ]
        case "winner":
            return [Circle(x, y, 8, None, "forward", 2)]
        case "half":
            return [Arc(x, y, 8, 90, 270, "forward", 2), Arc(x, y, 8, 270, 450, "forward", 1, "dotted")]
        case "loser":
            return [
                Circle(x, y, 8, None, "forward", 1.3, "dashed"),
                middle_text("=", x, y, 11, fill="forward", bold=True),
            ]
        case "less":
            return [middle_text("<", x, y, 11, fill="forward", bold=True)]
        case _ if sign.startswith("text "):
            return [middle_text(sign.removeprefix("text "), x, y, 11, mono=True)]
        case "badge":
            return [
                Rect(x - 9, y - 6, 18, 12, "forward", radius=3),
                middle_text("×2", x, y, 9, fill="on_forward", bold=True),
            ]
        case "zero":
            return [Circle(x - 9, y, 8, None, "muted", 1, "dotted"), *blocked_sign(x + 6, y, "ink")]
        case "arrow":
            return [
                Rect(x - 10, y - 5, 11, 10, "paper", "backward", radius=5),
                Line(((x + 1, y), (x + 11, y)), "backward", 1.8, head="filled", head_size=6),
            ]
        case "away":
            return [
                Rect(x - 10, y - 6, 20, 12, "paper", "backward", 1, "dashed", radius=6),
                middle_text("z0", x, y, 9, fill="backward", mono=True),
            ]
        case "dots":
            return [Circle(x - 6, y, 5, "forward"), Circle(x + 5, y, 2.5, "forward")]
        case "pill":
            return [Rect(x - 9, y - 5, 18, 10, "paper", "backward", radius=5)]
        case "grey":
            return [
                Rect(x - 8, y - 8, 16, 16, "zero", "grid"),
                middle_text("0", x, y, 11, fill="muted", mono=True),
            ]
        case _:
            box = Rect(x - 8, y - 8, 16, 16, None, "grid" if sign == "padding" else "muted", dash="dotted")
            return [Hatch(x - 8, y - 8, 16, 16), box] if sign == "padding" else [box]


def colour_scale(right: float, y: float, largest: str, unit: str) -> list[Item]:
    """The seven classes of the gradient fill, from minus to plus the largest value; ends at ``right``."""
    plus = f"+{largest}" + (f" ({unit})" if unit else "")
    x = right - text_width(plus, 9) - 4
    items: list[Item] = [middle_text(plus, x + 4, y, 9, fill="muted", anchor="start")]
    x -= 14 * len(_RAMP)
    for step, role in enumerate(_RAMP):
        items.append(Rect(x + step * 14, y - 5, 14, 10, role, "grid"))
    items.append(middle_text("0", x + 49, y, 9, fill="on_weak"))
    items.append(middle_text(f"−{largest}", x - 4, y, 9, fill="muted", anchor="end"))
    return items


def has_filmstrip(view: View) -> bool:
    """Whether windows overlap and are few enough to show one by one."""
    return view.plane.overlapping and 1 < len(view.windows) <= MOST_FRAMES


def filmstrip(
    view: View, show: NumberFormat, spotlight: Window, left: float, top: float, width: float
) -> tuple[list[Item], float]:
    """One small picture a window: its place, its winner (or shares), what it sends; and their height."""
    rows, columns = view.rows[1] - view.rows[0], view.columns[1] - view.columns[0]
    per_row = len(view.windows) if len(view.windows) <= 9 else (len(view.windows) + 1) // 2
    step = width / per_row
    cell = max(4.0, min(12.0, (step - 16) // columns, 72 // rows))
    height = cell * rows + 32
    items: list[Item] = []
    for number, window in enumerate(view.windows):
        x = left + step * (number % per_row + 0.5) - cell * columns / 2
        y = top + (height + 8) * (number // per_row)
        grid = Grid(x, y, cell, view.rows[0], view.columns[0], rows, columns)
        items.append(Group(tuple(_frame(view, grid, window, show, window is spotlight, step)), title=None))
    lines = -(-len(view.windows) // per_row)
    return items, lines * (height + 8) - 8


def _frame(view: View, grid: Grid, window: Window, show: NumberFormat, lit: bool, room: float) -> list[Item]:
    items: list[Item] = [Rect(grid.left, grid.top, grid.right - grid.left, grid.bottom - grid.top, "value")]
    box = grid.window_box(view.plane, window)
    size = (box.right - box.left, box.bottom - box.top)
    items.append(Rect(box.left, box.top, *size, "forward_tint"))
    for cell in view.cells:
        if not view.is_real(cell):
            items.append(Hatch(*grid.corner(cell), grid.cell, grid.cell, "grid"))
    for row in range(grid.rows + 1):
        y = grid.top + row * grid.cell
        items.append(Line(((grid.left, y), (grid.right, y)), "grid", 0.7))
    for column in range(grid.columns + 1):
        x = grid.left + column * grid.cell
        items.append(Line(((x, grid.top), (x, grid.bottom)), "grid", 0.7))
    items.append(Rect(box.left, box.top, *size, None, "ink" if lit else "forward", 2.2 if lit else 1.3))
    dot = grid.cell * 0.3
    most = max((abs(share) for _, share in window.shares if math.isfinite(share)), default=0.0) or 1.0
    for cell, share in window.shares:
        if view.shows(cell):
            x, y = grid.centre(cell)
            if view.plane.is_max:
                items.append(Circle(x, y, dot, "forward" if share == 1 else "forward_tint", "forward", 1.2))
            else:  # the dot's area is the share; hollow where the share is negative
                # One that is not finite has no size: it is as large as the largest, and hollow.
                radius = grid.cell * 0.36 * (min(abs(share) / most, 1) if math.isfinite(share) else 1) ** 0.5
                items.append(
                    Circle(x, y, radius, "forward" if 0 < share < math.inf else "value", "forward", 1)
                )
    for cell in window.losers:
        if view.shows(cell):
            x, y = grid.centre(cell)
            items.append(Circle(x, y, dot, "value", "forward", 1, "dotted"))
    middle = (grid.left + grid.right) / 2
    name, sent = view.name(window), show(window.cotangent)
    items.append(
        Text(middle, grid.bottom + 14, (Span(name, bold=True), Span(f" sends {sent}")), 11, "ink", "middle")
    )
    cells = [cell for cell, _ in window.shares]
    goal = f"to {place(view.plane, cells[0])}" if len(cells) == 1 else f"to {len(cells)} cells"
    if not view.plane.is_max and cells:
        each = {show(window.cotangent * share) for _, share in window.shares}
        goal += f", {each.pop()} each" if len(each) == 1 and len(cells) > 1 else ""
    away = elsewhere_words(window).removeprefix("at ")
    goal = f"to {away}" if away else goal
    if text_width(goal, 9) <= room:
        items.append(Text(middle, grid.bottom + 27, goal, 9, "muted", "middle"))
    return items


def thumbnail(view: View, left: float, top: float, largest: float) -> tuple[list[Item], float]:
    """The whole map in small: a dot for each cell that got gradient, the crop's frame; and its height."""
    plane = view.plane
    rows, columns = plane.shape
    cell = THUMBNAIL / max(rows, columns)
    width, height = columns * cell, rows * cell
    items: list[Item] = [Rect(left, top, width, height, "value", "grid")]
    for row, column in _thinned(plane):
        role = gradient_role(float(plane.gradient[row, column]), largest)
        dot = max(cell * 0.8, 1.0)
        fill: Role = "backward" if role.startswith("positive") else "negative3"
        items.append(Rect(left + column * cell, top + row * cell, dot, dot, fill))
    frame: tuple[Point, Point] = (
        (left + max(view.columns[0], 0) * cell, top + max(view.rows[0], 0) * cell),
        (left + min(view.columns[1], columns) * cell, top + min(view.rows[1], rows) * cell),
    )
    (x0, y0), (x1, y1) = frame
    items.append(Rect(x0, y0, x1 - x0, y1 - y0, None, "ink", 2))
    return items, height


def _thinned(plane: Plane) -> Sequence[tuple[int, int]]:
    """The cells with gradient; of very large maps an even selection, so that the file stays small."""
    cells = np.argwhere(plane.gradient != 0)
    step = -(-len(cells) // 4000) or 1
    return [(int(row), int(column)) for row, column in cells[::step]]


def flow_arrow(
    x: float, bottom: float, top: float, role: Role, words: Sequence[Span], *, up: bool, thick: float
) -> list[Item]:
    """An arrow between two panels, with what happens on the way written beside it."""
    ends = ((x, bottom), (x, top)) if up else ((x, top), (x, bottom))
    return [
        Line(ends, role, thick, head="filled" if up else "open", head_size=12 if up else 8),
        middle_text(tuple(words), x + 14, (top + bottom) / 2, 11, fill=role, anchor="start"),
    ]
