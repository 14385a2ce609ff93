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
    WindowGeometry,
    covers_input,
    every_tap_is_real,
    first_real_taps,
    tap_count,
    window_taps,
    windows_overlap,
)
from autograd_cnn.kernels.layout import accumulator, for_planes, from_planes, in_order_of, planes
from autograd_cnn.kernels.masking import kept_where

Array = NDArray[Any]
Ties = Literal["first", "last", "split"]

# Overlapping windows with this many taps are un-pooled by index; with fewer, tap by tap is faster.
SCATTER_TAPS = 6
# Windows side by side with this many taps are pooled row by row and un-pooled by index.
TILE_TAPS = 16


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
    if covers_input(geometry) and tap_count(geometry) >= TILE_TAPS and ties != "split" and x.size:
        return _win_tiles(x, geometry, ties == "last")
    cells = planes(x)  # (P, *input, B)
    values = np.empty((cells.shape[0], *geometry.output, cells.shape[-1]), x.dtype)
    if ties == "split":
        dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)
        shares = np.zeros((tap_count(geometry), *values.shape), dtype)  # (taps, P, *output, B)
        for_planes(
            lambda block: _share(cells[block], values[block], shares[:, block], geometry),
            len(cells),
            cells.nbytes + shares.nbytes,
        )
        # taps are not part of a plane: put them last, turn the rest, bring them back to the front
        turned = from_planes(np.moveaxis(shares, 0, -2), len(x))  # (N, C, *output, taps)
        return from_planes(values, len(x)), np.moveaxis(turned, -1, 0)
    switches = np.empty(values.shape, switch_dtype(geometry))
    for_planes(
        lambda block: _win(cells[block], values[block], switches[block], geometry, ties == "last"),
        len(cells),
        cells.nbytes + values.nbytes,
    )
    return in_order_of(x, from_planes(values, len(x))), from_planes(switches, len(x))


def max_unpool(y: Array, switches: Array, *, geometry: WindowGeometry) -> Array:
    """Send each value of ``y`` to the cell that its switch names; values that meet in a cell add.

    Parameters
    ----------
    y : array (N, C, *output)
    switches : from :func:`max_pool`

    Returns
    -------
    array (N, C, *input), dtype of ``y`` (float64 for integers with the weights of "split"); all other
    cells are 0, even where ``y`` is inf or NaN.
    """
    overlap = windows_overlap(geometry)
    if not overlap and tap_count(geometry) >= TILE_TAPS and switches.ndim == y.ndim:
        return _place(y, switches, geometry)
    dtype = _routed_dtype(y, switches, adds=overlap)
    values = planes(y).astype(dtype, copy=False)  # (P, *output, B)
    winners = _winners(switches, y.ndim)
    fresh = np.empty if covers_input(geometry) else np.zeros
    cells = fresh((values.shape[0], *geometry.input, values.shape[-1]), dtype)

    def unpool(block: slice) -> None:
        for tap in window_taps(geometry):
            routed = values[block, *tap.windows]
            places = cells[block, *tap.cells]
            target = None if overlap else places
            if switches.ndim > y.ndim:
                routed = _weighted(routed, winners[tap.number][block, *tap.windows], target)
            else:
                routed = kept_where(winners[0][block, *tap.windows] == tap.number, routed, target)
            if overlap:
                places += routed

    def scatter(block: slice) -> None:
        stack = cells[block]
        index = _memory_index(winners[0][block], geometry, stack)
        sums = np.bincount(index.reshape(-1), values[block].reshape(-1), stack.size)  # in float64
        stack[...] = sums.reshape(stack.shape)

    scatters = overlap and y.dtype.kind == "f" and y.itemsize <= 8 and tap_count(geometry) >= SCATTER_TAPS

    if values.size:
        work = scatter if scatters and switches.ndim == y.ndim else unpool
        for_planes(work, len(values), cells.nbytes + values.nbytes)
    result = in_order_of(y, from_planes(cells, len(y)))
    return result.astype(_result_dtype(y, dtype), copy=False)


