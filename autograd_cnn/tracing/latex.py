"""A captured program of single numbers as a formula in LaTeX.

Formulas are put together entry by entry, so long programs need no recursion. A value's formula stands where
it is used; one that is long and used more than once, or very long, gets a letter of its own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from autograd_cnn._program.entries import Entry, Fixed, Operand, Program
from autograd_cnn.errors import GraphError

SHORT, LONGEST = 24, 400  # characters: up to SHORT a value is repeated, beyond LONGEST it is named
SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a formula holds together
THROUGH = ("alias", "identity", "cast", "convert", "reshape", "expand", "sum", "transpose")
FUNCTIONS = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan")
NAMED = {
    "sign": "sgn",
    "erf": "erf",
    "relu": "ReLU",
    "softplus": "softplus",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "arcsinh": "arsinh",
    "arccosh": "arcosh",
    "arctanh": "artanh",
    "softsign": "softsign",
    "log_of_base": "ln",
}
GREEK_LETTERS = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi
    chi psi omega
"""
GREEK = frozenset(GREEK_LETTERS.split())


class Formula(NamedTuple):
    """Text without its sign, how tightly it holds together, and what it is made of.

    ``number`` is the number that it is; ``fraction`` its numerator and denominator; ``terms`` what a sum
    began with, and its last term.
    """

    text: str
    binds: int = ATOM
    minus: bool = False
    number: float | None = None
    fraction: tuple[Any, Any] | None = None
    terms: tuple[Any, Any] | None = None

    @property
    def shown(self) -> str:
        """The text with its sign."""
        return f"-{self.text}" if self.minus else self.text

    @property
    def size(self) -> Formula:
        """The formula without its sign."""
        return self._replace(minus=False, number=None if self.number is None else abs(self.number))


def _in(formula: Formula, least: int) -> str:
    """Write a formula where one that binds less tightly needs parentheses."""
    fits = formula.binds >= least and not formula.minus
    return formula.text if fits else rf"\left({formula.shown}\right)"


def _number(number: float) -> Formula:
    minus = math.copysign(1.0, number) < 0
    size = abs(number)
    if math.isnan(number) or math.isinf(number):
        return Formula(r"\infty" if math.isinf(number) else r"\mathrm{NaN}", ATOM, minus, number)
    text = f"{size:.9g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return Formula(rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT, minus, number)
    return Formula(text, ATOM, minus, number)


def _negative(x: Formula) -> Formula:
    if x.binds == SUM:
        return Formula(_in(x, PRODUCT), ATOM, True)
    return x._replace(minus=not x.minus, number=None if x.number is None else -x.number)


def _sum(x: Formula, y: Formula) -> Formula:
    if x.number == 0:
        return y
    if y.number == 0:
        return x
    if x.number is not None and y.number is not None:
        return _number(x.number + y.number)
    if x.terms is not None and x.terms[1].number is not None and y.number is not None:
        return _sum(x.terms[0], _sum(x.terms[1], y))
    if x == y:
        return _product(_number(2.0), x)
    if x.terms is not None and x.terms[1] == y:
        return _sum(x.terms[0], _product(_number(2.0), y))
    if x.minus and not y.minus and y.binds > SUM:
        x, y = y, x
    sign, second = ("-", _in(y.size, PRODUCT)) if y.minus else ("+", y.text)
    return Formula(f"{x.shown} {sign} {second}", SUM, terms=(x, y))


def _difference(x: Formula, y: Formula) -> Formula:
    return _sum(x, _negative(y))


def _product(x: Formula, y: Formula) -> Formula:
    minus = x.minus != y.minus
    x, y = x.size, y.size
    if x.number is not None and y.number is not None:
        return _number(-x.number * y.number if minus else x.number * y.number)
    if x.number == 1 or y.number == 1:
        only = y if x.number == 1 else x
        return _negative(only) if minus else only
    if x.fraction is not None or y.fraction is not None:
        (a, b), (c, d) = (f.fraction or (f, ONE) for f in (x, y))
        whole = _quotient(_product(a, c), _product(b, d))
        return _negative(whole) if minus else whole
    if x.text == y.text and x.number is None:
        return _power(x, TWO)._replace(minus=minus)
    if y.number is not None and x.number is None:
        x, y = y, x  # numbers stand in front
    dot = r" \cdot " if y.text[0].isdigit() else r" \, "
    return Formula(f"{_in(x, PRODUCT)}{dot}{_in(y, PRODUCT)}", PRODUCT, minus)


