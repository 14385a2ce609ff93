"""What is timed, in MyGrad, as far as it has the operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mygrad as mg
import numpy as np
from mygrad.nnet import activations
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from benchmarks.shapes import LENET, SMALL, images, labels, maps

Work = Callable[[], Callable[[], Any]]


def small(op: Callable[[Any, Any], Any]) -> Work:
    """Make a chain of an op on 8 values, forward and backward."""

    def set_up() -> Callable[[], None]:
        x, w = (mg.tensor(np.full(8, 0.5, np.float32)) for _ in range(2))

        def run() -> None:
            y = x
            for _ in range(SMALL):
                y = op(y, w)
            y.sum().backward()

        return run

    return set_up


def lenet_step(batch: int) -> Callable[[], None]:
    """Make a step of forward, backward and SGD with momentum."""
    rng = np.random.default_rng(0)
    shapes = [(6, 1, 5, 5), (16, 6, 5, 5), (400, 120), (120, 84), (84, 10)]
    weights = [mg.tensor(rng.standard_normal(shape, np.float32) * 0.05) for shape in shapes]
    biases = [mg.tensor(np.zeros(n, np.float32)) for n in (6, 16, 120, 84, 10)]
    parameters = weights + biases
    speeds = [np.zeros_like(p.data) for p in parameters]
    data, target = images(batch, LENET), labels(batch)

    def run() -> None:
        x: Any = data
        for weight, bias in zip(weights[:2], biases[:2], strict=True):
            y = conv_nd(x, weight, stride=1) + bias.reshape(1, -1, 1, 1)
            x = max_pool(activations.relu(y), (2, 2), 2)
        x = x.reshape(batch, -1)
        for weight, bias in zip(weights[2:4], biases[2:4], strict=True):
            x = activations.relu(x @ weight + bias)
        softmax_crossentropy(x @ weights[4] + biases[4], target).backward()
        for parameter, speed in zip(parameters, speeds, strict=True):
            speed *= 0.9
            speed += parameter.grad
            parameter.data[...] -= 1e-3 * speed
            parameter.null_grad()

    return run


def _map(function: Callable[[Any], Any]) -> Work:
    def set_up() -> Callable[[], None]:
        x = mg.tensor(maps())
        g = np.full(function(x).shape, 0.5, np.float32)

        def run() -> None:
            function(x).backward(g)
            x.null_grad()

        return run

    return set_up


MAP_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "pool: max 2x2": lambda x: max_pool(x, (2, 2), 2),
    "activation: relu": activations.relu,
    "activation: leaky relu": lambda x: activations.leaky_relu(x, 0.01),
    "activation: elu": lambda x: activations.elu(x, 1.0),
    "activation: selu": activations.selu,
    "activation: sigmoid": activations.sigmoid,
    "activation: tanh": activations.tanh,
    "activation: arctan": mg.arctan,
    "activation: arsinh": mg.arcsinh,
    "activation: softsign": activations.soft_sign,
    "activation: softmax": lambda x: activations.softmax(x, axis=1),
    "activation: log softmax": lambda x: activations.logsoftmax(x, axis=1),
}


WORKS: dict[str, Work] = {
    "add, 8 values": small(lambda y, w: y + w),
    "add a number, 8 values": small(lambda y, w: y + 1.0),
    "multiply, 8 values": small(lambda y, w: y * w),
    "tanh, 8 values": small(lambda y, w: mg.tanh(y)),
    "relu, 8 values": small(lambda y, w: activations.relu(y)),
    "LeNet-5 step, batch 1": lambda: lenet_step(1),
    "LeNet-5 step, batch 64": lambda: lenet_step(64),
    **{name: _map(function) for name, function in MAP_FUNCTIONS.items()},
}
