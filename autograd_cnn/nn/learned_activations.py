"""Activation layers with learned shapes, and RReLU, which draws its own.

``channels`` learned numbers belong to the channels on axis 1; with 1, all channels share them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograd_cnn._creation import tensor
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked
from autograd_cnn.errors import RangeError
from autograd_cnn.nn.initial import Initialiser, he_normal
from autograd_cnn.nn.module import Module
from autograd_cnn.ops.learned_rectifiers import apl, maxout, prelu, srelu
from autograd_cnn.ops.rectifiers import check_slopes, rrelu


def _learned(values: Any) -> Tensor:
    return tensor(np.asarray(values, np.float32), requires_grad=True)


class PReLU(Module):
    """ReLU with a learned slope on the left; see `autograd_cnn.prelu`.

    Parameters
    ----------
    channels : int
        How many slopes to learn.
    a : float
        Their first value.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.PReLU()(ag.tensor([2.0, -2.0])).numpy()
    array([ 2. , -0.5], dtype=float32)
    """

    @checked
    def __init__(self, channels: int = 1, a: float = 0.25) -> None:
        at_least("PReLU", 1, channels=channels)
        self.a = _learned(np.full(channels, a))

    def forward(self, x: Any) -> Tensor:
        """Apply it to x (N, channels, *positions), or of any shape when the channels share a slope."""
        return prelu(x, self.a)


class RReLU(Module):
    """ReLU with random slopes on the left while training, their mean otherwise; see `autograd_cnn.rrelu`.

    Parameters
    ----------
    lower, upper : float
        The slopes are drawn uniformly between them.
    rng : numpy.random.Generator
        Draws the slopes; the same seed gives the same slopes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.RReLU(0.25, 0.75, rng=np.random.default_rng(0))
    >>> layer.eval()(ag.tensor([2.0, -2.0]))
    tensor([ 2., -1.], dtype=float32)
    """

    @checked
    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, *, rng: Generator) -> None:
        check_slopes("RReLU", lower, upper)
        self.lower, self.upper, self.rng = lower, upper, rng

    def forward(self, x: Any) -> Tensor:
        """Apply it to x, of any shape."""
        return rrelu(x, self.lower, self.upper, self.rng, self.training)

    def describe(self) -> str:
        """Say the limits."""
        return f"slopes {self.lower:g} to {self.upper:g}"


class SReLU(Module):
    """S-shaped ReLU with learned thresholds and slopes; see `autograd_cnn.srelu`.

    Parameters
    ----------
    channels : int
        How many of each to learn.
    t_l, a_l, t_r, a_r : float
        Their first values; at first it is a leaky ReLU.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.SReLU()(ag.tensor([-1.0, 0.5, 3.0])).numpy()
    array([-0.2,  0.5,  3. ], dtype=float32)
    """

    @checked
    def __init__(
        self, channels: int = 1, t_l: float = 0.0, a_l: float = 0.2, t_r: float = 1.0, a_r: float = 1.0
    ) -> None:
        at_least("SReLU", 1, channels=channels)
        if t_l > t_r:
            raise RangeError("SReLU", f"t_l={t_l} lies to the right of t_r={t_r}", fits="thresholds in order")
        self.t_l, self.a_l = _learned(np.full(channels, t_l)), _learned(np.full(channels, a_l))
        self.t_r, self.a_r = _learned(np.full(channels, t_r)), _learned(np.full(channels, a_r))

    def forward(self, x: Any) -> Tensor:
        """Apply it to x (N, channels, *positions), or of any shape when the channels share its numbers."""
        return srelu(x, self.t_l, self.a_l, self.t_r, self.a_r)


class APL(Module):
    """Adaptive piecewise linear unit: ReLU and learned hinges; see `autograd_cnn.apl`.

    Parameters
    ----------
    hinges : int
        How many hinges to add.
    channels : int
        How many units to learn.

    Notes
    -----
    The slopes start at 0, so that at first it is a ReLU; the places start evenly between -1 and 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.APL(2)(ag.tensor([-1.0, 3.0])).numpy()
    array([0., 3.], dtype=float32)
    """

    @checked
    def __init__(self, hinges: int = 1, channels: int = 1) -> None:
        at_least("APL", 1, hinges=hinges, channels=channels)
        places = np.linspace(-1, 1, hinges + 2)[1:-1]
        self.a = _learned(np.zeros((hinges, channels)))
        self.b = _learned(np.repeat(places[:, None], channels, 1))

    def forward(self, x: Any) -> Tensor:
        """Apply it to x (N, channels, *positions), or of any shape when the channels share its numbers."""
        return apl(x, self.a, self.b)


class Maxout(Module):
    """Dense layer whose outputs are each the largest of k linear functions; see `autograd_cnn.maxout`.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features.
    pieces : int
        k.
    bias : bool
        Whether to learn a bias for each piece; it starts at 0.
    rng : numpy.random.Generator
        Draws the first weights.
    init : callable
        ``init(shape, rng)`` gives them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Maxout(4, 3, pieces=2, rng=np.random.default_rng(0))
    Maxout(4 -> 3, 2 pieces)  weight (2, 3, 4), bias (2, 3)  = 30
    30 parameters
    """

    @checked
    def __init__(
        self,
        inputs: int,
        outputs: int,
        pieces: int = 2,
        bias: bool = True,
        *,
        rng: Generator,
        init: Initialiser = he_normal,
    ) -> None:
        at_least("Maxout", 1, inputs=inputs, outputs=outputs, pieces=pieces)
        drawn = init((pieces * outputs, inputs), rng)  # the fan of a unit is `inputs`
        self.weight = tensor(drawn.reshape(pieces, outputs, inputs), requires_grad=True)
        self.bias = _learned(np.zeros((pieces, outputs))) if bias else None

    def forward(self, x: Any) -> Tensor:
        """Map x (..., inputs) to (..., outputs)."""
        return maxout(x, self.weight, self.bias)

    def describe(self) -> str:
        """Say the numbers of features and pieces."""
        pieces, outputs, inputs = self.weight.shape
        return f"{inputs} -> {outputs}, {pieces} pieces"
