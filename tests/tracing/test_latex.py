"""Formulas of scalar graphs, and of their derivatives."""

import pytest

import autograd_cnn as ag


def formula(fn, *examples) -> str:
    return ag.trace(fn, *(examples or (1.0,))).to_latex()


@pytest.mark.parametrize(
    ("fn", "text"),
    [
        (lambda x: x * x, "x^{2}"),
        (lambda x: x + x, r"2 \, x"),
        (lambda x: 2.0 * x - 1.0, r"2 \, x - 1"),
        (lambda x: x * 2.0, r"2 \, x"),
        (lambda x: -(x - 1.0), r"-\left(x - 1\right)"),
        (lambda x: 1.0 - (x - 2.0), r"1 - \left(x - 2\right)"),
        (lambda x: (x + 1.0) * (x - 1.0), r"\left(x + 1\right) \, \left(x - 1\right)"),
        (lambda x: (x + 1.0) ** 3, r"\left(x + 1\right)^{3}"),
        (lambda x: (-x) ** 2, r"\left(-x\right)^{2}"),
        (lambda x: -(x**2), "-x^{2}"),
        (lambda x: x**-1.5, "x^{-1.5}"),
        (lambda x: -x * -x, "x^{2}"),
        (lambda x: x / (1.0 + x), r"\frac{x}{1 + x}"),
        (lambda x: x / (1.0 + x) / x, r"\frac{x}{\left(1 + x\right) \, x}"),
        (lambda x: ag.exp(-x), "e^{-x}"),
        (lambda x: ag.exp(x) ** 2, r"\left(e^{x}\right)^{2}"),
        (lambda x: ag.sigmoid(2.0 * x), r"\sigma\left(2 \, x\right)"),
        (lambda x: ag.sqrt(x + 1.0), r"\sqrt{x + 1}"),
        (lambda x: abs(x - 1.0), r"\left|x - 1\right|"),
        (lambda x: ag.log1p(x), r"\ln\left(1 + x\right)"),
        (lambda x: ag.maximum(x, 0.0), r"\max\left(x, 0\right)"),
        (lambda x: x * 1e-9, r"1 \cdot 10^{-9} \, x"),
        (lambda x: (x, 2), r"\left(x, 2\right)"),
    ],
)
def test_formulas(fn, text) -> None:
    assert formula(fn) == text


@pytest.mark.parametrize(
    ("fn", "text"),
    [
        (lambda x: x * x, r"2 \, x"),
        (lambda x: ag.sin(x), r"\cos\left(x\right)"),
        (lambda x: x**3, r"3 \, x^{2}"),
        (lambda x: ag.log(1.0 + x * x), r"\frac{2 \, x}{1 + x^{2}}"),
        (lambda x: ag.exp(x * 2.0), r"2 \, e^{2 \, x}"),
    ],
)
def test_derivatives(fn, text) -> None:
    assert ag.trace(ag.grad(fn), 1.0).simplify().to_latex() == text
    assert ag.trace(fn, 1.0).gradient().simplify().to_latex() == text


def test_names() -> None:
    graph = ag.trace(lambda theta, w_1, rate: theta * w_1 + rate, 1.0, 1.0, 1.0)
    assert graph.to_latex() == r"\theta \, w_{1} + \mathrm{rate}"


def test_long_values_used_twice_get_a_letter() -> None:
    def fn(x):
        inner = ag.sigmoid(x * 3.0) + ag.exp(-x)
        return ag.sin(inner) * ag.cos(inner)

    rows = formula(fn).splitlines()
    assert rows[0] == r"\begin{aligned}"
    assert rows[1] == r"u_{1} &= \sigma\left(3 \, x\right) + e^{-x} \\"
    assert rows[2] == r"y &= \sin\left(u_{1}\right) \, \cos\left(u_{1}\right)"


def test_doubling_does_not_blow_up() -> None:
    def fn(x):
        for _ in range(60):
            x = ag.sin(x) * ag.cos(x)
        return x

    assert len(formula(fn)) < 60 * 200


def test_no_formula() -> None:
    with pytest.raises(ag.GraphError, match="to_latex: only single numbers have a formula"):
        formula(lambda x: x * 2.0, ag.Abstract((2,)))
    with pytest.raises(ag.GraphError, match="to_latex: softmax has no formula"):
        formula(lambda x: ag.softmax(x), ag.Abstract((1,)))


@pytest.mark.parametrize("function", [lambda x: x.sum(), lambda x: x.mean(), lambda x: x.sum() * 2.0])
def test_a_number_made_of_an_array_has_no_formula(function) -> None:
    graph = ag.trace(function, ag.Abstract((3,)))
    with pytest.raises(ag.GraphError, match="only single numbers have a formula"):
        graph.to_latex()
