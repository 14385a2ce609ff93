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


def zeros(shape: tuple[int, ...], _: np.random.Generator) -> Any:
    """A layer's first weights where nobody computes with them: costs nothing."""
    return np.zeros(shape, np.float32)


RNG = np.random.default_rng(0)


def conv(
    channels: int, filters: int, window: int, stride: int = 1, padding: int = 0, bias: bool = False
) -> Any:
    return ag.nn.Conv2d(channels, filters, window, stride, padding, bias=bias, rng=RNG, init=zeros)


class BasicBlock(ag.nn.Module):
    """Two convolutions beside an identity, or beside a strided convolution where sizes change."""

    def __init__(self, channels: int, filters: int, stride: int = 1) -> None:
        self.conv1 = conv(channels, filters, 3, stride, 1)
        self.bn1 = ag.nn.BatchNorm2d(filters)
        self.conv2 = conv(filters, filters, 3, 1, 1)
        self.bn2 = ag.nn.BatchNorm2d(filters)
        self.downsample = None
        if stride != 1 or channels != filters:
            self.downsample = ag.nn.Sequential(conv(channels, filters, 1, stride), ag.nn.BatchNorm2d(filters))

    def forward(self, x: Any) -> Any:
        y = ag.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return ag.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(ag.nn.Module):
    """He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition (2015)."""

    def __init__(self, classes: int = 1000) -> None:
        self.conv1 = conv(3, 64, 7, 2, 3)
        self.bn1 = ag.nn.BatchNorm2d(64)
        self.maxpool = ag.nn.MaxPool2d(3, 2, 1)
        widths = (64, 64, 128, 256, 512)
        for number in range(1, 5):
            before, width = widths[number - 1], widths[number]
            blocks = BasicBlock(before, width, 1 if number == 1 else 2), BasicBlock(width, width)
            setattr(self, f"layer{number}", ag.nn.Sequential(*blocks))
        self.fc = ag.nn.Dense(512, classes, rng=RNG, init=zeros)

    def forward(self, x: Any) -> Any:
        x = self.maxpool(ag.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(ag.flatten(ag.global_avg_pool(x), 1))


def vgg11(classes: int = 10) -> Any:
    """Simonyan, Zisserman: Very Deep Convolutional Networks (2014), for images of 32 x 32."""
    layers: list[Any] = []
    channels = 3
    for filters in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
        if filters:
            layers += [conv(channels, filters, 3, 1, 1, bias=True), ag.nn.ReLU()]
            channels = filters
        else:
            layers.append(ag.nn.MaxPool2d(2))
    head = ag.nn.Dense(512, classes, rng=RNG, init=zeros)
    return ag.nn.Sequential(features=ag.nn.Sequential(*layers), flatten=ag.nn.Flatten(), classifier=head)


class EncoderDecoder(ag.nn.Module):
    """Pools going in, un-pools with the same switches coming out; one skip joins the two ends."""

    def __init__(self, width: int = 4) -> None:
        rng = np.random.default_rng(3)
        self.enter = ag.nn.Conv2d(1, width, 3, padding=1, rng=rng)
        self.deeper = ag.nn.Conv2d(width, 2 * width, 3, padding=1, rng=rng)
        self.middle = ag.nn.Conv2d(2 * width, 2 * width, 3, padding=1, rng=rng)
        self.higher = ag.nn.Conv2d(2 * width, width, 3, padding=1, rng=rng)
        self.leave = ag.nn.Conv2d(2 * width, 1, 3, padding=1, rng=rng)

    def forward(self, x: Any) -> Any:
        first = ag.relu(self.enter(x))
        pooled, where = ag.max_pool2d(first, 2, return_indices=True)
        second, deep = ag.max_pool2d(ag.relu(self.deeper(pooled)), 2, return_indices=True)
        back = ag.max_unpool2d(ag.relu(self.middle(second)), deep, 2)
        wide = ag.max_unpool2d(ag.relu(self.higher(back)), where, 2)
        return self.leave(ag.concatenate([wide, first], axis=1))


def encoder_loss() -> ag.Tensor:
    image = leaf(1, 1, 16, 16, name="image", wants=False)
    return ag.mse_loss(EncoderDecoder()(image), image)


class Shared(ag.nn.Module):
    """One block run four times with the same weights, then two results."""

    def __init__(self) -> None:
        rng = np.random.default_rng(4)
        self.enter = ag.nn.Conv2d(1, 3, 3, padding=1, rng=rng)
        self.step = ag.nn.Conv2d(3, 3, 3, padding=1, rng=rng)
        self.pool = ag.nn.MaxPool2d(2)
        self.classes = ag.nn.Dense(27, 4, rng=rng)
        self.place = ag.nn.Dense(27, 2, rng=rng)

    def forward(self, x: Any) -> Any:
        x = ag.relu(self.enter(x))
        for _ in range(4):
            x = ag.relu(self.step(x))
        x = ag.flatten(self.pool(x), 1)
        return self.classes(x), self.place(x)


def shared_results() -> list[ag.Tensor]:
    return list(Shared()(leaf(2, 1, 6, 6, name="images", wants=False)))


def cube() -> ag.Tensor:
    w = ag.tensor(2.0, requires_grad=True, name="w")
    x = ag.tensor(3.0, name="x")
    return (w * x) ** 3.0


class Branches(ag.nn.Module):
    """Szegedy and others: Going Deeper with Convolutions (2014): four branches, joined by channels."""

    def __init__(self) -> None:
        self.stem = conv(3, 16, 3, 1, 1)
        self.b1 = conv(16, 8, 1)
        self.b2a, self.b2 = conv(16, 8, 1), conv(8, 16, 3, 1, 1)
        self.b3a, self.b3 = conv(16, 4, 1), conv(4, 8, 5, 1, 2)
        self.pool, self.b4 = ag.nn.MaxPool2d(3, 1, 1), conv(16, 8, 1)

    def forward(self, x: Any) -> Any:
        x = ag.relu(self.stem(x))
        second = ag.relu(self.b2(ag.relu(self.b2a(x))))
        third = ag.relu(self.b3(ag.relu(self.b3a(x))))
        parts = [ag.relu(self.b1(x)), second, third, ag.relu(self.b4(self.pool(x)))]
        return ag.global_avg_pool(ag.concatenate(parts, axis=1))


def branches_result() -> Any:
    return Branches()(leaf(1, 3, 8, 8, name="image"))


LOSSES |= {
    "branches": branches_result,
    "encoder-decoder": encoder_loss,
    "shared": shared_results,
    "cube": cube,
}
