"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from autograd_cnn.data.batching import Batch
from autograd_cnn.errors import GraphError, RangeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.losses import cross_entropy
from autograd_cnn.optim.optimiser import Optimiser
from autograd_cnn.training.judging import Loss, accuracy_of, evaluate, in_mode, loss_value
from autograd_cnn.training.records import DivergedError, Epoch, History, Step
from autograd_cnn.training.schedules import Schedule


class BatchSource(Protocol):
    """What gives the batches of an epoch each time it is iterated over: a `autograd_cnn.data.Batches`."""

    def __iter__(self) -> Iterator[Batch]:
        """Start an epoch."""

    def __len__(self) -> int:
        """Give the number of batches of an epoch."""


def fit(
    model: Module,
    batches: BatchSource,
    optimiser: Optimiser,
    epochs: int,
    *,
    loss: Loss = cross_entropy,
    schedule: Schedule | None = None,
    augment: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None = None,
    held_out: BatchSource | None = None,
    callback: Callable[[Step], None] | None = None,
) -> History:
    """Train a model: for each batch ``loss(model(images), labels).backward()``, then a step of the optimiser.

    Parameters
    ----------
    model : Module
        Maps images to scores. It is in training mode meanwhile, and put back afterwards.
    batches : Batches
        Gives (images, labels) once an epoch.
    optimiser : Optimiser
        Of the model's parameters. Its ``lr`` follows the schedule and is put back afterwards.
    epochs : int
        Number of passes over the batches, at least 1.
    loss : callable
        ``loss(scores, labels)``, a Tensor of one element.
    schedule : callable, optional
        Maps progress, from 0 to below 1, to a factor of the learning rate; see `warm_cosine`.
    augment : callable, optional
        Changes the images of each training batch, such as `autograd_cnn.data.shift` with a generator.
    held_out : Batches, optional
        Judged after each epoch, with `evaluate`.
    callback : callable, optional
        Called after each step with its `Step`; what it raises ends the training.

    Returns
    -------
    History

    Raises
    ------
    RangeError
        When ``epochs`` is below 1 or there are no batches.
    GraphError
        When the optimiser holds none of the model's parameters.
    ShapeError
        When the loss has more than one element.
    DivergedError
        When a loss is infinite or NaN; the parameters stay as they were before that batch.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> points = rng.standard_normal((64, 2)).astype(np.float32)
    >>> batches = ag.data.Batches(points, (points[:, 0] > 0).astype(np.int64), 16, rng=rng)
    >>> net = ag.nn.Dense(2, 2, rng=rng)
    >>> history = fit(net, batches, ag.optim.SGD(net.parameters(), lr=1.0), epochs=10)
    >>> len(history.steps), history.epochs[-1].accuracy > 0.9
    (40, True)
    """
    _check(model, batches, optimiser, epochs)
    history = History()
    base_lr, start, samples = optimiser.lr, time.perf_counter(), 0
    steps = epochs * len(batches)
    try:
        with in_mode(model, training=True):
            for epoch in range(1, epochs + 1):
                totals = np.zeros(3)  # loss, right ones, samples
                for images, labels in batches:
                    done = len(history.steps)
                    if schedule is not None:
                        optimiser.lr = base_lr * schedule(done / steps)
                    images = images if augment is None else augment(images)
                    value, accuracy = _train(model, optimiser, loss, images, labels, history)
                    samples += len(images)
                    totals += np.array([value, accuracy, 1.0]) * len(images)
                    step = Step(
                        done + 1,
                        steps,
                        epoch,
                        epochs,
                        samples,
                        value,
                        accuracy,
                        optimiser.lr,
                        time.perf_counter() - start,
                    )
                    history.steps.append(step)
                    if callback is not None:
                        callback(step)
                judged = None if held_out is None else evaluate(model, held_out, loss)
                mean_loss, mean_accuracy = (totals[:2] / totals[2]).tolist()
                history.epochs.append(Epoch(epoch, len(history.steps), mean_loss, mean_accuracy, judged))
    finally:
        optimiser.lr = base_lr
    return history


def _check(model: Module, batches: BatchSource, optimiser: Optimiser, epochs: int) -> None:
    if not isinstance(epochs, (int, np.integer)) or epochs < 1:
        raise RangeError("fit", f"epochs is {epochs!r}", fits="a whole number, at least 1")
    if not len(batches):
        raise RangeError("fit", "there are no batches", fits="at least one batch")
    if not set(model.parameters()) & set(optimiser.parameters):
        raise GraphError(
            "fit", "the optimiser holds none of the model's parameters", fits="SGD(model.parameters(), ...)"
        )


def _train(
    model: Module, optimiser: Optimiser, loss: Loss, images: Any, labels: Any, history: History
) -> tuple[float, float]:
    """Take one step; give the batch's loss and accuracy before it."""
    # What overflows shows as a loss that is not finite, and that is checked here: no warnings meanwhile.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        scores = model(images)
        result = loss(scores, labels)
        value = loss_value("fit", result)
        if not math.isfinite(value):
            raise _diverged(value, images, optimiser, history)
        optimiser.zero_grad()
        result.backward()
        optimiser.step()
    return value, accuracy_of(scores, labels)


def _diverged(value: float, images: Any, optimiser: Optimiser, history: History) -> DivergedError:
    number = len(history.steps) + 1
    wrong = int(np.count_nonzero(~np.isfinite(images))) if np.asarray(images).dtype.kind == "f" else 0
    if wrong:
        problem = f"the loss is {value} at step {number}: {wrong} values of the batch's images are not finite"
        return DivergedError("fit", problem, history, "finite images")
    problem = f"the loss is {value} at step {number}, with a learning rate of {optimiser.lr:.3g}"
    return DivergedError("fit", problem, history, "a smaller learning rate, or a warm-up (schedule)")
