"""Tracks and lanes: the heaviest path is straight, short detours stay inside, long ones go outside."""

from collections import defaultdict
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag
from viz.ladder.builder import ladder_of
from viz.ladder.lanes import MOST_LANES, lanes_of
from viz.ladder.layout import lay_out, trunk
from viz.ladder.rows import Ladder, Net, Row, Stop
from viz.ladder.tracks import LONGEST_INNER, tracks_of
from viz.ladder.wires import Wire, marks_by_net, wires_of
from viz.views import picture_of

from .networks import LOSSES, BasicBlock, encoder_loss, leaf, residual_loss, shared_results


def op(title, boxes=1):
    return Row("op", tuple(f"{title}{number}" for number in range(boxes)), title, "", "", "")


def test_rows_beside_the_heaviest_path_are_indented():
    # in -> a -> join, in -> side -> join, where a is heavier than side.
    rows = (op("in"), op("a", 5), op("side"), op("join"))
    nets = (
        Net(0, "in", (Stop(1, 1, 1), Stop(2, 1, 1))),
        Net(1, "a", (Stop(3, 1, 1),)),
        Net(2, "side", (Stop(3, 1, 1),)),
    )
    tracks = tracks_of(Ladder("", rows, nets, ()))
    assert tracks.rows == (0, 0, 1, 0)
    assert tracks.straight == (1, 3, None)
    assert tracks.inner == (0, None, None)


def test_the_main_wire_passes_straight_beside_an_indented_row():
    block = BasicBlock(2, 4, 2)
    ladder = ladder_of(picture_of(block, (1, 2, 8, 8)), depth=9)
    layout = lay_out(ladder)
    beside = [row.title for row, track in zip(ladder.rows, layout.tracks.rows, strict=True) if track]
    assert beside == ["conv2d", "batch_norm"]
    assert {row.path for row, track in zip(ladder.rows, layout.tracks.rows, strict=True) if track} == {
        "downsample.0",
        "downsample.1",
    }
    middle = trunk(layout.columns.box_left, layout.columns)
    wires = [mark for mark in wires_of(ladder, layout) if isinstance(mark, Wire) and mark.half == "forward"]
    longest = max(
        abs(wire.points[-1][1] - wire.points[0][1])
        for wire in wires
        if len(wire.points) == 2 and wire.points[0][0] == wire.points[-1][0] == middle
    )
    assert longest > 60


def test_long_skips_take_an_outer_lane_and_short_ones_an_inner():
    ladder = ladder_of(picture_of(residual_loss(2)))
    tracks = tracks_of(ladder)
    assert (tracks.inner_count, tracks.outer_count) == (0, 1)
    x = leaf(3, name="x")
    short = tracks_of(ladder_of(picture_of((ag.exp(x) + x).sum())))
    assert (short.inner_count, short.outer_count) == (1, 0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(2, 40)), max_size=60))
def test_lanes_never_share_a_gap(spans):
    nets = [Net(start, "v", (Stop(start + length, 1, 1),)) for start, length in spans]
    for most, longest in ((MOST_LANES, None), (2, LONGEST_INNER)):
        lanes, count = lanes_of(nets, None, most, longest)
        assert count <= most
        for one, other in combinations(range(len(nets)), 2):
            if lanes[one] is None or lanes[one] != lanes[other]:
                continue
            first, second = sorted((one, other), key=lambda number: nets[number].source)
            assert nets[first].stops[-1].row - 1 < nets[second].source


@pytest.mark.parametrize("name", LOSSES)
def test_no_two_values_share_a_piece_of_wire(name):
    ladder = ladder_of(picture_of(LOSSES[name]()))
    pieces = defaultdict(list)
    for net, mark in marks_by_net(ladder, lay_out(ladder)):
        for start, end in pairwise(mark.points) if isinstance(mark, Wire) else ():
            axis = int(start[0] != end[0])
            low, high = sorted((start[1 - axis], end[1 - axis]))
            pieces[axis, round(start[axis], 1)].append((low, high, net))
    for line in pieces.values():
        line.sort()
        for (_, end, net), (start, _, other) in pairwise(line):
            assert net == other or start >= end - 1


def test_wires_are_orthogonal_and_run_level_only_between_rows():
    for what in (encoder_loss(), shared_results(), residual_loss(2)):
        ladder = ladder_of(picture_of(what))
        layout = lay_out(ladder)
        spans = list(zip(layout.tops, layout.bottoms, strict=True))
        for mark in wires_of(ladder, layout):
            if not isinstance(mark, Wire):
                continue
            for (x, y), (next_x, next_y) in pairwise(mark.points):
                assert x == next_x or y == next_y
                if x != next_x:
                    assert not any(top < y < bottom for top, bottom in spans)
