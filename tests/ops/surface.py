"""What every differentiable function of the NumPy surface is held to."""

import numpy as np

import autograd_cnn as ag
from autograd_cnn._modes import switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract

STEP = 1e-6


def as_list(result):
    return [result] if isinstance(result, ag.Tensor) else list(result)


def floats(result):
    return [t for t in as_list(result) if t.dtype.kind == "f"]


def prove(fn, *arrays, order=2):
    """Check gradients of both orders, the forward rule, dtypes, shapes without values, and no writes."""
    arrays = [np.array(a) for a in arrays]
    for a in arrays:
        a.flags.writeable = False
    ag.testing.gradcheck(fn, arrays, order=order)
    check_forward(fn, arrays)
    check_float32(fn, arrays)
    check_abstract(fn, arrays)


def check_forward(fn, arrays):
    rng = np.random.default_rng(1)
    directions = [rng.normal(size=a.shape) for a in arrays]
    made, pushed = ag.jvp(lambda *xs: tuple(floats(fn(*xs))), arrays, directions)
    assert len(made) == len(pushed)

    def moved(step):
        shifted = [ag.from_numpy(np.asarray(a + step * d)) for a, d in zip(arrays, directions, strict=True)]
        return [t.numpy() for t in floats(fn(*shifted))]

    for tangent, up, down in zip(pushed, moved(STEP), moved(-STEP), strict=True):
        np.testing.assert_allclose(tangent.numpy(), (up - down) / (2 * STEP), rtol=1e-4, atol=1e-5)


def check_float32(fn, arrays):
    leaves = [ag.tensor(a.astype(np.float32), requires_grad=True) for a in arrays]
    outputs = floats(fn(*leaves))
    assert {t.dtype for t in outputs} == {np.dtype(np.float32)}
    total = sum(((t * 1.5).sum() for t in outputs), start=ag.tensor(0.0))
    for leaf, gradient in zip(leaves, ag.gradients(total, leaves, create_graph=True), strict=True):
        assert gradient.dtype == np.float32
        assert gradient.shape == leaf.shape


def check_abstract(fn, arrays):
    real = as_list(fn(*map(ag.from_numpy, arrays)))
    with switched(abstract=True):
        made = as_list(fn(*(Tensor(Abstract(a.shape, a.dtype)) for a in arrays)))
    assert [(t.shape, t.dtype) for t in made] == [(t.shape, t.dtype) for t in real]


def gradient(fn, *values):
    """Give the gradients of ``fn(*values).sum()`` as arrays."""
    leaves = [ag.tensor(np.asarray(v, np.float64), requires_grad=True) for v in values]
    return [g.numpy() for g in ag.gradients(fn(*leaves).sum(), leaves)]
