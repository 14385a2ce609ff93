"""The ways by position and by row: against loops, against float64, with values that are no numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_cnn.kernels import (
    ConvGeometry,
    by_position,
    by_row,
    conv,
    conv_transpose,
    conv_weight_gradient,
)

from . import reference

Array = np.ndarray[Any, Any]


@pytest.fixture(params=["by position", "by position, cut", "by row", "by row, cut"])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make tiny arrays take the ways that only wide ones take by themselves; "cut" into many parts."""
    way, _, cut = str(request.param).partition(", ")
    for name in ("LEAST_SAMPLES", "LEAST_CHANNELS", "LEAST_FILTERS", "LEAST_SPLIT"):
        monkeypatch.setattr(by_position, name, 1)
    if way == "by row":
        monkeypatch.setattr(by_position, "LEAST_SAMPLES", 1 << 30)
    monkeypatch.setattr(by_row, "LEAST_CHANNELS", 1)
    monkeypatch.setattr(by_row, "LEAST_LANES", 1)
    if cut:
        monkeypatch.setattr(by_position, "MOST_SAMPLES", 2)
        monkeypatch.setattr(by_position, "PART_BYTES", 1)
        monkeypatch.setattr(by_position, "SHARED_TERMS", 0)
        for module in (by_position, by_row):
            monkeypatch.setattr(module, "PRODUCT_TERMS", 30)


def image_geometry(rng: np.random.Generator, input: tuple[int, int], largest: int = 3) -> ConvGeometry:
    """A random geometry of images without gaps, with any padding that leaves a window."""
    kernel = (int(rng.integers(1, largest + 1)), int(rng.integers(2, largest + 1)))
    stride = tuple(int(v) for v in rng.integers(1, 4, 2))
    padding = tuple((int(rng.integers(0, taps)), int(rng.integers(0, taps))) for taps in kernel)
    output = tuple(
        (cells + before + after - taps) // step + 1
        for cells, taps, step, (before, after) in zip(input, kernel, stride, padding, strict=True)
    )
    return ConvGeometry(input, kernel, output, stride, padding, (1, 1), 1)


def same(size: int) -> ConvGeometry:
    """3 x 3 windows around each cell."""
    return ConvGeometry((size, size), (3, 3), (size, size), (1, 1), ((1, 1), (1, 1)), (1, 1), 1)


