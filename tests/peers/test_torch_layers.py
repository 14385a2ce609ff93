"""Layers against PyTorch's of the same settings and weights: values and all gradients, by number of axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import nn

pytestmark = pytest.mark.peers

SIZES = {1: (11,), 2: (9, 8), 3: (6, 5, 7)}
WIDE = {"stride": 2, "padding": 1, "groups": 2}
# the layer's name, its arguments, and PyTorch's settings where they differ
TABLE: dict[str, tuple[str, tuple[Any, ...], dict[str, Any], dict[str, Any] | None]] = {
    "Conv": ("Conv", (4, 6, 3), {"dilation": 2}, None),
    "Conv, groups": ("Conv", (4, 6, 2), WIDE, None),
    "ConvTranspose": ("ConvTranspose", (4, 6, 3), {"dilation": 2}, None),
    "ConvTranspose, groups": ("ConvTranspose", (4, 6, 4), {**WIDE, "output_padding": 1}, None),
    "MaxPool": ("MaxPool", (3,), {"stride": 2, "padding": 1}, None),
    "MaxPool, ceil": ("MaxPool", (2,), {"rounding": "ceil"}, {"ceil_mode": True}),
    "AvgPool": ("AvgPool", (3,), {"stride": 2, "padding": 1, "count_include_pad": False}, None),
    "AdaptiveAvgPool": ("AdaptiveAvgPool", (3,), {}, None),
    "AdaptiveMaxPool": ("AdaptiveMaxPool", (3,), {}, None),
    "BatchNorm": ("BatchNorm", (4,), {"momentum": 0.3}, None),
    "InstanceNorm": ("InstanceNorm", (4,), {}, {"affine": True}),
}


def layers(name: str, r: int) -> tuple[nn.Module, Any]:
    """Give our layer and PyTorch's, with the same float64 parameters."""
    torch = pytest.importorskip("torch")
    kind, args, settings, others = TABLE[name]
    drawn = {"rng": np.random.default_rng(0)} if "Conv" in kind else {}
    ours = getattr(nn, f"{kind}{r}d")(*args, **settings, **drawn)
    theirs = getattr(torch.nn, f"{kind}{r}d")(*args, **(settings if others is None else others)).double()
    rng = np.random.default_rng(1)
    for parameter, (same, _) in zip(theirs.parameters(), list(ours.named_parameters()), strict=True):
        values = rng.standard_normal(tuple(parameter.shape))
        setattr(ours, same, ag.tensor(values, requires_grad=True))
        parameter.data = torch.tensor(values)
    return ours, theirs


def check(x: Any, ours: nn.Module, theirs: Any, tolerance: float = 1e-9) -> None:
    """Compare values, and gradients in x and in the parameters under one cotangent."""
    torch = pytest.importorskip("torch")
    mine, their = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, z = ours(mine), theirs(their)
    np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=tolerance, atol=tolerance)
    cotangent = np.random.default_rng(2).standard_normal(y.shape)
    y.backward(cotangent)
    z.backward(torch.tensor(cotangent))
    pairs = [(mine, their), *zip(ours.parameters(), theirs.parameters(), strict=True)]
    for a, b in pairs:
        assert a.grad is not None
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=tolerance, atol=tolerance)


def image(r: int) -> Any:
    shape = (3, 4, *SIZES[r])
    return np.random.default_rng(3).permutation(int(np.prod(shape))).reshape(shape) / 100 - 2.0


@pytest.mark.parametrize("r", SIZES)
@pytest.mark.parametrize("name", TABLE)
def test_a_layer_is_pytorchs(name: str, r: int) -> None:
    check(image(r), *layers(name, r))


@pytest.mark.parametrize("r", SIZES)
def test_batch_norm_remembers_as_pytorch(r: int) -> None:
    ours, theirs = layers("BatchNorm", r)
    for k in range(3):
        x = image(r) * (k + 1)
        ours(x)
        theirs(pytest.importorskip("torch").tensor(x))
    check(image(r), ours.eval(), theirs.eval(), tolerance=1e-5)  # the running statistics are float32


@pytest.mark.parametrize("r", SIZES)
@pytest.mark.parametrize(("linear", "corners"), [(False, False), (True, False), (True, True)])
def test_interpolate_is_upsample(linear: bool, corners: bool, r: int) -> None:
    torch = pytest.importorskip("torch")
    mode: Any = ("linear", "bilinear", "trilinear")[r - 1] if linear else "nearest"
    theirs = torch.nn.Upsample(scale_factor=2, mode=mode, align_corners=corners if linear else None)
    check(image(r), nn.Interpolate(scale=2, mode=mode, align_corners=corners), theirs)


@pytest.mark.parametrize("r", SIZES)
def test_pooling_and_unpooling_are_pytorchs(r: int) -> None:
    torch = pytest.importorskip("torch")
    x = image(r)
    values, places = getattr(nn, f"MaxPool{r}d")(2, return_indices=True)(x)
    theirs, their_places = getattr(torch.nn, f"MaxPool{r}d")(2, return_indices=True)(torch.tensor(x))
    np.testing.assert_array_equal(places.numpy(), their_places.numpy())
    back = getattr(nn, f"MaxUnpool{r}d")(2)(values, places, x.shape)
    again = getattr(torch.nn, f"MaxUnpool{r}d")(2)(theirs, their_places, torch.tensor(x).shape)
    np.testing.assert_array_equal(back.numpy(), again.numpy())
