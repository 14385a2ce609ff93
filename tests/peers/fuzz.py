"""Random calls of the convolution and pooling families, as the arguments of our function and of PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_cnn as ag

Draw = Callable[[np.random.Generator], "Call | None"]


@dataclass(frozen=True)
class Call:
    """One call: the arrays that are differentiated, our function of Tensors and PyTorch's of its own."""

    text: str
    arrays: tuple[np.ndarray, ...]
    ours: Callable[..., Any]
    theirs: Callable[..., Any]


def _sizes(rng: np.random.Generator, rank: int, low: int, high: int) -> tuple[int, ...]:
    return tuple(int(n) for n in rng.integers(low, high, rank))


def convolution(rng: np.random.Generator) -> Call | None:
    """Draw a convolution in 1 to 3 dimensions: stride, padding, dilation, groups, with or without bias."""
    import torch.nn.functional as functional

    rank = int(rng.integers(1, 4))
    groups = int(rng.choice([1, 1, 2, 3]))
    channels, filters = groups * int(rng.integers(1, 3)), groups * int(rng.integers(1, 3))
    window, stride = _sizes(rng, rank, 1, 4), _sizes(rng, rank, 1, 4)
    padding, dilation = _sizes(rng, rank, 0, 3), _sizes(rng, rank, 1, 3)
    size = _sizes(rng, rank, 1, 9 if rank < 3 else 6)
    if any(n + 2 * p < (f - 1) * d + 1 for n, p, f, d in zip(size, padding, window, dilation, strict=True)):
        return None
    arrays = [
        rng.standard_normal((int(rng.integers(1, 4)), channels, *size)),
        rng.standard_normal((filters, channels // groups, *window)),
    ]
    if rng.random() < 0.7:
        arrays.append(rng.standard_normal(filters))
    settings: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    ours, theirs = getattr(ag, f"conv{rank}d"), getattr(functional, f"conv{rank}d")
    return Call(
        f"conv{rank}d {[a.shape for a in arrays]} {settings}",
        tuple(arrays),
        lambda *t: ours(*t, **settings),
        lambda *t: theirs(*t, **settings),
    )


def transposed_convolution(rng: np.random.Generator) -> Call | None:
    """Draw a transposed convolution in 1 to 3 dimensions, with output padding."""
    import torch.nn.functional as functional

    rank = int(rng.integers(1, 4))
    groups = int(rng.choice([1, 1, 2]))
    channels, filters = groups * int(rng.integers(1, 3)), int(rng.integers(1, 3))
    window, stride = _sizes(rng, rank, 1, 4), _sizes(rng, rank, 1, 4)
    padding, dilation = _sizes(rng, rank, 0, 2), _sizes(rng, rank, 1, 3)
    extra = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True))
    size = _sizes(rng, rank, 1, 6 if rank < 3 else 4)
    large = [
        (n - 1) * s - 2 * p + (f - 1) * d + 1 + e
        for n, s, p, f, d, e in zip(size, stride, padding, window, dilation, extra, strict=True)
    ]
    if min(large) < 1:
        return None
    arrays = [
        rng.standard_normal((int(rng.integers(1, 3)), channels, *size)),
        rng.standard_normal((channels, filters, *window)),
    ]
    if rng.random() < 0.5:
        arrays.append(rng.standard_normal(filters * groups))
    settings: dict[str, Any] = {
        "stride": stride, "padding": padding, "output_padding": extra, "dilation": dilation, "groups": groups,
    }  # fmt: skip
    ours, theirs = getattr(ag, f"conv_transpose{rank}d"), getattr(functional, f"conv_transpose{rank}d")
    return Call(
        f"conv_transpose{rank}d {[a.shape for a in arrays]} {settings}",
        tuple(arrays),
        lambda *t: ours(*t, **settings),
        lambda *t: theirs(*t, **settings),
    )


