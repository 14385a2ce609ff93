"""Pooling layers whose windows follow from the result's size: adaptive and global pooling."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.nn._settings import unusual
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Sizes, per_axis
from autograd_cnn.ops.adaptive_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from autograd_cnn.ops.arithmetic import Ties, check_ties
from autograd_cnn.ops.global_pooling import global_avg_pool, global_max_pool
from autograd_cnn.ops.max_pooling import check_winners


class _AdaptiveAvgPool(Module):
    rank: ClassVar[int]
    _functions = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)

    def __init__(self, size: Sizes) -> None:
        per_axis(type(self).__name__, "size", size, self.rank)
        self.size = size

    def forward(self, x: Any) -> Tensor:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](x, self.size)

    def describe(self) -> str:
        """Say the result's size."""
        return f"size {self.size}"


class _AdaptiveMaxPool(Module):
    rank: ClassVar[int]
    _functions = (adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)

    @checked
    def __init__(self, size: Sizes, ties: Ties = "first", return_indices: bool = False) -> None:
        per_axis(type(self).__name__, "size", size, self.rank)
        check_winners(type(self).__name__, ties, return_indices)
        self.size, self.ties, self.return_indices = size, ties, return_indices

    def forward(self, x: Any) -> Any:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](x, self.size, self.ties, self.return_indices)

    def describe(self) -> str:
        """Say the result's size, and what is unusual."""
        return f"size {self.size}" + unusual(self, ties="first", return_indices=False)


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Adaptive average pooling layer for sequences (N, C, L); see `autograd_cnn.adaptive_avg_pool1d`.

    Parameters
    ----------
    size : int or (int,)
        Length of the result, whatever the input's.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.AdaptiveAvgPool1d(2)(ag.tensor([[[1.0, 2.0, 3.0]]]))
    tensor([[[1.5, 2.5]]], dtype=float32)
    """

    rank = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Adaptive average pooling layer for images (N, C, H, W); see `autograd_cnn.adaptive_avg_pool2d`.

    Window o along an axis of N cells runs from ``floor(o * N / N')`` to ``ceil((o + 1) * N / N')``, for a
    result of N' cells; its average is cell o of (N, C, *size).

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the result, whatever the input's.

    Raises
    ------
    RangeError
        When the size is not understood.
    ShapeError
        When called with x of another rank, or with an empty spatial axis.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AdaptiveAvgPool2d(2)(np.ones((1, 3, 5, 7))).shape
    (1, 3, 2, 2)
    """

    rank = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Adaptive average pooling layer for volumes (N, C, D, H, W); see `autograd_cnn.adaptive_avg_pool3d`.

    Parameters
    ----------
    size : int or (int, int, int)
        Depth, height and width of the result, whatever the input's.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AdaptiveAvgPool3d(2)(np.ones((1, 3, 4, 5, 7))).shape
    (1, 3, 2, 2, 2)
    """

    rank = 3


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Adaptive max pooling layer for sequences (N, C, L); see `autograd_cnn.adaptive_max_pool1d`.

    Parameters
    ----------
    size : int or (int,)
        Length of the result, whatever the input's.
    ties, return_indices
        As in `MaxPool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.AdaptiveMaxPool1d(2)(ag.tensor([[[1.0, 4.0, 3.0]]]))
    tensor([[[4., 4.]]], dtype=float32)
    """

    rank = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Adaptive max pooling layer for images (N, C, H, W); see `autograd_cnn.adaptive_max_pool2d`.

    The largest value of each window, (N, C, *size); the windows are those of `AdaptiveAvgPool2d`.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the result, whatever the input's.
    ties, return_indices
        As in `MaxPool2d`.

    Raises
    ------
    RangeError
        When a setting is not understood, or indices are asked for with ``ties="split"``.
    ShapeError
        When called with x of another rank, or with an empty spatial axis.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AdaptiveMaxPool2d(2)(np.ones((1, 3, 5, 7))).shape
    (1, 3, 2, 2)
    """

    rank = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Adaptive max pooling layer for volumes (N, C, D, H, W); see `autograd_cnn.adaptive_max_pool3d`.

    Parameters
    ----------
    size : int or (int, int, int)
        Depth, height and width of the result, whatever the input's.
    ties, return_indices
        As in `MaxPool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.AdaptiveMaxPool3d(2)(np.ones((1, 3, 4, 5, 7))).shape
    (1, 3, 2, 2, 2)
    """

    rank = 3


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
        check_ties("GlobalMaxPool", ties)
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
