"""Average and sum pooling layers."""

from __future__ import annotations

from typing import Any

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.nn._settings import WindowPool, unusual
from autograd_cnn.ops._windows import Padding, Rounding, Sizes
from autograd_cnn.ops.window_pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    sum_pool1d,
    sum_pool2d,
    sum_pool3d,
)


class _AvgPool(WindowPool):
    _functions = (avg_pool1d, avg_pool2d, avg_pool3d)

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
        self._set_windows(window, stride, padding, dilation, rounding)
        self.count_include_pad = count_include_pad

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](
            x, self.window, self.stride, self.padding, self.dilation, self.rounding, self.count_include_pad
        )

    def describe(self) -> str:
        """Say window, stride, and what is unusual."""
        return super().describe() + unusual(self, count_include_pad=True)


class _SumPool(WindowPool):
    _functions = (sum_pool1d, sum_pool2d, sum_pool3d)

    @checked
    def __init__(
        self,
        window: Sizes,
        stride: Sizes | None = None,
        padding: Padding = 0,
        dilation: Sizes = 1,
        rounding: Rounding = "floor",
    ) -> None:
        self._set_windows(window, stride, padding, dilation, rounding)

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](
            x, self.window, self.stride, self.padding, self.dilation, self.rounding
        )


class AvgPool1d(_AvgPool):
    """Average pooling layer of sequences (N, C, L); see `autograd_cnn.avg_pool1d`.

    Parameters
    ----------
    window, stride, padding, dilation, rounding, count_include_pad
        As in `AvgPool2d`, one number or a sequence of one.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.AvgPool1d(2)(ag.tensor([[[1.0, 3.0, 5.0, 6.0]]]))
    tensor([[[2. , 5.5]]], dtype=float32)
    """

    rank = 1


class AvgPool2d(_AvgPool):
    """Average pooling layer of images (N, C, H, W); see `autograd_cnn.avg_pool2d`.

    Each window's sum, over the number of its cells: (N, C, H', W').

    Parameters
    ----------
    window : int or (int, int)
        Size F of the window.
    stride : int or (int, int), optional
        Steps S between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input that count as 0.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.
    count_include_pad : bool
        Whether the padding counts among the cells that are averaged.

    Raises
    ------
    RangeError
        When a setting is not understood.
    ShapeError
        When called with x of another rank, or too small for a window.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.AvgPool2d(2)(ag.tensor([[[[6.0, 6.0], [4.0, 5.0]]]])).item()
    5.25
    """

    rank = 2


class AvgPool3d(_AvgPool):
    """Average pooling layer of volumes (N, C, D, H, W); see `autograd_cnn.avg_pool3d`.

    Parameters
    ----------
    window, stride, padding, dilation, rounding, count_include_pad
        As in `AvgPool2d`, one number or three of them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AvgPool3d(2)(np.arange(8.0).reshape(1, 1, 2, 2, 2)).item()
    3.5
    """

    rank = 3


class SumPool1d(_SumPool):
    """Sum pooling layer of sequences (N, C, L); see `autograd_cnn.sum_pool1d`.

    Parameters
    ----------
    window, stride, padding, dilation, rounding
        As in `SumPool2d`, one number or a sequence of one.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.SumPool1d(2)(ag.tensor([[[1.0, 3.0, 5.0, 6.0]]]))
    tensor([[[ 4., 11.]]], dtype=float32)
    """

    rank = 1


class SumPool2d(_SumPool):
    """Sum pooling layer of images (N, C, H, W); see `autograd_cnn.sum_pool2d`.

    Each window's sum: (N, C, H', W').

    Parameters
    ----------
    window : int or (int, int)
        Size F of the window.
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
        When a setting is not understood.
    ShapeError
        When called with x of another rank, or too small for a window.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.SumPool2d(2)(ag.tensor([[[[6.0, 6.0], [4.0, 5.0]]]])).item()
    21.0
    """

    rank = 2


class SumPool3d(_SumPool):
    """Sum pooling layer of volumes (N, C, D, H, W); see `autograd_cnn.sum_pool3d`.

    Parameters
    ----------
    window, stride, padding, dilation, rounding
        As in `SumPool2d`, one number or three of them.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.SumPool3d(2)(np.ones((1, 1, 2, 2, 2))).item()
    8.0
    """

    rank = 3
