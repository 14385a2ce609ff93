"""Back through the primitives of one call: the sparse derivative of its output cells by one operand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import Node, Source, ancestors
from autograd_cnn._routing.steps import fan_of, step_of
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import GraphError, RangeError

Array = NDArray[Any]
Operand = Literal["input", "weight"]

MOST_ENTRIES = 10_000_000
_WEIGHTED = frozenset(("conv", "conv_transpose", "dense"))
# the first operand is what is computed on, whether it wants gradients or not
_LEADING = _WEIGHTED | {"prelu", "srelu"}


@dataclass(frozen=True)
class Way:
    """The steps from a call's result back to one of its operands, and where they end.

    Attributes
    ----------
    steps : tuple of (Node, int)
        Each node with the position of the operand that the way goes on to.
    inside : frozenset of Node
        Every node of the call.
    """

    steps: tuple[tuple[Node, int], ...]
    inside: frozenset[Node]

    @property
    def target(self) -> Any:
        """What the way ends at: a Node outside of the call, a leaf Tensor, or the Source of a constant."""
        node, position = self.steps[-1]
        return node.inputs[position]

    def first(self, *names: str) -> Node | None:
        """Give the first node of these primitives on the way."""
        return next((node for node, _ in self.steps if node.primitive.name in names), None)


@dataclass(frozen=True)
class Entries:
    """Pairs of cells: parallel arrays of flat output cells, flat cells of an operand, and coefficients."""

    outputs: Array
    cells: Array
    coefficients: Array


def way_to(last: Node, to: Operand) -> Way:
    """Find the way from the node that made a tensor to the call's input, or to its weight."""
    inside = frozenset(_calls_nodes(last))
    steps: list[tuple[Node, int]] = []
    node, seeking = last, to == "weight"
    while True:
        position = _main_operand(node)
        if seeking and node.primitive.name in _WEIGHTED:
            position, seeking = 1, False
        steps.append((node, position))
        parent = node.inputs[position]
        if not (isinstance(parent, Node) and parent in inside):
            break
        node = parent
    if seeking:
        raise GraphError(
            "routing",
            f"{name_of(last)} has no weight",
            operands={"y": last},
            fits='to="input", or the result of a convolution or dense layer',
        )
    if not isinstance(parent, Node | Source | Tensor):
        raise GraphError(
            "routing", f"{name_of(last)} was given a number, not a tensor", operands={"y": last}, fits=FITS
        )
    return Way(tuple(steps), inside)


FITS = (
    "the result of a pooling, an un-pooling, a convolution, a dense layer or an elementwise function of an "
    "x with requires_grad=True"
)


def name_of(node: Node) -> str:
    """Name the call that a node belongs to, as the user typed it."""
    scope = node.scope
    return scope.name if scope is not None and scope.kind == "function" else node.primitive.name


def _calls_nodes(last: Node) -> list[Node]:
    scope = last.scope
    if scope is None or scope.kind != "function":
        return [last]
    outside = [
        parent
        for node in ancestors([last])
        if node.scope is scope
        for parent in node.inputs
        if isinstance(parent, Node) and parent.scope is not scope
    ]
    return [node for node in ancestors([last], frozenset(outside)) if node.scope is scope]


def _main_operand(node: Node) -> int:
    if node.primitive.name in _LEADING:
        return 0
    return next((position for position, wants in enumerate(node.plan.wanted) if wants), 0)


def entries_of(last: Node, way: Way, outputs: Array) -> Entries:
    """Give the pairs of the flat cells ``outputs`` with the cells of the way's target.

    Where the target is used more than once in the call, the coefficients of its ways add up.
    """
    target = way.target
    useful = _leading_to(way)
    ones = np.ones(len(outputs), last.dtype)
    pending: dict[Node, list[Entries]] = {last: [Entries(outputs, outputs, ones)]}
    arrived: list[Entries] = []
    for node in sorted(useful, key=lambda node: node.serial, reverse=True):
        if node not in pending:
            continue  # it only leads there by way of switches
        entries = _joined(pending.pop(node))
        for position, parent in enumerate(node.inputs):
            if (parent is not target and parent not in useful) or node.ports[position] != 0:
                continue
            pulled = _pull(last, node, position, entries)
            (arrived if parent is target else pending.setdefault(parent, [])).append(pulled)
    if not arrived:
        raise _not_sparse(last, last)
    joined = _joined(arrived)
    return joined if len(arrived) == 1 and len(useful) <= len(way.steps) else _merged(joined, target.shape)


def _leading_to(way: Way) -> set[Node]:
    """Give the nodes of the call from which its target can be reached."""
    useful: set[Node] = set()
    for node in sorted(way.inside, key=lambda node: node.serial):
        if any(parent is way.target or parent in useful for parent in node.inputs):
            useful.add(node)
    return useful


def _pull(last: Node, node: Node, position: int, entries: Entries) -> Entries:
    step = step_of(node, position)
    if step is None:
        raise _not_sparse(last, node)
    count = len(entries.cells) * fan_of(node)
    if count > MOST_ENTRIES:
        cells = math.prod(last.shape)
        raise RangeError(
            "routing",
            f"{name_of(last)} has up to {count:,} pairs of cells here, more than {MOST_ENTRIES:,}",
            operands={"y": last},
            rule=f"{len(entries.cells):,} cells with up to {fan_of(node):,} partners each",
            fits=f"outputs=[{', '.join(map(str, _example(last)))}], or others of the {cells:,} output cells",
            line=node.line,
        )
    if not len(entries.cells):
        return entries
    pulled = step(node, position, entries.cells)
    return Entries(
        entries.outputs[pulled.parents],
        pulled.sources,
        entries.coefficients[pulled.parents] * pulled.coefficients,
    )


def _not_sparse(last: Node, node: Node) -> GraphError:
    inner = f" of {name_of(last)}" if name_of(last) != node.primitive.name else ""
    return GraphError(
        "routing",
        f"this tensor was made by {node.primitive.name}{inner}, "
        "which is neither a pooling, a convolution, a dense layer nor elementwise",
        operands={"y": last},
        fits=FITS,
        line=node.line,
    )


def _example(last: Node) -> list[tuple[int, ...]]:
    middle = tuple(size // 2 for size in last.shape)
    return [(0, *middle[1:])] if middle else [()]


def _joined(parts: Sequence[Entries]) -> Entries:
    if len(parts) == 1:
        return parts[0]
    return Entries(
        np.concatenate([part.outputs for part in parts]),
        np.concatenate([part.cells for part in parts]),
        np.concatenate([part.coefficients for part in parts]),
    )


def _merged(entries: Entries, shape: tuple[int, ...]) -> Entries:
    """Add the coefficients of equal pairs; pairs in order of output cell, then of target cell."""
    size = max(math.prod(shape), 1)
    keys, place = np.unique(entries.outputs * size + entries.cells, return_inverse=True)
    sums = np.zeros(len(keys), entries.coefficients.dtype)
    np.add.at(sums, place, entries.coefficients)
    used = sums != 0
    outputs, cells = np.divmod(keys[used], size)
    return Entries(outputs, cells, sums[used])
