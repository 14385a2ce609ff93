"""Max pooling layers, and the max un-pooling layers that send values back to where the winners were."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.nn._settings import WindowPool, unusual
from autograd_cnn.nn.module import Module
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, per_axis
from autograd_cnn.ops.arithmetic import Ties
from autograd_cnn.ops.max_pooling import (
    check_winners,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)


class _MaxPool(WindowPool):
    _functions = (max_pool1d, max_pool2d, max_pool3d)

    @checked
    def __init__(
        self,
        window: Sizes,
        stride: Sizes | None = None,
        padding: Padding = 0,
        dilation: Sizes = 1,
        rounding: Rounding = "floor",
        ties: Ties = "first",
        return_indices: bool = False,
    ) -> None:
        self._set_windows(window, stride, padding, dilation, rounding)
        check_winners(type(self).__name__, ties, return_indices)
        self.ties, self.return_indices = ties, return_indices

    def forward(self, x: Any) -> Any:
        """Pool x (N, C, *positions)."""
        return self._functions[self.rank - 1](
            x,
            self.window,
            self.stride,
            self.padding,
            self.dilation,
            self.rounding,
            self.ties,
            self.return_indices,
        )

    def describe(self) -> str:
        """Say window, stride, and what is unusual."""
        return super().describe() + unusual(self, ties="first", return_indices=False)


class _MaxUnpool(Module):
    rank: ClassVar[int]
    _functions = (max_unpool1d, max_unpool2d, max_unpool3d)

    def __init__(self, window: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        op = type(self).__name__
        per_axis(op, "window", window, self.rank)
        if stride is not None:
            per_axis(op, "stride", stride, self.rank)
        per_axis(op, "padding", padding, self.rank, least=0)
        self.window, self.stride, self.padding = window, stride, padding

    def forward(self, y: Any, indices: Any, output_size: Any = None) -> Tensor:
        """Send y (N, C, *positions) back to the indices, of the same shape, in a plane of that size."""
        return self._functions[self.rank - 1](y, indices, self.window, self.stride, self.padding, output_size)

    def describe(self) -> str:
        """Say window, stride, and what is unusual."""
        size = f"window {self.window}, stride {self.window if self.stride is None else self.stride}"
        return size + unusual(self, padding=0)


class MaxPool1d(_MaxPool):
    """Max pooling layer for sequences (N, C, L); see `autograd_cnn.max_pool1d`.

    Parameters
    ----------
    window, stride, padding, dilation, rounding, ties, return_indices
        As in `MaxPool2d`, with one axis.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.MaxPool1d(2)(ag.tensor([[[1.0, 3.0, 2.0, 0.0]]]))
    tensor([[[3., 2.]]], dtype=float32)
    """

    rank = 1


class MaxPool2d(_MaxPool):
    """Max pooling layer for images (N, C, H, W); see `autograd_cnn.max_pool2d`.

    The largest value of each window: (N, C, H', W'), with (N - F + 2P) / S + 1 cells along an axis of N.

    Parameters
    ----------
    window : int or (int, int)
        Size F of the window.
    stride : int or (int, int), optional
        Steps S between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input; they never win.
    dilation : int or (int, int)
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.
    ties : {"first", "last", "split"}
        Which of several equal largest cells gets the cotangent: the first in row-major order, the last,
        or equal shares.
    return_indices : bool
        Give a pair: the values, and the winners' flat indices in the sample's own plane, an int64 Tensor of
        the same shape. `MaxUnpool2d` takes both; a `Sequential` cannot hand them on.

    Raises
    ------
    RangeError
        When a setting is not understood, or indices are asked for with ``ties="split"``.
    ShapeError
        When called with x of another rank, too small for a window, or with a window of padding only.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.MaxPool2d(2)(ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]])).item()
    5.0
    """

    rank = 2


class MaxPool3d(_MaxPool):
    """Max pooling layer for volumes (N, C, D, H, W); see `autograd_cnn.max_pool3d`.

    Parameters
    ----------
    window, stride, padding, dilation, rounding, ties, return_indices
        As in `MaxPool2d`, with three axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.nn.MaxPool3d((1, 2, 2))(np.zeros((1, 1, 4, 4, 4))).shape
    (1, 1, 4, 2, 2)
    """

    rank = 3


class MaxUnpool1d(_MaxUnpool):
    """Max un-pooling layer for sequences (N, C, L); see `autograd_cnn.max_unpool1d`.

    Parameters
    ----------
    window, stride, padding
        As in `MaxUnpool2d`, with one axis.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.MaxUnpool1d(2)(ag.tensor([[[3.0, 2.0]]]), [[[1, 2]]])
    tensor([[[0., 3., 2., 0.]]], dtype=float32)
    """

    rank = 1


class MaxUnpool2d(_MaxUnpool):
    """Max un-pooling layer for images (N, C, H, W); see `autograd_cnn.max_unpool2d`.

    Call it with pooled values and their indices: each value goes to its index, all other cells are 0, and
    where indices meet, values add. The result is (N, C, H', W'), with (N - 1) * S - 2P + F cells along an
    axis of N, or of the spatial sizes that a third argument gives (those of the plane that was pooled, when
    the pooling dropped a rest).

    Parameters
    ----------
    window : int or (int, int)
        Size F of the pooling's window.
    stride : int or (int, int), optional
        Its steps S; the window's size when left out.
    padding : int or (int, int)
        Its padding P at both ends.

    Raises
    ------
    RangeError
        When a setting is not understood, or the layer is called with an index outside the plane.
    ShapeError
        When called with values and indices of different shapes.
    DTypeError
        When called with indices that are not integers.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> pool, unpool = ag.nn.MaxPool2d(2, return_indices=True), ag.nn.MaxUnpool2d(2)
    >>> unpool(*pool(ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]])))
    tensor([[[[0., 5.],
              [0., 0.]]]], dtype=float32)
    """

    rank = 2


class MaxUnpool3d(_MaxUnpool):
    """Max un-pooling layer for volumes (N, C, D, H, W); see `autograd_cnn.max_unpool3d`.

    Parameters
    ----------
    window, stride, padding
        As in `MaxUnpool2d`, with three axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.nn.MaxUnpool3d(2)(ag.tensor([[[[[5.0]]]]]), [[[[[7]]]]]).shape
    (1, 1, 2, 2, 2)
    """

    rank = 3
