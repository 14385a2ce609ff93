"""Rows of `autograd_cnn.ops.arithmetic`."""

from __future__ import annotations

import math

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Bad, Kink, OpRow, away, distinct, loop, normal, positive, settings

SHAPES = (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 3), (4, 1)), ((), (2, 2)), ((1,), (3, 1)))
EDGES = ((np.zeros((0, 3)), np.zeros((1, 3))), (np.array(0.7), np.array(1.3)), (np.ones((1, 1)), np.ones(1)))
TIES = settings({}, {"ties": "first"}, {"ties": "last"}, {"ties": "split"})


def clash(function: object, name: str) -> Bad:
    call = lambda: function(ag.tensor(np.zeros((2, 3))), ag.tensor(np.zeros((4, 3), "f4")))  # type: ignore[operator]
    pattern = (
        rf"^{name}: .*axis -2: 2 of x against 4 of y\n  x: float64 \(2, 3\)\n  y: float32 \(4, 3\)\n"
        r"  rule: .*equal or 1\n  fits: equal sizes, or size 1"
    )
    return Bad(call, ag.ShapeError, pattern)


def no_policy(name: str) -> Bad:
    return Bad(
        lambda: getattr(ag, name)(ag.tensor([1.0]), 2.0, ties="both"),
        ag.RangeError,
        rf"^{name}: ties='both' .*fits: \"first\", \"last\" or \"split\"",
    )


def shares(x: float, y: float, ties: str = "first") -> float:
    if x != x or x > y:
        return 1.0
    if y != y or y > x:
        return 0.0
    return {"first": 1.0, "last": 0.0, "split": 0.5}[ties]


NAN = math.nan

ROWS = [
    OpRow(
        "add",
        ag.add,
        ("add",),
        normal((2, 3), (2, 3)),
        loop(lambda x, y: x + y),
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(
            clash(ag.add, "add"),
            Bad(
                lambda: ag.add(ag.tensor([1.0]), "one"),
                ag.DTypeError,
                r"^operand: cannot make numbers of a str\n  fits: a Tensor, array or number",
            ),
            Bad(
                lambda: ag.tensor([1.0]) * np.array([1j]),
                ag.DTypeError,
                r"^operand: cannot make numbers of a ndarray",
            ),
            Bad(
                lambda: ag.tensor([1.0]) + None,
                ag.DTypeError,
                r"^operand: cannot make numbers of a NoneType\n  fits: a Tensor, array or number",
            ),
        ),
    ),
    OpRow(
        "subtract",
        ag.subtract,
        ("subtract",),
        normal((2, 3), (2, 3)),
        loop(lambda x, y: x - y),
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(clash(ag.subtract, "subtract"),),
    ),
    OpRow(
        "multiply",
        ag.multiply,
        ("multiply",),
        normal((2, 3), (2, 3)),
        loop(lambda x, y: x * y),
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(clash(ag.multiply, "multiply"),),
    ),
    OpRow(
        "divide",
        ag.divide,
        ("divide",),
        away((2, 3), (2, 3)),
        loop(lambda x, y: x / y),
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(clash(ag.divide, "divide"),),
    ),
    OpRow(
        "negative",
        ag.negative,
        ("negative",),
        normal((2, 3)),
        loop(lambda x: -x),
        edges=((np.zeros((0, 2)),), (np.array(3.0),)),
    ),
    OpRow(
        "power",
        ag.power,
        ("power",),
        lambda rng: (rng.uniform(0.4, 2.0, (2, 3)), rng.uniform(-2.0, 3.0, (2, 3))),
        loop(lambda x, y: x**y),
        edges=EDGES[1:],
        broadcasts=SHAPES,
        bad=(clash(ag.power, "power"),),
        # the exponent 0 is a known zero, and where the base is not positive the exponent has no gradient
        kinks=(
            Kink(([0.0, 2.0], [0.0, 0.0]), ([0.0, 0.0], [0.0, math.log(2.0)])),
            Kink(([-2.0, 0.0], [2.0, 2.0]), ([-4.0, 0.0], [0.0, 0.0])),
            Kink(([0.0], [1.0]), ([1.0], [0.0])),
        ),
    ),
    OpRow(
        "log_of_base",
        registry["log_of_base"],
        ("log_of_base",),
        away((2, 3)),
        loop(lambda x: math.log(x) if x > 0 else 0.0),
        kinks=(Kink(([0.0, -1.0],), ([0.0, 0.0],)),),
    ),
    OpRow(
        "first_share",
        registry["first_share"],
        ("first_share",),
        distinct((2, 3), (2, 3)),
        loop(shares),
        variants=settings({"ties": "first"}, {"ties": "last"}, {"ties": "split"}),
        order=0,
        edges=((np.array([1.0, NAN, 2.0]), np.array([NAN, NAN, 2.0])),),
    ),
    OpRow(
        "maximum",
        ag.maximum,
        ("maximum",),
        distinct((2, 3), (2, 3)),
        loop(lambda x, y, ties="first": x if x > y else y),
        variants=TIES,
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(clash(ag.maximum, "maximum"), no_policy("maximum")),
        kinks=(
            Kink(([1.0, 2.0], [1.0, 3.0]), ([1.0, 0.0], [0.0, 1.0])),
            Kink(([1.0, 2.0], [1.0, 3.0]), ([0.0, 0.0], [1.0, 1.0]), {"ties": "last"}),
            Kink(([1.0, 2.0], [1.0, 3.0]), ([0.5, 0.0], [0.5, 1.0]), {"ties": "split"}),
            # the first NaN wins, whatever the policy
            *(
                Kink(([NAN, 1.0, NAN], [1.0, NAN, NAN]), ([1.0, 0.0, 1.0], [0.0, 1.0, 0.0]), {"ties": ties})
                for ties in ("first", "last", "split")
            ),
        ),
    ),
    OpRow(
        "minimum",
        ag.minimum,
        ("minimum",),
        distinct((2, 3), (2, 3)),
        loop(lambda x, y, ties="first": x if x < y else y),
        variants=TIES,
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(no_policy("minimum"),),
        kinks=(
            Kink(([1.0, 2.0], [1.0, 3.0]), ([1.0, 1.0], [0.0, 0.0])),
            Kink(([1.0, 2.0], [1.0, 3.0]), ([0.0, 1.0], [1.0, 0.0]), {"ties": "last"}),
            Kink(([1.0, 2.0], [1.0, 3.0]), ([0.5, 1.0], [0.5, 0.0]), {"ties": "split"}),
        ),
    ),
    OpRow(
        "power of 2",
        lambda x: x**2,
        ("power",),
        positive((2, 3)),
        loop(lambda x: x * x),
        edges=((np.zeros((0,)),), (np.array([-3.0]),)),
        kinks=(Kink(([0.0, -3.0],), ([0.0, -6.0],)),),
    ),
]
