"""Where everything of a ladder lies: columns, rows, and the horizontal tracks in the gaps between rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from viz.ladder.lanes import lanes_of, skips
from viz.ladder.rows import Ladder, Net, Row

WIDTH = 960.0
MARGIN = 14.0
TOP = 64.0
BOX = 28.0
POOL_BOX = 68.0
GAP = 8.0
CHIP = 14.0
CHIP_GAP = 2.0
LANE = 10.0
HEAD_ROOM = 8.0
TRACK = 8.0
STUB_TRACK = 14.0
SUM_TRACK = 18.0
SUM_RADIUS = 7.0
CHIPS = 136.0
STUB_LABELS = 40.0
WIDEST_BOX = 230.0
WIDEST_HALF_RUNG = 120.0
ENTRY = 16.0
MOST_ENTRIES = 3
FOOTER = 46.0


@dataclass(frozen=True, slots=True)
class Columns:
    """The left half's columns; the right half mirrors them."""

    chip_left: float
    chip_right: float
    box_left: float
    box_right: float

    @property
    def centre(self) -> float:
        """Middle of the forward operations."""
        return (self.box_left + self.box_right) / 2

    def lane(self, number: int) -> float:
        """The middle of a lane; 0 is innermost."""
        return self.chip_left - 8 - LANE * number


@dataclass(frozen=True, slots=True)
class Exit:
    """How a net leaves its source: its place on the box's lower side and its track below (if any)."""

    x: float
    track: float | None
    is_main: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """How a net enters a row: places on the upper side, and the track above (None: straight down)."""

    xs: tuple[float, ...]
    track: float | None


@dataclass(frozen=True, slots=True)
class Layout:
    """All coordinates of a ladder.

    ``exits`` belong to the nets; ``entries`` are by (net, row); ``lanes`` as from `lanes_of`.
    """

    columns: Columns
    tops: tuple[float, ...]
    bottoms: tuple[float, ...]
    lanes: tuple[int | None, ...]
    exits: tuple[Exit, ...]
    entries: dict[tuple[int, int], Entry]
    height: float


def mirrored(x: float) -> float:
    """The same place in the right half."""
    return WIDTH - x


def box_height(row: Row) -> float:
    """Height of a row's box: chips need room, and so do a pool's grids."""
    chips = len(row.chips) * (CHIP + CHIP_GAP) - CHIP_GAP
    return max(POOL_BOX if row.pool is not None else BOX, chips)


def lay_out(ladder: Ladder) -> Layout:
    """Arithmetic only, in time linear in rows and wires."""
    lanes, lane_count = lanes_of(ladder.nets)
    is_cut = any(lane is None and skips(net) for lane, net in zip(lanes, ladder.nets, strict=True))
    chips = CHIPS if any(row.chips for row in ladder.rows) else STUB_LABELS if is_cut else 0.0
    columns = _columns(lane_count, chips)
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
        bottoms.append(y + box_height(row))
        gap = _Gap(bottoms[-1], columns, ladder.nets, lanes)
        exits.update(gap.exits(number, leaving[number]))
        entries.update(gap.entries(number + 1, arriving[number + 1]))
        y = gap.end()
    return Layout(
        columns=columns,
        tops=tuple(tops),
        bottoms=tuple(bottoms),
        lanes=tuple(lanes),
        exits=tuple(exits[number] for number in range(len(ladder.nets))),
        entries=entries,
        height=(bottoms[-1] if bottoms else TOP) + FOOTER,
    )


def _columns(lane_count: int, chips: float) -> Columns:
    lanes = MARGIN + (8 + LANE * lane_count if lane_count else 0)
    space = 20.0 if chips else 0.0
    # Shared out: the words on the rungs are the longest.
    room = WIDTH / 2 - lanes - chips - space
    box = min(room * 0.66, WIDEST_BOX)
    box_left = WIDTH / 2 - min(room - box, WIDEST_HALF_RUNG) - box
    return Columns(box_left - space - chips, box_left - space, box_left, box_left + box)


class _Gap:
    """The gap below one row: hands out tracks from top to bottom."""

    def __init__(
        self, top: float, columns: Columns, nets: Sequence[Net], lanes: Sequence[int | None]
    ) -> None:
        self.top = top
        self.y = top + HEAD_ROOM
        self.columns = columns
        self.nets = nets
        self.lanes = lanes
        self.is_empty = True

    def track(self, room: float) -> float:
        self.is_empty = False
        middle = self.y + room / 2
        self.y += room
        return middle

    def end(self) -> float:
        """Where the next row's box begins."""
        return self.top + GAP if self.is_empty else self.y + HEAD_ROOM

    def exits(self, row: int, nets: Sequence[int]) -> dict[int, Exit]:
        """Nets leave side by side; the one that goes straight down leaves in the middle, and last."""
        found: dict[int, Exit] = {}
        main = next(
            (net for net in nets if self.nets[net].stops[0].row == row + 1), nets[0] if nets else None
        )
        others = [net for net in nets if net != main]
        step = min(ENTRY, (self.columns.centre - self.columns.box_left - 10) / max(1, len(others)))
        for place, number in enumerate(reversed(others)):
            x = self.columns.centre - step * (len(others) - place)
            found[number] = Exit(x, self.track(self.room(number)), is_main=False)
        if main is not None:
            net = self.nets[main]
            is_straight = len(net.stops) == 1 and net.stops[0].row == row + 1 and net.stops[0].uses == 1
            track = None if is_straight else self.track(self.room(main))
            found[main] = Exit(self.columns.centre, track, is_main=True)
        return found

    def room(self, number: int) -> float:
        if self.nets[number].wanted > 1:
            return SUM_TRACK
        return STUB_TRACK if self.lanes[number] is None else TRACK + 2

    def entries(self, row: int, nets: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Entry]:
        """Places on the next row's upper side, from the middle to the left.

        The inner lane's wire takes the upper track and the place nearer to the middle, so that wires which
        end here don't cross.
        """
        found: dict[tuple[int, int], Entry] = {}
        near = [(number, uses) for number, uses in nets if self.nets[number].source == row - 1]
        far = [(number, uses) for number, uses in nets if self.nets[number].source < row - 1]
        # Wires without a lane come from nearest of all: from a label beside the box.
        far.sort(key=lambda entry: -1 if self.lanes[entry[0]] is None else self.lanes[entry[0]] or 0)
        total = sum(min(uses, MOST_ENTRIES) for _, uses in nets)
        step = min(ENTRY, (self.columns.centre - self.columns.box_left - 10) / max(1, total))
        place = 0
        for number, uses in [*near, *far]:
            count = min(uses, MOST_ENTRIES)
            xs = tuple(self.columns.centre - step * (place + use) for use in range(count))
            place += count
            track = None
            if self.nets[number].source < row - 1:
                track = self.track(STUB_TRACK if self.lanes[number] is None else TRACK)
            found[number, row] = Entry(xs, track)
        return found
