"""Linear maps along single axes: interpolation and averages over windows of changing size.

A map gives each output cell along an axis as a weighted sum of a few input cells. A picture is resampled by
one map an axis, one axis after the other. The transposed map has the same form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.layout import accumulator, for_planes, from_planes, planes

Array = NDArray[Any]
Pairs = tuple[tuple[tuple[int, float], ...], ...]


@dataclass(frozen=True, slots=True)
class AxisMap:
    """How ``output`` cells along an axis are made of ``input`` cells.

    Attributes
    ----------
    kind : str
        "nearest": one cell; "linear": the two nearest, weighted, with cells seen as areas; "corners": the
        same,
        with the first and last cells' centres aligned; "average": all cells that the output cell covers;
        "windows": copies of the cells that each of ``windows`` windows covers, one window after the other
        (short windows repeat their last cell).
    input, output : int
        Cells before and after.
    scale : float or None
        Output cells an input cell, where it was given; None stands for ``output / input``.
    windows : int
        Number of windows, for "windows".
    """

    kind: Literal["nearest", "linear", "corners", "average", "windows"]
    input: int
    output: int
    scale: float | None = None
    windows: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Add ``source`` cells times ``weights`` (None: ones) to ``target`` cells (None: all)."""

    target: NDArray[np.intp] | None
    source: NDArray[np.intp]
    weights: NDArray[np.float64] | None


def resample(x: Array, *, maps: tuple[AxisMap, ...]) -> Array:
    """Apply one map along each spatial axis.

    Parameters
    ----------
    x : array (N, C, *input)
    maps : one `AxisMap` a spatial axis

    Returns
    -------
    array (N, C, *output), dtype of ``x``. A cell that an output does not use is not read.
    """
    return _resample(x, maps, transposed=False)


def resample_transpose(y: Array, *, maps: tuple[AxisMap, ...]) -> Array:
    """Adjoint of :func:`resample`: (N, C, *output) to (N, C, *input)."""
    return _resample(y, maps, transposed=True)


def _resample(x: Array, maps: tuple[AxisMap, ...], transposed: bool) -> Array:
    sizes = tuple(m.input if transposed else m.output for m in maps)
    cells = planes(x)  # (P, *spatial, B)
    result = np.empty((cells.shape[0], *sizes, cells.shape[-1]), x.dtype)
    # axes that shrink come first, so that the others have less to do
    order = sorted(range(len(maps)), key=lambda k: sizes[k] / max(x.shape[k + 2], 1))
    steps = {k: _steps(maps[k], transposed) for k in order}

    def work(block: slice) -> None:
        part = cells[block].astype(accumulator(x.dtype), copy=False)
        for k in order:
            part = _along(part, k + 1, sizes[k], steps[k])
        result[block] = part

    if result.size:
        for_planes(work, len(cells), cells.nbytes + result.nbytes)
    return from_planes(result, len(x))


def _along(cells: Array, axis: int, size: int, steps: tuple[Step, ...]) -> Array:
    """Apply a map along one axis of (p, *spatial, B)."""
    before: tuple[Any, ...] = (slice(None),) * axis
    made: Array | None = None
    for step in steps:
        part = cells.take(step.source, axis)
        if step.weights is not None:
            part *= step.weights.astype(part.dtype).reshape(-1, *(1,) * (part.ndim - axis - 1))
        if step.target is None:
            made = part if made is None else np.add(made, part, out=made)
            continue
        if made is None:
            made = np.zeros((*cells.shape[:axis], size, *cells.shape[axis + 1 :]), cells.dtype)
        made[(*before, step.target)] += part
    if made is None:
        made = np.zeros((*cells.shape[:axis], size, *cells.shape[axis + 1 :]), cells.dtype)
    return made


def span(n: int, count: int, o: int) -> tuple[int, int]:
    """First cell and end of what the o-th of ``count`` equal parts of ``n`` cells touches."""
    return o * n // count, -(-(o + 1) * n // count)


@lru_cache(maxsize=256)
def _steps(axis_map: AxisMap, transposed: bool) -> tuple[Step, ...]:
    """Give the map as gathers: the k-th adds the k-th cell of every target that has so many."""
    rows = _transposed(_pairs(axis_map), axis_map.input) if transposed else _pairs(axis_map)
    steps = []
    for k in range(max(map(len, rows), default=0)):
        targets = [number for number, row in enumerate(rows) if len(row) > k]
        weights = np.array([rows[number][k][1] for number in targets])
        steps.append(
            Step(
                None if len(targets) == len(rows) else np.array(targets, np.intp),
                np.array([rows[number][k][0] for number in targets], np.intp),
                None if (weights == 1).all() else weights,
            )
        )
    return tuple(steps)


@lru_cache(maxsize=256)
def _pairs(axis_map: AxisMap) -> Pairs:
    """Give (input cell, weight) of each output cell."""
    return tuple(_row(axis_map, o) for o in range(axis_map.output))


def _row(axis_map: AxisMap, o: int) -> tuple[tuple[int, float], ...]:
    n, count, scale = axis_map.input, axis_map.output, axis_map.scale
    if axis_map.kind == "average":
        start, end = span(n, count, o)
        return tuple((cell, 1 / (end - start)) for cell in range(start, end))
    if axis_map.kind == "windows":
        window, k = divmod(o, count // axis_map.windows)
        start, end = span(n, axis_map.windows, window)
        return ((min(start + k, end - 1), 1.0),)
    if axis_map.kind == "nearest":
        return ((min(o * n // count if scale is None else math.floor(o / scale), n - 1), 1.0),)
    if axis_map.kind == "corners":
        place = o * (n - 1) / (count - 1) if count > 1 else 0.0
    else:
        place = (o + 0.5) * n / count - 0.5 if scale is None else (o + 0.5) / scale - 0.5
    place = min(max(place, 0.0), n - 1.0)
    left = math.floor(place)
    share = place - left
    return ((left, 1 - share), (left + 1, share)) if share else ((left, 1.0),)


def _transposed(rows: Pairs, size: int) -> Pairs:
    found: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    for number, row in enumerate(rows):
        for cell, weight in row:
            found[cell].append((number, weight))
    return tuple(map(tuple, found))
