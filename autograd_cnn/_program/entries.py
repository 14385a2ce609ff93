"""What a captured program consists of: typed names, entries that apply primitives, and two trees.

Everything here is immutable and holds no Tensor. A value is known by its name, so an operand is a name
(a string) or a Python number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._modes import Scope
from autograd_cnn.errors import signature
from autograd_cnn.lines import Line
from autograd_cnn.primitive import Primitive
from autograd_cnn.pytrees import Structure

Operand = str | float | int | bool
NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})
FEW = 6  # constants of up to so many elements are printed


@dataclass(frozen=True, slots=True)
class Value:
    """A name with the shape and dtype of what it stands for."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __str__(self) -> str:
        return f"{self.name}: {signature(self)}"


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that is the same in every run: its name and its array, which nobody can write to."""

    name: str
    array: NDArray[Any]

    @property
    def value(self) -> Value:
        """Name, shape and dtype."""
        return Value(self.name, self.array.shape, self.array.dtype)

    def __str__(self) -> str:
        shown = (
            np.array2string(self.array, separator=", ").replace("\n", "")
            if self.array.size <= FEW
            else "a constant"
        )
        return f"{self.value} = {shown}"


@dataclass(frozen=True, slots=True)
class Because:
    """Why a gradient entry is there: the forward value, which input's rule it serves, and the reason."""

    value: str
    input: str | None
    why: str

    def __str__(self) -> str:
        by = f" by {self.input}" if self.input else ""
        return f"gradient of {self.value}{by} ({self.why})"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One application of a primitive: a line of the program.

    Attributes
    ----------
    outputs : tuple of Value
        What it computes; `name`, `shape` and `dtype` are those of the first.
    primitive : Primitive
        The operation.
    inputs : tuple of str or number
        Names of values, or Python numbers.
    settings : mapping
        Keyword settings of the call; cannot be written to.
    line : Line or None
        The user's line that asked for it.
    scope : Scope or None
        The module and function calls that it stands in.
    because : Because or None
        For what a gradient rule computes: why.
    """

    outputs: tuple[Value, ...]
    primitive: Primitive
    inputs: tuple[Operand, ...]
    settings: Mapping[str, Any] = field(default_factory=lambda: NO_SETTINGS)
    line: Line | None = None
    scope: Scope | None = None
    because: Because | None = None

    @property
    def name(self) -> str:
        """Name of the first output."""
        return self.outputs[0].name

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first output."""
        return self.outputs[0].shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the first output."""
        return self.outputs[0].dtype

    def __str__(self) -> str:
        settings = "".join(f", {key}={value}" for key, value in self.settings.items())
        call = f"{self.primitive.name}({', '.join(map(str, self.inputs))}{settings})"
        notes = [str(note) for note in (self.because, self.line) if note is not None]
        return f"{', '.join(map(str, self.outputs))} = {call}" + (f"  # {'; '.join(notes)}" if notes else "")


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """A leaf that is no value of the program but part of its form: a whole number, a string, a function."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The arguments or the results of a program: a structure whose leaves are names or fixed things."""

    structure: Structure
    leaves: tuple[str | Fixed, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names among the leaves, in order."""
        return tuple(leaf for leaf in self.leaves if isinstance(leaf, str))

    def filled(self, values: Mapping[str, Any]) -> Any:
        """Build the tree with values in place of the names."""
        return self.structure.unflatten(
            [values[leaf] if isinstance(leaf, str) else leaf.value for leaf in self.leaves]
        )


@dataclass(frozen=True, slots=True)
class Application:
    """One application of a rewriting rule: which, and the lines of the program before and after.

    Attributes
    ----------
    rewriting, rule : str
        Names of the pass and of its rule.
    before, after : tuple of Entry
        What the rule looked at, and what stands there now; nothing when a value was named anew or dropped.
    value : str
        The value that was rewritten.
    becomes : str
        What it is called, or which number it is, after.
    """

    rewriting: str
    rule: str
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    value: str
    becomes: str

    def __str__(self) -> str:
        lines = [f"{self.rewriting}: {self.rule}: {self.value} becomes {self.becomes or 'nothing'}"]
        lines += [f"  - {entry}" for entry in self.before]
        lines += [f"  + {entry}" for entry in self.after]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Program:
    """A list of entries with the values that come in and go out."""

    inputs: tuple[Value, ...]
    constants: tuple[Constant, ...]
    entries: tuple[Entry, ...]
    takes: Tree
    gives: Tree
    history: tuple[Application, ...] = ()

    def values(self) -> Iterator[Value]:
        """Give every value in order: inputs, constants, what the entries compute."""
        yield from self.inputs
        yield from (constant.value for constant in self.constants)
        for entry in self.entries:
            yield from entry.outputs

    def __str__(self) -> str:
        rows = [*map(str, self.inputs), *map(str, self.constants), *map(str, self.entries)]
        return "\n".join([*rows, "return " + ", ".join(map(str, self.gives.leaves))])
