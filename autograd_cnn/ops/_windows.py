"""From what users write (stride, padding, dilation, rounding) to the frozen sizes of a window operation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from autograd_cnn.checks import choice, near, shown, whole_numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.ops._shapes import Shape

Sizes = int | Sequence[int]
Padding = int | str | Sequence[int] | Sequence[tuple[int, int]]
Rounding = Literal["floor", "ceil", "exact"]
Pairs = tuple[tuple[int, int], ...]


def per_axis(op: str, name: str, value: Sizes, rank: int, least: int = 1) -> Shape:
    """Give one integer an axis; a single integer stands for all of them."""
    read = whole_numbers(value)
    sizes = (read,) * rank if isinstance(read, int) else read
    if sizes is None or len(sizes) != rank or min(sizes) < least:
        raise RangeError(
            op,
            f"{name}={shown(value)} is not understood",
            fits=f"an integer from {least} on, or {rank} of them",
        )
    return sizes


def pad_pairs(op: str, padding: Padding, size: Shape, window: Shape, stride: Shape, dilation: Shape) -> Pairs:
    """Give (before, after) an axis for every way to write a padding."""
    rank = len(size)
    if isinstance(padding, str) and padding == "valid":
        return ((0, 0),) * rank
    if isinstance(padding, str) and padding == "same":
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
        f"padding={shown(padding)} is not understood",
        fits=near(padding, ("valid", "same"))
        + f'an integer, {rank} integers, {rank} (before, after) pairs, "valid" or "same"',
    )


def check_settings(
    op: str,
    window: Sizes,
    stride: Sizes | None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: str = "floor",
    *,
    rank: int = 2,
) -> None:
    """Refuse the settings of a layer over ``rank`` axes that no input would fit, when the layer is made."""
    sizes = per_axis(op, "window", window, rank)
    if stride is not None:
        per_axis(op, "stride", stride, rank)
    per_axis(op, "dilation", dilation, rank)
    pad_pairs(op, padding, sizes, sizes, (1,) * rank, (1,) * rank)
    choice(op, "rounding", rounding, ("floor", "ceil", "exact"))


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
    operands: Mapping[str, Any] | None = None,
) -> WindowGeometry:
    """Give the sizes of a sliding window, or say why it does not fit (and of which operands).

    The number of windows along an axis is (N - F + P) / S + 1, with N cells, P padding cells at both
    ends together, windows that span F cells, and stride S. ``rounding`` says what happens to a rest.
    """
    rank = len(size)
    strides = per_axis(op, "stride", stride, rank)
    dilations = per_axis(op, "dilation", dilation, rank)
    pairs = pad_pairs(op, padding, size, window, strides, dilations)
    choice(op, "rounding", rounding, ("floor", "ceil", "exact"))
    if min(window) < 1:
        raise ShapeError(
            op,
            f"a window of {window} has no taps",
            operands=operands,
            fits="a window of at least 1 along each axis",
        )
    output = tuple(
        window_count(op, axis, n, f, s, pair, d, rounding, operands)
        for axis, (n, f, s, pair, d) in enumerate(zip(size, window, strides, pairs, dilations, strict=True))
    )
    return WindowGeometry(size, window, output, strides, pairs, dilations)


def window_count(
    op: str,
    axis: int,
    n: int,
    window: int,
    stride: int,
    pair: tuple[int, int],
    dilation: int,
    rounding: str,
    operands: Mapping[str, Any] | None = None,
) -> int:
    """Give the number of windows along one axis, or raise the error that shows the formula."""
    f = extent(window, dilation)
    room = n - f + sum(pair)
    if room < 0 or (rounding == "exact" and room % stride):
        raise _misfit(op, axis, n, f, stride, pair, rounding, operands)
    count = room // stride + 1
    if rounding == "ceil" and room % stride and count * stride < n + pair[0]:
        count += 1  # the next window still starts inside the input or the padding before it
    return count


def _misfit(
    op: str,
    axis: int,
    n: int,
    f: int,
    s: int,
    pair: tuple[int, int],
    rounding: str,
    operands: Mapping[str, Any] | None,
) -> ShapeError:
    """Make the lecture's "doesn't fit": the formula with its numbers, and what would fit."""
    total = sum(pair)
    value = (n - f + total) / s + 1
    padding = f"2*{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} + {pair[1]}"
    most = f if "pool" in op else n + f  # a pool's window must not lie in padding alone
    paddings = [p for p in range(most) if n - f + 2 * p >= 0]
    if rounding == "exact":
        paddings = [p for p in paddings if (n - f + 2 * p) % s == 0]
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
        operands=operands,
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
                    # up to here a first tap still lies in the input's reach, whatever the stride
                    fits=f"padding of at most {(f - 1) * d}" if d <= n else f"dilation of at most {n}",
                )
