"""Rows of `autograd_cnn.ops.delicate_reductions` and `cumulative`."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .arithmetic import EDGES, SHAPES, clash
from .reductions import AXES, groups, reduce, wrong_axes
from .table import Array, Bad, Inputs, Kink, OpRow, Variant, away, loop, normal, settings

INF = math.inf
ONE_ELEMENT = ((np.array(2.0),), (np.ones((1, 1)),))
EMPTY = ((np.zeros((0, 3)),),)


def with_zeros(rng: np.random.Generator) -> Inputs:
    return (rng.choice([0.0, -1.5, 0.5, 2.0], (2, 3, 2)),)


def spread(power: float) -> Any:
    """Make the reference of var (power 1) and std (power 0.5)."""

    def reference(x: Array, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Array:
        def one(values: list[float]) -> float:
            return (statistics.pvariance(values) * len(values) / (len(values) - ddof)) ** power

        return np.asarray(reduce(one)(x, axis, keepdims))

    return reference


def length(x: Array, ord: float = 2, axis: Any = None, keepdims: bool = False) -> Array:
    def one(values: list[float]) -> float:
        sizes = [abs(v) for v in values]
        if math.isinf(ord):
            return max(sizes) if ord > 0 else min(sizes)
        return sum(s**ord for s in sizes) ** (1 / ord)

    return np.asarray(reduce(one)(x, axis, keepdims))


def log_of_sum(values: list[float]) -> float:
    total = math.fsum(math.exp(v) for v in values)
    return math.log(total) if total else -INF


def running(x: Array, axis: int | None, start: float, combine: Any, exclusive: bool = False) -> Array:
    x = x.reshape(-1) if axis is None else x
    result = np.zeros(x.shape)
    for cells in groups(x, 0 if axis is None else axis, False)[1].values():
        total = start
        for i in cells:
            before, total = total, combine(total, x[i])
            result[i] = before if exclusive else total
    return result


def recurrence(b: Array, x: Array, axis: int, reverse: bool) -> Array:
    result = np.zeros(b.shape)
    for cells in groups(b, axis, False)[1].values():
        last, factor = 0.0, 0.0
        for i in reversed(cells) if reverse else cells:
            result[i] = last = b[i] + (factor if reverse else x[i]) * last
            factor = x[i]
    return result


def too_few(name: str) -> Bad:
    return Bad(
        lambda: getattr(ag, name)(np.zeros((3, 2)), axis=0, ddof=3),
        ag.RangeError,
        rf"^{name}: ddof=3 leaves nothing of 3.*rule: n - ddof = 3 - 3 = 0 must.*\n  fits: ddof up to 2",
    )


def no_axis(name: str) -> Bad:
    return Bad(
        lambda: getattr(ag, name)(np.zeros((2, 3)), axis=2),
        ag.RangeError,
        rf"^{name}: axis 2 is out of range for 2 axes.*fits: axes from -2 to 1",
    )


ROWS = [
    OpRow(
        "prod",
        ag.prod,
        ("prod",),
        with_zeros,
        reduce(math.prod),
        variants=(*settings(*AXES, {"axis": ()}), Variant({}, away((2, 3)))),
        edges=(*EMPTY, *ONE_ELEMENT),
        bad=wrong_axes("prod"),
        kinks=(
            Kink(([2.0, 0.0, 3.0],), ([0.0, 6.0, 0.0],)),
            Kink(([2.0, 0.0, 0.0],), ([0.0, 0.0, 0.0],)),
        ),
    ),
    OpRow(
        "norm",
        ag.norm,
        ("norm",),
        away((2, 3, 2)),
        length,
        variants=settings(*AXES, {"axis": ()}, {"ord": 1}, {"ord": 3, "axis": 1}, {"ord": 0.5}, {"ord": 1.5}),
        edges=(*EMPTY, *ONE_ELEMENT),
        bad=(
            *wrong_axes("norm"),
            Bad(
                lambda: ag.norm(ag.tensor([1.0]), 0),
                ag.RangeError,
                r"^norm: ord=0 is no order\n  fits: a number > 0, inf or -inf",
            ),
        ),
        kinks=(
            Kink(([[0.0, 0.0], [3.0, 4.0]],), ([[0.0, 0.0], [0.6, 0.8]],), {"axis": 1}),
            Kink(([[0.0, 0.0], [3.0, 0.0]],), ([[0.0, 0.0], [1.0, 0.0]],), {"axis": 1, "ord": 0.5}),
            Kink(([[0.0, 0.0], [3.0, 0.0]],), ([[0.0, 0.0], [1.0, 0.0]],), {"axis": 1, "ord": 3}),
            Kink(([-2.0, 2.0, 1.0],), ([-1.0, 0.0, 0.0],), {"ord": INF}),
            Kink(([3e200, 4e200],), ([0.6, 0.8],)),
        ),
    ),
    OpRow(
        "norm of infinite order",
        lambda x, **options: ag.norm(x, **options),
        ("absolute", "max"),
        lambda rng: (rng.permutation(12).reshape(2, 3, 2) - 5.3,),
        length,
        variants=settings({"ord": INF}, {"ord": -INF, "axis": 1}),
    ),
    OpRow(
        "logsumexp",
        ag.logsumexp,
        ("logsumexp",),
        normal((2, 3, 2)),
        reduce(log_of_sum),
        variants=settings(*AXES, {"axis": ()}),
        edges=(*EMPTY, *ONE_ELEMENT, (np.full((2, 2), -INF),)),
        bad=wrong_axes("logsumexp"),
        kinks=(
            Kink(([-INF, -INF],), ([0.0, 0.0],)),
            Kink(([INF, 1.0],), ([1.0, 0.0],)),
            Kink(([1e4, -1e4],), ([1.0, 0.0],)),
        ),
    ),
    OpRow(
        "logaddexp",
        ag.logaddexp,
        ("logaddexp",),
        normal((2, 3), (2, 3)),
        loop(lambda x, y: log_of_sum([x, y])),
        edges=EDGES,
        broadcasts=SHAPES,
        bad=(clash(ag.logaddexp, "logaddexp"),),
        kinks=(Kink(([-INF, INF, 1e4], [-INF, 0.0, -1e4]), ([0.0, 1.0, 1.0], [0.0, 0.0, 0.0])),),
    ),
    OpRow(
        "log_share",
        registry["log_share"],
        ("log_share",),
        normal((2, 3), (2, 1)),
        lambda x, total: x - total,
    ),
    OpRow(
        "var",
        ag.var,
        ("sum", "square"),
        normal((2, 3, 2)),
        spread(1),
        variants=settings(*AXES, {"ddof": 1, "axis": 1}),
        edges=ONE_ELEMENT,
        bad=(*wrong_axes("var"), too_few("var")),
    ),
    OpRow(
        "std",
        ag.std,
        ("sum", "norm"),
        normal((2, 3, 2)),
        spread(0.5),
        variants=settings(*AXES, {"ddof": 1, "axis": 1}),
        edges=ONE_ELEMENT,
        bad=(*wrong_axes("std"), too_few("std")),
        kinks=(Kink(([2.0, 2.0],), ([0.0, 0.0],)),),
    ),
    OpRow(
        "cumsum",
        ag.cumsum,
        ("cumsum",),
        normal((2, 3)),
        lambda x, axis=None: running(x, axis, 0.0, lambda a, b: a + b),
        variants=settings({}, {"axis": 0}, {"axis": -1}),
        edges=(*EMPTY, *ONE_ELEMENT),
        bad=(no_axis("cumsum"),),
    ),
    OpRow(
        "cumprod",
        ag.cumprod,
        ("cumprod",),
        with_zeros,
        lambda x, axis=None: running(x, axis, 1.0, lambda a, b: a * b),
        variants=settings({"axis": 1}, {"axis": 0}, {}),
        edges=(*EMPTY, (np.ones((1, 1)),)),
        bad=(no_axis("cumprod"),),
        kinks=(Kink(([2.0, 0.0, 3.0],), ([1.0, 8.0, 0.0],)),),
    ),
    OpRow(
        "cumprod of those before",
        registry["cumprod"],
        ("cumprod",),
        with_zeros,
        lambda x, axis, exclusive: running(x, axis, 1.0, lambda a, b: a * b, exclusive),
        variants=settings({"axis": 1, "exclusive": True}, {"axis": 0, "exclusive": True}),
    ),
    OpRow(
        "recurrence",
        registry["recurrence"],
        ("recurrence",),
        lambda rng: (rng.standard_normal((2, 5)), rng.choice([0.0, -1.5, 0.5], (2, 5))),
        recurrence,
        variants=settings({"axis": 1, "reverse": False}, {"axis": 1, "reverse": True}),
    ),
]
