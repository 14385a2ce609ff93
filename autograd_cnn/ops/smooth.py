"""Smooth rectifiers: softplus, SiLU, Mish, GELU, with hard swish beside them; and the error function."""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.kernels import error_function
from autograd_cnn.ops._elementwise import unary
from autograd_cnn.ops._gated import gated, in_blocks
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops.activations import sigmoid_p
from autograd_cnn.ops.comparison import less_p, select_p
from autograd_cnn.ops.elementwise import absolute_p, exp_p, tanh_p
from autograd_cnn.ops.rounding import clip_p
from autograd_cnn.primitive import Primitive


def _bounded(x: Any, bound: float) -> Any:
    """Clip x where the derivatives below have long been 0, so that its powers cannot overflow."""
    return clip_p(x, low=-bound, high=bound)


def _silu_curve(h: Any, x: Any) -> Any:
    x = _bounded(x, formulas.FAR)
    s = sigmoid_p(x)
    return h * s * (1 - s) * (2 + x * (1 - s * 2))


def _mish_curve(h: Any, x: Any) -> Any:
    x = _bounded(x, formulas.FAR)
    s, w = sigmoid_p(x), tanh_p(softplus_p(x))
    return h * (1 - w * w) * s * (2 + x * (1 - s - w * s * 2))


def _gelu_curve(h: Any, x: Any) -> Any:
    x = _bounded(x, 40.0)
    return h * exp_p(x * x * -0.5) * (2 - x * x) * formulas.DENSITY


def _gelu_tanh_curve(h: Any, x: Any) -> Any:
    x = _bounded(x, 12.0)  # e**-140 there; further out float16 would overflow
    k, c = 2 * formulas.TANH_SCALE, formulas.TANH_CUBIC
    s = sigmoid_p(x * (1 + x * x * c) * k)
    rise = (1 + x * x * (3 * c)) * k
    return h * s * (1 - s) * (rise * 2 + x * x * (6 * c * k) + x * rise * rise * (1 - s * 2))


def _hard_swish_curve(h: Any, x: Any) -> Any:
    return select_p(less_p(absolute_p(x), 3.0), h * (1 / 3), 0.0)


def _erf_rule(g: Any, x: Any) -> Any:
    x = _bounded(x, 30.0)
    return g * exp_p(-(x * x)) * (2 / math.sqrt(math.pi))


softplus_p: Primitive = unary("softplus", in_blocks(formulas.softplus), lambda g, x: g * sigmoid_p(x))
silu_p: Primitive = gated("silu", formulas.silu, formulas.silu_gate, _silu_curve)
mish_p: Primitive = gated("mish", formulas.mish, formulas.mish_gate, _mish_curve)
gelu_p: Primitive = gated("gelu", formulas.gelu, formulas.gelu_gate, _gelu_curve)
gelu_tanh_p: Primitive = gated("gelu_tanh", formulas.gelu_tanh, formulas.gelu_tanh_gate, _gelu_tanh_curve)
hard_swish_p: Primitive = gated(
    "hard_swish", formulas.hard_swish, formulas.hard_swish_gate, _hard_swish_curve
)
erf_p: Primitive = unary("erf", in_blocks(error_function.erf), _erf_rule)


def softplus(x: Any) -> Tensor:
    """Smooth ReLU: ``log(1 + e**x)``, without overflow for any x.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape; e**x far on the left (not 0), x far on the right. Gradient: ``g * sigmoid(x)``.

    Notes
    -----
    Dugas and others: Incorporating Second-Order Functional Knowledge for Better Option Pricing (2000).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.softplus(ag.tensor([-1e4, 1e4]))
    tensor([    0., 10000.], dtype=float32)
    """
    return apply(softplus_p, (as_float(x),))


def silu(x: Any) -> Tensor:
    """Sigmoid linear unit, also called swish: ``x * sigmoid(x)``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape; 0 at minus infinity. Gradient: ``g * s * (1 + x (1 - s))`` with s = sigmoid(x).

    Notes
    -----
    Elfwing, Uchibe, Doya: Sigmoid-Weighted Linear Units (2017); Ramachandran, Zoph, Le: Searching for
    Activation Functions (2017).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.silu(ag.tensor([-1e4, 0.0, 1.0]))
    tensor([-0.       ,  0.       ,  0.7310586], dtype=float32)
    """
    return apply(silu_p, (as_float(x),))


def mish(x: Any) -> Tensor:
    """Mish: ``x * tanh(softplus(x))``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape; 0 at minus infinity. Gradient: ``g * (w + x (1 - w**2) sigmoid(x))`` with
        w = tanh(softplus(x)).

    Notes
    -----
    Misra: Mish, A Self Regularized Non-Monotonic Activation Function (2019).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.mish(ag.tensor([-1e4, 0.0, 1.0]))
    tensor([-0.        ,  0.        ,  0.86509836], dtype=float32)
    """
    return apply(mish_p, (as_float(x),))


@checked
def gelu(x: Any, approximate: bool = False) -> Tensor:
    """Gaussian error linear unit: x times the probability that a standard normal number is below x.

    Exactly ``x / 2 * (1 + erf(x / sqrt(2)))``, or its approximation
    ``x / 2 * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3)))``, which differs by up to 5e-4.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    approximate : bool
        Use the tanh form.

    Returns
    -------
    Tensor
        Same shape; 0 at minus infinity. Far on the left its digits are right too (to 4e-6 in
        float32), since it is not computed as 1 minus something. Gradient: ``g * (P(x) + x p(x))`` with P the
        normal distribution and p its density (or the derivative of the tanh form).

    Notes
    -----
    Hendrycks, Gimpel: Gaussian Error Linear Units (2016).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.gelu(ag.tensor([-1e4, 0.0, 1.0]))
    tensor([0.       , 0.       , 0.8413447], dtype=float32)
    >>> ag.gelu(ag.tensor([1.0]), approximate=True)
    tensor([0.841192], dtype=float32)
    """
    return apply(gelu_tanh_p if approximate else gelu_p, (as_float(x),))


def hard_swish(x: Any) -> Tensor:
    """Swish made of a parabola and lines: x times ``(x + 3) / 6`` kept between 0 and 1.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * (2 x + 3) / 6`` for -3 < x < 3, 0 to the left and ``g`` to the right; at
        the kinks it is 0 (x = -3) and ``g`` (x = 3).

    Notes
    -----
    Howard and others: Searching for MobileNetV3 (2019).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hard_swish(ag.tensor([-4.0, -1.5, 0.0, 3.0]))
    tensor([-0.   , -0.375,  0.   ,  3.   ], dtype=float32)
    """
    return apply(hard_swish_p, (as_float(x),))


def erf(x: Any) -> Tensor:
    """Error function: ``2 / sqrt(pi)`` times the integral of ``e**-t**2`` from 0 to x.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape, right to one unit in the last place. Gradient: ``g * 2 / sqrt(pi) * e**-x**2``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.erf(ag.tensor([-1e4, 0.0, 0.5]))
    tensor([-1.       ,  0.       ,  0.5204999], dtype=float32)
    """
    return apply(erf_p, (as_float(x),))
