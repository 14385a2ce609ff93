"""Sums over windows against plain loops, and the adjoint identity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_cnn.kernels import WindowGeometry, window_counts, window_sum, window_sum_transpose

from . import reference

Array = np.ndarray[Any, Any]
Weights = tuple[float, ...] | None


def sample(seed: int, dtype: str = "float64") -> tuple[WindowGeometry, Array, Array, list[Weights]]:
    """A random geometry, whole numbers x and y, and weights: none, equal, different with some zeros."""
    rng = np.random.default_rng(seed)
    geometry = reference.random_window_geometry(rng)
    planes = (int(rng.integers(0 if seed % 10 == 0 else 1, 11)), int(rng.integers(1, 4)))
    x = rng.integers(0, 5, (*planes, *geometry.input)).astype(dtype)
    y = rng.integers(0, 5, (*planes, *geometry.output)).astype(dtype)
    taps = int(np.prod(geometry.window))
    different = tuple(float(v) for v in rng.integers(0, 4, taps))
    return (
        geometry,
        reference.random_layout(rng, x),
        reference.random_layout(rng, y),
        [None, (2.0,) * taps, different],
    )


@pytest.mark.parametrize("seed", range(50))
def test_equal_to_loops(seed: int) -> None:
    geometry, x, y, choices = sample(seed)
    x, y = x[:2], y[:2]
    before = x.copy(), y.copy()
    for weights in choices:
        plain = weights or (1.0,) * int(np.prod(geometry.window))
        np.testing.assert_array_equal(
            window_sum(x, geometry=geometry, weights=weights), reference.window_sum(x, geometry, plain)
        )
        np.testing.assert_array_equal(
            window_sum_transpose(y, geometry=geometry, weights=weights),
            reference.window_sum_transpose(y, geometry, plain),
        )
    np.testing.assert_array_equal(window_counts(geometry), reference.window_counts(geometry))
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


@pytest.mark.parametrize("seed", range(100))
def test_adjoint(seed: int) -> None:
    geometry, x, y, choices = sample(1000 + seed)
    for weights in choices:
        left = np.sum(window_sum(x, geometry=geometry, weights=weights) * y)
        assert left == np.sum(x * window_sum_transpose(y, geometry=geometry, weights=weights))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8", "int32", "int64"])
@pytest.mark.parametrize("seed", range(5))
def test_dtype_stays(dtype: str, seed: int) -> None:
    geometry, x, y, choices = sample(2000 + seed, dtype)
    x, y = x[:2], y[:2]
    for weights in choices:
        plain = weights or (1.0,) * int(np.prod(geometry.window))
        sums = window_sum(x, geometry=geometry, weights=weights)
        spread = window_sum_transpose(y, geometry=geometry, weights=weights)
        assert sums.dtype == spread.dtype == np.dtype(dtype)
        expected = reference.window_sum(x.astype(float), geometry, plain)
        np.testing.assert_array_equal(sums, expected.astype(dtype))


def test_float16_is_summed_in_float32() -> None:
    geometry = WindowGeometry((4096,), (4096,), (1,), (1,), ((0, 0),), (1,))
    ones = np.ones((1, 1, 4096), np.float16)
    assert window_sum(ones, geometry=geometry).item() == 4096


def test_a_tap_of_weight_zero_is_not_read() -> None:
    geometry = WindowGeometry((3,), (3,), (1,), (1,), ((0, 0),), (1,))
    x = np.array([[[1.0, np.inf, 2.0]]])
    assert window_sum(x, geometry=geometry, weights=(1.0, 0.0, 3.0)).item() == 7


def test_lecture_average_and_sum() -> None:
    plane = np.array([[[[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]]]], float)
    geometry = WindowGeometry((4, 4), (2, 2), (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
    assert window_sum(plane, geometry=geometry)[0, 0].tolist() == [[21, 21], [12, 12]]
    average = window_sum(plane, geometry=geometry, weights=(0.25,) * 4)
    assert average[0, 0].tolist() == [[5.25, 5.25], [3, 3]]


def test_counts_leave_padding_out() -> None:
    geometry = WindowGeometry((2, 3), (2, 2), (3, 2), (1, 2), ((1, 1), (0, 1)), (1, 1))
    counts = window_counts(geometry)
    assert counts.tolist() == [[2, 1], [4, 2], [2, 1]]
    assert not counts.flags.writeable
