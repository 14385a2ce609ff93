"""A captured program as JSON: exact, and read back without running anything; see `reading`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from autograd_cnn._modes import Scope
from autograd_cnn._program.encoding import dtype_name, encode
from autograd_cnn._program.entries import Constant, Entry, Fixed, Program, Tree, Value
from autograd_cnn.errors import FormatError
from autograd_cnn.lines import Line
from autograd_cnn.primitive import registry
from autograd_cnn.pytrees import Structure

FORMAT = "autograd_cnn graph"
VERSION = 1


def as_text(program: Program) -> str:
    """Write a program; lines and scopes stand in tables, each once. The history of rewriting is left out."""
    lines: dict[Line, int] = {}
    scopes: dict[Scope, int] = {}
    entries = [_entry(entry, lines, scopes) for entry in program.entries]
    data = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": [_value(value) for value in program.inputs],
        "constants": [_constant(constant) for constant in program.constants],
        "entries": entries,
        "takes": _tree(program.takes),
        "gives": _tree(program.gives),
        "lines": [[line.file, line.number, line.text, line.function] for line in lines],
        "scopes": [_scope(scope, scopes) for scope in scopes],
    }
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


def _value(value: Value) -> list[Any]:
    return [value.name, dtype_name(value.dtype), list(value.shape)]


def _constant(constant: Constant) -> list[Any]:
    array = constant.array.astype(constant.array.dtype.newbyteorder("<"), copy=False)
    return [*_value(constant.value), base64.b64encode(array.tobytes()).decode("ascii")]


def _entry(entry: Entry, lines: dict[Line, int], scopes: dict[Scope, int]) -> dict[str, Any]:
    name = entry.primitive.name
    if registry.get(name) is not entry.primitive:
        raise FormatError(
            "to_json",
            f"{name} is a function with rules of its own, which no file can hold",
            fits="a registered Primitive in its place",
            line=entry.line,
        )
    data: dict[str, Any] = {
        "op": name,
        "inputs": [{"value": v} if isinstance(v, str) else encode(v) for v in entry.inputs],
        "outputs": [_value(value) for value in entry.outputs],
    }
    if entry.settings:
        data["settings"] = {key: encode(value) for key, value in entry.settings.items()}
    if entry.line is not None:
        data["line"] = lines.setdefault(entry.line, len(lines))
    if entry.scope is not None:
        for scope in entry.scope.path():  # a parent comes before its children
            scopes.setdefault(scope, len(scopes))
        data["scope"] = scopes[entry.scope]
    if entry.because is not None:
        data["because"] = [entry.because.value, entry.because.input, entry.because.why]
    return data


def _scope(scope: Scope, numbers: Mapping[Scope, int]) -> list[Any]:
    parent = None if scope.parent is None else numbers[scope.parent]
    return [parent, scope.name, scope.kind, scope.title]


def _tree(tree: Tree) -> dict[str, Any]:
    return {"structure": _structure(tree.structure), "leaves": [_leaf(leaf) for leaf in tree.leaves]}


def _leaf(leaf: str | Fixed) -> Any:
    if isinstance(leaf, str):
        return {"value": leaf}
    if leaf.value.__class__ not in (bool, int, float, str):
        raise FormatError(
            "to_json",
            f"the fixed argument {leaf} of type {type(leaf.value).__name__} cannot be written",
            fits="arrays, numbers and strings",
        )
    return {"fixed": encode(leaf.value)}


def _structure(structure: Structure) -> Any:
    """Write a structure; nesting in JSON is the nesting of the tree."""
    parts = [_structure(part) for part in structure.parts]
    if structure.kind in ("leaf", "none"):
        return structure.kind
    if structure.kind in ("tuple", "list"):
        return {structure.kind: parts}
    keys = _keys(structure.keys)
    name = "" if structure.type is None or structure.type is dict else structure.type.__name__
    return {structure.kind: [name, keys, parts]}


def _keys(keys: Sequence[Any]) -> list[Any]:
    if not all(key.__class__ in (str, int) for key in keys):
        raise FormatError(
            "to_json", f"the keys {list(keys)} cannot be written", fits="strings, whole numbers"
        )
    return list(keys)