@pytest.mark.parametrize("seed", range(24))
def test_equal_to_loops(seed: int, small: None) -> None:
    rng = np.random.default_rng(seed)
    height, width = (int(v) for v in rng.integers(3, 9, 2))
    geometry = image_geometry(rng, (height, width))
    batch, channels, filters = (int(v) for v in rng.integers(1, 6, 3))
    dtype = np.float32 if seed % 2 else np.float64
    x = rng.integers(-3, 4, (batch, channels, height, width)).astype(dtype)
    weight = rng.integers(-3, 4, (filters, channels, *geometry.kernel)).astype(dtype)
    bias = rng.integers(-3, 4, filters).astype(dtype)
    y = rng.integers(-3, 4, (batch, filters, *geometry.output)).astype(dtype)
    assert by_row.pays(geometry, batch, channels, filters) == (geometry.stride[1] == 1)
    results = [
        (conv(x, weight, bias, geometry=geometry), reference.conv(x, weight, bias, geometry)),
        (conv(x, weight, geometry=geometry), reference.conv(x, weight, None, geometry)),
        (conv_transpose(y, weight, geometry=geometry), reference.conv_transpose(y, weight, geometry)),
        (conv_weight_gradient(x, y, geometry=geometry), reference.conv_weight_gradient(x, y, geometry)),
    ]
    for actual, expected in results:
        assert actual.dtype == dtype
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("seed", range(6))
def test_as_accurate_as_columns_and_adjoint(seed: int, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In sizes that take these ways by themselves: as close to float64 as the way by columns."""
    rng = np.random.default_rng(seed)
    height, width = (int(v) for v in rng.integers(5, 12, 2))
    geometry = image_geometry(rng, (height, width))
    batch, channels, filters = (
        int(rng.integers(32, 80)),
        int(rng.integers(16, 40)),
        int(rng.choice([16, 24, 64])),
    )
    x = rng.standard_normal((batch, channels, height, width)).astype(dtype)
    weight = rng.standard_normal((filters, channels, *geometry.kernel)).astype(dtype)
    y = rng.standard_normal((batch, filters, *geometry.output)).astype(dtype)

    def family(*arrays: Array) -> list[Array]:
        x, weight, y = arrays
        return [
            conv(x, weight, geometry=geometry),
            conv_transpose(y, weight, geometry=geometry),
            conv_weight_gradient(x, y, geometry=geometry),
        ]

    actual = family(x, weight, y)
    if dtype == "float64":
        products = [np.sum(result * with_) for result, with_ in zip(actual, (y, x, weight), strict=True)]
        np.testing.assert_allclose(products, products[0], rtol=1e-9, atol=1e-7)
    monkeypatch.setattr(by_position, "LEAST_CHANNELS", 1 << 30)
    monkeypatch.setattr(by_row, "LEAST_CHANNELS", 1 << 30)
    by_columns = family(x, weight, y)
    exact = family(*(array.astype(np.float64) for array in (x, weight, y)))
    for result, column_result, truth in zip(actual, by_columns, exact, strict=True):
        assert result.dtype == np.dtype(dtype)
        allowed = 4 * np.abs(column_result - truth).max() + 1e-12
        assert np.abs(result - truth).max() <= allowed


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("batch", [20, 32])
def test_what_is_no_number_reaches_only_its_windows(value: float, batch: int) -> None:
    geometry, rng = same(9), np.random.default_rng(0)
    x = rng.standard_normal((batch, 16, 9, 9), np.float32)
    weight = rng.standard_normal((16, 16, 3, 3), np.float32)
    assert by_position.pays(geometry, batch, 16, 16) == (batch == 32)
    assert by_row.pays(geometry, batch, 16, 16)
    clean = conv(x, weight, geometry=geometry)
    x[5, 3, 4, 6] = value
    out = conv(x, weight, geometry=geometry)
    touched = np.zeros(out.shape, bool)
    touched[5, :, 3:6, 5:8] = True
    np.testing.assert_array_equal(out[~touched], clean[~touched])
    expected = value * weight[:, 3, ::-1, ::-1]
    np.testing.assert_array_equal(out[5, :, 3:6, 5:8], expected)
    back = conv_transpose(x, weight, geometry=geometry)
    np.testing.assert_array_equal(back[5, :, 3:6, 5:8], value * weight[3])
    assert np.isfinite(np.delete(back, 5, axis=0)).all()
    gradient = conv_weight_gradient(x, clean, geometry=geometry)
    assert np.isfinite(np.delete(gradient, 3, axis=1)).all()
    assert not np.isfinite(gradient[:, 3]).any()


@pytest.mark.parametrize("batch", [1, 5, 63, 64, 65, 200])
def test_parts_cover_each_window_once(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_position, "get_num_threads", lambda: 3)
    geometry = same(37)
    covered = np.zeros((37, 37, batch), int)
    parts = by_position.cut_into_parts(geometry, batch, 64, 64, 4)
    for part in parts:
        covered[part] += 1
        samples = part.samples.stop - part.samples.start
        columns = part.columns.stop - part.columns.start
        assert samples <= by_position.MOST_SAMPLES
        assert 4 * samples * 64 * (3 * (columns + 2) + 2 * columns) <= by_position.PART_BYTES or columns <= 4
    assert (covered == 1).all()
    assert len(parts) >= 3


def test_thin_layers_and_gaps_stay_with_columns() -> None:
    wide, (size, kernel, output) = same(32), ((14, 14), (5, 5), (10, 10))
    lenet = ConvGeometry(size, kernel, output, (1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    assert by_position.pays(wide, 64, 32, 32)
    assert not by_position.pays(wide, 64, 3, 32)
    assert not by_position.pays(wide, 1, 32, 32)
    assert not by_position.pays(wide, 32, 512, 512)
    assert not by_position.pays(lenet, 64, 6, 16)
    assert not by_row.pays(lenet, 64, 6, 16)
    assert not by_row.pays(wide, 64, 256, 256)
    grouped = ConvGeometry((8, 8), (3, 3), (6, 6), (1, 1), ((0, 0), (0, 0)), (1, 1), 2)
    dilated = ConvGeometry((8, 8), (3, 3), (4, 4), (1, 1), ((0, 0), (0, 0)), (2, 2), 1)
    for geometry in (grouped, dilated):
        assert not by_position.pays(geometry, 64, 32, 32)
        assert not by_row.pays(geometry, 64, 32, 32)
