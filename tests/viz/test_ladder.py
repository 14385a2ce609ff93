"""The ladder: what its rows say, and that nothing overlaps, leaves its box or runs through another."""

import time
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag
import viz
from viz.canvas.scene import Box, Group, Line, Rect, Scene, Text, walk
from viz.ladder.builder import ladder_of
from viz.ladder.drawing import ladder_scene
from viz.ladder.grouping import ROWS_AT_FIRST_SIGHT
from viz.ladder.lanes import lanes_of
from viz.ladder.layout import lay_out
from viz.ladder.pages import cut_into_pages
from viz.ladder.rows import Stop
from viz.ladder.wires import Dot, Stub, Sum, wires_of
from viz.picture.meaning import gradient_meaning, setting_detail
from viz.views import picture_of

from .looking import groups, overlapping_boxes, overlapping_texts, texts_outside, wires_through, wrong
from .networks import (
    LOSSES,
    chain,
    leaf,
    line_loss,
    pair_loss,
    recurrent_loss,
    residual_loss,
    square_loss,
    tangled_loss,
)


def rows_of(loss, depth=None):
    return ladder_of(picture_of(loss), depth).rows


@pytest.mark.parametrize("name", LOSSES)
def test_nothing_overlaps_or_leaves_its_box(name):
    drawing = viz.draw(LOSSES[name]())
    assert drawing.scene.width == 960
    assert wrong(drawing.scene) == []


@pytest.mark.parametrize(
    "name", ["", "<script>alert('x')</script>", "W" * 10_000, 'q"u\\o\nte', "\u202e\x00", "名前" * 300]
)
def test_any_name_fits(name):
    drawing = viz.draw((ag.exp(leaf(3, name=name)) * leaf(3, name=name) * leaf(3, name=name)).sum())
    assert wrong(drawing.scene) == []
    for theme in ("light", "dark", "auto"):
        root = ElementTree.fromstring(drawing.svg(theme))
        assert not [element for element in root.iter() if element.tag.endswith("script")]


def test_the_checks_find_what_is_wrong():
    def group(x, words, width=100.0):
        return Group((Rect(x, 10, width, 20), Text(x + 5, 25, words, 10)), title=words)

    scene = Scene(
        300, 50, "", "", (group(10, "one"), group(60, "two"), group(200, "much too long for its box", 60))
    )
    assert overlapping_boxes(scene) == [("one", "two")]
    assert set(texts_outside(scene)) == {"much too long for its box"}
    near = Scene(300, 50, "", "", (Text(10, 20, "here", 10), Text(15, 22, "there", 10)))
    assert overlapping_texts(near) == [("here", "there")]
    crossing = Scene(300, 50, "", "", (group(10, "one"), Group((Line(((0, 20), (300, 20))),), id="wires")))
    assert wires_through(crossing, [("one", Box(10, 10, 110, 30))]) == ["one"]


def test_rows_of_a_convolutional_network():
    rows = rows_of(pair_loss())
    assert [row.title for row in rows] == [
        "images",
        "conv2d",
        "relu",
        "max_pool2d",
        "conv2d",
        "relu",
        "flatten",
        "dense",
        "relu",
        "dense",
        "cross_entropy",
        rows[-1].title,
    ]
    assert rows[-1].title.startswith("loss = ")
    assert [chip.title for chip in rows[1].chips] == ["weight", "bias"]
    assert [chip.gradient for chip in rows[1].chips] == ["d weight", "d bias"]
    assert (rows[2].title, rows[2].path) == ("relu", "call 1 of 3")
    assert rows[0].capsule is None
    assert rows[0].capsule_note == "not needed"
    assert rows[1].capsule == "dweight, dbias"
    assert rows[4].capsule == "dx, dweight, dbias"
    assert rows[3].capsule == "max_unpool, adds"
    assert rows[2].capsule == "relu gate"
    assert rows[-1].capsule == "seed = 1"
    assert rows[-2].chips[0].gradient is None


def test_rungs_tell_what_is_kept():
    rows = rows_of(pair_loss())
    assert rows[3].rung.lines[0] == ("switches 2×3×5×5 uint8, 150 B",)
    assert rows[3].rung.nbytes == 150
    assert rows[9].rung.lines[0] == ("input: kept above",)
    assert rows[9].rung.nbytes == 0
    assert rows[6].rung is None
    total = sum(row.rung.nbytes for row in rows if row.rung is not None)
    assert total == picture_of(pair_loss()).saved_bytes()


