"""The demo: train LeNet-5, judge it, draw it."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rich.console import Console

import autograd_cnn as ag
import viz
from autograd_cnn.cli.blas import one_thread
from autograd_cnn.cli.pictures import Picture, pictures
from autograd_cnn.cli.progress import showing

LEARNING_RATE = 0.004  # for batches of USUAL_BATCH
USUAL_BATCH = 64
SHIFT = 2  # pixels of 32
JUDGE_AT_ONCE = 256


class CommandError(Exception):
    """What the user can mend; said in one line, without a traceback."""


class Demonstration:
    """One run of the demo.

    Parameters
    ----------
    console : Console
        Where it speaks.
    out : Path
        The folder for the pictures.
    epochs, seed, batch_size : int
        Of the training.

    Attributes
    ----------
    written : list of str
        Names of the files written so far, each whole.
    """

    def __init__(self, console: Console, out: Path, epochs: int, seed: int, batch_size: int) -> None:
        self.console, self.out = console, out
        self.epochs, self.seed, self.batch_size = epochs, seed, batch_size
        self.written: list[str] = []

    def run(self) -> None:
        """Train, judge, draw.

        Raises
        ------
        CommandError
            When the folder can't be written to, the training diverges, or another package hides `viz`.
        """
        check_viz()
        prepare(self.out)
        digits = ag.data.digits(size=32)
        rng = np.random.default_rng(self.seed)
        net = ag.models.LeNet5(rng=rng)
        self.say(
            f"LeNet-5, {net.count_parameters():,} parameters, learns from {len(digits.train):,} handwritten "
            f"digits; {len(digits.test)} others are held out to judge it"
        )
        try:
            history = self.train(net, digits, rng)
        except ag.training.DivergedError as error:
            raise CommandError(f"{error.problem}; try another --batch-size or --seed") from error
        self.judge(net, digits.test, history)
        for picture in pictures(net, digits.test, history):
            self.write(picture)
        if find_spec("vl_convert") is None:
            self.say('PNG and PDF need one more package: pip install "autograd-cnn[draw]"')

    def train(
        self, net: ag.models.LeNet5, digits: ag.data.Digits, rng: np.random.Generator
    ) -> ag.training.History:
        """Train with Adam on shifted digits, the learning rate rising and then falling to 0."""
        batches = ag.data.Batches(digits.train.images, digits.train.labels, self.batch_size, rng=rng)
        rate = LEARNING_RATE * min(1.0, (self.batch_size / USUAL_BATCH) ** 0.5)
        with one_thread(), showing(self.console, self.epochs) as show:
            return ag.training.fit(
                net,
                batches,
                ag.optim.Adam(net.parameters(), rate),
                self.epochs,
                schedule=ag.training.warm_cosine,
                augment=lambda images: ag.data.shift(images, SHIFT, rng),
                held_out=judging(digits.test),
                callback=show,
            )

    def judge(self, net: ag.models.LeNet5, held_out: ag.data.Split, history: ag.training.History) -> None:
        """Say how fast it learnt and how much it got right."""
        last = history.steps[-1]
        self.say(f"trained in {last.seconds:.1f} s: {last.samples_per_second:,.0f} samples/s")
        judged = ag.training.evaluate(net, judging(held_out))
        right = round(judged.accuracy * judged.count)
        self.say(
            f"held-out accuracy: {100 * judged.accuracy:.2f} % ({right} of {judged.count} digits right)\n"
        )

    def write(self, picture: Picture) -> None:
        """Draw a picture, save it whole, and say in one line what it shows."""
        drawing = picture.draw()
        for name in picture.files:
            try:
                drawing.save(self.out / name)
            except viz.WriteError as error:
                raise CommandError(str(error)) from error
            self.written.append(name)
        self.say(f"{' and '.join(str(self.out / name) for name in picture.files)}: {picture.shows}")

    def say(self, line: str) -> None:
        """Print a line as it is: no markup, no wrapping."""
        self.console.print(line, markup=False, soft_wrap=True)


def judging(held_out: ag.data.Split) -> ag.data.Batches:
    """Give the held-out digits in batches, in order."""
    return ag.data.Batches(held_out.images, held_out.labels, JUDGE_AT_ONCE, shuffle=False)


def prepare(out: Path) -> None:
    """Make the folder and see that files can be made in it, before any time is spent on training.

    Raises
    ------
    CommandError
        When the system refuses.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise CommandError(f"can't write into {str(out)!r}: {error.strerror or error}") from error


def check_viz() -> None:
    """Refuse to go on when another distribution's ``viz`` hides the one that belongs here.

    Raises
    ------
    CommandError
        When ``import viz`` gave a stranger.
    """
    if not all(hasattr(viz, name) for name in ("draw", "routing", "curves", "WriteError")):
        place = getattr(viz, "__file__", None) or "an unknown place"
        raise CommandError(
            f"`import viz` found another package, {place}; uninstall that, then reinstall autograd-cnn"
        )
