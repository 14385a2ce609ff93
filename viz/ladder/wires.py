"""The ladder's wires: forward on the left, running down; gradients on the right, mirrored, running up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal

from viz.canvas.scene import Point
from viz.ladder.layout import SUM_RADIUS, Entry, Layout, mirrored
from viz.ladder.rows import Ladder, Net, Stop

STUB = 6.0


@dataclass(frozen=True, slots=True)
class Wire:
    """A polyline; ``has_head`` says whether it ends in an arrow head."""

    half: Literal["forward", "backward"]
    points: tuple[Point, ...]
    has_head: bool = True


@dataclass(frozen=True, slots=True)
class Dot:
    """Where one wire becomes two (forward), or two become one (backward)."""

    half: Literal["forward", "backward"]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Sum:
    """A circled plus: ``terms`` gradients add up here."""

    x: float
    y: float
    terms: int


@dataclass(frozen=True, slots=True)
class Stub:
    """The label where a wire that found no lane is cut; equal letters belong together."""

    half: Literal["forward", "backward"]
    x: float
    y: float
    text: str


Mark = Wire | Dot | Sum | Stub


def wires_of(ladder: Ladder, layout: Layout) -> Iterator[Mark]:
    """All wires, dots, sums and stubs."""
    cut = 0
    for number, net in enumerate(ladder.nets):
        letter = ""
        if layout.lanes[number] is None and net.stops[-1].row > net.source + 1:
            letter = _letters(cut)
            cut += 1
        router = _Router(number, net, layout, letter)
        yield from router.forward()
        yield from router.backward()


class _Router:
    """Routes one net: its forward wires, and the gradients that come back along them."""

    def __init__(self, number: int, net: Net, layout: Layout, letter: str) -> None:
        self.net = net
        self.layout = layout
        self.letter = letter
        self.exit = layout.exits[number]
        lane = layout.lanes[number]
        self.lane = None if lane is None else layout.columns.lane(lane)
        self.stub = layout.columns.box_left - STUB
        self.entries = {stop.row: layout.entries[number, stop.row] for stop in net.stops}
        self.near = [stop for stop in net.stops if stop.row == net.source + 1]
        self.far = [stop for stop in net.stops if stop.row > net.source + 1]

    def forward(self) -> Iterator[Mark]:
        x, bottom, track = self.exit.x, self.layout.bottoms[self.net.source], self.exit.track
        branches = sum(stop.uses for stop in self.near) + bool(self.far)
        for stop in self.near:
            entry, top = self.entries[stop.row], self.layout.tops[stop.row]
            for place in entry.xs:
                yield Wire("forward", _bent(x, bottom, track, place, top))
        if track is None:
            return
        if branches > 1:
            yield Dot("forward", x, track)
        if not self.far:
            return
        if self.lane is None:
            yield Wire("forward", ((x, bottom), (x, track), (self.stub, track)), has_head=False)
            yield Stub("forward", self.stub, track, f"to {self.letter}")
        for stop in self.far:
            entry, top = self.entries[stop.row], self.layout.tops[stop.row]
            yield from self.forward_far(stop, entry, top, (x, bottom), track)

    def forward_far(self, stop: Stop, entry: Entry, top: float, start: Point, track: float) -> Iterator[Mark]:
        assert entry.track is not None
        place = entry.xs[-1]
        end: tuple[Point, ...] = ((place, entry.track), (place, top))
        if self.lane is None:
            yield Stub("forward", self.stub, entry.track, f"from {self.letter}")
            yield Wire("forward", ((self.stub, entry.track), *end))
        elif stop is self.far[-1]:
            turn = ((start[0], track), (self.lane, track), (self.lane, entry.track))
            yield Wire("forward", (start, *turn, *end))
        else:
            yield Dot("forward", self.lane, entry.track)
            yield Wire("forward", ((self.lane, entry.track), *end))
        for other in entry.xs[:-1]:
            # A second use branches off the same track.
            yield Dot("forward", place, entry.track)
            yield Wire("forward", ((place, entry.track), (other, entry.track), (other, top)))

    def backward(self) -> Iterator[Mark]:
        if not self.net.wanted:
            return
        x, bottom, track = mirrored(self.exit.x), self.layout.bottoms[self.net.source], self.exit.track
        adds = self.net.wanted > 1
        if track is None:
            top = self.layout.tops[self.near[0].row]
            yield Wire("backward", ((mirrored(self.entries[self.near[0].row].xs[0]), top), (x, bottom)))
            return
        if adds:
            yield Sum(x, track, self.net.wanted)
            yield Wire("backward", ((x, track - SUM_RADIUS), (x, bottom)))
        for stop in self.near:
            yield from self.backward_near(stop, x, bottom, track, adds)
        yield from self.backward_far(x, bottom, track, adds)

    def backward_near(self, stop: Stop, x: float, bottom: float, track: float, adds: bool) -> Iterator[Mark]:
        top = self.layout.tops[stop.row]
        for place in self.entries[stop.row].xs[: stop.wanted]:
            start = mirrored(place)
            if not adds:
                yield Wire("backward", tuple(reversed(_bent(x, bottom, track, start, top))))
            elif abs(start - x) < 0.5:
                yield Wire("backward", ((x, top), (x, track + SUM_RADIUS)))
            else:
                yield Wire("backward", ((start, top), (start, track), (x + SUM_RADIUS, track)))

    def backward_far(self, x: float, bottom: float, track: float, adds: bool) -> Iterator[Mark]:
        wanted = [stop for stop in self.far if stop.wanted]
        if not wanted:
            return
        goal: tuple[Point, ...] = ((x + SUM_RADIUS, track),) if adds else ((x, track), (x, bottom))
        if self.lane is None:
            stub = mirrored(self.stub)
            yield Stub("backward", stub, track, f"from {self.letter}")
            yield Wire("backward", ((stub, track), *goal))
        for stop in wanted:
            entry, top = self.entries[stop.row], self.layout.tops[stop.row]
            assert entry.track is not None
            place = mirrored(entry.xs[-1])
            start: tuple[Point, ...] = ((place, top), (place, entry.track))
            if self.lane is None:
                stub = mirrored(self.stub)
                yield Wire("backward", (*start, (stub, entry.track)), has_head=False)
                yield Stub("backward", stub, entry.track, f"to {self.letter}")
            else:
                lane = mirrored(self.lane)
                if stop is wanted[-1]:
                    yield Wire("backward", (*start, (lane, entry.track), (lane, track), *goal))
                else:
                    yield Dot("backward", lane, entry.track)
                    yield Wire("backward", (*start, (lane, entry.track)), has_head=False)
            for other in entry.xs[: stop.wanted - 1]:
                yield Dot("backward", place, entry.track)
                yield Wire(
                    "backward",
                    ((mirrored(other), top), (mirrored(other), entry.track), (place, entry.track)),
                    has_head=False,
                )


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
