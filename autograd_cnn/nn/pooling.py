"""Pooling layers beyond the two classics: global, adaptive, Lp, weighted, and LeNet-5's sub-sampling."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_cnn._creation import tensor
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked
from autograd_cnn.errors import ShapeError
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_settings, per_axis
from autograd_cnn.ops.adaptive_pooling import adaptive_avg_pool2d, adaptive_max_pool2d
from autograd_cnn.ops.arithmetic import Ties
from autograd_cnn.ops.global_pooling import global_avg_pool, global_max_pool
from autograd_cnn.ops.lp_pooling import lp_pool2d
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.weighted_pooling import weighted_pool2d
from autograd_cnn.ops.window_pooling import sum_pool2d


class LpPool2d(Module):
    """Lp pooling layer; see `autograd_cnn.lp_pool2d`.

    Parameters
    ----------
    window : int or (int, int)
        Size of the window.
    p : float
        The power.
    stride : int or (int, int), optional
        Steps between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input that count as 0.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.LpPool2d(2)(ag.tensor([[[[3.0, 0.0], [0.0, 4.0]]]])).item()
    5.0
    """

    @checked
    def __init__(
        self,
        window: Sizes,
        p: float = 2,
        stride: Sizes | None = None,
        padding: Padding = 0,
        dilation: Sizes = 1,
        rounding: Rounding = "floor",
    ) -> None:
        check_settings("LpPool2d", window, stride, padding, dilation, rounding)
        self.window, self.p, self.stride = window, p, stride
        self.padding, self.dilation, self.rounding = padding, dilation, rounding

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, H, W)."""
        return lp_pool2d(x, self.window, self.p, self.stride, self.padding, self.dilation, self.rounding)

    def describe(self) -> str:
        """Say norm, window and stride."""
        return f"p {self.p}, window {self.window}, stride {self.stride or self.window}"


class WeightedPool2d(Module):
    """Weighted average pooling layer; see `autograd_cnn.weighted_pool2d`.

    Parameters
    ----------
    window, weights, stride, padding, dilation, rounding, sigma, count_include_pad
        As there. Weights given as a Tensor that wants gradients are a parameter of the layer.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.WeightedPool2d(2, "gaussian")(ag.tensor([[[[6.0, 6.0], [4.0, 4.0]]]])).item()
    5.0
    """

    @checked
    def __init__(
        self,
        window: Sizes,
        weights: Any = "distance",
        stride: Sizes | None = None,
        padding: Padding = 0,
        dilation: Sizes = 1,
        rounding: Rounding = "floor",
        sigma: float | None = None,
        count_include_pad: bool = True,
    ) -> None:
        check_settings("WeightedPool2d", window, stride, padding, dilation, rounding)
        self.window, self.weights, self.stride, self.padding = window, weights, stride, padding
        self.dilation, self.rounding = dilation, rounding
        self.sigma, self.count_include_pad = sigma, count_include_pad

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, H, W)."""
        return weighted_pool2d(
            x,
            self.window,
            self.weights,
            self.stride,
            self.padding,
            self.dilation,
            self.rounding,
            self.sigma,
            self.count_include_pad,
        )

    def describe(self) -> str:
        """Say kind of weights, window and stride."""
        kind = self.weights if isinstance(self.weights, str) else "own weights"
        return f"{kind}, window {self.window}, stride {self.stride or self.window}"


class GlobalMaxPool(Module):
    """Global max pooling layer; see `autograd_cnn.global_max_pool`.

    Parameters
    ----------
    ties : {"first", "last", "split"}
        Which of several equal largest cells gets the cotangent: the first in row-major order, the last,
        or equal shares.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.GlobalMaxPool()(ag.tensor([[[1.0, 5.0, 2.0]]])).item()
    5.0
    """

    def __init__(self, ties: Ties = "first") -> None:
        self.ties = ties

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return global_max_pool(x, self.ties)


class GlobalAvgPool(Module):
    """Global average pooling layer; see `autograd_cnn.global_avg_pool`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.GlobalAvgPool()(ag.tensor([[[1.0, 5.0, 3.0]]])).item()
    3.0
    """

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return global_avg_pool(x)


class AdaptiveMaxPool2d(Module):
    """Adaptive max pooling layer; see `autograd_cnn.adaptive_max_pool2d`.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the result, whatever the input's.
    ties : {"first", "last", "split"}
        Which of several equal largest cells gets the cotangent: the first in row-major order, the last,
        or equal shares.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AdaptiveMaxPool2d(2)(np.ones((1, 3, 5, 7))).shape
    (1, 3, 2, 2)
    """

    def __init__(self, size: Sizes, ties: Ties = "first") -> None:
        self.size, self.ties = size, ties

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, H, W)."""
        pooled: Tensor = adaptive_max_pool2d(x, self.size, self.ties)
        return pooled

    def describe(self) -> str:
        """Say the result's size."""
        return f"size {self.size}"


class AdaptiveAvgPool2d(Module):
    """Adaptive average pooling layer; see `autograd_cnn.adaptive_avg_pool2d`.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the result, whatever the input's.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AdaptiveAvgPool2d(2)(np.ones((1, 3, 5, 7))).shape
    (1, 3, 2, 2)
    """

    def __init__(self, size: Sizes) -> None:
        self.size = size

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, H, W)."""
        return adaptive_avg_pool2d(x, self.size)

    def describe(self) -> str:
        """Say the result's size."""
        return f"size {self.size}"


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
        self.weight = tensor(np.full(channels, share, np.float32), requires_grad=True)
        self.bias = tensor(np.zeros(channels, np.float32), requires_grad=True)

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
