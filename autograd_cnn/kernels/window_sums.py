"""Sums over windows, plain or weighted, and their adjoint. Both are linear in the values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.geometry import Tap, WindowGeometry, axis_taps, window_taps
from autograd_cnn.kernels.layout import accumulator, for_planes, from_planes, in_order_of, planes

Array = NDArray[Any]


def window_sum(x: Array, *, geometry: WindowGeometry, weights: tuple[float, ...] | None = None) -> Array:
    """Sum the real cells of each window: ``out[o] = sum_k weights[k] * x[o * stride + k * dilation - p]``.

    Parameters
    ----------
    x : array (N, C, *input)
    geometry : WindowGeometry
    weights : one number per tap, row-major; None counts every tap once

    Returns
    -------
    array (N, C, *output), dtype of ``x``. float16 is summed in float32; integers with weights are summed
    in float64 and truncated. A tap of weight 0 is not read, so an inf there does no harm.
    """
    cells = planes(x)  # (P, *input, B)
    dtype = accumulator(x.dtype, weights)
    sums = np.empty((len(cells), *geometry.output, cells.shape[-1]), x.dtype)

    def work(block: slice) -> None:
        part = cells[block].astype(dtype, copy=False)
        if weights is not None and len(set(weights)) > 1:
            sums[block] = _weighted(part, geometry, weights)
            return
        # equal weights: the sum factors into one sum per axis
        for axis in range(len(geometry.window)):
            before = (slice(None),) * (axis + 1)
            shape = (*part.shape[: axis + 1], geometry.output[axis], *part.shape[axis + 2 :])
            along = np.zeros(shape, dtype)
            for tap in axis_taps(geometry, axis):
                along[*before, *tap.windows] += part[*before, *tap.cells]
            part = along
        if weights is not None:
            part *= dtype.type(weights[0])
        sums[block] = part

    if sums.size:
        for_planes(work, len(cells), cells.nbytes + sums.nbytes)
    return in_order_of(x, from_planes(sums, len(x)))


def window_sum_transpose(
    y: Array, *, geometry: WindowGeometry, weights: tuple[float, ...] | None = None
) -> Array:
    """Adjoint of :func:`window_sum`: add ``weights[k] * y`` of each window to the cell under tap ``k``.

    Parameters
    ----------
    y : array (N, C, *output)
    geometry, weights : as for :func:`window_sum`

    Returns
    -------
    array (N, C, *input), dtype of ``y``; cells that no window reads are 0.
    """
    values = planes(y)  # (P, *output, B)
    dtype = accumulator(y.dtype, weights)
    cells = np.empty((len(values), *geometry.input, values.shape[-1]), y.dtype)

    def work(block: slice) -> None:
        part = values[block].astype(dtype, copy=False)
        if weights is not None and len(set(weights)) > 1:
            cells[block] = _weighted_transpose(part, geometry, weights)
            return
        if weights is not None:
            part = part * dtype.type(weights[0])
        for axis in range(len(geometry.window)):
            before = (slice(None),) * (axis + 1)
            shape = (*part.shape[: axis + 1], geometry.input[axis], *part.shape[axis + 2 :])
            along = np.zeros(shape, dtype)
            for tap in axis_taps(geometry, axis):
                along[*before, *tap.cells] += part[*before, *tap.windows]
            part = along
        cells[block] = part

    if cells.size:
        for_planes(work, len(values), cells.nbytes + values.nbytes)
    return in_order_of(y, from_planes(cells, len(y)))


def _weighted(cells: Array, geometry: WindowGeometry, weights: tuple[float, ...]) -> Array:
    """Sum the cells of taps that weigh the same, then multiply once: distances repeat themselves."""
    total = np.zeros((len(cells), *geometry.output, cells.shape[-1]), cells.dtype)
    term = np.empty_like(total)
    for weight, taps in _taps_by_weight(geometry, weights):
        term[...] = 0
        for tap in taps:
            term[:, *tap.windows] += cells[:, *tap.cells]
        term *= cells.dtype.type(weight)
        total += term
    return total


def _weighted_transpose(values: Array, geometry: WindowGeometry, weights: tuple[float, ...]) -> Array:
    """Adjoint of `_weighted`."""
    total = np.zeros((len(values), *geometry.input, values.shape[-1]), values.dtype)
    for weight, taps in _taps_by_weight(geometry, weights):
        term = values * values.dtype.type(weight)
        for tap in taps:
            total[:, *tap.cells] += term[:, *tap.windows]
    return total


@lru_cache(maxsize=256)
def _taps_by_weight(
    geometry: WindowGeometry, weights: tuple[float, ...]
) -> tuple[tuple[float, tuple[Tap, ...]], ...]:
    """Give the taps of each weight but 0."""
    groups: dict[float, list[Tap]] = {}
    for tap in window_taps(geometry):
        if weights[tap.number] != 0:
            groups.setdefault(weights[tap.number], []).append(tap)
    return tuple((weight, tuple(taps)) for weight, taps in groups.items())


@lru_cache(maxsize=256)
def window_counts(geometry: WindowGeometry) -> NDArray[np.intp]:
    """Count the real (un-padded) cells of each window: int array of shape (*output), read-only, cached."""
    counts = np.ones((), np.intp)
    for axis, output in enumerate(geometry.output):
        along = np.zeros(output, np.intp)
        for tap in axis_taps(geometry, axis):
            along[tap.windows] += 1
        counts = counts[..., None] * along
    counts.flags.writeable = False
    return counts
