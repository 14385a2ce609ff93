"""Reading a captured program from JSON, from whatever source: everything is checked before it is used.

Names must be defined before they are used, primitives registered, and every entry's shape rule is asked
whether the operands fit and give what the text says.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd_cnn._modes import Scope
from autograd_cnn._program.encoding import decode, read_dtype
from autograd_cnn._program.entries import (
    NO_SETTINGS,
    Because,
    Constant,
    Entry,
    Fixed,
    Operand,
    Program,
    Tree,
    Value,
)
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import AutogradError, FormatError
from autograd_cnn.lines import Line
from autograd_cnn.primitive import Primitive, registry
from autograd_cnn.pytrees import LEAF, Structure
from autograd_cnn.tracing.writing import FORMAT, VERSION

DICTS: dict[str, type[Any]] = {"": dict, "OrderedDict": OrderedDict, "defaultdict": defaultdict}
WHYS = ("rule", "fan-out sum", "un-broadcast", "cast")


def from_text(text: str | bytes, classes: Sequence[type[Any]]) -> Program:
    """Read a program, or raise `FormatError`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise _wrong(f"the text is no JSON: {error}") from None
    _check(isinstance(data, dict) and data.get("format") == FORMAT, "the text is no saved graph")
    version = data.get("version")
    _check(version == VERSION, f"the graph has version {version!r}", f"version {VERSION}")
    try:
        return _Reader(data, classes).program()
    except RecursionError:
        raise _wrong("a structure is nested too deeply") from None


def _wrong(problem: str, fits: str = "what to_json writes") -> FormatError:
    return FormatError("from_json", problem if len(problem) < 300 else problem[:297] + "...", fits=fits)


def _check(holds: bool, problem: str, fits: str = "what to_json writes") -> None:
    if not holds:
        raise _wrong(problem, fits)


def _list(data: Any, length: int | None, what: str) -> list[Any]:
    if not isinstance(data, list) or (length is not None and len(data) != length):
        raise _wrong(f"{what} must be a list" + (f" of {length}" if length else ""))
    return data


def _text(data: Any, what: str) -> str:
    if not isinstance(data, str):
        raise _wrong(f"{what} must be a string")
    return data


