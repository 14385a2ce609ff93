"""Reductions: sum, mean, max, min; and `expand`, the adjoint of a sum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import ShapeError
from autograd_cnn.ops._operands import as_float, as_tensor, astype
from autograd_cnn.ops._shapes import Axis, Shape, normal_axes
from autograd_cnn.ops.arithmetic import Ties, check_ties
from autograd_cnn.ops.comparison import shared
from autograd_cnn.primitive import Primitive, late


def reduced(x: Any, *, axis: Shape, keepdims: bool, **_: Any) -> Shape:
    """Give the shape of a reduction's result."""
    if keepdims:
        return tuple(1 if i in axis else size for i, size in enumerate(x.shape))
    return tuple(size for i, size in enumerate(x.shape) if i not in axis)


def _sum(x: Any, *, axis: Shape, keepdims: bool, shape: Shape) -> Any:
    total: Any = np.add.reduce  # called through Any: the stubs know no variable keepdims
    return total(x, axis, None, None, keepdims)


def _expand(y: Any, *, axis: Shape, keepdims: bool, shape: Shape) -> Any:
    return np.broadcast_to(y if keepdims else np.expand_dims(y, axis), shape)


# sum and expand share their settings: the summed axes and the full shape
sum_p: Primitive = Primitive(
    "sum",
    _sum,
    "x",
    shape=reduced,
    dtype=lambda x, **_: np.add.reduce(np.empty(0, x.dtype)).dtype,
    transposes={
        "x": lambda g, *, axis, keepdims, shape: expand_p(g, axis=axis, keepdims=keepdims, shape=shape)
    },
    check_first=False,
)
expand_p: Primitive = Primitive(
    "expand",
    _expand,
    "y",
    shape=lambda y, *, axis, keepdims, shape: shape,
    transposes={"y": lambda g, *, axis, keepdims, shape: sum_p(g, axis=axis, keepdims=keepdims, shape=shape)},
    title="repeat",
)


def _max(x: Any, *, axis: Shape, keepdims: bool, ties: Ties) -> Any:
    return np.max(x, axis=axis, keepdims=keepdims)


def _winner_shares(x: Any, *, axis: Shape, ties: Ties) -> Any:
    """Share of each element in the maximum over ``axis``; the shares of a slice add up to 1."""
    kept = [i for i in range(x.ndim) if i not in axis]
    order = (*kept, *axis)
    rows = x.transpose(order).reshape(*(x.shape[i] for i in kept), -1)  # (*kept, cells)
    best = np.max(rows, axis=-1, keepdims=True)
    nan = np.isnan(best) if rows.dtype.kind == "f" else np.zeros_like(best, dtype=bool)
    wins = np.where(nan, rows != rows, rows == best)
    if ties == "split":
        # several NaN don't share: the first one wins under every policy
        shares = np.where(nan, _only_first(wins), wins / np.count_nonzero(wins, axis=-1, keepdims=True))
    elif ties == "last":
        shares = np.where(nan, _only_first(wins), _only_first(wins[..., ::-1])[..., ::-1])
    else:
        shares = _only_first(wins)
    shares = shares.reshape([x.shape[i] for i in order]).transpose(np.argsort(order))
    return shares.astype(x.dtype)


def _only_first(wins: Any) -> Any:
    first = np.zeros(wins.shape)
    np.put_along_axis(first, wins.argmax(axis=-1, keepdims=True), 1.0, axis=-1)
    return first


def _max_rule(g: Any, x: Any, *, axis: Shape, keepdims: bool, ties: Ties) -> Any:
    full = expand_p(g, axis=axis, keepdims=keepdims, shape=x.shape)
    return shared(full, winner_shares_p(x, axis=axis, ties=ties))


def _max_jvp(t: Any, x: Any, *, axis: Shape, keepdims: bool, ties: Ties) -> Any:
    return sum_p(t * winner_shares_p(x, axis=axis, ties=ties), axis=axis, keepdims=keepdims, shape=x.shape)


winner_shares_p: Primitive = Primitive(
    "winner_shares", _winner_shares, "x", shape=lambda x, **_: x.shape, title="winners"
)
max_p: Primitive = Primitive("max", _max, "x", shape=reduced, vjps={"x": _max_rule}, jvps={"x": _max_jvp})


def _min(x: Any, *, axis: Shape, keepdims: bool, ties: Ties) -> Any:
    return np.min(x, axis=axis, keepdims=keepdims)


def _min_rule(g: Any, x: Any, *, axis: Shape, keepdims: bool, ties: Ties) -> Any:
    return _max_rule(g, -x, axis=axis, keepdims=keepdims, ties=ties)


