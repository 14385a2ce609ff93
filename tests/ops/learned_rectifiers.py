"""Rows of `autograd_cnn.ops.learned_rectifiers`, and of the parts that its rules are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Array, Bad, Inputs, Kink, OpRow, Variant, away, distinct, loop, normal, settings

X = np.zeros((2, 3, 4))


def beside(value: Array, x: Array) -> Array:
    return value.reshape(*value.shape, *(1,) * (x.ndim - 2)) if value.ndim == 1 and x.ndim >= 2 else value


def prelu(x: Array, a: Array) -> Array:
    return np.asarray(np.where(x < 0, beside(a, x) * x, x))


def srelu(x: Array, *learned: Array) -> Array:
    t_l, a_l, t_r, a_r = (beside(value, x) for value in learned)
    right = np.where(x >= t_r, t_r + a_r * (x - t_r), x)
    return np.asarray(np.where(x <= t_l, t_l + a_l * (x - t_l), right))


def s_shaped(shape: tuple[int, ...], *channels: int) -> Any:
    """Draw x at least 0.1 from thresholds around -1 and 1, and the four learned operands."""

    def sample(rng: np.random.Generator) -> Inputs:
        x = rng.choice([-2.0, 0.0, 2.0], shape) + rng.uniform(-0.7, 0.7, shape)
        t_l, t_r = rng.uniform(-1.2, -0.8, channels), rng.uniform(0.8, 1.2, channels)
        return x, t_l, rng.uniform(-1, 1, channels), t_r, rng.uniform(-1, 1, channels)

    return sample


def apl(x: Array, a: Array, b: Array) -> Array:
    y = np.maximum(0, x)
    for slope, place in zip(a, b, strict=True):
        y = y + beside(slope, x) * np.maximum(0, -x + beside(place, x))
    return np.asarray(y)


def hinged(*shape: int) -> Any:
    """Draw x, and hinges at least 0.05 from every x."""

    def sample(rng: np.random.Generator) -> Inputs:
        values = distinct((24 + int(np.prod(shape)),))(rng)[0] + 0.02  # away from the kink at 0 too
        return values[:24].reshape(2, 3, 4), rng.uniform(-1, 1, shape), values[24:].reshape(shape)

    return sample


def maxout(x: Array, weight: Array, bias: Array) -> Array:
    return np.asarray(np.max([x @ w.T + b for w, b in zip(weight, bias, strict=True)], axis=0))


def line(g: float, x: float, t_l: float, t_r: float, left: bool) -> float:
    on_left = x <= t_l
    return g if (on_left if left else x >= t_r and not on_left) else 0.0


def srelu_gate(g: float, x: float, t_l: float, a_l: float, t_r: float, a_r: float) -> float:
    return a_l * g if x <= t_l else a_r * g if x >= t_r else g


def gate_sample(learned: int) -> Any:
    def sample(rng: np.random.Generator) -> Inputs:
        x, t_l, a_l, t_r, a_r = s_shaped((3, 4))(rng)
        g = rng.standard_normal((3, 4))
        return (g, x, t_l, a_l, t_r, a_r) if learned else (g, x, t_l, t_r)

    return sample


ROWS = [
    OpRow(
        "prelu",
        ag.prelu,
        ("prelu",),
        away((2, 3, 4), (3,)),
        prelu,
        variants=(
            Variant(),
            Variant(sample=away((2, 3), ())),
            Variant(sample=away((2, 3, 2), (1,))),
            Variant(sample=away((4,), (4,))),
            Variant(sample=away((2, 3), (2, 1))),
        ),
        edges=((np.zeros((0, 2)), np.ones(2)), (np.array(-1.5), np.array(2.0))),
        kinks=(Kink(([0.0, -0.0, 1.0, -2.0], 0.5), ([1.0, 1.0, 1.0, 0.5], -2.0)),),
        bad=(
            Bad(
                lambda: ag.prelu(X, [0.1, 0.2]),
                ag.ShapeError,
                r"^prelu: a does not go beside x\n  x: float64 \(2, 3, 4\)\n  a: .*\(2,\).*fits: a of shape "
                r"\(\) or \(3,\)",
            ),
        ),
    ),
    OpRow(
        "prelu_gate",
        registry["prelu_gate"],
        ("prelu_gate",),
        away((3, 4), (3, 4), (4,)),
        loop(lambda g, x, a: a * g if x < 0 else g),
    ),
    OpRow(
        "negative_part",
        registry["negative_part"],
        ("negative_part",),
        away((3, 4), (3, 4)),
        loop(lambda g, x: g * x if x < 0 else 0.0),
    ),
    OpRow(
        "srelu",
        ag.srelu,
        ("srelu",),
        s_shaped((2, 3, 4), 3),
        srelu,
        variants=(Variant(), Variant(sample=s_shaped((2, 3))), Variant(sample=s_shaped((2, 3, 2), 1))),
        kinks=(
            # at a threshold x belongs to the outer piece
            Kink(([-1.0, 0.0, 2.0], -1.0, 0.25, 2.0, 0.5), ([0.25, 1.0, 0.5], 0.75, 0.0, 0.5, 0.0)),
            # the left piece goes first where thresholds have crossed
            Kink(([0.0], 1.0, 0.25, -1.0, 0.5), ([0.25], 0.75, -1.0, 0.0, 0.0)),
        ),
        bad=(
            Bad(
                lambda: ag.srelu(X, 0.0, [1.0, 2.0], 1.0, 1.0),
                ag.ShapeError,
                r"^srelu: a_l does not go beside x",
            ),
        ),
    ),
    OpRow("srelu_gate", registry["srelu_gate"], ("srelu_gate",), gate_sample(4), loop(srelu_gate)),
    OpRow(
        "srelu_line",
        registry["srelu_line"],
        ("srelu_line",),
        gate_sample(0),
        loop(line),
        variants=settings({"left": True}, {"left": False}),
    ),
    OpRow(
        "apl",
        ag.apl,
        ("relu",),
        hinged(2),
        apl,
        variants=(Variant(), Variant(sample=hinged(2, 3)), Variant(sample=hinged(1, 1))),
        kinks=(Kink(([0.0, 1.0], [0.5], [1.0]), ([-0.5, 1.0], [1.0], [0.5])),),
        bad=(
            Bad(
                lambda: ag.apl(X, [0.1, 0.2], [0.1]),
                ag.ShapeError,
                r"^apl: a and b must have one entry for each hinge.*fits: b of shape \(2,\)",
            ),
            Bad(
                lambda: ag.apl(X, np.ones((1, 2)), np.ones((1, 2))),
                ag.ShapeError,
                r"^apl: b does not go beside x",
            ),
        ),
    ),
    OpRow(
        "maxout",
        ag.maxout,
        ("dense", "max"),
        normal((3, 4), (2, 5, 4), (2, 5)),
        maxout,
        variants=(Variant(), Variant(sample=normal((2, 3, 4), (3, 1, 4), (3, 1)))),
        kinks=(
            # of equal pieces the first gets the gradient
            Kink(
                ([[2.0]], [[[1.0]], [[1.0]]], [[0.0], [0.0]]), ([[1.0]], [[[2.0]], [[0.0]]], [[1.0], [0.0]])
            ),
        ),
        bad=(
            Bad(
                lambda: ag.maxout(X, np.ones((2, 5, 3))),
                ag.ShapeError,
                r"^maxout: x and weight do not go together\n  x: float64 \(2, 3, 4\)\n  weight: .*, 3\)",
            ),
            Bad(
                lambda: ag.maxout(X, np.ones((2, 5, 4)), np.ones(5)),
                ag.ShapeError,
                r"^maxout: there must be one bias .*fits: bias of shape \(2, 5\)",
            ),
        ),
    ),
]
