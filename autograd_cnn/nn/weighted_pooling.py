"""Lp pooling and weighted average pooling layers."""

from __future__ import annotations

from typing import Any

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.nn._settings import WindowPool, unusual
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, per_axis
from autograd_cnn.ops.lp_pooling import check_norm, lp_pool1d, lp_pool2d, lp_pool3d
from autograd_cnn.ops.weighted_pooling import (
    check_weights,
    weighted_pool1d,
    weighted_pool2d,
    weighted_pool3d,
)


class _LpPool(WindowPool):
    _functions = (lp_pool1d, lp_pool2d, lp_pool3d)

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
        check_norm(type(self).__name__, p)
        self._set_windows(window, stride, padding, dilation, rounding)
        self.p = p

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](
            x, self.window, self.p, self.stride, self.padding, self.dilation, self.rounding
        )

    def describe(self) -> str:
        """Say norm, window and stride."""
        return f"p {self.p}, {super().describe()}"


class _WeightedPool(WindowPool):
    _functions = (weighted_pool1d, weighted_pool2d, weighted_pool3d)

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
        self._set_windows(window, stride, padding, dilation, rounding)
        op = type(self).__name__
        check_weights(op, weights, sigma, per_axis(op, "window", window, self.rank))
        self.weights, self.sigma, self.count_include_pad = weights, sigma, count_include_pad

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](
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
        return f"{kind}, {super().describe()}" + unusual(self, sigma=None, count_include_pad=True)


class LpPool1d(_LpPool):
    """Lp pooling layer of sequences (N, C, L); see `autograd_cnn.lp_pool1d`.

    Parameters
    ----------
    window, p, stride, padding, dilation, rounding
        As in `LpPool2d`, one number or a sequence of one.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.LpPool1d(2)(ag.tensor([[[3.0, -4.0, 0.0, 2.0]]]))
    tensor([[[5., 2.]]], dtype=float32)
    """

    rank = 1


class LpPool2d(_LpPool):
    """Lp pooling layer of images (N, C, H, W); see `autograd_cnn.lp_pool2d`.

    Each window's p-norm, ``sum(|x|**p) ** (1/p)``: (N, C, H', W').

    Parameters
    ----------
    window : int or (int, int)
        Size F of the window.
    p : float
        The power, from 1 on; ``math.inf`` gives the largest absolute value.
    stride : int or (int, int), optional
        Steps S between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input that count as 0.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.

    Raises
    ------
    RangeError
        When a setting is not understood or p is below 1.
    ShapeError
        When called with x of another rank, or too small for a window.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.LpPool2d(2)(ag.tensor([[[[3.0, 0.0], [0.0, 4.0]]]])).item()
    5.0
    """

    rank = 2


class LpPool3d(_LpPool):
    """Lp pooling layer of volumes (N, C, D, H, W); see `autograd_cnn.lp_pool3d`.

    Parameters
    ----------
    window, p, stride, padding, dilation, rounding
        As in `LpPool2d`, one number or three of them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.LpPool3d(2, p=1)(-np.ones((1, 1, 2, 2, 2))).item()
    8.0
    """

    rank = 3


class WeightedPool1d(_WeightedPool):
    """Weighted average pooling layer of sequences (N, C, L); see `autograd_cnn.weighted_pool1d`.

    Parameters
    ----------
    window, weights, stride, padding, dilation, rounding, sigma, count_include_pad
        As in `WeightedPool2d`, one number or a sequence of one.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.WeightedPool1d(2, [3, 1])(ag.tensor([[[4.0, 8.0]]])).item()
    5.0
    """

    rank = 1


class WeightedPool2d(_WeightedPool):
    """Weighted average pooling layer of images (N, C, H, W); see `autograd_cnn.weighted_pool2d`.

    ``sum(w * x) / sum(w)`` of each window: (N, C, H', W').

    Parameters
    ----------
    window : int or (int, int)
        Size F of the window.
    weights : "distance", "gaussian", or array_like
        Weights w from the distance to the centre, or the user's own of the window's shape. Given as a
        Tensor that wants gradients they are a parameter of the layer.
    stride : int or (int, int), optional
        Steps S between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input that count as 0.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.
    sigma : float, optional
        Width of the Gaussian in cells; a quarter of the window's longest side when left out.
    count_include_pad : bool
        Whether the weights of padding cells count in the divisor.

    Raises
    ------
    RangeError
        When a setting is not understood, or weights add up to 0.
    ShapeError
        When the weights have another shape than the window, or the layer is called with x of another rank or
        too small for a window.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.WeightedPool2d(2, "gaussian")(ag.tensor([[[[6.0, 6.0], [4.0, 4.0]]]])).item()
    5.0
    """

    rank = 2


class WeightedPool3d(_WeightedPool):
    """Weighted average pooling layer of volumes (N, C, D, H, W); see `autograd_cnn.weighted_pool3d`.

    Parameters
    ----------
    window, weights, stride, padding, dilation, rounding, sigma, count_include_pad
        As in `WeightedPool2d`, one number or three of them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.WeightedPool3d(2)(np.ones((1, 1, 2, 2, 2))).item()
    1.0
    """

    rank = 3
