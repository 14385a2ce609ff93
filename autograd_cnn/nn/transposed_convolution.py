"""Transposed convolution layers: they make pictures larger with learned filters."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked
from autograd_cnn.nn._settings import check_groups, parameter, unusual
from autograd_cnn.nn.initial import Initialiser, he_normal
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Padding, Sizes, check_settings, per_axis
from autograd_cnn.ops.transposed_convolution import (
    check_not_same,
    check_output_padding,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)


class _ConvTranspose(Module):
    rank: ClassVar[int]
    _functions = (conv_transpose1d, conv_transpose2d, conv_transpose3d)

    @checked
    def __init__(
        self,
        channels: int,
        filters: int,
        window: Sizes,
        stride: Sizes = 1,
        padding: Padding = 0,
        output_padding: Sizes = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: Generator,
        init: Initialiser = he_normal,
    ) -> None:
        op, rank = type(self).__name__, self.rank
        at_least(op, 1, channels=channels, filters=filters)
        check_not_same(op, padding)
        check_settings(op, window, stride, padding, dilation, rank=rank)
        check_output_padding(
            op,
            per_axis(op, "output_padding", output_padding, rank, least=0),
            per_axis(op, "stride", stride, rank),
            per_axis(op, "dilation", dilation, rank),
        )
        check_groups(op, groups, channels, filters)
        self.window = per_axis(op, "window", window, rank)
        self.stride, self.padding, self.output_padding = stride, padding, output_padding
        self.dilation, self.groups = dilation, groups
        self.weight = parameter(init((channels, filters // groups, *self.window), rng))
        self.bias = parameter(np.zeros(filters, np.float32)) if bias else None

    def forward(self, x: Any) -> Tensor:
        """Paint with each value of x (N, channels, *positions) a filter, and add."""
        return self._functions[self.rank - 1](
            x,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.output_padding,
            self.dilation,
            self.groups,
        )

    def describe(self) -> str:
        """Say channels, filters and window."""
        channels, filters = self.weight.shape[:2]
        size = f"{channels} -> {filters * self.groups}, window {'x'.join(map(str, self.window))}"
        return size + unusual(self, stride=1, padding=0, output_padding=0, dilation=1, groups=1)


class ConvTranspose1d(_ConvTranspose):
    """Transposed convolution layer for sequences (N, channels, L); see `autograd_cnn.conv_transpose1d`.

    Parameters
    ----------
    channels, filters, window, stride, padding, output_padding, dilation, groups, bias, rng, init
        As in `ConvTranspose2d`, with one axis; the weight is (channels, filters / groups, F).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.ConvTranspose1d(
    ...     2, 3, 4, stride=2, padding=1, rng=np.random.default_rng(0)
    ... )
    >>> layer(np.ones((1, 2, 5), np.float32)).shape, layer.count_parameters()
    ((1, 3, 10), 27)
    """

    rank = 1


class ConvTranspose2d(_ConvTranspose):
    """Transposed convolution layer for images (N, channels, H, W); see `autograd_cnn.conv_transpose2d`.

    It gives (N, filters, H', W'), with (N - 1) * S - 2P + (F - 1) * D + 1 + output_padding cells along an
    axis of N: what a `Conv2d` from ``filters`` to ``channels`` with the same settings would have made N of.

    Parameters
    ----------
    channels, filters : int
        Input and output channels.
    window : int or (int, int)
        Size F of a filter.
    stride, padding, output_padding, dilation, groups
        As in `autograd_cnn.conv_transpose2d`.
    bias : bool
        Whether to learn a bias for each output channel; it starts at 0.
    rng : numpy.random.Generator
        Draws the first weights.
    init : callable
        ``init(shape, rng)`` gives them, for the weight's shape (channels, filters / groups, FH, FW).

    Raises
    ------
    RangeError
        When a setting is not understood, the groups don't divide the channels and the filters, or
        ``output_padding`` is not less than stride or dilation.
    DTypeError
        When ``rng`` is no generator or ``init`` no function.
    ShapeError
        When called with x of another rank or of other channels, or when nothing would be left.

    Notes
    -----
    The weight is that of the convolution which this transposes, so `he_normal` keeps the scale of the
    gradients on their way back instead of that of the values; He and others (2015) found either enough.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.ConvTranspose2d(6, 3, 2, stride=2, rng=np.random.default_rng(0))
    >>> layer
    ConvTranspose2d(6 -> 3, window 2x2, stride 2)  weight (6, 3, 2, 2), bias (3,)  = 75
    75 parameters
    >>> layer(np.ones((1, 6, 7, 7), np.float32)).shape
    (1, 3, 14, 14)
    """

    rank = 2


class ConvTranspose3d(_ConvTranspose):
    """Transposed convolution layer for volumes (N, channels, D, H, W); see `autograd_cnn.conv_transpose3d`.

    Parameters
    ----------
    channels, filters, window, stride, padding, output_padding, dilation, groups, bias, rng, init
        As in `ConvTranspose2d`, with three axes; the weight is (channels, filters / groups, FD, FH, FW).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> layer = ag.nn.ConvTranspose3d(2, 1, 2, stride=2, rng=np.random.default_rng(0))
    >>> layer(np.ones((1, 2, 3, 3, 3), np.float32)).shape, layer.count_parameters()
    ((1, 1, 6, 6, 6), 17)
    """

    rank = 3
