"""Rectifiers with learned shapes: PReLU, SReLU, APL, maxout.

A learned number may be one for all of x, or one for each channel (axis 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import ShapeError
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.ops._gated import in_blocks
from autograd_cnn.ops._operands import as_float, as_floats, as_tensor, astype
from autograd_cnn.ops._shapes import Shape, elementwise
from autograd_cnn.ops.activations import relu
from autograd_cnn.ops.advanced_indexing import index
from autograd_cnn.ops.linear_algebra import dense
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.rectifiers import prelu_p
from autograd_cnn.ops.reductions import max
from autograd_cnn.primitive import Primitive, zero

srelu_line_p: Primitive = Primitive(
    "srelu_line",
    in_blocks(formulas.srelu_line),
    "g x t_l t_r",
    shape=elementwise("srelu_line", "g", "x", "t_l", "t_r"),
    transposes={"g": lambda h, x, t_l, t_r, *, left: srelu_line_p(h, x, t_l, t_r, left=left)},
    vjps={"x": zero, "t_l": zero, "t_r": zero},
    diagonal=True,
    check_first=False,
    title="where on the line",
)


def _threshold_rule(g: Any, x: Any, t_l: Any, t_r: Any, a: Any, left: bool) -> Any:
    return srelu_line_p(g, x, t_l, t_r, left=left) * (1 - a)


def _slope_rule(g: Any, x: Any, t_l: Any, t_r: Any, left: bool) -> Any:
    return srelu_line_p(g, x, t_l, t_r, left=left) * (x - (t_l if left else t_r))


srelu_gate_p: Primitive = Primitive(
    "srelu_gate",
    in_blocks(formulas.srelu_gate),
    "g x t_l a_l t_r a_r",
    shape=elementwise("srelu_gate", "g", "x", "t_l", "a_l", "t_r", "a_r"),
    transposes={"g": lambda h, x, t_l, a_l, t_r, a_r: srelu_gate_p(h, x, t_l, a_l, t_r, a_r)},
    vjps={
        "x": zero,
        "t_l": zero,
        "a_l": lambda h, g, x, t_l, t_r: srelu_line_p(h * g, x, t_l, t_r, left=True),
        "t_r": zero,
        "a_r": lambda h, g, x, t_l, t_r: srelu_line_p(h * g, x, t_l, t_r, left=False),
    },
    diagonal=True,
    check_first=False,
    title="srelu gate",
)
srelu_p: Primitive = Primitive(
    "srelu",
    in_blocks(formulas.srelu),
    "x t_l a_l t_r a_r",
    shape=elementwise("srelu", "x", "t_l", "a_l", "t_r", "a_r"),
    vjps={
        "x": lambda g, x, t_l, a_l, t_r, a_r: srelu_gate_p(g, x, t_l, a_l, t_r, a_r),
        "t_l": lambda g, x, t_l, t_r, a_l: _threshold_rule(g, x, t_l, t_r, a_l, True),
        "a_l": lambda g, x, t_l, t_r: _slope_rule(g, x, t_l, t_r, True),
        "t_r": lambda g, x, t_l, t_r, a_r: _threshold_rule(g, x, t_l, t_r, a_r, False),
        "a_r": lambda g, x, t_l, t_r: _slope_rule(g, x, t_l, t_r, False),
    },
    diagonal=True,
    check_first=False,
)


def _with_learned(x: Any, *learned: Any) -> tuple[Tensor, ...]:
    """Give x and the learned operands with one floating dtype; numbers and lists take x's."""
    values = as_float(x)
    given = (
        value
        if isinstance(value, Tensor | np.ndarray)
        else astype(as_tensor(np.asarray(value)), values.dtype)
        for value in learned
    )
    return as_floats(values, *given)


def _beside(op: str, name: str, value: Tensor, x: Tensor) -> Tensor:
    """Arrange a learned operand beside x: one number, one a channel, or any shape that broadcasts to x's."""
    shape: Shape = value.shape
    if value.ndim == 1 and x.ndim >= 2:
        shape = (*shape, *(1,) * (x.ndim - 2))
    try:
        fits = np.broadcast_shapes(shape, x.shape) == x.shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            op,
            f"{name} does not go beside x",
            operands={"x": x, name: value},
            rule="one number, or one for each channel (axis 1), or a shape that broadcasts to x's",
            fits=f"{name} of shape () or ({x.shape[1]},)" if x.ndim >= 2 else f"{name} of shape ()",
        )
    return value if shape == value.shape else reshape(value, shape)


def prelu(x: Any, a: Any) -> Tensor:
    """Parametric ReLU: ``a * x`` for x < 0, x for x >= 0, with a learned.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    a : array_like
        One number; or (C,), one a channel (axis 1); or a shape that broadcasts to x's.

    Returns
    -------
    Tensor
        Of x's shape. Gradients: to x ``g * a`` for x < 0, ``g`` for x >= 0, also at the kink x = 0; to a
        ``g * x`` added up over the places with x < 0.

    Raises
    ------
    ShapeError
        When a does not go beside x.

    Notes
    -----
    Section 3 of the lecture, row "PReLU". He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.prelu(ag.tensor([[-1.0, -1.0], [2.0, -4.0]]), [0.25, 0.5])
    tensor([[-0.25, -0.5 ],
            [ 2.  , -2.  ]], dtype=float32)
    """
    values, slopes = _with_learned(x, a)
    return apply(prelu_p, (values, _beside("prelu", "a", slopes, values)))


