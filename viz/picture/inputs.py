"""Which leaves and constants of a graph are its data, and which serve as weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def data_inputs(nodes: Sequence[Any], handed_in: Iterable[Any] = ()) -> frozenset[int]:
    """The ``id`` of each leaf and constant that is an input of the network.

    An input was handed in, or reaches the data argument of a layer through nothing but operations of one
    argument. What reaches a weight or bias argument so is none.

    Parameters
    ----------
    nodes : sequence of Node
        In order of execution.
    handed_in : iterable of Tensor
        The examples that a function or module was called with.
    """
    given = {id(tensor) for tensor in handed_in}
    origins: dict[int, Any] = {}
    data: dict[int, Any] = {}
    weights: set[int] = set()
    for node in nodes:
        arguments = [value for value in node.inputs if hasattr(value, "shape")]
        starts = [origins.get(id(value), None if _is_node(value) else value) for value in arguments]
        if len(starts) == 1 and starts[0] is not None:
            origins[id(node)] = starts[0]
        for source in node.inputs:
            if not _is_node(source) and _was_given(source, given):
                data[id(source)] = source
        if not _is_layer(node):
            continue
        for slot, start in enumerate(starts):
            if start is not None and slot == 0:
                data[id(start)] = start
            elif start is not None:
                weights.add(id(start))
    return frozenset(data.keys() - weights)


def _is_node(value: Any) -> bool:
    return hasattr(value, "primitive")


def _is_layer(node: Any) -> bool:
    """Whether the first argument is data by the operation's nature."""
    return "geometry" in node.settings or "weight" in tuple(node.primitive.inputs)[1:]


def _was_given(value: Any, given: set[int]) -> bool:
    if id(value) in given:
        return True
    tensor = value.tensor() if hasattr(value, "tensor") else None
    return tensor is not None and id(tensor) in given
