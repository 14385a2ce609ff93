"""What the slice of a pooling over three axes must say: what comes from, and goes to, other depths."""

from __future__ import annotations

import math

from viz.pooling.numbers import NumberFormat, counted, sum_format
from viz.pooling.plane import Cell, Plane, Slice, Window
from viz.pooling.view import View

MOST_LISTED = 4


def slice_words(cut: Slice) -> str:
    """Which depth and which windows are drawn."""
    own = f"Drawn is depth {cut.depth} of X and dX, with layer {cut.layer} of the windows"
    return f"{own} ({span_words(cut, cut.layer)})."


def span_words(cut: Slice, layer: int) -> str:
    """Which depths a layer of windows covers."""
    first, last = cut.reach(layer)
    if cut.dilation > 1 and last > first:
        start = layer * cut.stride - cut.before
        depths = [start + tap * cut.dilation for tap in range(cut.window)]
        return f"depths {' and '.join(str(depth) for depth in depths if 0 <= depth < cut.depths)}"
    return f"depth {first}" if first == last else f"depths {first} to {last}"


def elsewhere_words(window: Window, short: bool = False) -> str:
    """Where a window's winner lies if it is at other depths only: "at depth 3"; empty where it is here."""
    if window.shares or not window.elsewhere:
        return ""
    depths = sorted({place[0] for place, _ in window.elsewhere})
    told = "+".join(map(str, depths))
    return f"z{told}" if short else f"at depth {told}"


def other_depths(view: View, show: NumberFormat) -> str:
    """What the drawn windows send to other depths, and what comes from windows that are not drawn."""
    plane, cut = view.plane, view.plane.slice
    if cut is None:
        return ""
    told = []
    away = [window for window in view.windows if elsewhere_words(window)]
    if plane.is_max and away:
        named = [f"{view.name(window)} {elsewhere_words(window)}" for window in away[:MOST_LISTED]]
        more = f" and {len(away) - MOST_LISTED} more" if len(away) > MOST_LISTED else ""
        told.append(
            f"{counted(len(away), 'window has its winner', 'windows have their winners')} at another depth, "
            f"so no cell here gets their gradient: {', '.join(named)}{more}."
        )
    elif not plane.is_max and cut.window > 1:
        told.append(
            f"Each window's shares lie at {span_words(cut, cut.layer)}; those at this depth are drawn."
        )
    others = [layer for layer in cut.covering if layer != cut.layer]
    if others:
        named = [f"layer {layer} ({span_words(cut, layer)})" for layer in others]
        told.append(
            f"This depth lies in {' and '.join(named)} too: not drawn, but added to dX. {_added(view, show)}"
        )
    return " ".join(told) or "No other window looks at this depth, and all winners lie in it."


def _added(view: View, show: NumberFormat) -> str:
    """What windows that are not drawn add to the cells."""
    found: list[tuple[Cell, float, set[int]]] = []
    for cell, terms in view.plane.arrivals.items():
        hidden = [(w.cotangent * share, w.layer) for w, share in terms if view.is_hidden(w)]
        if hidden and view.shows(cell):
            found.append((cell, sum(part for part, _ in hidden), {layer for _, layer in hidden}))
    if not found:
        return "It adds nothing to the cells drawn."
    found.sort()
    listed = []
    for cell, amount, layers in found[:MOST_LISTED]:
        number = show(amount)
        signed = number if number.startswith("−") else f"+{number}"
        listed.append(f"{view.plane.full(cell)} {signed} from layer {' and '.join(map(str, sorted(layers)))}")
    more = f" · and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
    return f"{' · '.join(listed)}{more}."


def sums_over_depths(plane: Plane) -> tuple[float, float]:
    """The sums of dY and dX; of three axes, over all depths."""
    if plane.slice is not None:
        return plane.slice.sent, plane.slice.received
    return float(plane.cotangents.sum()), float(plane.gradient.sum())


def counted_in_slice(plane: Plane) -> str:
    """How many windows of the layer sent, how many of them to this depth, and what arrived here."""
    cut = plane.slice
    if cut is None:
        return ""
    sent, received, stayed = plane.counts
    here = [w for w in plane.windows if any(w.cotangent * share != 0 for _, share in w.shares)]
    layer_sum = float(plane.cotangents.sum())
    own = sum(w.cotangent * share for w in plane.windows for _, share in w.shares)
    other = sum(w.cotangent * share for w in cut.hidden for _, share in w.shares)
    total = float(plane.gradient.sum())
    noise = 1e-6 * max((abs(v) for v in (layer_sum, own, other, total) if math.isfinite(v)), default=0.0)
    layer_sum, own, other, total = (0.0 if abs(v) <= noise else v for v in (layer_sum, own, other, total))
    show = sum_format(layer_sum, own, other, total)
    text = f"Layer {cut.layer}: {sent:,} sent {show(layer_sum)}, "
    text += f"{len(here):,} of them to this depth ({show(own)}). "
    if any(window.shares for window in cut.hidden):
        text += f"Other layers sent {show(other)} here. "
    cells = counted(received, "cell", "cells")
    return f"{text}At this depth: {cells} received {show(total)}, {stayed:,} stayed 0."
