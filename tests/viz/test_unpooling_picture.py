"""The picture of one un-pooling: places, sums where values meet, what nobody reads."""

import json

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.scene import Text, walk

from .looking import overlapping_texts, texts_outside

MAP = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]


def pooled(cells: object, window: int = 3, stride: int = 1) -> tuple[ag.Tensor, ag.Tensor]:
    array = np.asarray(cells, float)
    x = ag.tensor(array.reshape((1,) * (4 - array.ndim) + array.shape), requires_grad=True)
    y, indices = ag.max_pool2d(x, window, stride=stride, return_indices=True)
    return y, indices


def test_numbers_are_those_of_the_library() -> None:
    y, indices = pooled(MAP)
    x = ag.max_unpool2d(y, indices, 3, stride=1)
    dx = np.arange(25.0).reshape(1, 1, 5, 5) / 10
    drawing = viz.routing(x, cotangent=dx)
    (dy,) = ag.gradients(x, y, dx)
    data = json.loads(drawing.json())["data"]
    np.testing.assert_array_equal(data["X"], x.numpy()[0, 0])
    np.testing.assert_allclose(data["dY"], dy.numpy()[0, 0])
    flat = [5 * row + column for row, column in (entry["cell"] for entry in data["addresses"])]
    assert flat == indices.numpy().reshape(-1).tolist()
    assert "cell (3, 1): d + g = 5 + 5 = 10" in drawing.text
    assert "cell (3, 3): e + f + h = 6 + 6 + 6 = 18" in drawing.text
    assert "19 of 25 cells are named by no index" in drawing.text
    kept = dx.sum() - sum(dx.reshape(-1)[place] for place in set(flat))
    assert f"Of the sum of dX, 30, the empty cells keep {kept:.4g}" in drawing.text


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "cells", [MAP, np.random.default_rng(0).standard_normal((40, 28)), [[3.0, 1.0]]], ids=len
)
def test_nothing_overlaps_or_leaves_its_box(cells: object, theme: str) -> None:
    rows, columns = np.shape(cells)
    window = min(2, rows, columns)
    x = ag.max_unpool2d(*pooled(cells, window, window), window, output_size=(rows, columns))
    drawing = viz.routing(x, cotangent=np.random.default_rng(1).standard_normal(x.shape), theme=theme)
    assert drawing.scene.width == 960
    assert overlapping_texts(drawing.scene) == []
    assert texts_outside(drawing.scene) == []


def test_crops_and_sequences_say_where_they_are() -> None:
    y, indices = pooled(np.random.default_rng(0).standard_normal((28, 28)), 2, 2)
    drawing = viz.routing(ag.max_unpool2d(y, indices, 2))
    assert "X: rows " in drawing.text
    assert "Y: rows " in drawing.text
    v, places = ag.max_pool1d(ag.tensor([[[3.0, 1.0, 5.0, 2.0]]], requires_grad=True), 2, return_indices=True)
    line = viz.routing(ag.max_unpool1d(v, places, 2))
    assert "(0) -> (0)\n(1) -> (2)" in line.text


def test_the_outlined_value() -> None:
    x = ag.max_unpool2d(*pooled(MAP), 3, stride=1)
    for wanted in ("e", 4, (1, 1)):
        assert json.loads(viz.routing(x, spotlight=wanted).json())["data"]["spotlight"] == [1, 1]
    assert json.loads(viz.routing(x).json())["data"]["spotlight"] == [1, 0]  # d, which meets g
    for wanted in ("z", 99, (7, 7)):
        with pytest.raises(viz.UndrawableError, match=r"the picture shows no value .*; it shows a to i"):
            viz.routing(x, spotlight=wanted)


def test_refusals() -> None:
    x = ag.max_unpool2d(*pooled(MAP), 3, stride=1)
    with pytest.raises(viz.UndrawableError, match="sample 3 does not exist"):
        viz.routing(x, sample=3)
    with pytest.raises(viz.UndrawableError, match="channel -2 does not exist"):
        viz.routing(x, channel=-2)
    with pytest.raises(viz.UndrawableError, match="slice=0 names a depth, but max_unpool2d has 2"):
        viz.routing(x, slice=0)
    with pytest.raises(viz.UndrawableError, match=r"slice 4 does not exist: max_unpool3d gave depth 4"):
        viz.routing(volume(), slice=4)


def volume() -> ag.Tensor:
    x = np.random.default_rng(0).normal(size=(1, 1, 4, 6, 6)).round(1)
    pooled = ag.max_pool3d(ag.tensor(x, requires_grad=True), 2, stride=(1, 2, 2), return_indices=True)
    return ag.max_unpool3d(*pooled, 2, stride=(1, 2, 2))


@pytest.mark.parametrize("depth", range(4))
def test_one_depth_of_three_axes(depth: int) -> None:
    x = volume()
    cotangent = np.random.default_rng(1).integers(-9, 10, x.shape) / 10
    routed = ag.routing(x, cotangent=cotangent)
    drawing = viz.routing(x, cotangent=cotangent, slice=depth)
    layer = drawing.data["slice"]["layer"]
    np.testing.assert_array_equal(drawing.data["X"], x.numpy()[0, 0, depth])
    np.testing.assert_array_equal(drawing.data["dX"], cotangent[0, 0, depth])
    np.testing.assert_array_equal(drawing.data["dY"], routed.gradient[0, 0, layer])
    for entry in drawing.data["addresses"]:
        at = (0, 0, *entry["cell"])
        assert drawing.data["dY"][entry["value"]] == cotangent[at]


def test_values_that_go_to_other_depths_say_so() -> None:
    told = viz.routing(volume(), slice=1).text
    assert "cell (1, 1, 5): c + c@1 = 2 + 2 = 4" in told
    assert "To other depths go a to (0, 1, 0), e to (0, 3, 3); their gradient is read there." in told
    assert "depth 1 (of 0 to 3)" in told


def test_letters_name_the_values() -> None:
    scene = viz.routing(ag.max_unpool2d(*pooled(MAP), 3, stride=1)).scene
    shown = [item.content for item in walk(scene.items) if isinstance(item, Text)]
    assert "d+g" in shown
    assert shown.count("a") == 4  # in X, Y, the addresses and dY
