"""Takes a `Picture` from what `autograd_cnn` recorded; afterwards the program's objects are not needed.

Objects are told apart by what they can do (a node has a ``primitive``, a leaf can be ``assign_``-ed), so
this file needs no private name of the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from viz.picture.meaning import setting_detail
from viz.picture.model import Because, Box, Edge, Flow, Half, Picture, Place, PoolCrop, Saved, Scope, Value
from viz.picture.pool_crop import pool_crop

LONGEST_NAME = 200
LONGEST_SETTING = 80
FEW_NODES = 60


def snapshot(graph: Any, results: Sequence[Any] = ()) -> Picture:
    """The picture of a forward graph.

    Parameters
    ----------
    graph : autograd_cnn.Graph
        What was recorded.
    results : sequence of Tensor
        The tensors that the graph returns, in order; their scalar values are shown.
    """
    taker = _Taker()
    taker.forward(graph, results)
    return taker.picture(graph, ())


def snapshot_with_gradient(gradients: Any, results: Sequence[Any] = (), seeds: Sequence[str] = ()) -> Picture:
    """The picture of a forward graph and of the graph that computes its gradients.

    Parameters
    ----------
    gradients : autograd_cnn.GradientGraph
        What `autograd_cnn.gradient_graph` gave.
    results : sequence of Tensor
        The differentiated tensors.
    seeds : sequence of str
        For each output, how the gradient starts, in words.
    """
    taker = _Taker()
    graph = gradients.forward
    # Asking for a value may compute it again, so numbers are shown in small formulas only.
    if len(graph.nodes) <= FEW_NODES:
        for node in graph.nodes:
            if node.shape == ():
                taker.know(node, 0, gradients.value(node))
    taker.forward(graph, results)
    for node in gradients.nodes:
        taker.operation(node, "backward")
    return taker.picture(graph, seeds, gradients)


class _Taker:
    """Numbers the objects in order of execution and collects boxes."""

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}
        self.keep: list[Any] = []  # ids are of live objects only
        self.boxes: list[Box] = []
        self.edges: list[Edge] = []
        self.scopes: list[Scope] = []
        self.scope_ids: dict[int, int] = {}
        self.calls: dict[str, int] = {}
        self.buffers: dict[tuple[int, int], int] = {}
        self.counts: dict[str, int] = {}
        self.numbers: dict[tuple[int, int], float] = {}

    def forward(self, graph: Any, results: Sequence[Any]) -> None:
        for (value, port), tensor in zip(graph.outputs, results, strict=False):
            self.know(value, port, tensor.data)
        for node in graph.nodes:
            self.operation(node, "forward")
        for value, _ in graph.outputs:
            self.box_of(value, "forward")

    def know(self, value: Any, port: int, array: Any) -> None:
        """Remember a scalar's number."""
        number = None if array is None else _scalar(array)
        if number is not None:
            self.numbers[id(value), port] = number

    def identify(self, thing: Any, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        self.keep.append(thing)
        name = self.ids[id(thing)] = f"{letter}{self.counts[letter]}"
        return name

    def box_of(self, value: Any, half: Half) -> str:
        known = self.ids.get(id(value))
        if known is not None:
            return known
        if hasattr(value, "primitive"):
            # A node that the graph does not list: shown as where its value comes from, without what is
            # before it.
            return self.constant(value, half, _clipped(value.primitive.name))
        if hasattr(value, "assign_"):
            return self.parameter(value)
        return self.constant(value, half, None)

    def parameter(self, leaf: Any) -> str:
        name = self.identify(leaf, "p")
        value = Value(tuple(leaf.shape), str(leaf.dtype), _nbytes(leaf), _scalar(leaf.data))
        self.boxes.append(Box(name, "forward", "parameter", "parameter", _name(leaf), (value,)))
        return name

    def constant(self, source: Any, half: Half, known_as: str | None) -> str:
        name = self.identify(source, "c" if half == "forward" else "s")
        tensor = source.tensor() if hasattr(source, "tensor") else None
        number = _scalar(tensor.data) if tensor is not None else None
        if tensor is not None and half == "backward" and source.name == "seed":
            number = _uniform(tensor.data)
        value = Value(tuple(source.shape), str(source.dtype), _nbytes(source), number)
        self.boxes.append(Box(name, half, "constant", "constant", known_as or _name(source), (value,)))
        return name

    def operation(self, node: Any, half: Half) -> str:
        sources = [None if _is_literal(value) else self.box_of(value, half) for value in node.inputs]
        name = self.identify(node, "n" if half == "forward" else "g")
        for slot, (source, port) in enumerate(zip(sources, node.ports, strict=True)):
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
                op=_clipped(node.primitive.name),
                name=None,
                outputs=outputs,
                slots=tuple(_slot_name(node.primitive, slot) for slot in range(len(node.inputs))),
                wanted=tuple(bool(wanted) for wanted in node.wanted),
                literals=tuple(
                    (slot, _clipped(repr(value)))
                    for slot, value in enumerate(node.inputs)
                    if sources[slot] is None
                ),
                settings=tuple((str(key), _setting(value)) for key, value in node.settings.items()),
                detail=_clipped(setting_detail(node.settings), LONGEST_SETTING),
                saved=self.saved(node) if half == "forward" else (),
                scope=self.scope(node.scope),
                place=_place(node.line),
                because=self.because(node.origin),
            )
        )
        return name

    def saved(self, node: Any) -> tuple[Saved, ...]:
        if node.freed:
            return ()
        found = []
        for saved in node.saved:
            array = saved.array
            if not isinstance(array, np.ndarray):
                continue
            owner = None if saved.is_output else node.inputs[saved.position]
            start = int(array.__array_interface__["data"][0])
            buffer = self.buffers.setdefault((start, array.nbytes), len(self.buffers))
            found.append(
                Saved(
                    name=_clipped(saved.name),
                    shape=tuple(array.shape),
                    dtype=str(array.dtype),
                    nbytes=int(array.nbytes),
                    buffer=buffer,
                    is_output=bool(saved.is_output),
                    is_parameter=hasattr(owner, "assign_"),
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
                path = _clipped(f"{path}.{entry.name}" if path else str(entry.name))
            # Two outermost modules may bear one name, so only those inside another are counted.
            if entry.kind == "module" and path:
                self.calls[path] = self.calls.get(path, 0) + 1
            self.scopes.append(
                Scope(
                    id=number,
                    parent=parent,
                    kind=str(entry.kind),
                    name=_clipped(str(entry.name)),
                    title=_clipped(str(entry.title)),
                    path=path,
                    call=self.calls.get(path, 1) if entry.kind == "module" else 1,
                    calls=1,
                )
            )
            parent = number
        return parent

    def because(self, origin: Any) -> Because | None:
        if origin is None:
            return None
        box = self.ids.get(id(origin.node))
        return None if box is None else Because(box, origin.input, str(origin.why))

    def picture(self, graph: Any, seeds: Sequence[str], gradients: Any = None) -> Picture:
        flows = () if gradients is None else tuple(self.flows(gradients))
        pools = () if gradients is None else tuple(self.pools(graph, gradients))
        return Picture(
            boxes=tuple(sorted(self.boxes, key=lambda box: box.half == "backward")),
            edges=tuple(self.edges),
            scopes=tuple(self.counted_scopes()),
            outputs=tuple((self.ids[id(value)], port) for value, port in graph.outputs),
            seeds=tuple(seeds),
            flows=flows,
            pools=pools,
            has_backward=gradients is not None,
            is_freed=any(node.freed for node in graph.nodes),
        )

    def counted_scopes(self) -> Iterable[Scope]:
        for scope in self.scopes:
            yield replace(scope, calls=self.calls.get(scope.path, 1)) if scope.kind == "module" else scope

    def flows(self, gradients: Any) -> Iterable[Flow]:
        for value, tensor in (*gradients.cotangents.items(), *gradients.gradients.items()):
            box = self.ids.get(id(value))
            if box is not None:
                made_by = None if tensor.node is None else self.ids.get(id(tensor.node))
                yield Flow(box, 0, made_by, tensor.output, _scalar(tensor.data), _largest(tensor.data))

    def pools(self, graph: Any, gradients: Any) -> Iterable[PoolCrop]:
        sent = {id(node): tensor for node, tensor in gradients.cotangents.items()}
        received = sent | {id(leaf): tensor for leaf, tensor in gradients.gradients.items()}
        uses = Counter(id(value) for node in graph.nodes for value in node.inputs)
        uses.update(id(value) for value, _ in graph.outputs)
        for node in graph.nodes:
            geometry = node.settings.get("geometry")
            if not hasattr(geometry, "window") or id(node) not in sent or not node.inputs:
                continue
            arrived = received.get(id(node.inputs[0]))
            if arrived is None or np.ndim(arrived.data) != len(geometry.window) + 2:
                continue
            switches = None
            if not node.freed:
                for saved in node.saved:
                    if saved.name == "switches" and np.issubdtype(saved.array.dtype, np.integer):
                        switches = np.asarray(saved.array)
            crop = pool_crop(
                self.ids[id(node)],
                geometry,
                switches,
                np.asarray(sent[id(node)].data),
                np.asarray(arrived.data) if uses[id(node.inputs[0])] == 1 else None,
            )
            if crop is not None:
                yield crop


def _is_literal(value: Any) -> bool:
    return not hasattr(value, "shape")


def _slot_name(primitive: Any, slot: int) -> str:
    names = tuple(primitive.inputs)
    if slot < len(names) and not getattr(primitive, "variadic", False):
        return _clipped(str(names[slot]))
    return f"{_clipped(str(names[-1])) if names else 'input'} {slot}"


def _name(thing: Any) -> str | None:
    name = getattr(thing, "name", None)
    return None if name is None else _clipped(str(name), LONGEST_NAME)


def _clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """One line of printable text: a name may be anything that a user typed."""
    text = " ".join(text[: 4 * longest].split())
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _setting(value: Any) -> str:
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"array {tuple(value.shape)} {value.dtype}"
    return _clipped(repr(value), LONGEST_SETTING)


def _nbytes(value: Any) -> int:
    shape: tuple[int, ...] = value.shape
    return prod(shape) * int(np.dtype(value.dtype).itemsize)


def _scalar(array: Any) -> float | None:
    return float(array.item()) if getattr(array, "size", 0) == 1 and array.dtype.kind in "fiub" else None


def _uniform(array: Any) -> float | None:
    """The value that all elements have."""
    values = np.asarray(array)
    return float(values.flat[0]) if values.size and bool((values == values.flat[0]).all()) else None


def _largest(array: Any) -> float:
    values = np.abs(np.asarray(array, dtype=np.float64))
    return float(values.max()) if values.size else 0.0


def _place(line: Any) -> Place | None:
    if line is None:
        return None
    return Place(str(line.file), int(line.number), _clipped(str(line.text)), str(line.function))
