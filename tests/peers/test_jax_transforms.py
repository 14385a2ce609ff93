"""Transforms against JAX's, on fifty functions at random points: every derivative equal to rounding."""

import numpy as np
import pytest

import autograd_cnn as ag

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.peers

jax.config.update("jax_enable_x64", True)
jnp, lax = jax.numpy, jax.lax


class Ours:
    """Our names for what both sides have."""

    def __getattr__(self, name):
        return getattr(ag, name)

    conv = staticmethod(lambda x, w, stride, padding: ag.conv2d(x, w, stride=stride, padding=padding))
    max_pool = staticmethod(lambda x: ag.max_pool2d(x, 2))
    avg_pool = staticmethod(lambda x: ag.avg_pool2d(x, 3, stride=2))
    grad, jvp, vjp, jacobian, hessian = (
        staticmethod(f) for f in (ag.grad, ag.jvp, ag.vjp, ag.jacobian, ag.hessian)
    )


class Theirs:
    """JAX's names for the same."""

    erf, logsumexp = staticmethod(jax.scipy.special.erf), staticmethod(jax.scipy.special.logsumexp)
    sigmoid, softplus, elu = (staticmethod(getattr(jax.nn, n)) for n in ("sigmoid", "softplus", "elu"))
    silu, log_softmax, softmax = (
        staticmethod(getattr(jax.nn, n)) for n in ("silu", "log_softmax", "softmax")
    )
    gelu = staticmethod(lambda x: jax.nn.gelu(x, approximate=False))
    norm = staticmethod(jnp.linalg.norm)
    grad, jvp, vjp = staticmethod(jax.grad), staticmethod(jax.jvp), staticmethod(jax.vjp)
    jacobian, hessian = staticmethod(jax.jacrev), staticmethod(jax.hessian)

    def __getattr__(self, name):
        return getattr(jnp, name)

    @staticmethod
    def conv(x, w, stride, padding):
        return lax.conv_general_dilated(x, w, (stride, stride), [(padding, padding)] * 2)

    @staticmethod
    def max_pool(x):
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    @staticmethod
    def avg_pool(x):
        return lax.reduce_window(x, 0.0, lax.add, (1, 1, 3, 3), (1, 1, 2, 2), "VALID") / 9


