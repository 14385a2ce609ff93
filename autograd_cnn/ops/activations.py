"""Activation functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.kernels.masking import kept_where, zeros
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.primitive import Primitive


def _relu_gate(g: Any, y: Any) -> Any:
    # a plain product would turn an infinite cotangent at a dead unit into NaN
    return kept_where(y > zeros[y.dtype], g)


relu_gate_p: Primitive = Primitive(
    "relu_gate",
    _relu_gate,
    "g y",
    shape=elementwise("relu_gate", "g", "y"),
    transposes={"g": lambda h, y: relu_gate_p(h, y)},
    check_first=False,
    title="relu gate",
)
relu_p: Primitive = Primitive(
    "relu",
    lambda x: np.maximum(x, zeros[x.dtype]),
    "x",
    shape=elementwise("relu", "x"),
    vjps={"x": lambda g, out: relu_gate_p(g, out)},
    diagonal=True,
    check_first=False,
)


def _sigmoid(x: Any) -> Any:
    # e**-|x| never overflows: 1 / (1 + e) on the right, e / (1 + e) on the left
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


sigmoid_p: Primitive = Primitive(
    "sigmoid",
    _sigmoid,
    "x",
    shape=elementwise("sigmoid", "x"),
    vjps={"x": lambda g, out: g * (out * (1 - out))},
    diagonal=True,
    check_first=False,
)


def relu(x: Any) -> Tensor:
    """Rectified linear unit: 0 for x <= 0, x for x > 0.

    Parameters
    ----------
    x : array_like
        Any shape. A NaN gives NaN.

    Returns
    -------
    Tensor
        Same shape and dtype. Gradient: ``g`` where x > 0, exactly 0 elsewhere, also at the kink x = 0.

    Notes
    -----
    Section 3 of the lecture, row "ReLU". A unit whose x is never positive gets no gradient: it is dead.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.relu(ag.tensor([1.0, 14.0, -9.0, 4.0]))
    tensor([ 1., 14.,  0.,  4.], dtype=float32)
    """
    return apply(relu_p, (as_tensor(x),))


def sigmoid(x: Any) -> Tensor:
    """Logistic function (soft step): ``1 / (1 + e**-x)``, without overflow for any x.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * s * (1 - s)`` with s the result.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sigmoid(ag.tensor([-1e4, 0.0, 1e4]))
    tensor([0. , 0.5, 1. ], dtype=float32)
    """
    return apply(sigmoid_p, (as_float(x),))