def pool_at(x: Array, switches: Array, *, geometry: WindowGeometry) -> Array:
    """Take from each window of ``x`` the cell that its switch names (the weighted sum for "split").

    Parameters
    ----------
    x : array (N, C, *input)
    switches : from :func:`max_pool`

    Returns
    -------
    array (N, C, *output), dtype of ``x`` (float64 for integers with the weights of "split"). Cells
    without a share are not read, even if inf or NaN.
    """
    split = switches.ndim > x.ndim
    dtype = _routed_dtype(x, switches, adds=split)
    cells = planes(x).astype(dtype, copy=False)  # (P, *input, B)
    winners = _winners(switches, x.ndim)
    values = np.zeros((cells.shape[0], *geometry.output, cells.shape[-1]), dtype)

    def weigh(block: slice) -> None:
        for tap in window_taps(geometry):
            shares = winners[tap.number][block, *tap.windows]
            values[block, *tap.windows] += _weighted(cells[block, *tap.cells], shares, None)

    def take(block: slice) -> None:
        stack = cells[block]
        index = _memory_index(winners[0][block], geometry, stack)
        stack.reshape(-1).take(index, out=values[block], mode="clip")

    if values.size:
        for_planes(weigh if split else take, len(cells), cells.nbytes + values.nbytes)
    return from_planes(values, len(x)).astype(_result_dtype(x, dtype), copy=False)


def flat_indices(switches: Array, *, geometry: WindowGeometry) -> NDArray[np.int64]:
    """Turn switches into flat indices of the winners in their sample's un-padded plane.

    Parameters
    ----------
    switches : unsigned integers (N, C, *output) from :func:`max_pool`, not the weights of ``ties="split"``

    Returns
    -------
    int64 array (N, C, *output)

    Raises
    ------
    TypeError
        when ``switches`` are weights: a shared winner has no single index.
    """
    if switches.dtype.kind not in "ui":
        raise TypeError(f"flat_indices needs integer switches; got {switches.dtype} (ties='split' has none)")
    first, offsets = _plane_indices(geometry)
    # in row-major order, as un-pooling reads them; the switches may lie otherwise
    indices: NDArray[np.int64] = offsets[np.ascontiguousarray(switches)]
    indices += first
    return indices


def _largest(cells: Array, values: Array, geometry: WindowGeometry) -> bool:
    """Write the largest cell of each window, NaN if there is one, to ``values``; say if any is NaN."""
    taps = window_taps(geometry)
    if every_tap_is_real(geometry):
        values[...] = cells[:, *taps[0].cells]
        taps = taps[1:]
    else:
        values[...] = lowest(cells.dtype)
    for tap in taps:
        part = values[:, *tap.windows]
        np.maximum(part, cells[:, *tap.cells], out=part)
    return _has_nan(values)


def _win(cells: Array, values: Array, switches: Array, geometry: WindowGeometry, last: bool) -> None:
    """Write winners and their tap numbers; a later tap beats an equal one only if ``last``."""
    beats = np.greater_equal if last else np.greater
    taps = window_taps(geometry)
    if every_tap_is_real(geometry):
        switches[...] = 0
        values[...] = cells[:, *taps[0].cells]
        taps = taps[1:]
    else:
        switches[...] = first_real_taps(geometry)[..., None]
        values[...] = lowest(cells.dtype)
    for tap in taps:
        challenger = cells[:, *tap.cells]
        best = values[:, *tap.windows]
        number = switches[:, *tap.windows]
        marks = beats(challenger, best)
        np.maximum(best, challenger, out=best)
        # tap numbers rise, so the larger number is the newer winner; this needs no masked store
        marks = marks.view(np.uint8) if switches.itemsize == 1 else marks.astype(switches.dtype)
        marks *= switches.dtype.type(tap.number)
        np.maximum(number, marks, out=number)
    if _has_nan(values):
        _point_at_first_nan(switches, cells, geometry)


def _win_tiles(x: Array, geometry: WindowGeometry, last: bool) -> tuple[Array, Array]:
    """Winners and their tap numbers where large windows lie side by side: no loop over their many taps."""
    rank, taps = len(geometry.window), tap_count(geometry)
    values = np.empty((*x.shape[:2], *geometry.output), x.dtype)
    switches = np.empty(values.shape, switch_dtype(geometry))
    split = [size for pair in zip(geometry.output, geometry.window, strict=True) for size in pair]
    tiles = x.reshape(*x.shape[:2], *split)
    tiles = tiles.transpose(0, 1, *range(2, 2 + 2 * rank, 2), *range(3, 3 + 2 * rank, 2))  # window axes last
    by_sample = x.flags.c_contiguous  # else samples lie innermost, and a block takes all of them

    def work(block: slice) -> None:
        at = (block,) if by_sample else (slice(None), block)
        part = np.ascontiguousarray(tiles[at])
        rows = part.reshape(*part.shape[: 2 + rank], taps)
        numbers = taps - 1 - rows[..., ::-1].argmax(-1) if last else rows.argmax(-1)
        best = np.take_along_axis(rows, numbers[..., None], -1)
        if last and _has_nan(best):
            numbers = np.where(np.isnan(best[..., 0]), rows.argmax(-1), numbers)  # the first NaN wins
        switches[at] = numbers
        values[at] = best[..., 0]

    for_planes(work, x.shape[0 if by_sample else 1], 2 * x.nbytes)
    return values, switches


