"""Dropout layers; each holds the generator that its masks are drawn from."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.random_masks import dropout, dropout_channels


class Dropout(Module):
    """Drop values at random while training, hand x on in evaluation; see `autograd_cnn.dropout`.

    Parameters
    ----------
    p : float
        Probability of dropping a value.
    rng : numpy.random.Generator
        Draws the masks; the same seed gives the same masks.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Dropout(0.5, rng=np.random.default_rng(0))
    >>> layer.eval()(ag.tensor([1.0, 2.0]))
    tensor([1., 2.], dtype=float32)
    """

    @checked
    def __init__(self, p: float = 0.5, *, rng: Generator) -> None:
        if not 0 <= p <= 1:
            raise RangeError(type(self).__name__, f"p={p!r} is no probability", fits="a number from 0 to 1")
        self.p, self.rng = p, rng

    def forward(self, x: Any) -> Tensor:
        """Drop values of x, of any shape."""
        return dropout(x, self.p, self.rng, self.training)

    def describe(self) -> str:
        """Say the probability."""
        return f"p {self.p}"


class Dropout2d(Dropout):
    """Drop whole channels at random while training; see `autograd_cnn.dropout_channels`.

    Parameters
    ----------
    p : float
        Probability of dropping a channel.
    rng : numpy.random.Generator
        Draws the masks; the same seed gives the same masks.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Dropout2d(0.5, rng=np.random.default_rng(1))
    >>> layer(np.ones((1, 3, 2, 2), np.float32)).numpy().max(axis=(0, 2, 3))
    array([0., 2., 2.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Drop channels of x (N, C, H, W)."""
        return dropout_channels(x, self.p, self.rng, self.training)
