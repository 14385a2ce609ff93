"""Goes through recorded objects in order of execution and turns them into a picture's boxes and edges.

Objects are told apart by what they can do (a node has a ``primitive``, a leaf can be ``assign_``-ed), so
this file needs no private name of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.picture.index_ways import SWITCHES
from viz.picture.meaning import setting_detail
from viz.picture.model import Because, Box, Edge, Flow, Half, Kind, Saved, Scope, Value
from viz.picture.plain import (
    LONGEST_SETTING,
    clipped,
    is_literal,
    largest,
    name_of,
    nbytes_of,
    place_of,
    scalar,
    setting,
    slot_name,
    uniform,
    values_of,
)

VIEWS = frozenset({"reshape", "alias"})
"""Operations whose result is the same memory as their input."""


class Taker:
    """Numbers objects and collects what a `Picture` is made of.

    Parameters
    ----------
    data : frozenset of int
        The ``id`` of each leaf and constant that is an input of the network.
    pool_of : mapping, optional
        From the ``id`` of a constant that holds a pool's indices to that pool's node.
    """

    def __init__(self, data: frozenset[int], pool_of: Mapping[int, Any] = MappingProxyType({})) -> None:
        self.data = data
        self.pool_of = pool_of
        self.ids: dict[int, str] = {}
        self.keep: list[Any] = []  # ids are of live objects only
        self.boxes: list[Box] = []
        self.edges: list[Edge] = []
        self.scopes: list[Scope] = []
        self.scope_ids: dict[int, int] = {}
        self.calls: dict[str, int] = {}
        self.buffers: dict[tuple[Any, ...], int] = {}
        self.counts: dict[str, int] = {}
        self.numbers: dict[tuple[int, int], float] = {}
        self.is_abstract = False
        self.orders = 1

    def forward(self, graph: ag.Recording, results: Sequence[ag.Tensor]) -> None:
        """Take the operations of a graph, and what it returns."""
        for (value, port), tensor in zip(graph.outputs, results, strict=False):
            self.is_abstract |= tensor.size > 0 and not ag.has_values(tensor)
            self.know(value, port, values_of(tensor))
        for node in graph.nodes:
            self.operation(node, "forward", 0)
        for value, _ in graph.outputs:
            self.box_of(value, "forward", 0)

    def know(self, value: Any, port: int, array: Any) -> None:
        """Remember a scalar's number."""
        number = scalar(array)
        if number is not None:
            self.numbers[id(value), port] = number

    def identify(self, thing: Any, letter: str) -> str:
        """Give a thing its stable id."""
        self.counts[letter] = self.counts.get(letter, 0) + 1
        self.keep.append(thing)
        name = self.ids[id(thing)] = f"{letter}{self.counts[letter]}"
        return name

    def box_of(self, value: Any, half: Half, order: int) -> str:
        """The id of the box that a value comes from; leaves and constants get one when first met."""
        known = self.ids.get(id(value))
        if known is not None:
            return known
        if hasattr(value, "primitive"):
            # A node that the graph does not list: shown as where its value comes from, without what is
            # before it.
            return self.constant(value, half, order, clipped(value.primitive.name))
        if hasattr(value, "assign_"):
            return self.leaf(value)
        return self.constant(value, half, order, None)

    def leaf(self, tensor: ag.Tensor) -> str:
        """A tensor that nothing in the graph made: an input, a parameter, or a constant."""
        kind: Kind = "parameter" if tensor.requires_grad else "constant"
        if id(tensor) in self.data:
            kind = "input"
        name = self.identify(tensor, {"parameter": "p", "input": "i"}.get(kind, "c"))
        number = scalar(values_of(tensor))
        value = Value(tuple(tensor.shape), str(tensor.dtype), nbytes_of(tensor), number)
        self.boxes.append(Box(name, "forward", kind, kind, name_of(tensor), (value,)))
        return name

    def constant(self, source: Any, half: Half, order: int, known_as: str | None) -> str:
        """A value without history."""
        kind: Kind = "input" if id(source) in self.data and half == "forward" else "constant"
        name = self.identify(source, "s" if half == "backward" else "i" if kind == "input" else "c")
        tensor = source.tensor() if hasattr(source, "tensor") else None
        array = None if tensor is None else values_of(tensor)
        number = scalar(array)
        if half == "backward" and source.name == "seed":
            number = uniform(array)
        value = Value(tuple(source.shape), str(source.dtype), nbytes_of(source), number)
        self.boxes.append(Box(name, half, kind, kind, known_as or name_of(source), (value,), order=order))
        return name

    def operation(self, node: Any, half: Half, order: int) -> str:
        """The box of a node, and the edges into it."""
        # Indices that nothing recorded come from the switches of the pool that found them.
        origins = [
            (self.pool_of[id(value)], SWITCHES) if id(value) in self.pool_of else (value, port)
            for value, port in zip(node.inputs, node.ports, strict=True)
        ]
        sources = [None if is_literal(value) else self.box_of(value, half, order) for value, _ in origins]
        name = self.identify(node, "n" if half == "forward" else "g")
        for slot, (source, (_, port)) in enumerate(zip(sources, origins, strict=True)):
            if source is not None:
                self.edges.append(Edge(source, port, name, slot))
        outputs = tuple(
            Value(tuple(shape), str(dtype), prod(shape) * dtype.itemsize, self.numbers.get((id(node), port)))
            for port, (shape, dtype) in enumerate(zip(node.shapes, node.dtypes, strict=True))
        )
        self.boxes.append(
            Box(
                id=name,
                half=half,
                kind="op",
                op=clipped(node.primitive.name),
                name=None,
                outputs=outputs,
                slots=tuple(slot_name(node.primitive, slot) for slot in range(len(node.inputs))),
                wanted=tuple(bool(wanted) for wanted in node.wanted),
                literals=tuple(
                    (slot, clipped(repr(value)))
                    for slot, value in enumerate(node.inputs)
                    if sources[slot] is None
                ),
                settings=tuple((str(key), setting(value)) for key, value in node.settings.items()),
                detail=clipped(setting_detail(node.settings), LONGEST_SETTING),
                saved=self.saved(node) if order < self.orders else (),
                scope=self.scope(node.scope),
                place=place_of(node.line),
                because=self.because(node.origin),
                order=order,
                title=clipped(title) if (title := node.primitive.title) != node.primitive.name else "",
                meaning=clipped(node.primitive.meaning or ""),
            )
        )
        return name

    def saved(self, node: Any) -> tuple[Saved, ...]:
        """What a node keeps for the next derivative."""
        if node.freed:
            return ()
        found = []
        for saved in node.saved:
            array = saved.array
            if is_literal(array):
                continue
            owner, port = _owner(node, saved)
            key: tuple[Any, ...] = ("made by", id(owner), port)
            if isinstance(array, np.ndarray):
                key = ("at", int(array.__array_interface__["data"][0]))
            nbytes = int(array.nbytes)
            found.append(
                Saved(
                    name=clipped(saved.name),
                    shape=tuple(array.shape),
                    dtype=str(array.dtype),
                    nbytes=nbytes,
                    buffer=self.buffers.setdefault((*key, nbytes), len(self.buffers)),
                    is_output=bool(saved.is_output),
                    is_parameter=hasattr(owner, "assign_") and id(owner) not in self.data,
                )
            )
        return tuple(found)

    def scope(self, scope: Any) -> int | None:
        """The scope's number; parents are numbered first, without recursion."""
        missing = []
        while scope is not None and id(scope) not in self.scope_ids:
            missing.append(scope)
            scope = scope.parent
        parent = None if scope is None else self.scope_ids[id(scope)]
        for entry in reversed(missing):
            self.keep.append(entry)
            number = self.scope_ids[id(entry)] = len(self.scopes)
            outer = None if parent is None else self.scopes[parent]
            path = "" if outer is None else outer.path
            if entry.kind == "module" and outer is not None:
                path = clipped(f"{path}.{entry.name}" if path else str(entry.name))
            # Two outermost modules may bear one name, so only those inside another are counted.
            if entry.kind == "module" and path:
                self.calls[path] = self.calls.get(path, 0) + 1
            self.scopes.append(
                Scope(
                    id=number,
                    parent=parent,
                    kind=str(entry.kind),
                    name=clipped(str(entry.name)),
                    title=clipped(str(entry.title)),
                    path=path,
                    call=self.calls.get(path, 1) if entry.kind == "module" else 1,
                    calls=1,
                )
            )
            parent = number
        return parent

    def because(self, origin: Any) -> Because | None:
        """Why a gradient's node exists."""
        if origin is None:
            return None
        box = self.ids.get(id(origin.node))
        return None if box is None else Because(box, origin.input, str(origin.why))

    def counted_scopes(self) -> Iterable[Scope]:
        """The scopes, with the number of calls of each module."""
        for scope in self.scopes:
            yield replace(scope, calls=self.calls.get(scope.path, 1)) if scope.kind == "module" else scope

    def flows(self, gradients: ag.GradientGraph, order: int) -> Iterable[Flow]:
        """The total gradients that arrive at nodes and leaves."""
        for value, tensor in (*gradients.cotangents.items(), *gradients.gradients.items()):
            box = self.ids.get(id(value))
            if box is not None:
                made_by = None if tensor.node is None else self.ids.get(id(tensor.node))
                array = values_of(tensor)
                yield Flow(box, 0, made_by, tensor.output, scalar(array), largest(array), order)


def _owner(node: Any, saved: Any) -> tuple[Any, int]:
    """Whose memory a kept value is: what made it, behind everything that only looks at it differently."""
    maker, port = node, saved.position
    if not saved.is_output:
        maker, port = node.inputs[saved.position], node.ports[saved.position]
    while not port and hasattr(maker, "primitive") and maker.primitive.name in VIEWS:
        maker, port = maker.inputs[0], maker.ports[0]
    return maker, port
