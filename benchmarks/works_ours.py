"""What is timed, in this library."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag
from benchmarks.maps_ours import WORKS as MAP_WORKS
from benchmarks.shapes import CHAIN, FOUR_LAYERS, LENET, SMALL, images, labels

Work = Callable[[], Callable[[], Any]]
Array = np.ndarray[Any, Any]


def small(op: Callable[[ag.Tensor, ag.Tensor], ag.Tensor]) -> Work:
    """Make a chain of an op on 8 values, forward and backward."""

    def set_up() -> Callable[[], None]:
        x, w = (ag.tensor(np.full(8, 0.5, np.float32), requires_grad=True) for _ in range(2))
        ones = np.ones(8, np.float32)

        def run() -> None:
            y = x
            for _ in range(SMALL):
                y = op(y, w)
            y.backward(ones)

        return run

    return set_up


def chain() -> Callable[[], None]:
    """Make a long chain of additions."""
    x = ag.tensor(np.ones(8, np.float32), requires_grad=True)

    def run() -> None:
        y = x
        for _ in range(CHAIN):
            y = y + 1.0
        y.sum().backward()

    return run


def training_step(
    module: ag.nn.Module, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]
) -> Callable[[], None]:
    """Make a step of forward, backward and SGD with momentum."""
    optimiser = ag.optim.SGD(module.parameters(), lr=1e-3, momentum=0.9)
    data = ag.tensor(x)

    def run() -> None:
        optimiser.zero_grad()
        ag.cross_entropy(module(data), y).backward()
        optimiser.step()

    return run


def lenet() -> ag.nn.Module:
    """LeNet-5, layer by layer as the peers have it."""
    nn, rng = ag.nn, np.random.default_rng(0)
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, rng=rng), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, rng=rng), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dense(400, 120, rng=rng), nn.ReLU(), nn.Dense(120, 84, rng=rng), nn.ReLU(),
        nn.Dense(84, 10, rng=rng),
    )  # fmt: skip


def four_layers() -> ag.nn.Module:
    """Four 3 x 3 convolutions on 32 x 32 x 3 images."""
    nn, rng = ag.nn, np.random.default_rng(0)
    layers: list[ag.nn.Module] = []
    for channels, filters in itertools.pairwise(FOUR_LAYERS):
        layers += [nn.Conv2d(channels, filters, 3, padding=1, rng=rng), nn.ReLU()]
    return nn.Sequential(*layers, nn.AvgPool2d(32), nn.Flatten(), nn.Dense(FOUR_LAYERS[-1], 10, rng=rng))


WORKS: dict[str, Work] = {
    "add, 8 values": small(lambda y, w: y + w),
    "add a number, 8 values": small(lambda y, w: y + 1.0),
    "multiply, 8 values": small(lambda y, w: y * w),
    "tanh, 8 values": small(lambda y, w: ag.tanh(y)),
    "relu, 8 values": small(lambda y, w: ag.relu(y)),
    "chain of adds": chain,
    "LeNet-5 step, batch 1": lambda: training_step(lenet(), images(1, LENET), labels(1)),
    "LeNet-5 step, batch 64": lambda: training_step(lenet(), images(64, LENET), labels(64)),
    "four 3x3 convolutions step, batch 64": lambda: training_step(
        four_layers(), images(64, (3, 32, 32)), labels(64)
    ),
    **MAP_WORKS,
}
