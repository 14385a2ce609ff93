"""Windows of a padded input laid out as the columns of matrices, in blocks of bounded memory.

A convolution is a product of its weights with a matrix that has one column per window (im2col). Two ways
to build it, both with the samples innermost:

rows     copy the input once per tap of the LAST axes only. Row r of the first axis then holds its share
         of every window that reads it, and the kernel[0] rows of one window row already lie one after the
         other: each row of windows is a matrix that overlaps the next one in memory. kernel[0] times less
         copying, one matrix product per row of windows.
windows  copy the input once per tap; a single matrix product per block. For rows of few windows, where
         many small products would cost more than the copies, and for dilated first axes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.geometry import ConvGeometry, Sizes, Slices
from autograd_cnn.kernels.layout import accumulator, packed_batch_last

Array = NDArray[Any]

# Columns are made this many bytes at a time (they should stay in the cache), never many more than the limit.
COLUMN_BYTES = 4 << 20
COLUMN_LIMIT = 32 << 20
# Rows of fewer windows (times samples) than this are gathered into larger matrices.
ROW_WINDOWS = 256

_scratch = threading.local()


@lru_cache(maxsize=1024)
def extent(geometry: ConvGeometry) -> Sizes:
    """Cells of the padded input that the windows span, per axis: left-over cells are cut off."""
    return tuple(
        (output - 1) * stride + (taps - 1) * dilation + 1 if output else 0
        for output, stride, taps, dilation in zip(
            geometry.output, geometry.stride, geometry.kernel, geometry.dilation, strict=True
        )
    )


@lru_cache(maxsize=1024)
def real_cells(geometry: ConvGeometry) -> tuple[Slices, Slices]:
    """Slices that pair the real cells within the extent: (in the input, in the padded extent)."""
    inside, place = [], []
    for cells, span, (before, _) in zip(geometry.input, extent(geometry), geometry.padding, strict=True):
        skipped, shift = max(0, -before), max(0, before)  # negative padding cuts cells off
        count = max(0, min(cells - skipped, span - shift))
        inside.append(slice(skipped, skipped + count))
        place.append(slice(shift, shift + count))
    return tuple(inside), tuple(place)


def padded(x: Array, geometry: ConvGeometry) -> Array:
    """Zero-padded input cut to its extent, contiguous (C, *extent, N); not a copy if it need not be."""
    inside, place = real_cells(geometry)
    cells = packed_batch_last(x)[:, *inside]
    dtype = accumulator(x.dtype)
    if cells.shape[1:-1] == extent(geometry):
        return np.ascontiguousarray(cells, dtype)
    whole = np.zeros((cells.shape[0], *extent(geometry), cells.shape[-1]), dtype)
    whole[:, *place] = cells
    return whole


def cropped(whole: Array, geometry: ConvGeometry) -> Array:
    """Transpose of :func:`padded`: (C, *extent, N) -> (C, *input, N)."""
    inside, place = real_cells(geometry)
    if inside == place and extent(geometry) == geometry.input:
        return whole
    cells = np.zeros((whole.shape[0], *geometry.input, whole.shape[-1]), whole.dtype)
    cells[:, *inside] = whole[:, *place]
    return cells


@lru_cache(maxsize=4096)
def tap_slices(kernel: Sizes, output: Sizes, stride: Sizes, dilation: Sizes) -> tuple[Slices, ...]:
    """Cells of the padded input that each tap reads, row-major over the taps."""
    axes = [
        [slice(tap * gap, tap * gap + (count - 1) * step + 1, step) for tap in range(taps)]
        for taps, count, step, gap in zip(kernel, output, stride, dilation, strict=True)
    ]
    return tuple(product(*axes))


def pieces(
    geometry: ConvGeometry, batch: int, window_bytes: int
) -> Iterator[tuple[slice, Slices, ConvGeometry]]:
    """Cut the work until one row of windows fits the column limit: each piece's (samples, outputs, geometry).

    Nearly always one piece, the whole. Huge inputs are cut along the samples, then along the later axes.
    """
    whole = tuple(slice(0, count) for count in geometry.output)
    yield from _halves(slice(0, batch), whole, geometry, window_bytes)


def _halves(
    samples: slice, outputs: Slices, geometry: ConvGeometry, window_bytes: int
) -> Iterator[tuple[slice, Slices, ConvGeometry]]:
    batch = samples.stop - samples.start
    rest = geometry.output[1:]
    if window_bytes * prod(rest) * batch <= COLUMN_LIMIT or max((batch, *rest)) <= 1:
        yield samples, outputs, geometry
        return
    if batch > 1:
        middle = samples.start + batch // 2
        for half in (slice(samples.start, middle), slice(middle, samples.stop)):
            yield from _halves(half, outputs, geometry, window_bytes)
        return
    axis = 1 + rest.index(max(rest))
    count = geometry.output[axis]
    for low, high in ((0, count // 2), (count // 2, count)):
        before, after = geometry.padding[axis]
        part = replace(
            geometry,
            output=_changed(geometry.output, axis, high - low),
            padding=_changed(geometry.padding, axis, (before - low * geometry.stride[axis], after)),
        )
        start = outputs[axis].start
        places = _changed(outputs, axis, slice(start + low, start + high))
        yield from _halves(samples, places, part, window_bytes)


def _changed(values: tuple[Any, ...], axis: int, value: object) -> tuple[Any, ...]:
    return (*values[:axis], value, *values[axis + 1 :])


def column_blocks(whole: Array, geometry: ConvGeometry) -> Iterator[tuple[slice, Array]]:
    """Blocks of output rows and their columns (g, R, K, P): R matrices of one column per window and sample.

    K counts taps (slow) and the channels of a group (fast); R * P = rows * windows in a row * N. The array
    is a view of scratch memory that the next block overwrites.

    Parameters
    ----------
    whole : contiguous (C, *extent, N), from :func:`padded`
    """
    groups, batch = geometry.groups, whole.shape[-1]
    if 0 in geometry.output:
        return
    grouped = whole.reshape(groups, len(whole) // groups, *whole.shape[1:])  # (g, C/g, *extent, N)
    if prod(geometry.kernel) == 1 and max(geometry.stride) == 1:
        # the windows are the cells: no copy  (g, 1, C/g, P)
        columns = grouped.reshape(groups, 1, grouped.shape[1], prod(whole.shape[1:]))
        yield slice(0, geometry.output[0]), columns
        return
    build = _rows if rows_are_long(geometry, batch) else _windows
    row_bytes = len(whole) * prod(geometry.kernel) * prod(geometry.output[1:]) * batch * whole.itemsize
    for rows in row_blocks(geometry, row_bytes // geometry.kernel[0] if build is _rows else row_bytes):
        yield rows, build(grouped, geometry, rows)


def row_blocks(geometry: ConvGeometry, row_bytes: int) -> Iterator[slice]:
    """Cut the first output axis so that a block of rows takes about COLUMN_BYTES."""
    step = max(1, COLUMN_BYTES // max(1, row_bytes))
    total = geometry.output[0] if 0 not in geometry.output else 0
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))


def rows_are_long(geometry: ConvGeometry, batch: int) -> bool:
    """Whether one matrix product per row of windows pays, and the rows of a window follow each other."""
    enough = prod(geometry.output[1:]) * batch >= ROW_WINDOWS
    return enough and geometry.dilation[0] == 1 and geometry.kernel[0] > 1


def _windows(grouped: Array, geometry: ConvGeometry, rows: slice) -> Array:
    """Columns of a block as one matrix per group: (g, 1, taps * C/g, rows * ... * N)."""
    groups, channels, batch = *grouped.shape[:2], grouped.shape[-1]
    output = (rows.stop - rows.start, *geometry.output[1:])
    taps = prod(geometry.kernel)
    columns = scratch((groups, taps, channels, *output, batch), grouped.dtype)
    below = grouped[:, :, rows.start * geometry.stride[0] :]
    for number, cells in enumerate(tap_slices(geometry.kernel, output, geometry.stride, geometry.dilation)):
        columns[:, number] = below[:, :, *cells]
    return columns.reshape(groups, 1, taps * channels, prod(output) * batch)


def _rows(grouped: Array, geometry: ConvGeometry, rows: slice) -> Array:
    """Columns of a block as overlapping matrices, one per row of windows: (g, rows, taps * C/g, ... * N)."""
    groups, channels, batch = *grouped.shape[:2], grouped.shape[-1]
    stride, high = geometry.stride[0], geometry.kernel[0]
    rest = geometry.output[1:]
    start, count = rows.start * stride, (rows.stop - rows.start - 1) * stride + high
    taps = tap_slices(geometry.kernel[1:], rest, geometry.stride[1:], geometry.dilation[1:])
    shares = scratch((groups, count, len(taps), channels, *rest, batch), grouped.dtype)
    cells_by_row = grouped[:, :, start : start + count].swapaxes(1, 2)  # (g, rows in, C/g, ..., N)
    for number, cells in enumerate(taps):
        shares[:, :, number] = cells_by_row[:, :, :, *cells]
    merged = shares.reshape(groups, count, len(taps) * channels, prod(rest) * batch)
    return overlapping_rows(merged, slice(0, rows.stop - rows.start), high, stride)


def overlapping_rows(stack: Array, rows: slice, high: int, stride: int) -> Array:
    """View of contiguous (g, H, K, P) as matrices of ``high`` rows each: (g, rows, high * K, P)."""
    groups, _, depth, width = stack.shape
    by_group, by_row, by_depth, by_width = stack.strides
    return np.ndarray(
        (groups, rows.stop - rows.start, high * depth, width),
        stack.dtype,
        stack,
        offset=rows.start * stride * by_row,
        strides=(by_group, stride * by_row, by_depth, by_width),
    )


def scratch(shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Uninitialised array in memory that this thread keeps: fresh pages cost more than the copy into them.

    The next call gets the same memory. Sizes beyond the column limit are not kept.
    """
    nbytes = prod(shape) * dtype.itemsize
    if nbytes > COLUMN_LIMIT:
        return np.empty(shape, dtype)
    memory: Array | None = getattr(_scratch, "memory", None)
    if memory is None or memory.nbytes < nbytes:
        memory = _scratch.memory = np.empty(nbytes, np.uint8)
    return np.ndarray(shape, dtype, memory)
