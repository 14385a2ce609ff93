"""Rows of the activation functions and their gates, but for the plainest and the learned ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .activations import EDGES
from .table import Array, Bad, Kink, OpRow, Variant, away, distinct, loop, normal, settings

INF, NAN = math.inf, math.nan
POINT = ag.tensor([1.0])


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def erf_of(x: float) -> float:
    return math.erf(x / math.sqrt(2))


def density(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def row(
    name: str,
    reference: Callable[..., float],
    *variants: Mapping[str, Any],
    kinks: Sequence[tuple[Sequence[float], Sequence[float]]] = (),
    primitive: str | None = None,
    bad: tuple[Bad, ...] = (),
) -> OpRow:
    """Make the row of a function; a kink gives points and the slopes there, with the first variant."""
    first = dict(variants[0]) if variants else {}
    return OpRow(
        name,
        getattr(ag, name),
        (primitive or name,),
        away((3, 4)),
        loop(reference),
        variants=settings(*variants) if variants else (Variant(),),
        edges=EDGES,
        kinks=tuple(Kink((list(points),), (list(slopes),), first) for points, slopes in kinks),
        bad=bad,
    )


def gate(name: str, slope: Callable[..., float], *variants: Mapping[str, Any]) -> OpRow:
    """Make the row of a gate: the cotangent times the slope at what the function keeps."""
    return OpRow(
        f"{name}_gate",
        registry[f"{name}_gate"],
        (f"{name}_gate",),
        away((3, 4), (3, 4)),
        loop(lambda g, kept, **setting: g * slope(kept, **setting)),
        variants=settings(*variants) if variants else (Variant(),),
    )


def sqnl(x: float) -> float:
    if abs(x) > 2:
        return math.copysign(1, x)
    return x - x * x / 4 if x >= 0 else x + x * x / 4


def isru(x: float, a: float = 1.0) -> float:
    return x / math.sqrt(1 + a * x * x)


def isru_slope(x: float, a: float) -> float:
    return float((1 + a * x * x) ** -1.5)


def unit(x: float, scale: float, a: float, rate: float) -> float:
    return scale * x if x > 0 else scale * a * (math.exp(rate * x) - 1)


def unit_slope(x: float, scale: float, a: float, rate: float) -> float:
    return scale if x > 0 else scale * a * rate * math.exp(rate * x)


def mish_slope(x: float) -> float:
    w = math.tanh(math.log1p(math.exp(x)))
    return w + x * (1 - w * w) * logistic(x)


def gelu(x: float, approximate: bool = False) -> float:
    if approximate:
        return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return x / 2 * (1 + erf_of(x))


def gelu_tanh_slope(x: float) -> float:
    c = math.sqrt(2 / math.pi)
    t = math.tanh(c * (x + 0.044715 * x**3))
    return (1 + t) / 2 + x / 2 * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)


def brelu(x: Array) -> Array:
    y = np.empty_like(x)
    for channel in range(x.shape[1]):
        part = x[:, channel]
        y[:, channel] = np.maximum(part, 0) if channel % 2 == 0 else -np.maximum(-part, 0)
    return y


def softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x)
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def softmax_gate(g: Array, y: Array, axis: int) -> Array:
    return np.asarray(y * (g - (g * y).sum(axis=axis, keepdims=True)))


def hardmax(x: Array, axis: int = -1) -> Array:
    y = np.moveaxis(np.zeros_like(x), axis, -1)
    for place in np.ndindex(*y.shape[:-1]):
        y[place][np.argmax(np.moveaxis(x, axis, -1)[place])] = 1
    return np.moveaxis(y, -1, axis)


ELU, SELU = {"scale": 1.0, "a": 1.3, "rate": 1.0}, {"scale": 1.05, "a": 1.67, "rate": 1.0}
CELU = {"scale": 1.0, "a": 0.5, "rate": 2.0}
RAMP = {"slope": 0.2, "offset": 0.5, "high": 1.0}
AXES = settings({}, {"axis": 0})
NO_AXIS = r"axis 2 is out of range for 1 axes\n  x: float32 \(1,\)\n  fits: axes from -1 to 0"

ROWS = [
    row("identity", lambda x: x),
    row("binary_step", lambda x: float(x >= 0), kinks=[([0.0, -0.0, 1.0, NAN], [0.0] * 4)]),
    row("sqnl", sqnl, kinks=[([-2.0, 0.0, 2.0, 5.0, -INF], [0.0, 1.0, 0.0, 0.0, 0.0])]),
    gate("sqnl", lambda x: max(0.0, 1 - abs(x) / 2)),
    row("softsign", lambda x: x / (1 + abs(x)), kinks=[([0.0, 1e4, -INF], [1.0, 10001.0**-2, 0.0])]),
    gate("arctan", lambda x: 1 / (1 + x * x)),
    gate("arcsinh", lambda x: 1 / math.sqrt(1 + x * x)),
    gate("softsign", lambda x: (1 + abs(x)) ** -2),
    row(
        "isru",
        isru,
        {},
        {"a": 0.5},
        kinks=[([0.0, INF, 1e200], [1.0, 0.0, 0.0])],
        bad=(Bad(lambda: ag.isru(POINT, 0.0), ag.RangeError, r"^isru: a=0\.0 must be above 0.*fits: a=1"),),
    ),
    gate("isru", isru_slope, {"a": 0.5}),
    row(
        "isrlu",
        lambda x, a=1.0: x if x >= 0 else isru(x, a),
        {},
        {"a": 0.5},
        kinks=[([0.0, -0.0, -INF, INF], [1.0, 1.0, 0.0, 1.0])],
        bad=(Bad(lambda: ag.isrlu(POINT, INF), ag.RangeError, r"^isrlu: a=inf must be above 0"),),
    ),
    gate("isrlu", lambda x, a: 1.0 if x >= 0 else isru_slope(x, a), {"a": 0.5}),
    gate("sigmoid", lambda y: y * (1 - y)),
    row(
        "hard_sigmoid",
        lambda x, slope=1 / 6, offset=0.5: min(1.0, max(0.0, slope * x + offset)),
        {},
        {"slope": 0.2},
        {"slope": 1.0, "offset": 0.25},
        kinks=[([-3.0, 3.0, 0.0, INF, -INF], [0.0, 0.0, 1 / 6, 0.0, 0.0])],
        bad=(
            Bad(lambda: ag.hard_sigmoid(POINT, -1.0), ag.RangeError, r"slope=-1\.0 must be above 0"),
            Bad(lambda: ag.hard_sigmoid(POINT, 1.0, NAN), ag.RangeError, r"offset=nan is not finite"),
        ),
    ),
    OpRow(
        "ramp_gate",
        registry["ramp_gate"],
        ("ramp_gate",),
        lambda rng: (
            rng.standard_normal((3, 4)),
            rng.uniform(-0.5, 1.5, (3, 4)),
        ),  # below, on, above the ramp
        loop(lambda g, y, slope, offset, high: slope * g if 0 < y < high else 0.0),
        variants=settings(RAMP),
        constants=(1,),
    ),
    row("relu6", lambda x: min(6.0, max(0.0, x)), kinks=[([0.0, 6.0, 3.0, 9.0, -1.0], [0, 0, 1, 0, 0])]),
    row(
        "leaky_relu",
        lambda x, slope=0.01: x if x >= 0 else slope * x,
        {},
        {"slope": 0.1},
        {"slope": 1.5},
        {"slope": 0.0},
        {"slope": -0.5},
        kinks=[([0.0, 1.0, -1.0], [1.0, 1.0, 0.01])],
        bad=(Bad(lambda: ag.leaky_relu(POINT, INF), ag.RangeError, r"^leaky_relu: slope=inf is not finite"),),
    ),
    OpRow(
        "brelu",
        ag.brelu,
        ("brelu",),
        away((2, 3, 2)),
        brelu,
        edges=((np.zeros((0, 2)),), (np.full((1, 1), -2.0),)),
        kinks=(Kink(([[0.0, 0.0, 2.0, -2.0]],), ([[0.0, 0.0, 1.0, 1.0]],)),),
        bad=(Bad(lambda: ag.brelu(POINT), ag.ShapeError, r"^brelu: x has no channels\n  x: float32 \(1,\)"),),
    ),
    OpRow(
        "brelu_gate",
        registry["brelu_gate"],
        ("brelu_gate",),
        away((3, 4), (3, 4)),
        loop(lambda g, y: g if y != 0 else 0.0),
        constants=(1,),
    ),
    OpRow(
        "rrelu",
        ag.rrelu,
        ("leaky_relu",),
        away((3, 4)),
        loop(lambda x, lower=1 / 8, upper=1 / 3, training=True: x if x >= 0 else (lower + upper) / 2 * x),
        variants=settings({"training": False}, {"lower": 0.5, "upper": 0.75, "training": False}),
        edges=EDGES,
        bad=(
            Bad(
                lambda: ag.rrelu(POINT), ag.RangeError, r"^rrelu: while training the slopes need a generator"
            ),
            Bad(lambda: ag.rrelu(POINT, 0.5, 0.1), ag.RangeError, r"no slope lies between lower=0\.5 and up"),
        ),
    ),
    row(
        "elu",
        lambda x, a=1.0: unit(x, 1.0, a, 1.0),
        {"a": 1.3},
        {},
        kinks=[([0.0, -0.0, 1.0, -1e4, INF], [1.3, 1.3, 1.0, 0.0, 1.0])],
        bad=(Bad(lambda: ag.elu(POINT, INF), ag.RangeError, r"^elu: a=inf is not finite"),),
    ),
    gate("elu", unit_slope, ELU),
    row(
        "selu",
        lambda x, scale=1.0507, a=1.67326: unit(x, scale, a, 1.0),
        {},
        {"scale": 2.0, "a": 0.5},
        kinks=[([0.0, -0.0, 1.0, -1e4], [1.0507, 1.0507, 1.0507, 0.0])],
        bad=(Bad(lambda: ag.selu(POINT, NAN), ag.RangeError, r"^selu: scale=nan is not finite"),),
    ),
    gate("selu", unit_slope, SELU),
    row(
        "celu",
        lambda x, a=1.0: unit(x, 1.0, a, 1 / a),
        {"a": 0.5},
        {},
        kinks=[([0.0, 1.0, -1e4], [1.0, 1.0, 0.0])],
        bad=(Bad(lambda: ag.celu(POINT, 0.0), ag.RangeError, r"^celu: a=0\.0 must be above 0 and finite"),),
    ),
    gate("celu", unit_slope, CELU),
    row("softplus", lambda x: math.log1p(math.exp(x)), kinks=[([-1e4, 1e4, 0.0], [0.0, 1.0, 0.5])]),
    row("silu", lambda x: x * logistic(x), kinks=[([-INF, -1e4, 0.0, 1e4, INF], [0, 0, 0.5, 1, 1])]),
    gate("silu", lambda x: logistic(x) * (1 + x * (1 - logistic(x)))),
    row(
        "mish",
        lambda x: x * math.tanh(math.log1p(math.exp(x))),
        kinks=[([-INF, -1e4, 0.0, 1e4, INF], [0, 0, 0.6, 1, 1])],
    ),
    gate("mish", mish_slope),
    row("gelu", gelu, {}, {"approximate": True}, kinks=[([-INF, -1e4, 0.0, 1e4, INF], [0, 0, 0.5, 1, 1])]),
    gate("gelu", lambda x: (1 + erf_of(x)) / 2 + x * density(x)),
    OpRow(
        "gelu by tanh",
        ag.gelu,
        ("gelu_tanh",),
        normal((3, 4)),
        loop(gelu),
        variants=settings({"approximate": True}),
        kinks=(Kink(([-INF, -1e4, 0.0, 1e4],), ([0, 0, 0.5, 1],), {"approximate": True}),),
    ),
    gate("gelu_tanh", gelu_tanh_slope),
    row(
        "hard_swish",
        lambda x: x * min(6.0, max(0.0, x + 3)) / 6,
        kinks=[([-3.0, 3.0, 0.0, -INF, INF], [0.0, 1.0, 0.5, 0.0, 1.0])],
    ),
    gate("hard_swish", lambda x: 0.0 if x <= -3 else 1.0 if x >= 3 else (2 * x + 3) / 6),
    row("erf", math.erf, kinks=[([-INF, 0.0, 1e4], [0.0, 2 / math.sqrt(math.pi), 0.0])]),
    OpRow(
        "softmax",
        ag.softmax,
        ("softmax",),
        normal((3, 4)),
        softmax,
        variants=AXES,
        edges=((np.zeros((0, 2)),), (np.zeros((2, 0)),), (np.full((1, 1), -2.0),)),
        bad=(Bad(lambda: ag.softmax(POINT, 2), ag.RangeError, "^softmax: " + NO_AXIS),),
    ),
    OpRow(
        "softmax_gate",
        registry["softmax_gate"],
        ("softmax_gate",),
        normal((3, 4), (3, 4)),
        softmax_gate,
        variants=settings({"axis": 1}, {"axis": 0}),
    ),
    OpRow(
        "hardmax",
        ag.hardmax,
        ("hardmax",),
        distinct((3, 4)),
        hardmax,
        variants=AXES,
        edges=((np.zeros((0, 2)),), (np.full((1, 1), -2.0),)),
        kinks=(Kink(([[1.0, 1.0, NAN]],), ([[0.0, 0.0, 0.0]],)),),
        bad=(Bad(lambda: ag.hardmax(POINT, 2), ag.RangeError, "^hardmax: " + NO_AXIS),),
    ),
]
