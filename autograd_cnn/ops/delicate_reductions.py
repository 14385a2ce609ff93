"""Reductions whose gradients need care: prod with zeros, norm at 0, std at 0, logsumexp without overflow."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._elementwise import quotient_or_zero
from autograd_cnn.ops._operands import as_float, as_tensor, same_kind
from autograd_cnn.ops._shapes import Axis, Shape, elementwise, normal_axes
from autograd_cnn.ops.arithmetic import power_p, true_operands
from autograd_cnn.ops.comparison import equal_p, select_p
from autograd_cnn.ops.cumulative import cumprod_p
from autograd_cnn.ops.elementwise import absolute_p, exp_p, sign_p, square
from autograd_cnn.ops.indexing import slice_p
from autograd_cnn.ops.movement import reshape_p, transpose_p
from autograd_cnn.ops.reductions import max, mean, min, reduced, sum, sum_p
from autograd_cnn.primitive import Primitive, common_dtype, late


def _with_axes(y: Any, *, axis: Shape, keepdims: bool, shape: Shape) -> Any:
    """Put the reduced axes back, with size 1."""
    if keepdims:
        return y
    full = tuple(1 if i in axis else size for i, size in enumerate(shape))
    return reshape_p(y, source=y.shape, target=full)


def _reduction(
    name: str,
    kernel: Callable[..., Any],
    weights: Callable[..., Any],
    dtype: Callable[..., Any] = common_dtype,
) -> Primitive:
    """Declare a reduction by ``weights(x, out, axis, **settings)``: d out / d x for each element."""

    def rule(g: Any, x: Any, out: Any, *, axis: Shape, keepdims: bool, **settings: Any) -> Any:
        spread, total = (_with_axes(v, axis=axis, keepdims=keepdims, shape=x.shape) for v in (g, out))
        return spread * weights(x, total, axis, **settings)

    def forward(t: Any, x: Any, out: Any, *, axis: Shape, keepdims: bool, **settings: Any) -> Any:
        total = _with_axes(out, axis=axis, keepdims=keepdims, shape=x.shape)
        return sum_p(t * weights(x, total, axis, **settings), axis=axis, keepdims=keepdims, shape=x.shape)

    return Primitive(name, kernel, "x", shape=reduced, dtype=dtype, vjps={"x": rule}, jvps={"x": forward})


def _product_of_others(x: Any, _: Any, axis: Shape) -> Any:
    """Give for each element the product of all the others: those before times those after."""
    if len(axis) == 1:
        (along,) = axis
        back = (slice(None),) * along + (slice(None, None, -1),)
        before = cumprod_p(x, axis=along, exclusive=True)
        turned = cumprod_p(slice_p(x, index=back, shape=x.shape), axis=along, exclusive=True)
        return before * slice_p(turned, index=back, shape=x.shape)
    kept = [i for i in range(x.ndim) if i not in axis]
    order = (*kept, *axis)
    moved = transpose_p(x, axes=order)
    shape = tuple(moved.shape)
    flat = (*shape[: len(kept)], math.prod(shape[len(kept) :]))
    others = _product_of_others(reshape_p(moved, source=shape, target=flat), None, (len(kept),))
    unflat = reshape_p(others, source=flat, target=shape)
    return transpose_p(unflat, axes=tuple(map(order.index, range(len(order)))))


prod_p: Primitive = _reduction(
    "prod",
    lambda x, *, axis, keepdims: np.prod(x, axis=axis, keepdims=keepdims),
    _product_of_others,
    dtype=lambda x, **_: np.prod(np.empty(0, x.dtype)).dtype,
)


def _norm(x: Any, *, axis: Shape, keepdims: bool, p: float) -> Any:
    size = np.abs(x)
    with np.errstate(over="ignore", under="ignore"):
        powers = size * size if p == 2 else size**p
        total = np.sum(powers, axis=axis, keepdims=True)
        result = np.sqrt(total) if p == 2 else total ** (1 / p)
        tiny = np.finfo(x.dtype).tiny
        if not np.all((total > tiny) & (total < np.inf)):
            # out of the dtype's range: measure in units of the largest element
            unit = np.max(size, axis=axis, keepdims=True, initial=0)
            unit = np.where((unit > 0) & (unit < np.inf), unit, 1).astype(x.dtype)
            result = unit * np.sum((size / unit) ** p, axis=axis, keepdims=True) ** (1 / p)
    result = result.astype(x.dtype, copy=False)
    return result if keepdims else np.squeeze(result, axis)


def _norm_weights(x: Any, out: Any, axis: Shape, *, p: float) -> Any:
    if p == 2:
        return quotient_or_zero(x, out)
    share = quotient_or_zero(absolute_p(x), out)
    # at 0 the sign is 0, so the base may be 1 there: for p < 1 its power would be infinite
    return sign_p(x) * power_p(select_p(equal_p(x, 0.0), 1.0, share), p - 1)


norm_p: Primitive = _reduction("norm", _norm, _norm_weights)


def _logsumexp(x: Any, *, axis: Shape, keepdims: bool) -> Any:
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0).astype(x.dtype)
    with np.errstate(divide="ignore", over="ignore"):
        result = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return result if keepdims else np.squeeze(result, axis)


def _log_share(x: Any, total: Any) -> Any:
    # where both are infinite: all of a sum that is infinite, nothing of one that is empty
    with np.errstate(invalid="ignore"):
        return np.where(x == total, np.where(np.isneginf(x), x, 0), x - total)


log_share_p: Primitive = Primitive(
    "log_share",
    _log_share,
    "x total",
    shape=elementwise("log_share", "x", "total"),
    vjps={"x": lambda g: g, "total": lambda g: -g},
    diagonal=True,
    check_first=False,
    title="log of share",
)
logsumexp_p: Primitive = _reduction("logsumexp", _logsumexp, lambda x, out, axis: exp_p(log_share_p(x, out)))
logaddexp_p: Primitive = Primitive(
    "logaddexp",
    np.logaddexp,
    "x y",
    shape=elementwise("logaddexp", "x", "y"),
    vjps={
        "x": lambda g, x, out: g * exp_p(log_share_p(x, out)),
        "y": lambda g, y, out: g * exp_p(log_share_p(y, out)),
    },
    diagonal=True,
    check_first=False,
)


@checked
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Product over axes; 1 where there is nothing to multiply.

    The gradient is made without division, so it is exact with one zero (only the zero gets any) and with
    several (none does), as are higher derivatives.

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
        x's shape without the axes (or with size 1 there). Gradient: ``g`` times the product of all the
        other elements.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([2.0, 0.0, 3.0], requires_grad=True)
    >>> ag.prod(x).backward()
    >>> x.grad
    tensor([0., 6., 0.], dtype=float32)
    """
    x = as_tensor(x)
    return apply(prod_p, (x,), {"axis": normal_axes("prod", axis, x), "keepdims": keepdims})