def _distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw values that never tie, however close."""
    values = rng.permutation(int(np.prod(shape))).astype(float)
    return (values.reshape(shape) - values.size / 2) / 10


def _pool_settings(
    rng: np.random.Generator, rank: int
) -> tuple[tuple[int, ...], dict[str, Any], bool] | None:
    window, stride = _sizes(rng, rank, 1, 4), _sizes(rng, rank, 1, 4)
    padding = tuple(int(rng.integers(0, f // 2 + 1)) for f in window)
    size = _sizes(rng, rank, 1, 10 if rank < 3 else 6)
    ceil = bool(rng.random() < 0.3)
    if any(n + 2 * p < f for n, p, f in zip(size, padding, window, strict=True)):
        return None
    return size, {"window": window, "stride": stride, "padding": padding}, ceil


def max_pooling(rng: np.random.Generator) -> Call | None:
    """Draw a max pooling in 1 to 3 dimensions, rounded down or up."""
    import torch.nn.functional as functional

    rank = int(rng.integers(1, 4))
    drawn = _pool_settings(rng, rank)
    if drawn is None:
        return None
    size, settings, ceil = drawn
    x = _distinct(rng, (int(rng.integers(1, 3)), int(rng.integers(1, 3)), *size))
    ours, theirs = getattr(ag, f"max_pool{rank}d"), getattr(functional, f"max_pool{rank}d")
    return Call(
        f"max_pool{rank}d {x.shape} {settings} ceil={ceil}",
        (x,),
        lambda t: ours(t, rounding="ceil" if ceil else "floor", **settings),
        lambda t: theirs(t, *settings.values(), ceil_mode=ceil),
    )


def average_pooling(rng: np.random.Generator) -> Call | None:
    """Draw an average pooling in 1 to 3 dimensions, counting padding or not."""
    import torch.nn.functional as functional

    rank = int(rng.integers(1, 4))
    drawn = _pool_settings(rng, rank)
    if drawn is None:
        return None
    size, settings, ceil = drawn
    if any(n < f for n, f in zip(size, settings["window"], strict=True)):
        return None  # PyTorch refuses windows larger than the un-padded input
    counted = bool(rng.random() < 0.5)
    x = rng.standard_normal((int(rng.integers(1, 3)), int(rng.integers(1, 3)), *size))
    ours, theirs = getattr(ag, f"avg_pool{rank}d"), getattr(functional, f"avg_pool{rank}d")
    return Call(
        f"avg_pool{rank}d {x.shape} {settings} ceil={ceil} counted={counted}",
        (x,),
        lambda t: ours(t, rounding="ceil" if ceil else "floor", count_include_pad=counted, **settings),
        lambda t: theirs(t, *settings.values(), ceil_mode=ceil, count_include_pad=counted),
    )


def classifier(rng: np.random.Generator) -> Call | None:
    """Draw a dense layer under a cross entropy."""
    import torch
    import torch.nn.functional as functional

    n, features, classes = (int(k) for k in rng.integers(1, 7, 3))
    labels = rng.integers(0, classes, n)
    arrays = tuple(rng.standard_normal(s) for s in ((n, features), (classes, features), (classes,)))
    return Call(
        f"cross_entropy(dense) {[a.shape for a in arrays]}",
        arrays,
        lambda x, w, b: ag.cross_entropy(ag.sigmoid(ag.dense(x, w, b)) * 3.0, labels),
        lambda x, w, b: functional.cross_entropy(
            torch.sigmoid(functional.linear(x, w, b)) * 3.0, torch.tensor(labels)
        ),
    )


def small_network(rng: np.random.Generator) -> Call | None:
    """Draw convolution, tanh and max pooling in a row: second derivatives reach through all of them."""
    import torch
    import torch.nn.functional as functional

    channels, filters = (int(k) for k in rng.integers(1, 4, 2))
    x, w, b = (rng.standard_normal(s) for s in ((2, channels, 7, 6), (filters, channels, 3, 2), (filters,)))
    stride = int(rng.integers(1, 3))
    return Call(
        f"max_pool2d(tanh(conv2d)) {x.shape} {w.shape} stride={stride}",
        (x, w, b),
        lambda x, w, b: ag.max_pool2d(ag.tanh(ag.conv2d(x, w, b, stride=stride, padding=1)), 2, stride=1),
        lambda x, w, b: functional.max_pool2d(
            torch.tanh(functional.conv2d(x, w, b, stride=stride, padding=1)), 2, 1
        ),
    )


DRAWS: dict[str, Draw] = {
    "convolution": convolution,
    "transposed convolution": transposed_convolution,
    "max pooling": max_pooling,
    "average pooling": average_pooling,
    "classifier": classifier,
    "small network": small_network,
}


def draw(name: str, rng: np.random.Generator) -> Call:
    """Draw until the arguments fit."""
    while True:
        call = DRAWS[name](rng)
        if call is not None:
            return call
