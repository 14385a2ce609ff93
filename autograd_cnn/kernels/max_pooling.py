"""Max pooling and the two linear maps that its switches define.

A switch is the number of the winning tap in its window, row-major. For given switches, ``max_unpool``
(values to winners) and ``pool_at`` (values from winners) are each other's adjoints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.geometry import (
    Tap,
    WindowGeometry,
    every_tap_is_real,
    first_real_taps,
    tap_count,
    window_taps,
    windows_overlap,
)
from autograd_cnn.kernels.layout import accumulator, batch_first, batch_last

Array = NDArray[Any]
Ties = Literal["first", "last", "split"]


def max_pool(x: Array, *, geometry: WindowGeometry, ties: Ties = "first") -> tuple[Array, Array]:
    """Take the largest real cell of each window, and say which one it was.

    Parameters
    ----------
    x : array (N, C, *input)
    geometry : WindowGeometry; every window must hold a real cell
    ties : which of several equal winners gets the switch; "split" shares it among them

    Returns
    -------
    values : array (N, C, *output), dtype of ``x``
    switches : for "first" and "last" uint8 (uint16, uint32 past 256, 65536 taps), shape of ``values``;
        for "split" weights (taps, N, C, *output) that sum to 1 over the winners, dtype of ``x`` (float64
        for integers).

    Padding never wins. A window of -inf only still has a winner, a real cell. The first NaN of a window
    wins, whole, whatever ``ties`` says.
    """
    cells = batch_last(x)  # (C, *input, N)
    taps = window_taps(geometry)
    values = _largest(cells, geometry)
    has_nan = cells.dtype.kind == "f" and values.size > 0 and bool(np.isnan(values.max()))
    if ties == "split":
        weights = _shares(cells, values, geometry)
        if has_nan:
            numbers = np.zeros(values.shape, _switch_dtype(geometry))
            _point_at_first_nan(numbers, cells, taps)
            nan = np.isnan(values)
            for number in range(len(weights)):
                np.copyto(weights[number], numbers == number, where=nan)
        return batch_first(values), weights.transpose(0, weights.ndim - 1, *range(1, weights.ndim - 1))
    switches = np.empty(values.shape, _switch_dtype(geometry))
    switches[...] = first_real_taps(geometry)[..., None]
    for tap in taps if ties == "last" else taps[::-1]:
        equal = cells[:, *tap.cells] == values[:, *tap.windows]
        np.copyto(switches[:, *tap.windows], tap.number, where=equal)
    if has_nan:
        _point_at_first_nan(switches, cells, taps)
    return batch_first(values), batch_first(switches)


def max_unpool(y: Array, switches: Array, *, geometry: WindowGeometry) -> Array:
    """Send each value of ``y`` to the cell that its switch names; values that meet in a cell add.

    Parameters
    ----------
    y : array (N, C, *output)
    switches : from :func:`max_pool`

    Returns
    -------
    array (N, C, *input), dtype of ``y``; all other cells are 0, even where ``y`` is inf or NaN.
    """
    values = batch_last(y)  # (C, *output, N)
    dtype = accumulator(y.dtype) if windows_overlap(geometry) else y.dtype
    if switches.ndim > y.ndim:
        dtype = np.result_type(accumulator(y.dtype), switches.dtype)
    cells = np.zeros((values.shape[0], *geometry.input, values.shape[-1]), dtype)
    for tap in window_taps(geometry):
        cells[:, *tap.cells] += _routed(values[:, *tap.windows], switches, tap)
    return batch_first(cells).astype(y.dtype if y.dtype.kind == "f" else dtype, copy=False)


def pool_at(x: Array, switches: Array, *, geometry: WindowGeometry) -> Array:
    """Take from each window of ``x`` the cell that its switch names (the weighted sum for "split").

    Parameters
    ----------
    x : array (N, C, *input)
    switches : from :func:`max_pool`

    Returns
    -------
    array (N, C, *output), dtype of ``x``. Cells without a share are not read, even if inf or NaN.
    """
    cells = batch_last(x)  # (C, *input, N)
    split = switches.ndim > x.ndim
    dtype = np.result_type(accumulator(x.dtype), switches.dtype) if split else x.dtype
    values = np.zeros((cells.shape[0], *geometry.output, cells.shape[-1]), dtype)
    for tap in window_taps(geometry):
        values[:, *tap.windows] += _routed(cells[:, *tap.cells], switches, tap)
    return batch_first(values).astype(x.dtype if x.dtype.kind == "f" else dtype, copy=False)


def flat_indices(switches: Array, *, geometry: WindowGeometry) -> NDArray[np.int64]:
    """Turn switches into flat indices of the winners in their sample's un-padded plane.

    Parameters
    ----------
    switches : unsigned integers (N, C, *output) from :func:`max_pool`, not the weights of ``ties="split"``

    Returns
    -------
    int64 array (N, C, *output)
    """
    if switches.dtype.kind not in "ui":
        raise TypeError(f"flat_indices needs integer switches; got {switches.dtype} (ties='split' has none)")
    first, offsets = _plane_indices(geometry)
    indices: NDArray[np.int64] = offsets[switches]
    indices += first
    return indices


def _largest(cells: Array, geometry: WindowGeometry) -> Array:
    """Largest real cell of each window, NaN if there is one: (C, *input, N) -> (C, *output, N)."""
    shape = (cells.shape[0], *geometry.output, cells.shape[-1])
    taps = window_taps(geometry)
    if every_tap_is_real(geometry):
        values = cells[:, *taps[0].cells].copy()
        taps = taps[1:]
    else:
        values = np.full(shape, _lowest(cells.dtype), cells.dtype)
    for tap in taps:
        part = values[:, *tap.windows]
        np.maximum(part, cells[:, *tap.cells], out=part)
    return values


def _shares(cells: Array, values: Array, geometry: WindowGeometry) -> Array:
    """Weights of ``ties="split"``, (taps, C, *output, N): 1 / (number of winners) at each winner."""
    dtype = cells.dtype if cells.dtype.kind == "f" else np.dtype(np.float64)
    weights = np.zeros((tap_count(geometry), *values.shape), dtype)
    winners = np.zeros(values.shape, np.int64)
    for tap in window_taps(geometry):
        equal = cells[:, *tap.cells] == values[:, *tap.windows]
        weights[tap.number, :, *tap.windows] = equal
        winners[:, *tap.windows] += equal
    weights /= np.maximum(winners, 1).astype(dtype)
    return weights


def _routed(values: Array, switches: Array, tap: Tap) -> Array:
    """``values`` (C, *windows, N) where ``tap`` won, times its share; 0 elsewhere."""
    zero = values.dtype.type(0)
    if switches.ndim > values.ndim:
        shares = batch_last(switches[tap.number])[:, *tap.windows]
        with np.errstate(invalid="ignore"):
            return np.where(shares != 0, values * shares, zero)
    return np.where(batch_last(switches)[:, *tap.windows] == tap.number, values, zero)


def _point_at_first_nan(switches: Array, cells: Array, taps: tuple[Tap, ...]) -> None:
    """Set the switches of the windows that hold a NaN to their first one, in place."""
    for tap in reversed(taps):
        np.copyto(switches[:, *tap.windows], tap.number, where=np.isnan(cells[:, *tap.cells]))


def _lowest(dtype: np.dtype[Any]) -> Any:
    """A value that no cell is smaller than."""
    if dtype.kind == "f":
        return -np.inf
    return False if dtype.kind == "b" else np.iinfo(dtype).min


@lru_cache(maxsize=1024)
def _switch_dtype(geometry: WindowGeometry) -> np.dtype[Any]:
    """Smallest unsigned dtype that numbers the taps, from uint8 up."""
    return np.min_scalar_type(tap_count(geometry) - 1)


@lru_cache(maxsize=256)
def _plane_indices(geometry: WindowGeometry) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flat index of tap 0 of each window (*output), and what each tap (taps,) adds to it."""
    first = np.zeros((), np.int64)
    offsets = np.zeros((), np.int64)
    for axis, cells in enumerate(geometry.input):
        before, _ = geometry.padding[axis]
        starts = np.arange(geometry.output[axis], dtype=np.int64) * geometry.stride[axis] - before
        first = first[..., None] * cells + starts
        offsets = offsets[..., None] * cells + np.arange(geometry.window[axis]) * geometry.dilation[axis]
    return first, offsets.reshape(-1)
