"""Adding values at indexed places, where several may meet: the adjoints of taking."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

BLOCK_CELLS = 1 << 15  # sums of a block in float64 take 256 KB and stay in the cache


def add_at(y: Any, indices: Any, *, axis: int, size: int) -> Any:
    """Add y's slices at places along one axis of zeros; those that meet add up.

    Parameters
    ----------
    y : ndarray
        (*head, *indices.shape, *tail), with ``axis`` sizes in its head.
    indices : ndarray of int
        Places from -size to size - 1.
    axis, size : int
        Which axis of the result the places count along, and its size.

    Returns
    -------
    ndarray
        (*head, size, *tail), of y's dtype.
    """
    head, tail = y.shape[:axis], y.shape[axis + indices.ndim :]
    places = np.where(indices < 0, indices + size, indices).reshape(-1)
    # (places, head x tail): one row a value, and rows that meet next to each other
    rows = np.moveaxis(y.reshape(*head, places.size, *tail), axis, 0)
    result = np.zeros((size, *head, *tail), y.dtype)
    if not rows.size:
        return np.moveaxis(result, 0, axis)
    if rows[0].size == 1 and y.dtype.kind == "f":
        sums = np.bincount(places, rows.reshape(-1), size)
        return sums.astype(y.dtype).reshape(*head, size, *tail)
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if starts.size == places.size:
        result[places] = rows
    else:
        result[ordered[starts]] = np.add.reduceat(rows[order], starts, axis=0, dtype=y.dtype)
    return np.moveaxis(result, 0, axis)


def add_along(y: Any, indices: Any, *, axis: int, size: int) -> Any:
    """Add each element of y at its own place along one axis of zeros: the adjoint of ``take_along_axis``.

    Parameters
    ----------
    y, indices : ndarray
        Of one shape; places from -size to size - 1.
    axis, size : int
        Which axis of the result the places count along, and its size.

    Returns
    -------
    ndarray
        y's shape but ``size`` along the axis, of y's dtype.
    """
    shape = (*y.shape[:axis], size, *y.shape[axis + 1 :])
    if y.dtype.kind != "f" or not y.size:
        x = np.zeros(shape, y.dtype)
        places = list(np.ogrid[tuple(map(slice, indices.shape))])
        places[axis] = indices
        np.add.at(x, tuple(places), y)
        return x
    tail = math.prod(shape[axis + 1 :])
    rows = y.reshape(-1, y.shape[axis] * tail)
    sums = np.empty((len(rows), size * tail), y.dtype)
    for block, flat in _flat_places(_from_zero(indices, size), axis, size):
        # bincount adds in float64
        sums[block] = np.bincount(flat, rows[block].reshape(-1), sums[block].size).reshape(-1, size * tail)
    return sums.reshape(shape)


def take_along(x: Any, indices: Any, *, axis: int, size: int) -> Any:
    """Take elements of x, each from its own place along one axis: ``np.take_along_axis``, in blocks.

    Parameters
    ----------
    x, indices : ndarray
        Of one shape but for the axis; places from -size to size - 1.
    axis, size : int
        Which axis of x the places count along, and its size.

    Returns
    -------
    ndarray
        The shape of ``indices``, dtype of x.
    """
    shape = (*x.shape[:axis], indices.shape[axis], *x.shape[axis + 1 :])
    if indices.shape != shape or not indices.size:
        return np.take_along_axis(x, indices, axis)
    rows = x.reshape(-1, size * math.prod(x.shape[axis + 1 :]))
    taken = np.empty((len(rows), indices.size // len(rows)), x.dtype)
    for block, flat in _flat_places(_from_zero(indices, size), axis, size):
        np.take(rows[block].reshape(-1), flat, out=taken[block].reshape(-1), mode="clip")
    return taken.reshape(indices.shape)


def _from_zero(indices: Any, size: int) -> Any:
    """Give places counted from 0; out of range they would lie in another row, so that is refused."""
    low, high = indices.min(), indices.max()
    if low < -size or high >= size:
        raise IndexError(f"index {low if low < -size else high} is out of bounds for {size} places")
    return indices if low >= 0 else np.where(indices < 0, indices + size, indices)


def _flat_places(indices: Any, axis: int, size: int) -> Iterator[tuple[slice, Any]]:
    """Give blocks of rows (the axes before ``axis``) and, flat, the places in the planes of each block."""
    tail = math.prod(indices.shape[axis + 1 :])
    rows = indices.reshape(-1, indices.shape[axis], tail)
    plane = size * tail
    step = max(1, BLOCK_CELLS // max(plane, 1))
    starts = np.arange(min(step, len(rows)))[:, None, None] * plane + np.arange(tail)
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        yield slice(start, start + step), (block * tail + starts[: len(block)]).reshape(-1)
