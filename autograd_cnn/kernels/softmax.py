"""Softmax, its logarithm and its gate along one axis, in blocks that stay in the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.blockwise import BLOCK_VALUES
from autograd_cnn.kernels.threads import share

Array = NDArray[Any]

# NumPy reduces rows one by one; up to this length it is faster to lay them side by side first
LONG_ROW = 256


def _along(formula: Callable[..., Array], axis: int, *operands: Array) -> Array:
    """Run a formula on pieces (outer, n, inner) of the operands, where n is the axis."""
    shape = operands[0].shape
    n = shape[axis]
    out = np.empty(shape, np.result_type(*operands))
    if not out.size:
        return out
    before = int(np.prod(shape[:axis], dtype=int))
    views = [np.ascontiguousarray(a).reshape(before, n, -1) for a in operands]
    target = out.reshape(before, n, -1)
    inner = target.shape[2]
    rows = max(1, BLOCK_VALUES // (n * inner))
    # side by side, a row's sum would be taken one by one, which float16 cannot afford
    lying = inner == 1 and n <= LONG_ROW and out.dtype != np.float16
    columns = inner if n * inner <= BLOCK_VALUES else max(1, BLOCK_VALUES // n)
    parts = [
        (slice(row, row + rows), slice(None), slice(column, column + columns))
        for row in range(0, before, rows)
        for column in range(0, inner, columns)
    ]

    def work(part: tuple[slice, ...]) -> None:
        if lying:
            target[part] = formula(*(v[part].T.copy() for v in views)).T
        else:
            target[part] = formula(*(v[part] for v in views))

    # infinities of one sign have no softmax: NaN, without a warning
    with np.errstate(invalid="ignore"):
        share(work, parts)
    return out


def _shifted(x: Array) -> Array:
    shifted: Array = x - np.max(x, axis=1, keepdims=True)
    return shifted


def _softmax(x: Array) -> Array:
    e = _shifted(x)
    np.exp(e, out=e)
    e /= np.sum(e, axis=1, keepdims=True)
    return e


def _log_softmax(x: Array) -> Array:
    shifted = _shifted(x)
    shifted -= np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return shifted


def _softmax_gate(g: Array, y: Array) -> Array:
    part: Array = g * y
    part -= y * np.sum(part, axis=1, keepdims=True)
    return part


def softmax(x: Array, *, axis: int) -> Array:
    """``exp(x) / sum(exp(x))`` along an axis; the largest x is subtracted first, so nothing overflows."""
    return _along(_softmax, axis, x)


def log_softmax(x: Array, *, axis: int) -> Array:
    """``x - log(sum(exp(x)))`` along an axis."""
    return _along(_log_softmax, axis, x)


def softmax_gate(g: Array, y: Array, *, axis: int) -> Array:
    """``y * (g - sum(g * y))`` along an axis."""
    return _along(_softmax_gate, axis, *np.broadcast_arrays(g, y))


def hardmax(x: Array, *, axis: int) -> Array:
    """1 at the first maximum along an axis, 0 elsewhere; where a NaN is the maximum, it stays."""
    out = np.zeros_like(x)
    if x.size:
        winners = np.expand_dims(np.argmax(x, axis=axis), axis)
        largest = np.take_along_axis(x, winners, axis)
        np.put_along_axis(out, winners, np.where(largest == largest, 1, largest).astype(x.dtype), axis)
    return out
