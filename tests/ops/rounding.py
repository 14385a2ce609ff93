"""Rows of `autograd_cnn.ops.rounding` and `logic`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .arithmetic import EDGES, SHAPES, clash
from .reductions import AXES, reduce, wrong_axes
from .table import Array, Bad, Inputs, Kink, OpRow, Variant, loop, normal, settings

INF, NAN = math.inf, math.nan
WILD = np.array([[0.0, 1.5, NAN], [INF, -INF, -2.0]])


def between_wholes(rng: np.random.Generator) -> Inputs:
    """Draw numbers at least 0.1 from the next jump of any rounding to whole numbers."""
    return (rng.integers(-3, 3, (2, 4)) + rng.choice([0.15, 0.35, 0.65, 0.85], (2, 4)),)


def dividends(rng: np.random.Generator) -> Inputs:
    y = rng.uniform(0.8, 1.6, (2, 3)) * rng.choice([-1.0, 1.0], (2, 3))
    return (rng.integers(-3, 3, (2, 3)) + rng.uniform(0.2, 0.8, (2, 3))) * y, y


def halves_to_even(x: float, decimals: int = 0) -> float:
    return float(round(x, decimals))


def step(name: str, reference: Any, *jumps: float) -> OpRow:
    zeros = [0.0] * len(jumps)
    return OpRow(
        name,
        getattr(ag, name),
        (name,),
        between_wholes,
        loop(reference),
        edges=((np.zeros((0, 2)),), (np.array(1.5),), (np.array([2, 3]),)),
        kinks=(Kink((list(jumps),), (zeros,)),),
    )


def question(name: str, reference: Any) -> OpRow:
    return OpRow(
        name, getattr(ag, name), (name,), lambda rng: (WILD,), loop(reference), order=0, edges=((WILD[:0],),)
    )


def of_two(name: str, reference: Any) -> OpRow:
    return OpRow(
        name,
        getattr(ag, name),
        (name,),
        lambda rng: (rng.integers(0, 2, (2, 5)).astype(float), rng.random((2, 5)) < 0.5),
        loop(reference),
        order=0,
        bad=(clash(getattr(ag, name), name),),
    )


def counted(name: str, combine: Any) -> OpRow:
    return OpRow(
        name,
        getattr(ag, name),
        (name,),
        lambda rng: (rng.integers(0, 2, (2, 3, 2)).astype(float),),
        reduce(combine),
        variants=settings(*AXES),
        order=0,
        edges=((np.zeros((0, 3)),), (np.array(2.0),)),
        bad=wrong_axes(name),
    )


def limited(x: Array, *limits: Array, min: Any = None, max: Any = None) -> Array:
    low, high = limits or (min, max)
    x = x if low is None else np.where(x < low, low, x)
    return x if high is None else np.where(x > high, high, x)


ROWS = [
    step("floor", math.floor, 1.0, -2.0),
    step("ceil", math.ceil, 1.0, -2.0),
    step("trunc", math.trunc, 1.0, 0.0),
    step("round", halves_to_even, 0.5, 1.5),
    OpRow(
        "floor_divide",
        ag.floor_divide,
        ("floor_divide",),
        dividends,
        loop(lambda x, y: float(math.floor(x / y))),
        edges=EDGES,
        bad=(clash(ag.floor_divide, "floor_divide"),),
    ),
    OpRow(
        "remainder",
        ag.remainder,
        ("remainder",),
        dividends,
        loop(lambda x, y: x - math.floor(x / y) * y),
        edges=((np.zeros((0, 3)), np.ones((1, 3))), (np.array(0.7), np.array(1.3))),
        broadcasts=SHAPES[:3],
        kinks=(Kink(([4.0, -4.0], [2.0, 3.0]), ([1.0, 1.0], [-2.0, 2.0])),),
        bad=(clash(ag.remainder, "remainder"),),
    ),
    OpRow(
        "clip",
        ag.clip,
        ("clip",),
        lambda rng: (rng.choice([-3.0, -0.6, 0.1, 0.9, 2.0], (2, 4)),),
        limited,
        variants=(
            *settings({"min": -1.0, "max": 1.5}, {"max": 0.5}, {"min": 0.0}),
            Variant({}, lambda rng: (np.array([-3.0, 0.1, 2.0]), np.array(-1.0), np.array([1.0, 1.5, 1.0]))),
        ),
        edges=((np.zeros((0, 2)),), (np.array(7.0),)),
        kinks=(
            Kink(([-1.0, 0.0, 1.0, 2.0, NAN],), ([0.0, 1.0, 1.0, 0.0, 1.0],), {"min": 0.0, "max": 1.0}),
            Kink(([-1.0, 0.0, 1.0, 2.0], 0.0, 1.0), ([0.0, 1.0, 1.0, 0.0], 1.0, 1.0)),
        ),
        bad=(Bad(lambda: ag.clip(ag.tensor([1.0])), ag.RangeError, r"^clip: there is no limit.*fits: min,"),),
    ),
    OpRow(
        "within",
        registry["within"],
        ("within",),
        normal((2, 3)),
        loop(lambda x, low, high: low <= x <= high),
        variants=settings({"low": -0.5, "high": 0.5}),
        order=0,
    ),
    OpRow(
        "nan_to_num",
        ag.nan_to_num,
        ("nan_to_num",),
        normal((2, 3)),
        loop(lambda x, **_: x),
        variants=settings({"posinf": 8.0, "neginf": 9.0}),
        kinks=(Kink((WILD,), ([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]],)),),
    ),
    question("isnan", math.isnan),
    question("isinf", math.isinf),
    question("isfinite", math.isfinite),
    question("logical_not", lambda x: not x),
    of_two("logical_and", lambda x, y: bool(x and y)),
    of_two("logical_or", lambda x, y: bool(x or y)),
    of_two("logical_xor", lambda x, y: bool(x) != bool(y)),
    counted("any", any),
    counted("all", all),
    counted("count_nonzero", lambda values: sum(v != 0 for v in values)),
]