def test_the_footer_counts_parameters_and_bytes():
    footer = ladder_of(picture_of(pair_loss())).footer
    assert footer[0].startswith("483 parameters in 8 tensors, 1.93 kB")
    assert "kept for backward" in footer[1]


def test_a_pool_shows_its_grids():
    drawing = viz.draw(pair_loss())
    titles = [group.title or "" for group in groups(drawing.scene.items)]
    assert sum(title.startswith("switches of sample 0") for title in titles) == 1
    assert sum("where it goes" in title for title in titles) == 1
    assert drawing.scene.height < 620


def test_fan_out_is_a_dot_and_a_sum_at_one_height():
    ladder = ladder_of(picture_of(square_loss()))
    marks = list(wires_of(ladder, lay_out(ladder)))
    dots = {mark.y for mark in marks if isinstance(mark, Dot) and mark.half == "forward"}
    sums = {mark.y: mark.terms for mark in marks if isinstance(mark, Sum)}
    assert set(sums) <= dots
    assert sorted(sums.values()) == [2, 3]


def test_x_plus_x_draws_two_wires():
    x = leaf(3, name="x")
    (net, *_) = ladder_of(picture_of((x + x).sum())).nets
    assert net.stops == (Stop(1, 2, 2),)


def test_shared_parameters_stand_once_with_a_sum():
    ladder = ladder_of(picture_of(recurrent_loss(3)))
    assert [row.title for row in ladder.rows].count("w") == 1
    net = next(net for net in ladder.nets if ladder.rows[net.source].title == "w")
    assert (len(net.stops), net.wanted) == (3, 3)


@pytest.mark.parametrize("name", LOSSES)
def test_everything_stands_in_the_drawing_once(name):
    picture = picture_of(LOSSES[name]())
    ladder = ladder_of(picture, depth=99)
    calls = [box for row in ladder.rows if row.kind == "op" for box in row.boxes]
    assert sorted(calls) == sorted(
        box.id for box in picture.boxes if box.kind == "op" and box.half == "forward"
    )
    leaves = [box for row in ladder.rows if row.kind not in ("op", "output") for box in row.boxes]
    leaves += [chip.link for row in ladder.rows for chip in row.chips]
    assert sorted(leaves) == sorted(
        box.id for box in picture.boxes if box.kind != "op" and box.half == "forward"
    )
    made = [box for row in ladder.rows for box in row.gradients]
    assert sorted(made) == sorted(
        box.id
        for box in picture.boxes
        if box.half == "backward" and box.kind == "op" and box.because.why != "fan-out sum"
    )
    ids = [
        element.get("id")
        for element in ElementTree.fromstring(viz.draw(picture).svg()).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids))


def test_numbers_are_the_arrays():
    a, b = (ag.tensor(v, requires_grad=True, name=n) for v, n in ((2.0, "a"), (-3.0, "b")))
    loss = ag.tanh(a * b + 10.0) * a
    rows = ladder_of(picture_of(loss)).rows
    da, db = ag.gradients(loss, [a, b])
    assert rows[0].capsule_note == f"scalar = {da.item():.4g}".replace("-", "−")
    assert rows[1].chips[0].gradient_note == f"{db.item():.4g}".replace("-", "−")
    assert rows[-1].title == f"loss = {loss.item():.4g}"


def test_gradients_come_back_only_where_they_are_wanted():
    x, w = leaf(3, name="x", wants=False), leaf(3, name="w")
    ladder = ladder_of(picture_of(((x * w) * x).sum()))
    net = next(net for net in ladder.nets if ladder.rows[net.source].title == "x")
    assert (sum(stop.uses for stop in net.stops), net.wanted) == (2, 0)


def test_residual_blocks_skip_in_a_lane():
    ladder = ladder_of(picture_of(residual_loss(2)))
    lanes, count = lanes_of(ladder.nets)
    assert count == 1
    assert [lane for lane in lanes if lane is not None] == [0, 0]