def _place(y: Array, switches: Array, geometry: WindowGeometry) -> Array:
    """Un-pool large windows that don't overlap: one store a value, in the memory order of ``y``."""
    whole = y.flags.c_contiguous
    numbers = np.ascontiguousarray(switches) if whole else planes(switches)
    values = y if whole else planes(y)
    if whole:  # each sample's plane by itself
        numbers, values = (a.reshape(-1, *y.shape[2:], 1) for a in (numbers, values))
    cells = np.empty((len(values), *geometry.input, values.shape[-1]), y.dtype)

    def work(block: slice) -> None:
        stack = cells[block]
        stack[...] = 0
        stack.reshape(-1)[_memory_index(numbers[block], geometry, stack)] = values[block]

    if values.size:
        for_planes(work, len(values), cells.nbytes)
    else:
        cells[...] = 0
    return cells.reshape(*y.shape[:2], *geometry.input) if whole else from_planes(cells, len(y))


def _share(cells: Array, values: Array, shares: Array, geometry: WindowGeometry) -> None:
    """Write winners, and 1 / (number of winners) at each of them: ``shares`` (taps, P, *output, B)."""
    has_nan = _largest(cells, values, geometry)
    winners = np.zeros(values.shape, np.int64)
    for tap in window_taps(geometry):
        equal = cells[:, *tap.cells] == values[:, *tap.windows]
        shares[tap.number][:, *tap.windows] = equal
        winners[:, *tap.windows] += equal
    shares /= np.maximum(winners, 1).astype(shares.dtype)
    if has_nan:
        first = np.zeros(values.shape, switch_dtype(geometry))
        _point_at_first_nan(first, cells, geometry)
        nan = np.isnan(values)
        for number, share in enumerate(shares):
            np.copyto(share, first == number, where=nan)


def _point_at_first_nan(switches: Array, cells: Array, geometry: WindowGeometry) -> None:
    """Set the switches of the windows that hold a NaN to their first one, in place."""
    for tap in reversed(window_taps(geometry)):
        np.copyto(switches[:, *tap.windows], tap.number, where=np.isnan(cells[:, *tap.cells]))


def _winners(switches: Array, ndim: int) -> list[Array]:
    """Switches as planes (P, *output, B): one array, or one per tap for "split"."""
    return [planes(part) for part in (switches if switches.ndim > ndim else (switches,))]


def _memory_index(switches: Array, geometry: WindowGeometry, stack: Array) -> NDArray[np.int64]:
    """Index of each winner in the memory of ``stack`` (p, *input, B); ``switches`` are (p, *output, B)."""
    first, offsets = _plane_indices(geometry)
    count, batch = len(stack), stack.shape[-1]
    index: NDArray[np.int64] = (offsets * batch).take(switches)  # (p, *output, B)
    index += (first * batch)[..., None] + np.arange(batch)
    index += (np.arange(count) * (stack.size // count)).reshape(-1, *(1,) * (stack.ndim - 1))
    return index


def _weighted(values: Array, shares: Array, target: Array | None) -> Array:
    """``values * shares``, but +0 where the share is 0."""
    with np.errstate(invalid="ignore"):
        products = values * shares
    return kept_where(shares != 0, products, target)


def _has_nan(values: Array) -> bool:
    return values.dtype.kind == "f" and values.size > 0 and bool(np.isnan(values.max()))


def _routed_dtype(values: Array, switches: Array, adds: bool) -> np.dtype[Any]:
    """Dtype to route in; shares of "split" turn integers into floats."""
    dtype = accumulator(values.dtype) if adds else values.dtype
    return np.result_type(dtype, switches.dtype) if switches.ndim > values.ndim else dtype


def _result_dtype(values: Array, routed: np.dtype[Any]) -> np.dtype[Any]:
    return values.dtype if values.dtype.kind == "f" else routed


def lowest(dtype: np.dtype[Any]) -> Any:
    """A value that no cell is smaller than."""
    if dtype.kind == "f":
        return -np.inf
    return False if dtype.kind == "b" else np.iinfo(dtype).min


@lru_cache(maxsize=1024)
def switch_dtype(geometry: WindowGeometry) -> np.dtype[Any]:
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
        first = np.asarray(first[..., None] * cells + starts)
        offsets = np.asarray(
            offsets[..., None] * cells + np.arange(geometry.window[axis]) * geometry.dilation[axis]
        )
    return first, offsets.reshape(-1)
