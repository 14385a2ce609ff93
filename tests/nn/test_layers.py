"""Layers: each calls its function with its own settings, and learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

X = np.random.default_rng(0).standard_normal((2, 4, 9, 8)).astype(np.float32)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"bias": False},
        {"stride": 2, "padding": 1},
        {"padding": "same", "dilation": 2},
        {"groups": 2, "stride": (1, 2)},
        {"stride": 2, "rounding": "ceil"},
    ],
)
def test_conv2d(settings: dict[str, Any]) -> None:
    layer = ag.nn.Conv2d(4, 6, (3, 2), rng=rng(), **settings)
    assert layer.weight.shape == (6, 4 // settings.get("groups", 1), 3, 2)
    call = {name: value for name, value in settings.items() if name != "bias"}
    np.testing.assert_array_equal(layer(X).numpy(), ag.conv2d(X, layer.weight, layer.bias, **call).numpy())
    layer(X).sum().backward()
    assert all(parameter.grad is not None for parameter in layer.parameters())
    assert len(layer.parameters()) == (1 if settings.get("bias") is False else 2)


def test_conv2d_settings_that_cannot_be() -> None:
    with pytest.raises(ag.RangeError, match=r"Conv2d: groups=3 must divide 4 channels and 6 filters"):
        ag.nn.Conv2d(4, 6, 3, groups=3, rng=rng())
    with pytest.raises(ag.RangeError, match=r"Conv2d: window=0 is not understood"):
        ag.nn.Conv2d(4, 6, 0, rng=rng())


def test_dense() -> None:
    layer = ag.nn.Dense(8, 5, rng=rng())
    np.testing.assert_array_equal(layer(X).numpy(), ag.dense(X, layer.weight, layer.bias).numpy())
    assert layer.bias is not None
    assert not layer.bias.numpy().any()
    assert ag.nn.Dense(8, 5, bias=False, rng=rng()).bias is None


@pytest.mark.parametrize(
    ("layer", "function", "settings"),
    [
        (ag.nn.MaxPool2d, ag.max_pool2d, {"window": 2}),
        (ag.nn.MaxPool2d, ag.max_pool2d, {"window": 3, "stride": 1, "padding": 1, "ties": "split"}),
        (ag.nn.MaxPool2d, ag.max_pool2d, {"window": 2, "dilation": 2, "rounding": "ceil"}),
        (ag.nn.AvgPool2d, ag.avg_pool2d, {"window": (2, 3)}),
        (ag.nn.AvgPool2d, ag.avg_pool2d, {"window": 3, "padding": 1, "count_include_pad": False}),
        (ag.nn.AvgPool2d, ag.avg_pool2d, {"window": 2, "stride": 3, "dilation": 2, "rounding": "ceil"}),
    ],
)
def test_pools(layer: Any, function: Any, settings: dict[str, Any]) -> None:
    pool = layer(**settings)
    np.testing.assert_array_equal(pool(X).numpy(), function(X, **settings).numpy())
    assert pool.count_parameters() == 0


def test_relu_and_flatten() -> None:
    np.testing.assert_array_equal(ag.nn.ReLU()(X).numpy(), np.maximum(X, 0))
    np.testing.assert_array_equal(ag.nn.Flatten()(X).numpy(), X.reshape(2, -1))


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (ag.nn.MaxPool2d(2), "MaxPool2d(window 2, stride 2)\n0 parameters"),
        (ag.nn.AvgPool2d((2, 3), stride=1), "AvgPool2d(window (2, 3), stride 1)\n0 parameters"),
        (ag.nn.ReLU(), "ReLU()\n0 parameters"),
        (ag.nn.Flatten(), "Flatten()\n0 parameters"),
    ],
)
def test_repr(layer: ag.nn.Module, text: str) -> None:
    assert repr(layer) == text


def test_the_same_seed_gives_the_same_weights() -> None:
    one, two, other = (
        ag.nn.Conv2d(2, 3, 3, rng=np.random.default_rng(seed)).weight.numpy() for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_he_normal_keeps_the_scale_through_relu() -> None:
    weight = ag.nn.he_normal((64, 32, 5, 5), rng())
    assert weight.dtype == np.float32
    assert weight.std() == pytest.approx((2 / (32 * 25)) ** 0.5, rel=0.02)
    assert abs(weight.mean()) < 1e-3


def test_glorot_uniform_fills_its_bounds() -> None:
    weight = ag.nn.glorot_uniform((30, 20, 3, 3), rng())
    limit = (6 / (20 * 9 + 30 * 9)) ** 0.5
    assert weight.dtype == np.float32
    assert abs(weight).max() <= limit
    assert weight.max() == pytest.approx(limit, rel=0.01)
    assert weight.std() == pytest.approx(limit / 3**0.5, rel=0.02)


def test_another_initialiser_can_be_given() -> None:
    layer = ag.nn.Dense(3, 2, rng=rng(), init=ag.nn.glorot_uniform)
    np.testing.assert_array_equal(layer.weight.numpy(), ag.nn.glorot_uniform((2, 3), rng()))


def test_a_small_network_learns_exclusive_or() -> None:
    generator = np.random.default_rng(0)
    net = ag.nn.Sequential(ag.nn.Dense(2, 8, rng=generator), ag.nn.ReLU(), ag.nn.Dense(8, 2, rng=generator))
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    labels = np.array([0, 1, 1, 0])
    optimiser = ag.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(100):
        optimiser.zero_grad()
        loss = ag.cross_entropy(net(x), labels)
        loss.backward()
        optimiser.step()
    assert net(x).numpy().argmax(axis=1).tolist() == labels.tolist()
    assert loss.item() < 0.1
