"""Arithmetic that gives back one of its operands, in every bit.

Exact means: for every input, NaN with its sign and payload and -0.0 included. So ``x + 0.0`` stays (it
makes 0.0 of -0.0) while ``x + -0.0`` and ``x - 0.0`` go; ``x - (-y)`` stays, for a NaN in y would change
its sign; ``x * -1`` and ``x ** 1`` stay too. (A signalling NaN, which no operation gives, counts as the
quiet one that any arithmetic makes of it.)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograd_cnn._program.entries import Entry, Operand
from autograd_cnn.passes.rewriting import Known, Names, Pass, Rule, forward, is_filled_with

IDEMPOTENT = ("absolute", "ceil", "floor", "relu", "trunc")


def _kept(entry: Entry, known: Known, operand: Operand) -> Names | None:
    """Give an operand's name if it can stand for the result."""
    if not isinstance(operand, str) or not known.typed(operand, entry.outputs[0]):
        return None
    return (operand,) if known.free(entry, operand) else None


def _is(known: Known, operand: Operand, number: float, like: Entry) -> bool:
    """Say whether an operand is a number, with its sign, in the result's dtype."""
    if isinstance(operand, str):
        array = known.array(operand)
        return array is not None and array.dtype == like.dtype and is_filled_with(array, number)
    if isinstance(operand, bool) or operand != number:
        return False
    return like.dtype.kind != "f" or str(float(operand)) == str(float(number))  # 0.0 is not -0.0


def _times_one(entry: Entry, known: Known) -> Names | None:
    x, y = entry.inputs
    if _is(known, y, 1.0, entry):
        return _kept(entry, known, x)
    return _kept(entry, known, y) if _is(known, x, 1.0, entry) else None


def _divided_by_one(entry: Entry, known: Known) -> Names | None:
    x, y = entry.inputs
    return _kept(entry, known, x) if _is(known, y, 1.0, entry) else None


def _minus_zero(entry: Entry, known: Known) -> Names | None:
    x, y = entry.inputs
    return _kept(entry, known, x) if _is(known, y, 0.0, entry) else None


def _plus_negative_zero(entry: Entry, known: Known) -> Names | None:
    x, y = entry.inputs
    zero = -0.0 if entry.dtype.kind == "f" else 0.0
    if _is(known, y, zero, entry):
        return _kept(entry, known, x)
    return _kept(entry, known, y) if _is(known, x, zero, entry) else None


def _undone(entry: Entry, known: Known) -> Names | None:
    inner = known.maker(entry.inputs[0], entry.primitive.name)
    if inner is None or inner.dtype != entry.dtype:
        return None
    return _kept(entry, known, inner.inputs[0])


def _done_already(entry: Entry, known: Known) -> Names | None:
    inner = known.maker(entry.inputs[0], entry.primitive.name)
    same = inner is not None and dict(inner.settings) == dict(entry.settings)
    return (inner.name,) if inner is not None and same else None


def _size_of_negative(entry: Entry, known: Known) -> Entry | None:
    inner = known.maker(entry.inputs[0], "negative")
    # the smallest whole number is its own negative
    if inner is None or entry.dtype.kind != "f":
        return None
    operand: Any = inner.inputs[0]
    return replace(entry, inputs=(operand,))


def _either_way(entry: Entry, known: Known) -> Names | None:
    _, x, y = entry.inputs
    return _kept(entry, known, x) if x == y else None


ARITHMETIC = Pass(
    "arithmetic",
    (
        Rule("times one", ("multiply",), _times_one),
        Rule("divided by one", ("divide",), _divided_by_one),
        Rule("minus zero", ("subtract",), _minus_zero),
        Rule("plus negative zero", ("add",), _plus_negative_zero),
        Rule("negative of negative", ("negative",), _undone),
        Rule("not of not", ("logical_not",), _undone),
        Rule("done already", IDEMPOTENT, _done_already),
        Rule("absolute of negative", ("absolute",), _size_of_negative),
        Rule("the same either way", ("select",), _either_way),
    ),
    forward,
)
