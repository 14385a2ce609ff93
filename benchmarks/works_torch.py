"""What is timed, in PyTorch eager."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.maps_torch import WORKS as MAP_WORKS
from benchmarks.shapes import CHAIN, FOUR_LAYERS, LENET, SMALL, images, labels

torch.set_num_threads(2)
Work = Callable[[], Callable[[], Any]]


def small(op: Callable[[Any, Any], Any]) -> Work:
    """Make a chain of an op on 8 values, forward and backward."""

    def set_up() -> Callable[[], None]:
        x, w = (torch.full((8,), 0.5, requires_grad=True) for _ in range(2))
        ones = torch.ones(8)

        def run() -> None:
            y = x
            for _ in range(SMALL):
                y = op(y, w)
            y.backward(ones)

        return run

    return set_up


def chain() -> Callable[[], None]:
    """Make a long chain of additions."""
    x = torch.ones(8, requires_grad=True)

    def run() -> None:
        y = x
        for _ in range(CHAIN):
            y = y + 1.0
        y.sum().backward()

    return run


def training_step(module: Any, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> Callable[[], None]:
    """Make a step of forward, backward and SGD with momentum."""
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-3, momentum=0.9)
    data, target = torch.from_numpy(x), torch.from_numpy(y)

    def run() -> None:
        optimiser.zero_grad()
        nn.functional.cross_entropy(module(data), target).backward()
        optimiser.step()

    return run


def lenet() -> Any:
    """LeNet-5."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def four_layers() -> Any:
    """Four 3 x 3 convolutions on 32 x 32 x 3 images."""
    layers: list[Any] = []
    for channels, filters in itertools.pairwise(FOUR_LAYERS):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.AvgPool2d(32), nn.Flatten(), nn.Linear(FOUR_LAYERS[-1], 10))


WORKS: dict[str, Work] = {
    "add, 8 values": small(lambda y, w: y + w),
    "add a number, 8 values": small(lambda y, w: y + 1.0),
    "multiply, 8 values": small(lambda y, w: y * w),
    "tanh, 8 values": small(lambda y, w: torch.tanh(y)),
    "relu, 8 values": small(lambda y, w: torch.relu(y)),
    "chain of adds": chain,
    "LeNet-5 step, batch 1": lambda: training_step(lenet(), images(1, LENET), labels(1)),
    "LeNet-5 step, batch 64": lambda: training_step(lenet(), images(64, LENET), labels(64)),
    "four 3x3 convolutions step, batch 64": lambda: training_step(
        four_layers(), images(64, (3, 32, 32)), labels(64)
    ),
    **MAP_WORKS,
}
