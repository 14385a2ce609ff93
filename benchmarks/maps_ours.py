"""Each pool, normalisation and activation on maps of (32, 64, 56, 56), in this library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag
from benchmarks.shapes import MAPS, maps

Function = Callable[[ag.Tensor], ag.Tensor]


def _parameter(*shape: int, value: float = 0.25) -> ag.Tensor:
    return ag.tensor(np.full(shape, value, np.float32), requires_grad=True)


def _unpooling() -> Function:
    _, indices = ag.max_pool2d(ag.tensor(maps()), 2, return_indices=True)
    halves = (slice(None), slice(None), slice(0, MAPS[2] // 2), slice(0, MAPS[3] // 2))
    return lambda x: ag.max_unpool2d(x[halves], indices, 2)


def _module(module: ag.nn.Module) -> Callable[[], Function]:
    return lambda: module


def _plain(function: Function) -> Callable[[], Function]:
    return lambda: function


def _maxout() -> Function:
    weight = _parameter(2, MAPS[1], MAPS[1], value=0.01)
    return lambda x: ag.maxout(ag.reshape(x, (-1, MAPS[1])), weight)


nn = ag.nn
FUNCTIONS: dict[str, Callable[[], Function]] = {
    "pool: max 2x2": _plain(lambda x: ag.max_pool2d(x, 2)),
    "pool: max 3x3 stride 2": _plain(lambda x: ag.max_pool2d(x, 3, stride=2, padding=1)),
    "pool: max 3x3 stride 1": _plain(lambda x: ag.max_pool2d(x, 3, stride=1, padding=1)),
    "pool: average 2x2": _plain(lambda x: ag.avg_pool2d(x, 2)),
    "pool: average 3x3 stride 2": _plain(lambda x: ag.avg_pool2d(x, 3, stride=2, padding=1)),
    "pool: sum 2x2": _plain(lambda x: ag.sum_pool2d(x, 2)),
    "pool: Lp 2x2, p 1": _plain(lambda x: ag.lp_pool2d(x, 2, p=1)),
    "pool: Lp 2x2, p 2": _plain(lambda x: ag.lp_pool2d(x, 2, p=2)),
    "pool: Lp 2x2, p 3": _plain(lambda x: ag.lp_pool2d(x, 2, p=3)),
    "pool: Lp 2x2, p inf": _plain(lambda x: ag.lp_pool2d(x, 2, p=np.inf)),
    "pool: weighted 3x3 stride 2": _plain(lambda x: ag.weighted_pool2d(x, 3, stride=2)),
    "pool: global average": _plain(ag.global_avg_pool),
    "pool: global max": _plain(ag.global_max_pool),
    "pool: adaptive average 7": _plain(lambda x: ag.adaptive_avg_pool2d(x, 7)),
    "pool: adaptive max 7": _plain(lambda x: ag.adaptive_max_pool2d(x, 7)),
    "pool: max unpool 2x2": _unpooling,
    "norm: batch": _module(nn.BatchNorm2d(MAPS[1])),
    "norm: batch, evaluated": _module(nn.BatchNorm2d(MAPS[1]).eval()),
    "norm: layer": _module(nn.LayerNorm(MAPS[1:])),
    "norm: group": _module(nn.GroupNorm(8, MAPS[1])),
    "norm: instance": _module(nn.InstanceNorm2d(MAPS[1])),
    "norm: local response": _plain(lambda x: ag.local_response_norm(x, 5)),
    "norm: dropout": lambda: nn.Dropout(0.5, rng=np.random.default_rng(0)),
    "norm: dropout of channels": lambda: nn.Dropout2d(0.5, rng=np.random.default_rng(0)),
    "activation: identity": _plain(ag.identity),
    "activation: binary step": _plain(ag.binary_step),
    "activation: relu": _plain(ag.relu),
    "activation: leaky relu": _plain(ag.leaky_relu),
    "activation: brelu": _plain(ag.brelu),
    "activation: relu6": _plain(ag.relu6),
    "activation: rrelu": lambda: nn.RReLU(rng=np.random.default_rng(0)),
    "activation: prelu": _module(nn.PReLU(MAPS[1])),
    "activation: srelu": _module(nn.SReLU(MAPS[1])),
    "activation: apl": _module(nn.APL(2, MAPS[1])),
    "activation: maxout": _maxout,
    "activation: elu": _plain(ag.elu),
    "activation: selu": _plain(ag.selu),
    "activation: celu": _plain(ag.celu),
    "activation: sigmoid": _plain(ag.sigmoid),
    "activation: hard sigmoid": _plain(ag.hard_sigmoid),
    "activation: tanh": _plain(ag.tanh),
    "activation: scaled tanh": _plain(ag.scaled_tanh),
    "activation: arctan": _plain(ag.arctan),
    "activation: arsinh": _plain(ag.arsinh),
    "activation: softsign": _plain(ag.softsign),
    "activation: isru": _plain(ag.isru),
    "activation: isrlu": _plain(ag.isrlu),
    "activation: sqnl": _plain(ag.sqnl),
    "activation: softplus": _plain(ag.softplus),
    "activation: gelu": _plain(ag.gelu),
    "activation: silu": _plain(ag.silu),
    "activation: hard swish": _plain(ag.hard_swish),
    "activation: mish": _plain(ag.mish),
    "activation: softmax": _plain(lambda x: ag.softmax(x, axis=1)),
    "activation: log softmax": _plain(lambda x: ag.log_softmax(x, axis=1)),
    "activation: hardmax": _plain(lambda x: ag.hardmax(x, axis=1)),
}


def _work(make: Callable[[], Function]) -> Callable[[], Callable[[], Any]]:
    def set_up() -> Callable[[], None]:
        function = make()
        x = ag.tensor(maps(), requires_grad=True)
        first = function(x)
        g = ag.tensor(np.full(first.shape, 0.5, np.float32))  # each library gets its own kind of array
        wants = first.requires_grad

        def run() -> None:
            y = function(x)
            if wants:
                x.grad = None
                y.backward(g)

        return run

    return set_up


WORKS = {name: _work(make) for name, make in FUNCTIONS.items()}
