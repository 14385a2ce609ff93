"""Layers over sequences, images and volumes: each calls its function, and its summary tells the truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import nn

SIZES = {1: (7,), 2: (6, 7), 3: (4, 5, 4)}


@dataclass(frozen=True)
class Row:
    """A layer, the function that it must equal, and its parameters counted by hand."""

    layer: Callable[[], nn.Module]
    function: Callable[[Any, Any], Any]
    parameters: int = 0
    channels: int = 4


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def poolings(r: int) -> dict[str, Row]:
    """Give a row a pooling of that many axes, with settings other than the usual ones."""

    def row(name: str, function: str, *args: Any, **settings: Any) -> Row:
        layer, op = getattr(nn, f"{name}{r}d"), getattr(ag, f"{function}{r}d")
        return Row(lambda: layer(*args, **settings), lambda _, x: op(x, *args, **settings))

    taps = np.arange(1.0, 3.0**r + 1).reshape((3,) * r).astype(np.float32)
    return {
        "MaxPool": row("MaxPool", "max_pool", 2),
        "MaxPool, ceil": row("MaxPool", "max_pool", 3, stride=2, padding=1, rounding="ceil", ties="last"),
        "MaxPool, a size an axis": row("MaxPool", "max_pool", (2, 3, 1)[:r], dilation=(1, 2, 1)[:r]),
        "AvgPool": row("AvgPool", "avg_pool", 2),
        "AvgPool, real cells": row("AvgPool", "avg_pool", 3, 2, padding=1, count_include_pad=False),
        "SumPool": row("SumPool", "sum_pool", 3, stride=1, padding="same"),
        "LpPool": row("LpPool", "lp_pool", 2, p=3, stride=1),
        "LpPool, infinite": row("LpPool", "lp_pool", 2, math.inf),
        "WeightedPool": row("WeightedPool", "weighted_pool", 3, stride=1),
        "WeightedPool, bell": row("WeightedPool", "weighted_pool", 3, "gaussian", sigma=0.8),
        "WeightedPool, own": row("WeightedPool", "weighted_pool", 3, taps, count_include_pad=False),
        "AdaptiveAvgPool": row("AdaptiveAvgPool", "adaptive_avg_pool", (3, 2, 3)[:r]),
        "AdaptiveMaxPool": row("AdaptiveMaxPool", "adaptive_max_pool", 3, "last"),
    }


def learned(r: int) -> dict[str, Row]:
    """Give a row a layer with parameters, or with one implementation for all numbers of axes."""
    conv, back = getattr(nn, f"Conv{r}d"), getattr(nn, f"ConvTranspose{r}d")
    convolve, paint = getattr(ag, f"conv{r}d"), getattr(ag, f"conv_transpose{r}d")
    weighted, batch, instance = (
        getattr(nn, f"{name}{r}d") for name in ("WeightedPool", "BatchNorm", "InstanceNorm")
    )
    own = ag.tensor(np.linspace(0.5, 2.0, 2**r).reshape((2,) * r), requires_grad=True)
    wide = {"stride": 2, "padding": 1, "dilation": 1, "groups": 2}
    return {
        "Conv": Row(
            lambda: conv(4, 6, 3, rng=rng()),
            lambda m, x: convolve(x, m.weight, m.bias),
            6 * 4 * 3**r + 6,
        ),
        "Conv, groups": Row(
            lambda: conv(4, 6, 2, **wide, rounding="ceil", bias=False, rng=rng()),
            lambda m, x: convolve(x, m.weight, **wide, rounding="ceil"),
            6 * 2 * 2**r,
        ),
        "ConvTranspose": Row(
            lambda: back(4, 6, 3, stride=2, rng=rng()),
            lambda m, x: paint(x, m.weight, m.bias, 2),
            4 * 6 * 3**r + 6,
        ),
        "ConvTranspose, groups": Row(
            lambda: back(4, 6, 2, **wide, output_padding=1, bias=False, rng=rng()),
            lambda m, x: paint(x, m.weight, **wide, output_padding=1),
            4 * 3 * 2**r,
        ),
        "WeightedPool, learned": Row(
            lambda: weighted(2, own, stride=1),
            lambda m, x: getattr(ag, f"weighted_pool{r}d")(x, 2, own, stride=1),
            2**r,
        ),
        "BatchNorm": Row(lambda: batch(4), lambda m, x: ag.batch_norm(x, m.weight, m.bias), 8),
        "BatchNorm, evaluation": Row(
            lambda: batch(4).eval(),
            lambda m, x: ag.batch_norm(x, m.weight, m.bias, m.running_mean, m.running_variance),
            8,
        ),
        "InstanceNorm": Row(lambda: instance(4), lambda m, x: ag.instance_norm(x, m.weight, m.bias), 8),
        "Interpolate": Row(lambda: nn.Interpolate(scale=2), lambda _, x: ag.interpolate(x, scale=2)),
        "Interpolate, linear": Row(
            lambda: nn.Interpolate(9, mode=("linear", "bilinear", "trilinear")[r - 1], align_corners=True),
            lambda _, x: ag.interpolate(x, 9, None, ("linear", "bilinear", "trilinear")[r - 1], True),
        ),
        "GlobalAvgPool": Row(nn.GlobalAvgPool, lambda _, x: ag.global_avg_pool(x)),
        "GlobalMaxPool": Row(nn.GlobalMaxPool, lambda _, x: ag.global_max_pool(x)),
        "Reshape": Row(
            lambda: nn.Reshape((2, -1)), lambda _, x: ag.reshape(x, (x.shape[0], 2, 2 * math.prod(SIZES[r])))
        ),
    }


ROWS = {f"{name}, {r} axes": (r, row) for r in SIZES for name, row in {**poolings(r), **learned(r)}.items()}


def image(r: int, dtype: str = "float32") -> Any:
    """Give distinct numbers of both signs, far from any tie and kink."""
    shape = (2, 4, *SIZES[r])
    count = math.prod(shape)
    return ((rng().permutation(count) - count // 2 + 0.5).reshape(shape) * (4 / count)).astype(dtype)


@pytest.mark.parametrize("name", ROWS)
def test_a_layer_equals_its_function(name: str) -> None:
    r, row = ROWS[name]
    layer = row.layer()
    y = layer(image(r))
    assert y.dtype == np.float32 or "learned" in name
    np.testing.assert_array_equal(y.numpy(), row.function(layer, ag.tensor(image(r))).numpy())


@pytest.mark.parametrize("name", ROWS)
def test_a_summary_equals_the_run(name: str) -> None:
    r, row = ROWS[name]
    layer = row.layer()
    assert layer.count_parameters() == row.parameters
    told = layer.summary((2, 4, *SIZES[r]))
    assert told.parameters == row.parameters
    assert len(told.layers) == 1
    assert told.layers[0].shape == layer(image(r)).shape
    assert told.layers[0].kind == type(layer).__name__
    assert told.nbytes > 0
    assert told.flops > 0 or "Reshape" in name


@pytest.mark.parametrize("name", ROWS)
def test_gradients_through_a_layer(name: str) -> None:
    """In x and in every parameter, against finite differences."""
    r, row = ROWS[name]
    layer = row.layer()
    names = [name for name, _ in layer.named_parameters()]
    values = [p.numpy().astype(np.float64) for p in layer.parameters()]

    def function(x: Any, *parameters: Any) -> Any:
        for name, value in zip(names, parameters, strict=True):
            setattr(layer, name, value)
        return layer(x)

    report = ag.testing.gradcheck(function, [image(r, "float64"), *values], modes=("reverse",))
    assert report.verdict == "passed", report


@pytest.mark.parametrize("r", SIZES)
def test_the_cost_of_convolutions_by_hand(r: int) -> None:
    conv, back = getattr(nn, f"Conv{r}d"), getattr(nn, f"ConvTranspose{r}d")
    cells, n = 5**r, 2
    told = conv(4, 6, 3, padding=1, groups=2, bias=False, rng=rng()).summary((n, 4, *(5,) * r))
    assert told.flops == 2 * n * 6 * cells * 2 * 3**r
    assert told.nbytes == 4 * n * 6 * cells
    told = back(6, 4, 2, stride=2, bias=False, rng=rng()).summary((n, 6, *(5,) * r))
    assert told.flops == 2 * n * 6 * cells * 4 * 2**r
    assert told.nbytes == 4 * n * 4 * 10**r


@pytest.mark.parametrize("r", SIZES)
@pytest.mark.parametrize("name", ["MaxPool", "AdaptiveMaxPool"])
def test_pooling_and_unpooling_are_a_pair(name: str, r: int) -> None:
    x = image(r)
    pool = getattr(nn, f"{name}{r}d")(2, return_indices=True)
    values, places = pool(x)
    function = getattr(ag, {"MaxPool": "max_pool", "AdaptiveMaxPool": "adaptive_max_pool"}[name] + f"{r}d")
    for found, expected in zip((values, places), function(x, 2, return_indices=True), strict=True):
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
    unpool = getattr(nn, f"MaxUnpool{r}d")(2)
    back = unpool(values, places, x.shape).numpy()
    assert back.shape == x.shape
    wins = unpool(np.ones(values.shape, np.float32), places, x.shape).numpy()  # adaptive windows overlap
    np.testing.assert_array_equal(back, x * wins)
    expected = getattr(ag, f"max_unpool{r}d")(values, places, 2, output_size=SIZES[r]).numpy()
    np.testing.assert_array_equal(back, expected)
    assert unpool.describe() == "window 2, stride 2"
    report = ag.testing.gradcheck(
        lambda y: unpool(y, places, x.shape), [values.numpy().astype(np.float64)], modes=("reverse",)
    )
    assert report.verdict == "passed", report


@pytest.mark.parametrize("r", SIZES)
def test_unpooling_without_a_size_gives_what_the_windows_cover(r: int) -> None:
    x = np.ones((1, 2, *(8,) * r), np.float32)
    pooled, places = getattr(nn, f"MaxPool{r}d")(4, stride=2, padding=1, return_indices=True)(x)
    assert getattr(nn, f"MaxUnpool{r}d")(4, stride=2, padding=1)(pooled, places).shape == x.shape


@pytest.mark.parametrize("r", SIZES)
def test_dropout_drops_channels_and_rests_in_evaluation(r: int) -> None:
    x = np.ones((8, 6, *SIZES[r]), np.float32)
    one, two = (getattr(nn, f"Dropout{r}d")(0.5, rng=rng()) for _ in range(2))
    dropped = one(x).numpy()
    np.testing.assert_array_equal(dropped, two(x).numpy())
    flat = dropped.reshape(8, 6, -1)
    assert set(np.unique(flat)) == {0, 2}
    np.testing.assert_array_equal(flat.min(axis=2), flat.max(axis=2))
    np.testing.assert_array_equal(one.eval()(x).numpy(), x)
    assert one.summary(x.shape).parameters == 0
    with pytest.raises(ag.ShapeError, match=rf"Dropout{r}d: x has 2 axes, not {r + 2}"):
        one(np.ones((2, 3)))


@pytest.mark.parametrize("r", SIZES)
def test_batch_norm_follows_the_batches_it_sees(r: int) -> None:
    layer = getattr(nn, f"BatchNorm{r}d")(4, momentum=0.5)
    x = image(r) + 3
    layer(x)
    axes = (0, *range(2, r + 2))
    np.testing.assert_allclose(layer.running_mean.numpy(), x.mean(axis=axes) / 2, rtol=1e-5)
    np.testing.assert_allclose(layer.running_variance.numpy(), 0.5 + x.var(axis=axes, ddof=1) / 2, rtol=1e-5)
