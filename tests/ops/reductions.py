"""Rows of `autograd_cnn.ops.reductions`."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Array, Bad, Kink, OpRow, Variant, distinct, normal, settings

NAN = math.nan
AXES = ({}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (2, 0)}, {"axis": None, "keepdims": True})


def groups(x: Array, axis: Any, keepdims: bool) -> tuple[tuple[int, ...], dict[Any, list[Any]]]:
    """Give the reduced shape, and for each of its places the indices that fall into it, row-major."""
    axes = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    gone = {a % x.ndim for a in axes}
    kept = [a for a in range(x.ndim) if a not in gone]
    shape = tuple(1 if a in gone else x.shape[a] for a in range(x.ndim) if keepdims or a not in gone)
    places: dict[Any, list[Any]] = {
        place: [] for place in itertools.product(*(range(x.shape[a]) for a in kept))
    }
    for index in np.ndindex(x.shape):
        places[tuple(index[a] for a in kept)].append(index)
    return shape, places


def reduce(combine: Any) -> Any:
    def reference(x: Array, axis: Any = None, keepdims: bool = False, ties: str = "first") -> Array:
        shape, places = groups(x, axis, keepdims)
        return np.array([combine([x[i] for i in cells]) for cells in places.values()]).reshape(shape)

    return reference


def shares(x: Array, axis: tuple[int, ...], ties: str) -> Array:
    result = np.zeros(x.shape)
    for cells in groups(x, axis, False)[1].values():
        winners = [i for i in cells if x[i] != x[i]][:1]
        if not winners:
            winners = [i for i in cells if x[i] == max(x[j] for j in cells)]
            winners = {"first": winners[:1], "last": winners[-1:], "split": winners}[ties]
        for i in winners:
            result[i] = 1 / len(winners)
    return result


def wrong_axes(name: str) -> tuple[Bad, ...]:
    function = getattr(ag, name)
    return (
        Bad(
            lambda: function(np.zeros((2, 3)), axis=2),
            ag.RangeError,
            rf"^{name}: axis 2 is out of range for 2 axes\n  x: float64 \(2, 3\)\n  fits: axes from -2 to 1",
        ),
        Bad(
            lambda: function(np.zeros((2, 3)), axis=(0, -2)),
            ag.RangeError,
            rf"^{name}: axis \(0, -2\) names an axis twice\n  x: float64 \(2, 3\)\n  fits: each axis once",
        ),
        Bad(
            lambda: function(ag.tensor(1.0), axis=0),
            ag.RangeError,
            rf"^{name}: axis 0 is out of range for 0 axes.*fits: no axis: x is a scalar",
        ),
    )


MAP = [[1.0, 3.0, 3.0], [3.0, 0.0, 2.0]]

ROWS = [
    OpRow(
        "sum",
        ag.sum,
        ("sum",),
        normal((2, 3, 2)),
        reduce(sum),
        variants=settings(*AXES, {"axis": ()}),
        edges=((np.zeros((0, 3)),), (np.array(2.0),), (np.ones((1, 1)),)),
        bad=wrong_axes("sum"),
    ),
    OpRow(
        "expand",
        registry["expand"],
        ("expand",),
        normal((2, 3)),
        lambda y, axis, keepdims, shape: np.array(
            [y[i[0], i[2]] if not keepdims else y[i[0], 0, i[2]] for i in np.ndindex(shape)]
        ).reshape(shape),
        variants=(
            Variant({"axis": (1,), "keepdims": False, "shape": (2, 4, 3)}),
            Variant({"axis": (1,), "keepdims": True, "shape": (2, 4, 3)}, normal((2, 1, 3))),
        ),
    ),
    OpRow(
        "mean",
        ag.mean,
        ("sum", "divide"),
        normal((2, 3, 2)),
        reduce(lambda values: sum(values) / len(values)),
        variants=settings(*AXES),
        edges=((np.array(2.0),), (np.ones((1, 1)),)),
        bad=(
            *wrong_axes("mean"),
            Bad(
                lambda: ag.mean(np.zeros((0, 3))),
                ag.ShapeError,
                r"^mean: there are no elements to average\n  x: float64 \(0, 3\)\n  fits: a non-empty tensor",
            ),
        ),
    ),
    OpRow(
        "max",
        ag.max,
        ("max",),
        distinct((2, 3, 2)),
        reduce(max),
        variants=settings(*AXES, {"ties": "last"}, {"axis": 1, "ties": "split"}),
        edges=((np.array(2.0),), (np.ones((1, 1)),), (np.full((2, 2), -math.inf),)),
        bad=(
            *wrong_axes("max"),
            Bad(
                lambda: ag.max(np.zeros((0, 3)), axis=0),
                ag.ShapeError,
                r"^max: there are no elements to compare\n  x: float64 \(0, 3\)\n  fits: a non-empty tensor",
            ),
            Bad(
                lambda: ag.max(ag.tensor([1.0]), ties="all"),
                ag.RangeError,
                r"^max: ties='all' is unknown\n  fits: \"first\", \"last\" or \"split\"",
            ),
        ),
        kinks=(
            Kink((MAP,), ([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]],)),
            Kink((MAP,), ([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]],), {"ties": "last"}),
            Kink((MAP,), ([[0.0, 1 / 3, 1 / 3], [1 / 3, 0.0, 0.0]],), {"ties": "split"}),
            Kink((MAP,), ([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],), {"axis": 1}),
            Kink((MAP,), ([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],), {"axis": 1, "ties": "last"}),
            Kink((MAP,), ([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]],), {"axis": 1, "ties": "split"}),
            Kink((MAP,), ([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]],), {"axis": 0, "ties": "split"}),
            # the first NaN wins, whatever the policy
            *(
                Kink(([1.0, NAN, math.inf, NAN],), ([0.0, 1.0, 0.0, 0.0],), {"ties": ties})
                for ties in ("first", "last", "split")
            ),
        ),
    ),
    OpRow(
        "min",
        ag.min,
        ("min",),
        distinct((2, 3, 2)),
        reduce(min),
        variants=settings(*AXES, {"ties": "last"}, {"axis": 1, "ties": "split"}),
        edges=((np.array(2.0),), (np.ones((1, 1)),), (np.full((2, 2), math.inf),)),
        bad=(
            *wrong_axes("min"),
            Bad(
                lambda: ag.min(np.zeros((0, 3)), axis=0),
                ag.ShapeError,
                r"^min: there are no elements to compare\n  x: float64 \(0, 3\)\n  fits: a non-empty tensor",
            ),
        ),
        kinks=(
            Kink(([2.0, 1.0, 1.0],), ([0.0, 1.0, 0.0],)),
            Kink(([2.0, 1.0, 1.0],), ([0.0, 0.0, 1.0],), {"ties": "last"}),
            Kink(([2.0, 1.0, 1.0],), ([0.0, 0.5, 0.5],), {"ties": "split"}),
            Kink(([1.0, NAN, -math.inf, NAN],), ([0.0, 1.0, 0.0, 0.0],)),
        ),
    ),
    OpRow(
        "winner_shares",
        registry["winner_shares"],
        ("winner_shares",),
        lambda rng: (rng.choice([0.0, 1.0, 2.0, NAN], (3, 4, 2), p=[0.4, 0.4, 0.15, 0.05]),),
        shares,
        variants=settings(
            *({"axis": axis, "ties": ties} for axis in ((0,), (0, 2)) for ties in ("first", "last", "split"))
        ),
        order=0,
    ),
]
