"""The ladder's wires: forward on the left, running down; gradients on the right, mirrored, running up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal, TypeAlias

from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import Point
from viz.ladder.layout import NOTE, SUM_RADIUS, Entry, Layout
from viz.ladder.rows import Ladder, Net, Row, Stop

LEAST_LABEL = 5
Half: TypeAlias = Literal["forward", "backward", "saved"]
"""Down, up, or an address on its way from the pooling that keeps it to the un-pooling that reads it."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A polyline; ``has_head`` says whether it ends in an arrow head."""

    half: Half
    points: tuple[Point, ...]
    has_head: bool = True


@dataclass(frozen=True, slots=True)
class Dot:
    """Where one wire becomes two (forward), or two become one (backward)."""

    half: Half
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Sum:
    """A circled plus: ``terms`` gradients of ``value`` add up here; ``label_x`` is where its words end."""

    x: float
    y: float
    terms: int
    label_x: float
    value: str


@dataclass(frozen=True, slots=True)
class Stub:
    """The label where a wire that found no lane is cut; equal letters belong together."""

    half: Half
    x: float
    y: float
    text: str


Mark = Wire | Dot | Sum | Stub


def wires_of(ladder: Ladder, layout: Layout) -> Iterator[Mark]:
    """All wires, dots, sums and stubs."""
    for _, mark in marks_by_net(ladder, layout):
        yield mark


def marks_by_net(ladder: Ladder, layout: Layout) -> Iterator[tuple[int, Mark]]:
    """Each mark with the number of the net that it belongs to."""
    cut = 0
    for number, net in enumerate(ladder.nets):
        letter = ""
        if layout.tracks.is_cut(number, net):
            letter = _letters(cut)
            cut += 1
        router = _Router(number, net, layout, letter)
        yield from ((number, mark) for mark in router.forward())
        for order in range(1, ladder.orders + 1):
            yield from ((number, mark) for mark in router.backward(order, ladder.rows))


