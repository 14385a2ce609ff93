"""The plainest activation functions: identity, binary step, ReLU, sigmoid."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.kernels.masking import kept_where, zeros
from autograd_cnn.ops._elementwise import step
from autograd_cnn.ops._gated import gated, in_blocks
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.primitive import Primitive

relu_gate_p: Primitive = Primitive(
    "relu_gate",
    lambda g, y: kept_where(y > zeros[y.dtype], g),  # no blocks: one pass, and often small
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
identity_p: Primitive = Primitive(
    "identity",
    lambda x: x,  # no copy: arrays are never written
    "x",
    shape=elementwise("identity", "x"),
    transposes={"x": lambda g: g},
    check_first=False,
)
binary_step_p: Primitive = step("binary_step", in_blocks(formulas.binary_step))
sigmoid_p: Primitive = gated(
    "sigmoid", formulas.sigmoid, formulas.sigmoid_gate, lambda h, y: h * (1 - y * 2), keep="out"
)


def identity(x: Any) -> Tensor:
    """Identity: x itself, as a node of its own.

    Parameters
    ----------
    x : array_like
        Any shape and dtype.

    Returns
    -------
    Tensor
        Same shape and dtype, sharing x's memory. Gradient: ``g``.

    Notes
    -----
    Section 3 of the lecture, row "identity".

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.identity(ag.tensor([-1.0, 2.0]))
    tensor([-1.,  2.], dtype=float32)
    """
    return apply(identity_p, (as_tensor(x),))


def binary_step(x: Any) -> Tensor:
    """Binary step: 0 for x < 0, 1 for x >= 0.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32. A NaN gives NaN.

    Returns
    -------
    Tensor
        Same shape. At the jump, x = 0, it is 1. Its gradient is a known zero everywhere, also at the jump: no
        layer before it can learn through it.

    Notes
    -----
    Section 3 of the lecture, row "binary step".

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.binary_step(ag.tensor([-2.0, 0.0, 3.0]))
    tensor([0., 1., 1.], dtype=float32)
    """
    return apply(binary_step_p, (as_float(x),))


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
        Same shape; on the left all its digits are right down to the smallest numbers. Gradient:
        ``g * s * (1 - s)`` with s the result, which is all that is kept; far on the right, where s rounds to
        1, it is 0.

    Notes
    -----
    Section 3 of the lecture, row "logistic (sigmoid, soft step)".

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sigmoid(ag.tensor([-1e4, 0.0, 1e4]))
    tensor([0. , 0.5, 1. ], dtype=float32)
    """
    return apply(sigmoid_p, (as_float(x),))
