"""The command ``autograd-cnn``; the only room of the house that imports `viz`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import autograd_cnn as ag
from autograd_cnn.cli.demonstration import CommandError, Demonstration

INTERRUPTED = 130  # what shells report for a program ended by Ctrl-C
FAILED = 1

app = typer.Typer(
    help="Train a CNN, and see how its gradients flow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"autograd-cnn {ag.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop."),
    ] = False,
) -> None:
    """Train a CNN, and see how its gradients flow."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the pictures; made if it is not there.")] = Path(
        "out"
    ),
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training digits.")] = 16,
    seed: Annotated[int, typer.Option(min=0, help="Of first weights, order and shifts.")] = 0,
    batch_size: Annotated[int, typer.Option(min=1, help="Digits in a training step.")] = 64,
) -> None:
    """Train LeNet-5 on real handwritten digits, and draw where its gradients flow."""
    console = Console(highlight=False)
    demonstration = Demonstration(console, out, epochs, seed, batch_size)
    try:
        demonstration.run()
    except KeyboardInterrupt:
        written = ", ".join(demonstration.written) or "nothing yet"
        _complain(f"interrupted; no file is half-written. Written to {out} in this run: {written}")
        raise typer.Exit(INTERRUPTED) from None
    except CommandError as error:
        _complain(str(error))
        raise typer.Exit(FAILED) from None


def _complain(message: str) -> None:
    Console(stderr=True, highlight=False).print(f"autograd-cnn demo: {message}", markup=False, soft_wrap=True)


def main() -> None:
    """Run the command line."""
    app()
