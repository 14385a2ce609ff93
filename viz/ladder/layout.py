"""Where everything of a ladder lies: columns, rows, and the horizontal tracks in the gaps between rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from viz.canvas.fonts import text_width
from viz.ladder.columns import EDGE, MOST_ENTRIES, Columns, columns_of
from viz.ladder.rows import Ladder, Net, Row
from viz.ladder.tracks import Tracks, tracks_of

TOP = 58.0
BOX = 27.0
THIN_BOX = 19.0
CHIP_BOX = 35.0
POOL_BOX = 66.0
GAP = 7.0
CHIP = 13.0
CHIP_GAP = 1.0
HEAD_ROOM = 7.0
TRACK = 8.0
STUB_TRACK = 14.0
SUM_TRACK = 18.0
SUM_RADIUS = 7.0
INDENTED_TRUNK = 26.0
BESIDE_TRUNK = 10.0
ENTRY = 16.0
FOOTER = 36.0
FOOTER_LINE = 15.0
NAME, NOTE = 12.0, 10.0

Arrival: TypeAlias = tuple[int, tuple[float, ...], bool]
"""A net, its places on a row's upper side, and whether it comes by a lane or stub."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a net leaves its source: its place on the box's lower side and its track below (if any)."""

    x: float
    track: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """How a net enters a row: places on the upper side, and the track above (None: straight down)."""

    xs: tuple[float, ...]
    track: float | None


@dataclass(frozen=True, slots=True)
class Layout:
    """All coordinates of a ladder; ``exits`` belong to the nets, ``entries`` are by (net, row)."""

    columns: Columns
    tracks: Tracks
    lefts: tuple[float, ...]
    tops: tuple[float, ...]
    bottoms: tuple[float, ...]
    exits: tuple[Exit, ...]
    entries: dict[tuple[int, int], Entry]
    width: float
    height: float


def is_thin(row: Row, width: float) -> bool:
    """Whether all that a row says fits on one line, so that it needs less height."""
    if row.pool is not None or len(row.chips) > 1:
        return False
    telling = [row.facing(order) for order in range(1, len(row.higher) + 2)]
    # Numbers are worth a line of their own; the names of operations are not.
    notes = [
        (capsule.title, capsule.note.partition(", ")[0])
        for capsule in telling
        if capsule is not None and capsule.note.startswith(("arrives", "input gets", "scalar"))
    ]
    if any(_width(title, note) > width for title, note in notes):
        return False
    return _width(row.title, row.note) + (text_width(row.path, NOTE) + 10 if row.path else 0) <= width


def _width(title: str, note: str) -> float:
    """What a title and a note take on one line, with the margins of the narrowest box."""
    return text_width(title, NAME, bold=True) + text_width(note, NOTE) + 42


def box_height(row: Row, width: float, orders: int = 1) -> float:
    """Height of a row's box: chips need room, also inside capsules, and so do a pool's grids."""
    chips = len(row.chips) * (CHIP + CHIP_GAP) - CHIP_GAP
    if row.pool is not None:
        return max(POOL_BOX, chips)
    if orders > 1 and has_inner_chips(row):
        return max(CHIP_BOX, chips)
    return max(THIN_BOX if is_thin(row, width) else BOX, chips)


def has_inner_chips(row: Row) -> bool:
    """Whether gradients of parameters stand in a row's capsules, where there are several derivatives."""
    return row.capsule is not None and any(chip.gradient for chip in row.chips)


def lay_out(ladder: Ladder) -> Layout:
    """Arithmetic only, in time linear in rows and wires."""
    tracks = tracks_of(ladder)
    columns = columns_of(ladder, tracks)
    lefts = tuple(columns.box_left + (columns.trunk + BESIDE_TRUNK) * track for track in tracks.rows)
    leaving: dict[int, list[int]] = defaultdict(list)
    arriving: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, net in enumerate(ladder.nets):
        leaving[net.source].append(number)
        for stop in net.stops:
            arriving[stop.row].append((number, stop.uses))
    exits: dict[int, Exit] = {}
    entries: dict[tuple[int, int], Entry] = {}
    tops, bottoms = [], []
    y = TOP
    for number, row in enumerate(ladder.rows):
        tops.append(y)
        bottoms.append(y + box_height(row, columns.box_right - lefts[number], ladder.orders))
        gap = _Gap(bottoms[-1], columns, ladder.nets, tracks)
        places = _places(number + 1, arriving[number + 1], ladder.nets, tracks, lefts, columns)
        exits.update(gap.exits(number, leaving[number], lefts[number], places))
        entries.update(gap.entries(number + 1, places))
        y = gap.end()
    return Layout(
        columns=columns,
        tracks=tracks,
        lefts=lefts,
        tops=tuple(tops),
        bottoms=tuple(bottoms),
        exits=tuple(exits[number] for number in range(len(ladder.nets))),
        entries=entries,
        width=columns.width,
        height=(bottoms[-1] if bottoms else TOP) + FOOTER + (FOOTER_LINE if ladder.orders > 1 else 0.0),
    )


def trunk(left: float, columns: Columns) -> float:
    """Where a row's main wire enters and leaves its box."""
    return left + (columns.trunk if left == columns.box_left else INDENTED_TRUNK)