def _quotient(x: Formula, y: Formula) -> Formula:
    minus = x.minus != y.minus
    x, y = x.size, y.size
    if y.number == 1:
        return _negative(x) if minus else x
    if x.fraction is not None or y.fraction is not None:
        (a, b), (c, d) = (f.fraction or (f, ONE) for f in (x, y))
        x, y = _product(a, d), _product(b, c)
    return Formula(rf"\frac{{{x.text}}}{{{y.text}}}", PRODUCT, minus, fraction=(x, y))


def _power(x: Formula, y: Formula) -> Formula:
    if y.number == 1:
        return x
    if y.number == 0.5:
        return _call(r"\sqrt")(x)
    return Formula(f"{_in(x, ATOM)}^{{{y.shown}}}", POWER)


def _call(name: str) -> Callable[..., Formula]:
    """Give the writer of a function of one argument."""
    if name == r"\sqrt":
        return lambda x: Formula(rf"\sqrt{{{x.shown}}}")
    return lambda x: Formula(rf"{name}\left({x.shown}\right)")


def _named(name: str) -> Callable[..., Formula]:
    return _call(rf"\operatorname{{{name}}}")


def _between(left: str, right: str) -> Callable[..., Formula]:
    return lambda x: Formula(rf"\left{left}{x.shown}\right{right}")


def _of_two(name: str) -> Callable[..., Formula]:
    return lambda x, y: Formula(rf"{name}\left({x.shown}, {y.shown}\right)")


def _relation(sign: str) -> Callable[..., Formula]:
    return lambda x, y: Formula(f"{x.shown} {sign} {y.shown}", SUM - 1)


def _cases(condition: Formula, x: Formula, y: Formula) -> Formula:
    return Formula(
        rf"\begin{{cases}} {x.shown} & \text{{if }} {condition.shown} \\ {y.shown} & \text{{otherwise}}"
        r" \end{cases}",
        SUM - 1,
    )


def _where_positive(g: Formula, y: Formula) -> Formula:
    return _product(g, Formula(rf"\left[{y.shown} > 0\right]"))


def _sigmoid_gate(g: Formula, out: Formula) -> Formula:
    return _product(g, _product(out, _difference(ONE, out)))


def _gate(name: str) -> Callable[..., Formula]:
    """Give the writer of a derivative that is an operation of its own: g f'(x)."""
    return lambda g, x: _product(g, _named(f"{name}'")(x))


def _exponential(base: str) -> Callable[..., Formula]:
    return lambda x: Formula(f"{base}^{{{x.shown}}}", POWER)


def _through(x: Formula) -> Formula:
    return x


