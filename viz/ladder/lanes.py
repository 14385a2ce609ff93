"""Lanes beside the ladder: which vertical track each wire takes that goes round."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

from viz.ladder.rows import Net, Stop

MOST_LANES = 5


def lanes_of(
    nets: Sequence[Net],
    straight: Sequence[int | None] | None = None,
    most: int = MOST_LANES,
    longest: int | None = None,
) -> tuple[list[int | None], int]:
    """The lane of each net (0 is innermost; None: none needed, or none left), and how many there are.

    Greedy interval colouring, the shortest span first, so short wires stay close to the boxes.

    Examples
    --------
    >>> from viz.ladder.rows import Stop
    >>> inner, outer = Net(2, "b", (Stop(4, 1, 1),)), Net(0, "a", (Stop(7, 1, 1),))
    >>> lanes_of([outer, inner, Net(1, "c", (Stop(2, 1, 1),))])
    ([1, 0, None], 2)
    """
    lanes: list[int | None] = [None] * len(nets)
    spans = []
    for number, net in enumerate(nets):
        far = far_stops(net, None if straight is None else straight[number])
        if far and (longest is None or far[-1].row - net.source <= longest):
            spans.append((far[-1].row - 1 - net.source, net.source, number))
    taken: list[list[tuple[int, int]]] = []
    for length, start, number in sorted(spans):
        span = (start, start + length)
        for lane in range(most):
            if lane == len(taken):
                taken.append([])
            if _is_free(taken[lane], span):
                insort(taken[lane], span)
                lanes[number] = lane
                break
    return lanes, len(taken)


def far_stops(net: Net, straight: int | None) -> tuple[Stop, ...]:
    """The stops that a net reaches neither in the next row nor straight down."""
    return tuple(stop for stop in net.stops if stop.row > net.source + 1 and stop.row != straight)


def _is_free(taken: Sequence[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Whether ``span`` shares no gap with the sorted, disjoint spans of a lane."""
    place = bisect_left(taken, span)
    return (place == len(taken) or taken[place][0] > span[1]) and (
        place == 0 or taken[place - 1][1] < span[0]
    )