def _min_jvp(t: Any, x: Any, *, axis: Shape, keepdims: bool, ties: Ties) -> Any:
    return _max_jvp(t, -x, axis=axis, keepdims=keepdims, ties=ties)


min_p: Primitive = Primitive("min", _min, "x", shape=reduced, vjps={"x": _min_rule}, jvps={"x": _min_jvp})


@checked
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, tuple of int, or None
        The axes to sum over; None for all.
    keepdims : bool
        Keep the summed axes, with size 1.

    Returns
    -------
    Tensor
        Of x's dtype if that is floating. Gradient: ``g`` repeated along the summed axes.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sum(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    tensor([4., 6.], dtype=float32)
    """
    x = as_tensor(x)
    settings = {"axis": normal_axes("sum", axis, x), "keepdims": keepdims, "shape": x._data.shape}
    return apply(sum_p, (x,), settings)


@checked
@composite
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Average over axes: the sum divided by the number of elements.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    axis : int, tuple of int or None
        The axes to go over; None for all of them.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there). Gradient: ``g / n``, repeated along the averaged
        axes.

    Raises
    ------
    ShapeError
        When there is nothing to average.
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.mean(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    tensor([2., 3.], dtype=float32)
    """
    values = as_float(x)
    if values.dtype == np.float16:  # 65,504 is its largest number; the sum needs more room
        return astype(mean(astype(values, np.float32), axis, keepdims), np.float16)
    axes = normal_axes("mean", axis, values)
    count = math.prod(values.shape[i] for i in axes)
    if not count:
        raise ShapeError(
            "mean", "there are no elements to average", operands={"x": values}, fits="a non-empty tensor"
        )
    return sum(values, axes, keepdims) / count


@checked
def max(x: Any, axis: Axis = None, keepdims: bool = False, ties: Ties = "first") -> Tensor:
    """Largest element over axes.

    Parameters
    ----------
    x : array_like
        Any shape; a NaN gives NaN.
    axis : int, tuple of int, or None
        The axes to reduce; None for all.
    keepdims : bool
        Keep the reduced axes, with size 1.
    ties : {"first", "last", "split"}
        Which of several equal largest elements gets the cotangent: the first, the last, or equal shares.
        Of several NaN the first gets it.

    Returns
    -------
    Tensor
        Gradient: ``g`` to the winner, 0 to the others.

    Raises
    ------
    RangeError
        When an axis is out of range or ``ties`` is none of the three.
    ShapeError
        When there is nothing to compare.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[1.0, 3.0], [3.0, 2.0]], requires_grad=True)
    >>> ag.max(x).backward()
    >>> x.grad
    tensor([[0., 1.],
            [0., 0.]], dtype=float32)
    """
    check_ties("max", ties)
    x = as_tensor(x)
    settings = {"axis": compared_axes("max", axis, x), "keepdims": keepdims, "ties": ties}
    return apply(max_p, (x,), settings)


@checked
def min(x: Any, axis: Axis = None, keepdims: bool = False, ties: Ties = "first") -> Tensor:
    """Smallest element over axes.

    Parameters
    ----------
    x : array_like
        Any shape. A NaN wins over numbers; of several NaN the first wins.
    axis : int, tuple of int or None
        The axes to go over; None for all of them.
    keepdims : bool
        Keep the reduced axes, with size 1.
    ties : {"first", "last", "split"}
        Which of several equal smallest elements gets the cotangent: the first in row-major order, the last,
        or equal shares.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there). Gradient: ``g`` to the winners, 0 to the others.

    Raises
    ------
    RangeError
        When an axis is out of range or ``ties`` is none of the three.
    ShapeError
        When there is nothing to compare.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.min(ag.tensor([[1.0, 3.0], [3.0, 2.0]]), axis=1)
    tensor([1., 2.], dtype=float32)
    """
    check_ties("min", ties)
    x = as_tensor(x)
    settings = {"axis": compared_axes("min", axis, x), "keepdims": keepdims, "ties": ties}
    return apply(min_p, (x,), settings)


def compared_axes(op: str, axis: Axis, x: Tensor) -> Shape:
    """Give the axes as numbers from 0; refuse those without elements, of which none is the largest."""
    axes = normal_axes(op, axis, x)
    if not all(x.shape[i] for i in axes):
        raise ShapeError(op, "there are no elements to compare", operands={"x": x}, fits="a non-empty tensor")
    return axes


late.sum, late.mean, late.max, late.min = sum, mean, max, min
