"""From what users write (stride, padding, dilation, rounding) to the frozen sizes of a window operation."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Literal

from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.ops._shapes import Shape

Sizes = int | Sequence[int]
Padding = int | str | Sequence[int] | Sequence[tuple[int, int]]
Rounding = Literal["floor", "ceil", "exact"]
Pairs = tuple[tuple[int, int], ...]


def whole_numbers(value: object) -> int | tuple[int, ...] | None:
    """Read an integer of any type, or a sequence of them; None for anything else."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    try:
        return tuple(map(operator.index, value))  # type: ignore[call-overload]
    except TypeError:
        return None


def per_axis(op: str, name: str, value: Sizes, rank: int, least: int = 1) -> Shape:
    """Give one integer an axis; a single integer stands for all of them."""
    read = whole_numbers(value)
    sizes = (read,) * rank if isinstance(read, int) else read
    if sizes is None or len(sizes) != rank or min(sizes) < least:
        raise RangeError(
            op, f"{name}={value!r} is not understood", fits=f"an integer from {least} on, or {rank} of them"
        )
    return sizes


def pad_pairs(op: str, padding: Padding, size: Shape, window: Shape, stride: Shape, dilation: Shape) -> Pairs:
    """Give (before, after) an axis for every way to write a padding."""
    rank = len(size)
    if padding == "valid":
        return ((0, 0),) * rank
    if padding == "same":
        missing = [
            max((math.ceil(n / s) - 1) * s + extent(f, d) - n, 0)
            for n, f, s, d in zip(size, window, stride, dilation, strict=True)
        ]
        return tuple((m // 2, m - m // 2) for m in missing)
    read = whole_numbers(padding)
    if isinstance(read, int) and read >= 0:
        return ((read, read),) * rank
    if isinstance(padding, (tuple, list)) and len(padding) == rank:
        pairs = [(p, p) if isinstance(p, int) else p for p in map(whole_numbers, padding)]
        if all(isinstance(pair, tuple) and len(pair) == 2 and min(pair) >= 0 for pair in pairs):
            return tuple((pair[0], pair[1]) for pair in pairs if pair is not None)
    raise RangeError(
        op,
        f"padding={padding!r} is not understood",
        fits=f'an integer, {rank} integers, {rank} (before, after) pairs, "valid" or "same"',
    )


def extent(window: int, dilation: int) -> int:
    """Number of cells from a window's first tap to its last."""
    return (window - 1) * dilation + 1


def window_geometry(
    op: str,
    size: Shape,
    window: Shape,
    stride: Sizes,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
) -> WindowGeometry:
    """Give the sizes of a sliding window, or say why it does not fit.

    The number of windows along an axis is (N - F + P) / S + 1, with N cells, P padding cells at both
    ends together, windows that span F cells, and stride S. ``rounding`` says what happens to a rest.
    """
    rank = len(size)
    strides = per_axis(op, "stride", stride, rank)
    dilations = per_axis(op, "dilation", dilation, rank)
    pairs = pad_pairs(op, padding, size, window, strides, dilations)
    if rounding not in ("floor", "ceil", "exact"):
        raise RangeError(op, f"rounding={rounding!r} is unknown", fits='"floor", "ceil" or "exact"')
    output = tuple(
        window_count(op, axis, n, f, s, pair, d, rounding)
        for axis, (n, f, s, pair, d) in enumerate(zip(size, window, strides, pairs, dilations, strict=True))
    )
    return WindowGeometry(size, window, output, strides, pairs, dilations)


def window_count(
    op: str, axis: int, n: int, window: int, stride: int, pair: tuple[int, int], dilation: int, rounding: str
) -> int:
    """Give the number of windows along one axis, or raise the error that shows the formula."""
    f = extent(window, dilation)
    room = n - f + sum(pair)
    if room < 0 or (rounding == "exact" and room % stride):
        raise _misfit(op, axis, n, f, stride, pair)
    count = room // stride + 1
    if rounding == "ceil" and room % stride and count * stride < n + pair[0]:
        count += 1  # the next window still starts inside the input or the padding before it
    return count


def _misfit(op: str, axis: int, n: int, f: int, s: int, pair: tuple[int, int]) -> ShapeError:
    """Make the lecture's "doesn't fit": the formula with its numbers, and what would fit."""
    total = sum(pair)
    value = (n - f + total) / s + 1
    padding = f"2*{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} + {pair[1]}"
    paddings = [p for p in range(n + f) if n - f + 2 * p >= 0 and (n - f + 2 * p) % s == 0]
    paddings = sorted(sorted(paddings, key=lambda p: abs(2 * p - total))[:2])
    strides = [t for t in range(1, n + total + 1) if n - f + total >= 0 and (n - f + total) % t == 0]
    strides = sorted(sorted(strides, key=lambda t: abs(t - s))[:2])
    fits = [f"padding {' or '.join(map(str, paddings))} at both ends"] if paddings else []
    fits += [f"stride {' or '.join(map(str, strides))}"] if strides else []
    fits += (
        [f"a window that spans at most {n + total}"] if n - f + total < 0 else ['rounding="floor" or "ceil"']
    )
    return ShapeError(
        op,
        f"doesn't fit: {value:.2f} windows along spatial axis {axis}",
        rule=f"(N - F + P) / S + 1 = ({n} - {f} + {padding}) / {s} + 1 = {value:.2f}",
        fits="; ".join(fits),
    )


def check_real_cells(op: str, geometry: WindowGeometry) -> None:
    """Refuse a geometry in which some window holds nothing but padding."""
    axes = zip(
        geometry.input,
        geometry.window,
        geometry.output,
        geometry.stride,
        geometry.padding,
        geometry.dilation,
        strict=True,
    )
    for axis, (n, f, outputs, s, (before, _), d) in enumerate(axes):
        for o in (*range(min(outputs, before // s + 1)), *range(max(outputs - before // s - 2, 0), outputs)):
            if not any(0 <= o * s + k * d - before < n for k in range(f)):
                raise ShapeError(
                    op,
                    f"window {o} along spatial axis {axis} holds no real cell, only padding",
                    rule=f"it starts at {o} * {s} - {before} = {o * s - before}; real cells are 0 to {n - 1}",
                    fits=f"padding of at most {f // 2}",
                )
