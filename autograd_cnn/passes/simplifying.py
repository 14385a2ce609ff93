"""The registry of passes, and running them until nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from autograd_cnn._program.entries import Program
from autograd_cnn.errors import RangeError
from autograd_cnn.passes.arithmetic import ARITHMETIC
from autograd_cnn.passes.checking import check_same_results
from autograd_cnn.passes.movement import CASTS, MOVEMENT
from autograd_cnn.passes.rewriting import Pass
from autograd_cnn.passes.sharing import CONSTANTS, SHARING, UNUSED

AnyProgram = TypeVar("AnyProgram", bound=Program)

PASSES: Mapping[str, Pass] = MappingProxyType(
    {p.name: p for p in (CASTS, MOVEMENT, ARITHMETIC, CONSTANTS, SHARING, UNUSED)}
)
DEFAULT = tuple(PASSES)
ROUNDS = 20  # every rule makes the program smaller, so this many rounds are hardly ever needed


def simplified(
    program: AnyProgram,
    names: Sequence[str],
    debug: bool = False,
    passes: Mapping[str, Pass] = PASSES,
) -> AnyProgram:
    """Run passes by name, again and again until none of them finds anything."""
    for name in names:
        if name not in passes:
            raise RangeError("simplify", f"no pass is called {name!r}", fits=", ".join(passes))
    for _ in range(ROUNDS):
        start = len(program.history)
        for name in names:
            before = program
            made = passes[name](program)
            assert isinstance(made, type(program))
            program = made
            if debug and program is not before:
                check_same_results(name, before, program)
        if len(program.history) == start:
            break
    return program
