"""Convolution layers: one implementation, named for sequences, images and volumes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked
from autograd_cnn.nn._settings import check_groups, parameter, unusual
from autograd_cnn.nn.initial import Initialiser, he_normal
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_settings, per_axis
from autograd_cnn.ops.convolution import conv1d, conv2d, conv3d


class _Conv(Module):
    rank: ClassVar[int]
    _functions = (conv1d, conv2d, conv3d)

    @checked
    def __init__(
        self,
        channels: int,
        filters: int,
        window: Sizes,
        stride: Sizes = 1,
        padding: Padding = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        rounding: Rounding = "floor",
        *,
        rng: Generator,
        init: Initialiser = he_normal,
    ) -> None:
        op = type(self).__name__
        at_least(op, 1, channels=channels, filters=filters)
        check_settings(op, window, stride, padding, dilation, rounding, rank=self.rank)
        check_groups(op, groups, channels, filters)
        self.window = per_axis(op, "window", window, self.rank)
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        self.rounding = rounding
        self.weight = parameter(init((filters, channels // groups, *self.window), rng))
        self.bias = parameter(np.zeros(filters, np.float32)) if bias else None

    def forward(self, x: Any) -> Tensor:
        """Convolve x (N, channels, *positions)."""
        return self._functions[self.rank - 1](
            x,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            rounding=self.rounding,
        )

    def describe(self) -> str:
        """Say channels, filters and window."""
        filters, channels = self.weight.shape[:2]
        size = f"{channels * self.groups} -> {filters}, window {'x'.join(map(str, self.window))}"
        return size + unusual(self, stride=1, padding=0, dilation=1, groups=1, rounding="floor")


class Conv1d(_Conv):
    """Convolution layer for sequences (N, channels, L), with learned filters; see `autograd_cnn.conv1d`.

    Parameters
    ----------
    channels, filters, window, stride, padding, dilation, groups, bias, rounding, rng, init
        As in `Conv2d`, with one axis; the weight is (filters, channels / groups, F).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Conv1d(2, 4, 3, padding="same", rng=np.random.default_rng(0))
    >>> layer(np.ones((1, 2, 10), np.float32)).shape, layer.count_parameters()
    ((1, 4, 10), 28)
    """

    rank = 1


class Conv2d(_Conv):
    """Convolution layer for images (N, channels, H, W), with learned filters; see `autograd_cnn.conv2d`.

    ``y[n, o] = bias[o] + sum over c of x[n, c] correlated with weight[o, c]``. It gives
    (N, filters, H', W'), with (N - F + 2P) / S + 1 cells along an axis of N.

    Parameters
    ----------
    channels, filters : int
        Input and output channels.
    window : int or (int, int)
        Size F of a filter.
    stride, padding, dilation, groups, rounding
        As in `autograd_cnn.conv2d`.
    bias : bool
        Whether to learn a bias for each filter; it starts at 0.
    rng : numpy.random.Generator
        Draws the first weights.
    init : callable
        ``init(shape, rng)`` gives them, for the weight's shape (filters, channels / groups, FH, FW).

    Raises
    ------
    RangeError
        When a setting is not understood, or the groups don't divide the channels and the filters.
    DTypeError
        When ``rng`` is no generator or ``init`` no function.
    ShapeError
        When called with x of another rank, of other channels, or too small for the window.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Conv2d(1, 6, 5, rng=np.random.default_rng(0))
    Conv2d(1 -> 6, window 5x5)  weight (6, 1, 5, 5), bias (6,)  = 156
    156 parameters
    """

    rank = 2


class Conv3d(_Conv):
    """Convolution layer for volumes (N, channels, D, H, W), with learned filters; see `autograd_cnn.conv3d`.

    Parameters
    ----------
    channels, filters, window, stride, padding, dilation, groups, bias, rounding, rng, init
        As in `Conv2d`, with three axes; the weight is (filters, channels / groups, FD, FH, FW).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.Conv3d(1, 2, (1, 3, 3), rng=np.random.default_rng(0))
    >>> layer(np.ones((1, 1, 4, 5, 5), np.float32)).shape, layer.count_parameters()
    ((1, 2, 4, 3, 3), 20)
    """

    rank = 3
