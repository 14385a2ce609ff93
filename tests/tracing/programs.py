"""Small random programs for the tests of tracing and rewriting."""

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import strategies as st

import autograd_cnn as ag

SPECIAL = np.array([np.nan, -np.nan, 0.0, -0.0, np.inf, -np.inf, 1.0, -1.5], np.float32)

UNARY: list[Callable] = [
    lambda x: -x,
    lambda x: x * 1.0,
    lambda x: x + 0.0,
    lambda x: x + (-0.0),
    lambda x: x - 0.0,
    lambda x: x / 1.0,
    lambda x: ag.transpose(x),
    lambda x: ag.reshape(x, (6,)),
    lambda x: ag.reshape(x, (3, 2)),
    lambda x: ag.reshape(x, (2, 3)),
    lambda x: ag.pad(x, 1)[tuple(slice(1, -1) for _ in x.shape)],
    lambda x: ag.flip(x, 0),
    lambda x: x[1:],
    lambda x: ag.exp(x),
    lambda x: ag.relu(x),
    lambda x: abs(x),
    lambda x: x.astype("float64").astype("float32"),
    lambda x: x * ag.sum(x),
    lambda x: x + ag.sum(x, axis=0),
    lambda x: ag.where(x > 0, x, x),
    lambda x: ag.tanh(x) * ag.tensor([2.0]) * ag.tensor([2.0]),
    lambda x: ag.broadcast_to(x, x.shape),
    lambda x: ag.concatenate([x]),
    lambda x: ag.sqrt(ag.square(x)),
]
BINARY: list[Callable] = [ag.add, ag.subtract, ag.multiply, ag.maximum]

steps = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), max_size=8)


def program(choices: Sequence[tuple[int, int, int]]) -> Callable:
    """A function of two (2, 3) arrays that takes the chosen steps; every result counts."""

    def run(x, y):
        pool = [x, y]
        for number, first, second in choices:
            a, b = pool[first % len(pool)], pool[second % len(pool)]
            if number % 4 == 0 and a.shape == b.shape:
                pool.append(BINARY[number % len(BINARY)](a, b))
                continue
            step = UNARY[number % len(UNARY)]
            try:
                pool.append(step(a))
            except ag.AutogradError:
                pool.append(-a)
        return [*pool[2:], pool[-1] * 2.0]

    return run


def arrays(seed: int) -> list[np.ndarray]:
    """Two arrays with special values among ordinary ones."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(2):
        plain = rng.standard_normal((2, 3)).astype(np.float32)
        made.append(np.where(rng.random((2, 3)) < 0.4, rng.choice(SPECIAL, (2, 3)), plain))
    return made


def bits(results) -> list[tuple]:
    """What tells results apart down to the last bit."""
    return [(r.shape, r.dtype.name, r.numpy().tobytes()) for r in results]
