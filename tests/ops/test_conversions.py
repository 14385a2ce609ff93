"""Which dtype comes out: scalars and lists never widen, arrays keep theirs, gradients follow their inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

X = np.ones((1, 1, 4, 4), np.float32)
CALLS = {
    "add": lambda x: x + 1.0,
    "a list": lambda x: ag.add(x, [1.0, 2.0, 3.0, 4.0]),
    "a list of integers": lambda x: x * [1, 2, 3, 4],
    "an integer array": lambda x: x * np.arange(4),
    "a boolean array": lambda x: x * (np.arange(4) > 1),
    "a float64 scalar": lambda x: x / np.float64(3.0),
    "power": lambda x: x**2,
    "mean": lambda x: ag.mean(x),
    "where": lambda x: ag.where(x > 0.5, x, 0.0),
    "pad": lambda x: ag.pad(x, 1, value=2.5),
    "average without padding": lambda x: ag.avg_pool2d(x, 3, padding=1, stride=2, count_include_pad=False),
    "split": lambda x: ag.max_pool2d(x, 2, ties="split"),
    "maximum": lambda x: ag.maximum(x, 1.0, ties="split"),
    "a list as weight": lambda x: ag.conv2d(x, [[[[1.0, -1.0]]]]),
    "softmax": lambda x: ag.exp(ag.log_softmax(x)),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_tensors_dtype_stays(name: str, dtype: Any) -> None:
    x = ag.from_numpy(X.astype(dtype), requires_grad=True)
    y = CALLS[name](x)
    floats = name in ("a list", "a list as weight")  # these make float32, as Tensors do
    expected = np.result_type(dtype, np.float32) if floats else np.dtype(dtype)
    assert y.dtype == expected
    for create_graph in (False, True):
        assert ag.gradients(y.sum(), x, create_graph=create_graph)[0].dtype == dtype


@pytest.mark.parametrize(
    "function",
    [ag.exp, ag.log, ag.sqrt, ag.tanh, ag.sigmoid, ag.mean, ag.log_softmax],
    ids=lambda f: f.__name__,
)
def test_integers_become_float32(function: Any) -> None:
    assert function(ag.tensor([1, 2])).dtype == np.float32


@pytest.mark.parametrize(
    "function", [ag.relu, ag.absolute, ag.sum, ag.max, ag.negative], ids=lambda f: f.__name__
)
def test_integers_stay_integers(function: Any) -> None:
    assert function(ag.tensor([1, 2])).dtype == np.int64


def test_lists_are_read_as_tensor_reads_them() -> None:
    assert ag.relu([1.0, -1.0]).dtype == ag.tensor([1.0, -1.0]).dtype == np.float32
    assert ag.relu([1, -1]).dtype == np.int64
    assert ag.relu(np.array([1.0])).dtype == np.float64


def test_a_cast_casts_its_gradient_back() -> None:
    x = ag.tensor(np.array([1.0, 2.0], np.float32), requires_grad=True)
    y = x.astype(np.float64) * np.array([3.0, 5.0])
    assert y.dtype == np.float64
    (g,) = ag.gradients(y.sum(), x)
    assert g.dtype == np.float32
    assert g.numpy().tolist() == [3.0, 5.0]
    assert x.astype(np.float32) is x


def test_a_conversion_to_integers_has_no_gradient() -> None:
    x = ag.tensor([1.5], requires_grad=True)
    assert not x.astype(int).requires_grad
    assert x.astype(int).item() == 1


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5, 0.0])
def test_powers_with_plain_exponents(exponent: float) -> None:
    """Their gradients' graphs hold numbers, Tensors and nodes, and so can be written down."""
    x = ag.tensor(np.array([0.5, 2.0]), requires_grad=True)
    (g,) = ag.gradients((x**exponent).sum(), x, create_graph=True)
    np.testing.assert_allclose(g.numpy(), exponent * np.array([0.5, 2.0]) ** (exponent - 1))
    assert "return" in str(ag.Graph.of(g))
    if g.requires_grad:
        (h,) = ag.gradients(g.sum(), x)
        np.testing.assert_allclose(
            h.numpy(), exponent * (exponent - 1) * np.array([0.5, 2.0]) ** (exponent - 2), atol=1e-15
        )


def test_second_derivatives_through_relu_have_both_signs() -> None:
    """The gradient's gate is set by ReLU's own output, whatever the sign of the cotangent."""
    x = ag.tensor(np.array([2.0, 0.1, -1.0]), requires_grad=True)
    y = ag.relu(x)
    (g,) = ag.gradients((y * y * y - 3.0 * y * y).sum(), x, create_graph=True)
    assert ag.gradients(g.sum(), x)[0].numpy() == pytest.approx([6.0, 6 * 0.1 - 6.0, 0.0])
