"""What every family's tests ask of an op: its derivatives, and its shapes without data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn._modes import switched
from autograd_cnn.abstract import Abstract


def check(fn: Callable[..., Any], inputs: Sequence[Any], order: int = 2) -> None:
    """Check first and second derivative, and the forward one, against differences."""
    ag.testing.gradcheck(fn, inputs, order=order)
    rng = np.random.default_rng(len(inputs))
    tangents = [rng.standard_normal(np.shape(value)) for value in inputs]
    _, tangent = ag.jvp(fn, inputs, tangents)
    step = 1e-6
    up, down = (
        fn(*(ag.tensor(v + sign * step * t) for v, t in zip(inputs, tangents, strict=True))).numpy()
        for sign in (1, -1)
    )
    np.testing.assert_allclose(tangent.numpy(), (up - down) / (2 * step), rtol=1e-5, atol=1e-6)


def check_abstract(fn: Callable[..., Any], inputs: Sequence[Any]) -> None:
    """Shapes and dtypes without data must be those of the values."""
    expected = fn(*map(ag.tensor, inputs))
    with switched(abstract=True):
        got = fn(*(ag.Tensor(Abstract(x.shape, x.dtype)) for x in inputs))  # type: ignore[arg-type]
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
