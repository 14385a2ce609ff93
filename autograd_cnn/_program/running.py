"""Running a program: its entries one after the other, on Tensors; a value is let go after its last use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_cnn._apply import apply_all
from autograd_cnn._graph import Node
from autograd_cnn._modes import Origin, Place
from autograd_cnn._program.entries import Entry, Program
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._operands import cast
from autograd_cnn.ops.movement import reshape_p


def run(program: Program, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Compute the values that the program gives, from its inputs by name.

    What it records says where the program's lines come from, not where it was called.
    """
    names = set(program.gives.names)
    values: dict[str, Any] = {name: row_major(tensor) for name, tensor in given.items()}
    for constant in program.constants:
        values[constant.name] = Tensor(constant.array)
        values[constant.name].name = constant.name
    nodes: dict[str, Node] = {}
    for entry, done in zip(program.entries, _last_uses(program), strict=True):
        made = _applied(entry, values)
        node = made[0]._node
        if node is not None:
            _place(node, entry, nodes)
        for value, tensor in zip(entry.outputs, made, strict=True):
            values[value.name] = tensor
        for name in done:
            del values[name]
    return {name: values[name] for name in names}


def _applied(entry: Entry, values: Mapping[str, Any]) -> tuple[Tensor, ...]:
    operands = tuple([values[v] if v.__class__ is str else v for v in entry.inputs])
    try:
        made: Any = apply_all(entry.primitive, operands, entry.settings)
    except IndexError as error:
        raise RangeError(
            entry.primitive.name,
            str(error),
            operands={entry.primitive.input_name(i): v for i, v in enumerate(operands)},
            fits="indices within their axis",
            line=entry.line,
        ) from None
    return made if made.__class__ is tuple else (made,)


def _place(node: Node, entry: Entry, nodes: dict[str, Node]) -> None:
    """Tell a recorded node where it comes from."""
    if entry.line is not None:
        node._code, node._offset = entry.line, 0
    because = entry.because
    origin = node.place.origin
    if because is not None and because.value in nodes:
        forward = nodes[because.value]
        names = [forward.primitive.input_name(i) for i in range(len(forward.inputs))]
        why: Any = because.why
        origin = Origin(forward, names.index(because.input) if because.input in names else None, why)
    node.place = Place(entry.scope, origin) if entry.scope is not None else replace(node.place, origin=origin)
    nodes[entry.name] = node


def _last_uses(program: Program) -> list[list[str]]:
    """Give for each entry the names that nobody needs after it."""
    seen = set(program.gives.names)
    done: list[list[str]] = []
    for entry in reversed(program.entries):
        names = {v for v in entry.inputs if isinstance(v, str)} | {value.name for value in entry.outputs}
        fresh = names - seen
        done.append(list(fresh))
        seen |= fresh
    done.reverse()
    return done


def row_major(x: Tensor) -> Tensor:
    """Give x with its elements in row-major order in memory: how some kernels round depends on the order."""
    data = x._data
    if isinstance(data, Abstract) or data.flags.c_contiguous:
        return x
    if not x._wants:
        plain = Tensor(np.ascontiguousarray(data))
        plain.name = x.name
        return plain
    flat = reshape_p(x, source=x.shape, target=(x.size,))
    packed = cast(flat, source=x.dtype, target=x.dtype)  # a copy also where reshaping gave a view
    result: Tensor = reshape_p(packed, source=packed.shape, target=x.shape)
    return result
