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
    v, places = ag.max_pool3d(ag.tensor(np.ones((1, 1, 2, 2, 2)), requires_grad=True), 2, return_indices=True)
    with pytest.raises(viz.UndrawableError, match="no plane to draw"):
        viz.routing(ag.max_unpool3d(v, places, 2))


def test_letters_name_the_values() -> None:
    scene = viz.routing(ag.max_unpool2d(*pooled(MAP), 3, stride=1)).scene
    shown = [item.content for item in walk(scene.items) if isinstance(item, Text)]
    assert "d+g" in shown
    assert shown.count("a") == 4  # in X, Y, the addresses and dY
