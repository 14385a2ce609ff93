"""Pools to be drawn, the lecture's among them: what the tests of picture A look at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.pooling.picture import routing

LECTURE = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]
SMALL = [[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]]
TENTHS = (np.arange(1, 10) / 10).reshape(1, 1, 3, 3)


def tensor(values: object) -> ag.Tensor:
    array = np.asarray(values, dtype=np.float32)
    return ag.tensor(array.reshape((1,) * (4 - array.ndim) + array.shape), requires_grad=True)


def lecture(ties: str = "first", **more: object) -> Drawing:
    pooled = ag.max_pool2d(tensor(LECTURE), 3, stride=1, ties=ties)
    return routing(pooled, cotangent=TENTHS, **more)


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(1, 1, *shape))


def smooth(size: int) -> np.ndarray:
    """A map as after a convolution and ReLU: patches of zeros, neighbours alike."""
    noise = numbers(3, size + 2, size + 2)[0, 0]
    patches = np.lib.stride_tricks.sliding_window_view(noise, (3, 3))
    return np.maximum(patches.mean((-1, -2)) * 3 - 0.25, 0)[None, None]


def max_pool(x: np.ndarray, window: int, seed: int = 5, decimals: int = 9, **more: object) -> Drawing:
    pooled = ag.max_pool2d(tensor(x), window, **more)
    return routing(pooled, cotangent=numbers(seed, *pooled.shape[2:]).round(decimals))


def after_relu(size: int, scale: float = 0.03) -> Drawing:
    pooled = ag.max_pool2d(ag.relu(tensor(smooth(size) - 0.0)), 2)
    return routing(pooled, cotangent=numbers(7, *pooled.shape[2:]) * scale)


def with_infinities() -> Drawing:
    x = np.array(LECTURE, dtype=float)
    x[1, 1], x[4, 4] = np.nan, np.inf
    pooled = ag.max_pool2d(tensor(x), 3, stride=1)
    return routing(pooled, cotangent=np.where(TENTHS == 0.3, -np.inf, TENTHS))


PICTURES: dict[str, Callable[[], Drawing]] = {
    "lecture first": lambda: lecture("first"),
    "lecture last": lambda: lecture("last"),
    "lecture split": lambda: lecture("split"),
    "ties everywhere": lambda: routing(
        ag.max_pool2d(tensor(SMALL), 2), cotangent=[[[[0.1, 0.2], [0.3, 0.4]]]]
    ),
    "ties split": lambda: routing(
        ag.max_pool2d(tensor(SMALL), 2, ties="split"), cotangent=[[[[0.1, -0.2], [0.3, 0.4]]]]
    ),
    "second pool of LeNet": lambda: after_relu(10),
    "28 x 28": lambda: after_relu(28),
    "28 x 28, stride 1": lambda: max_pool(numbers(1, 28, 28), 3, stride=1),
    "overlap, stride 2": lambda: max_pool(numbers(1, 9, 9).round(2), 3, stride=2, decimals=2),
    "padding": lambda: max_pool(numbers(2, 6, 6).round(2), 3, stride=2, padding=1, decimals=1),
    "left-over rows": lambda: max_pool(numbers(4, 7, 7).round(1), 2, decimals=1),
    "36 windows": lambda: max_pool(numbers(4, 8, 8).round(1), 3, stride=1, decimals=1),
    "100 windows": lambda: max_pool(numbers(4, 12, 12), 3, stride=1),
    "coordinates": lambda: max_pool(numbers(4, 12, 12), 2),
    "large windows": lambda: max_pool(numbers(4, 8, 8).round(1), 5, stride=1, decimals=1),
    "global": lambda: max_pool(numbers(4, 28, 28), 28),
    "dilation": lambda: max_pool(numbers(6, 7, 7).round(1), 2, stride=1, dilation=2, decimals=1),
    "tall": lambda: max_pool(numbers(6, 12, 3), 2),
    "tiny gradients": lambda: routing(
        ag.max_pool2d(tensor(SMALL), 2), cotangent=[[[[1e-9, 2e-9], [0, -4e-7]]]]
    ),
    "huge values": lambda: max_pool(numbers(6, 6, 6) * 1e12, 2),
    "one cell": lambda: max_pool(np.ones((1, 1, 1, 1)), 1),
    "not finite": with_infinities,
    "one axis": lambda: routing(
        ag.max_pool1d(ag.tensor(np.arange(8.0)[None, None] % 5, requires_grad=True), 3, stride=1)
    ),
    "average": lambda: routing(ag.avg_pool2d(tensor(SMALL), 2), cotangent=[[[[0.1, 0.2], [0.3, 0.4]]]]),
    "average, padding": lambda: routing(ag.avg_pool2d(tensor(LECTURE), 3, stride=2, padding=1)),
    "sum": lambda: routing(ag.sum_pool2d(tensor(LECTURE), 3, stride=1), cotangent=TENTHS),
}
