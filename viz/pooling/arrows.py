"""Straight ways for short arrows, past everything that is already on the paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from viz.canvas.scene import Box, Point

Segment: TypeAlias = tuple[Point, Point]

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
    ways = sorted(
        (math.dist(start, end) + 0.7 * math.dist(end, goal) + 8 * _turn(start, end, goal), (start, end))
        for start in border(pill, 7)
        for target in targets
        for end in border(target, 9)
        if math.dist(start, end) >= SHORTEST and not crosses(pill, (start, end), -0.5)
    )
    for margin in (1.5, 0.3):
        for _, way in ways:
            if any(crosses(block, way, margin) for block in blocks):
                continue
            if not any(_meet(way, other) for other in drawn):
                return way
    return None


def _turn(start: Point, end: Point, goal: Point) -> float:
    """How far the way start -> end points past the goal: 0 straight at it, 2 away from it."""
    way, wanted = math.dist(start, end), math.dist(start, goal)
    if way == 0 or wanted == 0:
        return 0.0
    dot = (end[0] - start[0]) * (goal[0] - start[0]) + (end[1] - start[1]) * (goal[1] - start[1])
    return 1 - dot / (way * wanted)


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
    # The part of the segment inside is an interval of its parameter, cut down axis by axis.
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


def _meet(first: Segment, second: Segment) -> bool:
    """Whether two segments cross, or their tips nearly touch."""
    (a, b), (c, d) = first, second

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    crossing = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
    return crossing or math.dist(b, d) < 7
