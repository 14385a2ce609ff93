"""Ladders of whole networks: folding, shapes without data, shared modules, further derivatives, pages."""

import time
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.scene import Group, Line, Text, walk
from viz.ladder.builder import ladder_of
from viz.ladder.chips import _fitting_count, _wanted
from viz.ladder.drawing import ladder_scene
from viz.ladder.grouping import ROWS_AT_FIRST_SIGHT
from viz.ladder.layout import lay_out
from viz.ladder.pages import cut_into_pages
from viz.ladder.rows import Chip
from viz.ladder.wires import Sum, wires_of
from viz.picture.model import unique_buffers
from viz.views import picture_of

from .looking import wrong
from .networks import (
    EncoderDecoder,
    ResNet18,
    branches_result,
    chain,
    cube,
    encoder_loss,
    leaf,
    pair_loss,
    residual_loss,
    shared_results,
    square_loss,
    vgg11,
)

IMAGE = (1, 3, 224, 224)


@pytest.fixture(scope="module")
def resnet():
    return ResNet18()


def test_resnet_folds_to_a_slide_in_under_a_second(resnet):
    start = time.perf_counter()
    drawing = viz.draw(resnet, IMAGE)
    drawing.svg()
    assert time.perf_counter() - start < 1
    assert wrong(drawing.scene) == []
    assert drawing.scene.height < 640
    rows = ladder_of(picture_of(resnet, IMAGE)).rows
    assert [row.title for row in rows][4:12] == ["max_pool2d", "BasicBlock × 2", *["BasicBlock"] * 6]
    assert rows[0].note == "1×3×224×224 float32"
    assert drawing.text.splitlines()[1].startswith("11,689,512 parameters in 62 tensors")


@pytest.mark.parametrize(("depth", "rows"), [(0, 3), (1, 13), (2, 17), (3, 70), (9, 70)])
def test_depth_chooses_the_levels(resnet, depth, rows):
    ladder = ladder_of(picture_of(resnet, IMAGE), depth)
    assert abs(len(ladder.rows) - rows) <= 5
    assert wrong(ladder_scene(ladder)) == []


def test_a_folded_rung_totals_its_bytes(resnet):
    picture = picture_of(resnet, IMAGE)
    totals = [
        sum(row.rung.nbytes for row in ladder_of(picture, depth).rows if row.rung is not None)
        for depth in (0, 1, 2, 9)
    ]
    assert totals == [picture.saved_bytes()] * 4


def test_only_equal_blocks_that_feed_each_other_are_counted():
    class Twice(ag.nn.Module):
        def __init__(self):
            self.a, self.b = (ag.nn.Sequential(ag.nn.ReLU(), ag.nn.Tanh()) for _ in range(2))

        def forward(self, x):
            return self.a(x) + self.b(x)

    rows = ladder_of(picture_of(Twice(), np.ones(3, np.float32)), depth=1).rows
    assert [row.title for row in rows][1:3] == ["Sequential", "Sequential"]


def test_shapes_give_the_rows_and_bytes_of_a_real_run():
    real = ladder_of(picture_of(EncoderDecoder(), np.ones((1, 1, 16, 16), np.float32)))
    shapes = ladder_of(picture_of(EncoderDecoder(), (1, 1, 16, 16)))
    assert [(row.title, row.path, row.note) for row in real.rows] == [
        (row.title, row.path, row.note) for row in shapes.rows
    ]
    assert [row.rung and row.rung.nbytes for row in real.rows] == [
        row.rung and row.rung.nbytes for row in shapes.rows
    ]
    assert shapes.rows[-1].capsule == "dY, from outside"
    assert "worked out from shapes alone" in shapes.footer
    assert [(net.source, net.stops) for net in real.nets] == [(net.source, net.stops) for net in shapes.nets]


def test_the_switches_lead_from_pool_to_unpool():
    ladder = ladder_of(picture_of(EncoderDecoder(), (1, 1, 16, 16)))
    titles = [row.title for row in ladder.rows]
    pairs = {
        (titles[net.source], titles[stop.row])
        for net in ladder.nets
        for stop in net.stops
        if titles[stop.row] == "max_unpool2d"
    }
    assert ("max_pool2d", "max_unpool2d") in pairs


def test_vgg_draws_its_pools_and_repeats_nothing():
    ladder = ladder_of(picture_of(vgg11(), (1, 3, 32, 32)))
    assert sum(row.capsule == "max_unpool, adds" for row in ladder.rows) == 5
    assert wrong(ladder_scene(ladder)) == []


def test_a_shared_module_has_a_row_a_call_and_its_parameters_once():
    ladder = ladder_of(picture_of(shared_results()))
    assert [row.path for row in ladder.rows if row.path.startswith("step")] == [
        f"step, call {number} of 4" for number in range(1, 5)
    ]
    sums = [mark.terms for mark in wires_of(ladder, lay_out(ladder)) if isinstance(mark, Sum)]
    assert sorted(sums) == [2, 4, 4]
    assert [row.title for row in ladder.rows[-2:]] == ["output 1", "output 2"]