ONE, TWO = _number(1.0), _number(2.0)
WRITERS: Mapping[str, Callable[..., Formula]] = {
    **dict.fromkeys(THROUGH, _through),
    "add": _sum,
    "subtract": _difference,
    "multiply": _product,
    "divide": _quotient,
    "negative": _negative,
    "power": _power,
    "square": lambda x: _power(x, TWO),
    "reciprocal": lambda x: _quotient(ONE, x),
    "exp": _exponential("e"),
    "exp2": _exponential("2"),
    "sqrt": _call(r"\sqrt"),
    "cbrt": lambda x: Formula(rf"\sqrt[3]{{{x.shown}}}"),
    "absolute": _between("|", "|"),
    "floor": _between(r"\lfloor ", r"\rfloor "),
    "ceil": _between(r"\lceil ", r"\rceil "),
    "sigmoid": _call(r"\sigma"),
    "log": _call(r"\ln"),
    "log2": _call(r"\log_{2}"),
    "log10": _call(r"\log_{10}"),
    "log1p": lambda x: _call(r"\ln")(_sum(ONE, x)),
    "expm1": lambda x: _difference(_exponential("e")(x), ONE),
    **{name: _call(rf"\{name}") for name in FUNCTIONS},
    **{name: _named(shown) for name, shown in NAMED.items()},
    "maximum": _of_two(r"\max"),
    "minimum": _of_two(r"\min"),
    "hypot": lambda x, y: _call(r"\sqrt")(_sum(_power(x, TWO), _power(y, TWO))),
    "select": _cases,
    "relu_gate": _where_positive,
    "sigmoid_gate": _sigmoid_gate,
    "silu_gate": _gate("SiLU"),
    "mish_gate": _gate("Mish"),
    "gelu_gate": _gate("GELU"),
    "softsign_gate": _gate("softsign"),
    "equal": _relation("="),
    "not_equal": _relation(r"\neq"),
    "less": _relation("<"),
    "less_equal": _relation(r"\leq"),
    "greater": _relation(">"),
    "greater_equal": _relation(r"\geq"),
}


def latex(program: Program) -> str:
    """Write a program's results as formulas."""
    uses = Counter(v for entry in program.entries for v in entry.inputs if isinstance(v, str))
    uses.update(program.gives.names)
    known: dict[str, Formula] = {}
    for value in program.inputs:
        known[value.name] = Formula(symbol(value.name))
    for constant in program.constants:
        if constant.array.size != 1:
            known[constant.name] = Formula(symbol(constant.name))
            continue
        known[constant.name] = _number(float(constant.array.item()))
    arrays = {value.name for value in program.inputs if any(n != 1 for n in value.shape)}
    arrays |= {constant.name for constant in program.constants if constant.array.size != 1}
    rows: list[str] = []
    last = program.entries[-1].name if program.entries else ""
    for entry in program.entries:
        formula = _written(entry, known, arrays)
        length = len(formula.text)
        if entry.name != last and (length > LONGEST or (length > SHORT and uses[entry.name] > 1)):
            letter = f"u_{{{len(rows) + 1}}}"
            rows.append(f"{letter} &= {formula.shown}")
            formula = Formula(letter)
        known[entry.name] = formula
    texts = [known[leaf].shown if isinstance(leaf, str) else _fixed(leaf) for leaf in program.gives.leaves]
    result = texts[0] if len(texts) == 1 else rf"\left({', '.join(texts)}\right)"
    if not rows:
        return result
    return "\n".join(
        [r"\begin{aligned}", *(rf"{row} \\" for row in rows), f"y &= {result}", r"\end{aligned}"]
    )


def _fixed(leaf: Fixed) -> str:
    number = leaf.value
    return _number(float(number)).shown if isinstance(number, (int, float)) else symbol(str(number))


def _written(entry: Entry, known: Mapping[str, Formula], arrays: set[str]) -> Formula:
    name = entry.primitive.name
    writer = WRITERS.get(name)
    if writer is None or any(n != 1 for n in entry.shape) or not arrays.isdisjoint(entry.inputs):
        raise GraphError(
            "to_latex",
            f"{name} has no formula" if writer is None else "only single numbers have a formula",
            operands={entry.name: entry},
            fits="arithmetic and functions of single numbers",
            line=entry.line,
        )

    def operand(value: Operand) -> Formula:
        return known[value] if isinstance(value, str) else _number(float(value))

    return writer(*map(operand, entry.inputs))


def symbol(name: str) -> str:
    """Write a value's name: a single letter as it is, a Greek one by its letter, a word upright."""
    match = re.fullmatch(r"([^\W\d_]+)_?(\d*)", name)
    if match is None:
        words = re.sub(r"([\\{}$&#^_%~])", lambda m: "\\_" if m[0] == "_" else " ", name)
        return rf"\mathrm{{{words}}}"
    word, number = match.groups()
    letter = f"\\{word}" if word in GREEK else (word if len(word) == 1 else rf"\mathrm{{{word}}}")
    return f"{letter}_{{{number}}}" if number else letter
