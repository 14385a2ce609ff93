"""What a model is worth: losses, accuracies and scores, computed without recording."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_cnn._modes import no_grad
from autograd_cnn._tensor import Tensor
from autograd_cnn.data.batching import Batch
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.losses import cross_entropy
from autograd_cnn.training.records import Evaluation

Loss = Callable[[Tensor, Any], Tensor]


def evaluate(model: Module, batches: Iterable[Batch], loss: Loss = cross_entropy) -> Evaluation:
    """Give the mean loss and the accuracy over batches, without recording and in evaluation mode.

    Parameters
    ----------
    model : Module
        Maps images to scores.
    batches : iterable of (images, labels)
        Such as ``Batches(images, labels, 256, shuffle=False)``.
    loss : callable
        ``loss(scores, labels)``, the mean over a batch.

    Returns
    -------
    Evaluation
        The accuracy is the share of samples whose largest score is their label's; NaN where scores and labels
        are not (N, classes) and integers (N,).

    Raises
    ------
    RangeError
        When there are no samples.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> points = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    >>> evaluate(ag.nn.Flatten(), [(points, np.array([0, 0]))]).accuracy
    0.5
    """
    totals = np.zeros(2)
    count = 0
    with no_grad(), in_mode(model, training=False):
        for images, labels in batches:
            scores = model(images)
            value = loss_value("evaluate", loss(scores, labels))
            totals += np.array([value, accuracy_of(scores, labels)]) * len(images)
            count += len(images)
    if not count:
        raise RangeError("evaluate", "there are no samples", fits="at least one batch")
    mean_loss, accuracy = (totals / count).tolist()
    return Evaluation(mean_loss, accuracy, count)


def predict(model: Module, images: npt.NDArray[Any], batch_size: int = 256) -> npt.NDArray[Any]:
    """Give the scores of many images, batch by batch, without recording and in evaluation mode.

    Parameters
    ----------
    model : Module
        Maps images to scores.
    images : array, shape (N, ...)
        At least one image.
    batch_size : int
        How many at once: bounds the memory.

    Returns
    -------
    array, shape (N, ...)
        The model's results, joined.

    Raises
    ------
    RangeError
        When there are no images, or ``batch_size`` is below 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> predict(ag.nn.ReLU(), np.array([[1.0], [-1.0]]), batch_size=1).tolist()
    [[1.0], [0.0]]
    """
    if batch_size < 1 or not len(images):
        raise RangeError(
            "predict",
            f"{len(images)} images, batch_size {batch_size}",
            fits="at least one image and batch_size >= 1",
        )
    with no_grad(), in_mode(model, training=False):
        parts = [model(images[at : at + batch_size]).numpy() for at in range(0, len(images), batch_size)]
    return np.concatenate(parts)


def loss_value(op: str, result: Tensor) -> float:
    """Give the number that a loss is; refuse a loss of several."""
    if result.size != 1:
        raise ShapeError(
            op, "the loss must be one number", operands={"loss": result}, fits="loss.mean(), a shape of ()"
        )
    return float(result.item())


def accuracy_of(scores: Tensor, labels: Any) -> float:
    """Give the share of samples whose largest score is their label's."""
    truth = np.asarray(labels)
    if scores.ndim != 2 or truth.shape != scores.shape[:1] or truth.dtype.kind not in "iu":
        return math.nan
    return float(np.mean(scores.data.argmax(axis=1) == truth))


@contextmanager
def in_mode(model: Module, training: bool) -> Iterator[None]:
    """Switch a model to training or evaluation for a block, and each module back to what it was."""
    before = [(module, module.training) for _, module in model.named_modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, was in before:
            module.training = was
