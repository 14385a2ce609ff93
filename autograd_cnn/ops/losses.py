"""Log-softmax and cross entropy."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.ops._operands import as_float, as_tensor
from autograd_cnn.ops._shapes import elementwise, normal_axis
from autograd_cnn.ops.elementwise import exp_p
from autograd_cnn.ops.indexing import take_along
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.reductions import mean, sum, sum_p
from autograd_cnn.primitive import Primitive

Reduction = Literal["mean", "sum", "none"]


def _log_softmax(x: Any, *, axis: int) -> Any:
    if not x.shape[axis]:
        return x.copy()
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def _log_softmax_rule(g: Any, out: Any, *, axis: int) -> Any:
    return g - exp_p(out) * sum_p(g, axis=(axis,), keepdims=True, shape=g.shape)


log_softmax_p: Primitive = Primitive(
    "log_softmax",
    _log_softmax,
    "x",
    shape=elementwise("log_softmax", "x"),
    vjps={"x": _log_softmax_rule},
    check_first=False,
)


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


@composite
def cross_entropy(logits: Any, labels: Any, reduction: Reduction = "mean") -> Tensor:
    """Cross entropy between class scores and true labels: ``-log_softmax(logits)[label]``.

    Parameters
    ----------
    logits : array_like
        (N, classes) scores.
    labels : array_like of int
        (N,) class numbers, from 0 to classes - 1.
    reduction : {"mean", "sum", "none"}
        Average over the samples, add them up, or give one loss a sample.

    Returns
    -------
    Tensor
        A scalar, or (N,) for "none". Gradient to the logits: ``softmax(logits) - one_hot(labels)``,
        divided by N for "mean".

    Raises
    ------
    ShapeError
        When the logits don't have two axes, or labels and logits differ in length, or are empty for "mean".
    DTypeError
        When the labels are not integers (a floating array with NaN, say).
    RangeError
        When a label is no class number, or ``reduction`` is none of the three.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.cross_entropy(ag.tensor([[0.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor(0.6931472, dtype=float32)
    """
    logits, truth = as_float(logits), as_tensor(labels)
    operands = {"logits": logits, "labels": truth}
    if logits.ndim != 2 or truth.shape != logits.shape[:1]:
        raise ShapeError(
            "cross_entropy",
            "logits and labels do not go together",
            operands=operands,
            rule="logits (N, classes) and labels (N,)",
            fits=f"labels of shape {logits.shape[:1]}" if logits.ndim == 2 else "logits with two axes",
        )
    classes = logits.shape[1]
    _check_labels(truth, classes, operands)
    if reduction not in ("mean", "sum", "none"):
        raise RangeError(
            "cross_entropy", f"reduction={reduction!r} is unknown", fits='"mean", "sum" or "none"'
        )
    places = reshape(truth, (-1, 1))
    places.name = truth.name or "labels"  # pictures show what the user gave
    chosen = take_along(log_softmax(logits, 1), places, 1)
    losses = -reshape(chosen, (-1,))
    if reduction == "none":
        return losses
    return mean(losses) if reduction == "mean" else sum(losses)


def _check_labels(labels: Tensor, classes: int, operands: dict[str, Tensor]) -> None:
    fits = f"integers from 0 to {classes - 1}"
    values = labels._data
    if values.dtype.kind not in "iu":
        nan = int(np.count_nonzero(np.isnan(values))) if values.dtype.kind == "f" else 0
        problem = (
            f"{nan} of {values.size} labels are NaN"
            if nan
            else f"labels must be integers, not {values.dtype}"
        )
        raise DTypeError("cross_entropy", problem, operands=operands, fits=fits)
    wrong = np.flatnonzero((values < 0) | (values >= classes))
    if wrong.size:
        first = int(wrong[0])
        raise RangeError(
            "cross_entropy",
            f"{wrong.size} of {values.size} labels are no class number; labels[{first}] is {values[first]}",
            operands=operands,
            rule=f"0 <= label < {classes}",
            fits=fits,
        )