class _Reader:
    def __init__(self, data: dict[str, Any], classes: Sequence[type[Any]]) -> None:
        self.data = data
        self.classes = {kind.__name__: kind for kind in classes}
        self.known: dict[str, Value] = {}
        self.lines = [self.line(row) for row in self.table("lines")]
        self.scopes: list[Scope] = []
        for row in self.table("scopes"):
            self.scopes.append(self.scope(row))

    def program(self) -> Program:
        inputs = tuple(self.value(row) for row in self.table("inputs"))
        constants = tuple(self.constant(row) for row in self.table("constants"))
        entries = tuple(self.entry(row) for row in self.table("entries"))
        takes, gives = self.tree("takes"), self.tree("gives")
        own = [value.name for value in inputs]
        _check(
            takes.structure.kind == "tuple" and list(takes.names) == own, "the arguments are not the inputs"
        )
        return Program(inputs, constants, entries, takes, gives)

    def table(self, name: str) -> list[Any]:
        return _list(self.data.get(name), None, name)

    def value(self, row: Any, more: int = 0) -> Value:
        row = _list(row, 3 + more, "a value")
        name = _text(row[0], "a name")
        shape = _list(row[2], None, "a shape")
        _check(name not in self.known, f"the name {name!r} is given twice")
        _check(
            len(shape) <= 64 and all(n.__class__ is int and 0 <= n < 1 << 48 for n in shape),
            f"{shape} is no shape",
        )
        self.known[name] = Value(name, tuple(shape), read_dtype(row[1]))
        return self.known[name]

    def constant(self, row: Any) -> Constant:
        value = self.value(row, 1)
        try:
            content = base64.b64decode(_text(row[3], "a constant"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise _wrong(f"the constant {value.name!r} is no base64: {error}") from None
        size = math.prod(value.shape) * value.dtype.itemsize
        _check(len(content) == size, f"the constant {value.name!r} has {len(content)} bytes, not {size}")
        if value.dtype.kind == "b":
            _check(max(content, default=0) <= 1, f"the constant {value.name!r} holds what is no bool")
        array = np.frombuffer(content, value.dtype.newbyteorder("<")).astype(value.dtype).reshape(value.shape)
        array.flags.writeable = False
        return Constant(value.name, array)

    def entry(self, row: Any) -> Entry:
        _check(isinstance(row, dict), "an entry must be an object")
        name = _text(row.get("op"), "an op")
        primitive = registry.get(name)
        if primitive is None:
            raise _wrong(
                f"no primitive is called {name!r}", "a registered primitive; or import what registers it"
            )
        inputs = tuple(self.operand(v) for v in _list(row.get("inputs"), None, "inputs"))
        given = row.get("settings", {})
        _check(isinstance(given, dict), "settings must be an object")
        settings = MappingProxyType({key: decode(v) for key, v in given.items()}) if given else NO_SETTINGS
        expected = self.outcome(primitive, inputs, settings)
        outputs = tuple(self.value(v) for v in _list(row.get("outputs"), None, "outputs"))
        found = [(v.shape, v.dtype) for v in outputs]
        _check(found == expected, f"{name} gives {expected}, not {found}")
        because = row.get("because")
        return Entry(
            outputs,
            primitive,
            inputs,
            settings,
            self.picked(self.lines, row.get("line"), "line"),
            self.picked(self.scopes, row.get("scope"), "scope"),
            None if because is None else self.because(because),
        )

    def operand(self, data: Any) -> Operand:
        if isinstance(data, dict) and set(data) == {"value"}:
            name = _text(data["value"], "a name")
            _check(name in self.known, f"the name {name!r} is used before it is defined")
            return name
        number = decode(data)
        if number.__class__ not in (bool, int, float):
            raise _wrong(f"{number!r} is no operand")
        operand: Operand = number
        return operand

    def outcome(
        self, primitive: Primitive, inputs: Sequence[Operand], settings: Mapping[str, Any]
    ) -> list[tuple[tuple[int, ...], np.dtype[Any]]]:
        """Ask the shape rule, which may refuse what does not fit in any way it likes."""
        count = len(primitive.inputs)
        _check(
            primitive.variadic or 0 < len(inputs) <= count,
            f"{primitive.name} takes {count} operands, not {len(inputs)}",
        )
        operands = [
            Abstract(self.known[v].shape, self.known[v].dtype) if isinstance(v, str) else v for v in inputs
        ]
        try:
            made = primitive.abstract(operands, settings)
        except AutogradError as error:
            raise _wrong(f"{primitive.name} refuses its operands: {error.problem}") from None
        except Exception as error:
            raise _wrong(f"{primitive.name} refuses its operands or settings: {error}") from None
        return [(v.shape, v.dtype) for v in (made if isinstance(made, tuple) else (made,))]

    def because(self, row: Any) -> Because:
        value, role, why = _list(row, 3, "because")
        _check(value.__class__ is str and why in WHYS, f"{row} is no reason")
        _check(role is None or isinstance(role, str), f"{row} is no reason")
        return Because(value, role, why)

    def picked(self, rows: Sequence[Any], number: Any, what: str) -> Any:
        if number is None:
            return None
        _check(number.__class__ is int and 0 <= number < len(rows), f"there is no {what} {number!r}")
        return rows[number]

    def line(self, row: Any) -> Line:
        file, number, text, function = _list(row, 4, "a line")
        _check(number.__class__ is int, "a line's number must be whole")
        return Line(_text(file, "a file"), number, _text(text, "a line"), _text(function, "a function"))

    def scope(self, row: Any) -> Scope:
        parent, name, kind, title = _list(row, 4, "a scope")
        _check(kind in ("module", "function"), f"{kind!r} is no kind of scope")
        above = self.picked(self.scopes, parent, "scope")
        return Scope(above, _text(name, "a scope"), kind, _text(title, "a scope"))

    def tree(self, name: str) -> Tree:
        data = self.data.get(name)
        _check(isinstance(data, dict) and set(data) == {"structure", "leaves"}, f"{name} is no tree")
        assert isinstance(data, dict)
        structure = self.structure(data["structure"])
        leaves = tuple(self.leaf(leaf) for leaf in _list(data["leaves"], None, "leaves"))
        _check(structure.leaves == len(leaves), f"{name} has {len(leaves)} leaves, not {structure.leaves}")
        return Tree(structure, leaves)

    def leaf(self, data: Any) -> str | Fixed:
        if isinstance(data, dict) and set(data) == {"fixed"}:
            return Fixed(decode(data["fixed"]))
        operand = self.operand(data)
        _check(isinstance(operand, str), f"{data} is no leaf")
        return str(operand)

    def structure(self, data: Any) -> Structure:
        if data == "leaf":
            return LEAF
        if data == "none":
            return Structure("none")
        _check(isinstance(data, dict) and len(data) == 1, "a structure must be an object with one key")
        ((kind, inside),) = data.items()
        if kind in ("tuple", "list"):
            return Structure(kind, None, (), tuple(self.structure(p) for p in _list(inside, None, kind)))
        _check(kind in ("dict", "dataclass", "named tuple"), f"{kind!r} is no kind of structure")
        name, keys, rows = _list(inside, 3, "a structure")
        keys, rows = tuple(_list(keys, None, "keys")), _list(rows, None, "parts")
        _check(
            all(k.__class__ in (str, int) for k in keys) and len(keys) == len(set(keys)) == len(rows),
            "the keys of a structure don't go with its parts",
        )
        parts = tuple(self.structure(part) for part in rows)
        known = DICTS.get(name) if kind == "dict" and isinstance(name, str) else None
        return Structure(kind, known or self.kind(kind, name, keys), keys, parts)

    def kind(self, kind: str, name: Any, keys: tuple[Any, ...]) -> type[Any]:
        """Find a class of the caller's; none is ever imported."""
        made = self.classes.get(_text(name, "a class"))
        if made is None:
            raise _wrong(f"the graph has a {kind} {name!r}", f"from_json(text, classes=[{name}])")
        if kind == "dict":
            _check(issubclass(made, dict), f"{name!r} is no dict")
            return made
        fields: Callable[[Any], Any] = dataclass_fields
        if is_dataclass(made):
            own = tuple(field.name for field in fields(made))
        else:
            own = tuple(getattr(made, "_fields", ()))
        right = is_dataclass(made) == (kind == "dataclass")
        _check(right and own == keys, f"{name!r} has the fields {own}, not {keys}")
        return made
