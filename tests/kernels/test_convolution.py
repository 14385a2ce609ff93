"""The convolution family against plain loops, and against itself by its adjoint identities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_cnn.kernels import (
    ConvGeometry,
    columns,
    conv,
    conv_transpose,
    conv_weight_gradient,
    convolution,
)
from autograd_cnn.kernels import layout as memory

from . import reference

Array = np.ndarray[Any, Any]


@pytest.fixture(params=["as is", "rows", "rows, cut", "rows, spread", "windows, spread"])
def strategy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make tiny arrays take the ways that only large ones take by themselves."""
    name = str(request.param)
    if name != "as is":
        monkeypatch.setattr(columns, "COLUMN_BYTES", 1000)
        monkeypatch.setattr(convolution, "COLUMN_BYTES", 1000)
        monkeypatch.setattr(memory, "SERIAL_BYTES", 10)
        monkeypatch.setattr(memory, "BLOCK_BYTES", 500)
        monkeypatch.setattr(memory, "TRANSPOSE_VALUES", 8)
    if name.startswith("rows"):
        monkeypatch.setattr(columns, "ROW_WINDOWS", 1)
    if name.endswith("cut"):
        monkeypatch.setattr(columns, "COLUMN_LIMIT", 800)
    if name.endswith("spread"):
        monkeypatch.setattr(convolution, "MIRROR_GROWTH", 0.0)
    if name.startswith("windows"):
        monkeypatch.setattr(columns, "ROW_WINDOWS", 1 << 30)
    return name


def sample(seed: int, dtype: str = "float64", largest_batch: int = 2) -> tuple[ConvGeometry, list[Array]]:
    """A random geometry and small whole numbers (x, weight, bias, y), for which every sum is exact."""
    rng = np.random.default_rng(seed)
    geometry = reference.random_conv_geometry(rng)
    batch = int(rng.integers(0 if seed % 10 == 0 else 1, largest_batch + 1))
    channels, filters = (geometry.groups * int(v) for v in rng.integers(1, 3, 2))
    shapes = [
        (batch, channels, *geometry.input),
        (filters, channels // geometry.groups, *geometry.kernel),
        (filters,),
        (batch, filters, *geometry.output),
    ]
    arrays = [rng.integers(-3, 4, shape).astype(dtype) for shape in shapes]
    return geometry, [reference.random_layout(rng, array) for array in arrays]


@pytest.mark.parametrize("seed", range(32))
def test_equal_to_loops(seed: int, strategy: str) -> None:
    geometry, (x, weight, bias, y) = sample(1000 + seed)
    copies = [array.copy() for array in (x, weight, bias, y)]
    np.testing.assert_array_equal(
        conv(x, weight, bias, geometry=geometry), reference.conv(x, weight, bias, geometry)
    )
    np.testing.assert_array_equal(
        conv_transpose(y, weight, geometry=geometry), reference.conv_transpose(y, weight, geometry)
    )
    np.testing.assert_array_equal(
        conv_weight_gradient(x, y, geometry=geometry), reference.conv_weight_gradient(x, y, geometry)
    )
    for array, copy in zip((x, weight, bias, y), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("seed", range(32))
def test_the_three_are_transposes_of_each_other(seed: int, strategy: str) -> None:
    geometry, (x, weight, _, y) = sample(2000 + seed, largest_batch=10)
    forward = np.sum(conv(x, weight, geometry=geometry) * y)
    assert forward == np.sum(conv_transpose(y, weight, geometry=geometry) * x)
    assert forward == np.sum(conv_weight_gradient(x, y, geometry=geometry) * weight)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int16", "int32", "int64"])
@pytest.mark.parametrize("seed", range(8))
def test_dtype_stays(dtype: str, seed: int) -> None:
    geometry, (x, weight, bias, y) = sample(3000 + seed, dtype)
    results = [
        (conv(x, weight, bias, geometry=geometry), reference.conv(x, weight, bias, geometry)),
        (conv_transpose(y, weight, geometry=geometry), reference.conv_transpose(y, weight, geometry)),
        (conv_weight_gradient(x, y, geometry=geometry), reference.conv_weight_gradient(x, y, geometry)),
    ]
    for actual, expected in results:
        assert actual.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(actual, expected)


def test_float16_is_summed_in_float32() -> None:
    geometry = ConvGeometry((4096,), (4096,), (1,), (1,), ((0, 0),), (1,), 1)
    ones = np.ones((1, 1, 4096), np.float16)
    assert conv(ones, ones, geometry=geometry).item() == 4096  # in float16, 2048 + 1 is 2048


def test_left_over_cells_get_zero() -> None:
    geometry = ConvGeometry((7,), (2,), (2,), (3,), ((0, 0),), (1,), 1)
    x = conv_transpose(np.ones((1, 1, 2)), np.ones((1, 1, 2)), geometry=geometry)
    assert x.reshape(-1).tolist() == [1, 1, 0, 1, 1, 0, 0]


def test_lecture_binary_kernel() -> None:
    image = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    kernel = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    geometry = ConvGeometry((5, 5), (3, 3), (3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    out = conv(np.array([[image]]), np.array([[kernel]]), geometry=geometry)
    assert out[0, 0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_real_sizes_agree_between_strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    """LeNet-5's second layer at batch 32 takes the way by rows; the way by windows must agree."""
    geometry = ConvGeometry((14, 14), (5, 5), (10, 10), (1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((32, 6, 14, 14), np.float32)
    weight = rng.standard_normal((16, 6, 5, 5), np.float32)
    y = rng.standard_normal((32, 16, 10, 10), np.float32)

    def family() -> list[Array]:
        return [
            conv(x, weight, geometry=geometry),
            conv_transpose(y, weight, geometry=geometry),
            conv_weight_gradient(x, y, geometry=geometry),
        ]

    by_rows = family()
    monkeypatch.setattr(columns, "ROW_WINDOWS", 1 << 30)
    monkeypatch.setattr(convolution, "MIRROR_GROWTH", 100.0)
    for first, second in zip(by_rows, family(), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-3)


def test_columns_stay_bounded() -> None:
    """A row of windows beyond the limit is cut into pieces that fit it and cover all outputs."""
    geometry = ConvGeometry((64, 64, 64), (3, 3, 3), (62, 62, 62), (1,) * 3, ((0, 0),) * 3, (1,) * 3, 1)
    window_bytes = 64 * 27 * 4
    covered = np.zeros((5, 62, 62), int)
    for samples, places, part in columns.pieces(geometry, 5, window_bytes):
        batch = samples.stop - samples.start
        assert window_bytes * batch * part.output[1] * part.output[2] <= columns.COLUMN_LIMIT
        assert part.output == tuple(place.stop - place.start for place in places)
        covered[samples, places[1], places[2]] += 1
    assert (covered == 1).all()
