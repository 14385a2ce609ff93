"""Rows of `autograd_cnn.ops.losses`."""

from __future__ import annotations

import math

import numpy as np

import autograd_cnn as ag

from .table import Array, Bad, Inputs, Kink, OpRow, normal, settings


def log_probabilities(x: Array, axis: int = -1) -> Array:
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        row = [x[(*index[: axis % x.ndim], k, *index[axis % x.ndim + 1 :])] for k in range(x.shape[axis])]
        top = max(row)
        result[index] = x[index] - top - math.log(math.fsum(math.exp(v - top) for v in row))
    return result


def surprise(logits: Array, labels: Array, reduction: str = "mean") -> Array:
    logs = log_probabilities(logits)
    losses = [-logs[n, label] for n, label in enumerate(labels)]
    if reduction == "none":
        return np.array(losses)
    return np.array(sum(losses) / (len(losses) if reduction == "mean" else 1))


def scored(rng: np.random.Generator) -> Inputs:
    return rng.standard_normal((4, 3)), rng.integers(0, 3, 4)


def zeros(*shape: int) -> Array:
    return np.zeros(shape)


ROWS = [
    OpRow(
        "log_softmax",
        ag.log_softmax,
        ("log_softmax",),
        normal((2, 3, 4)),
        log_probabilities,
        variants=settings({}, {"axis": 0}, {"axis": 1}),
        edges=((zeros(0, 3),), (zeros(3, 0),), (np.ones((1, 1)),), (np.array([1000.0, -1000.0, 0.0]),)),
        # scores beyond what exp can hold, and -inf for a class that cannot be
        kinks=(
            Kink(([1e4, 0.0],), ([-1.0, 1.0],)),
            Kink(([0.0, 0.0, -math.inf],), ([-0.5, -0.5, 1.0],)),
        ),
        bad=(
            Bad(
                lambda: ag.log_softmax(zeros(2, 3), axis=2),
                ag.RangeError,
                r"^log_softmax: axis 2 is out of range for 2 axes\n  x: float64 \(2, 3\)\n  fits: axes from",
            ),
            Bad(lambda: ag.log_softmax(1.0), ag.RangeError, r"^log_softmax: .*fits: no axis: x is a scalar"),
        ),
    ),
    OpRow(
        "cross_entropy",
        ag.cross_entropy,
        ("log_softmax", "take_along", "negative"),
        scored,
        surprise,
        variants=settings({}, {"reduction": "sum"}, {"reduction": "none"}),
        edges=((np.ones((1, 1)), np.array([0])), (np.ones((2, 1)), np.array([0, 0], "u1"))),
        kinks=(Kink(([[1e4, 0.0], [0.0, 1e4]], [0, 0]), ([[0.0, 0.0], [-0.5, 0.5]], None)),),
        bad=(
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3), [0, 3]),
                ag.RangeError,
                r"^cross_entropy: 1 of 2 labels are no class number; labels\[1\] is 3\n"
                r"  logits: float64 \(2, 3\)\n  labels: int64 \(2,\)\n  rule: 0 <= label < 3\n"
                r"  fits: integers from 0 to 2",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3), [-1, -1]),
                ag.RangeError,
                r"^cross_entropy: 2 of 2 labels are no class number; labels\[0\] is -1",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3), [0.0, math.nan]),
                ag.DTypeError,
                r"^cross_entropy: 1 of 2 labels are NaN\n.*fits: integers from 0 to 2",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3), [0.0, 1.0]),
                ag.DTypeError,
                r"^cross_entropy: labels must be integers, not float32",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3), [0, 1, 2]),
                ag.ShapeError,
                r"^cross_entropy: logits and labels do not go together.*rule: logits \(N, classes\) and "
                r"labels \(N,\).*fits: labels of shape \(2,\)",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3, 4), [0, 1]),
                ag.ShapeError,
                r"^cross_entropy: .*logits: float64 \(2, 3, 4\).*fits: labels of shape \(2, 4\)",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(2, 3), [0, 1], reduction="max"),
                ag.RangeError,
                r"^cross_entropy: reduction='max' is unknown\n  fits: \"mean\", \"sum\" or \"none\"",
            ),
            Bad(
                lambda: ag.cross_entropy(zeros(0, 3), np.zeros(0, int)),
                ag.ShapeError,
                r"^cross_entropy: there are no losses to average.*fits: a sample",
            ),
        ),
    ),
]
