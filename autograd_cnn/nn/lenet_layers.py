"""LeNet-5's own layers: its sub-sampling, its squashing function and its radial-basis output."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from autograd_cnn._creation import tensor
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked, numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.nn._settings import parameter
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Sizes, check_settings, per_axis
from autograd_cnn.ops.lenet_parts import rbf_output, scaled_tanh
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.window_pooling import sum_pool2d


class Subsampling(Module):
    """LeNet-5's sub-sampling layer: the sum of each window, times a coefficient, plus a bias, one pair a map.

    Parameters
    ----------
    channels : int
        Number of maps; each has 2 trained numbers (S2 of LeNet-5 has 12, S4 has 32).
    window : int or (int, int)
        Size of the windows that are added up.
    stride : int or (int, int), optional
        Steps between them; the window's size when left out.

    Notes
    -----
    LeCun and others (1998), section 6 of the lecture. The coefficients start at one over the window's number
    of cells, so that the layer starts as an average; the biases start at 0. The squashing function that
    follows in LeNet-5 is a layer of its own, `ScaledTanh`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> layer = ag.nn.Subsampling(6)
    >>> layer.count_parameters()
    12
    >>> layer(ag.tensor([[[[1.0, 2.0], [3.0, 6.0]]] * 6])).shape
    (1, 6, 1, 1)
    """

    @checked
    def __init__(self, channels: int, window: Sizes = 2, stride: Sizes | None = None) -> None:
        at_least("Subsampling", 1, channels=channels)
        check_settings("Subsampling", window, stride)
        self.window = per_axis("Subsampling", "window", window, 2)
        self.stride = stride
        share = 1 / math.prod(self.window)
        self.weight = parameter(np.full(channels, share, np.float32))
        self.bias = parameter(np.zeros(channels, np.float32))

    def forward(self, x: Any) -> Tensor:
        """Sub-sample x (N, channels, H, W)."""
        sums = sum_pool2d(x, self.window, self.stride)
        channels = self.weight.shape[0]
        if sums.shape[1] != channels:
            raise ShapeError(
                "Subsampling",
                f"x has {sums.shape[1]} maps, the layer {channels}",
                operands={"x": x},
                fits=f"x (N, {channels}, H, W)",
            )
        shape = (1, channels, 1, 1)
        return sums * reshape(self.weight, shape) + reshape(self.bias, shape)

    def describe(self) -> str:
        """Say maps, window and stride."""
        return f"{self.weight.shape[0]} maps, window {self.window}, stride {self.stride or self.window}"


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
