"""Shape arithmetic that several families share: broadcasting, axes, and the errors of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_cnn.errors import RangeError, ShapeError

Axis = int | tuple[int, ...] | None
Shape = tuple[int, ...]


def shape_of(operand: Any) -> Shape:
    """Give an operand's shape; a Python scalar has none."""
    return tuple(getattr(operand, "shape", ()))


def broadcast_shape(op: str, operands: Mapping[str, Any]) -> Shape:
    """Apply NumPy's broadcasting rule, or say which axes clash."""
    shapes = {name: shape_of(operand) for name, operand in operands.items()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        pass
    rank = max(map(len, shapes.values()))
    padded = {name: (1,) * (rank - len(shape)) + shape for name, shape in shapes.items()}
    clashes = []
    for axis in range(rank):
        sizes = {name: shape[axis] for name, shape in padded.items()}
        if len({size for size in sizes.values() if size != 1}) > 1:
            clashes.append(
                f"axis {axis - rank}: "
                + " against ".join(f"{size} of {name}" for name, size in sizes.items())
            )
    raise ShapeError(
        op,
        "the operands cannot be broadcast together: " + "; ".join(clashes),
        operands=operands,
        rule="aligned at the last axis, sizes must be equal or 1",
        fits="equal sizes, or size 1, along each axis named above",
    )


def elementwise(op: str, *names: str) -> Any:
    """Make the shape rule of an elementwise op with the given input names."""

    def shape(*operands: Any, **_: Any) -> Shape:
        return broadcast_shape(op, dict(zip(names, operands, strict=True)))

    return shape


def normal_axes(op: str, axis: Axis, x: Any) -> Shape:
    """Give the axes as sorted numbers from 0; None means all of them."""
    rank = len(shape_of(x))
    if axis is None:
        return tuple(range(rank))
    axes = (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
    wrong = [a for a in axes if not -rank <= a < rank]
    if wrong:
        raise RangeError(
            op,
            f"axis {wrong[0]} is out of range for {rank} axes",
            operands={"x": x},
            fits=f"axes from {-rank} to {rank - 1}" if rank else "no axis: x is a scalar",
        )
    normal = tuple(sorted(int(a) % rank for a in axes))
    if len(set(normal)) < len(normal):
        raise RangeError(op, f"axis {axis} names an axis twice", operands={"x": x}, fits="each axis once")
    return normal


def normal_axis(op: str, axis: int, x: Any) -> int:
    """Give one axis as a number from 0."""
    return normal_axes(op, axis, x)[0]
