"""The chart of a gradient report: every row once, its place on the axis, reports that are hard to draw."""

import math

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.scene import text_boxes


def report(scale=1.0):
    net = ag.nn.Sequential(ag.nn.Dense(3, 4, rng=np.random.default_rng(0)), ag.nn.ReLU())
    return ag.gradient_report((net(np.ones((2, 3), np.float32)) * scale).sum())


def test_every_row_is_there_with_its_number():
    found = report()
    drawing = viz.gradient_chart(found)
    for row in (*found.layers, *found.parameters):
        assert f"{row.name} {row.shape}: {row.norm:.3g}" in drawing.text
    assert [row["norm"] for row in drawing.data["gradients"]["layers"]] == [r.norm for r in found.layers]


def test_texts_stay_on_the_card_and_apart():
    drawing = viz.gradient_chart(report(1e-9))
    boxes = [(b.left, b.top, b.right, b.bottom) for _, b in text_boxes(drawing.scene.items)]
    for left, _, right, _ in boxes:
        assert left >= 0
        assert right <= drawing.scene.width
    for at, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_zero_and_broken_gradients_are_written_not_placed():
    x = ag.tensor(np.zeros(3), requires_grad=True, name="<x> & y\n")
    for loss, word in (((x * 0.0).sum(), "no gradient"), (ag.sqrt(x).sum(), "not finite")):
        drawing = viz.gradient_chart(ag.gradient_report(loss))
        assert word in drawing.text
        assert "<x> & y" not in drawing.svg()


def test_a_report_with_one_length_only_has_an_axis():
    x = ag.tensor([2.0], requires_grad=True)
    drawing = viz.gradient_chart(ag.gradient_report((x * 1.0).sum()))
    assert all(math.isfinite(box.left) for _, box in text_boxes(drawing.scene.items))


def test_what_is_no_report_is_refused():
    with pytest.raises(viz.UndrawableError, match=r"from a dict; ag\.gradient_report\(loss\) fits"):
        viz.gradient_chart({})
