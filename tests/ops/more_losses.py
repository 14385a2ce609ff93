"""Rows of the other losses and of LeNet-5's own parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .losses import log_probabilities
from .table import Array, Bad, Inputs, Kink, OpRow, distinct, loop, normal, settings

REDUCTIONS = settings({}, {"reduction": "sum"}, {"reduction": "none"})
EDGES = ((np.ones((1, 1)), np.zeros((1, 1))),)


def reduced(losses: Array, reduction: str) -> Array:
    return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](losses)


def of(loss: Callable[..., float]) -> Callable[..., Array]:
    """Compute each element's loss with Python numbers, then reduce."""

    def reference(x: Array, y: Array, reduction: str = "mean", **more: Any) -> Array:
        return reduced(loop(loss)(x, y, **more), reduction)

    return reference


def pair_bad(function: Callable[..., Any]) -> tuple[Bad, ...]:
    name = function.__name__
    return (
        Bad(
            lambda: function(np.ones((2, 3)), np.ones((1, 3))),
            ag.ShapeError,
            rf"^{name}: \w+ and \w+ differ in shape.*rule: losses compare.*fits: both of shape \(2, 3\)",
        ),
        Bad(
            lambda: function(np.ones((2, 3)), np.ones((2, 3)), reduction="max"),
            ag.RangeError,
            rf"^{name}: reduction='max' is unknown",
        ),
        Bad(
            lambda: function(np.ones((0, 3)), np.ones((0, 3))),
            ag.ShapeError,
            rf"^{name}: there are no losses",
        ),
    )


def huber(x: float, y: float, delta: float = 1.0) -> float:
    d = abs(x - y)
    return d * d / 2 if d <= delta else delta * (d - delta / 2)


def binary(x: float, t: float) -> float:
    p = 1 / (1 + math.exp(-x))
    return -(t * math.log(p) + (1 - t) * math.log(1 - p))


def margins(x: Array, y: Array, margin: float = 1.0, reduction: str = "mean") -> Array:
    if y.shape == x.shape:
        return reduced(np.maximum(0, margin - x * y), reduction)
    rows = [
        sum(max(0.0, row[j] - row[label] + margin) for j in range(len(row)) if j != label)
        for row, label in zip(x, y, strict=True)
    ]
    return reduced(np.array(rows), reduction)


def divergence(q: Array, p: Array, axis: int = -1, reduction: str = "mean") -> Array:
    terms = loop(lambda q, p: p * (math.log(p) - q) if p else 0.0)(q, p)
    return reduced(terms.sum(axis), reduction)


def likelihood(
    logs: Array, labels: Array, reduction: str = "mean", weights: Any = None, ignore_index: Any = None
) -> Array:
    w = np.ones(logs.shape[1]) if weights is None else weights
    kept = [n for n, label in enumerate(labels) if label != ignore_index]
    losses = np.zeros(len(labels))
    for n in kept:
        losses[n] = -w[labels[n]] * logs[n, labels[n]]
    total = math.fsum(w[labels[n]] for n in kept)
    return losses.sum() / total if reduction == "mean" else reduced(losses, reduction)


def distances(x: Array, w: Array) -> Array:
    return np.array([[math.fsum((a - b) ** 2 for a, b in zip(r, c, strict=True)) for c in w] for r in x])


def decided(rng: np.random.Generator) -> Inputs:
    return rng.standard_normal((3, 4)), rng.uniform(0.1, 0.9, (3, 4))


def shares(rng: np.random.Generator) -> Inputs:
    return log_probabilities(rng.standard_normal((3, 4))), rng.dirichlet(np.ones(4), 3) * 0.9 + 0.025


def labelled(rng: np.random.Generator) -> Inputs:
    return log_probabilities(rng.standard_normal((5, 3))), np.array([0, 2, 1, 1, 0])


