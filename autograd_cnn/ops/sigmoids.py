"""Activation functions that rise from one level to another: SQNL, softsign, ISRU, hard sigmoid; and ISRLU.

`sigmoid` is in ``activations``, `tanh` in ``elementwise``, `arctan` and `arsinh` in ``trigonometry``.
"""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.ops._gated import gated, in_blocks
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.arithmetic import minimum_p
from autograd_cnn.ops.comparison import less_p, select_p
from autograd_cnn.ops.elementwise import absolute_p, sign_p
from autograd_cnn.ops.trigonometry import hypot_p
from autograd_cnn.primitive import Primitive


def _sqnl_curve(h: Any, x: Any) -> Any:
    return select_p(less_p(absolute_p(x), 2.0), h * sign_p(x) * -0.5, 0.0)


def _softsign_curve(h: Any, x: Any) -> Any:
    r = 1 / (1 + absolute_p(x))
    return h * sign_p(x) * r * r * r * -2


def _isru_curve(h: Any, x: Any, *, a: float) -> Any:
    r = 1 / hypot_p(x * math.sqrt(a), 1.0)
    return h * isru_p(x, a=a) * (r * r) * (r * r) * (-3 * a)


def _isrlu_curve(h: Any, x: Any, *, a: float) -> Any:
    return _isru_curve(h, minimum_p(x, 0.0, ties="first"), a=a)


sqnl_p: Primitive = gated("sqnl", formulas.sqnl, formulas.sqnl_gate, _sqnl_curve)
softsign_p: Primitive = gated("softsign", formulas.softsign, formulas.softsign_gate, _softsign_curve)
isru_p: Primitive = gated("isru", formulas.isru, formulas.isru_gate, _isru_curve)
isrlu_p: Primitive = gated("isrlu", formulas.isrlu, formulas.isrlu_gate, _isrlu_curve)

ramp_gate_p: Primitive = Primitive(
    "ramp_gate",
    in_blocks(formulas.ramp_gate),
    "g y",
    shape=elementwise("ramp_gate", "g", "y"),
    transposes={"g": lambda h, y, **settings: ramp_gate_p(h, y, **settings)},
    check_first=False,
    title="ramp gate",
)
hard_sigmoid_p: Primitive = Primitive(
    "hard_sigmoid",
    in_blocks(formulas.ramp),
    "x",
    shape=elementwise("hard_sigmoid", "x"),
    vjps={"x": lambda g, out, **settings: ramp_gate_p(g, out, **settings)},
    diagonal=True,
    check_first=False,
)


def sqnl(x: Any) -> Tensor:
    """Square non-linearity, a sigmoid of two parabolas: ``x - x |x| / 4`` for |x| <= 2, -1 and 1 outside.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * (1 - |x| / 2)`` for |x| < 2, exactly 0 elsewhere. There is no kink; the
        second derivative jumps at -2, 0 and 2, and is 0 there.

    Notes
    -----
    Section 3 of the lecture, row "SQNL", which the slide prints "SQLN". Wuraola, Patel: SQNL, A New
    Computationally Efficient Activation Function (2018).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sqnl(ag.tensor([-3.0, -1.0, 0.0, 1.0, 2.0]))
    tensor([-1.  , -0.75,  0.  ,  0.75,  1.  ], dtype=float32)
    """
    return apply(sqnl_p, (as_float(x),))


def softsign(x: Any) -> Tensor:
    """Elliot sigmoid, softsign: ``x / (1 + |x|)``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape; -1 and 1 at minus and plus infinity. Gradient: ``g / (1 + |x|)**2``, right in all digits
        far out too. There is no kink; the second derivative jumps at 0, and is 0 there.

    Notes
    -----
    Section 3 of the lecture, row "Elliot sigmoid / softsign".

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.softsign(ag.tensor([-1.0, 0.0, 3.0]))
    tensor([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return apply(softsign_p, (as_float(x),))


def _positive(op: str, name: str, value: float) -> float:
    if not 0 < value < math.inf:
        raise RangeError(op, f"{name}={value!r} must be above 0 and finite", fits=f"{name}=1.0")
    return float(value)


@checked
def isru(x: Any, a: float = 1.0) -> Tensor:
    """Inverse square root unit: ``x / sqrt(1 + a x**2)``, a sigmoid from -1 / sqrt(a) to 1 / sqrt(a).

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    a : float
        Above 0.

    Returns
    -------
    Tensor
        Same shape; no x overflows. Gradient: ``g / sqrt(1 + a x**2)**3``. There is no kink.

    Raises
    ------
    RangeError
        When ``a`` is not above 0 and finite.

    Notes
    -----
    Section 3 of the lecture, row "ISRU". Carlile and others: Improving Deep Learning by Inverse Square Root
    Linear Units (2017).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.isru(ag.tensor([-0.75, 0.0, 0.75]))
    tensor([-0.6,  0. ,  0.6], dtype=float32)
    """
    return apply(isru_p, (as_float(x),), {"a": _positive("isru", "a", a)})


@checked
def isrlu(x: Any, a: float = 1.0) -> Tensor:
    """Inverse square root linear unit: ``x / sqrt(1 + a x**2)`` for x < 0, x for x >= 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    a : float
        Above 0; the least value is -1 / sqrt(a).

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g / sqrt(1 + a x**2)**3`` for x < 0, ``g`` for x >= 0. There is no kink, and
        the second derivative is continuous too.

    Raises
    ------
    RangeError
        When ``a`` is not above 0 and finite.

    Notes
    -----
    Section 3 of the lecture, row "ISRLU". Carlile and others (2017), as `isru`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.isrlu(ag.tensor([-0.75, 0.0, 0.75]))
    tensor([-0.6 ,  0.  ,  0.75], dtype=float32)
    """
    return apply(isrlu_p, (as_float(x),), {"a": _positive("isrlu", "a", a)})


@checked
def hard_sigmoid(x: Any, slope: float = 1 / 6, offset: float = 0.5) -> Tensor:
    """Sigmoid made of straight lines: ``slope * x + offset``, kept between 0 and 1.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    slope : float
        Above 0. With 1/6 it is flat outside -3 ... 3; older networks (and ONNX) use 0.2.
    offset : float
        The value at 0.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``slope * g`` where the result is strictly between 0 and 1, exactly 0 elsewhere,
        also at both kinks.

    Raises
    ------
    RangeError
        When ``slope`` is not above 0 and finite, or ``offset`` not finite.

    Notes
    -----
    Courbariaux, Bengio, David: BinaryConnect (2015); with slope 1/6: Howard and others: Searching for
    MobileNetV3 (2019).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hard_sigmoid(ag.tensor([-4.0, 0.0, 1.5, 3.0]))
    tensor([0.  , 0.5 , 0.75, 1.  ], dtype=float32)
    """
    if not math.isfinite(offset):
        raise RangeError("hard_sigmoid", f"offset={offset!r} is not finite", fits="offset=0.5")
    settings = {"slope": _positive("hard_sigmoid", "slope", slope), "offset": float(offset), "high": 1.0}
    return apply(hard_sigmoid_p, (as_float(x),), settings)
