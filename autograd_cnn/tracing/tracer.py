"""Capturing: a function runs once on tensors without values, and every primitive applied is written down."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograd_cnn._graph import Node
from autograd_cnn._modes import Place, switched
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
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import LeakedTensorError
from autograd_cnn.lines import Line, resolve
from autograd_cnn.primitive import Primitive
from autograd_cnn.pytrees import flatten

PLAIN_NAME = re.compile(r"[^\W\d]\w*(\.\w+|\[\d+\])*")


class Record(NamedTuple):
    """What is noted of one application while the function runs."""

    primitive: Primitive
    operands: tuple[Operand, ...]
    settings: Mapping[str, Any]
    outputs: tuple[Value, ...]
    node: Node


class Tracer:
    """Notes every application of a primitive during one trace.

    A value is recognised by its array without elements, which every operation makes anew; so a detached
    tensor, or one that a sweep has put together again, is still the same value.
    """

    def __init__(self) -> None:
        self._names: dict[Any, str] = {}
        self._taken: set[str] = set()
        self._counts = {"v": 0, "c": 0}
        self._constants: dict[int, Constant] = {}
        self._kept: list[Any] = []  # arrays are known by id, so they must live as long as the trace
        self._records: list[Record] = []

    def input(self, name: str, example: Any) -> tuple[Value, Tensor]:
        """Make the tensor that stands for one argument."""
        while name in self._taken:
            name += "_"
        array: Any = Abstract(example.shape, example.dtype)
        wants = isinstance(example, Tensor) and example.requires_grad
        tensor = Tensor(array, wants)
        tensor.name = name
        self._taken.add(name)
        self._names[array] = name
        return Value(name, array.shape, array.dtype), tensor

    def saw(
        self, primitive: Primitive, inputs: tuple[Any, ...], settings: Mapping[str, Any], outputs: Any
    ) -> None:
        """Note an application."""
        made = outputs if outputs.__class__ is tuple else (outputs,)
        operands = tuple([self._operand(primitive.name, value) for value in inputs])
        values = []
        for tensor in made:
            name = self._fresh("v")
            array = tensor._data
            self._names[array] = name
            values.append(Value(name, array.shape, array.dtype))
        self._records.append(Record(primitive, operands, settings, tuple(values), made[0]._node))

    def _operand(self, op: str, value: Any) -> Operand:
        array: Any
        if value.__class__ is Tensor:
            array = value._data
        elif isinstance(value, (np.ndarray, np.generic)):
            array = np.asarray(value)
        else:
            number: Operand = value
            return number
        if array.__class__ is not Abstract:
            return self._constant(value, array)
        name = self._names.get(array)
        if name is None:
            made = value._node
            raise LeakedTensorError(
                op,
                "this tensor's value is not computed in this trace: it leaked from another one"
                + (f" (made at {made.line})" if made is not None else ", or is drawn at random"),
                operands={value.name or "x": value},
                fits="an argument of the traced function for whatever differs from run to run",
            )
        return name

    def _constant(self, value: Any, array: Any) -> str:
        known = self._constants.get(id(array))
        if known is None:
            name = getattr(value, "name", None)
            if name is None or name in self._taken or not PLAIN_NAME.fullmatch(name):
                name = self._fresh("c")
            self._taken.add(name)
            known = self._constants[id(array)] = Constant(name, _frozen(array, isinstance(value, Tensor)))
            self._kept.append(array)
        return known.name

    def _fresh(self, letter: str) -> str:
        while True:
            name = f"{letter}{self._counts[letter]}"
            self._counts[letter] += 1
            if name not in self._taken:
                return name

    def given(self, result: Any) -> Tree:
        """Take apart what the function returned."""
        leaves, structure = flatten(result)
        named: list[str | Fixed] = []
        for leaf in leaves:
            if isinstance(leaf, (Tensor, np.ndarray)):
                named.append(str(self._operand("trace", leaf)))
            else:
                named.append(Fixed(leaf))
        return Tree(structure, tuple(named))

    def constants(self) -> tuple[Constant, ...]:
        """Give the constants in order of first use."""
        return tuple(self._constants.values())

    def entries(self) -> tuple[Entry, ...]:
        """Give the entries, each with its line; one of a gradient has that of the forward operation.

        Ends the trace: the records are let go of one by one, since a long trace has many.
        """
        self._names.clear()
        origins = (record.node.place.origin for record in self._records)
        named = {origin.node for origin in origins if origin is not None}
        of_node = {r.node: r.outputs[0].name for r in self._records if r.node in named}
        lines: dict[Any, Line] = {}  # by position, and by name of what a gradient may belong to
        entries = []
        self._records.reverse()
        while self._records:
            record = self._records.pop()
            node = record.node
            position = (node._code, node._offset)
            line = lines.get(position)
            if line is None:
                line = lines[position] = resolve(*position)
            origin, because = node.place.origin, None
            if origin is not None and origin.node in of_node:
                name = of_node[origin.node]
                role = None if origin.input is None else origin.node.primitive.input_name(origin.input)
                because = Because(name, role, origin.why)
                line = lines[name]
            if node in named:
                lines[record.outputs[0].name] = line
            settings = MappingProxyType(dict(record.settings)) if record.settings else NO_SETTINGS
            entries.append(
                Entry(record.outputs, record.primitive, record.operands, settings, line, node.scope, because)
            )
        return tuple(entries)


def _frozen(array: Any, is_ours: bool) -> Any:
    """Give an array that holds these values for ever, in row-major order."""
    fit = is_ours and array.base is None and array.flags.c_contiguous
    kept = array if fit else np.array(array, order="C", copy=True)
    kept.flags.writeable = False
    return kept


def capture(fn: Callable[..., Any], examples: Sequence[Any], names: Sequence[str] | None = None) -> Program:
    """Run ``fn`` on tensors without values and give what it did as a program.

    ``names`` has one for each leaf of the examples; without it they come from the parameters.
    """
    leaves, structure = flatten(tuple(examples))
    tracer = Tracer()
    inputs: list[Value] = []
    arguments: list[Any] = []
    named: list[str | Fixed] = []
    own = _names(fn, structure.paths()) if names is None else names
    for leaf, name in zip(leaves, own, strict=True):
        example = np.asarray(leaf, np.float32) if leaf.__class__ is float else leaf
        if isinstance(example, (Tensor, Abstract, np.ndarray, np.generic)):
            value, tensor = tracer.input(name, example)
            inputs.append(value)
            arguments.append(tensor)
            named.append(value.name)
        else:
            arguments.append(example)
            named.append(Fixed(example))
    with switched(abstract=True, capturing=True, recording=True, observer=tracer, place=Place()):
        gives = tracer.given(fn(*structure.unflatten(arguments)))
    for argument in arguments:
        if isinstance(argument, Tensor):
            argument.grad = None  # backward() inside fn would leave a cycle
    return Program(tuple(inputs), tracer.constants(), tracer.entries(), Tree(structure, tuple(named)), gives)


def _names(fn: Callable[..., Any], paths: Sequence[str]) -> list[str]:
    """Name each leaf of the arguments by its parameter and where it lies in it: ``params.w``, ``x[0]``."""
    try:
        parameters = list(inspect.signature(getattr(fn, "forward", fn)).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = []
    for path in paths:
        number, rest = path[1:].split("]", 1)
        index = int(number)
        first = positional[index] if index < len(positional) else f"x{index}"
        names.append(first + re.sub(r"\['?(\w*[^\W\d]\w*)'?\]", r".\1", rest))
    return names
