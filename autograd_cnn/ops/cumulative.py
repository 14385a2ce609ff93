"""Running sums and products along an axis, and the linear recurrence that a product's gradient is.

With ``y[k] = x[k] y[k-1]`` a small change obeys ``dy[k] = x[k] dy[k-1] + y[k-1] dx[k]``: a recurrence,
which never divides by an x, so zeros among the factors are nothing special, in any derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops._shapes import Shape, normal_axis
from autograd_cnn.ops.movement import crop_p, pad_p, reshape
from autograd_cnn.primitive import Primitive, late


def _same_shape(x: Any, *_: Any, **__: Any) -> Shape:
    return tuple(x.shape)


def _cumsum(x: Any, *, axis: int, reverse: bool) -> Any:
    if reverse:
        return np.flip(np.cumsum(np.flip(x, axis), axis), axis)
    return np.cumsum(x, axis)


cumsum_p: Primitive = Primitive(
    "cumsum",
    _cumsum,
    "x",
    shape=_same_shape,
    dtype=lambda x, **_: np.cumsum(np.empty(0, x.dtype)).dtype,
    transposes={"x": lambda g, *, axis, reverse: cumsum_p(g, axis=axis, reverse=not reverse)},
)


def _recurrence(b: Any, x: Any, *, axis: int, reverse: bool) -> Any:
    # time goes along the first axis
    moved = np.moveaxis(b, axis, 0), np.moveaxis(x, axis, 0)
    terms, factors = (v[::-1] for v in moved) if reverse else moved
    if reverse:
        factors = np.concatenate([factors[:1], factors[:-1]])
    result, spans = terms.copy(), factors.copy()
    length, step = len(result), 1
    with np.errstate(all="ignore"):
        while step < length:  # afterwards result[k] has seen the last 2 * step terms, spans[k] their factors
            result[step:] += spans[step:] * result[:-step]
            spans[step:] = spans[step:] * spans[:-step]
            step *= 2
        if not np.isfinite(result).all():
            # a product of factors may have overflowed that meets a zero: term by term it cannot
            result = terms.copy()
            for k in range(1, length):
                result[k] += factors[k] * result[k - 1]
    return np.moveaxis(result[::-1] if reverse else result, 0, axis)


def _later(x: Any, *, axis: int) -> Any:
    """Move every element one place along the axis; a 0 comes in, the last element falls out."""
    return crop_p(pad_p(x, widths=_widths(x, axis, (1, 0))), widths=_widths(x, axis, (0, 1)))


def _earlier(x: Any, *, axis: int) -> Any:
    return crop_p(pad_p(x, widths=_widths(x, axis, (0, 1))), widths=_widths(x, axis, (1, 0)))


def _widths(x: Any, axis: int, ends: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(ends if i == axis else (0, 0) for i in range(x.ndim))


def _factor_rule(g: Any, x: Any, out: Any, *, axis: int, reverse: bool) -> Any:
    arriving = recurrence_p(g, x, axis=axis, reverse=not reverse)
    return _later(arriving, axis=axis) * out if reverse else arriving * _later(out, axis=axis)


def _factor_jvp(t: Any, x: Any, out: Any, *, axis: int, reverse: bool) -> Any:
    moved = _earlier(t * out, axis=axis) if reverse else t * _later(out, axis=axis)
    return recurrence_p(moved, x, axis=axis, reverse=reverse)


# forward r[k] = b[k] + x[k] r[k-1]; reverse r[k] = b[k] + x[k+1] r[k+1]: as maps of b each other's adjoint
recurrence_p: Primitive = Primitive(
    "recurrence",
    _recurrence,
    "b x",
    shape=_same_shape,
    vjps={"x": _factor_rule},
    transposes={"b": lambda g, x, *, axis, reverse: recurrence_p(g, x, axis=axis, reverse=not reverse)},
    jvps={"x": _factor_jvp},
)


def _cumprod(x: Any, *, axis: int, exclusive: bool) -> Any:
    products = np.cumprod(x, axis)
    if not exclusive:
        return products
    result = np.ones_like(products)
    moved = np.moveaxis(result, axis, 0)
    moved[1:] = np.moveaxis(products, axis, 0)[:-1]
    return result


def _cumprod_rule(g: Any, x: Any, *, axis: int, exclusive: bool) -> Any:
    arriving = recurrence_p(_earlier(g, axis=axis) if exclusive else g, x, axis=axis, reverse=True)
    return arriving * cumprod_p(x, axis=axis, exclusive=True)


def _cumprod_jvp(t: Any, x: Any, *, axis: int, exclusive: bool) -> Any:
    before = cumprod_p(x, axis=axis, exclusive=True)
    change = recurrence_p(t * before, x, axis=axis, reverse=False)
    return _later(change, axis=axis) if exclusive else change


# exclusive: the product of the elements before, without the element itself
cumprod_p: Primitive = Primitive(
    "cumprod",
    _cumprod,
    "x",
    shape=_same_shape,
    dtype=lambda x, **_: np.cumprod(np.empty(0, x.dtype)).dtype,
    vjps={"x": _cumprod_rule},
    jvps={"x": _cumprod_jvp},
)


@checked
def cumsum(x: Any, axis: int | None = None) -> Tensor:
    """Running sum along an axis: ``y[k] = x[0] + ... + x[k]``.

    Parameters
    ----------
    x : array_like
        Any shape; may be empty.
    axis : int or None
        The axis; None flattens x first.

    Returns
    -------
    Tensor
        Of x's shape. Gradient: the running sum of ``g`` from the end.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.cumsum(ag.tensor([1.0, 2.0, 3.0]))
    tensor([1., 3., 6.], dtype=float32)
    """
    x, along = _along("cumsum", x, axis)
    return apply(cumsum_p, (x,), {"axis": along, "reverse": False})


@checked
def cumprod(x: Any, axis: int | None = None) -> Tensor:
    """Running product along an axis: ``y[k] = x[0] * ... * x[k]``.

    Parameters
    ----------
    x : array_like
        Any shape; may be empty.
    axis : int or None
        The axis; None flattens x first.

    Returns
    -------
    Tensor
        Of x's shape. Gradient: ``sum over k >= i of g[k] * (product of x[0..k] without x[i])``, exact also
        where factors are 0.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([2.0, 0.0, 3.0], requires_grad=True)
    >>> ag.cumprod(x).sum().backward()
    >>> x.grad
    tensor([1., 8., 0.], dtype=float32)
    """
    x, along = _along("cumprod", x, axis)
    return apply(cumprod_p, (x,), {"axis": along, "exclusive": False})


def _along(op: str, x: Any, axis: int | None) -> tuple[Tensor, int]:
    """Give the tensor and its axis, from 0; without an axis, or without axes, all in one."""
    x = as_tensor(x)
    if axis is None:
        return reshape(x, (x.size,)), 0
    return x, normal_axis(op, axis, x)


late.cumsum, late.cumprod = cumsum, cumprod
