"""Points without a derivative are told from wrong rules, and can be stepped away from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.testing import NonDifferentiable, finite_differences, gradcheck


def test_a_kink_is_reported_and_the_rest_is_checked() -> None:
    report = gradcheck(ag.relu, [np.array([1.0, 0.0, -2.0])])
    assert report.passed
    assert report.verdict == "NON-DIFFERENTIABLE"
    assert report.checked == 2
    (kink,) = report.kinks
    assert (kink.input, kink.element, kink.kind, kink.analytic) == (0, (1,), "kink", 0.0)
    assert (kink.left, kink.right) == pytest.approx((0.0, 1.0))
    assert "NON-DIFFERENTIABLE at 1 element, not compared:" in str(report)
    assert "element (1,): a kink or tie, slope 0 on the left, 1 on the right, the rules give 0" in str(report)


def test_a_wrong_rule_is_still_found_beside_a_kink() -> None:
    with pytest.raises(ag.GradientCheckError, match=r"element \(0,\): analytic 0, numeric 1") as caught:
        gradcheck(lambda x: ag.relu(x) * np.array([0.0, 1.0]) + x.detach(), [np.array([1.0, 0.0])])
    assert caught.value.report.map.endswith("    x ~")


def test_a_kink_nearer_than_the_step_counts() -> None:
    report = gradcheck(ag.relu, [np.array([3e-7, 1.0, -2e-8])])
    assert [k.element for k in report.kinks] == [(0,), (2,)]


@pytest.mark.parametrize("ties", ["first", "last", "split"])
def test_ties_of_a_maximum_are_kinks_whatever_the_policy(ties: Any) -> None:
    report = gradcheck(lambda x: ag.max(x, ties=ties), [np.array([2.0, 2.0, 1.0])])
    assert [k.element for k in report.kinks] == [(0,), (1,)]
    assert report.checked == 1


def test_a_tie_inside_a_pooling_window_names_both_cells() -> None:
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    x[0, 0, 0, 1] = x[0, 0, 1, 0] = 9.0
    report = gradcheck(lambda t: ag.max_pool2d(t, 2), [x])
    assert [k.element for k in report.kinks] == [(0, 0, 0, 1), (0, 0, 1, 0)]


def test_jumps_and_edges_of_the_domain() -> None:
    (jump,) = gradcheck(ag.floor, [np.array([1.0, 0.5])]).kinks
    assert jump.kind == "jump"
    (edge,) = gradcheck(ag.sqrt, [np.array([0.0, 4.0])]).kinks
    assert edge.kind == "edge"
    assert "an edge of the domain, slope nan on the left" in str(edge)
    report = gradcheck(ag.log, [np.array([0.0, 4.0])])
    assert report.kinks[0].kind == "edge"
    assert "1 of 2 output elements are not finite, left out" in report.notes


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (lambda x: x * x * 1e3, 0.0),  # a minimum: slopes of both signs, and a curve
        (lambda x: ag.sin(x * 50.0), np.pi / 100),
        (lambda x: ag.exp(x * 20.0), 1.0),
        (lambda x: x * 1e-3 + 1e6, 1.0),  # rounding of a large value
    ],
)
def test_curves_and_rounding_are_no_kinks(function: Any, point: float) -> None:
    assert gradcheck(function, [np.array([point])], method="central", atol=1e-3).kinks == ()


def test_nothing_but_kinks_is_no_pass() -> None:
    report = gradcheck(ag.relu, [np.zeros(3)])
    assert not report.passed
    assert not report
    assert (report.verdict, report.checked) == ("NON-DIFFERENTIABLE", 0)


def test_dodging_moves_away_from_kinks() -> None:
    given = np.zeros(3)
    report = gradcheck(ag.relu, [given], dodge=True, order=2)
    assert report.verdict == "passed"
    assert report.checked == 3
    assert "inputs were moved away from kinks, 1 time" in report.notes
    assert not given.any(), "the caller's array must stay as it is"
    report = gradcheck(lambda x: ag.max_pool2d(x, 2), [np.ones((1, 1, 4, 4))], dodge=True)
    assert report.verdict == "passed"


def test_dodging_in_vain_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finite_differences, "_step_aside", lambda *_: None)
    report = gradcheck(ag.relu, [np.zeros(2)], dodge=True)
    assert len(report.kinks) == 2
    assert report.notes[-1] == "inputs were moved away from kinks, 10 times, in vain"


def test_joined_outputs_are_named_as_joined() -> None:
    """Above 256 outputs a row is a random mixture; a kink's message must not pass that off as one."""
    report = gradcheck(ag.relu, [np.linspace(-1.0, 1.0, 301)])
    assert report.kinks == (
        NonDifferentiable(0, (150,), "kink", report.kinks[0].left, report.kinks[0].right),
    )
    assert "the rules give" not in str(report.kinks[0])
    assert "joined by random weights" in report.output


def test_many_kinks_are_counted() -> None:
    text = str(gradcheck(ag.relu, [np.array([0.0] * 7 + [1.0])]))
    assert "    and 3 more; dodge=True moves away from them" in text
