"""The gradient check itself: it must catch rules that are wrong by a little, somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.primitive import Primitive, registry
from autograd_cnn.testing import CheckReport, GradientMismatch

X = np.linspace(0.4, 1.6, 6).reshape(2, 3)


@pytest.fixture
def cube() -> Iterator[Callable[[Any], Any]]:
    """Make a primitive x**3 with a rule of the test's choice."""
    before = dict(registry)

    def with_rule(rule: Callable[..., Any]) -> Any:
        return Primitive("cube", lambda x: x * x * x, "x", shape=lambda x: x.shape, vjps={"x": rule})

    yield with_rule
    registry.clear()
    registry.update(before)


def in_one_element(error: float) -> Callable[..., Any]:
    factor = np.ones((2, 3))
    factor[1, 2] += error
    return lambda g, x: g * x * x * 3.0 * factor


def test_a_right_rule_passes(cube: Any) -> None:
    report = ag.testing.gradcheck(cube(lambda g, x: g * x * x * 3.0), [X], order=2)
    assert report.passed
    assert (report.order, report.input, report.checked, report.verdict) == (2, 0, 6, "passed")
    assert report.error <= report.allowed
    assert report.notes == ("forward mode was not checked: cube has no forward rule",)


@pytest.mark.parametrize("error", [1e-3, -1e-3, 2e-4])
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_a_rule_wrong_by_a_thousandth_is_caught(cube: Any, error: float, scale: float) -> None:
    op = cube(lambda g, x: g * x * x * 3.0 * (1 + error))
    with pytest.raises(GradientMismatch) as caught:
        ag.testing.gradcheck(op, [X * scale])
    report = caught.value.report
    assert report.analytic / report.numeric == pytest.approx(1 + error, rel=1e-6)


def test_one_wrong_element_is_named(cube: Any) -> None:
    with pytest.raises(
        GradientMismatch, match=r"order 1, input 0, element \(1, 2\): analytic .*, numeric"
    ) as e:
        ag.testing.gradcheck(cube(in_one_element(0.001)), [X])
    report = e.value.report
    assert not report.passed
    assert report.element == (1, 2)
    assert report.numeric == pytest.approx(report.analytic / 1.001, rel=1e-6)
    assert report.error == pytest.approx(abs(report.analytic - report.numeric))
    assert report.allowed == pytest.approx(1e-6 + 1e-4 * abs(report.numeric))
    text = str(e.value)
    assert report.map.endswith("not differentiable, ? no number):\n    . . .\n    . . x")
    assert report.map in text
    assert "derivative of: output 0, element (1, 2)" in text
    assert text.endswith(f"at {e.value.line}")
    assert e.value.line.file == __file__
    assert isinstance(e.value, AssertionError)


def test_the_wrong_input_is_named() -> None:
    """A detached operand looks constant to the rules, and moves with the differences."""
    with pytest.raises(GradientMismatch, match="input 1, element"):
        ag.testing.gradcheck(lambda x, y: x * y.detach(), [X, X + 1.0])


def test_a_gradient_that_is_right_but_cannot_be_differentiated_again_is_caught(cube: Any) -> None:
    op = cube(lambda g, x: g * (x.numpy() if isinstance(x, ag.Tensor) else x) ** 2 * 3.0)
    assert ag.testing.gradcheck(op, [X], order=1).passed
    with pytest.raises(GradientMismatch, match="order 2, input 0"):
        ag.testing.gradcheck(op, [X], order=2)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_gradients_that_are_no_numbers_are_caught(cube: Any, wrong: float) -> None:
    with pytest.raises(GradientMismatch, match="element"):
        ag.testing.gradcheck(cube(lambda g, x: g * x * wrong), [X])


def test_a_lost_gradient_is_caught() -> None:
    with pytest.raises(GradientMismatch, match=r"analytic 0,|analytic 0"):
        ag.testing.gradcheck(lambda x: ag.tanh(x.detach()), [X])


def test_float32_inputs_are_checked_in_float64() -> None:
    assert ag.testing.gradcheck(lambda x: x * x, [X.astype(np.float32)]).passed