@checked
def norm(x: Any, ord: float = 2, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Length of the vectors along axes: ``sum(abs(x)**ord) ** (1/ord)``, without overflow.

    Parameters
    ----------
    x : array_like
        Any shape. Integers become float32. An empty vector has length 0 (for the infinite orders: an error).
    ord : float
        Any number > 0; ``inf`` gives the largest absolute value, ``-inf`` the smallest.
    axis : int, tuple of int, or None
        The axes that form one vector; None for all. So two axes give the Frobenius norm of the matrices,
        as NumPy's ``linalg.vector_norm`` does, never their spectral norm.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        Gradient: ``g * sign(x) * (abs(x) / norm) ** (ord - 1)``, which is ``g * x / norm`` for ``ord=2``.
        At a kink (an element 0 for ``ord <= 1``, all elements 0 for others) it is 0, never NaN; so
        is the second derivative at an element 0 for ``1 < ord < 2``, which is infinite. For the infinite
        orders the first winner gets it.

    Raises
    ------
    RangeError
        When an axis is out of range or ``ord`` is no such number.
    ShapeError
        When there is nothing to compare for an infinite order.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[3.0, 4.0], [0.0, 0.0]], requires_grad=True)
    >>> ag.norm(x, axis=1).sum().backward()
    >>> x.grad
    tensor([[0.6, 0.8],
            [0. , 0. ]], dtype=float32)
    """
    values = as_float(x)
    if not isinstance(ord, (int, float)) or not (ord > 0 or ord == -math.inf):
        raise RangeError("norm", f"ord={ord!r} is no order", fits="a number > 0, inf or -inf")
    if math.isinf(ord):
        return _extreme(values, largest=ord > 0, axis=axis, keepdims=keepdims)
    settings = {"axis": normal_axes("norm", axis, values), "keepdims": keepdims, "p": ord}
    return apply(norm_p, (values,), settings)


@composite
def _extreme(x: Tensor, *, largest: bool, axis: Axis, keepdims: bool) -> Tensor:
    return (max if largest else min)(abs(x), axis, keepdims)


@checked
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Logarithm of a sum of exponentials over axes, ``log(sum(exp(x)))``, without overflow.

    A sum of nothing, or of elements that are all ``-inf``, is 0 and its logarithm ``-inf``.

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
        x's shape without the axes (or with size 1 there). Gradient: ``g * softmax(x)``; 0 where all
        elements are ``-inf``, and all of ``g`` to each ``+inf``.

    Raises
    ------
    RangeError
        When an axis is out of range or named twice.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.logsumexp(ag.tensor([1000.0, 1000.0]))
    tensor(1000.6932, dtype=float32)
    """
    values = as_float(x)
    axes = normal_axes("logsumexp", axis, values)
    return apply(logsumexp_p, (values,), {"axis": axes, "keepdims": keepdims})


