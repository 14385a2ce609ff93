"""Which two windows the film follows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from viz.errors import UndrawableError
from viz.pooling.layout import RoutingLayout
from viz.pooling.plane import Cell, Window


@dataclass(frozen=True, slots=True)
class Pair:
    """The two windows that the film follows, and the cell in which their gradients meet."""

    first: Window
    second: Window | None
    shared: Cell | None


def choose_pair(layout: RoutingLayout, spotlight: Window | None) -> Pair:
    """The most telling pair: both win one cell that no third window wins, without a tie.

    Raises
    ------
    UndrawableError
        No window shown sends anything to a cell shown.
    """
    view = layout.view
    sending = {
        (window.row, window.column): window
        for window in view.windows
        if any(view.shows(cell) for cell, _ in window.shares)
    }
    if not sending or (spotlight and (spotlight.row, spotlight.column) not in sending):
        what = "no window" if spotlight is None else f"window {view.name(spotlight)}"
        raise UndrawableError(
            f"{what} of this {view.plane.op} sends a gradient to a cell shown; nothing would move"
        )
    # Windows whose gradient is not 0 tell more.
    telling = {
        place: window
        for place, window in sending.items()
        if not window.all_zero and window.cotangent != 0 and math.isfinite(window.cotangent)
    }
    wanted = (spotlight.row, spotlight.column) if spotlight else None
    best: tuple[float, ...] = (-1.0,)
    found: Pair | None = None
    for cell in view.cells:
        terms = view.plane.arrivals.get(cell, ())
        own = [window for window, _ in terms if not view.is_hidden(window)]
        meeting = [window for window in own if (window.row, window.column) in telling]
        first = next((w for w in meeting if wanted in (None, (w.row, w.column))), None)
        second = next((w for w in meeting if w is not first), None)
        if first is None or second is None:
            continue
        tied = view.plane.is_max and (first.tied or second.tied)
        worth = (float(len(terms) == 2), float(not tied), abs(float(view.plane.gradient[cell])))
        if worth > best:
            best, found = worth, Pair(first, second, cell)
    if found is not None:
        return found
    order = [*telling.values(), *(window for place, window in sending.items() if place not in telling)]
    start = spotlight or order[0]
    return Pair(start, next((w for w in order if (w.row, w.column) != (start.row, start.column)), None), None)