@given(st.data())
def test_random_formulas_draw_well(data):
    values = [leaf(2, name="x"), leaf(2, name="y", wants=False)]
    for _ in range(data.draw(st.integers(1, 14))):
        first = values[data.draw(st.integers(0, len(values) - 1))]
        second = values[data.draw(st.integers(0, len(values) - 1))]
        values.append(data.draw(st.sampled_from([ag.add, ag.multiply, ag.maximum]))(first, second))
    loss = (values[-1] * values[0] * values[0]).sum()
    order = data.draw(st.integers(1, 2))
    assert wrong(viz.draw(loss, order=order).scene) == []
    for page in cut_into_pages(ladder_of(picture_of(loss)), data.draw(st.integers(3, 9))):
        assert wrong(ladder_scene(page)) == []


def test_past_five_lanes_wires_are_cut_into_labelled_stubs():
    ladder = ladder_of(picture_of(tangled_loss(30)))
    stubs = [mark for mark in wires_of(ladder, lay_out(ladder)) if isinstance(mark, Stub)]
    starts = {
        mark.text.removeprefix("to ") for mark in stubs if mark.half == "forward" and "to " in mark.text
    }
    ends = {
        mark.text.removeprefix("from ").partition(":")[0]
        for mark in stubs
        if mark.half == "forward" and "from " in mark.text
    }
    assert starts == ends != set()
    assert "from A: tanh" in {mark.text for mark in stubs}


def test_many_wires_enter_a_row_side_by_side():
    parts = [leaf(1, name="x0")]
    for _ in range(8):
        parts.append(ag.tanh(ag.concatenate(parts)))
    ladder = ladder_of(picture_of(ag.concatenate(parts).sum()))
    layout = lay_out(ladder)
    last = max(row for _, row in layout.entries if ladder.rows[row].title == "concatenate")
    places = sorted(x for (_, row), entry in layout.entries.items() if row == last for x in entry.xs)
    assert len(places) == 9
    assert min(after - before for before, after in pairwise(places)) >= 9
    assert wrong(ladder_scene(ladder)) == []


def test_depth_folds_modules():
    assert len(rows_of(residual_loss(2), depth=0)) == 4
    assert [row.title for row in rows_of(residual_loss(2), depth=1)][1:3] == ["conv2d", "Sequential"]
    folded = rows_of(residual_loss(2), depth=2)
    assert [(row.title, row.path) for row in folded][2] == ("Block × 2", "blocks.0 to 1")
    assert folded[2].chips[0].title == "8 parameters"
    assert folded[2].chips[0].gradient == "8 gradients"
    assert folded[2].capsule == "Block × 2"
    assert folded[2].rung.nbytes > 0
    assert len(rows_of(residual_loss(20))) <= ROWS_AT_FIRST_SIGHT
    assert len(rows_of(residual_loss(20), depth=9)) > 100
    with pytest.raises(viz.UndrawableError, match="-1"):
        rows_of(residual_loss(1), depth=-1)


def test_scalars_show_their_numbers():
    a, b = (ag.tensor(v, requires_grad=True, name=n) for v, n in ((2.0, "a"), (-3.0, "b")))
    rows = rows_of(a * b + 10.0)
    assert [row.note for row in rows[:3]] == ["scalar float32 = 2", "scalar = −6", "scalar = 4"]
    assert rows[0].capsule_note == "scalar = −3"
    assert rows[1].chips[0].note == "−3"
    assert rows[1].chips[0].gradient_note == "2"
    assert rows[1].capsule_note.startswith("arrives 1, ")


def test_overlays_show_numbers():
    rows = ladder_of(picture_of(line_loss()), overlay="bytes").rows
    assert rows[1].note == "length 5, 20 B"
    rows = ladder_of(picture_of(line_loss()), overlay="gradients").rows
    assert rows[1].capsule_note == "passes nothing on"
    assert rows[1].chips[0].gradient_note.startswith("max ")
    rows = ladder_of(picture_of(pair_loss()), overlay="gradients").rows
    pool = next(row for row in rows if row.pool)
    sent = max(abs(value) for line in pool.pool.gradient for value in line)
    assert pool.capsule_note.startswith("input gets up to ")
    assert float(pool.capsule_note.rpartition(" ")[2]) >= sent * 0.999
    weight = rows[1].chips[0]
    assert weight.title == "weight"
    flow = next(flow for flow in picture_of(pair_loss()).flows if flow.box == weight.link)
    assert weight.gradient_note == f"max {flow.largest:.4g}"
    with pytest.raises(viz.UndrawableError, match="overlay"):
        viz.draw(line_loss(), overlay="colour")


