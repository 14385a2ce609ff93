"""What is timed, in JAX, compiled by ``jax.jit``: whole steps, and each map with its gradient."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import lax, nn
from jax import numpy as jnp

from benchmarks.shapes import FOUR_LAYERS, LENET, MAPS, images, labels, maps

Work = Callable[[], Callable[[], Any]]


def _parameters(shapes: list[tuple[int, ...]]) -> list[Any]:
    rng = np.random.default_rng(0)
    pairs = [(rng.standard_normal(s, np.float32) * 0.05, np.zeros(s[0], np.float32)) for s in shapes]
    return [(jnp.asarray(weight), jnp.asarray(bias)) for weight, bias in pairs]


def _conv(x: Any, layer: Any, padding: int) -> Any:
    weight, bias = layer
    y = lax.conv_general_dilated(x, weight, (1, 1), [(padding, padding)] * 2)
    return nn.relu(y + bias[:, None, None])


def _max_pool(x: Any, window: int = 2, stride: int = 2, padding: int = 0) -> Any:
    pads = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, window, window), (1, 1, stride, stride), pads)


def _sum_pool(x: Any, window: int = 2, stride: int = 2, padding: int = 0) -> Any:
    pads = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    return lax.reduce_window(x, 0.0, lax.add, (1, 1, window, window), (1, 1, stride, stride), pads)


def _lenet(layers: list[Any], x: Any) -> Any:
    for layer in layers[:2]:
        x = _max_pool(_conv(x, layer, 0))
    x = x.reshape(x.shape[0], -1)
    for weight, bias in layers[2:-1]:
        x = nn.relu(x @ weight.T + bias)
    weight, bias = layers[-1]
    return x @ weight.T + bias


def _four_layers(layers: list[Any], x: Any) -> Any:
    for layer in layers[:-1]:
        x = _conv(x, layer, 1)
    weight, bias = layers[-1]
    return x.mean((2, 3)) @ weight.T + bias


LENET_SHAPES: list[tuple[int, ...]] = [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)]
FOUR_SHAPES: list[tuple[int, ...]] = [
    *((filters, channels, 3, 3) for channels, filters in itertools.pairwise(FOUR_LAYERS)),
    (10, FOUR_LAYERS[-1]),
]


def training_step(
    network: Callable[..., Any], shapes: list[tuple[int, ...]], x: Any, y: Any
) -> Callable[[], None]:
    """Make a step of forward, backward and SGD with momentum."""

    def loss(layers: Any, x: Any, y: Any) -> Any:
        scores = nn.log_softmax(network(layers, x))
        return -jnp.take_along_axis(scores, y[:, None], 1).mean()

    @jax.jit
    def step(layers: Any, speed: Any, x: Any, y: Any) -> Any:
        slopes = jax.grad(loss)(layers, x, y)
        speed = jax.tree.map(lambda v, g: 0.9 * v + g, speed, slopes)
        return jax.tree.map(lambda p, v: p - 1e-3 * v, layers, speed), speed

    state = [_parameters(shapes)]
    state.append(jax.tree.map(jnp.zeros_like, state[0]))
    data, target = jnp.asarray(x), jnp.asarray(y)

    def run() -> None:
        state[:] = step(*state, data, target)
        jax.block_until_ready(state)

    return run


def _normalised(axes: tuple[int, ...]) -> Callable[[Any], Any]:
    def normalise(x: Any) -> Any:
        return (x - x.mean(axes, keepdims=True)) * lax.rsqrt(x.var(axes, keepdims=True) + 1e-5)

    return normalise


def _group(x: Any) -> Any:
    grouped = x.reshape(MAPS[0], 8, MAPS[1] // 8, *MAPS[2:])
    return _normalised((2, 3, 4))(grouped).reshape(MAPS)


MAP_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "pool: max 2x2": _max_pool,
    "pool: max 3x3 stride 2": lambda x: _max_pool(x, 3, 2, 1),
    "pool: max 3x3 stride 1": lambda x: _max_pool(x, 3, 1, 1),
    "pool: average 2x2": lambda x: _sum_pool(x) / 4,
    "pool: average 3x3 stride 2": lambda x: _sum_pool(x, 3, 2, 1) / 9,
    "pool: sum 2x2": _sum_pool,
    "pool: Lp 2x2, p 1": lambda x: _sum_pool(jnp.abs(x)),
    "pool: Lp 2x2, p 2": lambda x: jnp.sqrt(_sum_pool(x * x)),
    "pool: Lp 2x2, p 3": lambda x: jnp.cbrt(_sum_pool(jnp.abs(x) ** 3)),
    "pool: Lp 2x2, p inf": lambda x: _max_pool(jnp.abs(x)),
    "pool: global average": lambda x: x.mean((2, 3), keepdims=True),
    "pool: global max": lambda x: x.max((2, 3), keepdims=True),
    "pool: adaptive average 7": lambda x: _sum_pool(x, 8, 8) / 64,
    "pool: adaptive max 7": lambda x: _max_pool(x, 8, 8),
    "norm: batch": _normalised((0, 2, 3)),
    "norm: layer": _normalised((1, 2, 3)),
    "norm: group": _group,
    "norm: instance": _normalised((2, 3)),
    "activation: relu": nn.relu,
    "activation: leaky relu": nn.leaky_relu,
    "activation: relu6": nn.relu6,
    "activation: elu": nn.elu,
    "activation: selu": nn.selu,
    "activation: celu": nn.celu,
    "activation: sigmoid": nn.sigmoid,
    "activation: hard sigmoid": nn.hard_sigmoid,
    "activation: tanh": jnp.tanh,
    "activation: arctan": jnp.arctan,
    "activation: arsinh": jnp.arcsinh,
    "activation: softsign": nn.soft_sign,
    "activation: softplus": nn.softplus,
    "activation: gelu": lambda x: nn.gelu(x, approximate=False),
    "activation: silu": nn.silu,
    "activation: hard swish": nn.hard_swish,
    "activation: mish": nn.mish,
    "activation: softmax": lambda x: nn.softmax(x, 1),
    "activation: log softmax": lambda x: nn.log_softmax(x, 1),
}


def _map(function: Callable[[Any], Any]) -> Work:
    def set_up() -> Callable[[], None]:
        x = jnp.asarray(maps())
        g = jnp.full(jax.eval_shape(function, x).shape, 0.5)

        @jax.jit
        def both(x: Any, g: Any) -> Any:
            y, pull = jax.vjp(function, x)
            return y, pull(g)

        return lambda: jax.block_until_ready(both(x, g))

    return set_up


WORKS: dict[str, Work] = {
    "LeNet-5 step, batch 1": lambda: training_step(_lenet, LENET_SHAPES, images(1, LENET), labels(1)),
    "LeNet-5 step, batch 64": lambda: training_step(_lenet, LENET_SHAPES, images(64, LENET), labels(64)),
    "four 3x3 convolutions step, batch 64": lambda: training_step(
        _four_layers, FOUR_SHAPES, images(64, (3, 32, 32)), labels(64)
    ),
    **{name: _map(function) for name, function in MAP_FUNCTIONS.items()},
}
