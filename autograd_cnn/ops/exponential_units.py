"""Rectifiers with an exponential on the left: ELU, SELU, CELU.

They keep x, not the result: from the result, the slope ``y + a`` would lose all its digits far on the left.
"""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.ops._gated import gated
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops.arithmetic import minimum_p
from autograd_cnn.ops.comparison import less_equal_p, less_p, select_p
from autograd_cnn.ops.elementwise import exp_p
from autograd_cnn.primitive import Primitive


def _curve(h: Any, x: Any, *, scale: float, a: float, rate: float, on_left: bool) -> Any:
    slope = exp_p(minimum_p(x, 0.0, ties="first") * rate) * (scale * a * rate * rate)
    return select_p(less_equal_p(x, 0.0) if on_left else less_p(x, 0.0), h * slope, 0.0)


def _unit(name: str, left: bool) -> Primitive:
    """Declare one of the three; ``left`` says whether the kink x = 0 belongs to the left side."""

    def gate(g: Any, x: Any, *, scale: float, a: float, rate: float) -> Any:
        return formulas.exponential_gate(g, x, scale=scale, a=a, rate=rate, left=left)

    def curve(h: Any, x: Any, *, scale: float, a: float, rate: float) -> Any:
        return _curve(h, x, scale=scale, a=a, rate=rate, on_left=left)

    return gated(name, formulas.exponential_unit, gate, curve)


elu_p: Primitive = _unit("elu", left=True)
selu_p: Primitive = _unit("selu", left=False)
celu_p: Primitive = _unit("celu", left=True)


def _finite(op: str, **values: float) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise RangeError(op, f"{name}={value!r} is not finite", fits=f"{name}=1.0")


@checked
def elu(x: Any, a: float = 1.0) -> Tensor:
    """Exponential linear unit: ``a (e**x - 1)`` for x <= 0, x for x > 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    a : float
        The value far on the left is -a.

    Returns
    -------
    Tensor
        Same shape, with all digits near 0. Gradient: ``g * a * e**x`` for x <= 0, ``g`` for x > 0. For a != 1
        there is a kink at x = 0, where it is ``g * a``.

    Raises
    ------
    RangeError
        When ``a`` is not finite.

    Notes
    -----
    Section 3 of the lecture, row "ELU". Clevert, Unterthiner, Hochreiter: Fast and Accurate Deep Network
    Learning by Exponential Linear Units (2015).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.elu(ag.tensor([-1e4, 0.0, 2.0]), a=1.5)
    tensor([-1.5,  0. ,  2. ], dtype=float32)
    """
    _finite("elu", a=a)
    return apply(elu_p, (as_float(x),), {"scale": 1.0, "a": float(a), "rate": 1.0})


@checked
def selu(x: Any, scale: float = 1.0507, a: float = 1.67326) -> Tensor:
    """Scaled exponential linear unit: ``scale * a (e**x - 1)`` for x < 0, ``scale * x`` for x >= 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    scale, a : float
        The lecture's l and a, as printed there. In full they are 1.0507009873554805 and 1.6732632423543772
        (which PyTorch and ONNX use): the fixed point at which mean 0 and variance 1 stay so from layer to
        layer.

    Returns
    -------
    Tensor
        Same shape, with all digits near 0. Gradient: ``g * scale * a * e**x`` for x < 0, ``g * scale`` for
        x >= 0, also at the kink x = 0.

    Raises
    ------
    RangeError
        When ``scale`` or ``a`` is not finite.

    Notes
    -----
    Section 3 of the lecture, row "SELU". Klambauer and others: Self-Normalizing Neural Networks (2017).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.selu(ag.tensor([0.0, 1.0]))
    tensor([0.    , 1.0507], dtype=float32)
    """
    _finite("selu", scale=scale, a=a)
    return apply(selu_p, (as_float(x),), {"scale": float(scale), "a": float(a), "rate": 1.0})


@checked
def celu(x: Any, a: float = 1.0) -> Tensor:
    """Continuously differentiable ELU: ``a (e**(x / a) - 1)`` for x <= 0, x for x > 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    a : float
        Above 0; the value far on the left is -a.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * e**(x / a)`` for x <= 0, ``g`` for x > 0. There is no kink.

    Raises
    ------
    RangeError
        When ``a`` is not above 0 and finite.

    Notes
    -----
    Barron: Continuously Differentiable Exponential Linear Units (2017).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.celu(ag.tensor([-1e4, 0.0, 2.0]), a=0.5)
    tensor([-0.5,  0. ,  2. ], dtype=float32)
    """
    if not 0 < a < math.inf:
        raise RangeError("celu", f"a={a!r} must be above 0 and finite", fits="a=1.0")
    return apply(celu_p, (as_float(x),), {"scale": 1.0, "a": float(a), "rate": 1 / a})
