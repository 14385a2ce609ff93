"""Forward values after the fact: what a node kept, or what can be computed again from what is still there."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from autograd_cnn._graph import Node, Source
from autograd_cnn._tensor import Tensor

Outputs = dict[int, Any]  # an output's number -> its array


def recall(node: Node, port: int = 0) -> NDArray[Any] | None:
    """Give the value of a node's output, or None when it is neither kept nor can be computed again.

    The walk goes back only as far as values are missing, and is iterative.
    """
    known: dict[Node, Outputs] = {}
    wanted: dict[Node, set[int]] = {node: {port}}
    stack = [node]
    while stack:
        current = stack[-1]
        outputs = known.get(current) or _kept(current, is_output=True)
        if wanted[current] <= outputs.keys():
            known[current] = outputs
            stack.pop()
            continue
        inputs = _kept(current, is_output=False)
        missing = []
        for position, (parent, number) in enumerate(zip(current.inputs, current.ports, strict=True)):
            if position in inputs:
                continue
            if not isinstance(parent, Node):
                inputs[position] = _outside_value(parent, current)
            elif number in known.get(parent, ()):
                inputs[position] = known[parent][number]
            else:
                wanted.setdefault(parent, set()).add(number)
                missing.append(parent)
        if missing:
            stack.extend(missing)
            continue
        known[current] = _computed(current, inputs)
        stack.pop()
    return known[node][port]  # type: ignore[no-any-return]


def _kept(node: Node, *, is_output: bool) -> Outputs:
    """Give what a node kept of its outputs or of its inputs."""
    return {} if node.freed else {v.position: v.array for v in node.saved if v.is_output == is_output}


def _outside_value(value: Any, node: Node) -> Any:
    """Give the value of a leaf, constant or scalar as ``node`` saw it, or None."""
    if isinstance(value, Source):
        tensor = value.tensor()
        return tensor.data if tensor is not None and tensor.version < value.serial else None
    if isinstance(value, Tensor):
        return value.data if value.version < node.serial else None
    return value


def _computed(node: Node, inputs: dict[int, Any]) -> Outputs:
    values = [inputs[position] for position in range(len(node.inputs))]
    if any(value is None for value in values):
        return dict.fromkeys(range(len(node.shapes)))
    result = node.primitive.kernel(*values, **node.settings)
    return dict(enumerate(result if isinstance(result, tuple) else (result,)))
