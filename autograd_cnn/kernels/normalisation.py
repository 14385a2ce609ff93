"""Normalisation: shift and scale so that the cells along some axes get mean 0 and variance 1.

``normalise`` gives ``out = (x - mean) * inverse * weight + bias`` with
``inverse = 1 / sqrt(variance + epsilon)``. All arrays have the rank of ``x``; statistics have size 1 along
the normalised axes. Work goes block by block along an axis that is not normalised, so that a block's
intermediate values stay in the cache, and threads share the blocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.layout import accumulator
from autograd_cnn.kernels.threads import share

Array = NDArray[Any]
Axes = tuple[int, ...]

# a block and two temporaries fit the L2 cache
BLOCK_BYTES = 1 << 19
# BLAS adds a row's products one after the other in a few sums; longer rows would cost digits
ROW_VALUES = 1 << 12
# shorter rows are summed faster by a product with ones
SHORT_ROW = 256


def statistics_shape(shape: tuple[int, ...], axes: Axes) -> tuple[int, ...]:
    """Shape of mean and variance: 1 along the normalised axes."""
    return tuple(1 if axis in axes else n for axis, n in enumerate(shape))


def normalise(
    x: Array, weight: Any = 1.0, bias: Any = 0.0, *, axes: Axes, epsilon: float
) -> tuple[Array, Array, Array]:
    """Normalise along ``axes``, then scale and shift.

    Parameters
    ----------
    x : array
    weight, bias : arrays that broadcast to ``x`` (of its rank), or Python scalars
    axes : what to average over
    epsilon : added to the variance

    Returns
    -------
    out : array, shape and dtype of ``x``
    mean, inverse : arrays with size 1 along ``axes``; float32 for a float16 ``x``
    """
    dtype = accumulator(x.dtype)
    out = np.empty_like(x)
    mean = np.empty(statistics_shape(x.shape, axes), dtype)
    inverse = np.empty_like(mean)
    count = math.prod(x.shape[axis] for axis in axes)

    def work(at: tuple[slice, ...]) -> None:
        cells = x[at].astype(dtype, copy=False)
        mean[at] = _total(cells, axes) / count
        centred = cells - mean[at]
        variance = _dot(centred, centred, axes) / count
        inverse[at] = 1 / np.sqrt(variance + dtype.type(epsilon))
        scale = _part(weight, at)
        target = out[at] if out.dtype == dtype else centred
        if _is_small(scale, axes):
            np.multiply(centred, inverse[at] * scale, out=target)
        else:
            centred *= inverse[at]
            np.multiply(centred, scale, out=target)
        if not _is_scalar(bias, 0.0):
            target += _part(bias, at)
        if out.dtype != dtype:
            out[at] = target

    share(work, list(_blocks(x, axes)))
    return out, mean, inverse


def normalise_gradient(
    g: Array, x: Array, weight: Any, mean: Array, inverse: Array, *, axes: Axes, epsilon: float
) -> Array:
    """Adjoint of `normalise`'s derivative in ``x``.

    With ``v = g * weight`` and normalised cells ``z``: ``inverse * (v - mean(v) - z * mean(v * z))``.
    """
    out = np.empty_like(x)
    count = math.prod(x.shape[axis] for axis in axes)

    def work(at: tuple[slice, ...]) -> None:
        centred = _centred(x, mean, at)
        v = _like(g[at], centred)
        scale = _part(weight, at)
        factor = inverse[at]
        if _is_small(scale, axes):
            factor = factor * scale  # the same for all cells that are averaged: it can wait
        else:
            v = v * scale
        # inverse once more for each of the two z, here still without it
        pull = _dot(v, centred, axes) * (inverse[at] * inverse[at] / count)
        lift = _total(v, axes) / count
        centred *= pull
        target = out[at] if out.dtype == v.dtype else np.empty_like(centred)
        np.subtract(v, centred, out=target)
        target -= lift
        target *= factor
        if out.dtype != v.dtype:
            out[at] = target

    share(work, list(_blocks(x, axes)))
    return out


def normalised_product(
    g: Array, x: Array, mean: Array, inverse: Array, *, axes: Axes, epsilon: float, shape: tuple[int, ...]
) -> Array:
    """Sum ``g`` times the normalised cells down to ``shape``: the gradient of the weight."""
    total = np.zeros(shape, mean.dtype)
    summed = tuple(axis for axis, n in enumerate(shape) if n == 1)
    # the inverse is the same along these: they can be added up before it is multiplied
    first = tuple(axis for axis in summed if axis in axes)
    rest = tuple(axis for axis in summed if axis not in axes)

    def work(at: tuple[slice, ...]) -> Array:
        centred = _centred(x, mean, at)
        sums: Array = _dot(_like(g[at], centred), centred, first) * inverse[at]
        return np.add.reduce(sums, rest, keepdims=True)

    blocks = list(_blocks(x, axes))
    for at, sums in zip(blocks, share(work, blocks), strict=True):
        place = tuple(slice(None) if n == 1 else part for n, part in zip(shape, at, strict=True))
        total[place] += sums
    return total.astype(x.dtype, copy=False)


def inverse_deviation(x: Array, *, axes: Axes, epsilon: float) -> Array:
    """``1 / sqrt(variance + epsilon)`` along ``axes``."""
    return normalise(x, axes=axes, epsilon=epsilon)[2]


def affine(x: Array, scale: Array, shift: Any = 0.0) -> Array:
    """``x * scale + shift``; scale and shift broadcast to x."""
    out = np.empty_like(x)

    def work(at: tuple[slice, ...]) -> None:
        np.multiply(x[at], _part(scale, at), out=out[at])
        if not _is_scalar(shift, 0.0):
            out[at] += _part(shift, at)

    share(work, list(_blocks(x, ())))
    return out


def summed_product(a: Array, b: Array, *, shape: tuple[int, ...]) -> Array:
    """Sum ``a * b`` down to ``shape``, which has size 1 along the summed axes."""
    dtype = accumulator(a.dtype)
    total = np.zeros(shape, dtype)
    summed = tuple(axis for axis, n in enumerate(shape) if n == 1)

    def work(at: tuple[slice, ...]) -> Array:
        left = a[at].astype(dtype, copy=False)
        return _dot(left, _like(b[at], left), summed)

    blocks = list(_blocks(a, ()))
    for at, sums in zip(blocks, share(work, blocks), strict=True):
        total[tuple(slice(None) if n == 1 else part for n, part in zip(shape, at, strict=True))] += sums
    return total.astype(a.dtype, copy=False)


def _centred(x: Array, mean: Array, at: tuple[slice, ...]) -> Array:
    centred: Array = x[at] - mean[at]  # statistics are float32 at least, so this is
    return centred


def _rows(shape: tuple[int, ...], axes: Axes, order: Axes) -> int:
    """Count the axes, fastest in memory, that are summed and have at most ROW_VALUES cells together."""
    count, cells = 0, 1
    for axis in reversed(order):
        cells *= shape[axis]
        if axis not in axes or (count and cells > ROW_VALUES):
            break
        count += 1
    return count


def _dot(a: Array, b: Array, axes: Axes) -> Array:
    """Sum ``a * b`` along ``axes``, which stay with size 1: rows by BLAS, their sums by pairs."""
    order = tuple(sorted(range(a.ndim), key=lambda axis: -abs(a.strides[axis])))
    count = _rows(a.shape, axes, order)
    if not count or a.dtype.kind != "f":
        products: Array = np.sum(a * b, axes, keepdims=True)
        return products
    joined = tuple(a.shape[axis] for axis in order[:-count])
    rows = (*joined, math.prod(a.shape[axis] for axis in order[-count:]))
    sums = np.vecdot(a.transpose(order).reshape(rows), b.transpose(order).reshape(rows))
    return _spread(sums, order, count, axes)


def _total(a: Array, axes: Axes) -> Array:
    """Sum along ``axes``, which stay with size 1; short rows as a product with ones."""
    order = tuple(sorted(range(a.ndim), key=lambda axis: -abs(a.strides[axis])))
    count = _rows(a.shape, axes, order)
    length = math.prod(a.shape[axis] for axis in order[-count:]) if count else 0
    if not 1 < length <= SHORT_ROW:
        total: Array = a.sum(axes, keepdims=True)
        return total
    rows = a.transpose(order).reshape(-1, length)
    sums = rows @ np.ones(length, a.dtype)
    return _spread(sums.reshape([a.shape[axis] for axis in order[:-count]]), order, count, axes)


def _spread(sums: Array, order: Axes, count: int, axes: Axes) -> Array:
    """Give the sums of rows their axes in order again, and sum along those of ``axes`` that are left."""
    full = sums.reshape(sums.shape + (1,) * count).transpose(np.argsort(order))
    left = tuple(axis for axis in axes if axis not in order[-count:])
    total: Array = full.sum(left, keepdims=True) if left else full
    return total


def _like(g: Array, z: Array) -> Array:
    """Give ``g`` in the dtype and memory order of ``z``, so that later passes run along memory in both."""
    if g.dtype == z.dtype and g.strides == z.strides:
        return g
    copy = np.empty_like(z)
    copy[...] = g
    return copy


def _is_scalar(value: Any, number: float) -> bool:
    return isinstance(value, float) and value == number


def _part(value: Any, at: tuple[slice, ...]) -> Any:
    """Take the block of a weight that broadcasts to the whole."""
    if not isinstance(value, np.ndarray):
        return value
    return value[tuple(slice(None) if n == 1 else part for n, part in zip(value.shape, at, strict=True))]


def _is_small(scale: Any, axes: Axes) -> bool:
    """Whether a weight is the same for all cells that are averaged together."""
    return not isinstance(scale, np.ndarray) or all(scale.shape[axis] == 1 for axis in axes)


def _blocks(x: Array, axes: Axes) -> Iterator[tuple[slice, ...]]:
    """Cut ``x`` along an axis that is not normalised, into pieces that fit the cache."""
    whole = (slice(None),) * x.ndim
    free = [axis for axis in range(x.ndim) if axis not in axes and x.shape[axis] > 1]
    # the axis with the largest steps in memory; one with the smallest would tear every run apart
    axis = max(free, key=lambda a: abs(x.strides[a]), default=0)
    if not free or x.nbytes <= BLOCK_BYTES or abs(x.strides[axis]) <= x.itemsize:
        yield whole
        return
    step = max(1, math.ceil(x.shape[axis] * BLOCK_BYTES / x.nbytes))
    for start in range(0, x.shape[axis], step):
        yield (*whole[:axis], slice(start, start + step), *whole[axis + 1 :])
