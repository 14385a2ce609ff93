"""Convolution over images as one tiny product for each window: filters x cells of a window row x samples.

Position by position the padded input holds a matrix (channels, samples). Neighbours in a row lie one after
the other, so the cells that a window reads in one row are a matrix (taps * channels, samples) that needs no
copy. A window is a product with the filters' taps for each of its rows, added up in the cache.

What it gains: the input is copied once, not once a tap, and BLAS libraries multiply matrices of less than a
million terms without repacking them, which takes half the time of large products with as few rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.columns import scratch
from autograd_cnn.kernels.geometry import ConvGeometry
from autograd_cnn.kernels.threads import get_num_threads, share

Array = NDArray[Any]

# Terms of a product that OpenBLAS still multiplies without repacking its operands, in the calling thread.
PRODUCT_TERMS = 1_000_000
# Samples of one product: more need more terms; fewer than the least are better put together along the rows.
MOST_SAMPLES = 64
LEAST_SAMPLES = 32
# Thinner products than these do less work than it takes to call them.
LEAST_CHANNELS = 16
LEAST_FILTERS = 8
# Filters are split evenly between products of few enough terms, but no further than this.
LEAST_SPLIT = 32
# Rows of the input, sums and terms of one part should stay in the cache.
PART_BYTES = 3 << 19
# Smaller convolutions, in multiplications, are not shared between threads.
SHARED_TERMS = 1 << 24


class Part(NamedTuple):
    """Rows and columns of windows, and samples."""

    rows: slice
    columns: slice
    samples: slice


def pays(geometry: ConvGeometry, batch: int, channels: int, filters: int) -> bool:
    """Whether a convolution is faster position by position than by columns."""
    if channels < LEAST_CHANNELS or filters < LEAST_FILTERS or batch < LEAST_SAMPLES:
        return False
    if not rows_overlap(geometry):
        return False
    splits = _splits(geometry, batch, channels, filters)
    return splits == 1 or filters // splits >= LEAST_SPLIT


@lru_cache(maxsize=1024)
def rows_overlap(geometry: ConvGeometry) -> bool:
    """Whether windows are images without gaps, wider than a cell, over all channels."""
    plain = geometry.groups == 1 and max(geometry.dilation) == 1 and 0 not in geometry.output
    return plain and len(geometry.kernel) == 2 and geometry.kernel[1] > 1


def conv(cells: Array, weight: Array, bias: Array | None, out: Array, geometry: ConvGeometry) -> None:
    """Convolve ``cells`` (C, H, W, N) with ``weight`` (O, C, kh, kw) into packed ``out`` (O, *output, N)."""
    channels, batch = len(cells), cells.shape[-1]
    filters, (high, wide) = len(weight), geometry.kernel
    splits = _splits(geometry, batch, channels, filters)
    # a matrix (O / splits, kw * C) for each row of the kernel and each split
    matrices = np.ascontiguousarray(weight.transpose(2, 0, 3, 1)).reshape(
        high, splits, 1, filters // splits, wide * channels
    )
    shape = (splits, filters // splits, *out.shape[1:])
    target = out.reshape(shape)
    shift = None if bias is None else bias.astype(out.dtype, copy=False).reshape(splits, -1, 1, 1)

    def work(part: Part) -> None:
        _conv_part(cells, matrices, shift, target, geometry, part)

    share(work, cut_into_parts(geometry, batch, channels, filters, cells.itemsize))


def _conv_part(
    cells: Array, matrices: Array, shift: Array | None, target: Array, geometry: ConvGeometry, part: Part
) -> None:
    """Convolve one part into ``target`` (splits, O / splits, *output, N), a row of windows at a time."""
    high, splits, _, filters, depth = matrices.shape
    count, batch = part.columns.stop - part.columns.start, part.samples.stop - part.samples.start
    span, across = (count - 1) * geometry.stride[1] + geometry.kernel[1], geometry.stride[1]
    ring_size, sums_size = high * span * len(cells) * batch, splits * count * filters * batch
    held = scratch((ring_size + 2 * sums_size,), cells.dtype)
    ring = held[:ring_size].reshape(high, span, len(cells), batch)
    sums, terms = held[ring_size:].reshape(2, splits, count, filters, batch)
    _, by_place, by_channel, by_sample = ring.strides
    windows = [  # for each row of the ring (positions, kw * C, samples)
        np.ndarray(
            (count, depth, batch), ring.dtype, line, strides=(across * by_place, by_channel, by_sample)
        )
        for line in ring
    ]
    for row, lines in loaded_rows(ring, cells, geometry, part):
        np.matmul(matrices[0], windows[lines[0]], out=sums)
        for matrix, line in zip(matrices[1:], lines[1:], strict=True):
            np.matmul(matrix, windows[line], out=terms)
            np.add(sums, terms, out=sums)
        place = target[:, :, row, part.columns, part.samples]
        if shift is None:
            place[...] = sums.swapaxes(1, 2)
        else:
            np.add(sums.swapaxes(1, 2), shift, out=place)


def loaded_rows(
    ring: Array, cells: Array, geometry: ConvGeometry, part: Part
) -> Iterator[tuple[int, list[int]]]:
    """For each row of windows of a part, load the padded rows that it reads: (row, their places in the ring).

    Row h of the padded input takes place ``h % kh`` of ``ring`` (kh, places, C, samples): each is read once.
    """
    high, span = ring.shape[:2]
    (top, _), (left, _) = geometry.padding
    height, width = geometry.input
    start = part.columns.start * geometry.stride[1] - left  # column of the input in place 0
    low = min(max(0, start), start + span)
    stop = max(low, min(width, start + span))
    ring[:, : low - start] = 0
    ring[:, stop - start :] = 0
    loaded = 0
    for row in range(part.rows.start, part.rows.stop):
        first = row * geometry.stride[0]
        for line in range(max(loaded, first), first + high):
            inside = ring[line % high, low - start : stop - start]
            if 0 <= line - top < height:
                inside[...] = cells[:, line - top, low:stop, part.samples].swapaxes(0, 1)
            else:
                inside[...] = 0
        loaded = first + high
        yield row, [line % high for line in range(first, first + high)]


def cut_into_parts(
    geometry: ConvGeometry, batch: int, channels: int, filters: int, itemsize: int
) -> list[Part]:
    """Cut samples and columns so that a part stays in the cache, and rows so that each thread has work."""
    rows, columns = geometry.output
    high, wide = geometry.kernel
    samples = _cut(batch, MOST_SAMPLES)
    lane = -(-batch // len(samples)) * itemsize  # bytes of the largest piece
    by_column = lane * (high * channels * geometry.stride[1] + 2 * filters)
    edge = lane * high * channels * max(0, wide - geometry.stride[1])
    across = _cut(columns, max(4, (PART_BYTES - edge) // by_column))
    terms = prod(geometry.kernel) * channels * filters * rows * columns * batch
    workers = get_num_threads() if terms >= SHARED_TERMS else 1
    # two bands of rows for each thread, unless there are enough parts anyway
    bands = _cut(rows, -(-rows * len(samples) * len(across) // (2 * workers)) if workers > 1 else rows)
    return [Part(*part) for part in product(bands, across, samples)]


def _cut(count: int, most: int) -> list[slice]:
    """Cut a range into slices of at most ``most``, as even as can be."""
    pieces = -(-count // min(max(most, 1), count))
    return [slice(count * i // pieces, count * (i + 1) // pieces) for i in range(pieces)]


def _splits(geometry: ConvGeometry, batch: int, channels: int, filters: int) -> int:
    """Number of even groups of filters whose products stay within the terms."""
    depth = geometry.kernel[1] * channels * min(batch, MOST_SAMPLES)
    most = max(1, PRODUCT_TERMS // depth)
    return next(
        splits for splits in range(1, filters + 1) if filters % splits == 0 and filters // splits <= most
    )
