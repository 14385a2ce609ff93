"""check_vjp, check_jvp, check_adjoint, and the typed errors of rules that give no cotangent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.primitive import Primitive, registry
from autograd_cnn.testing import check_adjoint, check_jvp, check_vjp

X = np.linspace(0.4, 1.6, 6).reshape(2, 3)


@pytest.fixture
def square() -> Iterator[Callable[..., Any]]:
    """Make a primitive x * x with rules of the test's choice."""
    before = dict(registry)
    yield lambda **rules: Primitive("squared", lambda x: x * x, "x", shape=lambda x: x.shape, **rules)
    registry.clear()
    registry.update(before)


def test_right_rules_pass() -> None:
    for check in (check_vjp, check_jvp):
        report = check(lambda x, w: ag.softmax(x @ w), [X, X.T])
        assert report.passed
        assert report.checked == 12
    assert check_vjp(ag.tanh, [X]).mode == "reverse"
    assert check_jvp(ag.tanh, [X], order=2).mode == "forward"


GIVEN = {
    "two": (
        lambda g, x: (g * x, g * x),
        ag.RuleNumberError,
        "squared: the gradient rule of 'x' gave 2 values in a tuple\n  x: {x}\n"
        "  fits: one cotangent of shape (2, 3)",
    ),
    "none": (
        lambda g, x: None,
        ag.RuleNumberError,
        "squared: the gradient rule of 'x' gave None, which is no array\n",
    ),
    "shape": (
        lambda g, x: g.reshape(3, 2),
        ag.RuleShapeError,
        "squared: the gradient rule of 'x' gave shape (3, 2)\n  x: {x}\n  cotangent: float64 (3, 2)\n",
    ),
    "dtype": (
        lambda g, x: (g * x * 2.0).astype("int64"),
        ag.RuleDTypeError,
        "squared: the gradient rule of 'x' gave int64 numbers\n  x: {x}\n  cotangent: int64 (2, 3)\n",
    ),
    "half": (
        lambda g, x: (g * x * 2.0).astype("float32"),
        ag.RuleDTypeError,
        "squared: the gradient rule of 'x' gave float32 numbers\n",
    ),
}


@pytest.mark.parametrize("what", GIVEN)
def test_what_is_no_cotangent_has_an_error_of_its_own(square: Any, what: str) -> None:
    rule, error, text = GIVEN[what]
    op = square(vjps={"x": rule})
    expected = text.format(x="float64 (2, 3)")
    with pytest.raises(error) as caught:
        check_vjp(op, [X])
    assert expected in str(caught.value)
    assert isinstance(caught.value, ag.RuleError)
    x = ag.tensor(X, requires_grad=True)
    line = op(x)  # the error names this line, where the op ran
    for create_graph in (False, True):
        with pytest.raises(error) as caught:
            ag.gradients(line, x, np.ones((2, 3)), create_graph)
        assert expected in str(caught.value)
        assert "line = op(x)" in str(caught.value)


def test_a_rule_that_widens_float32_is_refused_by_check_vjp(square: Any) -> None:
    op = square(vjps={"x": lambda g, x: g * x * np.full(3, 2.0)})
    x = ag.tensor(X.astype(np.float32), requires_grad=True)
    assert ag.gradients(op(x).sum(), x)[0].dtype == np.float32, "a sweep casts"
    with pytest.raises(ag.RuleDTypeError, match="gave float64 numbers"):
        check_vjp(op, [X])


FORWARD = {
    "two": (
        lambda t, x: (t, t),
        ag.RuleNumberError,
        "squared: the forward rule of 'x' gave 2 values in a tuple\n",
    ),
    "none": (
        lambda t, x: None,
        ag.RuleNumberError,
        "squared: the forward rule of 'x' gave None, which is no Tensor",
    ),
    "shape": (lambda t, x: t.reshape(3, 2), ag.RuleShapeError, "the forward rule of 'x' gave shape (3, 2)\n"),
    "dtype": (
        lambda t, x: t.astype("int64"),
        ag.RuleDTypeError,
        "the forward rule of 'x' gave int64 numbers\n",
    ),
}


