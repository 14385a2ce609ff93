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
from autograd_cnn.ops.indexing import slice_p
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

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Of shape (x.size,). Gradient: ``g`` in x's shape.

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

    Parameters
    ----------
    x : array_like
        Any shape.
    axis1, axis2 : int
        The two axes.

    Returns
    -------
    Tensor
        x with the two exchanged. Gradient: ``g`` with them exchanged back.

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

    Returns
    -------
    Tensor
        x with its axes in another order. Gradient: ``g`` with its axes moved back.

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

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or sequence of int
        Where the new axes stand in the result.

    Returns
    -------
    Tensor
        x's shape with ones put in. Gradient: ``g`` in x's shape.

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

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, tuple of int or None
        Which axes of size 1 to drop; None for all.

    Returns
    -------
    Tensor
        x's shape without those axes. Gradient: ``g`` in x's shape.

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

    Parameters
    ----------
    x : array_like
        Any shape.
    shape : int or sequence of int
        The shape to reach: aligned at the last axis, x's sizes are equal or 1.

    Returns
    -------
    Tensor
        Of that shape. Gradient: ``g`` summed over what was repeated.

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
    return expanded(reshape(x, padded), target)


def expanded(x: Tensor, shape: Shape) -> Tensor:
    """Repeat along the axes where the sizes differ."""
    axes = tuple(a for a, (n, m) in enumerate(zip(x.shape, shape, strict=True)) if n != m)
    return apply(expand_p, (x,), {"axis": axes, "keepdims": True, "shape": shape}) if axes else x


@checked
def flip(x: Any, axis: Axis = None) -> Tensor:
    """Reverse the order of the elements along axes, None for all.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, tuple of int or None
        Which axes to reverse; None for all.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g`` flipped back.

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


late.ravel, late.swapaxes, late.squeeze = ravel, swapaxes, squeeze
late.flip = flip
