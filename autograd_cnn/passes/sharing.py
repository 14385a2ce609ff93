"""What is computed once: from constants beforehand, the same thing a single time, the unused never."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_cnn._program.entries import Application, Constant, Entry, Program
from autograd_cnn._program.identity import operand_key, primitive_key, settings_key
from autograd_cnn.passes.rewriting import Known, Names, Pass, Rule, forward, renamed_tree
from autograd_cnn.primitive import registry

LARGEST = 1 << 16  # elements of a constant that folding may make


def _folded(entry: Entry, known: Known) -> Names | None:
    """Compute now what depends on constants only."""
    if any(isinstance(v, str) and v not in known.constants for v in entry.inputs):
        return None
    if registry.get(entry.primitive.name) is not entry.primitive:
        return None
    if sum(math.prod(value.shape) for value in entry.outputs) > LARGEST:
        return None
    operands = [known.constants[v].array if isinstance(v, str) else v for v in entry.inputs]
    try:
        with np.errstate(all="ignore"):
            made: Any = entry.primitive.kernel(*operands, **entry.settings)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None  # whoever runs the graph shall see the error, with its line
    arrays = [np.asarray(array) for array in (made if isinstance(made, tuple) else (made,))]
    if any(
        v.name in known.ordered and not a.flags.c_contiguous
        for v, a in zip(entry.outputs, arrays, strict=True)
    ):
        return None
    return tuple(known.new_constant(array) for array in arrays)


def _shared(entry: Entry, known: Known) -> Names | None:
    """The same operation on the same operands, in the same order: a NaN of y + x may not be that of x + y."""
    operands: tuple[Any, ...] = entry.inputs  # names are strings, and the keys of numbers are none
    if not all(isinstance(v, str) for v in operands):
        operands = tuple(v if isinstance(v, str) else operand_key(v, {}) for v in operands)
    key = (*primitive_key(entry.primitive), operands, settings_key(entry.settings))
    found = known.same.setdefault(key, entry.outputs)
    return None if found is entry.outputs else tuple(value.name for value in found)


def _share(rewriting: Pass, program: Program) -> Program:
    """Join equal constants, then equal operations."""
    first: dict[Any, str] = {}
    called: dict[str, str] = {}
    for constant in program.constants:
        array = constant.array
        name = first.setdefault((array.shape, str(array.dtype), array.tobytes()), constant.name)
        if name != constant.name:
            called[constant.name] = name
    if called:
        history = [
            Application(rewriting.name, "same constant", (), (), old, new) for old, new in called.items()
        ]
        program = replace(
            program,
            constants=tuple(c for c in program.constants if c.name not in called),
            entries=tuple(
                replace(e, inputs=tuple(called.get(v, v) if isinstance(v, str) else v for v in e.inputs))
                for e in program.entries
            ),
            gives=renamed_tree(program.gives, called),
            history=(*program.history, *history),
        )
    return forward(rewriting, program)


def _drop_unused(rewriting: Pass, program: Program) -> Program:
    """Leave out entries and constants that no result depends on."""
    needed = set(program.gives.names)
    kept: list[Entry] = []
    dropped: list[Entry] = []
    for entry in reversed(program.entries):
        if any(value.name in needed for value in entry.outputs):
            needed.update(v for v in entry.inputs if isinstance(v, str))
            kept.append(entry)
        else:
            dropped.append(entry)
    idle: list[Constant] = [c for c in program.constants if c.name not in needed]
    if not dropped and not idle:
        return program
    rule = rewriting.rules[0].name
    history = [Application(rewriting.name, rule, (e,), (), e.name, "") for e in reversed(dropped)]
    history += [Application(rewriting.name, rule, (), (), constant.name, "") for constant in idle]
    return replace(
        program,
        constants=tuple(c for c in program.constants if c.name in needed),
        entries=tuple(reversed(kept)),
        history=(*program.history, *history),
    )


CONSTANTS = Pass("constants", (Rule("known beforehand", (), _folded),), forward, alone=True)
SHARING = Pass("sharing", (Rule("computed already", (), _shared),), _share, alone=True)
UNUSED = Pass("unused", (Rule("unused", (), lambda entry, known: None),), _drop_unused)