def test_float32_outputs_are_refused() -> None:
    with pytest.raises(
        ag.DTypeError, match=r"(?s)an output is float32.*output: float32 \(2, 3\)\n  fits: float64"
    ):
        ag.testing.gradcheck(lambda x: x.astype(np.float32), [X])


def test_integers_and_booleans_are_constants() -> None:
    report = ag.testing.gradcheck(lambda c, x, k: ag.where(c, x * k, x), [X > 1, X, np.arange(3)], order=2)
    assert report.input == 1
    assert report.checked == 6
    with pytest.raises(ag.DTypeError, match="no output is floating, so there is nothing to check"):
        ag.testing.gradcheck(lambda x: x > 1.0, [X])
    with pytest.raises(ag.DTypeError, match="no input is floating"):
        ag.testing.gradcheck(lambda x: x, [np.arange(3)])


def test_several_outputs_are_joined() -> None:
    assert ag.testing.gradcheck(lambda x: (x * x, ag.exp(x), x > 1), [X], order=2).passed
    with pytest.raises(GradientMismatch):
        ag.testing.gradcheck(lambda x: (x * x, x.detach() * 3.0), [X])


def test_tensors_are_taken_and_left_as_they_are() -> None:
    x = ag.tensor(X, requires_grad=True, name="x")
    assert ag.testing.gradcheck(lambda t: t * t, [x]).passed
    assert x.grad is None
    np.testing.assert_array_equal(x.numpy(), X)


def test_empty_inputs_have_nothing_to_disagree() -> None:
    report = ag.testing.gradcheck(lambda x: x * x, [np.zeros((0, 3))])
    assert report.passed
    assert report.checked == 0


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ({"modes": ("backward",)}, r"(?s)modes=\('backward',\).*fits: some of \('reverse', 'forward'\)"),
        ({"modes": "reverse"}, "modes='reverse' is not supported"),
        ({"modes": ()}, r"modes=\(\) is not supported"),
        ({"method": "exact"}, r"(?s)method='exact' is not supported.*fits: one of \('auto', 'central'"),
    ],
)
def test_other_settings_are_refused(setting: Any, text: str) -> None:
    with pytest.raises(ag.RangeError, match=text):
        ag.testing.gradcheck(lambda x: x, [X], **setting)


@pytest.mark.parametrize("order", [0, 3])
def test_other_orders_are_refused(order: int) -> None:
    with pytest.raises(ag.RangeError, match=f"(?s)order={order} is not supported.*fits: 1 or 2"):
        ag.testing.gradcheck(lambda x: x, [X], order=order)


def test_the_same_seed_gives_the_same_report() -> None:
    reports = [ag.testing.gradcheck(ag.tanh, [X], seed=seed, fast=True) for seed in (3, 3, 4)]
    assert reports[0] == reports[1]
    assert reports[0] != reports[2]


def test_a_report_reads_as_one_line() -> None:
    report = CheckReport(True, 1, 0, (1, 2), 2.0, 2.0000001, 1e-7, 1e-3, 6)
    assert str(report) == (
        "order 1, input 0, element (1, 2): analytic 2, numeric 2.0000001, error 1e-07 (allowed 0.001)"
    )


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("size", [1e-200, 1e-12, 1e-7, 1e9])
def test_wrong_rules_of_functions_of_any_size_are_caught(size: float, fast: bool) -> None:
    x = np.linspace(-1, 1, 5)
    report = ag.testing.gradcheck(lambda x: ag.exp(x) * ag.sin(x) * size, [x], order=2, fast=fast)
    assert report.passed
    assert any("outputs were multiplied" in note for note in report.notes) == (size < 1)
    with pytest.raises(GradientMismatch):
        ag.testing.gradcheck(lambda x: (ag.exp(x) + x * 0.01 - x.detach() * 0.01) * size, [x], fast=fast)
    kinked = ag.testing.gradcheck(lambda x: ag.relu(x) * size, [x])
    assert [kink.element for kink in kinked.kinks] == [(2,)]


def test_rounding_around_a_derivative_of_zero_is_not_magnified() -> None:
    x = np.random.default_rng(0).standard_normal((4, 3))
    for function in (lambda x: ag.batch_norm(x).sum(), lambda x: ag.softmax(x).sum()):
        assert ag.testing.gradcheck(function, [x], order=2).verdict == "passed"
