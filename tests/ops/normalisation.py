"""Rows of `autograd_cnn.ops.normalisation`, local response normalisation and dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .table import Array, Bad, Inputs, OpRow, Sampler, Variant, normal, settings


def standard(x: Array, axes: tuple[int, ...], epsilon: float = 1e-5) -> Array:
    """Subtract the mean, divide by the deviation."""
    mean = x.mean(axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


def by_channel(v: Array, rank: int) -> Array:
    return v.reshape(1, -1, *(1,) * (rank - 2))


def scaled(z: Array, affine: tuple[Array, ...]) -> Array:
    """Scale and shift each channel by itself."""
    for step, v in zip((np.multiply, np.add), affine, strict=False):
        z = step(z, by_channel(v, z.ndim))
    return z


def batch(x: Array, *affine: Array, epsilon: float = 1e-5, return_statistics: bool = False) -> Any:
    axes = (0, *range(2, x.ndim))
    y = scaled(standard(x, axes, epsilon), affine)
    return (y, x.mean(axes), x.var(axes)) if return_statistics else y


def batch_given(x: Array, w: Array, b: Array, mean: Array, variance: Array) -> Array:
    centred = (x - by_channel(mean, x.ndim)) / np.sqrt(by_channel(variance, x.ndim) + 1e-5)
    return scaled(centred, (w, b))


def layer(x: Array, *affine: Array, last: int = 1) -> Array:
    z = standard(x, tuple(range(x.ndim - last, x.ndim)))
    return z * affine[0] + affine[1] if affine else z


def group(x: Array, *affine: Array, groups: int) -> Array:
    return scaled(standard(x.reshape(len(x), groups, -1), (2,)).reshape(x.shape), affine)


def response(x: Array, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Array:
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha / size * (near**2).sum(1)) ** beta
    return y


def affine(shape: tuple[int, ...], own: tuple[int, ...]) -> Sampler:
    def sample(rng: np.random.Generator) -> Inputs:
        return rng.standard_normal(shape), rng.uniform(0.5, 2, own), rng.standard_normal(own)

    return sample


class Repeating(np.random.Generator):
    """A Generator that draws the same numbers every time."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(3))

    def random(self, shape: Any, dtype: Any) -> Array:  # type: ignore[override]
        return np.random.default_rng(3).random(shape, dtype)


def dropped(x: Array, p: float = 0.5, rng: Any = None, training: bool = True) -> Array:
    return np.where(rng.random(x.shape, np.float32) >= p, x / (1 - p), 0.0) if training else x


def dropped_channels(x: Array, p: float = 0.5, rng: Any = None) -> Array:
    kept = rng.random((*x.shape[:2], *(1,) * (x.ndim - 2)), np.float32) >= p
    return np.where(kept, x / (1 - p), 0.0)


def drop_bad(function: Callable[..., Any]) -> tuple[Bad, ...]:
    name = function.__name__
    x = np.ones((2, 3))
    return (
        Bad(lambda: function(x, 1.5), ag.RangeError, rf"^{name}: p=1.5 is no probability"),
        Bad(lambda: function(x, 0.5), ag.RangeError, rf"^{name}: .*needs a generator\n  fits: rng=np.random"),
    )


