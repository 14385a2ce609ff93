"""What a recorded call saw: the values of its operands and results, where they are still there.

What a node kept for its gradient rule comes first, then the tensors themselves, then computing them again.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from autograd_cnn._graph import Node
from autograd_cnn._recall import recall
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import FreedGraphError, GraphError

Array = NDArray[Any]


def seen(node: Node, position: int) -> Array | None:
    """Give the value of an operand as the node saw it, kept or still there, or None when it is gone."""
    if not node.freed:
        for kept in node.saved:
            if kept.position == position and not kept.is_output:
                return kept.array  # type: ignore[no-any-return]
    parent = node.inputs[position]
    if isinstance(parent, Node):
        return recall(parent, node.ports[position])
    if isinstance(parent, Tensor):
        return None if parent.version > node.serial else parent.numpy()
    tensor = parent.tensor()
    return None if tensor is None or tensor.version > parent.serial else tensor.numpy()


def operand(node: Node, position: int) -> Array:
    """Give the value of an operand; refuse when it is gone."""
    value = seen(node, position)
    if value is None:
        name = node.primitive.input_name(position)
        raise (FreedGraphError if node.freed else GraphError)(
            "routing",
            f"the value of {name!r} of {node.primitive.name} is gone, and the coefficients depend on it",
            operands={name: node.inputs[position]},
            fits="asking before the tensor is assigned or given up, and before a backward pass frees values",
            line=node.line,
        )
    return value


def output_named(node: Node, name: str) -> Array:
    """Give one of the results that a node kept."""
    return next(value.array for value in node.saved if value.is_output and value.name == name)
