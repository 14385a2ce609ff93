"""Losses of decisions and distributions: binary cross entropy, hinge, Kullback-Leibler divergence."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply, constant
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import ShapeError
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.ops._shapes import elementwise, normal_axis
from autograd_cnn.ops.activations import relu, sigmoid_p
from autograd_cnn.ops.comparison import not_equal, where
from autograd_cnn.ops.elementwise import log_p
from autograd_cnn.ops.indexing import take_along
from autograd_cnn.ops.loss_reduction import Reduction, check_reduction, reduced, same_shapes
from autograd_cnn.ops.losses import check_labels
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.reductions import sum
from autograd_cnn.primitive import Primitive


def _binary_cross_entropy(x: Any, target: Any) -> Any:
    # log(1 + e**x) - x * target, without overflow
    return np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x)))


binary_cross_entropy_p: Primitive = Primitive(
    "binary_cross_entropy",
    _binary_cross_entropy,
    "x target",
    shape=elementwise("binary_cross_entropy_with_logits", "x", "target"),
    vjps={"x": lambda g, x, target: g * (sigmoid_p(x) - target), "target": lambda g, x: -(g * x)},
    diagonal=True,
    check_first=False,
)


def _x_log_x(x: Any) -> Any:
    return x * np.log(np.where(x == 0, 1, x))


x_log_x_p: Primitive = Primitive(
    "x_log_x",
    _x_log_x,
    "x",
    shape=elementwise("kl_divergence", "x"),
    vjps={"x": lambda g, x: g * (log_p(x) + 1)},
    diagonal=True,
    check_first=False,
    title="x log x",
)


@composite
def binary_cross_entropy_with_logits(
    logits: Any, targets: Any, reduction: Reduction = "mean", weights: Any = None, positive_weight: Any = None
) -> Tensor:
    """Cross entropy of yes-or-no decisions: ``log(1 + e**x) - x * t`` for score x and truth t.

    It is ``-t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x))``, without overflow for any x.

    Parameters
    ----------
    logits : array_like
        Scores, any shape; integers become float32.
    targets : array_like
        Of the same shape: probabilities from 0 to 1.
    reduction : {"mean", "sum", "none"}
        Average over all elements, add them up, or give one loss an element.
    weights : array_like, optional
        Multiplies each element's loss; it broadcasts to the logits.
    positive_weight : array_like, optional
        Multiplies the share of the positive answer, t; it broadcasts to the logits.

    Returns
    -------
    Tensor
        A scalar, or of the logits' shape for "none". Gradient to the logits: ``sigmoid(x) - t`` (times
        weights), over the number of elements for "mean".

    Raises
    ------
    ShapeError
        When the shapes differ, or are empty for "mean".
    RangeError
        When ``reduction`` is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.binary_cross_entropy_with_logits(ag.tensor([0.0, 1e4]), [1.0, 1.0], reduction="none")
    tensor([0.6931472, 0.       ], dtype=float32)
    """
    op = "binary_cross_entropy_with_logits"
    check_reduction(op, reduction)
    scores, truth = same_shapes(op, logits=logits, targets=targets)
    if positive_weight is None:
        losses = apply(binary_cross_entropy_p, (scores, truth))
    else:
        yes, no = (apply(binary_cross_entropy_p, (scores, answer)) for answer in (1.0, 0.0))
        losses = constant(positive_weight) * truth * yes + (1 - truth) * no
    if weights is not None:
        losses = losses * constant(weights)
    if losses.shape != scores.shape:
        raise ShapeError(
            op,
            f"the weights broadcast the losses to {losses.shape}",
            operands={"logits": scores},
            fits="weights that broadcast to the logits' shape",
        )
    return reduced(op, losses, reduction)


@checked
@composite
def hinge_loss(scores: Any, targets: Any, margin: float = 1.0, reduction: Reduction = "mean") -> Tensor:
    """Punish scores on the wrong side of a margin.

    Two classes: ``max(0, margin - t * x)`` with targets t of -1 and 1. More classes, with labels:
    ``sum over other classes j of max(0, x[j] - x[label] + margin)``.

    Parameters
    ----------
    scores : array_like
        Any shape; or (N, classes). Integers become float32.
    targets : array_like
        Of the scores' shape, -1 or 1; or integer labels (N,).
    margin : float
        How far on the right side a score must be to cost nothing.
    reduction : {"mean", "sum", "none"}
        Average over the elements (or samples), add them up, or give one loss each.

    Returns
    -------
    Tensor
        A scalar, or one loss an element (a sample, with labels). At the kink, where a score lies just on the
        margin, the gradient is 0.

    Raises
    ------
    ShapeError
        When scores and targets don't go together, or there is nothing to average for "mean".
    DTypeError, RangeError
        When a label is no class number, or ``reduction`` is none of the three.

    Notes
    -----
    The form for more classes is that of Weston and Watkins (1999). PyTorch's ``multi_margin_loss`` divides it
    by the number of classes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.hinge_loss(ag.tensor([[3.2, 5.1, -1.7]]), [0])
    tensor(2.8999999, dtype=float32)
    >>> ag.hinge_loss(ag.tensor([0.5, -2.0]), [1, -1], reduction="none")
    tensor([0.5, 0. ], dtype=float32)
    """
    op = "hinge_loss"
    check_reduction(op, reduction)
    values, truth = as_float(scores), as_tensor(targets)
    if truth.shape == values.shape:
        points, sides = same_shapes(op, scores=values, targets=truth)
        return reduced(op, relu(margin - sides * points), reduction)
    operands = {"scores": values, "targets": truth}
    if values.ndim != 2 or truth.shape != values.shape[:1]:
        raise ShapeError(
            op,
            "scores and targets do not go together",
            operands=operands,
            rule="targets of the scores' shape, or scores (N, classes) and labels (N,)",
            fits=f"labels of shape {values.shape[:1]}" if values.ndim == 2 else f"targets {values.shape}",
        )
    check_labels(op, truth, values.shape[1], operands)
    places = reshape(truth, (-1, 1)) if truth.size else reshape(truth, (0, 1))
    places.name = truth.name or "labels"
    excess = relu(values - take_along(values, places, 1) + margin)
    others = not_equal(np.arange(values.shape[1]), places)
    return reduced(op, sum(where(others, excess, 0.0), 1), reduction)


@checked
@composite
def kl_divergence(
    log_probabilities: Any, targets: Any, axis: int = -1, reduction: Reduction = "mean"
) -> Tensor:
    """Kullback-Leibler divergence of a prediction q from the truth p: ``sum(p * (log p - log q))``.

    Parameters
    ----------
    log_probabilities : array_like
        log q, such as `log_softmax` gives; at least one axis.
    targets : array_like
        p, probabilities of the same shape; where p is 0 nothing is added.
    axis : int
        The axis of the classes, which is added up.
    reduction : {"mean", "sum", "none"}
        Average over the distributions (PyTorch's "batchmean" for two axes; its "mean" divides by the number
        of classes too), add them up, or give one number each.

    Returns
    -------
    Tensor
        A scalar, or the operands' shape without the axis for "none". Gradients: ``-p`` to log q,
        ``log p + 1 - log q`` to p.

    Raises
    ------
    ShapeError
        When the shapes differ, or there is nothing to average for "mean".
    RangeError
        When the axis is out of range or ``reduction`` is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.kl_divergence(ag.log_softmax(ag.tensor([[0.0, 0.0]])), [[1.0, 0.0]])
    tensor(0.6931472, dtype=float32)
    """
    op = "kl_divergence"
    check_reduction(op, reduction)
    logs, truth = same_shapes(op, log_probabilities=log_probabilities, targets=targets)
    place = normal_axis(op, axis, logs)
    return reduced(op, sum(apply(x_log_x_p, (truth,)) - truth * logs, place), reduction)
