"""Small networks and formulas that the drawing tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag


def leaf(*shape: int, name: str | None = None, wants: bool = True, seed: int = 0) -> ag.Tensor:
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return ag.tensor(values, requires_grad=wants, name=name)


class Pair(ag.nn.Module):
    """Two convolutions, a pool, one ReLU module that is called three times, two dense layers."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self.c1 = ag.nn.Conv2d(1, 3, 3, rng=rng)
        self.c2 = ag.nn.Conv2d(3, 4, 3, rng=rng)
        self.pool = ag.nn.MaxPool2d(2)
        self.relu = ag.nn.ReLU()
        self.flatten = ag.nn.Flatten()
        self.d1 = ag.nn.Dense(36, 8, rng=rng)
        self.d2 = ag.nn.Dense(8, 5, rng=rng)

    def forward(self, x: Any) -> Any:
        x = self.pool(self.relu(self.c1(x)))
        x = self.relu(self.c2(x))
        return self.d2(self.relu(self.d1(self.flatten(x))))


def pair_loss(samples: int = 2) -> ag.Tensor:
    images = leaf(samples, 1, 12, 12, name="images", wants=False)
    return ag.cross_entropy(Pair()(images), np.arange(samples) % 5)


class Block(ag.nn.Module):
    """A residual block."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.a = ag.nn.Conv2d(2, 2, 3, padding=1, rng=rng)
        self.b = ag.nn.Conv2d(2, 2, 3, padding=1, rng=rng)
        self.relu = ag.nn.ReLU()

    def forward(self, x: Any) -> Any:
        return self.relu(self.b(self.relu(self.a(x))) + x)


class Residual(ag.nn.Module):
    """A chain of residual blocks."""

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(2)
        self.stem = ag.nn.Conv2d(1, 2, 3, padding=1, rng=rng)
        self.blocks = ag.nn.Sequential(*[Block(rng) for _ in range(count)])

    def forward(self, x: Any) -> Any:
        return self.blocks(self.stem(x))


def residual_loss(count: int = 2) -> ag.Tensor:
    return Residual(count)(leaf(1, 1, 6, 6, name="image", wants=False)).sum()


def line_loss() -> ag.Tensor:
    x, w, b = leaf(5, name="x", wants=False), leaf(5, name="w", seed=1), leaf(name="b", seed=2)
    return (x * w + b).sum()


def square_loss() -> ag.Tensor:
    x = leaf(3, name="x")
    y = x * x
    return ((y + x) * y).sum()


def dense_block_loss() -> ag.Tensor:
    x = leaf(1, 2, 5, 5, name="x", wants=False)
    parts = [x]
    for number in range(3):
        joined = ag.concatenate(parts, axis=1) if number else x
        parts.append(
            ag.relu(ag.conv2d(joined, leaf(2, 2 * (number + 1), 3, 3, name=f"w{number}"), padding=1))
        )
    return ag.concatenate(parts, axis=1).sum()


def recurrent_loss(steps: int = 3) -> ag.Tensor:
    w, b = leaf(4, 4, name="w"), leaf(4, name="b")
    h = leaf(1, 4, name="start", wants=False)
    for _ in range(steps):
        h = ag.tanh(ag.dense(h, w, b))
    return h.sum()


def tangled_loss(steps: int = 14) -> ag.Tensor:
    values = [leaf(2, name="x")]
    for step in range(steps):
        first, second = values[step * 7 % len(values)], values[step * 3 % len(values)]
        values.append(ag.tanh(values[-1] * first + second))
    return values[-1].sum()


def chain(length: int) -> ag.Tensor:
    y = ag.tensor(1.0, requires_grad=True, name="x")
    for _ in range(length):
        y = y + 1.0
    return y


LOSSES = {
    "pair": pair_loss,
    "residual": residual_loss,
    "line": line_loss,
    "square": square_loss,
    "dense block": dense_block_loss,
    "recurrent": recurrent_loss,
    "tangled": tangled_loss,
    "chain": lambda: chain(60),
}
