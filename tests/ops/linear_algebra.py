"""Rows of `autograd_cnn.ops.linear_algebra`."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag

from .table import Array, Bad, OpRow, Variant, normal


def product(x: Array, y: Array) -> Array:
    left = x[None, :] if x.ndim == 1 else x
    right = y[:, None] if y.ndim == 1 else y
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left = np.broadcast_to(left, (*batch, *left.shape[-2:]))
    right = np.broadcast_to(right, (*batch, *right.shape[-2:]))
    result = np.zeros((*batch, left.shape[-2], right.shape[-1]))
    for *b, i, j in np.ndindex(result.shape):
        for k in range(left.shape[-1]):
            result[(*b, i, j)] += left[(*b, i, k)] * right[(*b, k, j)]
    rows = () if x.ndim == 1 else (left.shape[-2],)
    columns = () if y.ndim == 1 else (right.shape[-1],)
    return result.reshape((*batch, *rows, *columns))


def affine(x: Array, weight: Array, bias: Array | None = None) -> Array:
    result = np.zeros((*x.shape[:-1], weight.shape[0]))
    for *place, o in np.ndindex(result.shape):
        result[(*place, o)] = sum(x[(*place, i)] * weight[o, i] for i in range(x.shape[-1]))
        result[(*place, o)] += 0.0 if bias is None else bias[o]
    return result


def shaped(*shapes: tuple[int, ...]) -> Variant:
    return Variant({}, normal(*shapes))


def zeros(*shape: int) -> Any:
    return np.zeros(shape)


ROWS = [
    OpRow(
        "matmul",
        ag.matmul,
        ("matmul",),
        normal((2, 3), (3, 4)),
        product,
        variants=(
            Variant(),
            shaped((3,), (3,)),
            shaped((2, 3), (3,)),
            shaped((3,), (3, 2)),
            shaped((2, 2, 3), (3, 2)),
            shaped((2, 1, 2, 3), (3, 3, 2)),
            shaped((3,), (2, 3, 2)),
        ),
        edges=((zeros(0, 3), zeros(3, 2)), (zeros(2, 0), zeros(0, 2)), (np.ones((1, 1)), np.ones((1, 1)))),
        bad=(
            Bad(
                lambda: ag.matmul(zeros(2, 3), zeros(4, 2)),
                ag.ShapeError,
                r"^matmul: the inner sizes differ: 3 columns against 4 rows\n  x: float64 \(2, 3\)\n"
                r"  y: float64 \(4, 2\)\n  rule: .*\n  fits: y with 3 rows, or x with 4 columns",
            ),
            Bad(
                lambda: ag.tensor([[1.0]]) @ 2.0,
                ag.ShapeError,
                r"^matmul: a scalar has no rows\n  x: float32 \(1, 1\)\n.*fits: x \* y",
            ),
            Bad(
                lambda: ag.matmul(zeros(2, 2, 3), zeros(3, 3, 2)),
                ag.ShapeError,
                r"^matmul: .*cannot be broadcast together.*2 of stack of x against 3 of stack of y",
            ),
        ),
    ),
    OpRow(
        "dense",
        ag.dense,
        ("dense",),
        normal((2, 3), (4, 3), (4,)),
        affine,
        variants=(
            Variant(),
            shaped((2, 3), (4, 3)),
            shaped((3,), (2, 3), (2,)),
            shaped((2, 2, 3), (2, 3), (2,)),
            shaped((1, 2, 3), (2, 3)),
        ),
        edges=(
            (zeros(0, 3), zeros(2, 3), zeros(2)),
            (zeros(2, 0), zeros(2, 0), zeros(2)),
            (np.ones((1, 1)), np.ones((1, 1)), np.ones(1)),
        ),
        bad=(
            Bad(
                lambda: ag.dense(zeros(2, 1, 4, 4), zeros(3, 16)),
                ag.ShapeError,
                r"^dense: x has 4 features, the weight expects 16\n  x: float64 \(2, 1, 4, 4\)\n"
                r"  weight: float64 \(3, 16\)\n  rule: .*\n  fits: x of shape \(\.\.\., 16\).*flatten\(x",
            ),
            Bad(
                lambda: ag.dense(1.0, zeros(3, 16)),
                ag.ShapeError,
                r"^dense: x has none features|^dense: x has no features",
            ),
            Bad(
                lambda: ag.dense(zeros(2, 3), zeros(3)),
                ag.ShapeError,
                r"^dense: the weight must have two axes.*weight: float64 \(3,\)\n  rule: x \(\.\.\., in\)",
            ),
            Bad(
                lambda: ag.dense(zeros(2, 3), zeros(4, 3), zeros(3)),
                ag.ShapeError,
                r"^dense: the bias does not match the weight.*bias: float64 \(3,\)\n.*fits: \(4,\)",
            ),
        ),
    ),
]
