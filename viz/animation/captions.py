"""What the film says: one sentence a step."""

from __future__ import annotations

import math

import numpy as np

from viz.canvas.theme import Role
from viz.pooling.layout import RoutingLayout
from viz.pooling.numbers import sum_format
from viz.pooling.plane import Cell, Plane, Slice, Window

_PARTS = {
    1: "once",
    2: "half",
    3: "a third",
    4: "a quarter",
    5: "a fifth",
    6: "a sixth",
    8: "an eighth",
    9: "a ninth",
}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


def forward_words(layout: RoutingLayout, window: Window) -> str:
    """The first step: what a window keeps."""
    plane = layout.view.plane
    name, value = _window(layout, window), _output(layout, window)
    if plane.is_max:
        return f"Max keeps one number of each window: of {name} the largest, {value} …"
    if plane.is_norm:
        return f"The p-norm counts large cells most: {name} becomes {value} …"
    if not _equal(window):
        return f"Each cell counts by a share of its own: {name} becomes {value} …"
    count = window.receivers
    kind = {"sum": "Sum", "weighted": "Weighted"}.get(plane.op.partition("_")[0], "Average")
    cells = f"each of {count} cells" if count > 1 else "its one cell"
    return f"{kind} pooling counts {cells} {share_word(window)}: {name} becomes {value} …"


def saved_words(layout: RoutingLayout, window: Window) -> str:
    """The second step: what is remembered."""
    plane = layout.view.plane
    if plane.is_norm:
        return "… and keeps the values: the shares follow from them."
    if plane.learns_weights:
        return "… and keeps X and the weights, for the weights' own gradient."
    if not plane.is_max:
        weighted = plane.op.startswith("weighted")
        if weighted and plane.learns_weights is None:
            return "… and the shares follow from the weights alone; X is kept too if the weights learn."
        known = "weights" if weighted else "window's place"
        return f"… and needs to remember nothing: the shares follow from the {known} alone."
    taps = [str(tap) for tap in plane.taps(window)]
    if len(taps) > 1:
        equal = f"{', '.join(taps[:-1])} and {taps[-1]}"
        return f"… and remembers where it was: equal at taps {equal} of {_window(layout, window)}."
    return f"… and remembers where it was: tap {taps[0]} of {_window(layout, window)}, the switch."


def back_words(layout: RoutingLayout, window: Window) -> str:
    """The third step: the gradient arrives and returns."""
    sent = layout.show(window.cotangent)
    arrives = f"Backward, {sent} arrives for {_window(layout, window)}:"
    if not layout.view.plane.is_max:
        return f"{arrives} it goes back to every cell that was counted."
    if window.split:
        share = layout.show(window.cotangent * window.shares[0][1])
        return f"{arrives} its {window.receivers} equal winners share it, {share} each."
    return f"{arrives} its gradient goes back there."


def others_words(layout: RoutingLayout, window: Window) -> str:
    """The fourth step: what the other cells get."""
    plane = layout.view.plane
    if not plane.is_max:
        if not all(math.isfinite(share) for _, share in window.shares):
            return "Some cells hold no finite number, and so their shares of the gradient are none."
        if not _equal(window):
            given = sorted(window.cotangent * share for _, share in window.shares)
            shares = f"{layout.show(given[0])} to {layout.show(given[-1])}"
            return f"Each cell gets its own share of the gradient: {shares}."
        share = layout.show(window.cotangent * window.shares[0][1])
        if _counts_once(window):
            return f"Each cell was counted once, so each gets the whole gradient, {share}."
        part = share_word(window)
        return f"Each cell was counted {part}, so each gets {part} of the gradient: {share}."
    losers = len(window.cells) - len(window.shares)
    here = "" if plane.slice is None else f" at depth {plane.slice.depth}"
    if not losers and here and not window.split:
        return f"No other cell{here} lies in it, so nobody there lost."
    if not losers:
        return (
            "No cell of this window lost: nobody gets 0."
            if window.split
            else "It was the only cell: nobody lost."
        )
    if window.losers:
        return (
            f'The losers didn\'t matter, not even the equal {_output(layout, window)} (ties="{plane.ties}"): '
            f"they get 0."
        )
    return (
        f"The losers didn't matter: the other {losers} cells{here} get 0."
        if losers > 1
        else "The loser didn't matter: it gets 0."
    )