def _places(
    row: int,
    arriving: Sequence[tuple[int, int]],
    nets: Sequence[Net],
    tracks: Tracks,
    lefts: Sequence[float],
    columns: Columns,
) -> list[Arrival]:
    """Where the nets enter a row.

    What runs straight enters at the trunk; what comes from an indented neighbour to its right; the rest to
    its left, the inner lanes nearer, so that wires which end here don't cross.
    """
    if row >= len(lefts):
        return []
    middle = trunk(lefts[row], columns)
    straight, right, left = [], [], []
    for number, uses in arriving:
        is_near = nets[number].source == row - 1
        if tracks.straight[number] == row:
            straight.append((number, uses))
        elif is_near and lefts[row - 1] > lefts[row]:
            right.append((number, uses))
        else:
            left.append((number, uses))
    left.sort(key=lambda entry: _distance(entry[0], nets, tracks, row))
    right_step = min(ENTRY, (columns.box_right - middle - EDGE) / (1 + sum(map(_count, right))))
    places = []
    on_right = int(bool(straight) or bool(left))
    for number, uses in right:
        xs = tuple(middle + right_step * (on_right + use) for use in range(_count((number, uses))))
        on_right += len(xs)
        places.append((number, xs, False))
    on_left = 0
    total = sum(map(_count, straight)) + sum(map(_count, left))
    left_step = min(ENTRY, (middle - lefts[row] - EDGE) / max(1, total - 1))
    for number, uses in [*straight, *left]:
        xs = tuple(middle - left_step * (on_left + use) for use in range(_count((number, uses))))
        on_left += len(xs)
        is_far = nets[number].source < row - 1 and tracks.straight[number] != row
        places.append((number, xs, is_far))
    return places


def _count(entry: tuple[int, int]) -> int:
    return min(entry[1], MOST_ENTRIES)


def _distance(number: int, nets: Sequence[Net], tracks: Tracks, row: int) -> int:
    """How far out a net comes from: neighbours first, then inner lanes, stubs, outer lanes."""
    if nets[number].source == row - 1:
        return -1
    inner, outer = tracks.inner[number], tracks.outer[number]
    if inner is not None:
        return inner
    return 10 if outer is None else 20 + outer


class _Gap:
    """The gap below one row: hands out tracks from top to bottom."""

    def __init__(self, top: float, columns: Columns, nets: Sequence[Net], tracks: Tracks) -> None:
        self.top = top
        self.columns = columns
        self.y = top + HEAD_ROOM
        self.nets = nets
        self.tracks = tracks
        self.is_empty = True

    def track(self, room: float) -> float:
        self.is_empty = False
        middle = self.y + room / 2
        self.y += room
        return middle

    def end(self) -> float:
        """Where the next row's box begins."""
        return self.top + GAP if self.is_empty else self.y + HEAD_ROOM

    def exits(
        self,
        row: int,
        nets: Sequence[int],
        left: float,
        places: Sequence[Arrival],
    ) -> dict[int, Exit]:
        """Nets leave side by side; the one that goes straight down leaves at the trunk, and last."""
        found: dict[int, Exit] = {}
        middle = trunk(left, self.columns)
        main = self.main(row, nets)
        others = [net for net in nets if net != main]
        step = min(ENTRY, (middle - left - EDGE) / max(1, len(others)))
        for place, number in enumerate(reversed(others)):
            found[number] = Exit(middle - step * (len(others) - place), self.track(self.room(number)))
        if main is not None:
            xs = next((xs for number, xs, is_far in places if number == main and not is_far), ())
            net = self.nets[main]
            is_one_wire = len(net.stops) == 1 and net.stops[0].uses == 1
            goes_down = self.tracks.straight[main] == net.stops[0].row or (xs and abs(xs[0] - middle) < 0.5)
            track = None if is_one_wire and goes_down else self.track(self.room(main))
            found[main] = Exit(middle, track)
        return found

    def main(self, row: int, nets: Sequence[int]) -> int | None:
        """The net that goes on down: along the heaviest path, or to the next row."""
        straight = next((net for net in nets if self.tracks.straight[net] is not None), None)
        if straight is not None:
            return straight
        near = next((net for net in nets if self.nets[net].stops[0].row == row + 1), None)
        return near if near is not None else next(iter(nets), None)

    def room(self, number: int) -> float:
        if self.nets[number].wanted > 1:
            return SUM_TRACK
        return STUB_TRACK if self.tracks.is_cut(number, self.nets[number]) else TRACK + 2

    def entries(self, row: int, places: Sequence[Arrival]) -> dict[tuple[int, int], Entry]:
        """Tracks for what arrives by a lane, and for second uses of what comes straight down."""
        found: dict[tuple[int, int], Entry] = {}
        for number, xs, is_far in places:
            track = None
            is_near = self.nets[number].source == row - 1
            if is_far:
                cut = self.tracks.is_cut(number, self.nets[number])
                track = self.track(STUB_TRACK if cut else TRACK)
            elif not is_near and len(xs) > 1:
                track = self.track(TRACK)
            found[number, row] = Entry(xs, track)
        return found
