"""Rows of `autograd_cnn.ops.comparison`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag

from .arithmetic import SHAPES, clash
from .table import Bad, Inputs, Kink, OpRow, loop


def close_numbers(rng: np.random.Generator) -> Inputs:
    """Draw small whole numbers, so that many are equal."""
    return rng.integers(0, 3, (2, 5)).astype(float), rng.integers(0, 3, (2, 5)).astype(float)


def comparison(name: str, reference: Callable[[Any, Any], bool]) -> OpRow:
    return OpRow(
        name,
        getattr(ag, name),
        (name,),
        close_numbers,
        loop(reference),
        order=0,
        edges=(
            (np.zeros((0, 3)), np.zeros(3)),
            (np.array(1.0), np.array(1.0)),
            (np.array([math.nan, 1.0, math.inf]), np.array([math.nan, math.nan, math.inf])),
            (np.arange(3), np.array([0, 2, 1])),
        ),
        bad=(clash(getattr(ag, name), name),),
    )


def chosen(rng: np.random.Generator) -> Inputs:
    return rng.random((2, 3)) < 0.5, rng.standard_normal((2, 3)), rng.standard_normal((2, 3))


ROWS = [
    comparison("equal", lambda x, y: x == y),
    comparison("not_equal", lambda x, y: x != y),
    comparison("less", lambda x, y: x < y),
    comparison("less_equal", lambda x, y: x <= y),
    comparison("greater", lambda x, y: x > y),
    comparison("greater_equal", lambda x, y: x >= y),
    OpRow(
        "where",
        ag.where,
        ("select",),
        chosen,
        loop(lambda c, x, y: x if c else y),
        edges=(
            (np.zeros((0, 2), bool), np.ones(2), np.ones((1, 2))),
            (np.array(True), np.array(1.0), np.array(2.0)),
            (np.array([0, 2, -1]), np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])),
        ),
        broadcasts=(
            *(((2, 3), *shapes) for shapes in SHAPES[:2]),
            ((4, 1, 1), (2, 3), (3,)),
            ((), (2,), ()),
        ),
        # what is not chosen stays out of the gradient, even if infinite or NaN
        kinks=(
            Kink(([True, False], [math.inf, math.nan], [math.nan, math.inf]), (None, [1.0, 0.0], [0.0, 1.0])),
        ),
        bad=(
            Bad(
                lambda: ag.where(np.ones(3, bool), ag.tensor([1.0, 2.0]), 0.0),
                ag.ShapeError,
                r"^where: .*axis -1: 3 of condition against 2 of x.*condition: bool \(3,\)\n"
                r"  x: float32 \(2,\)\n  y: 0.0\n.*fits: equal sizes",
            ),
        ),
    ),
]
