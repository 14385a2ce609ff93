"""What LeNet-5 (1998) has of its own: its squashing function and its radial-basis output."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import ShapeError
from autograd_cnn.ops._operands import as_float, as_floats
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.reductions import sum
from autograd_cnn.primitive import Primitive

AMPLITUDE, SLOPE = 1.7159, 2 / 3


def _scaled_tanh(x: Any) -> Any:
    return AMPLITUDE * np.tanh(SLOPE * x)


def _scaled_tanh_rule(g: Any, out: Any) -> Any:
    return g * (AMPLITUDE * SLOPE - (SLOPE / AMPLITUDE) * (out * out))


scaled_tanh_p: Primitive = Primitive(
    "scaled_tanh",
    _scaled_tanh,
    "x",
    shape=elementwise("scaled_tanh", "x"),
    vjps={"x": _scaled_tanh_rule},
    diagonal=True,
    check_first=False,
    title="1.7159 tanh(2x/3)",
)


def scaled_tanh(x: Any) -> Tensor:
    """LeNet-5's squashing function: ``1.7159 * tanh(2x / 3)``, which maps 1 to 1 and -1 to -1 (nearly).

    Parameters
    ----------
    x : array_like
        Any shape; integers become float32.

    Returns
    -------
    Tensor
        Same shape. Gradient: ``g * (1.7159 * 2/3 - 2/3 / 1.7159 * y**2)`` with y the result.

    Notes
    -----
    LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition (1998). Section 6
    of the lecture.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.scaled_tanh(ag.tensor([0.0, 1.0]))
    tensor([0.       , 0.9999973], dtype=float32)
    """
    return apply(scaled_tanh_p, (as_float(x),))


@composite
def rbf_output(x: Any, prototypes: Any) -> Tensor:
    """Squared Euclidean distance of each sample to each prototype: ``sum over j of (x[j] - w[i, j])**2``.

    Parameters
    ----------
    x : array_like
        (N, features); integers become float32.
    prototypes : array_like
        (classes, features), w: fixed, or learned as a Tensor that wants gradients.

    Returns
    -------
    Tensor
        (N, classes), from 0 on: the SMALLEST distance names the class. Gradients: ``2 g (x - w)`` added up
        over the classes to x, ``-2 g (x - w)`` added up over the samples to w.

    Raises
    ------
    ShapeError
        When the operands are not two tables with the same number of features.

    Notes
    -----
    The output layer of LeNet-5 (LeCun and others, 1998), whose prototypes are the digits drawn as 7 x 12
    bitmaps of -1 and 1. Section 6 of the lecture.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.rbf_output(ag.tensor([[1.0, 1.0]]), ag.tensor([[1.0, 1.0], [-1.0, 1.0]]))
    tensor([[0., 4.]], dtype=float32)
    """
    points, centres = as_floats(x, prototypes)
    if points.ndim != 2 or centres.ndim != 2 or points.shape[1] != centres.shape[1]:
        raise ShapeError(
            "rbf_output",
            "samples and prototypes do not have the same features",
            operands={"x": points, "prototypes": centres},
            rule="x (N, features), prototypes (classes, features)",
            fits="two tables with as many columns each",
        )
    samples, features = points.shape
    steps = reshape(points, (samples, 1, features)) - reshape(centres, (1, *centres.shape))
    return sum(steps * steps, 2)
