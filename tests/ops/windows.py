"""Plain loops over sliding windows, from the formulas of the documentation: references for the op tables."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .table import Array

Cell = tuple[int, ...]
Axis = tuple[int, int, int, int, int, int]  # cells, taps, windows, stride, cells before, dilation


def each(value: Any, rank: int) -> tuple[Any, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def axes_of(
    size: Cell, taps: Cell, stride: Any = 1, padding: Any = 0, dilation: Any = 1, rounding: str = "floor"
) -> list[Axis]:
    """Work out the windows along each axis by trying one start after the other."""
    rank = len(size)
    rows = []
    for axis, (n, f, s, d) in enumerate(
        zip(size, taps, each(stride, rank), each(dilation, rank), strict=True)
    ):
        span = (f - 1) * d + 1
        if padding == "same":
            missing = max((math.ceil(n / s) - 1) * s + span - n, 0)
            before, after = missing // 2, missing - missing // 2
        elif padding == "valid":
            before = after = 0
        else:
            pair = each(padding, rank)[axis]
            before, after = (pair, pair) if isinstance(pair, int) else pair
        fitting = [start for start in range(0, n + before + after, s) if start + span <= n + before + after]
        count = len(fitting)
        if rounding == "ceil" and fitting[-1] + span < n + before + after and count * s < n + before:
            count += 1
        rows.append((n, f, count, s, before, d))
    return rows


def windows_of(axes: list[Axis]) -> Iterator[tuple[Cell, list[tuple[Cell, Cell]]]]:
    """Give each window's place with its real (tap, cell) pairs, row-major."""
    for place in itertools.product(*(range(windows) for _, _, windows, _, _, _ in axes)):
        pairs = []
        for tap in itertools.product(*(range(taps) for _, taps, _, _, _, _ in axes)):
            cell = tuple(
                o * s + k * d - before for o, k, (_, _, _, s, before, d) in zip(place, tap, axes, strict=True)
            )
            if all(0 <= i < axis[0] for i, axis in zip(cell, axes, strict=True)):
                pairs.append((tap, cell))
        yield place, pairs


def counts(axes: list[Axis]) -> Cell:
    return tuple(windows for _, _, windows, _, _, _ in axes)


def convolve(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    flip: bool = False,
    rounding: str = "floor",
) -> Array:
    axes = axes_of(x.shape[2:], weight.shape[2:], stride, padding, dilation, rounding)
    filters, per_group = weight.shape[:2]
    y = np.zeros((len(x), filters, *counts(axes)))
    for place, pairs in windows_of(axes):
        for n, o, c in np.ndindex(len(x), filters, per_group):
            channel = o // (filters // groups) * per_group + c
            for tap, cell in pairs:
                turned = tuple(f - 1 - k for f, k in zip(weight.shape[2:], tap, strict=True)) if flip else tap
                y[(n, o, *place)] += x[(n, channel, *cell)] * weight[(o, c, *turned)]
    return y if bias is None else y + bias.reshape(-1, *(1,) * len(axes))


def convolve_transposed(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Array:
    """Paint each value's filter into the result; what falls into the padding is lost."""
    rank = x.ndim - 2
    strides, dilations, extras = each(stride, rank), each(dilation, rank), each(output_padding, rank)
    pads = [(p, p) if isinstance(p, int) else p for p in each(padding, rank)]
    taps, small = weight.shape[2:], x.shape[2:]
    sizes = tuple(
        (n - 1) * s - a - b + (f - 1) * d + 1 + e
        for n, s, (a, b), f, d, e in zip(small, strides, pads, taps, dilations, extras, strict=True)
    )
    channels, per_group = weight.shape[:2]
    y = np.zeros((len(x), per_group * groups, *sizes))
    for place, tap in itertools.product(np.ndindex(*small), np.ndindex(*taps)):
        cell = tuple(
            o * s + k * d - a for o, s, k, d, (a, _) in zip(place, strides, tap, dilations, pads, strict=True)
        )
        if not all(0 <= i < n for i, n in zip(cell, sizes, strict=True)):
            continue
        for n, c, o in np.ndindex(len(x), channels, per_group):
            out = c // (channels // groups) * per_group + o
            y[(n, out, *cell)] += x[(n, c, *place)] * weight[(c, o, *tap)]
    return y if bias is None else y + bias.reshape(-1, *(1,) * rank)


def pool(
    x: Array,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    rounding: str = "floor",
) -> Iterator[tuple[Cell, list[tuple[Cell, Cell]], list[Axis]]]:
    """Give each window of each plane: (n, c, *place), its (tap, cell) pairs, and the axes."""
    taps = each(window, x.ndim - 2)
    axes = axes_of(x.shape[2:], taps, taps if stride is None else stride, padding, dilation, rounding)
    for plane in np.ndindex(*x.shape[:2]):
        for place, pairs in windows_of(axes):
            yield (*plane, *place), pairs, axes


def max_pooled(x: Array, ties: str = "first", return_indices: bool = False, **sizes: Any) -> Any:
    values: dict[Cell, float] = {}
    indices: dict[Cell, int] = {}
    for place, pairs, _ in pool(x, **sizes):
        best = max(x[(*place[:2], *cell)] for _, cell in pairs)
        winners = [cell for _, cell in pairs if x[(*place[:2], *cell)] == best]
        values[place] = best
        indices[place] = int(np.ravel_multi_index(winners[-1 if ties == "last" else 0], x.shape[2:]))
    shape = tuple(n + 1 for n in max(values)) if values else (0,)
    pooled = np.array(list(values.values())).reshape(shape)
    if not return_indices:
        return pooled
    return pooled, np.array(list(indices.values())).reshape(shape)


def summed(x: Array, **sizes: Any) -> Array:
    values = {
        place: math.fsum(x[(*place[:2], *cell)] for _, cell in pairs) for place, pairs, _ in pool(x, **sizes)
    }
    shape = tuple(n + 1 for n in max(values))
    return np.array(list(values.values())).reshape(shape)


def averaged(x: Array, count_include_pad: bool = True, **sizes: Any) -> Array:
    """Divide each window's sum by its real cells, or by its real and padding cells."""
    values = {}
    after = [pair if isinstance(pair, int) else pair[1] for pair in each(sizes.get("padding", 0), x.ndim - 2)]
    for place, pairs, axes in pool(x, **sizes):
        total = math.fsum(x[(*place[:2], *cell)] for _, cell in pairs)
        count = len(pairs)
        if count_include_pad:
            inside = [
                sum(o * s + k * d < n + before + end for k in range(taps))
                for o, (n, taps, _, s, before, d), end in zip(place[2:], axes, after, strict=True)
            ]
            count = math.prod(inside)
        values[place] = total / count
    shape = tuple(n + 1 for n in max(values))
    return np.array(list(values.values())).reshape(shape)
