"""Transposed convolution: the adjoint of convolution as a layer of its own."""

from __future__ import annotations

from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.geometry import ConvGeometry
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops._windows import Padding, Sizes, extent, pad_pairs, per_axis
from autograd_cnn.ops.convolution import check_channels, conv_operands, conv_transpose_p
from autograd_cnn.ops.movement import reshape


def _convolve_transposed(
    rank: int,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Sizes,
    padding: Padding,
    output_padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Tensor:
    op = f"conv_transpose{rank}d"
    operands = conv_operands(op, rank, x, weight, bias)
    check_channels(op, operands, groups, transposed=True)
    image, kernel = operands[:2]
    small, window = image.shape[2:], kernel.shape[2:]
    strides, dilations = per_axis(op, "stride", stride, rank), per_axis(op, "dilation", dilation, rank)
    extra = per_axis(op, "output_padding", output_padding, rank, least=0)
    check_not_same(op, padding)
    pairs = pad_pairs(op, padding, small, window, strides, dilations)
    large = tuple(
        (n - 1) * s - sum(pair) + extent(f, d) + e
        for n, s, pair, f, d, e in zip(small, strides, pairs, window, dilations, extra, strict=True)
    )
    _check_transposed_sizes(op, operands, large, extra, strides, dilations)
    geometry = ConvGeometry(large, window, small, strides, pairs, dilations, groups)
    result: Tensor = apply(conv_transpose_p, (image, kernel), {"geometry": geometry})
    if len(operands) == 2:
        return result
    return result + reshape(operands[2], (-1,) + (1,) * rank)


def _check_transposed_sizes(
    op: str, operands: tuple[Tensor, ...], large: Shape, extra: Shape, strides: Shape, dilations: Shape
) -> None:
    named = dict(zip(("x", "weight", "bias"), operands, strict=False))
    if min(operands[1].shape[2:]) < 1:
        raise ShapeError(
            op,
            f"a window of {operands[1].shape[2:]} has no taps",
            operands=named,
            fits="a window of at least 1 along each axis",
        )
    if min(large) < 1:
        raise ShapeError(
            op,
            f"the result would have the sizes {large}",
            operands=named,
            rule="(N - 1) * S - P + F + output_padding, at least 1",
            fits="less padding",
        )
    check_output_padding(op, extra, strides, dilations, named)


def check_not_same(op: str, padding: Padding) -> None:
    """Refuse "same": a transposed convolution exists to change the size."""
    if isinstance(padding, str) and padding == "same":
        raise RangeError(
            op, 'padding="same" has no meaning here', fits="integers or pairs, and output_padding"
        )


def check_output_padding(
    op: str, extra: Shape, strides: Shape, dilations: Shape, operands: dict[str, Any] | None = None
) -> None:
    """Refuse to add as many rows as would make another window fit."""
    for axis, (e, s, d) in enumerate(zip(extra, strides, dilations, strict=True)):
        if e and e >= max(s, d):
            raise RangeError(
                op,
                f"output_padding={e} along spatial axis {axis} is not below stride {s} or dilation {d}",
                operands=operands,
                fits=f"output_padding from 0 to {max(s, d) - 1}",
            )


@checked
@composite
def conv_transpose1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Padding = 0,
    output_padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Transposed convolution of sequences (N, C, L). Otherwise as in `conv_transpose2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.conv_transpose1d(ag.tensor([[[1.0, 2.0]]]), ag.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]], dtype=float32)
    """
    return _convolve_transposed(1, x, weight, bias, stride, padding, output_padding, dilation, groups)


@checked
@composite
def conv_transpose2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Padding = 0,
    output_padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Transposed convolution: the adjoint of `conv2d` in its input. Each value paints a filter; overlaps add.

    Parameters
    ----------
    x : array_like
        (N, C, H, W).
    weight : array_like
        (C, O/groups, FH, FW): the weight of the convolution that this transposes.
    bias : array_like, optional
        (O,).
    stride, padding, dilation, groups
        Of the convolution that this transposes.
    output_padding : int or one an axis
        Rows added at the end: which of the sizes that the convolution would round to x's is meant.

    Returns
    -------
    Tensor
        (N, O, H', W'), with (N - 1) * S - 2P + F + output_padding cells along an axis.

    Raises
    ------
    ShapeError
        When ranks or channels don't go together, or nothing would be left.
    RangeError
        When a setting is not understood, or ``output_padding`` is not less than stride or dilation.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 3, 2, 2)), stride=2).shape
    (1, 3, 4, 4)
    """
    return _convolve_transposed(2, x, weight, bias, stride, padding, output_padding, dilation, groups)


@checked
@composite
def conv_transpose3d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Padding = 0,
    output_padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Transposed convolution of volumes: x (N, C, D, H, W). Otherwise as in `conv_transpose2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.conv_transpose3d(np.ones((1, 1, 2, 2, 2)), np.ones((1, 1, 2, 2, 2)), stride=2).shape
    (1, 1, 4, 4, 4)
    """
    return _convolve_transposed(3, x, weight, bias, stride, padding, output_padding, dilation, groups)
