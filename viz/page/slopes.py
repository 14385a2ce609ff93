"""Elementwise functions: what each computes, and the slope that its gradient rule multiplies dY with.

The expressions are written for readers, in a form that the tests can compute and hold against the rules.
"""

from __future__ import annotations

from collections.abc import Mapping

SLOPES: Mapping[str, tuple[str, str]] = {
    "absolute": ("|X|", "sign(X)"),
    "arccos": ("arccos(X)", "−1 / √(1 − X²)"),
    "arccosh": ("arccosh(X)", "1 / √(X² − 1)"),
    "arcsin": ("arcsin(X)", "1 / √(1 − X²)"),
    "arcsinh": ("arcsinh(X)", "1 / √(X² + 1)"),
    "arctan": ("arctan(X)", "1 / (1 + X²)"),
    "arctanh": ("arctanh(X)", "1 / (1 − X²)"),
    "binary_step": ("1 where X ≥ 0, else 0", "0"),
    "cbrt": ("X^(1/3)", "1 / (3 Y²)"),
    "ceil": ("X, rounded up", "0"),
    "celu": ("X where X > 0, else a × (exp(X / a) − 1)", "1 where X > 0, else exp(X / a)"),
    "cos": ("cos(X)", "−sin(X)"),
    "cosh": ("cosh(X)", "sinh(X)"),
    "elu": ("X where X > 0, else a × (exp(X) − 1)", "1 where X > 0, else Y + a"),
    "erf": ("erf(X)", "2 / √(π) × exp(−X²)"),
    "exp": ("exp(X)", "Y"),
    "exp2": ("2^X", "Y × log(2)"),
    "expm1": ("exp(X) − 1", "Y + 1"),
    "floor": ("X, rounded down", "0"),
    "gelu": ("X × Φ(X)", "Φ(X) + X × φ(X)"),
    "gelu_tanh": (
        "X / 2 × (1 + tanh(√(2 / π) × (X + 0.044715 X³)))",
        "(1 + t) / 2 + X / 2 × (1 − t²) × √(2 / π) × (1 + 0.134145 X²), where t is that tanh",
    ),
    "hard_sigmoid": ("min(max(slope × X + offset, 0), 1)", "slope where 0 < Y < 1, else 0"),
    "hard_swish": ("X × min(max(X + 3, 0), 6) / 6", "X / 3 + 1/2 where |X| < 3, else 1 where X > 0, else 0"),
    "isrlu": ("X where X > 0, else X / √(1 + a X²)", "1 where X > 0, else 1 / √(1 + a X²)³"),
    "isru": ("X / √(1 + a X²)", "1 / √(1 + a X²)³"),
    "leaky_relu": ("X where X ≥ 0, else slope × X", "1 where X ≥ 0, else slope"),
    "log": ("log(X)", "1 / X"),
    "log10": ("log(X) / log(10)", "1 / (X × log(10))"),
    "log1p": ("log(1 + X)", "1 / (1 + X)"),
    "log2": ("log(X) / log(2)", "1 / (X × log(2))"),
    "mish": ("X × tanh(log(1 + exp(X)))", "T + X × σ(X) × (1 − T²), where T is that tanh"),
    "negative": ("−X", "−1"),
    "reciprocal": ("1 / X", "−Y²"),
    "relu6": ("min(max(X, 0), 6)", "1 where 0 < Y < 6, else 0"),
    "round": ("X, rounded", "0"),
    "scaled_tanh": ("1.7159 × tanh(2/3 × X)", "2/3 × (1.7159 − Y² / 1.7159)"),
    "selu": (
        "scale × X where X ≥ 0, else scale × a × (exp(X) − 1)",
        "scale where X ≥ 0, else Y + scale × a",
    ),
    "sigmoid": ("1 / (1 + exp(−X))", "Y × (1 − Y)"),
    "sign": ("the sign of X", "0"),
    "silu": ("X × σ(X)", "σ(X) × (1 + X × (1 − σ(X)))"),
    "sin": ("sin(X)", "cos(X)"),
    "sinh": ("sinh(X)", "cosh(X)"),
    "softplus": ("log(1 + exp(X))", "σ(X)"),
    "softsign": ("X / (1 + |X|)", "1 / (1 + |X|)²"),
    "sqnl": ("X − X × |X| / 4 where |X| < 2, else sign(X)", "1 − |X| / 2 where |X| < 2, else 0"),
    "sqrt": ("√(X)", "1 / (2 Y)"),
    "square": ("X²", "2 X"),
    "tan": ("tan(X)", "1 + Y²"),
    "tanh": ("tanh(X)", "1 − Y²"),
    "trunc": ("X, without its fraction", "0"),
}
"""From an operation's name to Y and the slope; σ is the sigmoid, Φ and φ the normal distribution's."""


def slope_formulas(name: str) -> tuple[str, str] | None:
    """What an elementwise function computes, and what its rule does with dY.

    Examples
    --------
    >>> slope_formulas("tanh")
    ('Y = tanh(X)', 'dX = dY × (1 − Y²)')
    >>> slope_formulas("leaky_relu")[1], slope_formulas("floor")[1]
    ('dX = dY × (1 where X ≥ 0, else slope)', 'dX = 0: the slope is 0 everywhere')
    """
    if name not in SLOPES:
        return None
    value, slope = SLOPES[name]
    if slope == "0":
        return f"Y = {value}", "dX = 0: the slope is 0 everywhere"
    is_simple = slope.isalnum() or (slope[0].isalnum() and slope.endswith(")") and " " not in slope)
    return f"Y = {value}", f"dX = dY × {slope}" if is_simple else f"dX = dY × ({slope})"