# each takes the namespace and a vector of 6; what it gives may have any shape
FUNCTIONS = {
    "cube": lambda m, x: x * x * x,
    "quotient": lambda m, x: x[:3] / (1.0 + x[3:] ** 2),
    "power": lambda m, x: (x * x + 1.0) ** 1.5,
    "power of two": lambda m, x: (x[:3] ** 2 + 0.5) ** x[3:],
    "exp sin": lambda m, x: m.exp(m.sin(x)),
    "log": lambda m, x: m.log(1.0 + x * x),
    "log1p expm1": lambda m, x: m.log1p(x * x) * m.expm1(x),
    "sqrt": lambda m, x: m.sqrt(x * x + 0.1),
    "cbrt": lambda m, x: m.cbrt(x * x + 0.1),
    "tan": lambda m, x: m.tan(0.3 * x),
    "tanh of products": lambda m, x: m.tanh(x[:, None] * x[None, :]),
    "arcs": lambda m, x: m.arcsin(m.tanh(x)) + m.arctan(x),
    "arccos": lambda m, x: m.arccos(0.9 * m.tanh(x)),
    "hyperbolic": lambda m, x: m.sinh(x) / m.cosh(x) + m.arcsinh(x),
    "arctanh": lambda m, x: m.arctanh(0.9 * m.tanh(x)),
    "arctan2": lambda m, x: m.arctan2(x[:3], 2.0 + x[3:] ** 2),
    "hypot": lambda m, x: m.hypot(x[:3], x[3:]),
    "logaddexp": lambda m, x: m.logaddexp(x[:3], x[3:]),
    "erf": lambda m, x: m.erf(x),
    "sigmoid": lambda m, x: m.sigmoid(x),
    "softplus": lambda m, x: m.softplus(x),
    "silu": lambda m, x: m.silu(x),
    "gelu": lambda m, x: m.gelu(x),
    "elu": lambda m, x: m.elu(x),
    "softmax": lambda m, x: m.softmax(x, axis=0),
    "log_softmax": lambda m, x: m.log_softmax(m.reshape(x, (2, 3)), axis=1),
    "logsumexp": lambda m, x: m.logsumexp(m.reshape(x, (2, 3)), axis=1),
    "max": lambda m, x: m.max(m.reshape(x, (2, 3)), axis=1) ** 2,
    "min": lambda m, x: m.min(x) ** 3,
    "maximum": lambda m, x: m.maximum(x[:3], x[3:]) ** 2,
    "where": lambda m, x: m.where(x > 0.1, x * x, m.sin(x)),
    "clip": lambda m, x: m.clip(x, -0.5, 0.5) ** 2,
    "prod": lambda m, x: m.prod(x),
    "cumsum": lambda m, x: m.cumsum(x) ** 2,
    "cumprod": lambda m, x: m.cumprod(x),
    "var": lambda m, x: m.var(m.reshape(x, (3, 2)), axis=0),
    "std": lambda m, x: m.std(x),
    "norm": lambda m, x: m.norm(x),
    "matmul": lambda m, x: m.reshape(x, (2, 3)) @ m.reshape(x, (3, 2)),
    "einsum": lambda m, x: m.einsum("i,j,k->ijk", x[:2], x[2:4], x[4:]),
    "tensordot": lambda m, x: m.tensordot(m.reshape(x, (2, 3)), m.reshape(x, (2, 3)), axes=((0,), (0,))),
    "outer": lambda m, x: m.outer(x[:2], m.sin(x[2:])),
    "transpose, flip, roll": lambda m, x: (
        m.roll(m.flip(m.reshape(x, (2, 3)), 1).T, 1, 0) * m.reshape(x, (3, 2))
    ),
    "concatenate": lambda m, x: m.concatenate([x[1:] ** 2, m.sin(x)]),
    "stack, tile": lambda m, x: m.tile(m.stack([x, x * x]), (1, 2)) * 2.0,
    "tril": lambda m, x: m.tril(m.outer(x, x)),
    "sort": lambda m, x: m.sort(x) * m.sin(x),
    "indexing": lambda m, x: x[np.array([0, 0, 3])] * x[np.array([1, 2, 2])],
    "convolution": lambda m, x: m.conv(
        m.reshape(x, (1, 1, 2, 3)), m.reshape(m.sin(x)[:4], (1, 1, 2, 2)), 1, 1
    ),
    "strided convolution": lambda m, x: m.conv(
        m.reshape(m.outer(x, x), (1, 1, 6, 6)), IMAGE[:1, :1, :3, :3], 2, 1
    ),
    "max pool": lambda m, x: m.max_pool(m.reshape(m.outer(x, m.sin(x)), (1, 1, 6, 6))) ** 2,
    "average pool": lambda m, x: m.avg_pool(m.reshape(m.outer(x, m.exp(x)), (1, 1, 6, 6))),
    "network": lambda m, x: m.log_softmax(
        m.reshape(m.max_pool(m.tanh(m.conv(IMAGE, m.reshape(x[:4], (1, 1, 2, 2)), 1, 1))), (2, 9)), axis=1
    ),
    "gradient inside": lambda m, x: x * m.grad(lambda y: (m.sin(y) * y * x).sum())(x * 2.0),
    "jvp inside": lambda m, x: m.jvp(lambda y: m.exp(y) * x, (x,), (m.sin(x),))[1],
    "vjp inside": lambda m, x: m.vjp(lambda y: y[:3] * y[3:] * x[0], x)[1](x[:3])[0],
    "jacobian inside": lambda m, x: m.jacobian(lambda y: m.sin(y[:2]) * y[2:4])(x).sum(axis=0),
    "hessian inside": lambda m, x: m.hessian(lambda y: (y * y * x).sum() * y[0])(x)[0],
}
IMAGE = np.random.default_rng(9).normal(size=(2, 1, 6, 6))[:, :, :5, :5]
OURS, THEIRS = Ours(), Theirs()
SEEDS = range(5)


def close(mine, theirs):
    np.testing.assert_allclose(np.asarray(mine.data), np.asarray(theirs), rtol=1e-9, atol=1e-9)


def test_there_are_fifty():
    assert len(FUNCTIONS) >= 50


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_derivative_equals_jaxs(name):
    f = FUNCTIONS[name]

    def mine(x):
        return f(OURS, x)

    def theirs(x):
        return f(THEIRS, x)

    def my_sum(x):
        y = mine(x)
        return (y * ag.cos(y)).sum()

    def their_sum(x):
        y = theirs(x)
        return (y * jnp.cos(y)).sum()

    @jax.jit  # compiled once a function: one operation after the other would take minutes
    def expected(x, v, u):
        value, t = jax.jvp(theirs, (x,), (v,))
        pulled = jax.vjp(theirs, x)[1](u)[0]
        return value, t, pulled, jax.jacrev(theirs)(x), jax.grad(their_sum)(x), jax.hessian(their_sum)(x)

    shape = jax.eval_shape(theirs, np.zeros(6)).shape
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, v, u = rng.normal(size=6), rng.normal(size=6), rng.normal(size=shape)
        value, t, pulled, jac, g, h = expected(x, v, u)
        mine_value, mine_t = ag.jvp(mine, [x], [v])
        close(mine_value, value)
        close(mine_t, t)
        close(ag.linearize(mine, x)[1](v), t)
        close(ag.vjp(mine, x)[1](u)[0], pulled)
        close(ag.jacobian(mine, mode="reverse")(x), jac)
        close(ag.jacobian(mine, mode="forward")(x), jac)
        close(ag.grad(my_sum)(x), g)
        close(ag.hessian(my_sum)(x), h)
        close(ag.jacobian(ag.grad(my_sum), mode="reverse")(x), h)
        close(ag.hvp(my_sum, [x], [v]), h @ v)
