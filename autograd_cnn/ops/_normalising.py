"""The primitives of normalisation: values, gradient, weight gradient and inverse deviation.

The gradient of a normalisation is linear in the cotangent and its own adjoint, so it serves both directions;
mean and inverse deviation are handed on only to save work, and count as functions of x in every rule.
"""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn.kernels.layout import accumulator
from autograd_cnn.kernels.normalisation import (
    Axes,
    affine,
    inverse_deviation,
    normalise,
    normalise_gradient,
    normalised_product,
    statistics_shape,
    summed_product,
)
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops.reductions import sum_p
from autograd_cnn.primitive import Primitive


def _mean(v: Any, axes: Axes) -> Any:
    count = math.prod(v.shape[axis] for axis in axes)
    return sum_p(v, axis=axes, keepdims=True, shape=v.shape) / count


def _normal(x: Any, axes: Axes, epsilon: float) -> Any:
    return normalise_p(x, 1.0, 0.0, axes=axes, epsilon=epsilon)[0]


def _statistics(x: Any, *_: Any, axes: Axes, epsilon: float) -> tuple[tuple[Shape, Any], tuple[Shape, Any]]:
    pair = statistics_shape(x.shape, axes), accumulator(x.dtype)
    return pair, pair


normalise_p: Primitive = Primitive(
    "normalise",
    normalise,
    "x weight bias",
    outputs="out mean inverse",
    shape=lambda x, *_, **__: x.shape,
    extra=_statistics,
    vjps={
        "x": lambda g, x, weight, mean, inverse, **at: normalise_gradient_p(
            g, x, weight, mean, inverse, **at
        ),
        "weight": lambda g, x, weight, mean, inverse, **at: normalised_product_p(
            g, x, mean, inverse, shape=weight.shape, **at
        ),
        "bias": lambda g, **_: g,
    },
    jvps={
        "x": lambda t, x, weight, mean, inverse, **at: (
            weight * normalise_gradient_p(t, x, 1.0, mean, inverse, **at)
        ),
        "weight": lambda t, x, *, axes, epsilon: t * _normal(x, axes, epsilon),
        "bias": lambda t, **_: t,
    },
)


def _gradient_rule_x(
    h: Any, g: Any, x: Any, weight: Any, mean: Any, inverse: Any, *, axes: Axes, epsilon: float
) -> Any:
    at = {"axes": axes, "epsilon": epsilon}
    v, z = g * weight, _normal(x, axes, epsilon)
    of_h = normalise_gradient_p(h, x, 1.0, mean, inverse, **at)
    of_v = normalise_gradient_p(v, x, 1.0, mean, inverse, **at)
    bend = z * _mean(h * of_v, axes) + of_h * _mean(v * z, axes) + of_v * _mean(h * z, axes)
    return -(inverse_deviation_p(x, **at) * bend)


def _gradient_jvp_x(
    t: Any, g: Any, x: Any, weight: Any, mean: Any, inverse: Any, *, axes: Axes, epsilon: float
) -> Any:
    at = {"axes": axes, "epsilon": epsilon}
    v, z = g * weight, _normal(x, axes, epsilon)
    of_t = normalise_gradient_p(t, x, 1.0, mean, inverse, **at)
    of_v = normalise_gradient_p(v, x, 1.0, mean, inverse, **at)
    bend = of_v * _mean(z * t, axes) + of_t * _mean(v * z, axes) + z * _mean(v * of_t, axes)
    return -(inverse_deviation_p(x, **at) * bend)


normalise_gradient_p: Primitive = Primitive(
    "normalise_gradient",
    normalise_gradient,
    "g x weight mean inverse",
    shape=lambda g, x, *_, **__: x.shape,
    dtype=lambda g, x, *_, **__: x.dtype,
    transposes={
        "g": lambda h, x, weight, mean, inverse, **at: (
            weight * normalise_gradient_p(h, x, 1.0, mean, inverse, **at)
        ),
        "weight": lambda h, g, x, mean, inverse, **at: (
            g * normalise_gradient_p(h, x, 1.0, mean, inverse, **at)
        ),
    },
    vjps={"x": _gradient_rule_x},
    jvps={"x": _gradient_jvp_x},
)


def _product_jvp_x(
    t: Any, g: Any, x: Any, mean: Any, inverse: Any, *, axes: Axes, epsilon: float, shape: Shape
) -> Any:
    moved = g * normalise_gradient_p(t, x, 1.0, mean, inverse, axes=axes, epsilon=epsilon)
    summed = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return sum_p(moved, axis=summed, keepdims=True, shape=moved.shape)


normalised_product_p: Primitive = Primitive(
    "normalised_product",
    normalised_product,
    "g x mean inverse",
    shape=lambda *_, shape, **__: shape,
    dtype=lambda g, x, *_, **__: x.dtype,
    transposes={"g": lambda h, x, *, axes, epsilon, shape: h * _normal(x, axes, epsilon)},
    vjps={
        "x": lambda h, g, x, mean, inverse, *, axes, epsilon, shape: normalise_gradient_p(
            h * g, x, 1.0, mean, inverse, axes=axes, epsilon=epsilon
        )
    },
    jvps={"x": _product_jvp_x},
    title="weight gradient",
)
inverse_deviation_p: Primitive = Primitive(
    "inverse_deviation",
    inverse_deviation,
    "x",
    shape=lambda x, *, axes, epsilon: statistics_shape(x.shape, axes),
    dtype=lambda x, **_: accumulator(x.dtype),
    vjps={
        "x": lambda g, x, out, *, axes, epsilon: (
            (g * (out * out)) * _normal(x, axes, epsilon) / -float(math.prod(x.shape[axis] for axis in axes))
        )
    },
    jvps={"x": lambda t, x, out, *, axes, epsilon: -(out * out * _mean(t * _normal(x, axes, epsilon), axes))},
)

# evaluation: the statistics are numbers, and what is left is one line per channel
affine_p: Primitive = Primitive(
    "affine",
    affine,
    "x scale shift",
    shape=lambda x, *_: x.shape,
    vjps={
        "x": lambda g, scale: affine_p(g, scale),
        "scale": lambda g, x, scale: summed_product_p(g, x, shape=scale.shape),
        "shift": lambda g: g,
    },
    jvps={
        "x": lambda t, scale: affine_p(t, scale),
        "scale": lambda t, x: affine_p(x, t),
        "shift": lambda t: t,
    },
    title="scale and shift",
)
summed_product_p: Primitive = Primitive(
    "summed_product",
    summed_product,
    "a b",
    shape=lambda *_, shape: shape,
    transposes={
        "a": lambda h, b, *, shape: affine_p(b, h),
        "b": lambda h, a, *, shape: affine_p(a, h),
    },
    title="products, summed",
)
