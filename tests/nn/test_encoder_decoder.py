"""A convolutional autoencoder: pooling hands its winners' places to un-pooling, across the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import nn


class AutoEncoder(nn.Module):
    """Encode by convolution and max pooling, decode by max un-pooling and transposed convolution."""

    def __init__(self, r: int, rng: np.random.Generator) -> None:
        self.conv = getattr(nn, f"Conv{r}d")(1, 4, 3, padding="same", rng=rng)
        self.norm = getattr(nn, f"BatchNorm{r}d")(4)
        self.pool = getattr(nn, f"MaxPool{r}d")(2, return_indices=True)
        self.drop = getattr(nn, f"Dropout{r}d")(0.1, rng=rng)
        self.unpool = getattr(nn, f"MaxUnpool{r}d")(2)
        self.back = getattr(nn, f"ConvTranspose{r}d")(4, 1, 3, padding=1, rng=rng)

    def forward(self, x: Any) -> Any:
        y = self.norm(self.conv(x))
        code, places = self.pool(y)
        return self.back(self.unpool(self.drop(code), places, y.shape))


CASES = [(1, (9,)), (2, (7, 6)), (3, (5, 4, 4))]


@pytest.mark.parametrize(("r", "size"), CASES)
def test_the_summary_is_that_of_the_run(r: int, size: tuple[int, ...]) -> None:
    net = AutoEncoder(r, np.random.default_rng(0))
    told = net.summary((3, 1, *size))
    half = tuple(n // 2 for n in size)
    expected = {
        "conv": ((3, 4, *size), 4 * 3**r + 4),
        "norm": ((3, 4, *size), 8),
        "pool": ((3, 4, *half), 0),
        "drop": ((3, 4, *half), 0),
        "unpool": ((3, 4, *size), 0),
        "back": ((3, 1, *size), 4 * 3**r + 1),
    }
    assert {row.path: (row.shape, row.parameters) for row in told.layers} == expected
    assert told.parameters == net.count_parameters() == 8 * 3**r + 13
    assert net(np.ones((3, 1, *size), np.float32)).shape == (3, 1, *size)
    assert not net.norm.running_mean.requires_grad


@pytest.mark.parametrize(("r", "size"), CASES)
def test_it_learns(r: int, size: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    net = AutoEncoder(r, rng)
    x = rng.standard_normal((4, 1, *size)).astype(np.float32)
    optimiser = ag.optim.Adam(net.parameters(), lr=0.03)
    losses = []
    for _ in range(25):
        optimiser.zero_grad()
        loss = ag.mse_loss(net(x), x)
        loss.backward()
        losses.append(loss.item())
        assert all(p.grad is not None and p.grad.shape == p.shape for p in net.parameters())
        optimiser.step()
    assert losses[-1] < 0.7 * losses[0]
    net.eval()
    np.testing.assert_array_equal(net(x).numpy(), net(x).numpy())


def test_its_repr_names_every_layer() -> None:
    net = AutoEncoder(2, np.random.default_rng(0))
    assert repr(net).splitlines() == [
        "AutoEncoder()",
        "  conv: Conv2d(1 -> 4, window 3x3, padding 'same')  weight (4, 1, 3, 3), bias (4,)  = 40",
        "  norm: BatchNorm2d(4 channels, momentum 0.1)  weight (4,), bias (4,)  = 8",
        "  pool: MaxPool2d(window 2, stride 2, return_indices True)",
        "  drop: Dropout2d(p 0.1)",
        "  unpool: MaxUnpool2d(window 2, stride 2)",
        "  back: ConvTranspose2d(4 -> 1, window 3x3, padding 1)  weight (4, 1, 3, 3), bias (1,)  = 37",
        "85 parameters",
    ]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.Conv1d(2, 4, 3, rng=np.random.default_rng(0)), "2 -> 4, window 3"),
        (nn.Conv3d(1, 1, (1, 2, 3), rng=np.random.default_rng(0)), "1 -> 1, window 1x2x3"),
        (nn.LpPool1d(2, 3, padding=1), "p 3, window 2, stride 2, padding 1"),
        (nn.WeightedPool3d(2, "gaussian", sigma=1.0), "gaussian, window 2, stride 2, sigma 1.0"),
        (nn.SumPool3d((1, 2, 2)), "window (1, 2, 2), stride (1, 2, 2)"),
        (nn.AdaptiveMaxPool1d(3, ties="last"), "size 3, ties 'last'"),
        (nn.Interpolate(scale=2), "scale 2, nearest"),
        (
            nn.Interpolate((3, 4), mode="bilinear", align_corners=True),
            "size (3, 4), bilinear, align_corners True",
        ),
        (nn.Reshape((2, -1)), "(2, -1)"),
    ],
)
def test_settings_are_told(layer: nn.Module, text: str) -> None:
    assert layer.describe() == text


def test_flatten_and_reshape_are_each_others_inverse() -> None:
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    np.testing.assert_array_equal(nn.Reshape((3, 2, 2))(nn.Flatten()(x)).numpy(), x)


@pytest.mark.parametrize("r", [1, 2, 3])
def test_the_first_weights_come_from_the_initialiser(r: int) -> None:
    shapes = []

    def init(shape: tuple[int, ...], rng: np.random.Generator) -> Any:
        shapes.append(shape)
        return nn.he_normal(shape, rng)

    for kind in ("Conv", "ConvTranspose"):
        layer = getattr(nn, f"{kind}{r}d")(4, 6, 2, groups=2, rng=np.random.default_rng(5), init=init)
        np.testing.assert_array_equal(
            layer.weight.numpy(), nn.he_normal(shapes[-1], np.random.default_rng(5))
        )
        assert not layer.bias.numpy().any()
        assert layer.bias.shape == (6,)
    assert shapes == [(6, 2, *(2,) * r), (4, 3, *(2,) * r)]
