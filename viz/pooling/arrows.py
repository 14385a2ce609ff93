"""Straight ways for short arrows, past everything that is already on the paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from viz.canvas.scene import Box, Point

Segment: TypeAlias = tuple[Point, Point]
Ways: TypeAlias = NDArray[np.float64]

SHORTEST = 9.0


def clear_way(
    pill: Box, targets: Sequence[Box], goal: Point, blocks: Sequence[Box], drawn: Sequence[Segment]
) -> Segment | None:
    """A short straight way from the pill's border to the border of a target that touches nothing.

    Parameters
    ----------
    pill : Box
        Where the arrow starts.
    targets : sequence of Box
        The tip may lie anywhere on the border of any of these.
    goal : (x, y)
        What the arrow means; tips near it, and ways that point at it, are preferred.
    blocks : sequence of Box
        Texts and other pills, which the arrow must not touch.
    drawn : sequence of Segment
        Arrows that are there already, which it must not cross.

    Returns
    -------
    Segment or None
        Start and tip; None where every way would touch a text or cross an arrow.
    """
    ways = _ways(pill, targets, goal)
    for margin in (1.5, 0.3):
        free = ~np.any([crossed(block, ways, margin) for block in blocks], axis=0) if blocks else None
        for number in range(len(ways)) if free is None else np.flatnonzero(free):
            (x0, y0), (x1, y1) = ways[number].tolist()
            way = ((x0, y0), (x1, y1))
            if not any(_meet(way, other) for other in drawn):
                return way
    return None


def _ways(pill: Box, targets: Sequence[Box], goal: Point) -> Ways:
    """All ways that don't run through the pill itself, the best first: (ways, start and tip, x and y)."""
    starts = np.array(border(pill, 7))
    ends = np.array([point for target in targets for point in border(target, 9)]).reshape(-1, 2)
    if not len(ends):
        return np.zeros((0, 2, 2))
    pairs = np.broadcast_arrays(starts[:, None], ends[None])
    ways: Ways = np.stack(pairs, axis=2).reshape(-1, 2, 2)
    length = np.hypot(*(ways[:, 1] - ways[:, 0]).T)
    ways = ways[(length >= SHORTEST) & ~crossed(pill, ways, -0.5)]
    along, wanted = ways[:, 1] - ways[:, 0], np.array(goal) - ways[:, 0]
    length, direct = np.hypot(*along.T), np.hypot(*wanted.T)
    # How far a way points past the goal: 0 straight at it, 2 away from it.
    turn = 1 - (along * wanted).sum(axis=1) / np.where(direct == 0, np.inf, length * direct)
    turn[direct == 0] = 0
    cost = length + 0.7 * np.hypot(*(ways[:, 1] - np.array(goal)).T) + 8 * turn
    # Rounded, so that mirror images tie on every machine.
    return ways[np.lexsort((*ways.reshape(-1, 4).T[::-1], cost.round(6)))]


def border(box: Box, steps: int) -> list[Point]:
    """Points around a box, corners included."""
    across = [box.left + (box.right - box.left) * i / (steps - 1) for i in range(steps)]
    down = [box.top + (box.bottom - box.top) * i / (steps - 1) for i in range(steps)]
    points = [(x, y) for x in across for y in (box.top, box.bottom)]
    return points + [(x, y) for x in (box.left, box.right) for y in down[1:-1]]


def distance(first: Box, second: Box) -> float:
    """How far apart two boxes are."""
    across = max(0.0, first.left - second.right, second.left - first.right)
    return math.hypot(across, max(0.0, first.top - second.bottom, second.top - first.bottom))


def crosses(box: Box, segment: Segment, margin: float = 0.0) -> bool:
    """Whether a segment enters a box grown by ``margin``."""
    return bool(crossed(box, np.array([segment]), margin)[0])


def crossed(box: Box, ways: Ways, margin: float) -> NDArray[np.bool_]:
    """Which of many segments (ways, ends, x and y) enter a box grown by ``margin``."""
    # The part of a segment inside is an interval of its parameter, cut down axis by axis.
    low, high = np.zeros(len(ways)), np.ones(len(ways))
    for axis, (least, most) in enumerate(((box.left, box.right), (box.top, box.bottom))):
        start, step = ways[:, 0, axis], ways[:, 1, axis] - ways[:, 0, axis]
        still = step == 0
        rate = np.where(still, 1.0, step)
        ends = (least - margin - start) / rate, (most + margin - start) / rate
        inside = (least - margin < start) & (start < most + margin)
        low = np.maximum(low, np.where(still, np.where(inside, 0.0, 2.0), np.minimum(*ends)))
        high = np.where(still, high, np.minimum(high, np.maximum(*ends)))
    entered: NDArray[np.bool_] = low < high
    return entered


def _meet(first: Segment, second: Segment) -> bool:
    """Whether two segments cross, or their tips nearly touch."""
    (a, b), (c, d) = first, second

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    crossing = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
    return crossing or math.dist(b, d) < 7