def srelu(x: Any, t_l: Any, a_l: Any, t_r: Any, a_r: Any) -> Tensor:
    """S-shaped ReLU: three straight pieces with learned thresholds and slopes.

    ``t_l + a_l (x - t_l)`` for x <= t_l; x between; ``t_r + a_r (x - t_r)`` for x >= t_r.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    t_l, a_l, t_r, a_r : array_like
        Left threshold and slope, right threshold and slope; each as ``a`` of `prelu`. Should t_l have been
        learned above t_r, the left piece goes first.

    Returns
    -------
    Tensor
        Of x's shape. Gradients: to x ``g`` times the slope of its piece, at a kink that of the outer piece;
        on the left piece ``g * (1 - a_l)`` to t_l and ``g * (x - t_l)`` to a_l, added up, and likewise on
        the right.

    Raises
    ------
    ShapeError
        When an operand does not go beside x.

    Notes
    -----
    Section 3 of the lecture, row "SReLU". Jin and others: Deep Learning with S-Shaped Rectified Linear
    Activation Units (2015).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.srelu(ag.tensor([-3.0, 0.5, 3.0]), -1.0, 0.1, 1.0, 0.5)
    tensor([-1.2,  0.5,  2. ], dtype=float32)
    """
    values, *learned = _with_learned(x, t_l, a_l, t_r, a_r)
    beside = [
        _beside("srelu", name, value, values)
        for name, value in zip(("t_l", "a_l", "t_r", "a_r"), learned, strict=True)
    ]
    return apply(srelu_p, (values, *beside))


@composite
def apl(x: Any, a: Any, b: Any) -> Tensor:
    """Adaptive piecewise linear unit: ``max(0, x) + sum over s of a[s] * max(0, -x + b[s])``.

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.
    a, b : array_like
        Learned slopes and places of S hinges: (S,); or (S, C) with one a channel (axis 1); or (S, *shape)
        with a shape that broadcasts to x's.

    Returns
    -------
    Tensor
        Of x's shape. Gradients: to x ``g`` for x > 0, less ``g * a[s]`` for each hinge with x < b[s]; to a[s]
        ``g * max(0, b[s] - x)`` and to b[s] ``g * a[s]`` where x < b[s], added up. At a kink (x = 0 or
        x = b[s]) its part is 0.

    Raises
    ------
    ShapeError
        When a and b don't have the same number of hinges, or don't go beside x.

    Notes
    -----
    Section 3 of the lecture, row "APL". Agostinelli and others: Learning Activation Functions to Improve Deep
    Neural Networks (2014).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.apl(ag.tensor([-2.0, 0.5, 3.0]), [0.5, -0.25], [0.0, 1.0])
    tensor([0.25 , 0.375, 3.   ], dtype=float32)
    """
    values, slopes, places = _with_learned(x, a, b)
    if not slopes.ndim or not places.ndim or slopes.shape[0] != places.shape[0]:
        raise ShapeError(
            "apl",
            "a and b must have one entry for each hinge",
            operands={"a": slopes, "b": places},
            rule="(S,) or (S, C) each",
            fits=f"b of shape {slopes.shape}" if slopes.ndim else "a and b of shape (1,) or more",
        )
    result = relu(values)
    for s in range(slopes.shape[0]):
        hinge = relu(_beside("apl", "b", index(places, s), values) - values)
        result = result + hinge * _beside("apl", "a", index(slopes, s), values)
    return result


@composite
def maxout(x: Any, weight: Any, bias: Any = None) -> Tensor:
    """Maxout: the largest of k linear functions, ``max over i of (weight[i] . x + bias[i])``.

    Parameters
    ----------
    x : array_like
        (..., inputs); integers become float32.
    weight : array_like
        (k, outputs, inputs): k pieces.
    bias : array_like, optional
        (k, outputs).

    Returns
    -------
    Tensor
        (..., outputs). Gradient: each output's goes to its winning piece alone; of equal pieces the first
        wins.

    Raises
    ------
    ShapeError
        When weight and bias don't have these shapes, or there is no piece.

    Notes
    -----
    Section 3 of the lecture, row "maxout". Goodfellow and others: Maxout Networks (2013).

    Examples
    --------
    With the pieces x and -x it is the absolute value:

    >>> import autograd_cnn as ag
    >>> ag.maxout(ag.tensor([[-2.0], [3.0]]), [[[1.0]], [[-1.0]]])
    tensor([[2.],
            [3.]], dtype=float32)
    """
    values, weights = _with_learned(x, weight)
    if weights.ndim != 3 or not weights.shape[0] or not values.ndim or values.shape[-1] != weights.shape[2]:
        raise ShapeError(
            "maxout",
            "x and weight do not go together",
            operands={"x": values, "weight": weights},
            rule="x (..., inputs), weight (pieces, outputs, inputs)",
            fits="a last axis of x as long as the last of three of weight",
        )
    pieces, outputs, inputs = weights.shape
    flat_bias = None
    if bias is not None:
        _, biases = _with_learned(weights, bias)
        if biases.shape != (pieces, outputs):
            raise ShapeError(
                "maxout",
                "there must be one bias for each piece and output",
                operands={"weight": weights, "bias": biases},
                fits=f"bias of shape {(pieces, outputs)}",
            )
        flat_bias = reshape(biases, (pieces * outputs,))
    every = dense(values, reshape(weights, (pieces * outputs, inputs)), flat_bias)
    return max(reshape(every, (*values.shape[:-1], pieces, outputs)), -2)
