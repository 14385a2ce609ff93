"""Reductions where their gradients are delicate: zeros, ties, kinks, overflow, nothing to reduce."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_cnn as ag

from .surface import gradient, prove

AXES = [None, 0, -1, (0, 2), (1, 2), ()]


def brute_product_hessian(x):
    """Give d2 prod / dx_i dx_j of a vector by multiplying all others."""
    n = len(x)
    hessian = np.zeros((n, n))
    for i, j in itertools.permutations(range(n), 2):
        hessian[i, j] = math.prod(x[k] for k in range(n) if k not in (i, j))
    return hessian


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["prod", "min", "max", "var", "std"])
def test_values_and_gradients(name, axis, keepdims):
    x = np.random.default_rng(0).normal(size=(2, 3, 2))
    if axis == () and name in ("var", "std"):
        return
    ours = getattr(ag, name)(x, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(ours.numpy(), getattr(np, name)(x, axis=axis, keepdims=keepdims), rtol=1e-13)
    prove(lambda t: getattr(ag, name)(t, axis=axis, keepdims=keepdims), x)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp(axis, keepdims):
    x = np.random.default_rng(0).normal(size=(2, 3, 2))
    expected = np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))
    np.testing.assert_allclose(ag.logsumexp(x, axis, keepdims).numpy(), expected, rtol=1e-13)
    prove(lambda t: ag.logsumexp(t, axis, keepdims), x)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("order", [0.5, 1, 1.5, 2, 3, math.inf, -math.inf])
def test_norm(order, axis):
    x = np.random.default_rng(0).normal(size=(2, 3, 2))
    if axis != ():
        expected = np.linalg.vector_norm(x, ord=order, axis=axis, keepdims=True)
        np.testing.assert_allclose(ag.norm(x, order, axis, True).numpy(), expected, rtol=1e-13)
    prove(lambda t: ag.norm(t, order, axis), x)


@given(st.lists(st.sampled_from([0.0, 0.0, 1.0, -2.0, 0.5, 3.0]), min_size=1, max_size=5))
def test_prod_with_any_zeros_in_both_orders(values):
    x = ag.tensor(np.array(values), requires_grad=True)
    (g,) = ag.gradients(ag.prod(x), x, create_graph=True)
    others = [math.prod(values[:i] + values[i + 1 :]) for i in range(len(values))]
    np.testing.assert_allclose(g.numpy(), others)
    hessian = [ag.gradients(g[i], x)[0].numpy() for i in range(len(values))]
    np.testing.assert_allclose(hessian, brute_product_hessian(values))


def test_prod_third_derivative_with_two_zeros():
    x = ag.tensor(np.array([0.0, 0.0, 5.0]), requires_grad=True)
    (g,) = ag.gradients(ag.prod(x), x, create_graph=True)
    (h,) = ag.gradients(g[0], x, create_graph=True)
    (third,) = ag.gradients(h[1], x)
    np.testing.assert_array_equal(third.numpy(), [0, 0, 1])


@pytest.mark.parametrize("axis", [(0, 2), None, 1])
def test_prod_of_planes_with_zeros(axis):
    x = np.random.default_rng(0).integers(-1, 3, size=(2, 2, 3)).astype(float)
    prove(lambda t: ag.prod(t, axis), x)


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_running_sums_and_products(name, axis):
    x = np.random.default_rng(1).integers(-2, 3, size=(3, 4)).astype(float)
    np.testing.assert_array_equal(getattr(ag, name)(x, axis).numpy(), getattr(np, name)(x, axis))
    prove(lambda t: getattr(ag, name)(t, axis), x)
    prove(lambda t: getattr(ag, name)(t, -1), np.zeros((2, 0)))
    prove(lambda t: getattr(ag, name)(t, 0), np.ones((1, 2)))


@given(st.lists(st.sampled_from([0.0, 1.0, -2.0, 0.5, 3.0]), min_size=1, max_size=9))
def test_cumprod_gradient_term_by_term(values):
    (g,) = gradient(ag.cumprod, values)
    expected = [
        sum(math.prod(values[j] for j in range(k + 1) if j != i) for k in range(i, len(values)))
        for i in range(len(values))
    ]
    np.testing.assert_allclose(g, expected)


def test_cumprod_gradient_is_finite_where_factors_overflow_beyond_a_zero():
    # d/dx0 of y[0] alone: later products overflow but get no cotangent
    x = ag.tensor(np.array([0.0, 1e200, 1e200, 1e200]), requires_grad=True)
    (g,) = ag.gradients(ag.cumprod(x)[0], x)
    np.testing.assert_array_equal(g.numpy(), [1, 0, 0, 0])


def test_norm_at_zero_has_gradient_zero_in_every_order():
    for order in (0.5, 1, 1.5, 2, 3):
        x = ag.tensor(np.array([[0.0, 0.0], [3.0, 0.0]]), requires_grad=True)
        (g,) = ag.gradients(ag.norm(x, order, axis=1).sum(), x, create_graph=True)
        np.testing.assert_array_equal(g.numpy(), [[0, 0], [1, 0]])
        (h,) = ag.gradients(g.sum(), x)
        assert np.isfinite(h.numpy()).all()


def test_norm_neither_overflows_nor_underflows():
    for scale in (1e200, 1e-200):
        x = np.array([[3.0, 4.0], [0.0, 0.0]]) * scale
        np.testing.assert_allclose(ag.norm(x, axis=1).numpy(), [5 * scale, 0], rtol=1e-15)
        (g,) = gradient(lambda t: ag.norm(t, axis=1), x)
        np.testing.assert_allclose(g, [[0.6, 0.8], [0, 0]], rtol=1e-15)
    assert ag.norm([np.inf, 1.0]).item() == math.inf
    assert math.isnan(ag.norm([np.nan, 1.0]).item())
    np.testing.assert_allclose(ag.norm(np.float32([1e30, 1e30])).item(), math.sqrt(2) * 1e30, rtol=1e-6)


@pytest.mark.parametrize("order", [0, -1, "fro"])
def test_norm_refuses_other_orders(order):
    with pytest.raises(ag.RangeError, match=r"is no order|is not understood"):
        ag.norm([1.0], order)


@pytest.mark.parametrize("ties", ["first", "last", "split"])
@pytest.mark.parametrize("name", ["min", "max"])
def test_ties(name, ties):
    x = np.array([1.0, 2.0, 1.0, 2.0])
    best = getattr(np, name)(x)
    (g,) = gradient(lambda t: getattr(ag, name)(t, ties=ties), x)
    places = np.flatnonzero(x == best)
    expected = np.zeros(4)
    if ties == "split":
        expected[places] = 0.5
    else:
        expected[places[0 if ties == "first" else -1]] = 1
    np.testing.assert_array_equal(g, expected)


def test_min_of_unsigned_and_of_nan():
    assert ag.min(np.array([0, 200, 3], np.uint8)).item() == 0
    assert math.isnan(ag.min([1.0, np.nan]).item())
    (g,) = gradient(ag.min, [1.0, np.nan, np.nan])
    np.testing.assert_array_equal(g, [0, 1, 0])


def test_std_of_equal_elements_has_gradient_zero():
    x = ag.tensor(np.full((2, 3), 2.0), requires_grad=True)
    (g,) = ag.gradients(ag.std(x, axis=1).sum(), x, create_graph=True)
    (h,) = ag.gradients(g.sum(), x)
    np.testing.assert_array_equal(g.numpy(), np.zeros((2, 3)))
    np.testing.assert_array_equal(h.numpy(), np.zeros((2, 3)))


@pytest.mark.parametrize("name", ["var", "std"])
def test_ddof(name):
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(
        getattr(ag, name)(x, axis=1, ddof=1).numpy(), getattr(np, name)(x, axis=1, ddof=1)
    )
    prove(lambda t: getattr(ag, name)(t, axis=1, ddof=1), x)
    with pytest.raises(ag.RangeError, match=r"n - ddof = 3 - 3 = 0"):
        getattr(ag, name)(x, axis=0, ddof=3)


@pytest.mark.parametrize(
    ("x", "value", "expected"),
    [
        ([-np.inf, -np.inf], -np.inf, [0, 0]),
        ([-np.inf, 3.0], 3.0, [0, 1]),
        ([np.inf, 3.0], np.inf, [1, 0]),
        ([1e4, 1e4], 1e4 + math.log(2), [0.5, 0.5]),
        ([-1e4, -1e4], -1e4 + math.log(2), [0.5, 0.5]),
        ([1e4, -1e4], 1e4, [1, 0]),
    ],
)
def test_logsumexp_at_the_ends(x, value, expected):
    np.testing.assert_allclose(ag.logsumexp(np.array(x)).item(), value, rtol=1e-12)
    (g,) = gradient(ag.logsumexp, x)
    np.testing.assert_allclose(g, expected, rtol=1e-11)
    leaf = ag.tensor(np.array(x), requires_grad=True)
    (g,) = ag.gradients(ag.logsumexp(leaf), leaf, create_graph=True)
    assert np.isfinite(ag.gradients(g[0], leaf)[0].numpy()).all()


def test_nan_stays_nan_without_a_warning():
    assert math.isnan(ag.logsumexp([np.nan, 1e4]).item())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sum", 0),
        ("prod", 1),
        ("norm", 0),
        ("logsumexp", -np.inf),
        ("any", 0),
        ("all", 1),
        ("count_nonzero", 0),
    ],
)
def test_nothing_to_reduce(name, value):
    x = np.zeros((2, 0))
    np.testing.assert_array_equal(getattr(ag, name)(x, axis=1).numpy(), [value, value])
    if name in ("sum", "prod", "norm", "logsumexp"):
        (g,) = gradient(lambda t: getattr(ag, name)(t, axis=1), x)
        assert g.shape == (2, 0)


@pytest.mark.parametrize("name", ["min", "max", "mean", "var", "std", "argmax", "argmin"])
def test_nothing_to_compare(name):
    with pytest.raises(ag.ShapeError, match="no elements"):
        getattr(ag, name)(np.zeros((2, 0)), axis=1)


@pytest.mark.parametrize("name", ["any", "all", "count_nonzero"])
@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
def test_counts(name, axis):
    x = np.array([[0.0, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(getattr(ag, name)(x, axis).numpy(), getattr(np, name)(x, axis=axis))
    np.testing.assert_array_equal(
        getattr(ag, name)(x, axis, True).numpy(), getattr(np, name)(x, axis=axis, keepdims=True)
    )


@pytest.mark.parametrize("dtype", [np.bool_, np.int32, np.uint8])
@pytest.mark.parametrize("name", ["prod", "cumsum", "cumprod", "min", "max"])
def test_integers(name, dtype):
    x = np.array([[1, 0, 1], [1, 1, 1]], dtype)
    ours, numpys = getattr(ag, name)(x, axis=1).numpy(), getattr(np, name)(x, axis=1)
    np.testing.assert_array_equal(ours, numpys)
    assert ours.dtype == numpys.dtype


@pytest.mark.parametrize(
    "name", ["prod", "min", "var", "std", "norm", "logsumexp", "cumsum", "cumprod", "any", "argmax"]
)
def test_axis_out_of_range(name):
    with pytest.raises(ag.RangeError, match="axis 2 is out of range for 2 axes"):
        getattr(ag, name)(np.ones((2, 2)), axis=2)


def test_methods_do_the_same():
    x = ag.tensor(np.random.default_rng(0).normal(size=(3, 4)))
    for name in (
        "min",
        "prod",
        "var",
        "std",
        "norm",
        "logsumexp",
        "any",
        "all",
        "argmax",
        "cumsum",
        "cumprod",
    ):
        np.testing.assert_array_equal(
            getattr(x, name)(axis=1).numpy(), getattr(ag, name)(x, axis=1).numpy(), err_msg=name
        )
