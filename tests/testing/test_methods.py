"""How numeric derivatives are found, in which modes rules are checked, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.primitive import Primitive, registry
from autograd_cnn.testing import gradcheck

X = np.linspace(0.4, 1.6, 6).reshape(2, 3)


@pytest.fixture
def made() -> Iterator[Callable[..., Any]]:
    """Make primitives that are gone after the test."""
    before = dict(registry)
    yield lambda name, kernel, **rules: Primitive(name, kernel, "x", shape=lambda x: x.shape, **rules)
    registry.clear()
    registry.update(before)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ag.exp(ag.sin(x) * x) / (x + 2.0),
        lambda x: ag.tanh(x @ np.ones((3, 2))),
        lambda x: x.reshape(3, 2).sum(axis=0),
        lambda x: ag.sqrt(x) + ag.log(x) ** 2.0,
    ],
)
def test_analytic_functions_take_the_complex_step(function: Any) -> None:
    report = gradcheck(function, [X])
    assert report.method == "complex step"
    assert report.error < 1e-13 * max(1.0, abs(report.numeric))
    assert gradcheck(function, [X], method="central").method == "central differences, eps=1e-06"


@pytest.mark.parametrize("function", [ag.relu, ag.absolute, ag.max, lambda x: ag.norm(x), ag.sigmoid])
def test_other_functions_fall_back_to_differences(function: Any) -> None:
    assert gradcheck(function, [X]).method.startswith(("central differences", "complex step"))
    if function is not ag.sigmoid:
        assert gradcheck(function, [X]).method == "central differences, eps=1e-06"


def test_an_op_from_outside_is_tried_before_it_is_trusted(made: Any) -> None:
    cube = made("cube", lambda x: x * x * x, vjps={"x": lambda g, x: g * x * x * 3.0})
    assert gradcheck(cube, [X]).method == "complex step"
    real = made("real_cube", lambda x: (x * x).real * x.real, vjps={"x": lambda g, x: g * x * x * 3.0})
    assert gradcheck(real, [X]).method == "central differences, eps=1e-06"
    size = made("size", lambda x: np.abs(x), vjps={"x": lambda g, x: g * ag.sign(x)})
    assert gradcheck(size, [-X], modes=("reverse",)).method == "central differences, eps=1e-06"


def test_forward_rules_are_checked_where_all_ops_have_them(made: Any) -> None:
    assert gradcheck(ag.tanh, [X]).mode == "reverse and forward"
    assert gradcheck(ag.tanh, [X], modes=("forward",)).mode == "forward"
    cube = made("cube", lambda x: x * x * x, vjps={"x": lambda g, x: g * x * x * 3.0})
    report = gradcheck(cube, [X])
    assert report.mode == "reverse"
    assert report.notes == ("forward mode was not checked: cube has no forward rule",)
    with pytest.raises(ag.NoGradientError, match="there is no forward rule for its input 'x'"):
        gradcheck(cube, [X], modes=("reverse", "forward"))


@pytest.mark.parametrize("order", [1, 2])
def test_a_wrong_forward_rule_is_told_from_the_reverse_one(made: Any, order: int) -> None:
    cube = made(
        "cube",
        lambda x: x * x * x,
        vjps={"x": lambda g, x: g * x * x * 3.0},
        jvps={"x": lambda t, x: t * x * x * 3.001},
    )
    with pytest.raises(ag.GradientCheckError) as caught:
        gradcheck(cube, [X], order=order)
    assert caught.value.report.mode == "forward"
    assert "wherever it is wrong, analytic = 1.00033 * numeric: a factor is missing" in str(caught.value)


def test_convolution_and_pooling_are_moved_many_at_a_time() -> None:
    rng = np.random.default_rng(0)
    calls = []

    def function(x: Any, weight: Any) -> Any:
        calls.append(1)
        return ag.max_pool2d(ag.conv2d(x, weight), 2)

    report = gradcheck(function, [rng.standard_normal((2, 3, 8, 8)), rng.standard_normal((4, 3, 3, 3))])
    assert report.method == "central differences, eps=1e-06, many elements a call"
    assert report.checked == 492
    assert len(calls) < 50, "each element cost a call of its own"


def test_stacking_is_not_trusted_where_samples_meet() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 10))
    for function in (
        lambda t: t - t.mean(axis=0),
        lambda t: ag.softmax(t, axis=0),
        lambda t: ag.cumsum(t, axis=0),
    ):
        report = gradcheck(function, [x])
        assert report.passed
        assert "many elements" not in report.method


def test_fast_mode_compares_one_number_and_leaves_doubts_to_the_full_check(made: Any) -> None:
    report = gradcheck(lambda x: ag.tanh(x) * x, [X], fast=True, order=2)
    assert report.method == "central differences along one random direction, eps=1e-06"
    assert report.passed
    wrong = made("wrong", lambda x: x * x, vjps={"x": lambda g, x: g * x * 2.002})
    with pytest.raises(ag.GradientCheckError, match=r"(?s)element \(\d, \d\).*x x x"):
        gradcheck(wrong, [X], fast=True)
    report = gradcheck(ag.relu, [np.array([0.0, 1.0])], fast=True)
    assert report.verdict == "NON-DIFFERENTIABLE"
    with pytest.raises(ag.NoGradientError):
        gradcheck(
            made("square_too", lambda x: x * x, vjps={"x": lambda g, x: g * x * 2.0}),
            [X],
            fast=True,
            modes=("forward",),
        )


def test_functions_that_ask_for_gradients_themselves() -> None:
    def slope(x: Any) -> Any:
        return ag.gradients((x * x * x).sum(), x, create_graph=True)[0]

    assert gradcheck(slope, [X], order=2).passed


def test_a_gradient_that_happens_to_be_zero_is_still_recorded() -> None:
    """With two zeros every first derivative of a product is 0, as it would be if nothing were recorded."""
    for x in (np.array([0.0, 0.0, 3.0]), np.array([[2.0, 0.0], [0.0, 1.0]])):
        assert gradcheck(lambda t: ag.prod(t), [x], order=2).passed

    def slope(x: Any) -> Any:
        if not x.requires_grad:
            return ag.tensor(np.zeros(x.shape))
        return ag.gradients(ag.prod(x), x, create_graph=True)[0]

    assert gradcheck(slope, [np.array([0.0, 0.0, 3.0])]).passed


def test_values_too_coarse_for_the_step_are_named() -> None:
    with pytest.raises(ag.GradientCheckError, match="float32 values on the way round off more than eps"):
        gradcheck(lambda x: ag.tanh(x).astype(np.float32).astype(np.float64), [X])


def test_what_a_wrong_gradient_looks_like(made: Any) -> None:
    lost = "a value left the graph (.numpy(), .detach(), np.asarray), or a rule gives zeros"
    with pytest.raises(ag.GradientCheckError) as caught:
        gradcheck(lambda x: ag.tanh(x.detach()), [X])
    assert lost in str(caught.value)
    with pytest.raises(ag.GradientCheckError) as caught:
        gradcheck(lambda x: ag.tanh(x.detach()) * x, [X])
    assert lost not in str(caught.value), "only part of the gradient is lost"
    with pytest.raises(ag.GradientCheckError, match="the analytic derivative has the wrong sign"):
        gradcheck(made("turned", lambda x: x * x, vjps={"x": lambda g, x: g * x * -2.0}), [X])


def test_the_map_shows_the_plane_of_the_worst_element(made: Any) -> None:
    factor = np.ones((3, 4, 60))
    factor[1, 2, 55] = 1.01
    op = made("part", lambda x: x * x, vjps={"x": lambda g, x: g * x * 2.0 * factor})
    with pytest.raises(ag.GradientCheckError) as caught:
        gradcheck(op, [np.ones((3, 4, 60))])
    rows = caught.value.report.map.splitlines()
    assert "1 of 720 elements of input 0, float64 (3, 4, 60) wrong, at [1, :, :]" in rows[0]
    assert "rows from 0 and columns from 12 of 4 x 60" in rows[0]
    assert len(rows) == 5
    assert rows[3].split()[55 - 12] == "x"
    assert sum(row.count("x") for row in rows[1:]) == 1


def test_names_of_inputs_are_shown() -> None:
    weight = ag.tensor(X, name="weight")
    with pytest.raises(ag.GradientCheckError, match="elements of input 0 'weight', float64"):
        gradcheck(lambda w: w.detach() * w, [weight])


def _with_custom_vjp(wrong: float = 1.0) -> Any:
    @ag.custom_vjp
    def sine(x: Any) -> Any:
        return ag.sin(x)

    sine.defvjp(lambda x: (ag.sin(x), x), lambda x, g: (g * ag.cos(x) * wrong,))
    return sine


def _with_custom_jvp() -> Any:
    @ag.custom_jvp
    def sine(x: Any) -> Any:
        return ag.sin(x)

    sine.defjvp(lambda primals, tangents: (ag.sin(primals[0]), ag.cos(primals[0]) * tangents[0]))
    return sine


@pytest.mark.parametrize(
    "function",
    [
        _with_custom_vjp(),
        _with_custom_jvp(),
        ag.checkpoint(lambda x: ag.sin(x) * x),
        lambda x: ag.checkpoint(lambda a, b: (a * b, ag.tanh(a)))(x, x * 2.0)[1],
    ],
    ids=["custom_vjp", "custom_jvp", "checkpoint", "checkpoint of two"],
)
def test_rules_for_all_operands_at_once_are_checked(function: Any) -> None:
    x = np.linspace(-2, 2, 5)
    for fast in (False, True):
        assert ag.testing.gradcheck(function, [x], order=2, fast=fast).passed
    assert ag.testing.check_vjp(function, [x])


def test_a_wrong_rule_for_all_operands_is_caught() -> None:
    with pytest.raises(ag.GradientCheckError):
        ag.testing.gradcheck(_with_custom_vjp(1.001), [np.linspace(-2, 2, 5)])


def test_a_shape_rule_that_is_not_the_kernels_is_refused(made: Callable[..., Any]) -> None:
    before = dict(registry)
    bad = Primitive(
        "bad_shape", lambda x: x * 2, "x", shape=lambda x: (7,), vjps={"x": lambda g: g * 2}, diagonal=True
    )
    registry.clear()
    registry.update(before)
    for check in (ag.testing.gradcheck, ag.testing.check_vjp):
        with pytest.raises(
            ag.RuleShapeError, match=r"the shape rule says \(7,\), and the kernel gave \(3,\)"
        ):
            check(bad, [np.ones(3)])
    narrow = made(
        "narrowing",
        lambda x: x.astype(np.float64) * 2,
        vjps={"x": lambda g: g * 2},
        dtype=lambda x: np.float32,
    )
    with pytest.raises(ag.RuleDTypeError, match=r"the dtype rule says float32, and the kernel gave float64"):
        ag.testing.gradcheck(narrow, [np.ones(3)])


def test_a_function_that_draws_numbers_anew_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ag.RangeError, match=r"(?s)gave other values .* fits: random numbers drawn before"):
        gradcheck(lambda x: ag.dropout(x, 0.5, rng, True), [np.ones(30)])
    assert gradcheck(lambda x: ag.dropout(x, 0.5, np.random.default_rng(0), True), [np.ones(30)]).passed


def test_a_dict_is_no_input() -> None:
    with pytest.raises(ag.DTypeError, match=r"(?s)an input is a dict, not numbers.*lambda w, b: loss"):
        gradcheck(lambda tree: tree["w"].sum(), [{"w": np.ones(3)}])  # type: ignore[list-item]
