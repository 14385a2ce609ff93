"""Rows of `autograd_cnn.ops.elementwise`, and of the dtype conversions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag

from .table import Bad, Kink, OpRow, Sampler, Variant, away, loop, normal, positive

EDGES = ((np.zeros((0, 2)),), (np.array(1.5),), (np.ones((1, 1)),))


def unary(
    name: str, sample: Sampler, reference: Callable[[Any], Any], *kinks: Kink, edges: Any = EDGES
) -> OpRow:
    return OpRow(name, getattr(ag, name), (name,), sample, loop(reference), edges=edges, kinks=kinks)


ROWS = [
    unary("exp", normal((2, 3)), math.exp),
    unary("log", positive((2, 3)), math.log, Kink(([0.0, 2.0],), ([math.inf, 0.5],))),
    unary("sqrt", positive((2, 3)), math.sqrt, Kink(([0.0, 4.0],), ([math.inf, 0.25],))),
    unary("tanh", normal((2, 3)), math.tanh, Kink(([1e4, -1e4],), ([0.0, 0.0],))),
    unary("exp2", normal((2, 3)), lambda x: 2.0**x),
    unary("expm1", normal((2, 3)), math.expm1, Kink(([-50.0],), ([math.exp(-50)],))),
    unary("log2", positive((2, 3)), math.log2, Kink(([0.0],), ([math.inf],))),
    unary("log10", positive((2, 3)), math.log10, Kink(([0.0],), ([math.inf],))),
    unary("log1p", positive((2, 3)), math.log1p, Kink(([-1.0, 0.0],), ([math.inf, 1.0],))),
    unary("cbrt", away((2, 3)), lambda x: math.copysign(abs(x) ** (1 / 3), x), Kink(([0.0],), ([math.inf],))),
    unary("square", normal((2, 3)), lambda x: x * x),
    unary("reciprocal", away((2, 3)), lambda x: 1 / x),
    unary("absolute", away((2, 3)), abs, Kink(([0.0, -2.0, 3.0],), ([0.0, -1.0, 1.0],))),
    # a known zero: it may be asked for, and is 0 also at the jump
    unary("sign", away((2, 3)), lambda x: math.copysign(1.0, x), Kink(([0.0, -2.0],), ([0.0, 0.0],))),
    OpRow(
        "cast",
        lambda x: ag.astype(ag.astype(x, np.float32), np.float64),
        ("cast",),
        lambda rng: (rng.integers(-8, 8, (2, 3)) / 4,),  # exact in either precision
        lambda x: x,
        order=0,  # finite differences drown in float32; test_conversions has the gradient
        edges=EDGES,
        dtypes=("float64",),
    ),
    OpRow(
        "convert",
        ag.astype,
        ("convert",),
        lambda rng: (rng.uniform(-5, 5, (2, 3)),),
        lambda x, dtype: np.array([math.trunc(v) for v in x.flat]).reshape(x.shape),
        variants=(Variant({"dtype": np.int64}), Variant({"dtype": "int32"})),
        order=0,
        edges=EDGES,
        bad=(
            Bad(
                lambda: ag.astype(ag.tensor([1.0]), complex),
                ag.DTypeError,
                r"^astype: elements must be numbers, not complex128\n  fits: .float32",
            ),
        ),
    ),
]