ROWS = [
    OpRow(
        "mse_loss",
        ag.mse_loss,
        ("subtract", "multiply", "sum"),
        normal((3, 4), (3, 4)),
        of(lambda x, y: (x - y) ** 2),
        variants=REDUCTIONS,
        edges=EDGES,
        bad=pair_bad(ag.mse_loss),
    ),
    OpRow(
        "l1_loss",
        ag.l1_loss,
        ("absolute",),
        distinct((3, 4), (3, 4)),
        of(lambda x, y: abs(x - y)),
        variants=REDUCTIONS,
        edges=EDGES,
        kinks=(Kink(([2.0, 3.0], [2.0, 2.0]), ([0.0, 0.5], [0.0, -0.5])),),
        bad=pair_bad(ag.l1_loss),
    ),
    OpRow(
        "huber_loss",
        ag.huber_loss,
        ("huber",),
        normal((3, 4), (3, 4)),
        of(huber),
        variants=settings({}, {"delta": 0.4, "reduction": "sum"}, {"delta": 3.0, "reduction": "none"}),
        edges=EDGES,
        kinks=(Kink(([1.0, -2.0], [0.0, 0.0]), ([1.0, -1.0], [-1.0, 1.0]), {"reduction": "sum"}),),
        bad=(
            *pair_bad(ag.huber_loss),
            Bad(
                lambda: ag.huber_loss([1.0], [1.0], 0.0),
                ag.RangeError,
                "^huber_loss: delta=0.0 must be above 0",
            ),
        ),
    ),
    OpRow(
        "limited",
        registry["limited"],
        ("limited",),
        distinct((3, 4)),
        lambda x, delta: np.array([[min(max(v, -delta), delta) for v in row] for row in x]),
        variants=settings({"delta": 0.3}),
        # the ends belong to the inner piece
        kinks=(Kink(([1.0, -1.0, 1.5],), ([1.0, 1.0, 0.0],), {"delta": 1.0}),),
    ),
    OpRow(
        "binary_cross_entropy_with_logits",
        ag.binary_cross_entropy_with_logits,
        ("binary_cross_entropy",),
        decided,
        of(binary),
        variants=REDUCTIONS,
        edges=EDGES,
        kinks=(
            Kink(([1e4, -1e4, -1e4], [1.0, 0.0, 1.0]), ([0.0, 0.0, -1 / 3], [-1e4 / 3, 1e4 / 3, 1e4 / 3])),
        ),
        bad=pair_bad(ag.binary_cross_entropy_with_logits),
    ),
    OpRow(
        "hinge_loss",
        ag.hinge_loss,
        ("relu", "take_along", "select", "sum"),
        lambda rng: (*distinct((5, 3))(rng), np.array([0, 2, 1, 1, 0])),
        margins,
        variants=settings({"margin": 0.33}, {"margin": 0.33, "reduction": "none"}),
        bad=(
            Bad(
                lambda: ag.hinge_loss(np.ones((2, 3)), [0, 1, 2]),
                ag.ShapeError,
                r"^hinge_loss: scores and targets do not go together.*fits: labels of shape \(2,\)",
            ),
            Bad(lambda: ag.hinge_loss(np.ones((2, 3)), [0, 3]), ag.RangeError, "^hinge_loss: 1 of 2 labels"),
        ),
    ),
    OpRow(
        "hinge_loss, two classes",
        lambda x, **more: ag.hinge_loss(x, [1.0, -1.0, 1.0], **more),
        ("relu", "multiply", "sum"),
        distinct((3,)),
        lambda x, **more: margins(x, np.array([1.0, -1.0, 1.0]), **more),
        variants=settings({"margin": 0.33}, {"margin": 0.33, "reduction": "sum"}),
        kinks=(Kink(([1.0, -1.0, 0.5],), ([0.0, 0.0, -1.0],), {"reduction": "sum"}),),
    ),
    OpRow(
        "kl_divergence",
        ag.kl_divergence,
        ("x_log_x", "multiply", "sum"),
        shares,
        divergence,
        variants=settings({}, {"axis": 0}, {"reduction": "none"}),
        edges=EDGES,
        bad=(
            *pair_bad(ag.kl_divergence),
            Bad(
                lambda: ag.kl_divergence(np.ones((2, 3)), np.ones((2, 3)), axis=2),
                ag.RangeError,
                "^kl_divergence: axis 2 is out of range",
            ),
        ),
    ),
    OpRow(
        "nll_loss",
        ag.nll_loss,
        ("take_along", "negative", "sum"),
        labelled,
        likelihood,
        variants=settings(
            {},
            {"reduction": "none", "ignore_index": 1},
            {"weights": np.array([0.5, 2.0, 1.5]), "ignore_index": 0},
        ),
        bad=(
            Bad(
                lambda: ag.nll_loss(np.ones((2, 3)), [0]),
                ag.ShapeError,
                "^nll_loss: log_probabilities and labels do not go together",
            ),
            Bad(
                lambda: ag.nll_loss(np.ones((2, 3)), [0, 1], weights=np.ones(2)),
                ag.ShapeError,
                r"^nll_loss: there must be one weight a class.*shape \(3,\)",
            ),
            Bad(
                lambda: ag.nll_loss(np.ones((2, 3)), [1, 1], ignore_index=1),
                ag.RangeError,
                "^nll_loss: no label counts",
            ),
        ),
    ),
    OpRow(
        "rbf_output",
        ag.rbf_output,
        ("subtract", "multiply", "sum", "reshape"),
        normal((3, 4), (2, 4)),
        distances,
        edges=((np.ones((1, 1)), np.zeros((1, 1))),),
        bad=(
            Bad(
                lambda: ag.rbf_output(np.ones((2, 3)), np.ones((2, 4))),
                ag.ShapeError,
                "^rbf_output: samples and prototypes do not have the same features.*rule: x",
            ),
        ),
    ),
    OpRow(
        "scaled_tanh",
        ag.scaled_tanh,
        ("scaled_tanh",),
        normal((3, 4)),
        loop(lambda x: 1.7159 * math.tanh(2 * x / 3)),
        edges=((np.zeros((0, 2)),), (np.array(1.5),)),
    ),
]