def second_words(layout: RoutingLayout, first: Window, second: Window, shared: Cell | None) -> str:
    """The fifth step: another window's gradient."""
    plane, show = layout.view.plane, layout.show
    name = _window(layout, second)
    if shared is None:
        if not plane.is_max and not _equal(second):
            sent = show(second.cotangent)
            return f"{name[0].upper()}{name[1:]} has cells of its own: each gets its share of {sent}."
        sent = show(second.cotangent * second.shares[0][1])
        whose = "another winner" if plane.is_max else "cells of its own"
        return (
            f"{name[0].upper()}{name[1:]} has {whose}: {sent} goes {'there' if plane.is_max else 'to each'}."
        )
    text = sum_text(layout, first, second, shared)
    where = "won the same cell: two wins add" if plane.is_max else "counted the same cell too: two shares add"
    more = len(plane.arrivals[shared]) - 2
    to_come = f" ({_NUMBERS.get(more, more)} more to come)" if more else ""
    return f"{name[0].upper()}{name[1:]} {where}, {text}{to_come}."


def sum_text(layout: RoutingLayout, first: Window, second: Window, cell: Cell) -> str:
    """The gradient that two windows give a cell: "0.4 + 0.7 = 1.1"."""
    show = layout.show
    terms = [window.cotangent * dict(window.shares)[cell] for window in (first, second)]
    sign = "=" if show.adds_up(terms, sum(terms)) else "≈"
    return f"{show(terms[0])} + {show(terms[1])} {sign} {show(sum(terms))}".replace("+ −", "− ")


def last_words(layout: RoutingLayout) -> str:
    """The last step: the whole map."""
    plane = layout.view.plane
    _, received, stayed = plane.counts
    count = len(plane.windows)
    every = {1: "One window is all there is", 2: "Both windows do the same"}.get(
        count, f"All {count} windows do the same"
    )
    stay = "stays" if stayed == 1 else "stay"
    cells = f"{received} {'cell receives' if received == 1 else 'cells receive'}, {stayed} {stay} 0"
    if plane.slice is not None:
        return _slice_words(plane, plane.slice, cells)
    out, arrived = float(plane.cotangents.sum()), float(plane.gradient.sum())
    scale = float(np.abs(plane.cotangents).sum())
    if not (math.isfinite(scale) and math.isfinite(arrived)):
        return f"{every}: {cells}."
    digits = 6 - math.floor(math.log10(scale)) if scale else 6
    out, arrived = round(out, digits), round(arrived, digits)
    show = sum_format(out, arrived)
    text = f"{every}: {show(out)} sent, {show(arrived)} arrived; {cells}."
    zeros = sum(window.all_zero and window.cotangent != 0 for window in plane.windows)
    if zeros and plane.after_relu:
        text += f" ReLU will block what went to {zeros} all-zero {'window' if zeros == 1 else 'windows'}."
    return text


def _slice_words(plane: Plane, cut: Slice, cells: str) -> str:
    away = sum(not window.shares for window in plane.windows)
    count = len(plane.windows)
    text = f"{count} {'window' if count == 1 else 'windows'} of layer {cut.layer}"
    if away:
        text += f", {away} with the winner at another depth"
    if any(window.shares for window in cut.hidden):
        text += ", and what other layers add"
    return f"{text}: at depth {cut.depth}, {cells}."


def share_word(window: Window) -> str:
    """How much a cell of an average or a sum counts: "a quarter"."""
    share = window.shares[0][1]
    parts = round(1 / share) if share else 0
    if parts and abs(share * parts - 1) < 1e-6:
        return _PARTS.get(parts, f"1/{parts}")
    return f"{share:.3g}"


def roles(plane: Plane, count: int) -> list[Role]:
    """The colour of each step."""
    kept: Role = "saved" if plane.is_max else "forward"
    middle: list[Role] = ["backward"] * (count - 3)
    return ["forward", kept, *middle, "ink"]


def _equal(window: Window) -> bool:
    """Whether all cells of a window count the same."""
    shares = [share for _, share in window.shares]
    return max(shares) - min(shares) <= 1e-6 * abs(max(shares))


def _counts_once(window: Window) -> bool:
    return all(share == 1 for _, share in window.shares)


def _window(layout: RoutingLayout, window: Window) -> str:
    return f"window {layout.view.name(window)}"


def _output(layout: RoutingLayout, window: Window) -> str:
    return layout.show_values(float(layout.view.plane.outputs[window.row, window.column]))