def logaddexp(x: Any, y: Any) -> Tensor:
    """``log(exp(x) + exp(y))`` elementwise, without overflow.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Integers become float32.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g * exp(x - result)`` to x, ``g * exp(y - result)`` to y; 0
        where both are ``-inf``.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.logaddexp(ag.tensor([1000.0, 0.0]), 0.0)
    tensor([1.000000e+03, 6.931472e-01], dtype=float32)
    """
    return apply(logaddexp_p, true_operands(*same_kind(x, y)))


@checked
@composite
def var(x: Any, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> Tensor:
    """Variance over axes: ``sum((x - mean)**2) / (n - ddof)``.

    Parameters
    ----------
    x : array_like
        Any shape. Integers become float32.
    axis : int, tuple of int, or None
        The axes to reduce; None for all.
    ddof : int
        What to take off the number n of elements; 1 estimates a population's variance from a sample.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        Gradient: ``g * 2 (x - mean) / (n - ddof)``.

    Raises
    ------
    RangeError
        When an axis is out of range, or ``ddof`` leaves nothing to divide by.
    ShapeError
        When there are no elements.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.var(ag.tensor([1.0, 2.0, 3.0, 4.0]))
    tensor(1.25, dtype=float32)
    """
    centred, axes, count = _centred("var", x, axis, ddof)
    return sum(square(centred), axes, keepdims) / count


@checked
@composite
def std(x: Any, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> Tensor:
    """Standard deviation over axes: the root of `var`.

    Where all elements are equal the deviation is 0 and has a kink, as `norm` at 0: the gradient is 0 there,
    never NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    axis : int, tuple of int or None
        The axes to go over; None for all of them.
    ddof : int
        What is taken off the number of elements in the divisor: 0 or, for a sample, 1.
    keepdims : bool
        Keep the reduced axes, with size 1.

    Returns
    -------
    Tensor
        x's shape without the axes (or with size 1 there). Gradient: ``g * (x - mean) / ((n - ddof) std)``.

    Raises
    ------
    RangeError
        When an axis is out of range, or ``ddof`` leaves nothing to divide by.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.std(ag.tensor([1.0, 3.0, 5.0, 7.0]))
    tensor(2.236068, dtype=float32)
    """
    centred, axes, count = _centred("std", x, axis, ddof)
    return norm(centred, 2, axes, keepdims) / math.sqrt(count)


def _centred(op: str, x: Any, axis: Axis, ddof: int) -> tuple[Tensor, Shape, int]:
    """Give the deviations from the mean, the axes, and the number to divide by."""
    values = as_float(x)
    axes = normal_axes(op, axis, values)
    centred = values - mean(values, axes, keepdims=True)
    count = math.prod(values.shape[i] for i in axes)
    if ddof >= count:
        raise RangeError(
            op,
            f"ddof={ddof} leaves nothing of {count} elements to divide by",
            operands={"x": values},
            rule=f"n - ddof = {count} - {ddof} = {count - ddof} must be positive",
            fits=f"ddof up to {count - 1}",
        )
    return centred, axes, count - ddof


late.prod, late.norm, late.logsumexp, late.var, late.std = prod, norm, logsumexp, var, std