X = (3, 4, 2, 3)
ones = np.ones(X)
AT: dict[str, Any] = {"axes": (0, 2, 3), "epsilon": 1e-3}


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a gradient primitive the statistics that belong to x, which is the input before the last ones."""

    def call(*inputs: Any, **at: Any) -> Any:
        g, x, *weight = inputs
        _, mean, inverse = registry["normalise"](x, 1.0, 0.0, axes=at["axes"], epsilon=at["epsilon"])
        return function(g, x, *weight, mean, inverse, **at)

    return call


def gradient(g: Array, x: Array, w: Array, axes: Any, epsilon: float) -> Array:
    z, v = standard(x, axes, epsilon), g * w
    r = 1 / np.sqrt(x.var(axes, keepdims=True) + epsilon)
    return r * (v - v.mean(axes, keepdims=True) - z * (v * z).mean(axes, keepdims=True))


ROWS = [
    OpRow(
        "batch_norm",
        ag.batch_norm,
        ("normalise",),
        affine(X, (4,)),
        batch,
        variants=(
            Variant(),
            Variant({"epsilon": 0.1}, normal((5, 3))),
            Variant({}, affine((9, 2, 3), (2,))),
        ),
        edges=((np.ones((1, 2)), np.array([2.0, 3.0]), np.array([4.0, 5.0])),),
        bad=(
            Bad(lambda: ag.batch_norm(np.ones(3)), ag.ShapeError, "^batch_norm: x has 1 axes, fewer than 2"),
            Bad(
                lambda: ag.batch_norm(ones, np.ones(3)),
                ag.ShapeError,
                r"^batch_norm: the weight has the wrong shape.*fits: a weight of shape \(4,\)",
            ),
            Bad(
                lambda: ag.batch_norm(ones, bias=np.ones((4, 1))),
                ag.ShapeError,
                r"^batch_norm: the bias has the wrong shape.*bias: float64 \(4, 1\)",
            ),
            Bad(lambda: ag.batch_norm(ones, mean=np.ones(4)), ag.RangeError, "mean and variance go together"),
            Bad(lambda: ag.batch_norm(ones, epsilon=0.0), ag.RangeError, "epsilon=0.0 must be above 0"),
            Bad(lambda: ag.batch_norm(ones[:0]), ag.ShapeError, "^batch_norm: there is nothing to average"),
        ),
    ),
    OpRow(
        "batch_norm, its statistics",
        ag.batch_norm,
        ("normalise", "maximum"),
        affine(X, (4,)),
        batch,
        variants=settings({"return_statistics": True}),
        order=0,
    ),
    OpRow(
        "batch_norm, given statistics",
        lambda x, w, b, m, v: ag.batch_norm(x, w, b, m, v),
        ("affine", "sqrt"),
        lambda rng: (*affine(X, (4,))(rng), rng.standard_normal(4), rng.uniform(0.5, 2, 4)),
        batch_given,
        edges=((np.zeros((0, 2, 3)), *(np.ones(2),) * 4), (np.ones((1, 1)), *(np.ones(1),) * 4)),
    ),
    OpRow(
        "affine",
        registry["affine"],
        ("affine",),
        normal(X, (1, 4, 1, 1), (1, 4, 1, 1)),
        lambda x, scale, shift: x * scale + shift,
        variants=(Variant(), Variant({}, normal((2, 3, 4), (1, 1, 4), (1, 3, 1)))),
    ),
    OpRow(
        "summed_product",
        registry["summed_product"],
        ("summed_product",),
        normal(X, X),
        lambda a, b, shape: (a * b).sum(tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True),
        variants=settings({"shape": (1, 4, 1, 1)}, {"shape": (3, 1, 1, 1)}, {"shape": (1, 1, 1, 1)}),
    ),
    OpRow(
        "layer_norm",
        ag.layer_norm,
        ("normalise",),
        affine(X, (3,)),
        layer,
        variants=(
            Variant(),
            Variant({"last": 3}, affine(X, (4, 2, 3))),
            Variant({"last": 2}, normal((2, 3, 4))),
        ),
        edges=((np.zeros((0, 3)), np.ones(3), np.ones(3)),),
        bad=(
            Bad(lambda: ag.layer_norm(ones, last=5), ag.RangeError, "last=5 of 4 cannot be averaged over"),
            Bad(lambda: ag.layer_norm(np.ones((2, 0))), ag.ShapeError, "there is nothing to average"),
            Bad(lambda: ag.layer_norm(ones, np.ones(4)), ag.ShapeError, "the weight has the wrong shape"),
        ),
    ),
    OpRow(
        "group_norm",
        ag.group_norm,
        ("normalise", "reshape"),
        affine(X, (4,)),
        group,
        variants=settings({"groups": 2}, {"groups": 1}, {"groups": 4}),
        bad=(
            Bad(
                lambda: ag.group_norm(ones, groups=3),
                ag.RangeError,
                "^group_norm: groups=3 must divide 4 channels",
            ),
            Bad(lambda: ag.group_norm(np.ones(3), groups=1), ag.ShapeError, "^group_norm: x has 1 axes"),
        ),
    ),
    OpRow(
        "instance_norm",
        ag.instance_norm,
        ("normalise",),
        affine(X, (4,)),
        lambda x, *rest: scaled(standard(x, tuple(range(2, x.ndim))), rest),
        variants=(Variant(), Variant({}, normal((2, 3, 5)))),
        edges=((np.zeros((0, 2, 3)), np.ones(2), np.ones(2)),),
        bad=(Bad(lambda: ag.instance_norm(ones[:, :, 0, 0]), ag.ShapeError, "^instance_norm: x has 2 axes"),),
    ),
    OpRow(
        "local_response_norm",
        ag.local_response_norm,
        ("even_power", "window_sum", "times_power"),
        normal((2, 5, 2, 2)),
        response,
        variants=settings(
            {"size": 3, "alpha": 0.5},
            {"size": 4, "alpha": 0.5, "beta": 0.6, "k": 2.0},
            {"size": 9, "beta": 1.0},
        ),
        edges=((np.ones((1, 1)),),),
        bad=(
            Bad(lambda: ag.local_response_norm(np.ones(3)), ag.ShapeError, "x has no channels"),
            Bad(lambda: ag.local_response_norm(ones, 0), ag.RangeError, "leave the divisor undefined.*rule:"),
        ),
    ),
    OpRow(
        "dropout",
        ag.dropout,
        ("masked",),
        normal((5, 6)),
        dropped,
        variants=settings({"rng": Repeating()}, {"rng": Repeating(), "p": 0.9}),
        edges=((np.zeros((0, 2)),), (np.ones((1, 1)),)),
        bad=drop_bad(ag.dropout),
    ),
    OpRow(
        "dropout_channels",
        ag.dropout_channels,
        ("masked",),
        normal((3, 4, 2)),
        dropped_channels,
        variants=settings({"rng": Repeating()}),
        bad=(
            *drop_bad(ag.dropout_channels),
            Bad(lambda: ag.dropout_channels(np.ones(3)), ag.ShapeError, "x has no channels"),
        ),
    ),
    OpRow(
        "normalise_gradient",
        inner(registry["normalise_gradient"]),
        ("normalise_gradient",),
        normal(X, X, (1, 4, 1, 1)),
        gradient,
        variants=(
            Variant(AT),
            Variant({"axes": (1, 2, 3), "epsilon": 1e-3}, normal(X, X, (1, 4, 2, 3))),
        ),
    ),
    OpRow(
        "normalised_product",
        inner(registry["normalised_product"]),
        ("normalised_product",),
        normal(X, X),
        lambda g, x, shape, axes, epsilon: (g * standard(x, axes, epsilon)).sum(
            tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True
        ),
        variants=settings(
            {**AT, "shape": (1, 4, 1, 1)}, {"axes": (3,), "epsilon": 1e-3, "shape": (1, 1, 1, 3)}
        ),
    ),
    OpRow(
        "inverse_deviation",
        registry["inverse_deviation"],
        ("inverse_deviation",),
        normal(X),
        lambda x, axes, epsilon: 1 / np.sqrt(x.var(axes, keepdims=True) + epsilon),
        variants=settings(AT, {"axes": (2, 3), "epsilon": 1e-3}),
    ),
]
