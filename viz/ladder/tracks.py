"""The heaviest path runs straight; rows beside it are indented, and other wires go round.

A wire between neighbours needs nothing. A longer one of the heaviest path runs straight down past the rows
beside it. Of the others, those over at most three rows take an inner lane between chips and boxes, longer
ones an outer lane; what finds none is cut into labelled stubs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.ladder.lanes import MOST_LANES, far_stops, lanes_of
from viz.ladder.rows import Ladder, Net, Row, Stop

MOST_INNER = 2
LONGEST_INNER = 3


@dataclass(frozen=True, slots=True)
class Tracks:
    """How rows and nets run.

    ``rows`` has 1 for an indented row, else 0; ``straight`` has for each net the row that it reaches on the
    heaviest path (None: none); ``inner`` and ``outer`` are lanes, 0 next to the boxes.
    """

    rows: tuple[int, ...]
    straight: tuple[int | None, ...]
    inner: tuple[int | None, ...]
    outer: tuple[int | None, ...]
    inner_count: int
    outer_count: int

    def far(self, number: int, net: Net) -> tuple[Stop, ...]:
        """The stops that a net reaches by a lane or by stubs."""
        return far_stops(net, self.straight[number])

    def is_cut(self, number: int, net: Net) -> bool:
        """Whether a net found no lane."""
        return self.inner[number] is None and self.outer[number] is None and bool(self.far(number, net))


def tracks_of(ladder: Ladder) -> Tracks:
    """Tracks and lanes, in time linear in rows and stops (and logarithmic in the wires of a lane)."""
    path = heaviest_path(ladder.rows, ladder.nets)
    straight: list[int | None] = [None] * len(ladder.nets)
    indented = [0] * len(ladder.rows)
    for net, row in path:
        straight[net] = row
        for between in range(ladder.nets[net].source + 1, row):
            indented[between] = 1
    inner, inner_count = lanes_of(ladder.nets, straight, MOST_INNER, LONGEST_INNER)
    rest = [
        Net(net.source, net.label, ()) if lane is not None else net
        for net, lane in zip(ladder.nets, inner, strict=True)
    ]
    outer, outer_count = lanes_of(rest, straight, MOST_LANES)
    return Tracks(tuple(indented), tuple(straight), tuple(inner), tuple(outer), inner_count, outer_count)


def heaviest_path(rows: Sequence[Row], nets: Sequence[Net]) -> list[tuple[int, int]]:
    """The (net, row) pairs along the path with most operations, from its end back to its start.

    Where two paths weigh the same, the one through the earlier use of a value is taken.
    """
    weight = [0] * len(rows)
    for place, each in enumerate(rows):
        weight[place] = len(each.boxes) if each.kind == "op" else int(each.kind in ("input", "output"))
    best = list(weight)
    came: list[tuple[int, int] | None] = [None] * len(rows)
    # Sorted by source, so that a row's own best is known before it is passed on.
    for number in sorted(range(len(nets)), key=lambda number: nets[number].source):
        net = nets[number]
        for stop in net.stops:
            through = best[net.source] + weight[stop.row]
            if came[stop.row] is None or through > best[stop.row]:
                best[stop.row] = through
                came[stop.row] = (number, net.source)
    path = []
    row = max(range(len(rows)), key=lambda number: (best[number], -number), default=-1)
    while row >= 0:
        step = came[row]
        if step is None:
            break
        path.append((step[0], row))
        row = step[1]
    return path
