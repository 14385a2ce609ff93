"""Functions that make shares of scores along an axis: softmax, its logarithm, hardmax."""

from __future__ import annotations

from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.kernels import softmax as kernels
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._shapes import elementwise, normal_axis
from autograd_cnn.ops.elementwise import exp_p
from autograd_cnn.ops.reductions import sum_p
from autograd_cnn.primitive import Primitive, zero


def _total(x: Any, axis: int) -> Any:
    return sum_p(x, axis=(axis,), keepdims=True, shape=x.shape)


def _gate_rule(h: Any, g: Any, y: Any, *, axis: int) -> Any:
    return h * (g - _total(g * y, axis)) - g * _total(h * y, axis)


def _gate_jvp(t: Any, g: Any, y: Any, *, axis: int) -> Any:
    return t * (g - _total(g * y, axis)) - y * _total(g * t, axis)


# the matrix of the softmax's derivative is symmetric, so forward and backward are the same
softmax_gate_p: Primitive = Primitive(
    "softmax_gate",
    kernels.softmax_gate,
    "g y",
    shape=elementwise("softmax_gate", "g", "y"),
    transposes={"g": lambda h, y, *, axis: softmax_gate_p(h, y, axis=axis)},
    vjps={"y": _gate_rule},
    jvps={"y": _gate_jvp},
    check_first=False,
    title="softmax gate",
)
softmax_p: Primitive = Primitive(
    "softmax",
    kernels.softmax,
    "x",
    shape=elementwise("softmax", "x"),
    vjps={"x": lambda g, out, *, axis: softmax_gate_p(g, out, axis=axis)},
    jvps={"x": lambda t, out, *, axis: softmax_gate_p(t, out, axis=axis)},
    check_first=False,
)


def _log_softmax_rule(g: Any, out: Any, *, axis: int) -> Any:
    return g - exp_p(out) * _total(g, axis)


def _log_softmax_jvp(t: Any, out: Any, *, axis: int) -> Any:
    return t - _total(exp_p(out) * t, axis)


log_softmax_p: Primitive = Primitive(
    "log_softmax",
    kernels.log_softmax,
    "x",
    shape=elementwise("log_softmax", "x"),
    vjps={"x": _log_softmax_rule},
    jvps={"x": _log_softmax_jvp},
    check_first=False,
)
hardmax_p: Primitive = Primitive(
    "hardmax",
    kernels.hardmax,
    "x",
    shape=elementwise("hardmax", "x"),
    vjps={"x": zero},
    check_first=False,
)


@checked
def softmax(x: Any, axis: int = -1) -> Tensor:
    """Softmax: ``exp(x) / sum(exp(x))`` along an axis, without overflow.

    Parameters
    ----------
    x : array_like
        Scores (logits), any shape with at least one axis; integers become float32.
    axis : int
        The axis of the classes.

    Returns
    -------
    Tensor
        Same shape; positive shares whose sum along the axis is 1. Gradient: ``y * (g - sum(g * y))``.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.softmax(ag.tensor([1e4, 1e4, -1e4]))
    tensor([0.5, 0.5, 0. ], dtype=float32)
    """
    x = as_float(x)
    return apply(softmax_p, (x,), {"axis": normal_axis("softmax", axis, x)})


@checked
def log_softmax(x: Any, axis: int = -1) -> Tensor:
    """Logarithm of the softmax: ``x - log(sum(exp(x)))`` along an axis, without overflow.

    Parameters
    ----------
    x : array_like
        Scores (logits), any shape with at least one axis; integers become float32.
    axis : int
        The axis of the classes.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g - softmax(x) * sum(g)``.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.log_softmax(ag.tensor([0.0, 0.0]))
    tensor([-0.6931472, -0.6931472], dtype=float32)
    """
    x = as_float(x)
    return apply(log_softmax_p, (x,), {"axis": normal_axis("log_softmax", axis, x)})


@checked
def hardmax(x: Any, axis: int = -1) -> Tensor:
    """Hardmax: 1 at the largest value along an axis, 0 elsewhere.

    Parameters
    ----------
    x : array_like
        Any shape with at least one axis; integers become float32.
    axis : int
        The axis of the classes.

    Returns
    -------
    Tensor
        Same shape. Of equal values the first wins; the first NaN wins against all, and NaN stands in its
        place. Its gradient is a known zero, also at ties.

    Raises
    ------
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hardmax(ag.tensor([[1.0, 3.0, 3.0], [0.0, -1.0, -2.0]]))
    tensor([[0., 1., 0.],
            [1., 0., 0.]], dtype=float32)
    """
    x = as_float(x)
    return apply(hardmax_p, (x,), {"axis": normal_axis("hardmax", axis, x)})
