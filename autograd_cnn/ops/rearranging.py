"""Rearranging and repeating elements: axes moved, added and dropped; flip, roll, tile, repeat, broadcast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops._shapes import Axis, Shape, normal_axes, normal_axis
from autograd_cnn.ops.indexing import slice_p, take
from autograd_cnn.ops.movement import reshape, transpose
from autograd_cnn.ops.reductions import expand_p
from autograd_cnn.primitive import Primitive, late

roll_p: Primitive = Primitive(
    "roll",
    lambda x, *, shifts, axes: np.roll(x, shifts, axes),
    "x",
    shape=lambda x, **_: x.shape,
    transposes={"x": lambda g, *, shifts, axes: roll_p(g, shifts=tuple(-s for s in shifts), axes=axes)},
)


def ravel(x: Any) -> Tensor:
    """Give the elements in one row, in row-major order.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.ravel(ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([1., 2., 3., 4.], dtype=float32)
    """
    x = as_tensor(x)
    return reshape(x, (x.size,))


@checked
def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """Exchange two axes.

    Raises
    ------
    RangeError
        When an axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.swapaxes(ag.zeros((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    x = as_tensor(x)
    order = list(range(x.ndim))
    one, other = normal_axis("swapaxes", axis1, x), normal_axis("swapaxes", axis2, x)
    order[one], order[other] = other, one
    return transpose(x, order)


@checked
def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Move axes to other places; the others keep their order.

    Parameters
    ----------
    x : array_like
        Any shape.
    source, destination : int or sequence of int
        Where the axes are, and where they go: equally many.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice, or the numbers differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.moveaxis(ag.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = as_tensor(x)
    starts, ends = ((a,) if isinstance(a, int) else tuple(a) for a in (source, destination))
    if len(starts) != len(ends):
        raise RangeError(
            "moveaxis",
            f"{len(starts)} axes cannot go to {len(ends)} places",
            operands={"x": x},
            fits="a place an axis",
        )
    normal_axes("moveaxis", starts, x)
    normal_axes("moveaxis", ends, x)
    starts, ends = tuple(a % x.ndim for a in starts), tuple(a % x.ndim for a in ends)
    order = [a for a in range(x.ndim) if a not in starts]
    for end, start in sorted(zip(ends, starts, strict=True)):
        order.insert(end, start)
    return transpose(x, order)


@checked
def expand_dims(x: Any, axis: int | Sequence[int]) -> Tensor:
    """Add axes of size 1 at the given places of the result.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.expand_dims(ag.zeros((2, 3)), 1).shape
    (2, 1, 3)
    """
    x = as_tensor(x)
    places = (axis,) if isinstance(axis, int) else tuple(axis)
    rank = x.ndim + len(places)
    added = normal_axes("expand_dims", places, np.broadcast_to(0, (1,) * rank))
    sizes = iter(x.shape)
    return reshape(x, tuple(1 if i in added else next(sizes) for i in range(rank)))


@checked
def squeeze(x: Any, axis: Axis = None) -> Tensor:
    """Drop axes of size 1: the given ones, or all of them.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.
    ShapeError
        When a given axis has another size.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.squeeze(ag.zeros((1, 3, 1)), axis=0).shape
    (3, 1)
    """
    x = as_tensor(x)
    dropped = normal_axes("squeeze", axis, x)
    if axis is None:
        dropped = tuple(a for a in dropped if x.shape[a] == 1)
    wrong = [a for a in dropped if x.shape[a] != 1]
    if wrong:
        raise ShapeError(
            "squeeze",
            f"axis {wrong[0]} has size {x.shape[wrong[0]]}",
            operands={"x": x},
            fits=f"axes of size 1: {[a for a, n in enumerate(x.shape) if n == 1]}",
        )
    return reshape(x, tuple(n for a, n in enumerate(x.shape) if a not in dropped))


@checked
def broadcast_to(x: Any, shape: int | Sequence[int]) -> Tensor:
    """Repeat along missing axes and axes of size 1, up to a shape; no values are copied.

    Gradient: ``g`` summed over what was repeated.

    Raises
    ------
    ShapeError
        When the shape is not one that x broadcasts to.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.broadcast_to(ag.tensor([1.0, 2.0]), (2, 2))
    tensor([[1., 2.],
            [1., 2.]], dtype=float32)
    """
    x = as_tensor(x)
    target = (shape,) if isinstance(shape, int) else tuple(shape)
    padded = (1,) * (len(target) - x.ndim) + x.shape
    if len(padded) != len(target) or any(n not in (1, m) for n, m in zip(padded, target, strict=True)):
        raise ShapeError(
            "broadcast_to",
            f"{x.shape} does not broadcast to {target}",
            operands={"x": x},
            rule="aligned at the last axis, sizes must be equal, or 1 in x",
        )
    return _expanded(reshape(x, padded), target)


def _expanded(x: Tensor, shape: Shape) -> Tensor:
    """Repeat along the axes where the sizes differ."""
    axes = tuple(a for a, (n, m) in enumerate(zip(x.shape, shape, strict=True)) if n != m)
    return apply(expand_p, (x,), {"axis": axes, "keepdims": True, "shape": shape}) if axes else x


@checked
def flip(x: Any, axis: Axis = None) -> Tensor:
    """Reverse the order of the elements along axes, None for all; the gradient is flipped back.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.flip(ag.tensor([1.0, 2.0, 3.0]))
    tensor([3., 2., 1.], dtype=float32)
    """
    x = as_tensor(x)
    axes = normal_axes("flip", axis, x)
    back = tuple(slice(None, None, -1) if a in axes else slice(None) for a in range(x.ndim))
    return apply(slice_p, (x,), {"index": back, "shape": x.shape})


@checked
@composite
def roll(x: Any, shift: int | Sequence[int], axis: Axis = None) -> Tensor:
    """Move elements along axes; those pushed out come back in at the other end.

    Parameters
    ----------
    x : array_like
        Any shape.
    shift : int or sequence of int
        By how many places, for all axes or one number an axis.
    axis : int, tuple of int, or None
        Along which axes; None rolls the flattened elements and gives them x's shape again.

    Returns
    -------
    Tensor
        Gradient: ``g`` rolled back.

    Raises
    ------
    RangeError
        When an axis is out of range, or shifts and axes differ in number.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.roll(ag.tensor([1.0, 2.0, 3.0]), 1)
    tensor([3., 1., 2.], dtype=float32)
    """
    x = as_tensor(x)
    if axis is None:
        flat: Tensor = apply(roll_p, (ravel(x),), {"shifts": (_total(shift),), "axes": (0,)})
        return reshape(flat, x.shape)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    shifts = (shift,) * len(axes) if isinstance(shift, int) else tuple(shift)
    axes = axes * len(shifts) if len(axes) == 1 else axes
    if len(shifts) != len(axes):
        raise RangeError(
            "roll", f"{len(shifts)} shifts for {len(axes)} axes", operands={"x": x}, fits="one shift an axis"
        )
    numbers = tuple(normal_axis("roll", a, x) for a in axes)
    return apply(roll_p, (x,), {"shifts": shifts, "axes": numbers})


def _total(shift: int | Sequence[int]) -> int:
    return shift if isinstance(shift, int) else sum(shift)


@checked
@composite
def tile(x: Any, repetitions: int | Sequence[int]) -> Tensor:
    """Lay copies of a tensor side by side.

    Parameters
    ----------
    x : array_like
        Any shape.
    repetitions : int or sequence of int
        How many copies along each axis, aligned at the last; missing axes are added.

    Returns
    -------
    Tensor
        Gradient: ``g`` summed over the copies.

    Raises
    ------
    RangeError
        When a number is negative.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tile(ag.tensor([1.0, 2.0]), (2, 2))
    tensor([[1., 2., 1., 2.],
            [1., 2., 1., 2.]], dtype=float32)
    """
    x = as_tensor(x)
    counts = (repetitions,) if isinstance(repetitions, int) else tuple(repetitions)
    _check_counts("tile", counts, x)
    rank = max(len(counts), x.ndim)
    counts, sizes = (1,) * (rank - len(counts)) + counts, (1,) * (rank - x.ndim) + x.shape
    # (n, m) becomes (1, n, 1, m), then (copies, n, copies, m)
    between = tuple(n for size in sizes for n in (1, size))
    copied = tuple(n for pair in zip(counts, sizes, strict=True) for n in pair)
    target = tuple(count * size for count, size in zip(counts, sizes, strict=True))
    return reshape(_expanded(reshape(x, between), copied), target)


@checked
@composite
def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Repeat each element, next to itself.

    Parameters
    ----------
    x : array_like
        Any shape.
    repeats : int or sequence of int
        How often: for all elements, or one number for each place along the axis.
    axis : int or None
        Along which axis; None flattens x first.

    Returns
    -------
    Tensor
        Gradient: ``g`` summed over the copies.

    Raises
    ------
    RangeError
        When the axis is out of range or a number negative.
    ShapeError
        When there are more or fewer numbers than places.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.repeat(ag.tensor([1.0, 2.0]), 2)
    tensor([1., 1., 2., 2.], dtype=float32)
    """
    x = ravel(x) if axis is None else as_tensor(x)
    along = normal_axis("repeat", axis or 0, x)
    counts = (repeats,) if isinstance(repeats, int) else tuple(int(n) for n in repeats)
    _check_counts("repeat", counts, x)
    size = x.shape[along]
    if len(counts) == 1:
        head, tail = x.shape[:along], x.shape[along + 1 :]
        spread = _expanded(reshape(x, (*head, size, 1, *tail)), (*head, size, counts[0], *tail))
        return reshape(spread, (*head, size * counts[0], *tail))
    if len(counts) != size:
        raise ShapeError(
            "repeat",
            f"{len(counts)} numbers for {size} places along axis {along}",
            operands={"x": x},
            fits=f"one number, or {size}",
        )
    return take(x, np.repeat(np.arange(size), counts), along)


def _check_counts(op: str, counts: Sequence[int], x: Tensor) -> None:
    if any(n < 0 for n in counts):
        raise RangeError(op, f"{tuple(counts)} has a negative number", operands={"x": x}, fits="0 or more")


late.ravel, late.swapaxes, late.squeeze = ravel, swapaxes, squeeze
late.flip, late.repeat = flip, repeat
