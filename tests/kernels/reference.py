"""Plain loops that say what the kernels compute, one window and one tap at a time; slow and obvious."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.geometry import ConvGeometry, Sizes, WindowGeometry

Array = NDArray[Any]
Cell = tuple[int, ...]


def taps_of_window(geometry: ConvGeometry | WindowGeometry, place: Cell) -> Iterator[tuple[int, Cell, Cell]]:
    """The real taps of the window at ``place``, row-major: (number, tap, cell)."""
    sizes = geometry.kernel if isinstance(geometry, ConvGeometry) else geometry.window
    for number, tap in enumerate(np.ndindex(*sizes)):
        cell = tuple(
            o * stride + k * dilation - before
            for o, k, stride, dilation, (before, _) in zip(
                place, tap, geometry.stride, geometry.dilation, geometry.padding, strict=True
            )
        )
        if all(0 <= i < size for i, size in zip(cell, geometry.input, strict=True)):
            yield number, tap, cell


def conv_terms(
    geometry: ConvGeometry, batch: int, filters: int, channels: int
) -> Iterator[tuple[Any, Any, Any]]:
    """Index triples (output, weight, input): the convolution is the sum of weight * input into output."""
    per_group = channels // geometry.groups
    for n, o, place in product(range(batch), range(filters), np.ndindex(*geometry.output)):
        group = o // (filters // geometry.groups)
        for c in range(per_group):
            for _, tap, cell in taps_of_window(geometry, place):
                yield (n, o, *place), (o, c, *tap), (n, group * per_group + c, *cell)


def conv(x: Array, weight: Array, bias: Array | None, geometry: ConvGeometry) -> Array:
    out = np.zeros((len(x), len(weight), *geometry.output), x.dtype)
    for q, w, i in conv_terms(geometry, len(x), len(weight), x.shape[1]):
        out[q] += weight[w] * x[i]
    if bias is not None:
        for o in range(len(weight)):
            out[:, o] += bias[o]
    return out


def conv_transpose(y: Array, weight: Array, geometry: ConvGeometry) -> Array:
    channels = weight.shape[1] * geometry.groups
    x = np.zeros((len(y), channels, *geometry.input), y.dtype)
    for q, w, i in conv_terms(geometry, len(y), len(weight), channels):
        x[i] += weight[w] * y[q]
    return x


def conv_weight_gradient(x: Array, y: Array, geometry: ConvGeometry) -> Array:
    gradient = np.zeros((y.shape[1], x.shape[1] // geometry.groups, *geometry.kernel), x.dtype)
    for q, w, i in conv_terms(geometry, len(x), y.shape[1], x.shape[1]):
        gradient[w] += x[i] * y[q]
    return gradient


def windows(shape: Sizes, geometry: WindowGeometry) -> Iterator[tuple[Cell, Cell, list[tuple[int, Cell]]]]:
    """Each window as ((n, c), place, [(tap number, cell), ...])."""
    for plane in np.ndindex(*shape[:2]):
        for place in np.ndindex(*geometry.output):
            yield plane, place, [(number, cell) for number, _, cell in taps_of_window(geometry, place)]


def max_pool(x: Array, geometry: WindowGeometry, ties: str) -> tuple[Array, Array]:
    """Values, and weights (taps, N, C, *output): 1 at a single winner, shared for ``ties="split"``."""
    values = np.zeros((*x.shape[:2], *geometry.output), x.dtype)
    weights = np.zeros((prod(geometry.window), *values.shape), np.float64)
    for plane, place, taps in windows(x.shape, geometry):
        seen = [(number, x[*plane, *cell]) for number, cell in taps]
        winners = [(number, value) for number, value in seen if value != value][:1]
        if not winners:
            largest = max(value for _, value in seen)
            winners = [(number, value) for number, value in seen if value == largest]
            winners = {"first": winners[:1], "last": winners[-1:], "split": winners}[ties]
        values[*plane, *place] = winners[0][1]
        for number, _ in winners:
            weights[number, *plane, *place] = 1 / len(winners)
    return values, weights


def max_unpool(y: Array, weights: Array, geometry: WindowGeometry) -> Array:
    x = np.zeros((*y.shape[:2], *geometry.input), y.dtype)
    for plane, place, taps in windows(y.shape, geometry):
        for number, cell in taps:
            share = weights[number, *plane, *place]
            if share != 0:
                x[*plane, *cell] += y[*plane, *place] * share
    return x


def pool_at(x: Array, weights: Array, geometry: WindowGeometry) -> Array:
    y = np.zeros((*x.shape[:2], *geometry.output), x.dtype)
    for plane, place, taps in windows(x.shape, geometry):
        for number, cell in taps:
            share = weights[number, *plane, *place]
            if share != 0:
                y[*plane, *place] += x[*plane, *cell] * share
    return y


def flat_indices(weights: Array, geometry: WindowGeometry) -> Array:
    indices = np.full(weights.shape[1:], -1, np.int64)
    for plane, place, taps in windows(weights.shape[1:], geometry):
        for number, cell in taps:
            if weights[number, *plane, *place] == 1:
                indices[*plane, *place] = np.ravel_multi_index(cell, geometry.input)
    return indices


def window_sum(x: Array, geometry: WindowGeometry, weights: tuple[float, ...]) -> Array:
    y = np.zeros((*x.shape[:2], *geometry.output), x.dtype)
    for plane, place, taps in windows(x.shape, geometry):
        y[*plane, *place] = sum(x[*plane, *cell] * weights[number] for number, cell in taps)
    return y


def window_sum_transpose(y: Array, geometry: WindowGeometry, weights: tuple[float, ...]) -> Array:
    x = np.zeros((*y.shape[:2], *geometry.input), y.dtype)
    for plane, place, taps in windows(y.shape, geometry):
        for number, cell in taps:
            x[*plane, *cell] += y[*plane, *place] * weights[number]
    return x


def window_counts(geometry: WindowGeometry) -> Array:
    counts = np.zeros(geometry.output, np.int64)
    for place in np.ndindex(*geometry.output):
        counts[place] = len(list(taps_of_window(geometry, place)))
    return counts


def random_sizes(rng: np.random.Generator) -> dict[str, Any]:
    """Sizes of a random window operation on 1, 2 or 3 axes in which every window meets a real cell."""
    while True:
        axes = int(rng.integers(1, 4))
        largest = {1: 12, 2: 7, 3: 5}[axes]
        cells = tuple(int(v) for v in rng.integers(1, largest + 1, axes))
        taps = tuple(int(v) for v in rng.integers(1, 4, axes))
        stride = tuple(int(v) for v in rng.integers(1, 4, axes))
        dilation = tuple(int(v) for v in rng.integers(1, 3, axes))
        padding = tuple((int(b), int(a)) for b, a in rng.integers(0, 3, (axes, 2)))
        room = [
            size + before + after - (k - 1) * d - 1
            for size, k, d, (before, after) in zip(cells, taps, dilation, padding, strict=True)
        ]
        if min(room) < 0:
            continue
        output = tuple(r // s + 1 for r, s in zip(room, stride, strict=True))
        sizes = {
            "input": cells,
            "output": output,
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
        }
        if window_counts(WindowGeometry(window=taps, **sizes)).min() > 0:
            return {"taps": taps, **sizes}


def random_window_geometry(rng: np.random.Generator) -> WindowGeometry:
    sizes = random_sizes(rng)
    return WindowGeometry(window=sizes.pop("taps"), **sizes)


def random_conv_geometry(rng: np.random.Generator) -> ConvGeometry:
    sizes = random_sizes(rng)
    return ConvGeometry(kernel=sizes.pop("taps"), groups=int(rng.integers(1, 4)), **sizes)


def random_layout(rng: np.random.Generator, x: Array) -> Array:
    """The same values with another memory order, sometimes reversed or strided; read-only."""
    order = [int(axis) for axis in rng.permutation(x.ndim)]
    spread = (
        np.repeat(x.transpose(order), 2, axis=-1)[..., ::2]
        if rng.random() < 0.5
        else x.transpose(order).copy()
    )
    if rng.random() < 0.3:
        spread = spread[::-1].copy()[::-1]
    same = spread.transpose(np.argsort(order))
    same.flags.writeable = False
    return same
