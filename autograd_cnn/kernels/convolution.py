"""Cross-correlation and its two transposes, for 1, 2 or 3 spatial axes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.geometry import ConvGeometry, Sizes, Slices
from autograd_cnn.kernels.layout import accumulator, batch_first, batch_last

Array = NDArray[Any]

COLUMN_BYTES = 4 << 20


def conv(x: Array, weight: Array, bias: Array | None = None, *, geometry: ConvGeometry) -> Array:
    """Cross-correlate: ``out[n, o, q] = bias[o] + sum_{c, k} weight[o, c, k] x[n, c, q * s + k * d - p]``.

    Parameters
    ----------
    x : array (N, C, *input)
    weight : array (O, C / groups, *kernel)
    bias : array (O,) or None

    Returns
    -------
    array (N, O, *output), dtype of ``x``; float16 is summed in float32.
    """
    groups, filters = geometry.groups, weight.shape[0]
    padded = _padded(x, geometry)  # (C, *extent, N)
    batch = padded.shape[-1]
    matrix = weight.astype(padded.dtype, copy=False).reshape(
        groups, filters // groups, -1
    )  # (g, O/g, C/g * K)
    out = np.empty((filters, *geometry.output, batch), padded.dtype)
    grouped = out.reshape(groups, filters // groups, *out.shape[1:])
    for rows, columns in _column_blocks(padded, geometry):
        block = grouped[:, :, rows]  # (g, O/g, rows, ..., N)
        block[...] = np.matmul(matrix, columns).reshape(block.shape)
    if bias is not None:
        out += bias.astype(out.dtype, copy=False).reshape(-1, *(1,) * (out.ndim - 1))
    return batch_first(out).astype(x.dtype, copy=False)


def conv_transpose(y: Array, weight: Array, *, geometry: ConvGeometry) -> Array:
    """Adjoint of :func:`conv` in ``x``: each value of ``y`` lays a scaled kernel over the input's cells.

    Parameters
    ----------
    y : array (N, O, *output)
    weight : array (O, C / groups, *kernel)

    Returns
    -------
    array (N, C, *input), dtype of ``y``; cells that no window reads are 0.
    """
    groups, filters = geometry.groups, weight.shape[0]
    channels = weight.shape[1] * groups
    dtype = accumulator(y.dtype)
    values = np.ascontiguousarray(batch_last(y), dtype)  # (O, *output, N)
    batch = values.shape[-1]
    matrix = weight.astype(dtype, copy=False).reshape(groups, filters // groups, -1).transpose(0, 2, 1)
    padded = np.zeros((channels, *_extent(geometry), batch), dtype)
    grouped = padded.reshape(groups, weight.shape[1], *padded.shape[1:])
    values = values.reshape(groups, filters // groups, *values.shape[1:])
    row_stride = geometry.stride[0]
    for rows in _row_blocks(geometry, matrix.shape[1] * groups * batch * dtype.itemsize):
        block = values[:, :, rows]
        windows = block.shape[2:]
        columns = np.matmul(matrix, block.reshape(*block.shape[:2], prod(windows)))  # (g, C/g * K, P)
        columns = columns.reshape(groups, weight.shape[1], prod(geometry.kernel), *windows)
        below = grouped[:, :, rows.start * row_stride :]
        for number, cells in enumerate(_tap_slices(geometry, rows.stop - rows.start)):
            below[:, :, *cells] += columns[:, :, number]
    return batch_first(_cropped(padded, geometry)).astype(y.dtype, copy=False)


def conv_weight_gradient(x: Array, y: Array, *, geometry: ConvGeometry) -> Array:
    """Adjoint of :func:`conv` in ``weight``: correlate the input with the outputs' cotangents.

    Parameters
    ----------
    x : array (N, C, *input)
    y : array (N, O, *output)

    Returns
    -------
    array (O, C / groups, *kernel), dtype of ``x``.
    """
    groups, filters = geometry.groups, y.shape[1]
    padded = _padded(x, geometry)  # (C, *extent, N)
    values = np.ascontiguousarray(batch_last(y), padded.dtype)  # (O, *output, N)
    values = values.reshape(groups, filters // groups, *values.shape[1:])
    channels = padded.shape[0] // groups
    gradient = np.zeros((groups, filters // groups, channels * prod(geometry.kernel)), padded.dtype)
    for rows, columns in _column_blocks(padded, geometry):
        block = values[:, :, rows]
        block = block.reshape(*block.shape[:2], prod(block.shape[2:]))  # (g, O/g, P)
        gradient += np.matmul(block, columns.transpose(0, 2, 1))
    return gradient.reshape(filters, channels, *geometry.kernel).astype(x.dtype, copy=False)


@lru_cache(maxsize=1024)
def _extent(geometry: ConvGeometry) -> Sizes:
    """Cells of the padded input that the windows span, per axis: left-over cells are cut off."""
    return tuple(
        (output - 1) * stride + (taps - 1) * dilation + 1 if output else 0
        for output, stride, taps, dilation in zip(
            geometry.output, geometry.stride, geometry.kernel, geometry.dilation, strict=True
        )
    )


@lru_cache(maxsize=1024)
def _real_cells(geometry: ConvGeometry) -> tuple[Slices, Slices]:
    """Slices that pair the real cells within the extent: (in the input, in the padded extent)."""
    kept = [
        min(cells, max(0, extent - before))
        for cells, extent, (before, _) in zip(
            geometry.input, _extent(geometry), geometry.padding, strict=True
        )
    ]
    inside = tuple(slice(0, count) for count in kept)
    padded = tuple(
        slice(before, before + count) for count, (before, _) in zip(kept, geometry.padding, strict=True)
    )
    return inside, padded


def _padded(x: Array, geometry: ConvGeometry) -> Array:
    """Zero-padded input cut to its extent, (C, *extent, N); a view of ``x`` when no padding is needed."""
    dtype = accumulator(x.dtype)
    inside, place = _real_cells(geometry)
    cells = batch_last(x)[:, *inside]
    if cells.shape[1:-1] == _extent(geometry):
        return cells.astype(dtype, copy=False)
    padded = np.zeros((cells.shape[0], *_extent(geometry), cells.shape[-1]), dtype)
    padded[:, *place] = cells
    return padded


def _cropped(padded: Array, geometry: ConvGeometry) -> Array:
    """Transpose of :func:`_padded`: (C, *extent, N) -> (C, *input, N)."""
    inside, place = _real_cells(geometry)
    if inside == place and _extent(geometry) == geometry.input:
        return padded
    cells = np.zeros((padded.shape[0], *geometry.input, padded.shape[-1]), padded.dtype)
    cells[:, *inside] = padded[:, *place]
    return cells


@lru_cache(maxsize=4096)
def _tap_slices(geometry: ConvGeometry, rows: int) -> tuple[Slices, ...]:
    """Cells that each tap reads for ``rows`` rows of windows, in row-major order of the taps."""
    counts = (rows, *geometry.output[1:])
    axes = [
        [slice(tap * dilation, tap * dilation + (count - 1) * stride + 1, stride) for tap in range(taps)]
        for count, stride, taps, dilation in zip(
            counts, geometry.stride, geometry.kernel, geometry.dilation, strict=True
        )
    ]
    return tuple(product(*axes))


def _row_blocks(geometry: ConvGeometry, bytes_per_column: int) -> Iterator[slice]:
    """Cut the first output axis into blocks whose columns stay near COLUMN_BYTES."""
    total = geometry.output[0]
    if 0 in geometry.output:
        return
    row_bytes = max(1, bytes_per_column * prod(geometry.output[1:]))
    step = max(1, COLUMN_BYTES // row_bytes)
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))


def _column_blocks(padded: Array, geometry: ConvGeometry) -> Iterator[tuple[slice, Array]]:
    """Blocks of output rows with their columns (g, C/g * K, rows * ... * N), one column per output value."""
    channels, batch = padded.shape[0], padded.shape[-1]
    taps = prod(geometry.kernel)
    for rows in _row_blocks(geometry, channels * taps * batch * padded.itemsize):
        count = rows.stop - rows.start
        below = padded[:, rows.start * geometry.stride[0] :]
        columns = np.empty((channels, taps, count, *geometry.output[1:], batch), padded.dtype)
        for number, cells in enumerate(_tap_slices(geometry, count)):
            columns[:, number] = below[:, *cells]
        windows = count * prod(geometry.output[1:]) * batch
        yield rows, columns.reshape(geometry.groups, channels // geometry.groups * taps, windows)
