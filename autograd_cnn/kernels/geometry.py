"""Sizes of sliding windows, frozen and hashable, and the slices that they imply.

One spatial axis of a window operation is described by six numbers: how many cells come in, how many
taps a window has, how many windows (outputs) there are, the stride between windows, the dilation
between taps, and the zero padding before and after. Tap ``k`` of window ``o`` reads cell

    i = o * stride + k * dilation - before

which is a real cell when ``0 <= i < input`` and padding otherwise. Everything in this file depends on
sizes only, so the results are cached and shared by all calls with the same geometry.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Sizes = tuple[int, ...]
Paddings = tuple[tuple[int, int], ...]
Slices = tuple[slice, ...]


@dataclass(frozen=True, slots=True)
class ConvGeometry:
    """Sizes shared by ``conv``, ``conv_transpose`` and ``conv_weight_gradient``.

    All tuples have one entry per spatial axis (1, 2 or 3 of them); ``padding`` holds (before, after)
    pairs. ``output`` is stored, not derived: rows left over after the last window get zero gradient.
    """

    input: Sizes
    kernel: Sizes
    output: Sizes
    stride: Sizes
    padding: Paddings
    dilation: Sizes
    groups: int


@dataclass(frozen=True, slots=True)
class WindowGeometry:
    """Sizes of a pooling operation, one entry per spatial axis; ``padding`` holds (before, after) pairs."""

    input: Sizes
    window: Sizes
    output: Sizes
    stride: Sizes
    padding: Paddings
    dilation: Sizes


class Tap(NamedTuple):
    """One tap of the window: its row-major number, and which real cells meet which windows there."""

    number: int
    cells: Slices
    windows: Slices


def _axis_slices(
    input: int, taps: int, output: int, stride: int, before: int, dilation: int
) -> list[tuple[slice, slice] | None]:
    """For each tap of one axis: (real cells, windows that read them), None when it only meets padding."""
    pairs: list[tuple[slice, slice] | None] = []
    for tap in range(taps):
        shift = tap * dilation - before
        first = max(0, -(shift // stride))  # smallest o with o * stride + shift >= 0
        last = min(output - 1, (input - 1 - shift) // stride)
        if first > last:
            pairs.append(None)
            continue
        start = first * stride + shift
        pairs.append((slice(start, start + (last - first) * stride + 1, stride), slice(first, last + 1)))
    return pairs


@lru_cache(maxsize=1024)
def window_taps(geometry: WindowGeometry) -> tuple[Tap, ...]:
    """Taps of the window, row-major, without those that meet no real cell in any window."""
    axes = [
        _axis_slices(cells, taps, output, stride, before, dilation)
        for cells, taps, output, stride, (before, _), dilation in zip(
            geometry.input,
            geometry.window,
            geometry.output,
            geometry.stride,
            geometry.padding,
            geometry.dilation,
            strict=True,
        )
    ]
    found = []
    for number, pairs in enumerate(product(*axes)):
        real = [pair for pair in pairs if pair is not None]
        if len(real) == len(pairs):
            found.append(
                Tap(number, tuple(cells for cells, _ in real), tuple(windows for _, windows in real))
            )
    return tuple(found)


@lru_cache(maxsize=1024)
def axis_taps(geometry: WindowGeometry, axis: int) -> tuple[Tap, ...]:
    """Taps of the window along one spatial axis, as if the window had size one along the others."""
    return window_taps(
        WindowGeometry(
            geometry.input[axis : axis + 1],
            geometry.window[axis : axis + 1],
            geometry.output[axis : axis + 1],
            geometry.stride[axis : axis + 1],
            geometry.padding[axis : axis + 1],
            geometry.dilation[axis : axis + 1],
        )
    )


@lru_cache(maxsize=1024)
def tap_count(geometry: WindowGeometry) -> int:
    """Number of taps in a window."""
    return prod(geometry.window)


@lru_cache(maxsize=1024)
def covers_input(geometry: WindowGeometry) -> bool:
    """Whether every cell is read by exactly one window: the windows tile the input."""
    return all(
        window == stride and dilation == 1 and before == 0 and output * stride == cells
        for cells, window, output, stride, (before, _), dilation in zip(
            geometry.input,
            geometry.window,
            geometry.output,
            geometry.stride,
            geometry.padding,
            geometry.dilation,
            strict=True,
        )
    )


@lru_cache(maxsize=1024)
def windows_overlap(geometry: WindowGeometry) -> bool:
    """Whether some cell may be read by more than one window."""
    return any(
        output > 1 and (taps - 1) * dilation >= stride
        for taps, output, stride, dilation in zip(
            geometry.window, geometry.output, geometry.stride, geometry.dilation, strict=True
        )
    )


@lru_cache(maxsize=1024)
def every_tap_is_real(geometry: WindowGeometry) -> bool:
    """Whether no window reaches into padding."""
    return all(
        before == 0 and (output - 1) * stride + (taps - 1) * dilation < cells
        for cells, taps, output, stride, (before, _), dilation in zip(
            geometry.input,
            geometry.window,
            geometry.output,
            geometry.stride,
            geometry.padding,
            geometry.dilation,
            strict=True,
        )
    )


@lru_cache(maxsize=256)
def first_real_taps(geometry: WindowGeometry) -> NDArray[np.intp]:
    """Number of the first tap of each window that is a real cell, shape (*output); read-only."""
    first = np.zeros((), np.intp)
    for before, taps, output, stride, dilation in zip(
        (before for before, _ in geometry.padding),
        geometry.window,
        geometry.output,
        geometry.stride,
        geometry.dilation,
        strict=True,
    ):
        short = np.maximum(before - np.arange(output) * stride, 0)  # padding cells before the first real one
        first = first[..., None] * taps + -(-short // dilation)
    first.flags.writeable = False
    return first
