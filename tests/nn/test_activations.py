"""Activation layers: each calls its function, learns what it should, and prints its settings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn import nn

X = np.random.default_rng(0).standard_normal((2, 4, 3, 5)).astype(np.float32)
PLAIN: list[tuple[nn.Module, Any]] = [
    (nn.Identity(), ag.identity),
    (nn.BinaryStep(), ag.binary_step),
    (nn.Sigmoid(), ag.sigmoid),
    (nn.Tanh(), ag.tanh),
    (nn.SQNL(), ag.sqnl),
    (nn.Arctan(), ag.arctan),
    (nn.Arsinh(), ag.arsinh),
    (nn.Softsign(), ag.softsign),
    (nn.ISRU(0.5), lambda x: ag.isru(x, 0.5)),
    (nn.ISRLU(0.5), lambda x: ag.isrlu(x, 0.5)),
    (nn.ReLU(), ag.relu),
    (nn.BReLU(), ag.brelu),
    (nn.LeakyReLU(0.1), lambda x: ag.leaky_relu(x, 0.1)),
    (nn.ELU(0.5), lambda x: ag.elu(x, 0.5)),
    (nn.SELU(), ag.selu),
    (nn.CELU(0.5), lambda x: ag.celu(x, 0.5)),
    (nn.ReLU6(), ag.relu6),
    (nn.GELU(), ag.gelu),
    (nn.GELU(approximate=True), lambda x: ag.gelu(x, approximate=True)),
    (nn.SiLU(), ag.silu),
    (nn.Mish(), ag.mish),
    (nn.Softplus(), ag.softplus),
    (nn.HardSigmoid(0.2), lambda x: ag.hard_sigmoid(x, 0.2)),
    (nn.HardSwish(), ag.hard_swish),
    (nn.Softmax(1), lambda x: ag.softmax(x, 1)),
    (nn.LogSoftmax(1), lambda x: ag.log_softmax(x, 1)),
    (nn.Hardmax(1), lambda x: ag.hardmax(x, 1)),
]


@pytest.mark.parametrize(("layer", "function"), PLAIN, ids=lambda v: type(v).__name__)
def test_calls_its_function(layer: nn.Module, function: Any) -> None:
    np.testing.assert_array_equal(layer(X).numpy(), function(X).numpy())
    assert not layer.parameters()
    assert type(layer).__name__ in repr(layer)


def test_settings_are_printed() -> None:
    assert repr(nn.LeakyReLU(0.1)).splitlines()[0] == "LeakyReLU(slope 0.1)"
    assert repr(nn.Softmax(1)).splitlines()[0] == "Softmax(axis 1)"
    assert repr(nn.GELU()).splitlines()[0] == "GELU(approximate False)"
    rrelu = nn.RReLU(0.25, 0.5, rng=np.random.default_rng(0))
    assert repr(rrelu).splitlines()[0] == "RReLU(slopes 0.25 to 0.5)"
    assert repr(nn.Maxout(4, 3, rng=np.random.default_rng(0))).startswith("Maxout(4 -> 3, 2 pieces)")


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("make", [nn.PReLU, nn.SReLU, lambda channels: nn.APL(3, channels)])
def test_learned_shapes_learn(make: Any, channels: int) -> None:
    layer = make(channels)
    optimiser = ag.optim.SGD(layer.parameters(), lr=0.01)
    losses = []
    for _ in range(30):
        layer.zero_grad()
        loss = ag.mse_loss(layer(X * 2), np.tanh(X))
        loss.backward()
        assert all(parameter.grad is not None for parameter in layer.parameters())
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_first_values() -> None:
    np.testing.assert_allclose(nn.PReLU(4)(X).numpy(), ag.leaky_relu(X, 0.25).numpy(), rtol=1e-6)
    np.testing.assert_allclose(nn.SReLU(4)(X).numpy(), ag.leaky_relu(X, 0.2).numpy(), rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(nn.APL(3, 4)(X).numpy(), ag.relu(X).numpy())
    assert [p.shape for p in nn.PReLU(4).parameters()] == [(4,)]
    assert [p.shape for p in nn.SReLU(4).parameters()] == [(4,)] * 4
    assert [p.shape for p in nn.APL(3, 4).parameters()] == [(3, 4)] * 2


def test_rrelu_draws_while_training_only() -> None:
    layer = nn.RReLU(0.1, 0.5, rng=np.random.default_rng(0))
    assert (layer(X).numpy() != layer(X).numpy()).any()
    layer.eval()
    np.testing.assert_array_equal(layer(X).numpy(), layer(X).numpy())
    np.testing.assert_allclose(layer(X).numpy(), ag.leaky_relu(X, 0.3).numpy(), rtol=1e-6)
    same = [nn.RReLU(rng=np.random.default_rng(5))(X).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*same)


def test_maxout() -> None:
    layer = nn.Maxout(5, 2, pieces=3, rng=np.random.default_rng(0))
    w, b = layer.weight.numpy(), np.arange(6, dtype=np.float32).reshape(3, 2)
    layer.bias.assign_(b)  # type: ignore[union-attr]
    expected = np.max([X @ w[i].T + b[i] for i in range(3)], axis=0)
    np.testing.assert_allclose(layer(X).numpy(), expected, rtol=1e-5, atol=1e-5)
    assert w.std() == pytest.approx(math.sqrt(2 / 5), rel=0.4)
    layer(X).sum().backward()
    assert all(parameter.grad is not None for parameter in layer.parameters())
    assert nn.Maxout(5, 2, bias=False, rng=np.random.default_rng(0)).bias is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.PReLU(0), r"PReLU: channels=0 must be at least 1"),
        (lambda: nn.APL(0), r"APL: hinges=0 must be at least 1"),
        (lambda: nn.SReLU(t_l=2.0), r"SReLU: t_l=2.0 lies to the right of t_r=1.0"),
        (lambda: nn.RReLU(0.5, 0.1, rng=np.random.default_rng(0)), r"RReLU: no slope lies between"),
        (lambda: nn.Maxout(5, 2, 0, rng=np.random.default_rng(0)), r"Maxout: pieces=0 must be at least 1"),
    ],
)
def test_settings_that_cannot_be(make: Any, message: str) -> None:
    with pytest.raises(ag.RangeError, match=message):
        make()
