"""Losses of classes: cross entropy, negative log-likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.ops._operands import as_float, as_floats, as_tensor, astype, has_values
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops.comparison import not_equal, where
from autograd_cnn.ops.indexing import take_along
from autograd_cnn.ops.loss_reduction import Reduction, check_reduction, reduced
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.reductions import sum
from autograd_cnn.ops.softmax import log_softmax


@checked
@composite
def cross_entropy(
    logits: Any,
    labels: Any,
    reduction: Reduction = "mean",
    weights: Any = None,
    smoothing: float = 0.0,
    ignore_index: int | None = None,
) -> Tensor:
    """Cross entropy between class scores and the truth: ``-log_softmax(logits)[label]``.

    For probabilities p in place of labels it is ``-sum(p * log_softmax(logits))`` over the classes.

    Parameters
    ----------
    logits : array_like
        (N, classes) scores, or (N, classes, *positions).
    labels : array_like
        Integers (N, *positions), class numbers from 0 to classes - 1; or floating probabilities of the
        logits' shape.
    reduction : {"mean", "sum", "none"}
        Average over samples and positions, add them up, or give one loss each.
    weights : array_like, optional
        (classes,): how much each class counts. With labels, "mean" then divides by the labels' weights added
        up.
    smoothing : float
        From 0 to 1: the truth is mixed with this share of the uniform distribution.
    ignore_index : int, optional
        A label that counts nowhere, also not in the mean; it need not be a class number. Labels only.

    Returns
    -------
    Tensor
        A scalar, or (N, *positions) for "none". Gradient to the logits:
        ``softmax(logits) - one_hot(labels)``, divided by N for "mean".

    Raises
    ------
    ShapeError
        When logits, labels and weights don't go together, or there is nothing to average for "mean".
    DTypeError
        When the labels are neither integers nor probabilities (a floating array with NaN, say).
    RangeError
        When a label is no class number, every label is ignored with "mean", or a setting is not understood.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.cross_entropy(ag.tensor([[0.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor(0.6931472, dtype=float32)
    >>> ag.cross_entropy(ag.tensor([[0.0, 0.0]]), [[0.25, 0.75]])
    tensor(0.6931472, dtype=float32)
    """
    op = "cross_entropy"
    logits, truth = as_float(logits), as_tensor(labels)
    check_reduction(op, reduction)
    if not 0 <= smoothing <= 1:
        raise RangeError(op, f"smoothing={smoothing!r} is no share", fits="a number from 0 to 1")
    if truth._data.dtype.kind == "f" and logits.ndim >= 2 and truth.shape == logits.shape:
        if ignore_index is not None:
            raise RangeError(op, "probabilities have no label to ignore", fits="ignore_index=None")
        return _of_probabilities(op, logits, truth, reduction, weights, smoothing)
    _check_pair(op, "logits", logits, truth, ignore_index)
    logs = log_softmax(logits, 1)
    losses, counts = _likelihoods(op, logs, truth, weights, ignore_index)
    if smoothing:
        spread = logs if weights is None else logs * _class_weights(op, logs, weights)
        even = -sum(spread, 1) / logits.shape[1]
        if ignore_index is not None:
            even = where(not_equal(truth, ignore_index), even, 0.0)
        losses = losses * (1 - smoothing) + even * smoothing
    return _weighted_mean(op, losses, counts) if reduction == "mean" else reduced(op, losses, reduction)


@checked
@composite
def nll_loss(
    log_probabilities: Any,
    labels: Any,
    reduction: Reduction = "mean",
    weights: Any = None,
    ignore_index: int | None = None,
) -> Tensor:
    """Negative log-likelihood: ``-log_probabilities[label]``, for what `log_softmax` along axis 1 gives.

    Parameters
    ----------
    log_probabilities : array_like
        (N, classes), or (N, classes, *positions).
    labels, reduction, weights, ignore_index
        As in `cross_entropy`; labels are class numbers.

    Returns
    -------
    Tensor
        A scalar, or (N, *positions) for "none". Gradient: ``-g`` times the label's weight at the labels, 0
        elsewhere.

    Raises
    ------
    ShapeError, DTypeError, RangeError
        As in `cross_entropy`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nll_loss(ag.tensor([[-0.5, -1.0], [-2.0, -0.1]]), [0, 1], reduction="sum")
    tensor(0.6, dtype=float32)
    """
    op = "nll_loss"
    logs, truth = as_float(log_probabilities), as_tensor(labels)
    check_reduction(op, reduction)
    _check_pair(op, "log_probabilities", logs, truth, ignore_index)
    losses, counts = _likelihoods(op, logs, truth, weights, ignore_index)
    return _weighted_mean(op, losses, counts) if reduction == "mean" else reduced(op, losses, reduction)


def _check_pair(op: str, name: str, scores: Tensor, truth: Tensor, ignore_index: int | None) -> None:
    operands = {name: scores, "labels": truth}
    wanted = (*scores.shape[:1], *scores.shape[2:])
    if scores.ndim < 2 or truth.shape != wanted:
        one_hot = scores.ndim >= 2 and truth.shape == scores.shape
        hint = "of one-hot rows, labels.argmax(axis=1): " if one_hot else ""
        raise ShapeError(
            op,
            f"{name} and labels do not go together",
            operands=operands,
            rule=f"{name} (N, classes) and labels (N,); positions may follow in both",
            fits=hint + (f"labels of shape {wanted}" if scores.ndim >= 2 else f"{name} with two axes"),
        )
    check_labels(op, truth, scores.shape[1], operands, ignore_index)


def _likelihoods(
    op: str, logs: Tensor, truth: Tensor, weights: Any, ignore_index: int | None
) -> tuple[Tensor, Tensor | None]:
    """Give each label's loss, and how much it counts (None when all count 1)."""
    kept = None if ignore_index is None else not_equal(truth, ignore_index)
    labels = truth if kept is None else where(kept, truth, 0)
    places = reshape(labels, _with_class_axis(truth.shape))
    places.name = truth.name or "labels"
    chosen = take_along(logs, places, 1)
    losses = -reshape(chosen, truth.shape)
    counts = None
    if weights is not None:
        table = reshape(_class_weights(op, logs, weights), (logs.shape[1],))
        counts = reshape(take_along(table, reshape(labels, (truth.size,)), 0), truth.shape)
        losses = losses * counts
    if kept is not None:
        losses = where(kept, losses, 0.0)
        counts = astype(kept, logs.dtype) if counts is None else where(kept, counts, 0.0)
    return losses, counts


def _with_class_axis(shape: Shape) -> Shape:
    return (shape[0], 1, *shape[1:])


def _class_weights(op: str, logs: Tensor, weights: Any) -> Tensor:
    """Give the classes' weights, in the scores' dtype and shaped to multiply them."""
    table = astype(as_float(weights), logs.dtype)
    if table.shape != logs.shape[1:2]:
        raise ShapeError(
            op,
            "there must be one weight a class",
            operands={"weights": table},
            fits=f"weights of shape {logs.shape[1:2]}",
        )
    return reshape(table, (1, logs.shape[1], *(1,) * (logs.ndim - 2)))


def _weighted_mean(op: str, losses: Tensor, counts: Tensor | None) -> Tensor:
    if counts is None:
        return reduced(op, losses, "mean")
    total = sum(counts)
    if (has_values(counts) and not total._data.item()) or not counts.size:
        raise RangeError(op, "no label counts, so there is no mean", fits='reduction="sum", or other labels')
    return sum(losses) / total


def _of_probabilities(
    op: str, logits: Tensor, truth: Tensor, reduction: Reduction, weights: Any, smoothing: float
) -> Tensor:
    logits, shares = as_floats(logits, truth)
    if smoothing:
        shares = shares * (1 - smoothing) + smoothing / logits.shape[1]
    logs = log_softmax(logits, 1)
    if weights is not None:
        logs = logs * _class_weights(op, logs, weights)
    return reduced(op, -sum(shares * logs, 1), reduction)


def check_labels(
    op: str, labels: Tensor, classes: int, operands: dict[str, Tensor], ignore_index: int | None = None
) -> None:
    """Refuse labels that are no class numbers (nor the one to ignore)."""
    fits = f"integers from 0 to {classes - 1}" + ("" if ignore_index is None else f", or {ignore_index}")
    values = labels._data
    if values.dtype.kind not in "iu":
        nan = (
            int(np.count_nonzero(np.isnan(values))) if values.dtype.kind == "f" and has_values(labels) else 0
        )
        problem = (
            f"{nan} of {values.size} labels are NaN"
            if nan
            else f"labels must be integers, not {values.dtype}"
        )
        raise DTypeError(op, problem, operands=operands, fits=fits)
    if not has_values(labels):
        return
    outside = (values < 0) | (values >= classes)
    if ignore_index is not None:
        outside &= values != ignore_index
    wrong = np.argwhere(outside)
    if len(wrong):
        first = tuple(int(i) for i in wrong[0])
        place = ", ".join(map(str, first))
        raise RangeError(
            op,
            f"{len(wrong)} of {values.size} labels are no class number; labels[{place}] is {values[first]}",
            operands=operands,
            rule=f"0 <= label < {classes}",
            fits=fits,
        )
