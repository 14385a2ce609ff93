"""Dropout layers; each holds the generator that its masks are drawn from."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.random import Generator

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._operands import as_tensor
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


class _ChannelDropout(Dropout):
    rank: ClassVar[int]

    def forward(self, x: Any) -> Tensor:
        """Drop channels of x (N, C, *positions)."""
        values = as_tensor(x)
        if values.ndim != self.rank + 2:
            raise ShapeError(
                type(self).__name__,
                f"x has {values.ndim} axes, not {self.rank + 2}",
                operands={"x": values},
                fits=f"x (N, C, {('L', 'H, W', 'D, H, W')[self.rank - 1]}); Dropout takes any shape",
            )
        return dropout_channels(values, self.p, self.rng, self.training)


class Dropout1d(_ChannelDropout):
    """Drop whole channels of sequences (N, C, L) at random while training; otherwise as `Dropout2d`.

    Parameters
    ----------
    p, rng
        As in `Dropout2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Dropout1d(0.5, rng=np.random.default_rng(1))
    >>> layer(np.ones((1, 3, 2), np.float32)).numpy()[0, :, 0]
    array([0., 2., 2.], dtype=float32)
    """

    rank = 1


class Dropout2d(_ChannelDropout):
    """Drop whole channels of images (N, C, H, W) at random while training, hand x on in evaluation.

    What is kept is divided by ``1 - p``, so that the mean stays; see `autograd_cnn.dropout_channels`.

    Parameters
    ----------
    p : float
        Probability of dropping a channel.
    rng : numpy.random.Generator
        Draws the masks; the same seed gives the same masks.

    Raises
    ------
    RangeError
        When p is no probability.
    DTypeError
        When ``rng`` is no generator.
    ShapeError
        When called with x of another rank.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Dropout2d(0.5, rng=np.random.default_rng(1))
    >>> layer(np.ones((1, 3, 2, 2), np.float32)).numpy().max(axis=(0, 2, 3))
    array([0., 2., 2.], dtype=float32)
    """

    rank = 2


class Dropout3d(_ChannelDropout):
    """Drop whole channels of volumes (N, C, D, H, W) at random while training; otherwise as `Dropout2d`.

    Parameters
    ----------
    p, rng
        As in `Dropout2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Dropout3d(0.5, rng=np.random.default_rng(1))
    >>> layer(np.ones((1, 3, 2, 2, 2), np.float32)).numpy()[0, :, 0, 0, 0]
    array([0., 2., 2.], dtype=float32)
    """

    rank = 3
