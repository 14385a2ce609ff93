"""Weight gradient over images as small products along the rows: channels x lanes times lanes x filters.

A lane is one position of a row and one sample. A row of the padded input is a matrix (channels, lanes) in
which the cells that a tap meets are a run of columns: no copy for each tap. A row of the cotangents is
turned once, into (lanes, filters). Products of few enough terms are multiplied without repacking.
"""

from __future__ import annotations

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
from autograd_cnn.kernels.workers import share

Array = NDArray[Any]

# More channels times filters leave too few lanes to a product of PRODUCT_TERMS.
MOST_PAIRS = 1 << 13
# Rows with fewer lanes make products that are mostly calls.
LEAST_LANES = 128
# Values between the rows of a matrix: rows a power of two apart fall on the same places of the cache.
SKEW = 16


def pays(geometry: ConvGeometry, batch: int, channels: int, filters: int) -> bool:
    """Whether the weight gradient is faster row by row than by columns."""
    if min(channels, filters) < LEAST_CHANNELS or channels * filters > MOST_PAIRS:
        return False
    return rows_overlap(geometry) and geometry.stride[1] == 1 and geometry.output[1] * batch >= LEAST_LANES


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
    span, lanes = count + wide - 1, count * batch

    ring_size, flat_size = high * channels * (span * batch + SKEW), filters * (lanes + SKEW)
    held = scratch((ring_size + flat_size + lanes * filters,), dtype)
    ring = held[:ring_size].reshape(high, channels, span * batch + SKEW)
    by_place = ring[:, :, : span * batch].reshape(high, channels, span, batch).swapaxes(1, 2)
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
