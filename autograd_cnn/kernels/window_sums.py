"""Sums over windows, plain or weighted, and their adjoint. Both are linear in the values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.geometry import WindowGeometry, axis_taps, window_taps
from autograd_cnn.kernels.layout import accumulator, from_planes, planes

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
    work = planes(x).astype(accumulator(x.dtype, weights), copy=False)  # (P, *input, B)
    if weights is not None and len(set(weights)) > 1:
        sums = np.zeros((work.shape[0], *geometry.output, work.shape[-1]), work.dtype)
        for tap in window_taps(geometry):
            if weights[tap.number] != 0:
                sums[:, *tap.windows] += work[:, *tap.cells] * work.dtype.type(weights[tap.number])
        return from_planes(sums, len(x)).astype(x.dtype, copy=False)
    # equal weights: the sum factors into one sum per axis
    for axis in range(len(geometry.window)):
        before = (slice(None),) * (axis + 1)
        shape = (*work.shape[: axis + 1], geometry.output[axis], *work.shape[axis + 2 :])
        sums = np.zeros(shape, work.dtype)
        for tap in axis_taps(geometry, axis):
            sums[*before, *tap.windows] += work[*before, *tap.cells]
        work = sums
    if weights is not None:
        work *= work.dtype.type(weights[0])
    return from_planes(work, len(x)).astype(x.dtype, copy=False)


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
    work = planes(y).astype(accumulator(y.dtype, weights), copy=False)  # (P, *output, B)
    if weights is not None and len(set(weights)) > 1:
        cells = np.zeros((work.shape[0], *geometry.input, work.shape[-1]), work.dtype)
        for tap in window_taps(geometry):
            if weights[tap.number] != 0:
                cells[:, *tap.cells] += work[:, *tap.windows] * work.dtype.type(weights[tap.number])
        return from_planes(cells, len(y)).astype(y.dtype, copy=False)
    if weights is not None:
        work = work * work.dtype.type(weights[0])
    for axis in range(len(geometry.window)):
        before = (slice(None),) * (axis + 1)
        shape = (*work.shape[: axis + 1], geometry.input[axis], *work.shape[axis + 2 :])
        cells = np.zeros(shape, work.dtype)
        for tap in axis_taps(geometry, axis):
            cells[*before, *tap.cells] += work[*before, *tap.windows]
        work = cells
    return from_planes(work, len(y)).astype(y.dtype, copy=False)


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
