"""Normalisation: shift and scale so that the cells along some axes get mean 0 and variance 1.

``normalise`` gives ``out = (x - mean) * inverse * weight + bias`` with
``inverse = 1 / sqrt(variance + epsilon)``. All arrays have the rank of ``x``; statistics have size 1 along
the normalised axes. Work goes block by block along an axis that is not normalised, so that a block's
intermediate values stay in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.layout import BLOCK_BYTES, accumulator

Array = NDArray[Any]
Axes = tuple[int, ...]


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
    for at in _blocks(x, axes):
        cells = x[at].astype(dtype, copy=False)
        mean[at] = cells.mean(axes, keepdims=True)
        centred = cells - mean[at]
        variance = np.square(centred).mean(axes, keepdims=True)
        inverse[at] = 1 / np.sqrt(variance + dtype.type(epsilon))
        scale = _part(weight, at)
        if _is_small(scale, axes):
            centred *= inverse[at] * scale
        else:
            centred *= inverse[at]
            centred *= scale
        if not _is_scalar(bias, 0.0):
            centred += _part(bias, at)
        out[at] = centred
    return out, mean, inverse


def normalise_gradient(
    g: Array, x: Array, weight: Any, mean: Array, inverse: Array, *, axes: Axes, epsilon: float
) -> Array:
    """Adjoint of `normalise`'s derivative in ``x``.

    With ``v = g * weight`` and normalised cells ``z``: ``inverse * (v - mean(v) - z * mean(v * z))``.
    """
    out = np.empty_like(x)
    for at in _blocks(x, axes):
        z = _normalised(x, mean, inverse, at)
        v = _like(g[at], z)
        scale = _part(weight, at)
        factor = inverse[at]
        if _is_small(scale, axes):
            factor = factor * scale  # the same for all cells that are averaged: it can wait
        else:
            v = v * scale
        products = v * z
        z *= products.mean(axes, keepdims=True)
        np.subtract(v, z, out=z)
        z -= v.mean(axes, keepdims=True)
        z *= factor
        out[at] = z
    return out


def normalised_product(
    g: Array, x: Array, mean: Array, inverse: Array, *, axes: Axes, epsilon: float, shape: tuple[int, ...]
) -> Array:
    """Sum ``g`` times the normalised cells down to ``shape``: the gradient of the weight."""
    total = np.zeros(shape, mean.dtype)
    summed = tuple(axis for axis, n in enumerate(shape) if n == 1)
    for at in _blocks(x, axes):
        z = _normalised(x, mean, inverse, at)
        z *= _like(g[at], z)
        place = tuple(slice(None) if n == 1 else part for n, part in zip(shape, at, strict=True))
        total[place] += z.sum(summed, keepdims=True)
    return total.astype(x.dtype, copy=False)


def inverse_deviation(x: Array, *, axes: Axes, epsilon: float) -> Array:
    """``1 / sqrt(variance + epsilon)`` along ``axes``."""
    return normalise(x, axes=axes, epsilon=epsilon)[2]


def _normalised(x: Array, mean: Array, inverse: Array, at: tuple[slice, ...]) -> Array:
    z = x[at] - mean[at]  # statistics are float32 at least, so z is
    z *= inverse[at]
    return z


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
