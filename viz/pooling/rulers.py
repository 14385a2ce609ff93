"""The rulers of picture A: one bar for each row and column of windows, along the top and the left of X."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.canvas.fonts import text_width
from viz.canvas.scene import Item, Rect, middle_text
from viz.canvas.theme import Role
from viz.pooling.plane import Window
from viz.pooling.values import INDEX_HEIGHT
from viz.pooling.view import Grid, View

LANE = 13.0


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
