"""Cross-correlation and its two transposes, for 1, 2 or 3 spatial axes.

The three are bilinear in the same three shapes, and each two of them are transposes of the third:
``<conv(x, w), y> = <x, conv_transpose(y, w)> = <w, conv_weight_gradient(x, y)>``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels import by_position, by_row, depthwise
from autograd_cnn.kernels.columns import (
    COLUMN_BYTES,
    column_blocks,
    cropped,
    extent,
    overlapping_rows,
    padded,
    pieces,
    row_blocks,
    rows_are_long,
    scratch,
    tap_slices,
)
from autograd_cnn.kernels.geometry import ConvGeometry
from autograd_cnn.kernels.layout import accumulator, batch_first, packed_batch_last

Array = NDArray[Any]

# A transpose becomes a convolution unless its input has this many times more cells than its output.
MIRROR_GROWTH = 1.5


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
    out = np.empty((len(weight), *geometry.output, len(x)), accumulator(x.dtype))  # (O, *output, N)
    weight = weight.astype(out.dtype, copy=False)
    way = _way_of_wide(geometry, len(x), x.shape[1], len(weight))
    if way is not None:
        way(packed_batch_last(x).astype(out.dtype, copy=False), weight, bias, out, geometry)
        return batch_first(out).astype(x.dtype, copy=False)
    for samples, places, part in pieces(geometry, len(x), _window_bytes(x.shape[1], geometry, out.dtype)):
        _conv(x[samples], weight, out[:, *places, samples], part)
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
    channels = weight.shape[1] * geometry.groups
    dtype = accumulator(y.dtype)
    weight = weight.astype(dtype, copy=False)
    mirrored = _mirrors_well(geometry, weight.shape[0], channels, len(y))
    if weight.shape[1] == 1 and geometry.groups > 1 and not (mirrored and len(weight) == channels):
        values = packed_batch_last(y).astype(dtype, copy=False)
        whole = depthwise.conv_transpose(values, weight, geometry)
        return batch_first(cropped(whole, geometry)).astype(y.dtype, copy=False)
    if mirrored:
        return conv(y, _mirrored(weight, geometry.groups), geometry=_mirror_geometry(geometry))
    cut = list(pieces(geometry, len(y), _window_bytes(channels, geometry, dtype)))
    if len(cut) == 1:
        return batch_first(_spread(y, weight, geometry)).astype(y.dtype, copy=False)
    x = np.zeros((channels, *geometry.input, len(y)), dtype)  # (C, *input, N)
    for samples, places, part in cut:
        x[..., samples] += _spread(y[samples, :, *places], weight, part)
    return batch_first(x).astype(y.dtype, copy=False)


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
    if by_row.pays(geometry, len(x), x.shape[1], y.shape[1]):
        dtype = accumulator(x.dtype)
        cells, values = (packed_batch_last(array).astype(dtype, copy=False) for array in (x, y))
        return by_row.weight_gradient(cells, values, geometry).astype(x.dtype, copy=False)
    channels = x.shape[1] // geometry.groups
    gradient = np.zeros((y.shape[1], channels, *geometry.kernel), accumulator(x.dtype))
    for samples, places, part in pieces(
        geometry, len(x), _window_bytes(x.shape[1], geometry, gradient.dtype)
    ):
        gradient += _correlate(x[samples], y[samples, :, *places], part)
    return gradient.astype(x.dtype, copy=False)


def _way_of_wide(
    geometry: ConvGeometry, batch: int, channels: int, filters: int
) -> Callable[[Array, Array, Array | None, Array, ConvGeometry], None] | None:
    """The faster way for layers of many channels over images without gaps; None for all others: by columns.

    Against the columns, in processor time at 3 x 3 windows: position by position takes 0.4 to 0.7 times at 16
    to 64 channels, 0.65 to 0.85 at 128, 1 at 256; row by row 0.7 to 0.85 at a batch of 16, 0.7 to 1 below.
    """
    if by_position.pays(geometry, batch, channels, filters):
        return by_position.conv
    return by_row.conv if by_row.pays(geometry, batch, channels, filters) else None


def _conv(x: Array, weight: Array, out: Array, geometry: ConvGeometry) -> None:
    """Convolve one piece into ``out`` (O, *output, N)."""
    groups, filters = geometry.groups, weight.shape[0]
    whole = padded(x, geometry)  # (C, *extent, N)
    if weight.shape[1] == 1 and groups > 1:
        depthwise.conv(whole, weight, out, geometry)
        return
    matrix = _matrix(weight, groups)[:, None]  # (g, 1, O/g, K)
    grouped = out.reshape(groups, filters // groups, *out.shape[1:]) if out.flags.c_contiguous else None
    for rows, columns in column_blocks(whole, geometry):  # columns (g, R, K, P)
        _, count, _, width = columns.shape
        if grouped is None:
            result = np.matmul(matrix, columns).swapaxes(1, 2)  # (g, O/g, R, P)
            out[:, rows] = result.reshape(filters, rows.stop - rows.start, *out.shape[2:])
            continue
        block = grouped[:, :, rows].reshape(groups, filters // groups, count, width)  # a view: (g, O/g, R, P)
        np.matmul(matrix, columns, out=block.swapaxes(1, 2))


def _spread(y: Array, weight: Array, geometry: ConvGeometry) -> Array:
    """Columns by one product, then each tap's share of them added to its cells: (C, *input, N)."""
    values = packed_batch_last(y).astype(weight.dtype, copy=False)  # (O, *output, N)
    if geometry.stride[0] == 1 and values.size and rows_are_long(geometry, len(y)):
        return cropped(_spread_rows(values, weight, geometry), geometry)
    groups, filters, channels = geometry.groups, weight.shape[0], weight.shape[1]
    batch = values.shape[-1]
    matrix = _matrix(weight, groups).swapaxes(1, 2)  # (g, K, O/g)
    whole = np.zeros((channels * groups, *extent(geometry), batch), values.dtype)
    grouped = whole.reshape(groups, channels, *whole.shape[1:])
    values = values.reshape(groups, filters // groups, *values.shape[1:])
    row_bytes = groups * matrix.shape[1] * prod(geometry.output[1:]) * batch * values.itemsize
    for rows in row_blocks(geometry, row_bytes):
        block = values[:, :, rows]  # (g, O/g, rows, ..., N)
        windows = block.shape[2:]
        columns = scratch((groups, matrix.shape[1], prod(windows)), values.dtype)  # (g, K, P)
        np.matmul(matrix, block.reshape(groups, filters // groups, prod(windows)), out=columns)
        columns = columns.reshape(groups, prod(geometry.kernel), channels, *windows)
        below = grouped[:, :, rows.start * geometry.stride[0] :]
        slices = tap_slices(geometry.kernel, windows[:-1], geometry.stride, geometry.dilation)
        for number, cells in enumerate(slices):
            below[:, :, *cells] += columns[:, number]
    return cropped(whole, geometry)


def _spread_rows(values: Array, weight: Array, geometry: ConvGeometry) -> Array:
    """Like :func:`_spread`, with the first axis summed inside the product: (C, *extent, N).

    Row h of the input gets sum_i weight[i] y[h - i]: one product with the rows h - kernel[0] + 1 .. h of
    ``values``, which lie one after the other. Only the taps of the later axes are left to add.
    """
    groups, filters, channels, batch = geometry.groups, weight.shape[0], weight.shape[1], values.shape[-1]
    count, high = geometry.output[0], geometry.kernel[0]
    width = prod(geometry.output[1:]) * batch
    taps = tap_slices(geometry.kernel[1:], geometry.output[1:], geometry.stride[1:], geometry.dilation[1:])
    # zero rows above and below, so that every row of the input meets ``high`` rows
    tall = np.empty((groups, count + 2 * (high - 1), filters // groups, width), values.dtype)
    tall[:, : high - 1] = 0
    tall[:, high - 1 + count :] = 0
    tall[:, high - 1 : high - 1 + count] = values.reshape(groups, filters // groups, count, width).swapaxes(
        1, 2
    )
    # (g, O/g, C/g, high, taps) -> (g, 1, taps * C/g, high * O/g), rows of the kernel reversed
    by_row = weight.reshape(groups, filters // groups, channels, high, len(taps))[:, :, :, ::-1]
    matrix = by_row.transpose(0, 4, 2, 3, 1).reshape(
        groups, 1, len(taps) * channels, high * filters // groups
    )
    whole = np.zeros((groups, channels, *extent(geometry), batch), values.dtype)
    step = max(1, COLUMN_BYTES // max(1, matrix.shape[2] * groups * width * values.itemsize))
    for start in range(0, count + high - 1, step):
        rows = slice(start, min(start + step, count + high - 1))
        shares = scratch((groups, rows.stop - start, matrix.shape[2], width), values.dtype)
        np.matmul(matrix, overlapping_rows(tall, rows, high, 1), out=shares)
        by_tap = shares.reshape(
            groups, rows.stop - start, len(taps), channels, *geometry.output[1:], batch
        ).swapaxes(1, 3)  # (g, C/g, taps, rows, ..., N)
        for number, cells in enumerate(taps):
            whole[:, :, rows, *cells] += by_tap[:, :, number]
    return whole.reshape(groups * channels, *whole.shape[2:])


def _correlate(x: Array, y: Array, geometry: ConvGeometry) -> Array:
    """Weight gradient of one piece, (O, C/g, *kernel)."""
    groups, filters = geometry.groups, y.shape[1]
    whole = padded(x, geometry)  # (C, *extent, N)
    values = packed_batch_last(y).astype(whole.dtype, copy=False)  # (O, *output, N)
    channels = len(whole) // groups
    if channels == 1 and groups > 1:
        return depthwise.weight_gradient(whole, values, geometry)
    grouped = values.reshape(groups, filters // groups, *values.shape[1:])
    gradient = np.zeros((groups, prod(geometry.kernel) * channels, filters // groups), whole.dtype)
    for rows, columns in column_blocks(whole, geometry):  # columns (g, R, K, P)
        _, count, _, width = columns.shape
        block = grouped[:, :, rows].reshape(groups, filters // groups, count, width)
        gradient += np.matmul(columns, block.transpose(0, 2, 3, 1)).sum(axis=1)  # (g, R, K, O/g) summed
    by_tap = gradient.reshape(groups, prod(geometry.kernel), channels, filters // groups)
    return by_tap.transpose(0, 3, 2, 1).reshape(filters, channels, *geometry.kernel)


def _matrix(weight: Array, groups: int) -> Array:
    """Weights as matrices (g, O/g, K), where K counts taps (slow), then channels, as columns do."""
    filters, channels, *kernel = weight.shape
    grouped = weight.reshape(groups, filters // groups, channels, prod(kernel))
    return grouped.swapaxes(2, 3).reshape(groups, filters // groups, prod(kernel) * channels)


def _mirrored(weight: Array, groups: int) -> Array:
    """Weights (C, O/g, *kernel) of the convolution that undoes the strideless one: taps reversed."""
    filters, channels, *kernel = weight.shape
    flipped = weight[:, :, *(slice(None, None, -1),) * len(kernel)]
    grouped = flipped.reshape(groups, filters // groups, channels, *kernel).swapaxes(1, 2)
    return grouped.reshape(groups * channels, filters // groups, *kernel)


@lru_cache(maxsize=1024)
def _mirror_geometry(geometry: ConvGeometry) -> ConvGeometry:
    """Geometry of :func:`conv_transpose` as a convolution over ``y``; stride 1 only."""
    margins = [
        ((taps - 1) * dilation - before, (taps - 1) * dilation - after)
        for taps, dilation, (before, after) in zip(
            geometry.kernel, geometry.dilation, geometry.padding, strict=True
        )
    ]
    return replace(geometry, input=geometry.output, output=geometry.input, padding=tuple(margins))


def _mirrors_well(geometry: ConvGeometry, filters: int, channels: int, batch: int) -> bool:
    """Whether the transpose is better computed as a convolution over ``y``: more products, no adds.

    The convolution copies ``filters`` planes a tap, :func:`_spread_rows` adds ``channels`` planes a tap.
    """
    if max(geometry.stride) > 1 or 0 in geometry.output:
        return False
    if prod(geometry.input) > MIRROR_GROWTH * prod(geometry.output):
        return False
    if _way_of_wide(_mirror_geometry(geometry), batch, filters, channels) is not None:
        return True
    return filters <= channels or not rows_are_long(geometry, batch)


def _window_bytes(channels: int, geometry: ConvGeometry, dtype: np.dtype[Any]) -> int:
    """Bytes of one window's column over all channels."""
    return channels * prod(geometry.kernel) * dtype.itemsize