def test_an_input_is_no_parameter_and_has_a_rung():
    x, w = leaf(1, 1, 6, 6, name="x"), leaf(2, 1, 3, 3, name="w")
    picture = picture_of(ag.conv2d(x, w).sum())
    assert picture.parameter_count() == w.size
    rows = ladder_of(picture).rows
    assert (rows[0].kind, rows[0].capsule) == ("input", "d x")
    assert rows[1].rung.lines[0] == ("input 1×1×6×6 float32, 144 B",)
    assert [chip.title for chip in rows[1].chips] == ["w"]


def test_a_constant_is_no_parameter():
    picture = picture_of(ag.tensor(2.0))
    assert [box.kind for box in picture.boxes] == ["constant"]
    assert ladder_of(picture).rows[0].title == "constant"
    w = leaf(2, 1, 3, 3, wants=False)
    rows = ladder_of(picture_of(ag.conv2d(leaf(1, 1, 6, 6, name="x"), w).sum())).rows
    assert [chip.kind for chip in rows[1].chips] == ["constant"]


@pytest.mark.parametrize("order", [2, 3])
def test_each_derivative_has_a_column_with_its_numbers(order):
    drawing = viz.draw(cube(), order=order)
    assert wrong(drawing.scene) == []
    ladder = ladder_of(picture_of(cube(), order=order))
    top = ladder.rows[0]
    # (w x)^3 at w = 2, x = 3: 3 x (w x)^2 = 324, then 6 x^2 (w x) = 324, then 6 x^3 = 162.
    assert top.capsule_note == "scalar = 324"
    assert top.higher[0].title == "d² w"
    assert top.higher[0].note == "scalar = 324"
    if order == 3:
        assert top.higher[1].note == "scalar = 162"
    assert drawing.scene.width == 960 if order == 2 else 960 < drawing.scene.width < 1300
    boxes = {item.id for item in walk(drawing.scene.items) if getattr(item, "id", None)}
    assert f"back{order}-1" in boxes


def test_second_derivatives_of_a_network_draw_well():
    drawing = viz.draw(pair_loss(), order=2)
    assert wrong(drawing.scene) == []
    assert "d² weight" in drawing.text
    ElementTree.fromstring(drawing.svg())
    assert wrong(viz.draw(square_loss(), order=2).scene) == []


def test_the_first_gradient_keeps_values_for_the_second():
    picture = picture_of(pair_loss(), order=2)
    rows = ladder_of(picture).rows
    kept = {row.title + row.path: row.kept_by(1) for row in rows}
    assert kept["conv2dc2"].lines[0] == ("gradient 2×4×3×3 float32, 288 B",)
    assert kept["conv2dc1"].lines[0] == ("forward value: kept already",)
    assert kept["max_pool2dpool"].lines[0] == ("switches: kept already",)
    assert kept["flatten"] is None
    assert rows[-1].kept_by(1) is None
    more = sum(buffer.nbytes for buffer in unique_buffers(picture.boxes, 1))
    assert sum(rung.nbytes for rung in kept.values() if rung is not None) == more > 0
    assert picture.saved_bytes() == picture_of(pair_loss()).saved_bytes()
    drawing = viz.draw(picture)
    assert "derivative 1 keeps gradient 2×4×3×3 float32, 288 B" in drawing.text
    dotted = [
        item
        for group in walk(drawing.scene.items)
        if isinstance(group, Group) and group.title == kept["conv2dc2"].tooltip
        for item in group.items
        if isinstance(item, Line) and item.dash == "dotted"
    ]
    first, second = (
        next(group for group in walk(drawing.scene.items) if getattr(group, "id", None) == f"{name}-5")
        for name in ("back", "back2")
    )
    (line,) = dotted
    assert line.points[0][0] == pytest.approx(first.items[0].x + first.items[0].width)
    assert line.points[-1][0] == pytest.approx(second.items[0].x)


@pytest.mark.parametrize("make", [encoder_loss, shared_results, lambda: residual_loss(3), branches_result])
def test_two_derivatives_of_branched_networks_need_little_more_width(make):
    scene = viz.draw(make(), order=2).scene
    assert wrong(scene) == []
    assert scene.width < 1120


def test_a_recorded_gradient_says_whose_it_is():
    w = leaf(3, name="w")
    (gradient,) = ag.gradients((w * w * w).sum(), [w], create_graph=True)
    rows = ladder_of(picture_of((gradient * gradient).sum())).rows
    assert {"for multiply", "for sum"} & {row.path for row in rows}
    assert wrong(viz.draw((gradient * gradient).sum()).scene) == []


def test_a_gradient_graph_has_further_derivatives_too():
    graph = ag.gradient_graph(square_loss())
    drawings = [viz.draw(graph, order=order).scene for order in (1, 2)]
    assert [scene.width for scene in drawings] == [960, 960]
    texts = [{item.plain for item in walk(scene.items) if isinstance(item, Text)} for scene in drawings]
    assert ["second derivative, up" in said for said in texts] == [False, True]


def test_a_derivative_that_is_zero_everywhere_is_refused():
    with pytest.raises(viz.UndrawableError, match="order=1"):
        viz.draw(chain(3), order=2)


