"""Functions of one operand, element by element: exp, log, sqrt, tanh, absolute, sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.primitive import Primitive, Rule, late, zero


def _unary(name: str, kernel: Callable[..., Any], rule: Rule) -> Primitive:
    return Primitive(
        name, kernel, "x", shape=elementwise(name, "x"), vjps={"x": rule}, diagonal=True, check_first=False
    )


exp_p: Primitive = _unary("exp", np.exp, lambda g, out: g * out)
log_p: Primitive = _unary("log", np.log, lambda g, x: g / x)
sqrt_p: Primitive = _unary("sqrt", np.sqrt, lambda g, out: g * 0.5 / out)
tanh_p: Primitive = _unary("tanh", np.tanh, lambda g, out: g * (1 - out * out))
sign_p: Primitive = _unary("sign", np.sign, zero)
absolute_p: Primitive = _unary("absolute", np.absolute, lambda g, x: g * sign_p(x))


def exp(x: Any) -> Tensor:
    """Exponential, ``e ** x``. Gradient: ``g * exp(x)``. Integers become float32.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.exp(ag.tensor([0.0, 0.0]))
    tensor([1., 1.], dtype=float32)
    """
    return apply(exp_p, (as_float(x),))


def log(x: Any) -> Tensor:
    """Natural logarithm. Gradient: ``g / x``; infinite at 0, as the function. Integers become float32.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.log(ag.tensor([1.0, 2.0]))
    tensor([0.       , 0.6931472], dtype=float32)
    """
    return apply(log_p, (as_float(x),))


def sqrt(x: Any) -> Tensor:
    """Square root. Gradient: ``g / (2 sqrt(x))``; infinite at 0. Integers become float32.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sqrt(ag.tensor([1.0, 4.0]))
    tensor([1., 2.], dtype=float32)
    """
    return apply(sqrt_p, (as_float(x),))


def tanh(x: Any) -> Tensor:
    """Hyperbolic tangent. Gradient: ``g * (1 - tanh(x)**2)``. Integers become float32.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tanh(ag.tensor([0.0, 1.0]))
    tensor([0.       , 0.7615942], dtype=float32)
    """
    return apply(tanh_p, (as_float(x),))


def absolute(x: Any) -> Tensor:
    """Absolute value. Gradient: ``g * sign(x)``, which is 0 at the kink x = 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.absolute(ag.tensor([-1.0, 2.0]))
    tensor([1., 2.], dtype=float32)
    """
    return apply(absolute_p, (as_tensor(x),))


def sign(x: Any) -> Tensor:
    """Sign: -1, 0 or 1 (NaN for NaN). Its gradient is a known zero, also at the jump.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sign(ag.tensor([-3.0, 0.0, 2.0]))
    tensor([-1.,  0.,  1.], dtype=float32)
    """
    return apply(sign_p, (as_tensor(x),))


late.absolute = absolute
