"""Convolution of images and its weight gradient as small products along the rows.

A lane is one position of a row and one sample. A row of the padded input is a matrix (channels, lanes) in
which the cells that a tap meets are a run of columns: no copy for each tap. The convolution adds up a
product (filters, channels) x (channels, lanes) for each tap. For the weight gradient a row of the cotangents
is turned once: (channels, lanes) x (lanes, filters). Few terms are multiplied without repacking.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.by_position import (
    LEAST_CHANNELS,
    PRODUCT_TERMS,
    Part,
    cut_into_parts,
    loaded_rows,
    rows_overlap,
)
from autograd_cnn.kernels.columns import scratch
from autograd_cnn.kernels.geometry import ConvGeometry
from autograd_cnn.kernels.threads import share

Array = NDArray[Any]

# More channels times filters leave too few lanes to a product of PRODUCT_TERMS.
MOST_PAIRS = 1 << 13
# Rows of fewer lanes make products that are mostly calls.
LEAST_LANES = 112
# Values between the rows of a matrix: rows a power of two apart fall on the same places of the cache.
SKEW = 16


def pays(geometry: ConvGeometry, batch: int, channels: int, filters: int) -> bool:
    """Whether products along the rows are faster than those by columns."""
    if min(channels, filters) < LEAST_CHANNELS or channels * filters > MOST_PAIRS:
        return False
    return rows_overlap(geometry) and geometry.stride[1] == 1 and geometry.output[1] * batch >= LEAST_LANES


def conv(cells: Array, weight: Array, bias: Array | None, out: Array, geometry: ConvGeometry) -> None:
    """Convolve ``cells`` (C, H, W, N) with ``weight`` (O, C, kh, kw) into packed ``out`` (O, *output, N)."""
    matrices = np.ascontiguousarray(weight.transpose(2, 3, 0, 1))[:, :, None]  # (kh, kw, 1, O, C)
    shift = None if bias is None else bias.astype(out.dtype, copy=False).reshape(-1, 1, 1, 1)

    def work(part: Part) -> None:
        _conv_part(cells, matrices, shift, out, geometry, part)

    share(work, cut_into_parts(geometry, cells.shape[-1], len(cells), len(weight), cells.itemsize))


def _conv_part(
    cells: Array, matrices: Array, shift: Array | None, out: Array, geometry: ConvGeometry, part: Part
) -> None:
    """Convolve one part: a product for each tap, added up in the cache."""
    _, wide, _, filters, channels = matrices.shape
    count, batch = part.columns.stop - part.columns.start, part.samples.stop - part.samples.start
    ring, by_place = _ring(np.empty(_ring_shape(channels, geometry, count, batch), cells.dtype), batch)
    blocks = []
    for block, size in _equal_blocks(count, batch, channels * filters):
        windows = _windows(ring, wide, block, size, batch)
        products = np.empty((wide, windows.shape[2], filters, size), cells.dtype)
        first = part.columns.start + block.start // batch
        places = slice(first, first + (block.stop - block.start) // batch)
        blocks.append((places, windows, products, np.empty(products.shape[1:], cells.dtype)))
    for row, lines in loaded_rows(by_place, cells, geometry, part):
        for places, windows, products, sums in blocks:
            sums[...] = 0
            for matrix, line in zip(matrices, lines, strict=True):
                np.matmul(matrix, windows[line], out=products)
                for product in products:
                    np.add(sums, product, out=sums)
            number, _, size = sums.shape
            target = out[:, row, places, part.samples].reshape(filters, number, size // batch, batch)
            found = sums.reshape(number, filters, size // batch, batch).swapaxes(0, 1)
            if shift is None:
                target[...] = found
            else:
                np.add(found, shift, out=target)


def weight_gradient(cells: Array, values: Array, geometry: ConvGeometry) -> Array:
    """Correlate contiguous ``cells`` (C, H, W, N) with ``values`` (O, *output, N): (O, C, *kernel)."""
    channels, filters, batch = len(cells), len(values), cells.shape[-1]

    def work(part: Part) -> Array:
        return _part_gradient(cells, values, geometry, part)

    sums = share(work, cut_into_parts(geometry, batch, channels, filters, cells.itemsize))
    return sum(sums[1:], start=sums[0]).transpose(3, 2, 0, 1)


def _part_gradient(cells: Array, values: Array, geometry: ConvGeometry, part: Part) -> Array:
    """Weight gradient of one part, (kh, kw, C, O)."""
    (high, wide), dtype = geometry.kernel, cells.dtype
    channels, filters = len(cells), len(values)
    count, batch = part.columns.stop - part.columns.start, part.samples.stop - part.samples.start
    lanes = count * batch
    shape = _ring_shape(channels, geometry, count, batch)
    ring_size, flat_size = prod(shape), filters * (lanes + SKEW)
    held = scratch((ring_size + flat_size + lanes * filters,), dtype)
    ring, by_place = _ring(held[:ring_size].reshape(shape), batch)
    flat = held[ring_size : ring_size + flat_size].reshape(filters, lanes + SKEW)[:, :lanes]
    turned = held[ring_size + flat_size :].reshape(lanes, filters)
    blocks = [
        (_windows(ring, wide, block, size, batch), turned[block].reshape(-1, size, filters))
        for block, size in _equal_blocks(count, batch, channels * filters)
    ]
    gradient = np.zeros((high, wide, channels, filters), dtype)
    for row, lines in loaded_rows(by_place, cells, geometry, part):
        flat.reshape(filters, count, batch)[...] = values[:, row, part.columns, part.samples]
        turned[...] = flat.T
        for tap, line in enumerate(lines):
            for windows, cotangents in blocks:
                gradient[tap] += np.matmul(windows[line], cotangents).sum(axis=1)
    return gradient


def _ring_shape(channels: int, geometry: ConvGeometry, count: int, batch: int) -> tuple[int, int, int]:
    """Shape (kh, C, lanes) of the rows that ``count`` windows in a row read, with room between the rows."""
    high, wide = geometry.kernel
    return high, channels, (count + wide - 1) * batch + SKEW


def _ring(memory: Array, batch: int) -> tuple[Array, Array]:
    """The ring (kh, C, lanes), and its view (kh, places, C, samples)."""
    high, channels, lanes = memory.shape
    places = (lanes - SKEW) // batch
    lines = memory[:, :, : places * batch].reshape(high, channels, places, batch)
    return memory, lines.swapaxes(1, 2)


def _windows(ring: Array, wide: int, lanes: slice, size: int, batch: int) -> Array:
    """View of (kh, C, lanes) as (kh, kw, blocks, C, size): the next tap's cells lie ``batch`` lanes on."""
    by_line, by_channel, by_lane = ring.strides
    return np.ndarray(
        (len(ring), wide, (lanes.stop - lanes.start) // size, ring.shape[1], size),
        ring.dtype,
        ring,
        offset=lanes.start * by_lane,
        strides=(by_line, batch * by_lane, size * by_lane, by_channel, by_lane),
    )


def _equal_blocks(count: int, batch: int, terms: int) -> list[tuple[slice, int]]:
    """Cut positions into blocks of few enough terms: (lanes, size of a block in lanes) for each size."""
    size = min(count, max(1, PRODUCT_TERMS // (terms * batch)))
    size = -(-count // -(-count // size))
    full = count // size * size
    blocks = [
        (slice(0, full * batch), size * batch),
        (slice(full * batch, count * batch), (count - full) * batch),
    ]
    return [(lanes, size) for lanes, size in blocks if size]
