"""Normalisations against their definitions, written out with NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

from .derivatives import check, check_abstract

RNG = np.random.default_rng(5)
X = RNG.standard_normal((3, 4, 2, 3)) * 2 + 1
W, B = RNG.uniform(0.5, 2, 4), RNG.standard_normal(4)
LW, LB = RNG.uniform(0.5, 2, (2, 3)), RNG.standard_normal((2, 3))


def standard(x: Any, axes: tuple[int, ...], epsilon: float = 1e-5) -> Any:
    mean = x.mean(axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


def by_channel(v: Any, rank: int = 4) -> Any:
    return v.reshape(1, -1, *(1,) * (rank - 2))


def response(x: Any, size: int, alpha: float, beta: float, k: float) -> Any:
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha / size * (near**2).sum(1)) ** beta
    return y


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3), (3, 4, 2, 3), (2, 4, 2, 3, 2), (9, 4, 3, 3)])
def test_batch_norm(shape: tuple[int, ...]) -> None:
    x = RNG.standard_normal(shape)
    axes = (0, *range(2, x.ndim))
    y, mean, variance = ag.batch_norm(x, W, B, return_statistics=True)
    expected = standard(x, axes) * by_channel(W, x.ndim) + by_channel(B, x.ndim)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(mean.numpy(), x.mean(axes), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(variance.numpy(), x.var(axes), rtol=1e-8)
    np.testing.assert_allclose(ag.batch_norm(x).numpy(), standard(x, axes), rtol=1e-10, atol=1e-12)


def test_batch_norm_with_given_statistics() -> None:
    mean, variance = RNG.standard_normal(4), RNG.uniform(0.5, 2, 4)
    expected = (X - by_channel(mean)) / np.sqrt(by_channel(variance) + 1e-3) * by_channel(W) + by_channel(B)
    got = ag.batch_norm(X, W, B, mean, variance, epsilon=1e-3)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-10)
    check(lambda x, w, b: ag.batch_norm(x, w, b, mean, variance), [X, W, B])


@pytest.mark.parametrize("last", [1, 2, 3, 4])
def test_layer_norm(last: int) -> None:
    own = X.shape[-last:]
    w, b = RNG.uniform(0.5, 2, own), RNG.standard_normal(own)
    axes = tuple(range(4 - last, 4))
    np.testing.assert_allclose(
        ag.layer_norm(X, w, b, last).numpy(), standard(X, axes) * w + b, rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_norm(groups: int) -> None:
    z = standard(X.reshape(3, groups, -1), (2,)).reshape(X.shape)
    got = ag.group_norm(X, W, B, groups=groups)
    np.testing.assert_allclose(got.numpy(), z * by_channel(W) + by_channel(B), rtol=1e-10, atol=1e-12)


def test_instance_norm() -> None:
    z = standard(X, (2, 3))
    got = ag.instance_norm(X, W, B)
    np.testing.assert_allclose(got.numpy(), z * by_channel(W) + by_channel(B), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("beta", [0.75, 0.5, 1.0, 0.6])
def test_local_response_norm(size: int, beta: float) -> None:
    got = ag.local_response_norm(X, size, 0.3, beta, 2.0)
    np.testing.assert_allclose(got.numpy(), response(X, size, 0.3, beta, 2.0), rtol=1e-12)


CALLS: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "batch": (ag.batch_norm, [X, W, B]),
    "batch, no scale": (ag.batch_norm, [X]),
    "batch, no shift": (ag.batch_norm, [X, W]),
    "batch, shift only": (lambda x, b: ag.batch_norm(x, None, b), [X, B]),
    "layer": (lambda x, w, b: ag.layer_norm(x, w, b, 2), [X, LW, LB]),
    "group": (lambda x, w, b: ag.group_norm(x, w, b, groups=2), [X, W, B]),
    "instance": (ag.instance_norm, [X, W, B]),
    "response": (lambda x: ag.local_response_norm(x, 3, 0.5), [X]),
    "response, odd power": (lambda x: ag.local_response_norm(x, 3, 0.5, 0.6), [X]),
}


@pytest.mark.parametrize("name", CALLS)
def test_derivatives(name: str) -> None:
    fn, inputs = CALLS[name]
    check(fn, [inputs[0][:2], *inputs[1:]])


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_dtype_is_kept_and_inputs_are_not_written(name: str, dtype: Any) -> None:
    fn, inputs = CALLS[name]
    arrays = [np.asarray(v, dtype) for v in inputs]
    copies = [a.copy() for a in arrays]
    tensors = [ag.Tensor(a, True) for a in arrays]
    y = fn(*tensors)
    y.backward(np.ones(y.shape, dtype))
    assert y.dtype == dtype
    assert all(t.grad.dtype == dtype and t.grad.shape == t.shape for t in tensors)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    near = 2e-2 if dtype == np.float16 else 1e-5
    np.testing.assert_allclose(y.numpy(), fn(*inputs).numpy(), near, near)


@pytest.mark.parametrize("name", CALLS)
def test_shapes_without_data(name: str) -> None:
    fn, inputs = CALLS[name]
    check_abstract(fn, inputs)


@pytest.mark.parametrize("name", CALLS)
def test_memory_order_and_blocks_change_nothing(name: str) -> None:
    """Large enough to be cut into blocks, in C order and with the samples innermost."""
    fn, (_, *rest) = CALLS[name]
    x = RNG.standard_normal((40, 4, 2, 3)).astype(np.float32)
    x = np.repeat(x, 40 if len(rest) < 2 or rest[0].ndim == 1 else 1, axis=2)
    x = np.repeat(x, 40, axis=0)
    other = np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0)
    results = []
    for array in (x, other):
        tensors = [ag.Tensor(array, True), *(ag.Tensor(v.astype(np.float32), True) for v in rest)]
        y = fn(*tensors)
        y.backward(np.cos(np.arange(y.size, dtype=np.float32)).reshape(y.shape))
        results.append([y, *(t.grad for t in tensors)])
    for one, two in zip(*results, strict=True):
        scale = np.abs(one.numpy()).max()
        np.testing.assert_allclose(one.numpy(), two.numpy(), rtol=1e-3, atol=1e-5 * scale)


def test_a_large_mean_costs_no_precision() -> None:
    x = (RNG.standard_normal((64, 3, 8, 8)) + 1e4).astype(np.float32)
    y = ag.batch_norm(ag.tensor(x))
    np.testing.assert_allclose(y.numpy(), standard(x.astype(float), (0, 2, 3)), atol=2e-2)


def test_a_channel_of_one_value_becomes_its_bias() -> None:
    x = ag.tensor(np.full((1, 4, 1, 1), 3.0), requires_grad=True)
    y = ag.batch_norm(x, W, B)
    y.sum().backward()
    np.testing.assert_array_equal(y.numpy()[0, :, 0, 0], B)
    np.testing.assert_array_equal(x.grad.numpy(), 0)


def test_only_what_is_small_or_given_is_kept() -> None:
    x = ag.tensor(X, requires_grad=True)
    node = ag.batch_norm(x, ag.tensor(W, requires_grad=True), ag.tensor(B, requires_grad=True)).node
    assert node is not None
    extra = [v for v in node.saved if v.array.size == x.size and not np.shares_memory(v.array, x.numpy())]
    assert not extra


def test_batch_norm_layer_follows_the_batches() -> None:
    layer = ag.nn.BatchNorm2d(4, momentum=0.25)
    mean, variance = np.zeros(4), np.ones(4)
    for _ in range(3):
        x = RNG.standard_normal((3, 4, 2, 2)) + 2
        layer(x.astype(np.float32))
        mean = 0.75 * mean + 0.25 * x.mean((0, 2, 3))
        variance = 0.75 * variance + 0.25 * x.var((0, 2, 3), ddof=1)
    np.testing.assert_allclose(layer.running_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_variance.numpy(), variance, rtol=1e-5)
    layer.eval()
    x32 = X.astype(np.float32)
    expected = (X - by_channel(mean)) / np.sqrt(by_channel(variance) + 1e-5)
    np.testing.assert_allclose(layer(x32).numpy(), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.running_mean.numpy(), mean, rtol=1e-5)
    assert layer.running_mean.dtype == np.float32
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]


def test_batch_norm_layer_can_be_called_twice_before_backward() -> None:
    layer = ag.nn.BatchNorm1d(2)
    x = ag.tensor(RNG.standard_normal((5, 2)), requires_grad=True)
    layer(layer(x)).sum().backward()
    assert x.grad is not None


@pytest.mark.parametrize(
    ("layer", "shape", "count"),
    [
        (ag.nn.BatchNorm1d(4), (3, 4, 5), 8),
        (ag.nn.BatchNorm3d(4), (3, 4, 2, 2, 2), 8),
        (ag.nn.LayerNorm((2, 3)), (3, 4, 2, 3), 12),
        (ag.nn.GroupNorm(2, 4), (3, 4, 5), 8),
        (ag.nn.InstanceNorm2d(4, affine=False), (3, 4, 2, 3), 0),
        (ag.nn.LocalResponseNorm(3), (3, 4, 2, 3), 0),
    ],
)
def test_layers_keep_the_shape(layer: Any, shape: tuple[int, ...], count: int) -> None:
    assert layer(RNG.standard_normal(shape).astype(np.float32)).shape == shape
    assert layer.count_parameters() == count
    check_abstract(layer, [RNG.standard_normal(shape).astype(np.float32)])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ag.batch_norm(np.ones(3)), "x has 1 axes, fewer than 2"),
        (lambda: ag.batch_norm(X, np.ones(3)), "the weight has the wrong shape"),
        (lambda: ag.batch_norm(X, mean=np.ones(4)), "mean and variance go together"),
        (lambda: ag.batch_norm(X, epsilon=0), "epsilon=0 must be above 0"),
        (lambda: ag.batch_norm(np.ones((0, 3))), "there is nothing to average"),
        (lambda: ag.layer_norm(X, last=5), "last=5 of 4 cannot be averaged over"),
        (lambda: ag.group_norm(X, groups=3), "groups=3 must divide 4 channels"),
        (lambda: ag.instance_norm(np.ones((3, 4))), "x has 2 axes, fewer than 3"),
        (lambda: ag.local_response_norm(X, 0), "leave the divisor undefined"),
        (lambda: ag.local_response_norm(np.ones(3)), "x has no channels"),
        (lambda: ag.nn.BatchNorm2d(4)(np.ones((2, 4))), "x has 2 axes"),
        (lambda: ag.nn.BatchNorm2d(4, momentum=2), "momentum=2 is no share"),
        (lambda: ag.nn.LayerNorm(4)(X), "the last axes of x have other sizes than the layer"),
        (lambda: ag.nn.GroupNorm(3, 4), "groups=3 must divide 4 channels"),
        (lambda: ag.nn.InstanceNorm2d(3)(X), "x does not go with the layer"),
    ],
)
def test_bad_inputs_say_what_is_wrong(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ag.AutogradError, match=words):
        call()


@pytest.mark.peers
@pytest.mark.parametrize("name", ["batch", "layer", "group", "instance", "response"])
def test_normalisations_agree_with_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    fn, inputs = CALLS[name]
    theirs = {
        "batch": lambda x, w, b: f.batch_norm(x, None, None, w, b, training=True),
        "layer": lambda x, w, b: f.layer_norm(x, (2, 3), w, b),
        "group": lambda x, w, b: f.group_norm(x, 2, w, b),
        "instance": lambda x, w, b: f.instance_norm(x, weight=w, bias=b),
        "response": lambda x: f.local_response_norm(x, 3, 0.5),
    }[name]
    mine = [ag.tensor(v, requires_grad=True) for v in inputs]
    others = [torch.tensor(v, requires_grad=True) for v in inputs]
    y, z = fn(*mine), theirs(*others)
    g = RNG.standard_normal(y.shape)
    y.backward(g)
    z.backward(torch.tensor(g))
    np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=1e-9, atol=1e-12)
    for t, o in zip(mine, others, strict=True):
        np.testing.assert_allclose(t.grad.numpy(), o.grad.numpy(), rtol=1e-8, atol=1e-11)
