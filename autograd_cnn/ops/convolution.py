"""Convolution in one, two and three dimensions.

Three primitives form one bilinear family: each one's two transposes are the other two, and all share
one frozen `ConvGeometry`. Rounding, "same", ``output_padding`` and ``flip`` exist only in the public
functions, which work out the geometry.
"""

from __future__ import annotations

from typing import Any

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import ShapeError
from autograd_cnn.kernels.convolution import conv, conv_transpose, conv_weight_gradient
from autograd_cnn.kernels.geometry import ConvGeometry
from autograd_cnn.ops._operands import as_floats
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, window_geometry
from autograd_cnn.ops.advanced_indexing import index
from autograd_cnn.ops.reductions import expand_p, sum_p
from autograd_cnn.primitive import Primitive


def _sum_to_channels(g: Any, *, geometry: ConvGeometry) -> Any:
    axes = (0, *range(2, g.ndim))
    return sum_p(g, axis=axes, keepdims=False, shape=g.shape)


def _spread_from_channels(t: Any, out: Any, *, geometry: ConvGeometry) -> Any:
    axes = (0, *range(2, out.ndim))
    return expand_p(t, axis=axes, keepdims=False, shape=out.shape)


# x (N, C, *in), weight (O, C/groups, *k), y (N, O, *out)
conv_p: Primitive = Primitive(
    "conv",
    conv,
    "x weight bias",
    shape=lambda x, weight, bias=None, *, geometry: (x.shape[0], weight.shape[0], *geometry.output),
    vjps={
        "x": lambda g, weight, *, geometry: conv_transpose_p(g, weight, geometry=geometry),
        "weight": lambda g, x, *, geometry: conv_weight_gradient_p(x, g, geometry=geometry),
        "bias": _sum_to_channels,
    },
    jvps={
        "x": lambda t, weight, *, geometry: conv_p(t, weight, geometry=geometry),
        "weight": lambda t, x, *, geometry: conv_p(x, t, geometry=geometry),
        "bias": _spread_from_channels,
    },
)
conv_transpose_p: Primitive = Primitive(
    "conv_transpose",
    conv_transpose,
    "y weight",
    shape=lambda y, weight, *, geometry: (y.shape[0], weight.shape[1] * geometry.groups, *geometry.input),
    transposes={
        "y": lambda g, weight, *, geometry: conv_p(g, weight, geometry=geometry),
        "weight": lambda g, y, *, geometry: conv_weight_gradient_p(g, y, geometry=geometry),
    },
)
conv_weight_gradient_p: Primitive = Primitive(
    "conv_weight_gradient",
    conv_weight_gradient,
    "x y",
    shape=lambda x, y, *, geometry: (y.shape[1], x.shape[1] // geometry.groups, *geometry.kernel),
    transposes={
        "x": lambda g, y, *, geometry: conv_transpose_p(y, g, geometry=geometry),
        "y": lambda g, x, *, geometry: conv_p(x, g, geometry=geometry),
    },
    title="weight gradient",
)


def conv_operands(op: str, rank: int, x: Any, weight: Any, bias: Any) -> tuple[Tensor, ...]:
    """Give x, weight and perhaps bias as Tensors of one dtype, of the right ranks."""
    operands = as_floats(*((x, weight) if bias is None else (x, weight, bias)))
    axes = ("length", "height, width", "depth, height, width")[rank - 1]
    for name, operand in zip(("x", "weight"), operands, strict=False):
        if operand.ndim != rank + 2:
            missing = (1,) * (rank + 2 - operand.ndim)
            advice = (
                f"; x.reshape{(*missing, *operand.shape)}" if name == "x" and 0 < len(missing) < 3 else ""
            )
            raise ShapeError(
                op,
                f"{name} has {operand.ndim} axes, not {rank + 2}",
                operands=dict(zip(("x", "weight", "bias"), operands, strict=False)),
                rule=f"x (samples, channels, {axes})",
                fits=f"{name} with {rank + 2} axes{advice}",
            )
    return operands


def check_channels(op: str, operands: tuple[Tensor, ...], groups: int, transposed: bool) -> None:
    """Refuse channels that x, weight, bias and groups do not agree on."""
    x, weight = operands[:2]
    channels, (first, second) = x.shape[1], weight.shape[:2]
    outs = second * groups if transposed else first
    expected = first if transposed else second * groups
    named = dict(zip(("x", "weight", "bias"), operands, strict=False))
    if groups < 1 or channels % groups or first % groups:
        raise ShapeError(
            op,
            f"groups={groups} must divide the channels",
            operands=named,
            rule=f"{channels} channels in and {first} filters, each divisible by groups",
            fits="groups=1" if channels != first else f"groups=1 or groups={channels}",
        )
    if channels != expected:
        weight_rule = "weight.shape[0]" if transposed else "weight.shape[1] * groups"
        numbers = f"{first}" if transposed else f"{second} * {groups}"
        good = (channels, second) if transposed else (first, channels // groups)
        raise ShapeError(
            op,
            f"x has {channels} channels, the weight expects {expected}",
            operands=named,
            rule=f"x.shape[1] == {weight_rule}: {channels} != {numbers}",
            fits=f"x with {expected} channels, or a weight {(*good, *weight.shape[2:])}",
        )
    if len(operands) > 2 and operands[2].shape != (outs,):
        raise ShapeError(
            op, "the bias does not match the weight", operands=named, fits=f"a bias of shape ({outs},)"
        )


def _convolve(
    rank: int,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Sizes,
    padding: Padding,
    dilation: Sizes,
    groups: int,
    flip: bool,
    rounding: str,
) -> Tensor:
    op = f"conv{rank}d"
    operands = conv_operands(op, rank, x, weight, bias)
    check_channels(op, operands, groups, transposed=False)
    image, kernel, *rest = operands
    named = dict(zip(("x", "weight", "bias"), operands, strict=False))
    sizes = window_geometry(op, image.shape[2:], kernel.shape[2:], stride, padding, dilation, rounding, named)
    geometry = ConvGeometry(
        sizes.input, sizes.window, sizes.output, sizes.stride, sizes.padding, sizes.dilation, groups
    )
    if flip:
        kernel = index(kernel, (..., *(slice(None, None, -1),) * rank))
    return apply(conv_p, (image, kernel, *rest), {"geometry": geometry})


@checked
@composite
def conv1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Padding = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    flip: bool = False,
    rounding: Rounding = "floor",
) -> Tensor:
    """Convolve sequences: x (N, C, L), weight (O, C/groups, F). Otherwise as in `conv2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.conv1d(ag.tensor([[[1.0, 2.0, 4.0]]]), ag.tensor([[[1.0, -1.0]]]))
    tensor([[[-1., -2.]]], dtype=float32)
    """
    return _convolve(1, x, weight, bias, stride, padding, dilation, groups, flip, rounding)


@checked
@composite
def conv2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Padding = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    flip: bool = False,
    rounding: Rounding = "floor",
) -> Tensor:
    """Convolve images: slide each filter over x, multiply window and filter, and sum.

    ``y[n, o, i, j] = bias[o] + sum_{c, u, v} x[n, c, i*S + u*D - P, j*S + v*D - P] * weight[o, c, u, v]``:
    cross-correlation, the field's convolution. With ``flip=True`` the filter is turned by 180 degrees
    first: the true convolution of mathematics.

    Parameters
    ----------
    x : array_like
        (N, C, H, W): samples, channels, height, width.
    weight : array_like
        (O, C/groups, FH, FW): one filter for each output channel.
    bias : array_like, optional
        (O,), added to each output channel.
    stride : int or one an axis
        Steps S between windows.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Zeros around the input; "same" makes ceil(N / S) windows, an odd cell going after.
    dilation : int or one an axis
        Steps D between the taps of a window.
    groups : int
        Split the channels into groups that don't mix; ``groups=C`` is a depthwise convolution.
    flip : bool
        Turn the filters first.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, extend the end with zeros, or refuse.

    Returns
    -------
    Tensor
        (N, O, H', W'), with (N - F + 2P) / S + 1 windows along an axis. Gradients: `conv_transpose2d` of g
        to x, the correlation of x with g to the weight, g summed to the bias.

    Raises
    ------
    ShapeError
        When ranks or channels don't go together, or the windows don't fit.
    RangeError
        When a setting is not understood.

    Notes
    -----
    Section 2 of the lecture.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> image = ag.tensor([[[[1.0, 3.0, 1.0], [0.0, -1.0, 1.0], [2.0, 2.0, -1.0]]]])
    >>> ag.conv2d(image, ag.tensor([[[[1.0, 2.0], [0.0, -1.0]]]]), flip=True)
    tensor([[[[-2., -4.],
              [ 6.,  4.]]]], dtype=float32)
    """
    return _convolve(2, x, weight, bias, stride, padding, dilation, groups, flip, rounding)


@checked
@composite
def conv3d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Padding = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    flip: bool = False,
    rounding: Rounding = "floor",
) -> Tensor:
    """Convolve volumes: x (N, C, D, H, W), weight (O, C/groups, FD, FH, FW). Otherwise as in `conv2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.conv3d(np.ones((1, 2, 4, 4, 4)), np.ones((3, 2, 2, 2, 2))).shape
    (1, 3, 3, 3, 3)
    """
    return _convolve(3, x, weight, bias, stride, padding, dilation, groups, flip, rounding)