def test_pages_hold_every_row_once_and_draw_well():
    ladder = ladder_of(picture_of(residual_loss(20)), depth=9)
    pages = cut_into_pages(ladder)
    assert len(pages) > 2
    shown = [row for page in pages for row in page.rows if row.kind != "link"]
    assert shown == list(ladder.rows)
    for page in pages:
        assert len([row for row in page.rows if row.kind != "link"]) <= ROWS_AT_FIRST_SIGHT
        assert wrong(ladder_scene(page)) == []
    assert pages[0].rows[-1].title == "to page 2"
    assert pages[0].rows[-1].capsule == "from page 2"
    assert pages[1].rows[0].title == "from page 1"
    assert pages[1].title.endswith(f"page 2 of {len(pages)}")
    # Blocks are cut between each other, where one wire crosses.
    assert all(sum(row.kind == "link" for row in page.rows) <= 2 for page in pages)


def test_pages_of_tangles_draw_well():
    for what in (shared_results(), encoder_loss()):
        for page in cut_into_pages(ladder_of(picture_of(what)), 6):
            assert wrong(ladder_scene(page)) == []


def test_pages_become_files(tmp_path):
    drawing = viz.draw(residual_loss(20), depth=9, pages=True)
    count = len(drawing.pages)
    assert drawing.save(tmp_path / "net.svg") == tmp_path / "net-1.svg"
    assert len(list(tmp_path.glob("net-*.svg"))) == count
    path = drawing.save(tmp_path / "net.pdf")
    assert path.read_bytes().count(b"/Type/Pages") == 1
    assert f"/Count {count}".encode() in path.read_bytes()
    assert f", {count} pages;" in repr(drawing)
    assert viz.draw(pair_loss(), pages=True).pages == ()


def test_the_text_is_a_tree(resnet):
    lines = viz.draw(resnet, IMAGE, depth=3).text.splitlines()
    assert "     in layer1 Sequential" in lines
    assert "       in 0 BasicBlock" in lines
    assert any(line.endswith("conv2d [layer1.0.conv1]: 1×64×56×56, 3×3 kernel, padding 1") for line in lines)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_text_is_small_or_cut_in_the_middle(resnet, theme):
    for drawing in (
        viz.draw(resnet, IMAGE, theme=theme),
        viz.draw(resnet, IMAGE, depth=9, theme=theme),
        viz.draw(encoder_loss(), theme=theme),
    ):
        texts = [item for item in walk(drawing.scene.items) if isinstance(item, Text)]
        assert min(text.size for text in texts) >= 9
        assert not [text.plain for text in texts if text.plain.endswith("…")]


def test_values_without_number_draw():
    x = ag.tensor([np.nan, np.inf, -np.inf, 0.0], requires_grad=True, name="x")
    drawing = viz.draw((x * x).sum())
    assert wrong(drawing.scene) == []
    assert "loss = nan" in drawing.text
    assert "NaN" not in drawing.json()


@pytest.mark.parametrize(
    "what",
    [
        (EncoderDecoder(), (1, 1, 16, 16)),
        (EncoderDecoder(), np.ones((1, 1, 16, 16), np.float32)),
        (encoder_loss(),),
    ],
    ids=["shapes", "recorded", "loss"],
)
def test_the_places_go_from_each_pooling_to_its_un_pooling(what):
    ladder = ladder_of(picture_of(*what))
    ways = [
        (ladder.rows[net.source], ladder.rows[stop.row])
        for net in ladder.nets
        if net.is_address
        for stop in net.stops
    ]
    assert [(pool.note[:7], unpool.note) for pool, unpool in ways] == [
        ("1×4×8×8", "1×4×16×16, from max_pool2d"),
        ("1×8×4×4", "1×8×8×8, from max_pool2d"),
    ]
    assert not [chip for row in ladder.rows for chip in row.chips if chip.title == "indices"]
    drawing = viz.draw(*what)
    scene = drawing.scene
    (wires,) = (item for item in scene.items if isinstance(item, Group) and item.id == "wires")
    dotted = [line for line in wires.items if isinstance(line, Line) and line.dash == "dotted"]
    assert [(line.stroke, line.head) for line in dotted] == [("saved", "filled")] * 2
    assert wrong(scene) == []
    root = ElementTree.fromstring(drawing.svg())
    (wired,) = (element for element in root.iter() if element.get("id") == "wires")
    assert sum(element.get("stroke-dasharray") is not None for element in wired) == 2


def test_no_chip_drops_its_count(resnet):
    """Large counts are told in millions where all their digits don't fit beside the words."""
    chip = Chip("p1", "more", "10 parameters", "13,673,600", None, "", "")
    room = _wanted("10 parameters", "13.7 M")
    assert _fitting_count(chip, room) == "13.7 M"
    assert _fitting_count(chip, _wanted("10 parameters", "13,673,600")) == "13,673,600"
    for item in walk(viz.draw(resnet, IMAGE).scene.items):
        if isinstance(item, Group):
            words = [text.plain for text in item.items if isinstance(text, Text)]
            assert len(words) != 1 or not words[0].endswith("parameters")
