"""The sparse coefficients of every family: summed with their cotangents they are the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import autograd_cnn as ag

Array = NDArray[Any]
FLOATS = [np.float32, np.float64]


def leaf(rng: np.random.Generator, *shape: int, dtype: Any = np.float64, ties: bool = False) -> ag.Tensor:
    values = rng.integers(-2, 3, shape) if ties else rng.standard_normal(shape)
    return ag.tensor(np.asarray(values, dtype), requires_grad=True)


def scattered(routing: ag.Routing) -> Array:
    """The gradient from nothing but the entries."""
    found = np.zeros(routing.input_shape)
    sent = routing.coefficients.astype(float) * routing.cotangents
    np.add.at(found, tuple(routing.input_cells.T), sent)
    return found


def check(
    y: ag.Tensor, target: ag.Tensor, to: Literal["input", "weight"] = "input", seed: int = 0
) -> ag.Routing:
    """The entries, the routing's own gradient and the backward pass agree, with and without restriction."""
    rng = np.random.default_rng(seed)
    cotangent = rng.standard_normal(y.shape).astype(y.dtype)
    expected = ag.gradients(y, target, cotangent)[0].numpy()
    routing = ag.routing(y, cotangent=cotangent, to=to)
    tolerance = 1e-11 if y.dtype == np.float64 else 3e-5
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(scattered(routing), expected, atol=tolerance * scale)
    np.testing.assert_allclose(routing.gradient, expected, atol=tolerance * scale)
    assert routing.gradient.dtype == routing.coefficients.dtype == y.dtype
    assert routing.to == to
    assert (routing.coefficients != 0).all()
    assert (routing.input_cells >= 0).all()
    assert (routing.input_cells < target.shape).all()
    np.testing.assert_array_equal(routing.cotangents, cotangent[tuple(routing.output_cells.T)])
    flat = np.ravel_multi_index(tuple(routing.output_cells.T), y.shape) if y.ndim else np.zeros(len(routing))
    assert (np.diff(flat) >= 0).all()
    pairs = np.concatenate([routing.output_cells, routing.input_cells], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    if y.size:
        cells = [tuple(int(rng.integers(0, n)) for n in y.shape) for _ in range(3)]
        part = ag.routing(y, cotangent=cotangent, to=to, outputs=cells)
        only = np.zeros(y.shape, y.dtype)
        for cell in cells:
            only[cell] = cotangent[cell]
        few = ag.gradients(y, target, only)[0].numpy()
        np.testing.assert_allclose(part.gradient, few, atol=tolerance * scale)
        assert {tuple(row) for row in part.output_cells.tolist()} <= set(cells)
    return routing


def window_settings(draw: Callable[..., Any], rank: int) -> dict[str, Any]:
    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(rank))

    window = each(1, 3)
    return {
        "window": window,
        "stride": each(1, 3),
        "padding": tuple(draw(st.integers(0, f // 2)) for f in window),
        "dilation": each(1, 2),
        "rounding": draw(st.sampled_from(["floor", "ceil"])),
    }


@st.composite
def pools(draw: Callable[..., Any]) -> tuple[ag.Tensor, ag.Tensor]:
    """A random pooling of every family, dimension, dtype and setting, with ties."""
    rank = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    sizes = tuple(draw(st.integers(5, 8 - rank)) for _ in range(rank)) if rank < 3 else (5, 5, 6)
    x = leaf(rng, 2, 2, *sizes, dtype=draw(st.sampled_from(FLOATS)), ties=draw(st.booleans()))
    setting = window_settings(draw, rank)
    family = draw(st.sampled_from(["max", "avg", "sum", "lp", "weighted"]))
    pool = getattr(ag, f"{family}_pool{rank}d")
    if family == "max":
        setting["ties"] = draw(st.sampled_from(["first", "last", "split"]))
    if family in ("avg", "weighted"):
        setting["count_include_pad"] = True
    if family == "lp":
        setting["p"] = draw(st.sampled_from([1, 2, 3, 1.5]))
    if family == "weighted":
        setting["weights"] = draw(
            st.sampled_from(["gaussian", "distance", rng.uniform(0.5, 2, setting["window"]).astype(x.dtype)])
        )
    try:
        return pool(x, **setting), x
    except (ag.ShapeError, ag.RangeError):  # a window of padding only, or weights that sum to 0
        return ag.relu(x), x


@settings(max_examples=120, deadline=None)
@given(pools())
def test_any_pooling_is_its_entries(case: tuple[ag.Tensor, ag.Tensor]) -> None:
    check(*case)


@st.composite
def convolutions(draw: Callable[..., Any]) -> tuple[ag.Tensor, ag.Tensor, ag.Tensor]:
    rank = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    groups, dtype = draw(st.integers(1, 2)), draw(st.sampled_from(FLOATS))
    ins, outs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    setting: dict[str, Any] = {
        name: tuple(draw(st.integers(low, 2)) for _ in range(rank))
        for name, low in (("stride", 1), ("padding", 0), ("dilation", 1))
    }
    transposed = draw(st.booleans())
    x = leaf(rng, 2, ins, *(5,) * rank, dtype=dtype)
    first, second = (ins, outs // groups) if transposed else (outs, ins // groups)
    weight = leaf(rng, first, second, *kernel, dtype=dtype, ties=draw(st.booleans()))
    bias = leaf(rng, outs, dtype=dtype) if draw(st.booleans()) else None
    op = getattr(ag, f"conv_transpose{rank}d" if transposed else f"conv{rank}d")
    if not transposed:
        setting |= {"flip": draw(st.booleans()), "rounding": draw(st.sampled_from(["floor", "ceil"]))}
    try:
        return op(x, weight, bias, groups=groups, **setting), x, weight
    except ag.ShapeError:  # nothing would be left
        return ag.conv1d(x1 := leaf(rng, 1, 1, 3), w1 := leaf(rng, 1, 1, 2)), x1, w1


@settings(max_examples=120, deadline=None)
@given(convolutions())
def test_any_convolution_is_its_entries(case: tuple[ag.Tensor, ag.Tensor, ag.Tensor]) -> None:
    y, x, weight = case
    check(y, x)
    check(y, weight, "weight")


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (4,)])
def test_dense_layers(shape: tuple[int, ...], dtype: Any) -> None:
    rng = np.random.default_rng(0)
    x, weight, bias = leaf(rng, *shape, dtype=dtype), leaf(rng, 5, 4, dtype=dtype), leaf(rng, 5, dtype=dtype)
    y = ag.dense(x, weight, bias)
    to_input, to_weight = check(y, x), check(y, weight, "weight")
    assert len(to_input) == len(to_weight) == y.size * 4
    assert to_input.windows.max() == 4
    np.testing.assert_array_equal(to_input.weight, weight.numpy())
    np.testing.assert_array_equal(to_weight.input, x.numpy())


FUNCTIONS: dict[str, Callable[[ag.Tensor], ag.Tensor]] = {
    "relu": ag.relu,
    "leaky_relu": ag.leaky_relu,
    "leaky_relu with a slope below 0": lambda x: ag.leaky_relu(x, -0.5),
    "relu6": lambda x: ag.relu6(x * 4),
    "brelu": ag.brelu,
    "prelu": lambda x: ag.prelu(x, ag.tensor(np.array([0.1, 0.2, 0.3], x.dtype), requires_grad=True)),
    "rrelu": lambda x: ag.rrelu(x, rng=np.random.default_rng(0)),
    "srelu": lambda x: ag.srelu(x, -1.0, 0.1, 1.0, 0.5),
    "apl": lambda x: ag.apl(x, [0.5, -0.25], [0.0, 1.0]),
    "elu": ag.elu,
    "hard_sigmoid": ag.hard_sigmoid,
    "sigmoid": ag.sigmoid,
    "tanh": ag.tanh,
    "gelu": ag.gelu,
    "silu": ag.silu,
    "square by itself": lambda x: x * x,
    "a number times": lambda x: 2 * x,
    "clip": lambda x: ag.clip(x, -0.5, 0.5),
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_elementwise_functions(name: str, dtype: Any) -> None:
    x = leaf(np.random.default_rng(0), 2, 3, 4, dtype=dtype)
    y = FUNCTIONS[name](x)
    node = y.node
    assert node is not None
    if isinstance(node.inputs[0], ag.Node) and name == "relu6":
        x = ag.tensor(x.numpy() * 4, requires_grad=True)
        y = ag.relu6(x)
    routing = check(y, x)
    np.testing.assert_array_equal(routing.output_cells, routing.input_cells)
    assert (routing.geometry, routing.ties, routing.weight) == (None, None, None)


def test_a_closed_gate_has_no_entry() -> None:
    x = ag.tensor([[-1.0, 0.0, 2.0, 3.0]], requires_grad=True)
    routing = ag.routing(ag.relu(x), cotangent=[[1.0, 2.0, 3.0, 4.0]])
    assert routing.input_cells.tolist() == [[0, 2], [0, 3]]
    assert routing.windows.tolist() == [2, 3]
    assert routing.gradient.tolist() == [[0.0, 0.0, 3.0, 4.0]]


@pytest.mark.parametrize("size", [2, 3, (4, 5), 7])
@pytest.mark.parametrize("ties", ["first", "last", "split"])
def test_adaptive_and_global_pools(size: Any, ties: Any) -> None:
    x = leaf(np.random.default_rng(0), 2, 2, 6, 6, ties=True)
    routing = check(ag.adaptive_max_pool2d(x, size, ties=ties), x)
    divides = size in (2, 3)
    assert (routing.geometry is not None, routing.ties) == (divides, ties if divides else None)
    assert (routing.switches is not None) == divides
    check(ag.adaptive_avg_pool2d(x, size), x)
    assert check(ag.global_max_pool(x, ties=ties), x).ties == ties
    average = check(ag.global_avg_pool(x), x)
    assert set(average.coefficients.tolist()) == {1 / 36}
    assert isinstance(average.geometry, ag.WindowGeometry)
    assert average.geometry.window == (6, 6)


def test_lp_coefficients_are_signed_shares_of_the_norm() -> None:
    x = ag.tensor([[[3.0, -4.0, 0.0, 0.0, 2.0, 1.0]]], requires_grad=True)
    two = ag.routing(ag.lp_pool1d(x, 2))
    np.testing.assert_allclose(two.coefficients, [0.6, -0.8, 2 / 5**0.5, 1 / 5**0.5], rtol=1e-6)
    assert two.windows.tolist() == [0, 0, 2, 2]  # a window of zeros sends nothing
    infinite = ag.routing(ag.lp_pool1d(x, 2, p=float("inf")))
    assert infinite.coefficients.tolist() == [-1.0, 1.0]
    assert (infinite.ties, infinite.switches) == (None, None)
    check(ag.lp_pool1d(x, 2, p=float("inf")), x)


@pytest.mark.parametrize("scale", [1e30, 1e-30])
def test_shares_of_a_norm_are_the_same_at_any_scale(scale: float) -> None:
    x = ag.tensor(np.array([[[3.0, -4.0, 2.0, 1.0]]], np.float32) * np.float32(scale), requires_grad=True)
    np.testing.assert_allclose(
        ag.routing(ag.lp_pool1d(x, 2)).coefficients, [0.6, -0.8, 2 / 5**0.5, 1 / 5**0.5], rtol=1e-5
    )


def test_weights_of_a_weighted_pooling() -> None:
    rng = np.random.default_rng(0)
    x = leaf(rng, 1, 2, 4, 4)
    constant = ag.routing(ag.weighted_pool2d(x, 2, weights=[[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_allclose(constant.coefficients[:4], [0.1, 0.2, 0.3, 0.4])
    own = ag.tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)
    learned = check(ag.weighted_pool2d(x, 2, weights=own, padding=1), x)
    assert isinstance(learned.geometry, ag.WindowGeometry)
    check(ag.weighted_pool2d(x, 3, weights="gaussian", stride=1, padding=1, count_include_pad=False), x)


def test_values_that_meet_in_an_unpooling() -> None:
    y = ag.tensor([[[5.0, 7.0, 9.0]]], requires_grad=True)
    routing = ag.routing(ag.max_unpool1d(y, [[[1, 1, 4]]], 2), cotangent=[[[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]]])
    assert routing.output_cells.tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 4]]
    assert routing.input_cells.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 2]]
    check(ag.max_unpool1d(y, [[[1, 1, 4]]], 2), y)
    x = leaf(np.random.default_rng(0), 2, 2, 6, 6)
    values, places = ag.max_pool2d(x, 3, stride=1, return_indices=True)
    check(ag.max_unpool2d(values, places, 3, stride=1, output_size=(6, 6)), values)


def test_interpolation_and_moving_are_sparse_too() -> None:
    x = leaf(np.random.default_rng(0), 1, 2, 3, 4)
    check(ag.interpolate(x, scale=2, mode="bilinear"), x)
    check(ag.reshape(x, (4, 6)), x)
    check(ag.pad(x, ((0, 0), (0, 0), (1, 2), (0, 1))), x)
    check(x[:, 1:, ::2], x)
    check(x.sum(), x)
    check(x.mean(axis=(1, 3)), x)


@pytest.mark.parametrize("ties", ["first", "last", "split"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_extremes_over_axes(ties: Any, keepdims: bool) -> None:
    x = leaf(np.random.default_rng(0), 3, 4, 5, ties=True)
    check(ag.max(x, axis=(0, 2), keepdims=keepdims, ties=ties), x)
    check(ag.min(x, axis=1, keepdims=keepdims, ties=ties), x)


def test_maxout_sends_along_its_winning_pieces() -> None:
    rng = np.random.default_rng(0)
    x, weight, bias = leaf(rng, 5, 4), leaf(rng, 3, 2, 4), leaf(rng, 3, 2)
    y = ag.maxout(x, weight, bias)
    assert len(check(y, x)) == len(check(y, weight, "weight")) == y.size * 4


def test_a_weight_without_gradients_still_has_a_routing() -> None:
    x = leaf(np.random.default_rng(0), 1, 1, 4, 4)
    weight = ag.tensor(np.arange(4.0).reshape(1, 1, 2, 2))
    routing = ag.routing(ag.conv2d(x, weight), to="weight", outputs=[(0, 0, -1, -1)])
    np.testing.assert_array_equal(routing.coefficients, x.numpy()[0, 0, 2:, 2:].reshape(-1))
    assert routing.windows.tolist() == [8] * 4
    image = ag.tensor(x.numpy())
    learned = ag.tensor(weight.numpy(), requires_grad=True)
    assert ag.routing(ag.conv2d(image, learned)).gradient.shape == (1, 1, 4, 4)


def refusals() -> dict[str, tuple[Callable[[], Any], type[Exception], str]]:
    x = leaf(np.random.default_rng(0), 1, 4, 40, 40, dtype=np.float32)
    weight = ag.tensor(np.ones((300, 4, 5, 5), np.float32), requires_grad=True)
    y, z = ag.conv2d(x, weight), ag.relu(x)
    freed = ag.relu(x)
    freed.backward(np.ones(x.shape))
    return {
        "too many": (
            lambda: ag.routing(y),
            ag.RangeError,
            r"conv2d has up to 38,880,000 pairs of cells here, more than 10,000,000(?s:.*)"
            r"rule: 388,800 cells with up to 100 partners each(?s:.*)fits: outputs=\[\(0, 150, 18, 18\)\]",
        ),
        "no weight": (lambda: ag.routing(z, to="weight"), ag.GraphError, "relu has no weight(?s:.*)to="),
        "unknown operand": (
            lambda: ag.routing(z, to="wieght"),  # type: ignore[arg-type]
            ag.RangeError,
            r"to='wieght' is unknown(?s:.*)did you mean \"weight\"",
        ),
        "no such cell": (
            lambda: ag.routing(z, outputs=[(0, 0, 1, 1), (0, 4, 0, 0)]),
            ag.RangeError,
            r"there is no output cell \(0, 4, 0, 0\)(?s:.*)outputs=\[\(0, 2, 20, 20\)\]",
        ),
        "no list of cells": (
            lambda: ag.routing(z, outputs=(0, 1, 2, 2)), ag.ShapeError, "outputs is no list of output cells"
        ),
        "cells with too few numbers": (
            lambda: ag.routing(z, outputs=[(0, 1)]), ag.ShapeError, "tuples of 4 integers"
        ),
        "fractions": (lambda: ag.routing(z, outputs=[(0, 0, 0.5, 0)]), ag.ShapeError, "tuples of 4 integers"),
        "a gate that kept nothing": (
            lambda: ag.routing(ag.prelu(ag.tensor([1.0]), ag.tensor(0.5, requires_grad=True))),
            ag.NoGradientError,
            "'x' of prelu wants no gradient",
        ),
        "freed": (lambda: ag.routing(freed), ag.FreedGraphError, "retain_graph=True"),
        "part of a call": (
            lambda: ag.routing(ag.layer_norm(x)),
            ag.GraphError,
            "made by normalise of layer_norm, which is neither",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", refusals())
def test_what_is_refused(name: str) -> None:
    act, error, words = refusals()[name]
    with pytest.raises(error, match=words):
        act()


def test_values_that_are_gone_are_missed() -> None:
    weight = ag.tensor(np.ones((1, 1, 2, 2)), requires_grad=True)
    y = ag.conv2d(np.ones((1, 1, 3, 3)), weight)
    weight.assign_(np.zeros((1, 1, 2, 2)))
    with pytest.raises(ag.GraphError, match="the value of 'weight' of conv is gone"):
        ag.routing(y)


def test_cells_counted_from_the_end_and_twice() -> None:
    x = leaf(np.random.default_rng(0), 1, 1, 3, 3)
    y = ag.avg_pool2d(x, 2, stride=1)
    once = ag.routing(y, outputs=[(0, 0, 1, 1)])
    twice = ag.routing(y, outputs=[(0, 0, -1, -1), (0, 0, 1, 1)])
    assert once.input_cells.tolist() == twice.input_cells.tolist()
    assert len(ag.routing(y, outputs=[])) == 0
    assert (ag.routing(y).whole, once.whole) == (True, False)
