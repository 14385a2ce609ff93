"""Elementwise functions against NumPy and finite differences; kinks, jumps and tails."""

import math

import numpy as np
import pytest

import autograd_cnn as ag

from .surface import gradient, prove

SMOOTH = {
    "exp2": (-2, 2),
    "expm1": (-2, 2),
    "log2": (0.2, 3),
    "log10": (0.2, 3),
    "log1p": (-0.5, 3),
    "cbrt": (0.3, 3),
    "square": (-2, 2),
    "reciprocal": (0.4, 2),
    "sin": (-4, 4),
    "cos": (-4, 4),
    "tan": (-1, 1),
    "arcsin": (-0.8, 0.8),
    "arccos": (-0.8, 0.8),
    "arctan": (-3, 3),
    "sinh": (-2, 2),
    "cosh": (-2, 2),
    "arcsinh": (-3, 3),
    "arccosh": (1.2, 4),
    "arctanh": (-0.8, 0.8),
}
STEPS = ["floor", "ceil", "trunc", "round"]
PAIRS = {
    "hypot": lambda x, y: (x, y),
    "arctan2": lambda x, y: (x, y),
    "logaddexp": lambda x, y: (3 * x, 3 * y),
    "remainder": lambda x, y: (x, np.abs(y) + 0.31),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions(name):
    x = np.linspace(*SMOOTH[name], 7).reshape(7, 1)
    np.testing.assert_array_equal(getattr(ag, name)(x).numpy(), getattr(np, name)(x))
    prove(getattr(ag, name), x)
    prove(getattr(ag, name), np.zeros((0, 2)))


@pytest.mark.parametrize("name", STEPS)
def test_steps_have_a_known_zero_gradient(name):
    x = np.array([-1.5, -0.5, 0.2, 0.5, 2.5, 3.0])
    np.testing.assert_array_equal(getattr(ag, name)(x).numpy(), getattr(np, name)(x))
    leaf = ag.tensor(x, requires_grad=True)
    (g,) = ag.gradients(getattr(ag, name)(leaf).sum(), leaf)
    assert not g.numpy().any()
    assert getattr(ag, name)([1, 2]).dtype.kind == "i"


def test_round_takes_decimals():
    np.testing.assert_array_equal(ag.round(np.array([1.234, 5.678]), 1).numpy(), [1.2, 5.7])


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("shapes", [((3, 1), (2,)), ((), (2, 2)), ((4,), (4,))])
def test_pairs_broadcast(name, shapes):
    rng = np.random.default_rng(3)
    x, y = PAIRS[name](*(rng.normal(size=s) for s in shapes))
    np.testing.assert_allclose(getattr(ag, name)(x, y).numpy(), getattr(np, name)(x, y), rtol=1e-14)
    prove(getattr(ag, name), x, y)


def test_pairs_with_a_python_scalar_keep_float32():
    x = ag.tensor([1.0, 2.0])
    for name in PAIRS:
        assert getattr(ag, name)(x, 3).dtype == np.float32
        assert getattr(ag, name)(2.5, x).dtype == np.float32


def test_integers_become_float32_where_a_float_is_needed():
    assert ag.sin([0, 1]).dtype == np.float32
    assert ag.hypot([3, 0], [4, 1]).dtype == np.float32
    assert ag.square([3, 4]).dtype.kind == "i"


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        # true derivatives: 1/(1+x^2), 1/sqrt(1+x^2), e^x, 1/sqrt(x^2-1)
        ("arctan", 1e200, 0.0),
        ("arctan", 1e150, 1e-300),
        ("arcsinh", -1e200, 1e-200),
        ("expm1", -50.0, math.exp(-50)),
        ("arccosh", 1e200, 1e-200),
        ("hypot", 1e200, 1.0),
    ],
)
def test_gradients_in_the_tails(name, at, expected):
    fn = (lambda x: ag.hypot(x, 1.0)) if name == "hypot" else getattr(ag, name)
    (g,) = gradient(fn, [at])
    np.testing.assert_allclose(g, [expected], rtol=1e-12)


def test_hypot_and_arctan2_have_gradient_zero_at_the_origin():
    for fn in (ag.hypot, ag.arctan2):
        for g in gradient(fn, [0.0], [0.0]):
            np.testing.assert_array_equal(g, [0.0])


def test_hypot_at_the_origin_twice():
    x = ag.tensor([0.0], requires_grad=True)
    (g,) = ag.gradients(ag.hypot(x, 0.0).sum(), x, create_graph=True)
    (h,) = ag.gradients(g.sum(), x)
    np.testing.assert_array_equal(h.numpy(), [0.0])


