"""The ladder's columns: chips, forward operations, rungs, and a column for each derivative."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from viz.ladder.rows import Ladder
from viz.ladder.tracks import Tracks

WIDTH = 960.0
MARGIN = 14.0
LANE = 10.0
INNER_LANE = 9.0
LANE_SIDE = 8.0
CHIPS = 136.0
FEWER_CHIPS = 108.0
STUB_LABELS = 84.0
STUB_LETTERS = 50.0
SPACE = 18.0
BESIDE_BOX = 6.0
BOX_SHARE = 0.66
WIDEST_BOX = 230.0
WIDEST_RUNG = 240.0
BOX_SHARE_OF_SEVERAL = 0.215
WIDEST_OF_SEVERAL = 200.0
NARROWEST_OF_SEVERAL = 152.0
NARROWEST_RUNG = 130.0
MORE_FOR_INDENTED = 36.0
TRUNK = 36.0
WIDEST_TRUNK = 100.0
CLOSEST_ENTRIES = 9.0
MOST_ENTRIES = 3
EDGE = 9.0


@dataclass(frozen=True, slots=True)
class Columns:
    """The left half's columns; the first derivative mirrors them, and each further one repeats the first.

    ``fold`` is the sum of a forward place and its mirror image, ``pitch`` the distance between derivatives,
    ``closer`` by how much their outer lanes lie nearer to the boxes than the forward ones, ``side`` the room
    that lanes take beside a derivative, and ``width`` that of the whole drawing.
    """

    chip_left: float
    chip_right: float
    box_left: float
    box_right: float
    trunk: float = TRUNK
    fold: float = WIDTH
    pitch: float = 0.0
    closer: float = 0.0
    side: float = 0.0
    width: float = WIDTH

    @property
    def centre(self) -> float:
        """Middle of the forward operations."""
        return (self.box_left + self.box_right) / 2

    def lane(self, number: int) -> float:
        """The middle of an outer lane; 0 is innermost."""
        return self.chip_left - LANE_SIDE - LANE * number

    def inner_lane(self, number: int) -> float:
        """The middle of a lane between chips and boxes; 0 is next to the boxes."""
        return self.box_left - INNER_LANE * (number + 1)

    def facing(self, x: float, order: int) -> float:
        """The place of ``x`` in the column of a derivative; 0 is the forward column itself."""
        return x if not order else self.fold - x + (order - 1) * self.pitch

    def facing_lane(self, x: float, order: int) -> float:
        """The place of an outer lane in the column of a derivative."""
        return x if not order else self.facing(x, order) - self.closer


def columns_of(ladder: Ladder, tracks: Tracks) -> Columns:
    """Shares the width out: the words on the rungs are the longest."""
    is_cut = any(tracks.is_cut(number, net) for number, net in enumerate(ladder.nets))
    if ladder.orders > 1:
        return _columns_of_several(ladder, tracks, is_cut)
    has_chips = any(row.chips for row in ladder.rows)
    chips = CHIPS if has_chips else STUB_LABELS if is_cut else 0.0
    space = INNER_LANE * tracks.inner_count + (SPACE if chips or tracks.inner_count else 0.0)
    room = WIDTH / 2 - MARGIN - _lanes(tracks) - chips - space
    box = min(room * BOX_SHARE, WIDEST_BOX)
    box_left = WIDTH / 2 - min(room - box, WIDEST_RUNG / 2) - box
    return Columns(
        box_left - space - chips, box_left - space, box_left, box_left + box, _trunk(ladder, tracks)
    )


def _columns_of_several(ladder: Ladder, tracks: Tracks, is_cut: bool) -> Columns:
    """Two derivatives fit where one does, because the parameters' gradients stand in the capsules.

    A third one makes the drawing wider.
    """
    has_chips = any(row.chips for row in ladder.rows)
    chips = FEWER_CHIPS if has_chips else STUB_LABELS if is_cut else 0.0
    space = INNER_LANE * tracks.inner_count + (SPACE if chips or tracks.inner_count else 0.0)
    letters = STUB_LETTERS if is_cut else 0.0
    # Where the outer lanes of a derivative begin: beyond the inner ones and the letters of cut wires.
    nearest = INNER_LANE * tracks.inner_count + BESIDE_BOX + letters
    side = nearest + _lanes(tracks) if nearest > BESIDE_BOX or tracks.outer_count else 0.0
    left = MARGIN + _lanes(tracks) + chips + space
    room = WIDTH - left - 2 * side - MARGIN
    narrowest = NARROWEST_OF_SEVERAL + (MORE_FOR_INDENTED if any(tracks.rows) else 0.0)
    box = min(max(room * BOX_SHARE_OF_SEVERAL, narrowest), WIDEST_OF_SEVERAL)
    rung = min(max((room - 3 * box) / 2, NARROWEST_RUNG), WIDEST_RUNG)
    pitch = box + side + rung
    wanted = left + 2 * box + rung + (ladder.orders - 1) * pitch + side + MARGIN
    width = max(WIDTH, wanted)
    box_left = left + (width - wanted) / 2
    return Columns(
        chip_left=box_left - space - chips,
        chip_right=box_left - space,
        box_left=box_left,
        box_right=box_left + box,
        trunk=_trunk(ladder, tracks),
        fold=2 * (box_left + box) + rung,
        pitch=pitch,
        closer=space + chips - nearest,
        side=side,
        width=width,
    )


def _lanes(tracks: Tracks) -> float:
    """The room that the outer lanes take."""
    return LANE_SIDE + LANE * tracks.outer_count if tracks.outer_count else 0.0


def _trunk(ladder: Ladder, tracks: Tracks) -> float:
    """How far from the left the main wire runs: where many wires enter a row, they need room beside it."""
    if any(tracks.rows):
        return TRUNK
    entering = Counter(
        stop.row for net in ladder.nets for stop in net.stops for _ in range(min(stop.uses, MOST_ENTRIES))
    )
    return min(WIDEST_TRUNK, max(TRUNK, EDGE + CLOSEST_ENTRIES * (max(entering.values(), default=1) - 1)))
