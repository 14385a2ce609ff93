"""Recording: `apply` runs a primitive and, where gradients are wanted, makes the Node that remembers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd_cnn._graph import Node, Source, next_serial
from autograd_cnn._modes import MODE
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError
from autograd_cnn.lines import user_position
from autograd_cnn.primitive import Primitive, late

NO_SETTINGS: Mapping[str, Any] = {}
NOTHING: tuple[Any, ...] = ()


def _apply(primitive: Primitive, inputs: tuple[Any, ...], settings: Mapping[str, Any] = NO_SETTINGS) -> Any:
    """Run a primitive on Tensors and Python scalars, and record it where gradients or a capture ask for it.

    Gives a Tensor, or a tuple of them for a primitive with several outputs.
    """
    arrays = []
    mask = 1  # a leading 1, then one bit an input: does it want a gradient?
    for value in inputs:
        if value.__class__ is Tensor:
            arrays.append(value._data)
            mask += mask + value._wants
        else:
            arrays.append(value)
            mask += mask
    if primitive.check_first:
        primitive.shape(*arrays, **settings)
    try:
        result = primitive.kernel(*arrays, **settings) if settings else primitive.kernel(*arrays)
    except ValueError:
        primitive.shape(*arrays, **settings)
        raise
    extra: tuple[Any, ...] = ()
    if result.__class__ is tuple:
        result, *rest = result
        extra = tuple(rest)
    if result.__class__ is not np.ndarray:
        result = np.asarray(result)
    mode = MODE.get()
    wants = mask & (mask - 1) != 0 and mode.recording and primitive.differentiable
    if not wants:
        if not mode.capturing:
            return (Tensor(result), *map(Tensor, extra)) if extra else Tensor(result)
        mask = 1 << len(inputs)
    plan = primitive.plans.get(mask) or primitive.plan(mask)
    node = Node()
    node.serial = next_serial()
    node.plan = plan
    node.settings = settings
    node.mode = mode
    node.shape = result.shape
    node.dtype = result.dtype
    node._rare = None
    node._code, node._offset = user_position(1)
    parents: list[Any] = []
    for value in inputs:
        if value.__class__ is Tensor:
            parent: Any = value._node
            if parent is None:
                parent = value if value._wants else value._source or source_of(value)
            elif value._port:
                node.rare.ports = tuple(getattr(v, "_port", 0) for v in inputs)
            parents.append(parent)
        else:
            parents.append(value)
    node.inputs = tuple(parents)
    if extra:
        node.rare.outputs = tuple((array.shape, array.dtype) for array in extra)
        node._saved = tuple(
            (extra[kept.position - 1] if kept.position else result)
            if kept.is_output
            else arrays[kept.position]
            for kept in plan.keep
        )
        return (
            Tensor(result, wants, node),
            *(Tensor(a, False, node, port) for port, a in enumerate(extra, 1)),
        )
    node._saved = tuple([result if at < 0 else arrays[at] for at in plan.where]) if plan.where else NOTHING
    return Tensor(result, wants, node)


def source_of(tensor: Tensor) -> Source:
    """Give the one `Source` that stands for a constant Tensor in every graph."""
    if tensor._source is None:
        tensor._source = Source(tensor)
    return tensor._source


def constant(value: Any) -> Any:
    """Make an operand of what a user wrote: arrays and lists become Tensors, Python scalars stay scalars."""
    if value.__class__ is Tensor or value.__class__ in (float, int, bool):
        return value
    if isinstance(value, np.generic):
        return value.item()
    array = np.asarray(value)
    if array.dtype == object:
        raise DTypeError(
            "operand", f"cannot make numbers of a {type(value).__name__}", fits="a Tensor, array or number"
        )
    return Tensor(array)


# one function under two types: most primitives give one Tensor, some a tuple of them
apply: Callable[..., Tensor] = _apply
apply_all: Callable[..., tuple[Tensor, ...]] = _apply

late.apply = _apply