class _Router:
    """Routes one net: its forward wires, and the gradients that come back along them."""

    def __init__(self, number: int, net: Net, layout: Layout, letter: str) -> None:
        self.net = net
        self.layout = layout
        self.letter = letter
        self.half: Half = "saved" if net.is_address else "forward"
        self.exit = layout.exits[number]
        inner, outer = layout.tracks.inner[number], layout.tracks.outer[number]
        columns = layout.columns
        self.is_outer = inner is None
        self.lane = (
            columns.inner_lane(inner) if inner is not None else None if outer is None else columns.lane(outer)
        )
        self.stub = columns.chip_right
        self.entries = {stop.row: layout.entries[number, stop.row] for stop in net.stops}
        self.far = layout.tracks.far(number, net)
        far_rows = {stop.row for stop in self.far}
        self.near = [stop for stop in net.stops if stop.row not in far_rows]
        self.order = 0

    def forward(self) -> Iterator[Mark]:
        x, bottom, track = self.exit.x, self.layout.bottoms[self.net.source], self.exit.track
        branches = sum(stop.uses for stop in self.near) + bool(self.far)
        for stop in self.near:
            for points in self.paths(stop):
                yield Wire(self.half, points)
            entry = self.entries[stop.row]
            if entry.track is not None and len(entry.xs) > 1:
                yield Dot(self.half, entry.xs[0], entry.track)
        if track is None:
            return
        if branches > 1:
            yield Dot(self.half, x, track)
            yield from (Dot(self.half, place, track) for place in self.passed(x))
        if not self.far:
            return
        if self.lane is None:
            yield Wire(self.half, ((x, bottom), (x, track), (self.stub, track)), has_head=False)
            yield Stub(self.half, self.stub, track, f"to {self.letter}")
        for stop in self.far:
            yield from self.forward_far(stop, (x, bottom), track)

    def named(self) -> str:
        """What a cut wire carries, where the label has room for it."""
        columns = self.layout.columns
        room = columns.chip_right - columns.chip_left - text_width(f"from {self.letter}: ", NOTE) - 6
        shown = shorten(self.net.label, max(room, 0.0), NOTE)
        return f": {shown}" if shown == self.net.label or len(shown) > LEAST_LABEL else ""

    def passed(self, x: float) -> Iterator[float]:
        """Places where a branch to the next row leaves a track that leads further."""
        places = sorted(place for stop in self.near for place in self.entries[stop.row].xs if place < x - 0.5)
        return iter(places if self.far else places[1:])

    def paths(self, stop: Stop) -> Iterator[tuple[Point, ...]]:
        """The forward wires to the next row, or straight down to a later one."""
        entry, top = self.entries[stop.row], self.layout.tops[stop.row]
        x, bottom, track = self.exit.x, self.layout.bottoms[self.net.source], self.exit.track
        yield _bent(x, bottom, track, entry.xs[0], top)
        for place in entry.xs[1:]:
            if entry.track is None:
                yield _bent(x, bottom, track, place, top)
            else:
                # A second use of what comes straight down branches off just above the row.
                yield (entry.xs[0], entry.track), (place, entry.track), (place, top)

    def forward_far(self, stop: Stop, start: Point, track: float) -> Iterator[Mark]:
        entry, top = self.entries[stop.row], self.layout.tops[stop.row]
        assert entry.track is not None
        place = entry.xs[-1]
        end: tuple[Point, ...] = ((place, entry.track), (place, top))
        if self.lane is None:
            yield Stub(self.half, self.stub, entry.track, f"from {self.letter}{self.named()}")
            yield Wire(self.half, ((self.stub, entry.track), *end))
        elif stop is self.far[-1]:
            turn = ((start[0], track), (self.lane, track), (self.lane, entry.track))
            yield Wire(self.half, (start, *turn, *end))
        else:
            yield Dot(self.half, self.lane, entry.track)
            yield Wire(self.half, ((self.lane, entry.track), *end))
        for other in entry.xs[:-1]:
            # A second use branches off the same track.
            yield Dot(self.half, place, entry.track)
            yield Wire(self.half, ((place, entry.track), (other, entry.track), (other, top)))

    def backward(self, order: int, rows: Sequence[Row]) -> Iterator[Mark]:
        """The gradients that come back, in the column of one derivative."""
        if self.net.orders < order:
            return
        counts = {
            stop.row: stop.wanted
            for stop in self.net.stops
            if stop.wanted and (order == 1 or rows[stop.row].facing(order) is not None)
        }
        if not counts:
            return
        self.order = order
        x, bottom, track = self.at(self.exit.x), self.layout.bottoms[self.net.source], self.exit.track
        adds = sum(counts.values()) > 1
        if adds and track is not None:
            arrivals = [self.at(self.entries[stop.row].xs[0]) for stop in self.near if stop.row in counts]
            yield Sum(x, track, sum(counts.values()), min([x - SUM_RADIUS, *arrivals]) - 6, self.net.label)
            yield Wire("backward", ((x, track - SUM_RADIUS), (x, bottom)))
        for stop in self.near:
            if stop.row in counts:
                yield from self.backward_near(stop, counts[stop.row], adds and track is not None)
        if track is not None:
            wanted = [(stop, counts[stop.row]) for stop in self.far if stop.row in counts]
            yield from self.backward_far(wanted, x, bottom, track, adds)

    def at(self, x: float) -> float:
        """A forward place in the column at hand."""
        return self.layout.columns.facing(x, self.order)

    def backward_near(self, stop: Stop, count: int, adds: bool) -> Iterator[Mark]:
        x, track = self.at(self.exit.x), self.exit.track
        entry = self.entries[stop.row]
        for path in list(self.paths(stop))[:count]:
            points = [(self.at(px), py) for px, py in reversed(path)]
            if points[-1][1] == entry.track:
                # It joins the wire from the same row, without a head of its own.
                yield Dot("backward", *points[-1])
                yield Wire("backward", tuple(points), has_head=False)
            elif not adds:
                yield Wire("backward", tuple(points))
            elif len(points) == 2:
                assert track is not None
                yield Wire("backward", (points[0], (x, track + SUM_RADIUS)))
            else:
                assert track is not None
                side = SUM_RADIUS if points[0][0] > x else -SUM_RADIUS
                if points[0][0] > x and self.far:
                    # It joins what comes from further away.
                    yield Dot("backward", *points[1])
                yield Wire("backward", (*points[:2], (x + side, track)))

    def backward_far(
        self, wanted: Sequence[tuple[Stop, int]], x: float, bottom: float, track: float, adds: bool
    ) -> Iterator[Mark]:
        if not wanted:
            return
        goal: tuple[Point, ...] = ((x + SUM_RADIUS, track),) if adds else ((x, track), (x, bottom))
        stub = self.at(self.stub)
        if self.lane is None:
            yield Stub("backward", stub, track, f"from {self.letter}")
            yield Wire("backward", ((stub, track), *goal))
        for stop, count in wanted:
            entry, top = self.entries[stop.row], self.layout.tops[stop.row]
            assert entry.track is not None
            place = self.at(entry.xs[-1])
            start: tuple[Point, ...] = ((place, top), (place, entry.track))
            if self.lane is None:
                yield Wire("backward", (*start, (stub, entry.track)), has_head=False)
                yield Stub("backward", stub, entry.track, f"to {self.letter}")
            else:
                facing = self.layout.columns.facing_lane if self.is_outer else self.layout.columns.facing
                lane = facing(self.lane, self.order)
                if stop is wanted[-1][0]:
                    yield Wire("backward", (*start, (lane, entry.track), (lane, track), *goal))
                else:
                    yield Dot("backward", lane, entry.track)
                    yield Wire("backward", (*start, (lane, entry.track)), has_head=False)
            yield from self.joining(entry, count, place, top)

    def joining(self, entry: Entry, count: int, place: float, top: float) -> Iterator[Mark]:
        """Gradients of further uses in one row, which join the first."""
        assert entry.track is not None
        for other in entry.xs[: count - 1]:
            x = self.at(other)
            yield Dot("backward", place, entry.track)
            yield Wire("backward", ((x, top), (x, entry.track), (place, entry.track)), has_head=False)


def _bent(x: float, y: float, track: float | None, end_x: float, end_y: float) -> tuple[Point, ...]:
    """From (x, y) straight down, or over the track where the two are not above each other."""
    if track is None or abs(x - end_x) < 0.5:
        return (x, y), (end_x, end_y)
    return (x, y), (x, track), (end_x, track), (end_x, end_y)


def _letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters
