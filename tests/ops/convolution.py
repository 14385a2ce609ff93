"""Rows of `autograd_cnn.ops.convolution` and `transposed_convolution`."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from ..kernels import reference
from .table import Bad, Kink, OpRow, Variant, normal
from .windows import convolve, convolve_transposed

IMAGE, FILTERS, BIAS = (2, 2, 4, 5), (3, 2, 2, 3), (3,)


def zeros(*shape: int) -> Any:
    return np.zeros(shape)


def variant(*shapes: tuple[int, ...], **settings: Any) -> Variant:
    return Variant(settings, normal(*shapes))


def misfits(rank: int) -> tuple[Bad, ...]:
    """What every convolution refuses, in the words of its own rank."""
    name = f"conv{rank}d"
    function = getattr(ag, name)
    x, weight = zeros(1, 2, *(5,) * rank), zeros(4, 2, *(3,) * rank)
    return (
        Bad(
            lambda: function(x[0], weight),
            ag.ShapeError,
            rf"^{name}: x has {rank + 1} axes, not {rank + 2}\n  x: float64 .*\n  weight: float64 .*\n"
            rf"  rule: x \(samples, channels, .*\n  fits: x with {rank + 2} axes; x\.reshape\(1, \d",
        ),
        Bad(
            lambda: function(x, weight[0]),
            ag.ShapeError,
            rf"^{name}: weight has {rank + 1} axes, not {rank + 2}",
        ),
        Bad(
            lambda: function(x, weight[:, :1]),
            ag.ShapeError,
            rf"^{name}: x has 2 channels, the weight expects 1\n.*rule: x.shape\[1\] == weight.shape\[1\] \* "
            r"groups: 2 != 1 \* 1\n  fits: x with 1 channels, or a weight \(4, 2, 3",
        ),
        Bad(
            lambda: function(x, weight, groups=3),
            ag.ShapeError,
            rf"^{name}: groups=3 must divide the channels\n.*rule: 2 channels in and 4 filt.*fits: groups=1",
        ),
        Bad(
            lambda: function(x, weight, zeros(3)),
            ag.ShapeError,
            rf"^{name}: the bias does not match.*bias: float64 \(3,\)\n  fits: a bias of shape \(4,\)",
        ),
        Bad(
            lambda: function(x, weight, stride=0),
            ag.RangeError,
            rf"^{name}: stride=0 is not understood\n  fits: an integer from 1 on, or {rank} of them",
        ),
        Bad(
            lambda: function(x, weight, padding="full"),
            ag.RangeError,
            rf"^{name}: padding='full' is not understood\n  fits: an integer, {rank} integers.*\"same\"",
        ),
        Bad(
            lambda: function(x, weight, padding=-1), ag.RangeError, rf"^{name}: padding=-1 is not understood"
        ),
        Bad(
            lambda: function(x, weight, dilation=(1,) * (rank + 1)),
            ag.RangeError,
            rf"^{name}: dilation=.* is not understood",
        ),
        Bad(
            lambda: function(x, weight, rounding="up"),
            ag.RangeError,
            rf"^{name}: rounding='up' is unknown\n  fits: \"floor\", \"ceil\" or \"exact\"",
        ),
        Bad(
            lambda: function(x, zeros(1, 2, *(7,) * rank)),
            ag.ShapeError,
            rf"^{name}: doesn't fit: -1.00 windows along spatial axis 0\n(?s:.*)  rule: "
            r"\(N - F \+ P\) / S \+ 1 = "
            r"\(5 - 7 \+ 2\*0\) / 1 \+ 1 = -1.00\n  fits: padding 1 or 2 at both ends; .*spans at most 5",
        ),
    )


def transposed_misfits(rank: int) -> tuple[Bad, ...]:
    name = f"conv_transpose{rank}d"
    function = getattr(ag, name)
    x, weight = zeros(1, 4, *(3,) * rank), zeros(4, 2, *(3,) * rank)
    return (
        Bad(
            lambda: function(x[0], weight),
            ag.ShapeError,
            rf"^{name}: x has {rank + 1} axes, not {rank + 2}\n  x: float64",
        ),
        Bad(
            lambda: function(x[:, :2], weight),
            ag.ShapeError,
            rf"^{name}: x has 2 channels, the weight expects 4\n.*x.shape\[1\] == weight.shape\[0\]: 2 != 4",
        ),
        Bad(
            lambda: function(x, weight, zeros(3)),
            ag.ShapeError,
            rf"^{name}: the bias does not match.*fits: a bias of shape \(2,\)",
        ),
        Bad(
            lambda: function(x, weight, groups=3),
            ag.ShapeError,
            rf"^{name}: groups=3 must divide the channels",
        ),
        Bad(
            lambda: function(x, weight, padding="same"),
            ag.RangeError,
            rf"^{name}: padding=\"same\" has no meaning here\n  fits: integers or pairs, and output_padding",
        ),
        Bad(
            lambda: function(x, weight, stride=2, output_padding=2),
            ag.RangeError,
            rf"^{name}: output_padding=2 along spatial axis 0 is not below stride 2 or dilation 1\n.*"
            r"fits: output_padding from 0 to 1",
        ),
        Bad(
            lambda: function(x, weight, padding=3),
            ag.ShapeError,
            rf"^{name}: the result would have the sizes \(-1.*rule: \(N - 1\) \* S - P \+ F",
        ),
    )


EXACT = Bad(
    lambda: ag.conv2d(zeros(1, 1, 7, 7), zeros(1, 1, 3, 3), stride=3, rounding="exact"),
    ag.ShapeError,
    r"^conv2d: doesn't fit: 2.33 windows along spatial axis 0\n(?s:.*)"
    r"  rule: \(N - F \+ P\) / S \+ 1 = \(7 - 3 \+ 2\*0\) / 3 \+ 1 = 2.33\n"
    r"  fits: padding 1 or 4 at both ends; stride 2 or 4; rounding=\"floor\" or \"ceil\"",
)


def on_geometry(seed: int, member: str, groups: int) -> Variant:
    """Draw a geometry and inputs for one member of the family: primitives know no defaults."""
    rng = np.random.default_rng(seed)
    drawn = reference.random_conv_geometry(rng)
    geometry = ag.ConvGeometry(
        drawn.input, drawn.kernel, drawn.output, drawn.stride, drawn.padding, drawn.dilation, groups
    )
    x, y = (2, 2 * groups, *geometry.input), (2, groups, *geometry.output)
    weight = (groups, 2, *geometry.kernel)
    shapes = {"conv_transpose": (y, weight), "conv_weight_gradient": (x, y)}[member]
    return Variant({"geometry": geometry}, normal(*shapes))


ROWS = [
    OpRow(
        "conv1d",
        ag.conv1d,
        ("conv",),
        normal((2, 2, 6), (3, 2, 3), (3,)),
        convolve,
        variants=(
            Variant(),
            variant((2, 2, 6), (3, 2, 3), stride=2, padding=1),
            variant((1, 4, 7), (2, 2, 2), (2,), groups=2, dilation=2, padding=((0, 2),)),
        ),
        bad=misfits(1),
    ),
    OpRow(
        "conv2d",
        ag.conv2d,
        ("conv",),
        normal(IMAGE, FILTERS, BIAS),
        convolve,
        variants=(
            Variant(),
            variant(IMAGE, FILTERS, stride=2, padding=1),
            variant(IMAGE, FILTERS, BIAS, flip=True),
            variant((1, 1, 6, 5), (2, 1, 2, 2), stride=(2, 3), dilation=(1, 2), padding=((1, 0), (0, 2))),
            variant((1, 2, 5, 4), (2, 2, 3, 2), padding="same"),
            variant((1, 1, 5, 6), (1, 1, 3, 2), padding="same", stride=2),
            variant((1, 2, 4, 4), (4, 1, 3, 3), (4,), groups=2, padding=1),
            variant((1, 1, 6, 5), (1, 1, 3, 2), stride=2, rounding="ceil", padding=(1, 0)),
            variant((1, 1, 7, 7), (1, 1, 3, 3), stride=2, rounding="exact", padding="valid"),
            variant((1, 2, 2, 2), (2, 2, 1, 1), (2,)),
        ),
        edges=(
            (zeros(0, 2, 4, 4), zeros(3, 2, 2, 2), zeros(3)),
            (np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 1), 2.0), np.ones(1)),
        ),
        # rows that no window reaches get exactly no gradient
        kinks=(
            Kink(
                (np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))),
                ([[[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]], np.ones((1, 1, 2, 2))),
                {"stride": 2},
            ),
        ),
        bad=(*misfits(2), EXACT),
    ),
    OpRow(
        "conv3d",
        ag.conv3d,
        ("conv",),
        normal((1, 2, 3, 2, 3), (2, 2, 2, 2, 2), (2,)),
        convolve,
        variants=(
            Variant(),
            variant(
                (1, 1, 3, 4, 2),
                (2, 1, 2, 1, 2),
                stride=(1, 2, 1),
                padding=((1, 1), (0, 0), (0, 1)),
                flip=True,
            ),
            variant((1, 2, 3, 3, 2), (2, 1, 2, 2, 1), groups=2, dilation=(2, 1, 1)),
        ),
        bad=misfits(3),
    ),
    OpRow(
        "conv_transpose1d",
        ag.conv_transpose1d,
        ("conv_transpose",),
        normal((2, 2, 4), (2, 3, 3), (3,)),
        convolve_transposed,
        variants=(
            Variant(),
            variant((1, 4, 3), (4, 1, 3), (2,), stride=3, padding=1, output_padding=2, groups=2),
        ),
        bad=transposed_misfits(1),
    ),
    OpRow(
        "conv_transpose2d",
        ag.conv_transpose2d,
        ("conv_transpose",),
        normal((2, 2, 3, 2), (2, 3, 2, 2), (3,)),
        convolve_transposed,
        variants=(
            Variant(),
            variant((1, 2, 3, 2), (2, 1, 3, 3), stride=2, padding=1, output_padding=(1, 0)),
            variant((1, 2, 2, 3), (2, 2, 2, 2), (4,), groups=2, dilation=2, padding=((1, 0), (0, 2))),
            variant((1, 1, 2, 2), (1, 1, 2, 2), stride=3, output_padding=2),
        ),
        edges=(
            (zeros(0, 2, 3, 3), zeros(2, 1, 2, 2), zeros(1)),
            (np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), np.ones(1)),
        ),
        bad=transposed_misfits(2),
    ),
    OpRow(
        "conv_transpose3d",
        ag.conv_transpose3d,
        ("conv_transpose",),
        normal((1, 2, 2, 2, 2), (2, 1, 2, 1, 2), (1,)),
        convolve_transposed,
        variants=(Variant(), variant((1, 2, 2, 2, 1), (2, 1, 2, 3, 3), stride=2, padding=1, groups=2)),
        bad=transposed_misfits(3),
    ),
    OpRow(
        "conv_transpose, any geometry",
        registry["conv_transpose"],
        ("conv_transpose",),
        normal(),
        reference.conv_transpose,
        variants=tuple(on_geometry(seed, "conv_transpose", 1 + seed % 2) for seed in (5, 6, 11)),
    ),
    OpRow(
        "conv_weight_gradient",
        registry["conv_weight_gradient"],
        ("conv_weight_gradient",),
        normal(),
        reference.conv_weight_gradient,
        variants=tuple(on_geometry(seed, "conv_weight_gradient", 1 + seed % 2) for seed in (5, 6, 11)),
    ),
]
