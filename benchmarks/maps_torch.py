"""The same maps in PyTorch: its own function, or the shortest formula in its operations where it has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody uses

from benchmarks.shapes import MAPS, maps

Function = Callable[[Any], Any]
C = MAPS[1]


def _plain(function: Function) -> Callable[[], Function]:
    return lambda: function


def _parameter(value: float, *shape: int) -> Any:
    return torch.full(shape, value, requires_grad=True)


def _unpooling() -> Function:
    _, indices = F.max_pool2d(torch.from_numpy(maps()), 2, return_indices=True)
    half = MAPS[2] // 2, MAPS[3] // 2
    return lambda x: F.max_unpool2d(x[:, :, : half[0], : half[1]], indices, 2)


def _weighted() -> Function:
    row = torch.tensor([0.5, 1.0, 0.5])
    weights = row[:, None] * row[None, :]
    kernel = (weights / weights.sum()).expand(C, 1, 3, 3).contiguous()
    return lambda x: F.conv2d(x, kernel, stride=2, groups=C)


def _srelu() -> Function:
    low, high = (_parameter(v, 1, C, 1, 1) for v in (-1.0, 1.0))
    a, b = (_parameter(v, 1, C, 1, 1) for v in (0.1, 0.1))
    return lambda x: torch.where(
        x >= high, high + a * (x - high), torch.where(x <= low, low + b * (x - low), x)
    )


def _apl() -> Function:
    slopes = [_parameter(0.1, 1, C, 1, 1) for _ in range(2)]
    hinges = [_parameter(v, 1, C, 1, 1) for v in (-0.5, 0.5)]

    def apl(x: Any) -> Any:
        y = F.relu(x)
        for slope, hinge in zip(slopes, hinges, strict=True):
            y = y + slope * F.relu(hinge - x)
        return y

    return apl


def _brelu() -> Function:
    signs = torch.tensor([1.0, -1.0]).repeat(C // 2).view(1, C, 1, 1)
    return lambda x: F.relu(x * signs) * signs


def _sqnl(x: Any) -> Any:
    inside = torch.clamp(x, -2.0, 2.0)
    return inside - 0.25 * inside * inside.abs()


def _maxout() -> Function:
    weight = _parameter(0.01, 2 * C, C)
    return lambda x: F.linear(x.reshape(-1, C), weight).view(-1, 2, C).amax(1)


FUNCTIONS: dict[str, Callable[[], Function]] = {
    "pool: max 2x2": _plain(lambda x: F.max_pool2d(x, 2)),
    "pool: max 3x3 stride 2": _plain(lambda x: F.max_pool2d(x, 3, 2, 1)),
    "pool: max 3x3 stride 1": _plain(lambda x: F.max_pool2d(x, 3, 1, 1)),
    "pool: average 2x2": _plain(lambda x: F.avg_pool2d(x, 2)),
    "pool: average 3x3 stride 2": _plain(lambda x: F.avg_pool2d(x, 3, 2, 1)),
    "pool: sum 2x2": _plain(lambda x: F.avg_pool2d(x, 2, divisor_override=1)),
    "pool: Lp 2x2, p 1": _plain(lambda x: F.avg_pool2d(x.abs(), 2, divisor_override=1)),
    "pool: Lp 2x2, p 2": _plain(lambda x: F.lp_pool2d(x, 2.0, 2)),
    "pool: Lp 2x2, p 3": _plain(lambda x: F.lp_pool2d(x, 3.0, 2)),
    "pool: Lp 2x2, p inf": _plain(lambda x: F.max_pool2d(x.abs(), 2)),
    "pool: weighted 3x3 stride 2": _weighted,
    "pool: global average": _plain(lambda x: F.adaptive_avg_pool2d(x, 1)),
    "pool: global max": _plain(lambda x: F.adaptive_max_pool2d(x, 1)),
    "pool: adaptive average 7": _plain(lambda x: F.adaptive_avg_pool2d(x, 7)),
    "pool: adaptive max 7": _plain(lambda x: F.adaptive_max_pool2d(x, 7)),
    "pool: max unpool 2x2": _unpooling,
    "norm: batch": lambda: nn.BatchNorm2d(C),
    "norm: batch, evaluated": lambda: nn.BatchNorm2d(C).eval(),
    "norm: layer": lambda: nn.LayerNorm(MAPS[1:]),
    "norm: group": lambda: nn.GroupNorm(8, C),
    "norm: instance": lambda: nn.InstanceNorm2d(C, affine=True),
    "norm: local response": lambda: nn.LocalResponseNorm(5),
    "norm: dropout": lambda: nn.Dropout(0.5),
    "norm: dropout of channels": lambda: nn.Dropout2d(0.5),
    "activation: identity": lambda: nn.Identity(),
    "activation: binary step": _plain(lambda x: (x >= 0).to(x.dtype)),
    "activation: relu": _plain(F.relu),
    "activation: leaky relu": _plain(F.leaky_relu),
    "activation: brelu": _brelu,
    "activation: relu6": _plain(F.relu6),
    "activation: rrelu": lambda: nn.RReLU(),
    "activation: prelu": lambda: nn.PReLU(C),
    "activation: srelu": _srelu,
    "activation: apl": _apl,
    "activation: maxout": _maxout,
    "activation: elu": _plain(F.elu),
    "activation: selu": _plain(F.selu),
    "activation: celu": _plain(F.celu),
    "activation: sigmoid": _plain(torch.sigmoid),
    "activation: hard sigmoid": _plain(F.hardsigmoid),
    "activation: tanh": _plain(torch.tanh),
    "activation: scaled tanh": _plain(lambda x: 1.7159 * torch.tanh(x * (2 / 3))),
    "activation: arctan": _plain(torch.arctan),
    "activation: arsinh": _plain(torch.arcsinh),
    "activation: softsign": _plain(F.softsign),
    "activation: isru": _plain(lambda x: x * torch.rsqrt(1 + x * x)),
    "activation: isrlu": _plain(lambda x: torch.where(x < 0, x * torch.rsqrt(1 + x * x), x)),
    "activation: sqnl": _plain(_sqnl),
    "activation: softplus": _plain(F.softplus),
    "activation: gelu": _plain(F.gelu),
    "activation: silu": _plain(F.silu),
    "activation: hard swish": _plain(F.hardswish),
    "activation: mish": _plain(F.mish),
    "activation: softmax": _plain(lambda x: F.softmax(x, 1)),
    "activation: log softmax": _plain(lambda x: F.log_softmax(x, 1)),
    "activation: hardmax": _plain(lambda x: F.one_hot(x.argmax(1), C).movedim(-1, 1).to(x.dtype)),
}


def _work(make: Callable[[], Function]) -> Callable[[], Callable[[], Any]]:
    def set_up() -> Callable[[], None]:
        function = make()
        x = torch.from_numpy(maps()).requires_grad_()
        first = function(x)
        g = torch.full(first.shape, 0.5)
        wants = first.requires_grad

        def run() -> None:
            y = function(x)
            if wants:
                x.grad = None
                y.backward(g)

        return run

    return set_up


WORKS = {name: _work(make) for name, make in FUNCTIONS.items()}
