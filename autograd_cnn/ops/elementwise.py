"""Functions of one operand, element by element: exponentials, logarithms, roots, absolute, sign."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.ops._elementwise import unary
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.primitive import Primitive, late, zero

LN2, LN10 = math.log(2), math.log(10)

exp_p: Primitive = unary("exp", np.exp, lambda g, out: g * out)
exp2_p: Primitive = unary("exp2", np.exp2, lambda g, out: g * (out * LN2))
# out + 1 would be 0 already at x = -40, where the derivative exp(x) is not
expm1_p: Primitive = unary("expm1", np.expm1, lambda g, x: g * exp_p(x))
log_p: Primitive = unary("log", np.log, lambda g, x: g / x)
log2_p: Primitive = unary("log2", np.log2, lambda g, x: g / (x * LN2))
log10_p: Primitive = unary("log10", np.log10, lambda g, x: g / (x * LN10))
log1p_p: Primitive = unary("log1p", np.log1p, lambda g, x: g / (x + 1))
sqrt_p: Primitive = unary("sqrt", np.sqrt, lambda g, out: g * 0.5 / out)
cbrt_p: Primitive = unary("cbrt", np.cbrt, lambda g, out: g / (out * out * 3))
square_p: Primitive = unary("square", np.square, lambda g, x: g * (x * 2))
reciprocal_p: Primitive = unary("reciprocal", np.reciprocal, lambda g, out: -(g * (out * out)))
tanh_p: Primitive = unary("tanh", np.tanh, lambda g, out: g * (1 - out * out))
sign_p: Primitive = unary("sign", np.sign, zero)
absolute_p: Primitive = unary("absolute", np.absolute, lambda g, x: g * sign_p(x))


def exp(x: Any) -> Tensor:
    """Exponential, ``e ** x``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * exp(x)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.exp(ag.tensor([0.0, 0.0]))
    tensor([1., 1.], dtype=float32)
    """
    return apply(exp_p, (as_float(x),))


def log(x: Any) -> Tensor:
    """Natural logarithm.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / x``; infinite at 0, as the function.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.log(ag.tensor([1.0, 2.0]))
    tensor([0.       , 0.6931472], dtype=float32)
    """
    return apply(log_p, (as_float(x),))


def sqrt(x: Any) -> Tensor:
    """Square root.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (2 sqrt(x))``; infinite at 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sqrt(ag.tensor([1.0, 4.0]))
    tensor([1., 2.], dtype=float32)
    """
    return apply(sqrt_p, (as_float(x),))


def tanh(x: Any) -> Tensor:
    """Hyperbolic tangent.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * (1 - tanh(x)**2)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tanh(ag.tensor([0.0, 1.0]))
    tensor([0.       , 0.7615942], dtype=float32)
    """
    return apply(tanh_p, (as_float(x),))


def absolute(x: Any) -> Tensor:
    """Absolute value.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * sign(x)``, which is 0 at the kink x = 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.absolute(ag.tensor([-1.0, 2.0]))
    tensor([1., 2.], dtype=float32)
    """
    return apply(absolute_p, (as_tensor(x),))


def sign(x: Any) -> Tensor:
    """Sign: -1, 0 or 1 (NaN for NaN).

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    Tensor
        Same shape. Its gradient is a known zero, also at the jump.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sign(ag.tensor([-3.0, 0.0, 2.0]))
    tensor([-1.,  0.,  1.], dtype=float32)
    """
    return apply(sign_p, (as_tensor(x),))


def exp2(x: Any) -> Tensor:
    """Power of two, ``2 ** x``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * 2**x * log(2)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.exp2(ag.tensor([0.0, 3.0]))
    tensor([1., 8.], dtype=float32)
    """
    return apply(exp2_p, (as_float(x),))


def expm1(x: Any) -> Tensor:
    """Exponential less one: ``e**x - 1``, accurate near 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * exp(x)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.expm1(ag.tensor([0.0, 1.0]))
    tensor([0.       , 1.7182819], dtype=float32)
    """
    return apply(expm1_p, (as_float(x),))


def log2(x: Any) -> Tensor:
    """Logarithm to base 2.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (x log(2))``; infinite at 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.log2(ag.tensor([1.0, 8.0]))
    tensor([0., 3.], dtype=float32)
    """
    return apply(log2_p, (as_float(x),))


def log10(x: Any) -> Tensor:
    """Logarithm to base 10.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (x log(10))``; infinite at 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.log10(ag.tensor([1.0, 100.0]))
    tensor([0.       , 2.0000002], dtype=float32)
    """
    return apply(log10_p, (as_float(x),))


def log1p(x: Any) -> Tensor:
    """Logarithm of one more: ``log(1 + x)``, accurate near 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (1 + x)``; infinite at -1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.log1p(ag.tensor([0.0, 1.0]))
    tensor([0.       , 0.6931472], dtype=float32)
    """
    return apply(log1p_p, (as_float(x),))


def cbrt(x: Any) -> Tensor:
    """Cube root, also of negative numbers.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (3 cbrt(x)**2)``; infinite at 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.cbrt(ag.tensor([-8.0, 27.0]))
    tensor([-2.       ,  2.9999998], dtype=float32)
    """
    return apply(cbrt_p, (as_float(x),))


def square(x: Any) -> Tensor:
    """Square, ``x * x``.

    Parameters
    ----------
    x : array_like
        Any shape; integers stay integers.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``2 g x``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.square(ag.tensor([-3.0, 2.0]))
    tensor([9., 4.], dtype=float32)
    """
    return apply(square_p, (as_tensor(x),))


def reciprocal(x: Any) -> Tensor:
    """Reciprocal: ``1 / x``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``-g / x**2``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.reciprocal(ag.tensor([2.0, 4.0]))
    tensor([0.5 , 0.25], dtype=float32)
    """
    return apply(reciprocal_p, (as_float(x),))


late.absolute, late.exp, late.log, late.sqrt = absolute, exp, log, sqrt
late.square, late.tanh = square, tanh
