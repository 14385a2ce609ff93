"""Order: where the largest element is, sorting, the k largest."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops._shapes import Shape, normal_axis
from autograd_cnn.ops.indexing import slice_p, take_along
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.reductions import compared_axes, reduced
from autograd_cnn.primitive import Primitive, late


def _position(x: Any, *, axis: Shape, keepdims: bool, largest: bool) -> Any:
    # several axes are all of them: positions then count through the flattened elements
    search = np.argmax if largest else np.argmin
    if len(axis) == 1:
        return search(x, axis[0], keepdims=keepdims)
    return search(x).reshape((1,) * x.ndim if keepdims else ())


position_p: Primitive = Primitive(
    "position", _position, "x", shape=reduced, dtype=lambda x, **_: np.intp, title="argmax"
)


def _order(x: Any, *, axis: int, descending: bool) -> Any:
    if not descending:
        return np.argsort(x, axis, kind="stable")
    # sorting the reversed elements and reversing the result keeps equal elements in their order
    order = np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)
    return x.shape[axis] - 1 - order


order_p: Primitive = Primitive(
    "order", _order, "x", shape=lambda x, **_: x.shape, dtype=lambda x, **_: np.intp, title="argsort"
)


@checked
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the largest element along an axis: int64, without gradient.

    Parameters
    ----------
    x : array_like
        Any shape. Of equal elements the first counts, and a NaN before all numbers.
    axis : int or None
        The axis; None for all elements, whose positions count in row-major order.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there), int64; it has no gradient.

    Raises
    ------
    RangeError
        When the axis is out of range.
    ShapeError
        When there is nothing to compare.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.argmax(ag.tensor([[1.0, 3.0], [3.0, 2.0]]), axis=1)
    tensor([1, 0], dtype=int64)
    """
    return _found("argmax", x, axis, keepdims, largest=True)


@checked
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the smallest element along an axis.

    Parameters
    ----------
    x : array_like
        Any shape. Of equal elements the first counts, and a NaN before all numbers.
    axis : int or None
        The axis; None for all elements, whose positions count in row-major order.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there), int64; it has no gradient.

    Raises
    ------
    RangeError
        When the axis is out of range.
    ShapeError
        When there is nothing to compare.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.argmin(ag.tensor([[1.0, 3.0], [3.0, 2.0]]), axis=1)
    tensor([0, 1], dtype=int64)
    """
    return _found("argmin", x, axis, keepdims, largest=False)


def _found(op: str, x: Any, axis: int | None, keepdims: bool, *, largest: bool) -> Tensor:
    x = as_tensor(x)
    axes = compared_axes(op, axis, x)
    return apply(position_p, (x,), {"axis": axes, "keepdims": keepdims, "largest": largest})


@checked
def argsort(x: Any, axis: int | None = -1, descending: bool = False) -> Tensor:
    """Positions of the elements in sorted order along an axis: int64, without gradient.

    Parameters
    ----------
    x : array_like
        Any shape; may be empty. Equal elements keep their order; NaN counts as the largest.
    axis : int or None
        The axis; None flattens x first.
    descending : bool
        The largest first.

    Returns
    -------
    Tensor
        x's shape (one axis if ``axis`` is None), int64; it has no gradient.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.argsort(ag.tensor([3.0, 1.0, 2.0]))
    tensor([1, 2, 0], dtype=int64)
    """
    x, along = _along("argsort", x, axis)
    return apply(order_p, (x,), {"axis": along, "descending": descending})


@checked
@composite
def sort(x: Any, axis: int | None = -1, descending: bool = False) -> Tensor:
    """Sort the elements along an axis.

    Of equal elements the first in x is the first in the result.

    Parameters
    ----------
    x : array_like
        Any shape; may be empty. Equal elements keep their order; NaN counts as the largest.
    axis : int or None
        The axis; None flattens x first.
    descending : bool
        The largest first.

    Returns
    -------
    Tensor
        x's shape (one axis if ``axis`` is None). Gradient: ``g`` of each element at the place it came from.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sort(ag.tensor([3.0, 1.0, 2.0]))
    tensor([1., 2., 3.], dtype=float32)
    """
    x, along = _along("sort", x, axis)
    return take_along(x, argsort(x, along, descending), along)


@checked
@composite
def topk(x: Any, k: int, axis: int = -1, largest: bool = True) -> tuple[Tensor, Tensor]:
    """Give the k largest elements along an axis, the largest first, and their positions.

    Parameters
    ----------
    x : array_like
        At least one axis. Of equal elements the first counts; NaN counts as the largest.
    k : int
        How many.
    axis : int
        Along which axis.
    largest : bool
        False gives the k smallest, the smallest first.

    Returns
    -------
    values, positions : Tensor
        Of x's shape, but k along the axis. Gradient of the values: ``g`` at the places they came from.

    Raises
    ------
    RangeError
        When the axis is out of range or has less than k elements.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.topk(ag.tensor([1.0, 4.0, 2.0, 3.0]), 2)[0]
    tensor([4., 3.], dtype=float32)
    """
    x = as_tensor(x)
    along = normal_axis("topk", axis, x)
    if not 0 <= k <= x.shape[along]:
        raise RangeError(
            "topk",
            f"there are no {k} elements along axis {along}",
            operands={"x": x},
            fits=f"k from 0 to {x.shape[along]}",
        )
    order = argsort(x, along, descending=largest)
    places = (slice(None),) * along + (slice(k),)
    first: Tensor = apply(slice_p, (order,), {"index": places, "shape": order.shape})
    return take_along(x, first, along), first


def _along(op: str, x: Any, axis: int | None) -> tuple[Tensor, int]:
    x = as_tensor(x)
    return (reshape(x, (x.size,)), 0) if axis is None else (x, normal_axis(op, axis, x))


late.argmax, late.argmin, late.argsort, late.sort = argmax, argmin, argsort, sort
