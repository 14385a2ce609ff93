"""The training loop: batches in, steps of an optimiser, and a record of how it went."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from autograd_cnn._modes import no_grad
from autograd_cnn._tensor import Tensor
from autograd_cnn.data.batching import Batch
from autograd_cnn.errors import AutogradError, GraphError, RangeError, ShapeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.losses import cross_entropy
from autograd_cnn.optim.optimiser import Optimiser

Loss = Callable[[Tensor, Any], Tensor]
Schedule = Callable[[float], float]


class BatchSource(Protocol):
    """What gives the batches of an epoch each time it is iterated over: a `autograd_cnn.data.Batches`."""

    def __iter__(self) -> Iterator[Batch]:
        """Start an epoch."""

    def __len__(self) -> int:
        """Give the number of batches of an epoch."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of training, as a callback of `fit` gets it.

    Attributes
    ----------
    number, steps : int
        Which step of the whole run, from 1, and how many there will be.
    epoch, epochs : int
        Which epoch, from 1, and how many there will be.
    samples : int
        Images seen since the start of the run.
    loss, accuracy : float
        Of this batch, before the step; the accuracy is NaN where the task is no classification.
    lr : float
        Learning rate of the step.
    seconds : float
        Since the start of the run.
    """

    number: int
    steps: int
    epoch: int
    epochs: int
    samples: int
    loss: float
    accuracy: float
    lr: float
    seconds: float

    @property
    def samples_per_second(self) -> float:
        """Images seen in a second, over the whole run so far."""
        return self.samples / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean loss and share of right classes over ``count`` samples."""

    loss: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training data: its means over the samples, and the held-out data judged after it.

    Attributes
    ----------
    number : int
        From 1.
    last_step : int
        Number of the step that ended it.
    loss, accuracy : float
        Means over the epoch's training samples, each taken just before its own step.
    held_out : Evaluation or None
        After the epoch, where `fit` was given held-out batches.
    """

    number: int
    last_step: int
    loss: float
    accuracy: float
    held_out: Evaluation | None


@dataclass(slots=True)
class History:
    """How a training went; ``viz.curves(history.series())`` draws it.

    Attributes
    ----------
    steps : list of Step
        One an optimiser step.
    epochs : list of Epoch
        One a whole pass; an interrupted pass has steps but no entry here.
    """

    steps: list[Step] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)

    @property
    def losses(self) -> list[float]:
        """The loss of each step's batch."""
        return [step.loss for step in self.steps]

    @property
    def accuracies(self) -> list[float]:
        """The accuracy of each step's batch."""
        return [step.accuracy for step in self.steps]

    def series(self) -> dict[str, list[tuple[float, float]]]:
        """Give the curves by name, as (step, value) pairs: each batch, and the held-out data where judged."""
        curves: dict[str, list[tuple[float, float]]] = {
            "training loss": [(step.number, step.loss) for step in self.steps],
            "held-out loss": [(e.last_step, e.held_out.loss) for e in self.epochs if e.held_out],
            "training accuracy": [(step.number, step.accuracy) for step in self.steps],
            "held-out accuracy": [(e.last_step, e.held_out.accuracy) for e in self.epochs if e.held_out],
        }
        return {name: points for name, points in curves.items() if points}

    def __repr__(self) -> str:
        if not self.steps:
            return "History(no steps)"
        last = self.steps[-1]
        return f"History({len(self.steps)} steps, {len(self.epochs)} epochs, last loss {last.loss:.4g})"


class DivergedError(AutogradError, ArithmeticError):
    """The loss is no finite number any more; ``history`` has the steps before."""

    def __init__(self, op: str, problem: str, history: History, fits: str) -> None:
        self.history = history
        super().__init__(op, problem, rule="the loss must be a finite number", fits=fits)


def warm_cosine(progress: float, warm_up: float = 0.1) -> float:
    """Give the factor of the learning rate: a linear rise, then half a cosine down to 0.

    ``progress / warm_up`` up to ``warm_up``, then ``(1 + cos(pi * t)) / 2`` with t from 0 to 1 over the rest.
    Loshchilov, Hutter: SGDR, Stochastic Gradient Descent with Warm Restarts (2017).

    Parameters
    ----------
    progress : float
        Share of the training that is done, from 0 to 1.
    warm_up : float
        Share of it that the rise takes, from 0 to below 1.

    Examples
    --------
    >>> [round(warm_cosine(p), 3) for p in (0.05, 0.1, 0.55, 1.0)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if progress < warm_up:
        return progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


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
        with _mode(model, training=True):
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
    with no_grad(), _mode(model, training=False):
        for images, labels in batches:
            scores = model(images)
            value = _scalar("evaluate", loss(scores, labels))
            totals += np.array([value, _accuracy(scores, labels)]) * len(images)
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
    with no_grad(), _mode(model, training=False):
        parts = [model(images[at : at + batch_size]).numpy() for at in range(0, len(images), batch_size)]
    return np.concatenate(parts)


def _check(model: Module, batches: BatchSource, optimiser: Optimiser, epochs: int) -> None:
    if not isinstance(epochs, int) or epochs < 1:
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
        value = _scalar("fit", result)
        if not math.isfinite(value):
            raise _diverged(value, images, optimiser, history)
        optimiser.zero_grad()
        result.backward()
        optimiser.step()
    return value, _accuracy(scores, labels)


def _diverged(value: float, images: Any, optimiser: Optimiser, history: History) -> DivergedError:
    number = len(history.steps) + 1
    wrong = int(np.count_nonzero(~np.isfinite(images))) if np.asarray(images).dtype.kind == "f" else 0
    if wrong:
        problem = f"the loss is {value} at step {number}: {wrong} values of the batch's images are not finite"
        return DivergedError("fit", problem, history, "finite images")
    problem = f"the loss is {value} at step {number}, with a learning rate of {optimiser.lr:.3g}"
    return DivergedError("fit", problem, history, "a smaller learning rate, or a warm-up (schedule)")


def _scalar(op: str, result: Tensor) -> float:
    if result.size != 1:
        raise ShapeError(
            op, "the loss must be one number", operands={"loss": result}, fits="loss.mean(), a shape of ()"
        )
    return float(result.item())


def _accuracy(scores: Tensor, labels: Any) -> float:
    """Give the share of samples whose largest score is their label's."""
    truth = np.asarray(labels)
    if scores.ndim != 2 or truth.shape != scores.shape[:1] or truth.dtype.kind not in "iu":
        return math.nan
    return float(np.mean(scores.data.argmax(axis=1) == truth))


@contextmanager
def _mode(model: Module, training: bool) -> Iterator[None]:
    """Switch a model to training or evaluation for a block, and each module back to what it was."""
    before = [(module, module.training) for _, module in model.named_modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, was in before:
            module.training = was