@pytest.mark.parametrize("what", FORWARD)
def test_what_is_no_tangent_has_an_error_of_its_own(square: Any, what: str) -> None:
    rule, error, text = FORWARD[what]
    op = square(vjps={"x": lambda g, x: g * x * 2.0}, jvps={"x": rule})
    for run in (lambda: check_jvp(op, [X]), lambda: ag.jvp(op, [ag.tensor(X)], [X])):
        with pytest.raises(error) as caught:
            run()
        assert text in str(caught.value)


def test_a_recorded_gradient_that_differs_is_caught(square: Any) -> None:
    op = square(vjps={"x": lambda g, x: g * x * (2.0 if isinstance(x, np.ndarray) else 2.5)})
    with pytest.raises(
        ag.GradientCheckError, match=r"(?s)differs by .* when it is recorded.*fits: a rule made of"
    ):
        check_vjp(op, [X])


def test_functions_of_float64_alone_are_not_tried_in_float32() -> None:
    def picky(x: Any) -> Any:
        if x.dtype != np.float64:
            raise ag.DTypeError("picky", "float64 only", fits="float64")
        return x * x

    assert check_vjp(picky, [X]).notes == ("not checked in float32: float64 only",)


def test_adjoints_of_linear_primitives_of_any_kind() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((3, 4)), rng.standard_normal((4, 2))
    assert check_adjoint(registry["matmul"], [a, b]).tried == 2
    assert check_adjoint(registry["multiply"], [a, a[0]]).passed
    assert check_adjoint(registry["select"], [a > 0, a, a]).tried == 2
    settings = {"axis": 0, "sizes": (3, 3, 3)}
    assert check_adjoint(registry["concatenate"], [a, a, a], settings=settings).tried == 3
    report = check_adjoint(registry["reshape"], [a], settings={"source": (3, 4), "target": (12,)})
    assert report.error <= report.allowed
    assert "1 input tried" in str(report)


def test_adjoints_of_functions() -> None:
    assert check_adjoint(
        lambda x: ag.max_pool2d(ag.conv2d(x, np.ones((1, 1, 2, 2))), 2),
        [np.random.default_rng(0).random((1, 1, 7, 7))],
    ).passed
    assert check_adjoint(ag.tanh, [X]).passed


def test_a_wrong_transpose_is_shown_with_both_products(square: Any) -> None:
    turned = Primitive(
        "turned",
        lambda x: x[..., ::-1] * 2.0,
        "x",
        shape=lambda x: x.shape,
        transposes={"x": lambda g: g * 2.0},
    )
    for what in (turned, lambda x: turned(x)):
        with pytest.raises(ag.GradientCheckError) as caught:
            check_adjoint(what, [X])
        text = str(caught.value)
        assert text.startswith("check_adjoint: input 0: <A x, y> = ")
        assert "fits: the transpose of the forward map, to rounding" in text
        assert caught.value.report.input == 0


def test_adjoint_checks_refuse_what_they_cannot_check() -> None:
    with pytest.raises(ag.DTypeError, match="check_adjoint: no input is floating"):
        check_adjoint(ag.tanh, [np.arange(3)])
    with pytest.raises(ag.RangeError, match="settings are for a Primitive that is linear"):
        check_adjoint(ag.tanh, [X], settings={"axis": 0})


@pytest.mark.parametrize(
    ("rule", "error"),
    [(lambda g: None, ag.RuleNumberError), (lambda g: g.reshape(3, 2), ag.RuleShapeError)],
)
def test_transposes_that_give_no_cotangent(square: Any, rule: Any, error: Any) -> None:
    op = Primitive("same", lambda x: x + 0.0, "x", shape=lambda x: x.shape, transposes={"x": rule})
    with pytest.raises(error, match="same: the transpose of 'x' gave"):
        check_adjoint(op, [X])
