"""How training shows while it runs: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from autograd_cnn.training import Step

PLAIN_LINES = 8
RECENT_STEPS = 20


@contextmanager
def showing(console: Console, epochs: int) -> Iterator[Callable[[Step], None]]:
    """Give a callback for `autograd_cnn.training.fit` that shows each step on the console."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines(console, epochs)
        return
    progress = Progress(
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[numbers]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        transient=True,
    )
    with progress:
        yield _Bar(progress, epochs)


class _Recent:
    """Means over the last few steps, because single batches jump."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque(maxlen=RECENT_STEPS)

    def numbers(self, step: Step) -> str:
        self.steps.append(step)
        loss = math.fsum(s.loss for s in self.steps) / len(self.steps)
        accuracy = math.fsum(s.accuracy for s in self.steps) / len(self.steps)
        return f"loss {loss:.3f}, accuracy {100 * accuracy:.1f} %, {step.samples_per_second:,.0f} samples/s"


def _epoch(number: int, epochs: int) -> str:
    """Write "epoch 3 of 16" short, always equally wide."""
    return f"{number:>{len(str(epochs))}}/{epochs}"


class _Bar:
    def __init__(self, progress: Progress, epochs: int) -> None:
        self.progress, self.recent = progress, _Recent()
        self.task = progress.add_task("", total=None, epoch=_epoch(1, epochs), numbers="starting")

    def __call__(self, step: Step) -> None:
        self.progress.update(
            self.task,
            total=step.steps,
            completed=step.number,
            epoch=_epoch(step.epoch, step.epochs),
            numbers=self.recent.numbers(step),
        )


class _Lines:
    def __init__(self, console: Console, epochs: int) -> None:
        self.console, self.recent = console, _Recent()
        self.every = math.ceil(epochs / PLAIN_LINES)

    def __call__(self, step: Step) -> None:
        numbers = self.recent.numbers(step)
        ends_epoch = step.number * step.epochs == step.epoch * step.steps
        if not ends_epoch or (step.epoch % self.every and step.epoch != step.epochs):
            return
        left = step.seconds * (step.steps - step.number) / step.number
        self.console.print(
            f"epoch {_epoch(step.epoch, step.epochs)}: {numbers}, {left:.0f} s left",
            markup=False,
            soft_wrap=True,
        )
