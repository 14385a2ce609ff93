"""Adding values at indexed places, where several may meet: the adjoints of taking."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


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
    places = list(np.ogrid[tuple(map(slice, indices.shape))])
    places[axis] = np.where(indices < 0, indices + size, indices)
    if y.dtype.kind == "f" and y.size:
        flat = np.ravel_multi_index(tuple(np.broadcast_arrays(*places)), shape).reshape(-1)
        sums = np.bincount(flat, y.reshape(-1), math.prod(shape))
        return sums.astype(y.dtype, copy=False).reshape(shape)
    x = np.zeros(shape, y.dtype)
    np.add.at(x, tuple(places), y)
    return x
