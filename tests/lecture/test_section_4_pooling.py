"""Section 4 of the lecture: the pooling layer."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_cnn as ag

MAP = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]
SQUARE = [[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]]


def plane(rows: list[list[int]]) -> ag.Tensor:
    return ag.tensor([[rows]], dtype="float32")


def rows(t: ag.Tensor) -> list[list[float]]:
    return t.numpy()[0, 0].tolist()


def test_max_with_stride_1() -> None:
    assert rows(ag.max_pool2d(plane(MAP), 3, stride=1)) == [[4, 4, 5], [5, 6, 6], [5, 6, 7]]


def test_max_with_stride_2() -> None:
    """The slide prints 6 at the lower right, but that window holds the 7."""
    assert MAP[4][4] == 7
    assert rows(ag.max_pool2d(plane(MAP), 3, stride=2)) == [[4, 5], [5, 7]]


def test_max_average_and_sum_of_the_square() -> None:
    assert rows(ag.max_pool2d(plane(SQUARE), 2, stride=2)) == [[6, 6], [4, 4]]
    assert rows(ag.avg_pool2d(plane(SQUARE), 2, stride=2)) == [[5.25, 5.25], [3, 3]]
    assert rows(ag.sum_pool2d(plane(SQUARE), 2, stride=2)) == [[21, 21], [12, 12]]


def test_windows_lie_side_by_side_unless_a_stride_is_given() -> None:
    for pool in (ag.max_pool2d, ag.avg_pool2d, ag.sum_pool2d):
        assert rows(pool(plane(SQUARE), 2)) == rows(pool(plane(SQUARE), 2, stride=2))


@pytest.mark.parametrize("pool", [ag.max_pool2d, ag.avg_pool2d, ag.sum_pool2d])
def test_each_activation_map_is_pooled_by_itself(pool: object) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 6))
    together = pool(x, 2).numpy()  # type: ignore[operator]
    for n, c in np.ndindex(2, 3):
        alone = pool(x[n : n + 1, c : c + 1], 2).numpy()  # type: ignore[operator]
        np.testing.assert_array_equal(together[n, c], alone[0, 0])


def test_a_small_shift_changes_little() -> None:
    """Within a window the largest value may move without changing what is pooled."""
    x = np.zeros((1, 1, 6, 6))
    x[0, 0, 0, 2] = x[0, 0, 4, 4] = 1.0
    moved = np.roll(x, 1, axis=3)
    assert rows(ag.max_pool2d(x, 2)) == rows(ag.max_pool2d(moved, 2))
