"""LeNet-5's own layers: its squashing function and its radial-basis output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from autograd_cnn._creation import tensor
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked, numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.lenet_parts import rbf_output, scaled_tanh


class ScaledTanh(Module):
    """LeNet-5's squashing function, 1.7159 tanh(2x/3); see `autograd_cnn.scaled_tanh`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ScaledTanh()(ag.tensor([0.0]))
    tensor([0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Squash x, of any shape."""
        return scaled_tanh(x)


class RBFOutput(Module):
    """Squared Euclidean distances to one prototype a class; see `autograd_cnn.rbf_output`.

    Parameters
    ----------
    features, classes : int
        Sizes of the prototypes' table, (classes, features). LeNet-5 has 84 and 10.
    prototypes : array_like, optional
        The table. LeNet-5's are the digits drawn as 7 x 12 bitmaps of -1 and 1.
    rng : numpy.random.Generator, optional
        Draws a table of -1 and 1 with equal probability, the paper's other choice. Give it or the prototypes.
    learned : bool
        Whether the prototypes are parameters; the paper keeps them fixed.

    Notes
    -----
    The smallest output names the class: pass the negative distances where larger must be better.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> layer = ag.nn.RBFOutput(2, 2, prototypes=[[1.0, 1.0], [-1.0, 1.0]])
    >>> layer(ag.tensor([[1.0, 1.0]])), layer.count_parameters()
    (tensor([[0., 4.]], dtype=float32), 0)
    """

    @checked
    def __init__(
        self,
        features: int,
        classes: int,
        prototypes: ArrayLike | None = None,
        *,
        rng: Generator | None = None,
        learned: bool = False,
    ) -> None:
        at_least("RBFOutput", 1, features=features, classes=classes)
        if (prototypes is None) == (rng is None):
            raise RangeError(
                "RBFOutput",
                "exactly one of prototypes and rng must be given",
                fits="a table, or np.random.default_rng(seed)",
            )
        if rng is not None:
            prototypes = rng.integers(0, 2, (classes, features)) * 2 - 1
        table = numbers("RBFOutput", "prototypes", prototypes, np.float32)
        if table.shape != (classes, features):
            raise ShapeError(
                "RBFOutput",
                "the prototypes have the wrong shape",
                operands={"prototypes": table},
                fits=f"({classes}, {features})",
            )
        self.prototypes = tensor(table, requires_grad=learned)

    def forward(self, x: Any) -> Tensor:
        """Give the distances of x (N, features): (N, classes)."""
        return rbf_output(x, self.prototypes)

    def describe(self) -> str:
        """Say features and classes."""
        classes, features = self.prototypes.shape
        return f"{features} -> {classes} distances"
