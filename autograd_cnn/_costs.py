"""What an operation costs: floating-point operations and bytes, read off a recorded node."""

from __future__ import annotations

import math
from typing import Any

from autograd_cnn._graph import Node

_CONVOLUTIONS = ("conv", "conv_transpose", "conv_weight_gradient")
_MOVEMENT = (
    "alias", "reshape", "transpose", "expand", "pad", "crop", "slice", "unslice", "concatenate", "take_along",
)  # fmt: skip


def flops(node: Node) -> int:
    """Count a node's floating-point operations: a multiplication and an addition are two.

    Convolutions and matrix products are counted exactly, movement as 0, everything else as one for each
    element that it reads or writes, whichever are more.
    """
    name = node.primitive.name
    if name in _CONVOLUTIONS:
        geometry = node.settings["geometry"]
        batch = int(node.inputs[0].shape[0])
        channels, filters = _channels(node)
        taps: int = math.prod(geometry.kernel)
        windows: int = math.prod(geometry.output)
        groups: int = geometry.groups
        return 2 * batch * channels * filters // groups * taps * windows
    if name == "dense":
        return 2 * math.prod(node.shape) * int(node.inputs[0].shape[-1])
    if name == "matmul":
        return 2 * math.prod(node.shape) * int(node.inputs[0].shape[-1])
    if name in _MOVEMENT:
        return 0
    read = max((math.prod(getattr(value, "shape", ())) for value in node.inputs), default=0)
    return max(read, math.prod(node.shape))


def _channels(node: Node) -> tuple[int, int]:
    """Give the numbers of channels on the convolution's two sides."""
    shapes: list[Any] = [value.shape for value in node.inputs]
    if node.primitive.name == "conv":
        return shapes[0][1], node.shape[1]
    if node.primitive.name == "conv_transpose":
        return node.shape[1], shapes[0][1]
    return shapes[0][1], shapes[1][1]


def nbytes(node: Node) -> int:
    """Give the bytes of a node's outputs."""
    return sum(
        math.prod(shape) * dtype.itemsize for shape, dtype in zip(node.shapes, node.dtypes, strict=True)
    )
