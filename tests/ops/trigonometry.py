"""Rows of `autograd_cnn.ops.trigonometry`."""

from __future__ import annotations

import math

import autograd_cnn as ag

from .arithmetic import EDGES, SHAPES, clash
from .elementwise import unary
from .table import Kink, OpRow, Sampler, away, loop, normal, positive

INF = math.inf


def between(low: float, high: float) -> Sampler:
    return lambda rng: (rng.uniform(low, high, (2, 3)),)


ROWS = [
    unary("sin", normal((2, 3)), math.sin),
    unary("cos", normal((2, 3)), math.cos),
    unary("tan", between(-1, 1), math.tan),
    unary("arcsin", between(-0.8, 0.8), math.asin, Kink(([1.0, 0.0],), ([INF, 1.0],)), edges=()),
    unary("arccos", between(-0.8, 0.8), math.acos, Kink(([-1.0, 0.0],), ([-INF, -1.0],)), edges=()),
    unary("arctan", normal((2, 3)), math.atan, Kink(([1e200, -1e150],), ([0.0, 1e-300],))),
    unary("sinh", normal((2, 3)), math.sinh),
    unary("cosh", normal((2, 3)), math.cosh),
    unary("arcsinh", normal((2, 3)), math.asinh, Kink(([1e200],), ([1e-200],))),
    unary("arccosh", positive((2, 3), low=1.3, high=4), math.acosh, Kink(([1.0],), ([INF],))),
    unary("arctanh", between(-0.8, 0.8), math.atanh, Kink(([1.0, 0.0],), ([INF, 1.0],)), edges=()),
    OpRow(
        "hypot",
        ag.hypot,
        ("hypot",),
        away((2, 3), (2, 3)),
        loop(math.hypot),
        edges=EDGES,
        broadcasts=SHAPES,
        kinks=(
            Kink(([0.0, 1e200], [0.0, 0.0]), ([0.0, 1.0], [0.0, 0.0])),
            Kink(([3.0], [-4.0]), ([0.6], [-0.8])),
        ),
        bad=(clash(ag.hypot, "hypot"),),
    ),
    OpRow(
        "arctan2",
        ag.arctan2,
        ("arctan2",),
        away((2, 3), (2, 3)),
        loop(math.atan2),
        edges=EDGES,
        broadcasts=SHAPES,
        kinks=(Kink(([0.0, 1e200], [0.0, 1e200]), ([0.0, 5e-201], [0.0, -5e-201])),),
    ),
]
