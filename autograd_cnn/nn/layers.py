"""The layers of a classic CNN: convolution, dense, pooling, ReLU, flatten."""

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
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_settings, per_axis
from autograd_cnn.ops.activations import relu
from autograd_cnn.ops.arithmetic import Ties, check_ties
from autograd_cnn.ops.convolution import conv2d
from autograd_cnn.ops.linear_algebra import dense
from autograd_cnn.ops.max_pooling import max_pool2d
from autograd_cnn.ops.movement import flatten
from autograd_cnn.ops.window_pooling import avg_pool2d


def _parameter(values: Any) -> Tensor:
    return tensor(values, requires_grad=True)


def unusual(module: Module, **usual: object) -> str:
    """Say the settings of a layer that differ from the usual ones."""
    return "".join(
        f", {name} {getattr(module, name)!r}"
        for name, value in usual.items()
        if getattr(module, name) != value
    )


class Conv2d(Module):
    """Convolution layer with learned filters; see `autograd_cnn.conv2d`.

    Parameters
    ----------
    channels, filters : int
        Input and output channels.
    window : int or (int, int)
        Size of a filter.
    stride, padding, dilation, groups, rounding
        As in `autograd_cnn.conv2d`.
    bias : bool
        Whether to learn a bias for each filter; it starts at 0.
    rng : numpy.random.Generator
        Draws the first weights.
    init : callable
        ``init(shape, rng)`` gives them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Conv2d(1, 6, 5, rng=np.random.default_rng(0))
    Conv2d(1 -> 6, window 5x5)  weight (6, 1, 5, 5), bias (6,)  = 156
    156 parameters
    """

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
        at_least("Conv2d", 1, channels=channels, filters=filters)
        check_settings("Conv2d", window, stride, padding, dilation, rounding)
        self.window = per_axis("Conv2d", "window", window, 2)
        if groups < 1 or channels % groups or filters % groups:
            raise RangeError(
                "Conv2d",
                f"groups={groups} must divide {channels} channels and {filters} filters",
                fits="groups=1",
            )
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        self.rounding = rounding
        self.weight = _parameter(init((filters, channels // groups, *self.window), rng))
        self.bias = _parameter(np.zeros(filters, np.float32)) if bias else None

    def forward(self, x: Any) -> Tensor:
        """Convolve x (N, channels, H, W)."""
        return conv2d(
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
        size = f"{channels * self.groups} -> {filters}, window {self.window[0]}x{self.window[1]}"
        return size + unusual(self, stride=1, padding=0, dilation=1, groups=1, rounding="floor")


class Dense(Module):
    """Fully connected layer; see `autograd_cnn.dense`.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features.
    bias : bool
        Whether to learn a bias; it starts at 0.
    rng : numpy.random.Generator
        Draws the first weights.
    init : callable
        ``init(shape, rng)`` gives them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Dense(72, 2, rng=np.random.default_rng(0))
    Dense(72 -> 2)  weight (2, 72), bias (2,)  = 146
    146 parameters
    """

    @checked
    def __init__(
        self, inputs: int, outputs: int, bias: bool = True, *, rng: Generator, init: Initialiser = he_normal
    ) -> None:
        at_least("Dense", 1, inputs=inputs, outputs=outputs)
        self.weight = _parameter(init((outputs, inputs), rng))
        self.bias = _parameter(np.zeros(outputs, np.float32)) if bias else None

    def forward(self, x: Any) -> Tensor:
        """Map x (..., inputs) to (..., outputs)."""
        return dense(x, self.weight, self.bias)

    def describe(self) -> str:
        """Say the numbers of features."""
        outputs, inputs = self.weight.shape
        return f"{inputs} -> {outputs}"


class MaxPool2d(Module):
    """Max pooling layer; see `autograd_cnn.max_pool2d`.

    Parameters
    ----------
    window : int or (int, int)
        Size of the window.
    stride : int or (int, int), optional
        Steps between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input; they never win.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.
    ties : {"first", "last", "split"}
        Which of several equal largest cells gets the cotangent: the first in row-major order, the last,
        or equal shares.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.MaxPool2d(2)(ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]])).item()
    5.0
    """

    def __init__(
        self,
        window: Sizes,
        stride: Sizes | None = None,
        padding: Padding = 0,
        dilation: Sizes = 1,
        rounding: Rounding = "floor",
        ties: Ties = "first",
    ) -> None:
        check_settings("MaxPool2d", window, stride, padding, dilation, rounding)
        check_ties("MaxPool2d", ties)
        self.window, self.stride, self.padding = window, stride, padding
        self.dilation, self.rounding, self.ties = dilation, rounding, ties

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, H, W)."""
        pooled: Tensor = max_pool2d(
            x, self.window, self.stride, self.padding, self.dilation, self.rounding, self.ties
        )
        return pooled

    def describe(self) -> str:
        """Say window and stride."""
        size = f"window {self.window}, stride {self.window if self.stride is None else self.stride}"
        return size + unusual(self, padding=0, dilation=1, rounding="floor", ties="first")


class AvgPool2d(Module):
    """Average pooling layer; see `autograd_cnn.avg_pool2d`.

    Parameters
    ----------
    window : int or (int, int)
        Size of the window.
    stride : int or (int, int), optional
        Steps between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input that count as 0.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.
    count_include_pad : bool
        Whether the padding counts among the cells that are averaged.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.AvgPool2d(2)(ag.tensor([[[[6.0, 6.0], [4.0, 5.0]]]])).item()
    5.25
    """

    @checked
    def __init__(
        self,
        window: Sizes,
        stride: Sizes | None = None,
        padding: Padding = 0,
        dilation: Sizes = 1,
        rounding: Rounding = "floor",
        count_include_pad: bool = True,
    ) -> None:
        check_settings("AvgPool2d", window, stride, padding, dilation, rounding)
        self.window, self.stride, self.padding = window, stride, padding
        self.dilation, self.rounding, self.count_include_pad = dilation, rounding, count_include_pad

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, H, W)."""
        return avg_pool2d(
            x, self.window, self.stride, self.padding, self.dilation, self.rounding, self.count_include_pad
        )

    def describe(self) -> str:
        """Say window and stride."""
        size = f"window {self.window}, stride {self.window if self.stride is None else self.stride}"
        return size + unusual(self, padding=0, dilation=1, rounding="floor", count_include_pad=True)


class ReLU(Module):
    """Rectified linear unit; see `autograd_cnn.relu`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.ReLU()(ag.tensor([1.0, -2.0]))
    tensor([1., 0.], dtype=float32)
    """

    def forward(self, x: Any) -> Tensor:
        """Rectify x, of any shape."""
        return relu(x)


class Flatten(Module):
    """Join all axes but the first: (N, C, H, W) becomes (N, C*H*W).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.Flatten()(np.zeros((2, 3, 4, 4))).shape
    (2, 48)
    """

    def forward(self, x: Any) -> Tensor:
        """Flatten x."""
        return flatten(x, 1)
