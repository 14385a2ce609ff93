"""Trigonometric and hyperbolic functions and their inverses; hypot and arctan2.

Rules take lengths from `hypot`, which neither overflows nor underflows where ``x * x`` would.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.kernels import arcs
from autograd_cnn.ops._elementwise import quotient_or_zero, unary
from autograd_cnn.ops._gated import gated
from autograd_cnn.ops._operands import as_float, same_kind
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.arithmetic import true_operands
from autograd_cnn.ops.comparison import select_p
from autograd_cnn.ops.elementwise import sqrt_p
from autograd_cnn.ops.logic import isinf_p
from autograd_cnn.primitive import Primitive

hypot_p: Primitive = Primitive(
    "hypot",
    np.hypot,
    "x y",
    shape=elementwise("hypot", "x", "y"),
    vjps={
        "x": lambda g, x, out: g * quotient_or_zero(x, out),
        "y": lambda g, y, out: g * quotient_or_zero(y, out),
    },
    diagonal=True,
    check_first=False,
)


def _per_length(x: Any, y: Any, length: Any) -> Any:
    """Give ``x / (x**2 + y**2)``, 0 at the origin."""
    return quotient_or_zero(quotient_or_zero(x, length), length)


arctan2_p: Primitive = Primitive(
    "arctan2",
    np.arctan2,
    "y x",
    shape=elementwise("arctan2", "y", "x"),
    vjps={
        "y": lambda g, y, x: g * _per_length(x, y, hypot_p(x, y)),
        "x": lambda g, y, x: -(g * _per_length(y, x, hypot_p(x, y))),
    },
    diagonal=True,
    check_first=False,
)


def _arctan_curve(h: Any, x: Any) -> Any:
    far = isinf_p(x)  # flat there, in every derivative
    near = select_p(far, 0.0, x)
    size = hypot_p(near, 1.0)
    return select_p(far, 0.0, h / size / size / size / size * near * -2)


def _arcsinh_curve(h: Any, x: Any) -> Any:
    far = isinf_p(x)
    near = select_p(far, 0.0, x)
    size = hypot_p(near, 1.0)
    return select_p(far, 0.0, -(h / size / size / size * near))


sin_p: Primitive = unary("sin", np.sin, lambda g, x: g * cos_p(x))
cos_p: Primitive = unary("cos", np.cos, lambda g, x: -(g * sin_p(x)))
tan_p: Primitive = unary("tan", np.tan, lambda g, out: g * (out * out + 1))
# (1 - x) (1 + x) keeps the digits that 1 - x * x loses near 1
arcsin_p: Primitive = unary("arcsin", np.arcsin, lambda g, x: g / sqrt_p((1 - x) * (1 + x)))
arccos_p: Primitive = unary("arccos", np.arccos, lambda g, x: -(g / sqrt_p((1 - x) * (1 + x))))
arctan_p: Primitive = gated("arctan", np.arctan, arcs.arctan_gate, _arctan_curve)
sinh_p: Primitive = unary("sinh", np.sinh, lambda g, x: g * cosh_p(x))
cosh_p: Primitive = unary("cosh", np.cosh, lambda g, x: g * sinh_p(x))
arcsinh_p: Primitive = gated("arcsinh", np.arcsinh, arcs.arcsinh_gate, _arcsinh_curve)
arccosh_p: Primitive = unary("arccosh", np.arccosh, lambda g, x: g / (sqrt_p(x - 1) * sqrt_p(x + 1)))
arctanh_p: Primitive = unary("arctanh", np.arctanh, lambda g, x: g / ((1 - x) * (1 + x)))


def sin(x: Any) -> Tensor:
    """Sine of an angle in radians.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * cos(x)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sin(ag.tensor([0.0, 1.0]))
    tensor([0.      , 0.841471], dtype=float32)
    """
    return apply(sin_p, (as_float(x),))


def cos(x: Any) -> Tensor:
    """Cosine of an angle in radians.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``-g * sin(x)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.cos(ag.tensor([0.0, 1.0]))
    tensor([1.       , 0.5403023], dtype=float32)
    """
    return apply(cos_p, (as_float(x),))


def tan(x: Any) -> Tensor:
    """Tangent of an angle in radians.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * (1 + tan(x)**2)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tan(ag.tensor([0.0, 1.0]))
    tensor([0.       , 1.5574077], dtype=float32)
    """
    return apply(tan_p, (as_float(x),))


def arcsin(x: Any) -> Tensor:
    """Inverse sine, from -pi/2 to pi/2.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / sqrt(1 - x**2)``; infinite at -1 and 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arcsin(ag.tensor([0.0, 1.0]))
    tensor([0.       , 1.5707964], dtype=float32)
    """
    return apply(arcsin_p, (as_float(x),))


def arccos(x: Any) -> Tensor:
    """Inverse cosine, from 0 to pi.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``-g / sqrt(1 - x**2)``; infinite at -1 and 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arccos(ag.tensor([0.0, 1.0]))
    tensor([1.5707964, 0.       ], dtype=float32)
    """
    return apply(arccos_p, (as_float(x),))


def arctan(x: Any) -> Tensor:
    """Inverse tangent, from -pi/2 to pi/2.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (1 + x**2)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arctan(ag.tensor([0.0, 1.0]))
    tensor([0.       , 0.7853982], dtype=float32)
    """
    return apply(arctan_p, (as_float(x),))


def sinh(x: Any) -> Tensor:
    """Hyperbolic sine.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * cosh(x)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sinh(ag.tensor([0.0, 1.0]))
    tensor([0.       , 1.1752012], dtype=float32)
    """
    return apply(sinh_p, (as_float(x),))


def cosh(x: Any) -> Tensor:
    """Hyperbolic cosine.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * sinh(x)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.cosh(ag.tensor([0.0, 1.0]))
    tensor([1.       , 1.5430807], dtype=float32)
    """
    return apply(cosh_p, (as_float(x),))


def arcsinh(x: Any) -> Tensor:
    """Inverse hyperbolic sine; also called `arsinh`.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / sqrt(1 + x**2)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arcsinh(ag.tensor([0.0, 1.0]))
    tensor([0.       , 0.8813736], dtype=float32)
    """
    return apply(arcsinh_p, (as_float(x),))


def arccosh(x: Any) -> Tensor:
    """Inverse hyperbolic cosine, for x >= 1.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / sqrt(x**2 - 1)``; infinite at 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arccosh(ag.tensor([1.0, 2.0]))
    tensor([0.      , 1.316958], dtype=float32)
    """
    return apply(arccosh_p, (as_float(x),))


def arctanh(x: Any) -> Tensor:
    """Inverse hyperbolic tangent, for -1 < x < 1.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / (1 - x**2)``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arctanh(ag.tensor([0.0, 0.5]))
    tensor([0.        , 0.54930615], dtype=float32)
    """
    return apply(arctanh_p, (as_float(x),))


def hypot(x: Any, y: Any) -> Tensor:
    """Length of a vector, ``sqrt(x**2 + y**2)``, without overflow.

    Parameters
    ----------
    x, y : array_like
        Shapes that broadcast. Integers become float32.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g * x / hypot`` to x, ``g * y / hypot`` to y; 0 at the kink (0,
        0).

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hypot(ag.tensor([3.0, 0.0]), 4.0)
    tensor([5., 4.], dtype=float32)
    """
    return apply(hypot_p, true_operands(*same_kind(x, y)))


def arctan2(y: Any, x: Any) -> Tensor:
    """Angle of the point (x, y), from -pi to pi, and y comes first, as in NumPy.

    Parameters
    ----------
    y, x : array_like
        Shapes that broadcast. Integers become float32.

    Returns
    -------
    Tensor
        Of the broadcast shape. Gradients: ``g * x / (x**2 + y**2)`` to y, ``-g * y / (x**2 + y**2)`` to x;
        0 at the origin.

    Raises
    ------
    ShapeError
        When the shapes don't broadcast.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arctan2(ag.tensor([1.0, -1.0]), 0.0)
    tensor([ 1.5707964, -1.5707964], dtype=float32)
    """
    return apply(arctan2_p, true_operands(*same_kind(y, x)))
