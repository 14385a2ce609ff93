"""Rows of `autograd_cnn.ops.max_pooling`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from ..kernels import reference
from .table import Array, Bad, Inputs, Kink, OpRow, Variant, distinct, settings
from .windows import each, max_pooled

NAN = math.nan
TIES = ("first", "last", "split")


def zeros(*shape: int) -> Any:
    return np.zeros(shape)


def misfits(name: str) -> tuple[Bad, ...]:
    """What every pooling refuses."""
    rank = int(name[-2])
    function = getattr(ag, name)
    x = zeros(1, 1, *(7,) * rank)
    return (
        Bad(
            lambda: function(x[0], 2),
            ag.ShapeError,
            rf"^{name}: x has {rank + 1} axes, not {rank + 2}\n  x: float64 .*\n  rule: x \(samples, chan"
            rf".*\n  fits: x with {rank + 2} axes",
        ),
        Bad(
            lambda: function(x, 3, stride=3, rounding="exact"),
            ag.ShapeError,
            rf"^{name}: doesn't fit: 2.33 windows along spatial axis 0\n(?s:.*)  rule: "
            r"\(N - F \+ P\) / S \+ 1 = "
            r"\(7 - 3 \+ 2\*0\) / 3 \+ 1 = 2.33\n  fits: padding 1 at both ends; stride 2 or 4",
        ),
        Bad(
            lambda: function(x, 8),
            ag.ShapeError,
            rf"^{name}: doesn't fit: 0.88 windows along spatial axis 0.*fits: "
            "padding 1 or 2 at both ends; a window that spans at most 7",
        ),
        Bad(
            lambda: function(x, 0),
            ag.RangeError,
            rf"^{name}: window=0 is not understood\n  fits: an integer from 1 on, or {rank} of them",
        ),
        Bad(
            lambda: function(x, (2,) * (rank + 1)),
            ag.RangeError,
            rf"^{name}: window=\(2, 2.*\) is not understood",
        ),
        Bad(
            lambda: function(x, 2, padding="full"),
            ag.RangeError,
            rf"^{name}: padding='full' is not understood",
        ),
        Bad(
            lambda: function(x, 2, rounding="up"),
            ag.RangeError,
            rf"^{name}: rounding='up' is unknown\n  fits: \"floor\", \"ceil\" or \"exact\"",
        ),
    )


def max_misfits(name: str) -> tuple[Bad, ...]:
    rank = int(name[-2])
    function = getattr(ag, name)
    return (
        *misfits(name),
        Bad(
            lambda: function(zeros(1, 1, *(4,) * rank), 2, ties="any"),
            ag.RangeError,
            rf"^{name}: ties='any' is unknown\n  fits: \"first\", \"last\" or \"split\"",
        ),
        Bad(
            lambda: function(zeros(1, 1, *(4,) * rank), 2, ties="split", return_indices=True),
            ag.RangeError,
            rf"^{name}: with ties=\"split\" a window has no single index\n  fits: ties=\"first\" or \"last\"",
        ),
        Bad(
            lambda: function(zeros(1, 1, *(4,) * rank), 2, padding=2),
            ag.ShapeError,
            rf"^{name}: window 0 along spatial axis 0 holds no real cell, only padding\n  rule: it starts at "
            r"0 \* 2 - 2 = -2; real cells are 0 to 3\n  fits: padding of at most 1",
        ),
    )


def unpool_misfits(name: str) -> tuple[Bad, ...]:
    rank = int(name[-2])
    function = getattr(ag, name)
    y, indices = zeros(1, 1, *(2,) * rank), np.zeros((1, 1, *(2,) * rank), int)
    return (
        Bad(lambda: function(y[0], indices, 2), ag.ShapeError, rf"^{name}: x has {rank + 1} axes"),
        Bad(
            lambda: function(y, indices * 1.0, 2),
            ag.DTypeError,
            rf"^{name}: indices must be integers\n  y: float64 .*\n  indices: float64 .*return_indices=True",
        ),
        Bad(
            lambda: function(y, indices[..., :1], 2),
            ag.ShapeError,
            rf"^{name}: y and its indices differ in shape\n.*fits: indices \(1, 1, 2",
        ),
        Bad(
            lambda: function(y, indices + 4**rank, 2),
            ag.RangeError,
            rf"^{name}: indices from {4**rank} to {4**rank} leave a plane of {4**rank} cells\n.*"
            rf"rule: 0 <= index < 4.* = {4**rank}\n  fits: a larger output_size",
        ),
        Bad(lambda: function(y, indices - 1, 2), ag.RangeError, rf"^{name}: indices from -1 to -1 leave"),
    )


def unpooled(
    y: Array, indices: Array, window: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Array:
    rank = y.ndim - 2
    taps = each(window, rank)
    steps = taps if stride is None else each(stride, rank)
    size = output_size or tuple(
        (n - 1) * s - 2 * p + f
        for n, s, p, f in zip(y.shape[2:], steps, each(padding, rank), taps, strict=True)
    )
    result = np.zeros((*y.shape[:2], *size[-rank:]))
    for place in np.ndindex(y.shape):
        result[(*place[:2], *np.unravel_index(indices[place], size[-rank:]))] += y[place]
    return result


def with_indices(shape: tuple[int, ...], cells: int) -> Any:
    """Draw values and indices, some of which meet."""

    def sample(rng: np.random.Generator) -> Inputs:
        return rng.standard_normal(shape), rng.integers(0, cells, shape)

    return sample


def given(seed: int, ties: str, large: bool) -> Variant:
    """Draw a geometry with its switches, and an array at its large or at its small end."""
    rng = np.random.default_rng(seed)
    geometry = reference.random_window_geometry(rng)

    def sample(rng: np.random.Generator) -> Inputs:
        x = rng.integers(0, 3, (2, 2, *geometry.input)).astype(float)
        switches = registry["max_pool"].kernel(x, geometry=geometry, ties=ties)[1]
        shape = (2, 2, *(geometry.input if large else geometry.output))
        return rng.standard_normal(shape), np.array(switches)

    return Variant({"geometry": geometry}, sample)


def as_weights(switches: Array, ndim: int, geometry: Any) -> Array:
    if switches.ndim > ndim:
        return switches
    return np.stack([switches == tap for tap in range(math.prod(geometry.window))]).astype(float)


GIVEN = [(21, "first"), (22, "last"), (23, "split"), (24, "split")]
PLANE = [[[[1.0, 2.0, 2.0], [2.0, 2.0, 0.0], [0.0, 0.0, 0.0]]]]


def plane(*rows: Any) -> Any:
    return [[list(rows)]]


ROWS = [
    OpRow(
        "max_pool1d",
        ag.max_pool1d,
        ("max_pool",),
        distinct((2, 2, 6)),
        max_pooled,
        variants=settings(
            {"window": 2},
            {"window": 3, "stride": 1, "padding": 1},
            {"window": 2, "stride": 4, "rounding": "ceil", "ties": "split"},
        ),
        bad=max_misfits("max_pool1d"),
    ),
    OpRow(
        "max_pool2d",
        ag.max_pool2d,
        ("max_pool",),
        distinct((2, 2, 5, 4)),
        max_pooled,
        variants=settings(
            {"window": 2},
            {"window": 3, "stride": 1},
            {"window": (2, 3), "stride": (1, 2), "padding": 1, "ties": "last"},
            {"window": 2, "stride": 2, "rounding": "ceil", "ties": "split"},
            {"window": 2, "stride": 1, "dilation": (2, 3)},
            {"window": 3, "stride": 2, "padding": ((1, 0), (0, 1)), "ties": "split"},
            {"window": 2, "padding": "same", "stride": 1},
            {"window": 5, "padding": (1, 1), "stride": 1},
            {"window": (5, 4), "rounding": "exact", "padding": "valid"},
        ),
        edges=((zeros(0, 2, 4, 4),), (np.ones((1, 1, 2, 2)),), (np.full((1, 1, 2, 2), -math.inf),)),
        kinks=(
            Kink(
                (PLANE,),
                (plane([0.0, 2.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]),),
                {"window": 2, "stride": 1},
            ),
            Kink(
                (PLANE,),
                (plane([0.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 0.0]),),
                {"window": 2, "stride": 1, "ties": "last"},
            ),
            Kink(
                (PLANE,),
                (
                    plane(
                        [0.0, 2 / 3, 1 / 3],
                        [1 / 3 + 1 / 2, 1 / 3 + 1 / 3 + 1 / 2 + 1.0, 0.0],
                        [0.0, 0.0, 0.0],
                    ),
                ),
                {"window": 2, "stride": 1, "ties": "split"},
            ),
            *(
                Kink(
                    (plane([1.0, NAN], [math.inf, NAN]),),
                    (plane([0.0, 1.0], [0.0, 0.0]),),
                    {"window": 2, "ties": ties},
                )
                for ties in TIES
            ),
            # padding never wins, not even against minus infinity
            Kink(
                (plane([-math.inf, -math.inf]),),
                (plane([1.0, 1.0]),),
                {"window": (1, 2), "padding": (0, 1)},
            ),
        ),
        bad=max_misfits("max_pool2d"),
    ),
    OpRow(
        "max_pool3d",
        ag.max_pool3d,
        ("max_pool",),
        distinct((1, 2, 3, 4, 2)),
        max_pooled,
        variants=settings(
            {"window": 2}, {"window": (2, 1, 2), "stride": 1, "padding": (1, 0, 1), "ties": "last"}
        ),
        bad=max_misfits("max_pool3d"),
    ),
    OpRow(
        "max_pool2d with indices",
        ag.max_pool2d,
        ("max_pool", "flat_indices"),
        lambda rng: (rng.integers(0, 3, (2, 2, 5, 4)).astype(float),),
        max_pooled,
        variants=settings(
            *(
                {"window": 3, "stride": 1, "padding": 1, "ties": ties, "return_indices": True}
                for ties in ("first", "last")
            )
        ),
        order=0,
    ),
    *(
        OpRow(
            f"max_unpool{rank}d",
            getattr(ag, f"max_unpool{rank}d"),
            ("add_along",),
            with_indices((2, 2, *(2,) * rank), 4**rank),
            unpooled,
            variants=settings(
                {"window": 2},
                {"window": 3, "stride": 2, "padding": 0, "output_size": (5,) * rank},
                {"window": 4, "stride": 2, "padding": 1},
            ),
            edges=((np.ones((1, 1, *(1,) * rank)), np.zeros((1, 1, *(1,) * rank), int)),),
            bad=unpool_misfits(f"max_unpool{rank}d"),
        )
        for rank in (1, 2, 3)
    ),
    OpRow(
        "max_unpool",
        registry["max_unpool"],
        ("max_unpool",),
        with_indices((1, 1, 2, 2), 6),
        lambda y, switches, geometry: reference.max_unpool(
            y, as_weights(switches, y.ndim, geometry), geometry
        ),
        variants=tuple(given(seed, ties, large=False) for seed, ties in GIVEN),
        constants=(1,),
    ),
    OpRow(
        "pool_at",
        registry["pool_at"],
        ("pool_at",),
        with_indices((1, 1, 5, 4), 6),
        lambda x, switches, geometry: reference.pool_at(x, as_weights(switches, x.ndim, geometry), geometry),
        variants=tuple(given(seed, ties, large=True) for seed, ties in GIVEN),
        constants=(1,),
    ),
]
