"""Rules and the walk that applies them: entries in order, each offered to the rules of its operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._program.entries import (
    Application,
    Constant,
    Entry,
    Operand,
    Program,
    Tree,
    Value,
)
from autograd_cnn.passes.layout import is_packed, ordered_values

Names = tuple[str, ...]
Rewrite = Callable[[Entry, "Known"], "Entry | Names | None"]


@dataclass(frozen=True)
class Rule:
    """One rewriting.

    Attributes
    ----------
    name : str
        As recorded in a graph's history.
    ops : tuple of str
        Names of the primitives that it looks at; nothing stands for all.
    rewrite : callable
        ``rewrite(entry, known)`` gives an entry with the same outputs, or the names of values that are the
        same as the outputs, or None where it does not apply.
    """

    name: str
    ops: tuple[str, ...]
    rewrite: Rewrite


@dataclass(frozen=True)
class Pass:
    """A named list of rules, and the walk that applies them.

    ``alone`` says that no rule asks who made an operand or how it lies in memory: nothing is noted of that.
    """

    name: str
    rules: tuple[Rule, ...]
    walk: Callable[[Pass, Program], Program]
    alone: bool = False

    def __call__(self, program: Program) -> Program:
        """Rewrite a program; one without a place for the rules comes back as it is."""
        return self.walk(self, program)


class Known:
    """What rules may ask while the walk goes on: of the values so far, and of the use of those to come."""

    def __init__(self, program: Program, alone: bool = False) -> None:
        self.constants: dict[str, Constant] = {c.name: c for c in program.constants}
        self.packed: set[str] = {v.name for v in program.inputs} | set(self.constants)
        self.same: dict[Any, tuple[Value, ...]] = {}  # for rules that look for the same operation
        self.looked: list[Entry] = []
        self._program, self._alone = program, alone
        self._makers: dict[str, Entry] = {}
        self._count = 0

    # tables of a long program are large, and many passes ask for none

    @cached_property
    def values(self) -> dict[str, Value]:
        """The values of the program as it was, by name."""
        return {value.name: value for value in self._program.values()}

    @cached_property
    def ordered(self) -> set[str]:
        """The values whose order in memory counts."""
        return ordered_values(self._program)

    @cached_property
    def _taken(self) -> set[str]:
        return {value.name for value in self._program.values() if value.name.startswith("k")}

    def maker(self, operand: Operand, *ops: str) -> Entry | None:
        """Give the entry that computed an operand first, if it applies one of some primitives."""
        made = self._makers.get(operand) if isinstance(operand, str) else None
        if made is None or made.primitive.name not in ops or made.name != operand:
            return None
        self.looked.append(made)
        return made

    def typed(self, operand: Operand, like: Value) -> bool:
        """Say whether an operand is an array of a value's shape and dtype."""
        if not isinstance(operand, str):
            return False
        constant = self.constants.get(operand)
        value = constant.value if constant is not None else self.values[operand]
        return value.shape == like.shape and value.dtype == like.dtype

    def array(self, operand: Operand) -> NDArray[Any] | None:
        """Give a constant operand's array."""
        constant = self.constants.get(operand) if isinstance(operand, str) else None
        return None if constant is None else constant.array

    def free(self, entry: Entry, operand: str) -> bool:
        """Say whether an operand may stand for a result that may lie in memory in another order."""
        if entry.name not in self.ordered:
            return True
        return operand in self.packed and is_packed(entry, self.packed)

    def new_constant(self, array: NDArray[Any]) -> str:
        """Make a constant that the program does not have yet."""
        while (name := f"k{self._count}") in self._taken:
            self._count += 1
        self._taken.add(name)
        kept = np.array(array, order="C")
        kept.flags.writeable = False
        self.constants[name] = Constant(name, kept)
        self.packed.add(name)
        return name

    def emit(self, entry: Entry) -> None:
        """Take note of an entry of the new program."""
        if self._alone:
            return
        for value in entry.outputs:
            self._makers[value.name] = entry
            if is_packed(entry, self.packed):
                self.packed.add(value.name)


def forward(rewriting: Pass, program: Program) -> Program:
    """Offer each entry to the rules, its operands rewritten already, until none applies."""
    known = Known(program, rewriting.alone)
    by_op: dict[str, list[Rule]] = {}
    general = [rule for rule in rewriting.rules if not rule.ops]
    for rule in rewriting.rules:
        for op in rule.ops:
            by_op.setdefault(op, []).append(rule)
    called: dict[str, str] = {}  # old names that stand for another value now
    entries: list[Entry] = []
    history: list[Application] = []
    for old in program.entries:
        entry = _renamed(old, called)
        while True:
            rules = [*by_op.get(entry.primitive.name, ()), *general]
            found = _first(rules, entry, known)
            if found is None:
                known.emit(entry)
                entries.append(entry)
                break
            applied, result = found
            before = (*dict.fromkeys(known.looked), entry)
            if isinstance(result, Entry):
                history.append(
                    Application(rewriting.name, applied.name, before, (result,), entry.name, entry.name)
                )
                entry = result
                continue
            history.append(
                Application(rewriting.name, applied.name, before, (), entry.name, ", ".join(result))
            )
            for value, name in zip(entry.outputs, result, strict=True):
                called[value.name] = name
            break
    if not history:
        return program
    return replace(
        program,
        constants=tuple(known.constants.values()),
        entries=tuple(entries),
        gives=renamed_tree(program.gives, called),
        history=(*program.history, *history),
    )


def _first(rules: Sequence[Rule], entry: Entry, known: Known) -> tuple[Rule, Entry | Names] | None:
    """Give the first rule that applies, and what it gives."""
    for rule in rules:
        known.looked = []
        result = rule.rewrite(entry, known)
        if result is not None:
            return rule, result
    return None


def _renamed(entry: Entry, called: Mapping[str, str]) -> Entry:
    inputs = tuple([called.get(v, v) if isinstance(v, str) else v for v in entry.inputs])
    because = entry.because
    if because is not None and because.value in called:
        because = replace(because, value=called[because.value])
    if inputs == entry.inputs and because is entry.because:
        return entry
    return replace(entry, inputs=inputs, because=because)


def renamed_tree(tree: Tree, called: Mapping[str, str]) -> Tree:
    """Put other names in place of a tree's."""
    return Tree(tree.structure, tuple(called.get(v, v) if isinstance(v, str) else v for v in tree.leaves))


def is_filled_with(array: NDArray[Any] | None, number: float) -> bool:
    """Say whether every element of an array is the number, bit for bit (so 0.0 is not -0.0)."""
    if array is None or array.dtype.kind == "b":
        return False
    wanted = np.asarray(number, array.dtype)
    return bool(
        (array == wanted).all()
        and (array.dtype.kind != "f" or (np.signbit(array) == np.signbit(wanted)).all())
    )