def test_views_and_themes_are_checked():
    with pytest.raises(viz.UndrawableError, match="no view"):
        viz.draw(line_loss(), view="sideways")
    with pytest.raises(viz.UndrawableError, match="theme"):
        viz.draw(line_loss(), theme="pink")
    with pytest.raises(viz.UndrawableError, match="order"):
        viz.draw(line_loss(), order=0)


def test_graphs_of_one_node_or_none():
    assert [row.title for row in rows_of(leaf(2, name="w"))] == ["w", "output"]
    constant = viz.draw(ag.tensor(2.0))
    assert "output = 2" in constant.text or "loss = 2" in constant.text
    empty = viz.draw(ag.Graph.of())
    assert "The graph is empty." in [item.plain for item in walk(empty.scene.items) if isinstance(item, Text)]
    assert wrong(empty.scene) == []
    assert wrong(viz.draw(ag.exp(leaf(0, 3))).scene) == []


def test_a_graph_alone_draws_its_forward_half():
    drawing = viz.draw(ag.Graph.of(line_loss()))
    assert wrong(drawing.scene) == []
    assert drawing.scene.title == "Forward"
    assert "       backward:" not in drawing.text


def test_several_outputs_have_rows_of_their_own():
    w = leaf(3, name="w")
    drawing = viz.draw([ag.exp(w), (w * 2.0).sum()])
    assert wrong(drawing.scene) == []
    assert "output 1" in drawing.text
    assert "output 2" in drawing.text


def test_every_kind_of_pool_draws():
    x = leaf(1, 2, 8, 8, name="x")
    line, cube = leaf(1, 2, 9, name="x"), leaf(1, 2, 4, 4, 4, name="x")
    results = [
        ag.avg_pool2d(x, 2),
        ag.sum_pool2d(x, 3, stride=1, padding=1),
        ag.max_pool2d(x, 3, stride=1),
        ag.max_pool2d(x, 2, ties="split"),
        ag.max_pool2d(x, 8),
        ag.max_pool1d(line, 3, stride=2),
        ag.max_pool3d(cube, 2),
    ]
    for result in results:
        assert wrong(viz.draw((result * leaf(*result.shape, wants=False)).sum()).scene) == []


def test_the_text_says_what_the_drawing_says():
    text = viz.draw(pair_loss()).text
    assert "  4  max_pool2d [pool]: 2×3×5×5, 2×2 window" in text
    assert "       keeps switches 2×3×5×5 uint8, 150 B" in text
    assert "       backward: max_unpool, adds (to each winner)" in text
    assert "also reads row" in viz.draw(residual_loss(1)).text


def test_ladders_are_saved(tmp_path):
    drawing = viz.draw(pair_loss())
    for suffix in ("svg", "json", "txt"):
        assert drawing.save(tmp_path / f"ladder.{suffix}").stat().st_size > 1000
    with pytest.raises(viz.UnknownFormatError):
        drawing.save(tmp_path / "ladder.dot")


def test_time_grows_with_rows_and_not_faster():
    def seconds(length):
        picture = picture_of(chain(length))
        start = time.process_time()
        ladder_scene(ladder_of(picture))
        return time.process_time() - start

    seconds(100)
    short, long = seconds(1000), seconds(8000)
    assert long < 8 * short * 3 + 0.5


def test_meanings():
    assert gradient_meaning(["relu"], None, ["x"]) == "relu gate"
    assert (
        gradient_meaning(["subtract", "exp"], "softplus", ["x"])
        == "times the output, then copies, one negated"
    )
    assert gradient_meaning(["a", "b"], "mystery", ["x"]) == "gradient of mystery"
    assert gradient_meaning([], None, []) == "passes on"
    geometry = ag.ConvGeometry((8, 8), (3, 3), (3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 2)
    assert setting_detail({"geometry": geometry}) == "3×3 kernel, stride 2, padding 1, 2 groups"
    pool = ag.WindowGeometry((8,), (2,), (4,), (2,), ((0, 0),), (1,))
    assert setting_detail({"geometry": pool, "ties": "split"}) == "window of 2, ties: split"
    assert setting_detail({"axis": (0, 1)}) == "axes 0 1"


def test_the_first_of_several_operands_is_named():
    x = leaf(3, name="x")
    rows = rows_of((ag.exp(x) - x).sum())
    assert next(row.note for row in rows if row.title == "subtract") == "length 3, exp first"
    rows = rows_of((x - ag.exp(x)).sum())
    assert next(row.note for row in rows if row.title == "subtract") == "length 3, x first"
