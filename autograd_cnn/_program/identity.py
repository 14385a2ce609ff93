"""What makes two programs the same: what they compute, not what their values are called or who wrote them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from autograd_cnn._program.encoding import encode
from autograd_cnn._program.entries import NO_SETTINGS, Fixed, Operand, Program, Tree
from autograd_cnn.errors import FormatError
from autograd_cnn.primitive import Primitive, registry


def digest(program: Program) -> bytes:
    """Give the SHA-256 of a program's structure: arguments, constants, operations, wiring, results.

    Names, lines, scopes and the history of rewriting don't count; the order of the entries does.
    """
    total = hashlib.sha256()
    numbers: dict[str, int] = {}
    for value in program.values():
        numbers[value.name] = len(numbers)

    def add(*parts: Any) -> None:
        total.update(repr(parts).encode())

    for value in program.inputs:
        add("input", value.shape, str(value.dtype))
    for constant in program.constants:
        add("constant", constant.array.shape, str(constant.array.dtype))
        total.update(constant.array.tobytes())
    for entry in program.entries:
        operands = [operand_key(v, numbers) for v in entry.inputs]
        add(*primitive_key(entry.primitive), operands, settings_key(entry.settings), len(entry.outputs))
    for tree in (program.takes, program.gives):
        add(str(tree.structure), [_leaf_key(leaf, numbers) for leaf in tree.leaves])
    return total.digest()


def operand_key(operand: Operand, numbers: Mapping[str, Any]) -> Any:
    """Tell operands apart: 1 from 1.0 and True, 0.0 from -0.0; a name by what it stands for."""
    if isinstance(operand, str):
        return ("value", numbers[operand])
    return (type(operand).__name__, operand.hex() if isinstance(operand, float) else operand)


def settings_key(settings: Mapping[str, Any]) -> str:
    """Write settings so that equal ones give equal text; what has no text counts by identity."""
    if settings is NO_SETTINGS:
        return ""
    return json.dumps({name: _key(value) for name, value in settings.items()}, sort_keys=True)


def primitive_key(primitive: Primitive) -> tuple[Any, ...]:
    """Tell primitives apart: by name, or by identity where one is made for a single use."""
    if registry.get(primitive.name) is primitive:
        return (primitive.name,)
    return (primitive.name, id(primitive))


def _key(value: Any) -> Any:
    try:
        return encode(value)
    except FormatError:
        return {"object": id(value)}


def _leaf_key(leaf: str | Fixed, numbers: Mapping[str, int]) -> Any:
    return numbers[leaf] if isinstance(leaf, str) else ("fixed", json.dumps(_key(leaf.value)))


def same_leaf(first: Any, second: Any) -> bool:
    """Say whether two fixed leaves are the same thing: equal plain values, or one object."""
    if first is second:
        return True
    return bool(type(first) is type(second) and isinstance(first, (bool, int, str)) and first == second)


def fixed_leaves(tree: Tree) -> dict[int, Any]:
    """Give the fixed leaves of a tree by their position."""
    return {i: leaf.value for i, leaf in enumerate(tree.leaves) if isinstance(leaf, Fixed)}
