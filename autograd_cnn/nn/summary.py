"""A network's shapes, parameters and costs, worked out from shapes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_cnn._costs import flops, nbytes
from autograd_cnn._creation import abstract_tensor
from autograd_cnn._graph import Node, Recording
from autograd_cnn._modes import Scope, switched
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import RangeError


@dataclass(frozen=True)
class LayerSummary:
    """One module call, or one function call outside of any layer.

    Attributes
    ----------
    path, kind : str
        Where it stands in the network, and its class.
    shape : tuple of int
        Of its result.
    parameters : int
        Trainable numbers that it uses for the first time.
    flops : int
        Floating-point operations of the forward pass; a multiplication and an addition are two.
    nbytes : int
        Bytes of everything that it computes.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    flops: int
    nbytes: int


@dataclass(frozen=True)
class Summary:
    """Layers in order of execution, and what they add up to; `print` shows a table."""

    input_shapes: tuple[tuple[int, ...], ...]
    layers: tuple[LayerSummary, ...]

    @property
    def parameters(self) -> int:
        """Trainable numbers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def flops(self) -> int:
        """Floating-point operations of the forward pass."""
        return sum(layer.flops for layer in self.layers)

    @property
    def nbytes(self) -> int:
        """Bytes of all results."""
        return sum(layer.nbytes for layer in self.layers)

    def __str__(self) -> str:
        head = ("layer", "kind", "gives", "parameters", "MFLOP", "result kB")
        rows = [head, *((x.path, x.kind, str(x.shape), *_numbers(x)) for x in self.layers)]
        rows.append(("total", "", "", *_numbers(self)))
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = ["  ".join(map(_aligned, row, widths, range(len(head)))) for row in rows]
        shapes = ", ".join(map(str, self.input_shapes))
        return "\n".join([f"input {shapes}", *(line.rstrip() for line in lines)])


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 3 else cell.rjust(width)


def _numbers(row: LayerSummary | Summary) -> tuple[str, str, str]:
    return f"{row.parameters:,}", f"{row.flops / 1e6:,.3f}", f"{row.nbytes / 1e3:,.1f}"


def summarise(forward: Callable[..., Any], shapes: tuple[Any, ...], dtype: DTypeLike = np.float32) -> Summary:
    """Run a module or function on abstract tensors of the given shapes and sum up what it did.

    Raises
    ------
    RangeError
        When a shape is not a tuple of whole numbers from 0 on.
    AutogradError
        Whatever the layer raises whose input does not fit; a note names the layer.
    """
    for shape in shapes:
        if not isinstance(shape, (tuple, list)) or not all(isinstance(n, int) and n >= 0 for n in shape):
            raise RangeError("summary", f"{shape!r} is no shape", fits="a tuple such as (1, 1, 32, 32)")
    inputs = [abstract_tensor(tuple(shape), dtype) for shape in shapes]
    with switched(abstract=True, capturing=True):
        result = forward(*inputs)
    outputs = [result] if isinstance(result, Tensor) else [t for t in result if isinstance(t, Tensor)]
    graph = Recording.of(*outputs)
    return Summary(tuple(tuple(shape) for shape in shapes), tuple(_layers(graph.nodes)))


def _layers(nodes: Iterable[Node]) -> list[LayerSummary]:
    """Join consecutive nodes of one innermost call into a row each."""
    nodes = tuple(nodes)
    containers = {scope for node in nodes if node.scope is not None for scope in _outer_modules(node.scope)}
    groups: dict[Any, list[Node]] = {}
    for node in nodes:
        groups.setdefault(_place(node, containers), []).append(node)
    counted: set[Tensor] = set()
    layers = []
    for place, group in groups.items():
        leaves = [v for node in group for v in node.inputs if isinstance(v, Tensor)]
        fresh = [leaf for leaf in dict.fromkeys(leaves) if leaf not in counted]
        counted.update(fresh)
        path, kind = _names(place)
        size = sum(leaf.size for leaf in fresh)
        cost, memory = sum(map(flops, group)), sum(map(nbytes, group))
        layers.append(LayerSummary(path, kind, group[-1].shape, size, cost, memory))
    return layers


def _outer_modules(scope: Scope) -> list[Scope]:
    """Give the module calls around the innermost one: these are containers, not layers."""
    modules = [entry for entry in scope.path() if entry.kind == "module"]
    return modules[:-1]


def _place(node: Node, containers: set[Scope]) -> Scope | Node:
    """Give the layer's call; in a container the function's call, or the node when there is none."""
    scope = node.scope
    if scope is None or scope in containers:
        return node
    if scope.kind == "function" and scope.parent is not None and scope.parent not in containers:
        return scope.parent
    return scope


def _names(place: Scope | Node) -> tuple[str, str]:
    """Give a row's path and kind."""
    scope = place.scope if isinstance(place, Node) else place
    modules = [] if scope is None else [entry.name for entry in scope.path() if entry.kind == "module"][1:]
    if isinstance(place, Node):
        return ".".join([*modules, place.primitive.name]), "operation"
    if place.kind == "function":
        return ".".join([*modules, place.name]), "function"
    return ".".join(modules) or place.name, place.title
