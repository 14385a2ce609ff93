"""Gates, convolutions and dense layers to be drawn: what the tests of their pictures look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag
import viz

GATE = [[0.5, -1, 2], [-0.3, 0, 1.5], [3, -2, 0.7]]
TENTHS = (np.arange(1, 10) / 10).reshape(1, 1, 3, 3)
KERNEL = [[1, 0, -1], [2, 1, 0], [0, -1, 3]]
MAP = [[3, 2, 1, -1, -1], [-3, -3, -3, -2, 3], [2, 4, 1, 1, 4], [2, 2, 1, 1, 4], [-1, 3, 2, -3, 0]]


def leaf(values: Any) -> ag.Tensor:
    return ag.tensor(np.asarray(values, np.float64), requires_grad=True)


def random(seed: int, *shape: int, decimals: int = 9) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).round(decimals)


def gate(function: Callable[..., ag.Tensor] = ag.relu, **more: Any) -> viz.Drawing:
    return viz.routing(function(leaf([[GATE]])), cotangent=TENTHS, **more)


def lecture_convolution(**more: Any) -> viz.Drawing:
    return viz.routing(ag.conv2d(leaf([[MAP]]), leaf([[KERNEL]])), cotangent=TENTHS, **more)


def convolution(
    shape: tuple[int, ...],
    weight: tuple[int, ...],
    scale: float = 1.0,
    decimals: int = 9,
    picture: dict[str, Any] | None = None,
    **more: Any,
) -> viz.Drawing:
    rank = len(shape) - 2
    transposed = more.pop("transposed", False)
    op = getattr(ag, f"conv_transpose{rank}d" if transposed else f"conv{rank}d")
    x, w = leaf(random(1, *shape, decimals=decimals)), leaf(random(2, *weight, decimals=decimals))
    outs = weight[1] * more.get("groups", 1) if transposed else weight[0]
    y = op(x, w, random(3, outs, decimals=1), **more)
    return viz.routing(y, cotangent=random(4, *y.shape, decimals=decimals) * scale, **(picture or {}))


def dense(samples: int, ins: int, outs: int, scale: float = 1.0, **more: Any) -> viz.Drawing:
    x, w = leaf(np.maximum(random(1, samples, ins, decimals=2), 0)), leaf(random(2, outs, ins))
    y = ag.dense(x, w, random(3, outs))
    return viz.routing(y, cotangent=random(4, samples, outs) * scale, **more)


def with_infinities() -> viz.Drawing:
    values, arriving = np.array(MAP, float), TENTHS.copy()
    values[0, 0], values[4, 4], arriving[0, 0, 1, 1] = np.nan, np.inf, -np.inf
    return viz.routing(ag.conv2d(leaf([[values]]), leaf([[KERNEL]])), cotangent=arriving)


PICTURES: dict[str, Callable[[], viz.Drawing]] = {
    "relu": gate,
    "leaky relu": lambda: gate(ag.leaky_relu),
    "sigmoid": lambda: gate(ag.sigmoid),
    "everything closed": lambda: viz.routing(ag.relu(leaf([[[[-1.0, -2.0]]]]))),
    "relu, 28 x 28": lambda: viz.routing(
        ag.relu(leaf(random(1, 2, 3, 28, 28))), cotangent=random(2, 2, 3, 28, 28) * 1e-3, sample=1, channel=2
    ),
    "relu of 120 features": lambda: viz.routing(ag.relu(leaf(random(1, 4, 120)))),
    "relu, one number": lambda: viz.routing(ag.relu(leaf(3.0) * 1.0)),
    "relu, NaN": lambda: viz.routing(ag.relu(leaf([[[[np.nan, np.inf, -1.0]]]]))),
    "relu, huge": lambda: viz.routing(ag.relu(leaf(random(1, 1, 1, 4, 4) * 1e12))),
    "convolution": lecture_convolution,
    "channels, filters, padding": lambda: convolution(
        (2, 6, 14, 14),
        (16, 6, 5, 5),
        0.01,
        padding=2,
        picture={"spotlight": (0, 0), "filter": 3, "channel": 2},
    ),
    "stride and dilation": lambda: convolution((1, 1, 9, 9), (2, 1, 3, 3), decimals=1, stride=2, dilation=2),
    "groups": lambda: convolution((1, 4, 6, 6), (4, 2, 3, 3), decimals=1, groups=2, picture={"filter": 3}),
    "large kernel": lambda: convolution((1, 3, 40, 40), (4, 3, 11, 11), 0.01, stride=4),
    "wide kernel": lambda: convolution((1, 1, 3, 30), (1, 1, 1, 9), decimals=1),
    "large dilation": lambda: convolution((1, 1, 30, 30), (1, 1, 3, 3), decimals=1, dilation=6),
    "one tap": lambda: convolution((1, 3, 4, 4), (2, 3, 1, 1), decimals=1),
    "one axis": lambda: convolution((1, 3, 40), (4, 3, 4), decimals=1, stride=2, dilation=2, padding=1),
    "transposed": lambda: convolution((1, 1, 3, 3), (1, 1, 3, 3), decimals=1, stride=2, transposed=True),
    "transposed, groups": lambda: convolution(
        (2, 4, 5, 5), (4, 3, 4, 4), stride=2, padding=1, groups=2, transposed=True, picture={"filter": 4}
    ),
    "transposed, nothing meets": lambda: convolution(
        (1, 1, 2, 2), (1, 1, 1, 1), stride=3, transposed=True, picture={"spotlight": (1, 1)}
    ),
    "flipped": lambda: convolution((1, 1, 5, 5), (1, 1, 2, 2), decimals=1, flip=True),
    "tiny": lambda: convolution((1, 1, 6, 6), (1, 1, 3, 3), 1e-9),
    "not finite": with_infinities,
    "dense": lambda: dense(1, 4, 3),
    "dense, 120 to 84": lambda: dense(8, 120, 84, 0.01, sample=2),
    "dense, one output": lambda: dense(2, 30, 1),
    "dense, one input": lambda: dense(1, 1, 12, 1e6),
    "dense of sequences": lambda: viz.routing(ag.dense(leaf(random(1, 2, 3, 4)), leaf(random(2, 2, 4)))),
    "dense, NaN": lambda: viz.routing(ag.dense(leaf([[np.nan, 1.0]]), leaf([[1.0, np.inf], [0.0, 2.0]]))),
}
