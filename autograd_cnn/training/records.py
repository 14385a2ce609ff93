"""What a training leaves behind: its steps, its epochs, and why it stopped if it diverged."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd_cnn.errors import AutogradError


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
