"""Questions about elements, and logic on the answers: booleans, which have no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.ops._elementwise import question
from autograd_cnn.ops._operands import as_tensor, same_kind
from autograd_cnn.ops._shapes import Axis, Shape, normal_axes
from autograd_cnn.ops.reductions import reduced
from autograd_cnn.primitive import Primitive, late

isnan_p: Primitive = question("isnan", np.isnan, "x")
isinf_p: Primitive = question("isinf", np.isinf, "x")
isfinite_p: Primitive = question("isfinite", np.isfinite, "x")
logical_not_p: Primitive = question("logical_not", np.logical_not, "x")
logical_and_p: Primitive = question("logical_and", np.logical_and, "x", "y")
logical_or_p: Primitive = question("logical_or", np.logical_or, "x", "y")
logical_xor_p: Primitive = question("logical_xor", np.logical_xor, "x", "y")


def _counted(name: str, kernel: Callable[..., Any], dtype: type) -> Primitive:
    def reduce(x: Any, *, axis: Shape, keepdims: bool) -> Any:
        return kernel(x, axis=axis, keepdims=keepdims)

    return Primitive(name, reduce, "x", shape=reduced, dtype=lambda x, **_: dtype)


any_p: Primitive = _counted("any", np.any, np.bool_)
all_p: Primitive = _counted("all", np.all, np.bool_)
count_nonzero_p: Primitive = _counted("count_nonzero", np.count_nonzero, np.intp)


def isnan(x: Any) -> Tensor:
    """Ask of each element whether it is NaN.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape, boolean; it has no gradient.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.isnan(ag.tensor([1.0, float("nan")]))
    tensor([False,  True], dtype=bool)
    """
    return apply(isnan_p, (as_tensor(x),))


def isinf(x: Any) -> Tensor:
    """Ask of each element whether it is infinite.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape, boolean; it has no gradient.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.isinf(ag.tensor([1.0, float("-inf")]))
    tensor([False,  True], dtype=bool)
    """
    return apply(isinf_p, (as_tensor(x),))


def isfinite(x: Any) -> Tensor:
    """Ask of each element whether it is neither NaN nor infinite.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape, boolean; it has no gradient.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.isfinite(ag.tensor([1.0, float("inf")]))
    tensor([ True, False], dtype=bool)
    """
    return apply(isfinite_p, (as_tensor(x),))


def logical_not(x: Any) -> Tensor:
    """Negate each element (numbers count as true unless 0).

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape, boolean; it has no gradient.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.logical_not(ag.tensor([True, False]))
    tensor([False,  True], dtype=bool)
    """
    return apply(logical_not_p, (as_tensor(x),))


def logical_and(x: Any, y: Any) -> Tensor:
    """True where both operands are.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.logical_and(
    ...     ag.tensor([True, True, False, False]), ag.tensor([True, False, True, False])
    ... )
    tensor([ True, False, False, False], dtype=bool)
    """
    return apply(logical_and_p, same_kind(x, y))


def logical_or(x: Any, y: Any) -> Tensor:
    """True where at least one operand is.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.logical_or(
    ...     ag.tensor([True, True, False, False]), ag.tensor([True, False, True, False])
    ... )
    tensor([ True,  True,  True, False], dtype=bool)
    """
    return apply(logical_or_p, same_kind(x, y))


def logical_xor(x: Any, y: Any) -> Tensor:
    """True where exactly one operand is.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Of the broadcast shape, boolean; it has no gradient.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.logical_xor(
    ...     ag.tensor([True, True, False, False]), ag.tensor([True, False, True, False])
    ... )
    tensor([False,  True,  True, False], dtype=bool)
    """
    return apply(logical_xor_p, same_kind(x, y))


@checked
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether some element over the axes is true (or not 0); False where there is none.

    Parameters
    ----------
    x : array_like
        Any shape; numbers count as true unless 0.
    axis : int, tuple of int or None
        The axes to go over; None for all of them.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there), boolean; it has no gradient.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.any(ag.tensor([[True, False], [False, False]]), axis=1)
    tensor([ True, False], dtype=bool)
    """
    x = as_tensor(x)
    return apply(any_p, (x,), {"axis": normal_axes("any", axis, x), "keepdims": keepdims})


@checked
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether every element over the axes is true (or not 0); True where there is none.

    Parameters
    ----------
    x : array_like
        Any shape; numbers count as true unless 0.
    axis : int, tuple of int or None
        The axes to go over; None for all of them.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there), boolean; it has no gradient.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.all(ag.tensor([[True, False], [True, True]]), axis=1)
    tensor([False,  True], dtype=bool)
    """
    x = as_tensor(x)
    return apply(all_p, (x,), {"axis": normal_axes("all", axis, x), "keepdims": keepdims})


@checked
def count_nonzero(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Number of elements over the axes that are true (or not 0).

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, tuple of int or None
        The axes to go over; None for all of them.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there), integers; it has no gradient.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.count_nonzero(ag.tensor([[1.0, 0.0], [2.0, 3.0]]), axis=1)
    tensor([1, 2], dtype=int64)
    """
    x = as_tensor(x)
    return apply(count_nonzero_p, (x,), {"axis": normal_axes("count_nonzero", axis, x), "keepdims": keepdims})


late.any, late.all = any, all
late.logical_not, late.logical_and = logical_not, logical_and
late.logical_or, late.logical_xor = logical_or, logical_xor