@pytest.mark.parametrize(
    ("x", "y", "value", "of_x", "of_y"),
    [
        (-np.inf, -np.inf, -np.inf, 0, 0),
        (-np.inf, 1.0, 1.0, 0, 1),
        (np.inf, 1.0, np.inf, 1, 0),
        (1e4, -1e4, 1e4, 1, 0),
        (1e4, 1e4, 1e4 + math.log(2), 0.5, 0.5),
    ],
)
def test_logaddexp_at_the_ends(x, y, value, of_x, of_y):
    np.testing.assert_allclose(ag.logaddexp([x], [y]).numpy(), [value])
    gx, gy = gradient(ag.logaddexp, [x], [y])
    np.testing.assert_allclose([gx[0], gy[0]], [of_x, of_y], rtol=1e-11)


@pytest.mark.parametrize("limits", [(-1.0, 1.0), (None, 0.5), (-0.25, None), (1.0, -1.0)])
def test_clip(limits):
    x = np.array([-3.0, -0.9, 0.1, 0.7, 2.0])
    np.testing.assert_array_equal(ag.clip(x, *limits).numpy(), np.clip(x, *limits))
    prove(lambda t: ag.clip(t, *limits), x)


def test_clip_passes_the_gradient_at_the_limits_and_at_nan():
    (g,) = gradient(lambda x: ag.clip(x, 0.0, 1.0), [-1.0, 0.0, 0.5, 1.0, 2.0, np.nan])
    np.testing.assert_array_equal(g, [0, 1, 1, 1, 0, 1])
    (g,) = gradient(lambda x: ag.clip(x, ag.zeros(1), ag.ones(1)), [-1.0, 0.0, 0.5, 1.0, 2.0, np.nan])
    np.testing.assert_array_equal(g, [0, 1, 1, 1, 0, 1])


def test_clip_limits_may_want_gradients():
    prove(ag.clip, [-3.0, 0.1, 2.0], -1.0, 1.5)
    assert ag.clip(np.array([1, 5], np.uint8), 2, 4).numpy().tolist() == [2, 4]
    with pytest.raises(ag.RangeError, match="no limit"):
        ag.clip([1.0])


def test_nan_to_num():
    x = np.array([1.0, np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(ag.nan_to_num(x).numpy(), np.nan_to_num(x))
    np.testing.assert_array_equal(ag.nan_to_num(x, 7.0, 8.0, 9.0).numpy(), [1, 7, 8, 9])
    (g,) = gradient(ag.nan_to_num, x)
    np.testing.assert_array_equal(g, [1, 0, 0, 0])
    prove(ag.nan_to_num, [1.0, 2.0])


def test_remainder_and_floor_divide_follow_the_sign_of_y():
    x, y = np.array([7.0, -7.0, 7.0, -7.0]), np.array([3.0, 3.0, -3.0, -3.0])
    np.testing.assert_array_equal((ag.tensor(x) % y).numpy(), x % y)
    np.testing.assert_array_equal((ag.tensor(x) // y).numpy(), x // y)
    np.testing.assert_array_equal((7.5 % ag.tensor([2.0])).numpy(), [1.5])
    np.testing.assert_array_equal((7.5 // ag.tensor([2.0])).numpy(), [3.0])
    leaf = ag.tensor(x, requires_grad=True)
    (g,) = ag.gradients(ag.floor_divide(leaf, y).sum(), leaf)
    assert not g.numpy().any()


def test_minimum_of_unsigned_integers():
    x, y = np.array([0, 3], np.uint8), np.array([2, 1], np.uint8)
    np.testing.assert_array_equal(ag.minimum(x, y).numpy(), [0, 1])
    for ties, share in (("first", 1.0), ("last", 0.0), ("split", 0.5)):
        gx, gy = gradient(lambda a, b, ties=ties: ag.minimum(a, b, ties), [1.0], [1.0])
        assert (gx[0], gy[0]) == (share, 1 - share)


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "logical_not"])
def test_questions(name):
    x = np.array([[0.0, 1.0], [np.nan, -np.inf]])
    answer = getattr(ag, name)(ag.tensor(x, requires_grad=True))
    assert not answer.requires_grad
    np.testing.assert_array_equal(answer.numpy(), getattr(np, name)(x))


@pytest.mark.parametrize("name", ["logical_and", "logical_or", "logical_xor"])
def test_logic_of_two(name):
    x, y = np.array([[0.0], [2.0]]), np.array([True, False])
    np.testing.assert_array_equal(getattr(ag, name)(x, y).numpy(), getattr(np, name)(x, y))


def test_operators_on_masks():
    x = ag.tensor([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(((x > 1) & (x < 3)).numpy(), [False, True, False])
    np.testing.assert_array_equal(((x < 2) | (x > 2)).numpy(), [True, False, True])
    np.testing.assert_array_equal(((x < 2) ^ True).numpy(), [False, True, True])
    np.testing.assert_array_equal((~(x < 2)).numpy(), [False, True, True])
    with pytest.raises(ag.DTypeError, match="masks"):
        _ = x & 1


@pytest.mark.parametrize("name", ["hypot", "arctan2", "logaddexp", "remainder", "floor_divide", "logical_or"])
def test_shapes_that_clash(name):
    with pytest.raises(ag.ShapeError, match=r"3 of \w+ against 2 of \w+"):
        getattr(ag, name)(np.ones(3), np.ones(2))
