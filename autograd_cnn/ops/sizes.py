"""The size of a convolution's or a pooling's result, without running it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from autograd_cnn.checks import shown, whole_numbers
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, per_axis, window_geometry


@overload
def conv_output_size(
    n: int,
    window: int,
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
    rounding: Rounding = "floor",
) -> int: ...


@overload
def conv_output_size(
    n: Sequence[int],
    window: Sizes,
    stride: Sizes = 1,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> tuple[int, ...]: ...


def conv_output_size(
    n: Sizes,
    window: Sizes,
    stride: Sizes = 1,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> int | tuple[int, ...]:
    """Give the number of windows along an axis: ``(N - F + 2P) / S + 1``.

    Parameters
    ----------
    n : int, or one an axis
        N, the input's spatial size.
    window : int, or one an axis
        F, the size of filter or pooling window; with dilation D it spans ``(F - 1) * D + 1`` cells.
    stride : int, or one an axis
        S. Note that poolings have the window's size as their default, which must be given here.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        P, at both ends. With (before, after) pairs, their sum stands in place of 2P.
    dilation : int, or one an axis
        D.
    rounding : {"floor", "ceil", "exact"}
        When the value is no integer: drop the rest, let a last window hang over (if it still starts inside
        the input or the padding before it), or refuse.

    Returns
    -------
    int, or tuple of int when n is a sequence

    Raises
    ------
    ShapeError
        When the window is larger than the padded input, or the value is no integer and ``rounding="exact"``:
        with the numbers in the formula, its value, and the nearest paddings and strides that fit.
    RangeError
        When a setting is not understood.

    Notes
    -----
    Section 2 of the lecture; convolutions and poolings share the rule.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.conv_output_size(7, 3), ag.conv_output_size(7, 3, stride=2)
    (5, 3)
    >>> ag.conv_output_size((32, 32), 5)
    (28, 28)
    >>> ag.conv_output_size(7, 3, stride=3, rounding="exact")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd_cnn.errors.ShapeError: conv_output_size: doesn't fit: 2.33 windows along spatial axis 0
      rule: (N - F + P) / S + 1 = (7 - 3 + 2*0) / 3 + 1 = 2.33
      fits: padding 1 or 4 at both ends; stride 2 or 4; rounding="floor" or "ceil"
      at ...
    >>> ag.conv_output_size(7, 3, stride=3, padding=1, rounding="exact")
    3
    """
    op = "conv_output_size"
    read = whole_numbers(n)
    if read is None or read == ():
        raise RangeError(op, f"n={shown(n)} names no axis", fits="an integer, or one an axis")
    rank = 1 if isinstance(read, int) else len(read)
    size = per_axis(op, "n", n, rank)
    output = window_geometry(
        op, size, per_axis(op, "window", window, rank), stride, padding, dilation, rounding
    ).output
    return output[0] if isinstance(read, int) else output
