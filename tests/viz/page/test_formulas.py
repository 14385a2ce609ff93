"""The page's formulas: there is one for each operation, and those of one argument are computed and hold."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import autograd_cnn as ag
import autograd_cnn.nn
from autograd_cnn.primitive import registry
from viz.page.formulas import FORMULAS, FUNCTIONS, formulas_of
from viz.page.slopes import SLOPES

UNSEEN = {
    # parts of the rules of powers, entropies, normalisations and srelu: rows name the function around them
    *("even_power", "odd_power", "positive_power", "times_power", "log_of_base", "x_log_x", "log_share"),
    *("normalise_gradient", "normalised_product", "negative_part", "recurrence", "srelu_line"),
}
SETTINGS = {"a": 0.7, "slope": 0.2, "offset": 0.5, "scale": 1.05, "π": math.pi}


def test_each_operation_with_a_rule_has_a_formula():
    lacking = {
        name
        for name, primitive in registry.items()
        if any(primitive.rules.values() if hasattr(primitive.rules, "values") else primitive.rules)
        and formulas_of([name], None) is None
    }
    assert lacking <= UNSEEN
    assert set(registry) >= UNSEEN


def test_tables_name_what_exists():
    assert set(FORMULAS) | set(SLOPES) <= set(registry)
    public = {re.sub(r"[123]d$", "", name) for name in ag.__all__}
    assert set(FUNCTIONS) - {"average"} <= public


def computed(expression: str, x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
    """Compute what a reader would: "1 where X > 0, else a" and so on."""
    first, where, rest = expression.partition(" where ")
    if where:
        condition, _, other = rest.partition(", else ")
        chain = re.fullmatch(r"(.+) < (.+) < (.+)", condition)
        if chain:
            low, middle, high = (computed(part, x, y) for part in chain.groups())
            holds = (low < middle) & (middle < high)
        else:
            left, sign, right = re.split(r" (>|≥|<|=) ", condition)
            pair = computed(left, x, y), computed(right, x, y)
            holds = {">": np.greater, "≥": np.greater_equal, "<": np.less, "=": np.equal}[sign](*pair)
        return np.where(holds, computed(first, x, y), computed(other, x, y))
    text = re.sub(r"\|(\w+)\|", r"abs(\1)", expression)
    for readable, code in (("²", "**2"), ("³", "**3"), ("√", "sqrt"), ("×", "*"), ("−", "-"), ("^", "**")):
        text = text.replace(readable, code)
    text = re.sub(r"\b([\d.]+|a) (?=[XY])", r"\1 * ", text)
    known = {
        "X": x,
        "Y": y,
        "abs": np.abs,
        "min": np.minimum,
        "max": np.maximum,
        "σ": lambda v: 1 / (1 + np.exp(-v)),
        "Φ": lambda v: (1 + np.vectorize(math.erf)(v / math.sqrt(2))) / 2,
        "φ": lambda v: np.exp(-(v**2) / 2) / math.sqrt(2 * math.pi),
        "erf": np.vectorize(math.erf),
        "T": np.tanh(np.log1p(np.exp(x))),
        "t": np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)),
    }
    functions = {name: getattr(np, name) for name in re.findall(r"[a-z]\w+", text) if hasattr(np, name)}
    return np.broadcast_to(eval(text, {**functions, **known, **SETTINGS}), x.shape)


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_are_those_of_the_rules(name):
    value, slope = SLOPES[name]
    points = np.array([1.3, 2.2, 3.7] if name == "arccosh" else [0.15, 0.4, 0.85])
    if name not in (
        "arccosh",
        "sqrt",
        "log",
        "log2",
        "log10",
        "log1p",
        "arcsin",
        "arccos",
        "arctanh",
        "cbrt",
    ):
        kinks = [0.0, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 6.0]
        kinks = kinks[name == "reciprocal" :]  # there is nothing at 0
        points = np.concatenate([points, -points, [4.3, -4.3, 7.5], kinks])
    wanted = {
        "celu": {"a": 0.7},
        "elu": {"a": 0.7},
        "isru": {"a": 0.7},
        "isrlu": {"a": 0.7},
        "selu": {"scale": 1.05, "a": 0.7},
        "leaky_relu": {"slope": 0.2},
        "hard_sigmoid": {"slope": 0.2, "offset": 0.5},
    }.get(name, {})

    def function(x):
        return ag.gelu(x, approximate=True) if name == "gelu_tanh" else getattr(ag, name)(x, **wanted)

    y, dx = ag.value_and_grad(lambda x: function(x).sum())(ag.tensor(points, requires_grad=True))
    y = function(ag.tensor(points)).numpy()
    if "rounded" not in value and "sign of" not in value and "fraction" not in value:
        np.testing.assert_allclose(computed(value, points), y, rtol=1e-12, atol=1e-12)
    text = re.split(", where [tT] is", slope)[0]
    np.testing.assert_allclose(computed(text, points, y), dx.numpy(), rtol=1e-9, atol=1e-12)


def test_functions_of_several_operations_have_their_own():
    assert formulas_of(["sum", "divide"], "adaptive_avg_pool2d") == FUNCTIONS["average"]
    assert formulas_of(["normalise"], "batch_norm") == FUNCTIONS["batch_norm"]
    assert formulas_of(["window_sum", "divide"], "avg_pool3d") == FUNCTIONS["average"]
    assert formulas_of(["add_along"], "max_unpool1d") == FUNCTIONS["max_unpool"]
    assert formulas_of(["relu_gate"], None)[0] == "Z = G × the slope of relu at X"
    assert formulas_of(["sin", "cos"], "mine") is None
