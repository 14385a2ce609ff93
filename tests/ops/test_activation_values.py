"""Activations: the lecture's numbers, tails against high precision, kinks, infinities, and large maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn._modes import switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.kernels import activations as formulas
from autograd_cnn.kernels import blockwise as blocks
from autograd_cnn.kernels.error_function import erf
from autograd_cnn.kernels.masking import kept_where

FUNCTIONS = {
    "identity": ag.identity,
    "binary_step": ag.binary_step,
    "sigmoid": ag.sigmoid,
    "tanh": ag.tanh,
    "sqnl": ag.sqnl,
    "arctan": ag.arctan,
    "arsinh": ag.arsinh,
    "softsign": ag.softsign,
    "isru": ag.isru,
    "isrlu": ag.isrlu,
    "relu": ag.relu,
    "brelu": ag.brelu,
    "leaky_relu": ag.leaky_relu,
    "prelu": lambda x: ag.prelu(x, 0.25),
    "elu": ag.elu,
    "selu": ag.selu,
    "srelu": lambda x: ag.srelu(x, -1.0, 0.1, 1.0, 0.5),
    "apl": lambda x: ag.apl(x, [0.2], [0.5]),
    "celu": ag.celu,
    "relu6": ag.relu6,
    "gelu": ag.gelu,
    "gelu_tanh": lambda x: ag.gelu(x, approximate=True),
    "silu": ag.silu,
    "mish": ag.mish,
    "softplus": ag.softplus,
    "hard_sigmoid": ag.hard_sigmoid,
    "hard_swish": ag.hard_swish,
    "erf": ag.erf,
}
TOLERANCES = {"float32": 4e-6, "float64": 2e-14}
# (function, x, value, slope), the last two by mpmath with 40 digits
TAILS = [
    ("sigmoid", -80.0, 1.8048513878454152e-35, 1.8048513878454152e-35),
    ("sigmoid", -30.0, 9.357622968839299e-14, 9.3576229688384233e-14),
    ("sigmoid", -1e-08, 0.4999999975, 0.24999999999999999),
    ("sigmoid", 12.0, 0.99999385582539779, 6.1441368513331753e-6),
    ("softplus", -80.0, 1.8048513878454152e-35, 1.8048513878454152e-35),
    ("softplus", -30.0, 9.3576229688397368e-14, 9.357622968839299e-14),
    ("softplus", -1e-08, 0.69314717555994532, 0.4999999975),
    ("softplus", 12.0, 12.000006144193478, 0.99999385582539779),
    ("elu", -80.0, -1.0, 1.8048513878454152e-35),
    ("elu", -30.0, -0.99999999999990642, 9.3576229688401746e-14),
    ("elu", -1e-08, -9.9999999500000004e-9, 0.99999999000000005),
    ("elu", -0.5, -0.39346934028736658, 0.60653065971263342),
    ("silu", -80.0, -1.4438811102763321e-33, -1.425832596397878e-33),
    ("silu", -30.0, -2.8072868906517897e-12, -2.713710660963134e-12),
    ("silu", -1e-08, -4.9999999750000001e-9, 0.499999995),
    ("silu", 12.0, 11.999926269904773, 1.0000675854676138),
    ("mish", -80.0, -1.4438811102763321e-33, -1.425832596397878e-33),
    ("mish", -30.0, -2.807286890651921e-12, -2.7137106609633923e-12),
    ("mish", -1e-08, -5.9999999680000001e-9, 0.5999999936),
    ("mish", 12.0, 11.999999999093979, 1.0000000017365294),
    ("gelu", -12.0, -2.1317785344932148e-32, -2.5578956616748956e-31),
    ("gelu", -2.5, -0.015524163314440338, -0.037611085908145208),
    ("gelu", -1e-08, -4.9999999601057721e-9, 0.49999999202115439),
    ("gelu", 6.0, 5.9999999940804741, 1.0000000354687095),
    ("gelu_tanh", -8.0, -3.1077829375011112e-21, -4.7147845041068416e-20),
    ("gelu_tanh", -1e-08, -4.9999999601057721e-9, 0.49999999202115439),
    ("gelu_tanh", 3.0, 2.996362607918227, 1.0115841666309697),
    ("softsign", -1000.0, -0.999000999000999, 9.9800299600499401e-7),
    ("softsign", 1e-06, 9.9999900000099995e-7, 0.999998000003),
    ("isru", -100.0, -0.99995000374968753, 9.9985001874781275e-7),
    ("isru", 1e-06, 9.9999999999949995e-7, 0.9999999999985),
    ("isru", 3.0, 0.9486832980505138, 0.031622776601683793),
    ("erf", -1e-05, -1.1283791670579e-5, 1.1283791669826747),
    ("erf", 0.75, 0.71115563365351513, 0.64293106919520733),
    ("erf", 3.0, 0.99997790950300141, 0.00013925305194674785),
]
# Limits at minus and plus infinity; NaN where there is none
LIMITS = {
    "binary_step": (0.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "sqnl": (-1.0, 1.0),
    "arctan": (-math.pi / 2, math.pi / 2),
    "softsign": (-1.0, 1.0),
    "isru": (-1.0, 1.0),
    "isrlu": (-1.0, math.inf),
    "relu": (0.0, math.inf),
    "leaky_relu": (-math.inf, math.inf),
    "elu": (-1.0, math.inf),
    "selu": (-1.0507 * 1.67326, math.inf),
    "celu": (-1.0, math.inf),
    "relu6": (0.0, 6.0),
    "gelu": (0.0, math.inf),
    "gelu_tanh": (0.0, math.inf),
    "silu": (0.0, math.inf),
    "mish": (0.0, math.inf),
    "softplus": (0.0, math.inf),
    "hard_sigmoid": (0.0, 1.0),
    "hard_swish": (0.0, math.inf),
    "erf": (-1.0, 1.0),
}


def value_and_slope(name: str, x: Any) -> tuple[Any, Any]:
    leaf = ag.from_numpy(np.asarray(x), requires_grad=True)
    y = FUNCTIONS[name](leaf)
    (slope,) = ag.gradients(y, leaf, np.ones(y.shape))
    return y.numpy(), slope.numpy()


def test_the_lectures_relu() -> None:
    x = [[1, 14, -9, 4], [-2, -20, 10, 6], [-3, 3, 11, 1], [2, 54, -2, 80]]
    expected = [[1, 14, 0, 4], [0, 0, 10, 6], [0, 3, 11, 1], [2, 54, 0, 80]]
    assert ag.relu(x).numpy().tolist() == expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "x", "value", "slope"), TAILS)
def test_tails(name: str, x: float, value: float, slope: float, dtype: str) -> None:
    point = np.array([x], dtype)
    tolerance = TOLERANCES[dtype]
    # a point that rounds to float32 moves the value by more than the kernel's error
    if float(point[0]) != x:
        tolerance *= 1 + 2 * abs(x * slope / value)
    found, rise = value_and_slope(name, point)
    smallest = 16 * float(np.finfo(dtype).tiny)
    if abs(value) > smallest:
        assert found[0] == pytest.approx(value, rel=tolerance, abs=0)
    # sigmoid's slope comes from its result, which rounds to 1 on the right
    absolute = 1e-7 if name == "sigmoid" and x > 0 else 0.0
    if abs(slope) > smallest:
        assert rise[0] == pytest.approx(slope, rel=2 * tolerance, abs=absolute)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_far_out(name: str, dtype: str) -> None:
    """Neither a warning (they are errors here) nor a NaN, and the dtype stays."""
    x = np.array([[-1e4, 1e4], [-100.0, 100.0], [-0.0, 0.0], [-1e-7, 1e-7]], dtype)
    for order in (1, 2):
        leaf = ag.from_numpy(x, requires_grad=True)
        y = FUNCTIONS[name](leaf)
        if name == "binary_step":
            assert y.dtype == x.dtype
            return
        (slope,) = ag.gradients(y, leaf, np.ones(x.shape), create_graph=order == 2)
        results = [y, slope]
        if slope.requires_grad:
            results += ag.gradients(slope, leaf, np.ones(x.shape))
        for result in results:
            assert result.dtype == x.dtype
            assert np.isfinite(result.numpy()).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LIMITS)
def test_infinities_and_nan(name: str, dtype: str) -> None:
    with np.errstate(all="ignore"):
        x = np.array([-math.inf, math.inf, math.nan], dtype)
        y = FUNCTIONS[name](ag.from_numpy(x)).numpy()
        np.testing.assert_allclose(y[:2], LIMITS[name], rtol=1e-6)
        assert np.isnan(y[2])
        _, slope = value_and_slope(name, x[:2])
        assert np.isfinite(slope).all()


@pytest.mark.parametrize("name", ["relu", "relu6", "hard_sigmoid", "sqnl", "hard_swish"])
def test_an_infinite_cotangent_does_not_reach_where_the_slope_is_0(name: str) -> None:
    x = ag.tensor([-5.0, -4.0], requires_grad=True)
    (g,) = ag.gradients(FUNCTIONS[name](x), x, np.array([math.inf, math.nan], np.float32))
    np.testing.assert_array_equal(g.numpy(), [0.0, 0.0])


def test_binary_step_has_a_known_zero_gradient() -> None:
    x = ag.tensor([-1.0, 0.0, 2.0], requires_grad=True)
    y = ag.binary_step(x)
    assert y.numpy().tolist() == [0.0, 1.0, 1.0]
    assert y.requires_grad
    assert ag.gradients(y.sum(), x)[0].numpy().tolist() == [0.0, 0.0, 0.0]


def test_brelu_counts_channels() -> None:
    x = np.linspace(-1, 1, 2 * 3 * 5).reshape(2, 3, 5)
    y = ag.brelu(x).numpy()
    np.testing.assert_array_equal(y[:, [0, 2]], np.maximum(x[:, [0, 2]], 0))
    np.testing.assert_array_equal(y[:, 1], -np.maximum(-x[:, 1], 0))


def test_rrelu_draws_from_its_generator() -> None:
    x = np.full((50, 40), -1.0, np.float32)
    first, again, other = (ag.rrelu(x, 0.1, 0.3, np.random.default_rng(seed)).numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert -0.3 <= first.min() < -0.29
    assert -0.11 < first.max() <= -0.1
    leaf = ag.from_numpy(x, requires_grad=True)
    (g,) = ag.gradients(ag.rrelu(leaf, 0.1, 0.3, np.random.default_rng(3)).sum(), leaf)
    np.testing.assert_array_equal(g.numpy(), -first)


def test_rrelu_on_abstract_tensors_leaves_the_generator_alone() -> None:
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with switched(abstract=True):
        assert ag.rrelu(Tensor(Abstract((2,), np.dtype(np.float32))), rng=rng).shape == (2,)
    assert rng.bit_generator.state == before


def test_maxout_of_two_pieces_is_the_absolute_value() -> None:
    x = np.linspace(-2, 2, 7)[:, None]
    np.testing.assert_array_equal(ag.maxout(x, [[[1.0]], [[-1.0]]]).numpy(), np.abs(x))


def test_selu_in_full_digits_keeps_mean_0_and_variance_1() -> None:
    x = np.random.default_rng(0).standard_normal(400_000)
    y = ag.selu(x, 1.0507009873554805, 1.6732632423543772).numpy()
    assert abs(y.mean()) < 5e-3
    assert abs(y.var() - 1) < 1e-2


def test_softmax_far_out_and_beside_its_logarithm() -> None:
    x = np.array([[1e4, -1e4, 0.0], [800.0, 801.0, -math.inf]])
    np.testing.assert_allclose(
        ag.softmax(x).numpy(), [[1, 0, 0], [1 / (1 + math.e), math.e / (1 + math.e), 0]], rtol=1e-14
    )
    np.testing.assert_allclose(ag.log_softmax(x).numpy()[0], [0.0, -2e4, -1e4])
    assert np.isnan(ag.softmax([[-math.inf, -math.inf]]).numpy()).all()


@pytest.mark.parametrize("shape", [(7, 3, 5000), (70000, 3), (3, 40000), (4, 300), (2, 5, 7, 9)])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_in_pieces(shape: tuple[int, ...], axis: int) -> None:
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    e = np.exp(x.astype(np.float64))
    expected = e / e.sum(axis=axis, keepdims=True)
    np.testing.assert_allclose(ag.softmax(x, axis).numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(ag.log_softmax(x, axis).numpy(), np.log(expected), rtol=1e-4, atol=1e-5)


def test_hardmax_hands_a_nan_on() -> None:
    np.testing.assert_array_equal(
        ag.hardmax([[1.0, math.nan, 2.0], [5.0, 5.0, 1.0]]).numpy(), [[0, math.nan, 0], [1, 0, 0]]
    )


def layouts(x: Any) -> list[Any]:
    """Give the same values in several memory orders."""
    return [
        x,
        np.asfortranarray(x),
        x.transpose(1, 2, 3, 0).copy().transpose(3, 0, 1, 2),
        np.repeat(x, 2, axis=3)[..., ::2],
        x[:, ::-1].copy()[:, ::-1],
    ]


@pytest.mark.parametrize("name", ["relu", "gelu", "prelu", "srelu", "hard_swish"])
def test_blocks_of_large_maps_in_any_memory_order(name: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 5, 60, 50)).astype(np.float32)
    g = rng.standard_normal(x.shape).astype(np.float32)
    expected_value = FUNCTIONS[name](x.astype(np.float64)).numpy()
    leaf = ag.from_numpy(x.astype(np.float64), requires_grad=True)
    (expected,) = ag.gradients(FUNCTIONS[name](leaf), leaf, g.astype(np.float64))
    for values, cotangent in zip(layouts(x), reversed(layouts(g)), strict=True):
        tensor = ag.from_numpy(values, share=True, requires_grad=True)
        y = FUNCTIONS[name](tensor)
        np.testing.assert_allclose(y.numpy(), expected_value, rtol=1e-5, atol=1e-6)
        (found,) = ag.gradients(y, tensor, ag.from_numpy(cotangent, share=True))
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-4, atol=1e-5)


def test_learned_numbers_of_channels_in_large_maps() -> None:
    rng = np.random.default_rng(0)
    x, a = rng.standard_normal((2, 7, 90, 80)), rng.standard_normal(7)
    slopes = ag.from_numpy(a, requires_grad=True)
    y = ag.prelu(x, slopes)
    np.testing.assert_array_equal(y.numpy(), np.where(x < 0, a.reshape(7, 1, 1) * x, x))
    (g,) = ag.gradients(y.sum(), slopes)
    np.testing.assert_allclose(g.numpy(), np.minimum(x, 0).sum((0, 2, 3)))


@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (2, 0, 4), (3, 1 << 16), (1 << 16, 3)])
def test_blockwise_keeps_shapes(shape: tuple[int, ...]) -> None:
    x = np.ones(shape)
    np.testing.assert_array_equal(blocks.blockwise(lambda a, b: a + b, x, x), x + x)
    row = np.arange(shape[-1], dtype=float) if shape else np.array(2.0)
    np.testing.assert_array_equal(blocks.blockwise(lambda a, b: a * b, x, row), x * row)


def test_masks_hand_every_bit_on() -> None:
    values = np.array([math.nan, math.inf, -0.0, 1.0])
    yes, no = np.full(4, True), np.full(4, False)
    np.testing.assert_array_equal(kept_where(yes, values), values)
    np.testing.assert_array_equal(kept_where(no, values), np.zeros(4))
    np.testing.assert_array_equal(blocks.chosen(no, values, 2.5), np.full(4, 2.5))
    np.testing.assert_array_equal(blocks.chosen(yes, values, values[::-1]), values)


def test_formulas_leave_their_inputs_alone() -> None:
    x = np.linspace(-3, 3, 11)
    x.flags.writeable = False
    for formula in (formulas.gelu, formulas.mish, formulas.silu, formulas.sqnl, formulas.softplus, erf):
        formula(x)
    for formula in (formulas.gelu_gate, formulas.mish_gate, formulas.silu_gate, formulas.hard_swish_gate):
        formula(x, x)


@pytest.mark.parametrize("name", ["arctan", "arsinh"])
def test_curved_units_are_flat_at_infinity_in_every_derivative(name: str) -> None:
    x = ag.tensor([-math.inf, math.inf], requires_grad=True)
    value = getattr(ag, name)(x)
    for _ in range(3):
        (value,) = ag.gradients([value], [x], [np.ones(2, np.float32)], create_graph=True)
        assert value.numpy().tolist() == [0, 0]


def test_hard_swish_keeps_an_infinite_cotangent_where_it_belongs() -> None:
    x = ag.tensor([-4.0, -3.0, 3.0, 5.0], requires_grad=True)
    ag.hard_swish(x).backward(np.full(4, np.inf, np.float32))
    assert x.grad.numpy().tolist() == [0, 0, math.inf, math.inf]
