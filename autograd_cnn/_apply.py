"""Recording: `apply` runs a primitive and, where gradients are wanted, makes the Node that remembers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd_cnn._graph import Node, Source, next_serial
from autograd_cnn._modes import MODE
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError, DTypeError, RangeError
from autograd_cnn.lines import user_position
from autograd_cnn.primitive import Primitive, late

NO_SETTINGS: Mapping[str, Any] = {}
NOTHING: tuple[Any, ...] = ()


def _apply(  # noqa: C901 - the hot path of every op, kept in one place
    primitive: Primitive, inputs: tuple[Any, ...], settings: Mapping[str, Any] = NO_SETTINGS
) -> Any:
    """Run a primitive on Tensors and Python scalars, and record it where gradients or a capture ask for it.

    Gives a Tensor, or a tuple of them for a primitive with several outputs.
    """
    mode = MODE.get()
    if mode.plain:
        return _computed(primitive, inputs, settings)
    arrays: list[Any] = []
    parents: list[Any] = []
    mask = 1  # a leading 1, then one bit an input: does it want a gradient?
    for value in inputs:
        mask += mask
        if value.__class__ is Tensor:
            arrays.append(value._data)
            if value._wants:
                mask += 1
                parents.append(value._node or value)
                continue
        else:
            arrays.append(value)
        parents.append(value)
    if mode.abstract:
        result = primitive.abstract(arrays, settings)
    else:
        if primitive.check_first:
            primitive.shape(*arrays, **settings)
        try:
            result = primitive.kernel(*arrays, **settings) if settings else primitive.kernel(*arrays)
        except AutogradError:
            raise
        except (ValueError, TypeError, OverflowError) as error:
            raise _refusal(primitive, arrays, settings, error) from None
    extra: tuple[Any, ...] = ()
    if result.__class__ is not np.ndarray:
        if result.__class__ is tuple:
            result, *rest = result
            extra = tuple(rest)
        elif not mode.abstract:
            result = np.asarray(result)
    wants = mask & (mask - 1) != 0 and primitive.differentiable and mode.recording
    if not wants:
        if not mode.capturing:
            plain = (Tensor(result), *map(Tensor, extra)) if extra else Tensor(result)
            if mode.observer is not None:
                mode.observer.saw(primitive, inputs, settings, plain)
            return plain
        mask = 1 << len(inputs)
    plan = primitive.plans.get(mask) or primitive.plan(mask)
    node = Node()
    node.serial = next_serial()
    node.plan = plan
    node.settings = settings
    node.place = mode.place
    node.shape = result.shape
    node.dtype = result.dtype
    node._rare = None
    node._code, node._offset = user_position(2)  # our caller is an op, never the user
    if not plan.all_wanted:
        _link_constants(node, inputs, parents)
    node.inputs = tuple(parents)
    output: Any = Tensor(result, wants, node)
    if extra:
        node.rare.outputs = tuple((array.shape, array.dtype) for array in extra)
        kept = (result, *extra)
        node._saved = tuple(kept[-1 - at] if at < 0 else arrays[at] for at in plan.where)
        output = (output, *(Tensor(array, False, node, port) for port, array in enumerate(extra, 1)))
    else:
        node._saved = (
            tuple([result if at < 0 else arrays[at] for at in plan.where]) if plan.where else NOTHING
        )
    if mode.observer is not None:
        mode.observer.saw(primitive, inputs, settings, output)
    return output


def _computed(primitive: Primitive, inputs: tuple[Any, ...], settings: Mapping[str, Any]) -> Any:
    """Run a primitive where nobody asks how a value came about."""
    arrays: list[Any] = []
    for value in inputs:
        arrays.append(value._data if value.__class__ is Tensor else value)
    if primitive.check_first:
        primitive.shape(*arrays, **settings)
    try:
        result = primitive.kernel(*arrays, **settings) if settings else primitive.kernel(*arrays)
    except AutogradError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise _refusal(primitive, arrays, settings, error) from None
    if result.__class__ is np.ndarray:
        return Tensor(result)
    return tuple(map(Tensor, result)) if result.__class__ is tuple else Tensor(np.asarray(result))


def _refusal(
    primitive: Primitive, arrays: list[Any], settings: Mapping[str, Any], error: Exception
) -> AutogradError:
    """Word NumPy's refusal as ours: the shape rule's, if it refuses too, or its reason with the operands."""
    try:
        primitive.shape(*arrays, **settings)
    except AutogradError as refused:
        return refused
    operands = {primitive.input_name(position): array for position, array in enumerate(arrays)}
    whole = any(getattr(array, "dtype", np.dtype(float)).kind != "f" for array in arrays)
    kind = DTypeError if isinstance(error, TypeError) else RangeError
    return kind(primitive.name, str(error), operands=operands, fits="floating operands" if whole else None)


def _link_constants(node: Node, inputs: tuple[Any, ...], parents: list[Any]) -> None:
    """Put in place of a Tensor that wants no gradient the node (in a capture) or `Source` it comes from."""
    for position, value in enumerate(inputs):
        if value.__class__ is Tensor and not value._wants:
            parents[position] = value._node or source_of(value)
            if value._port:
                node.rare.ports = tuple(getattr(v, "_port", 0) for v in inputs)


def source_of(tensor: Tensor) -> Source:
    """Give the one `Source` that stands for a constant Tensor in every graph."""
    rare = tensor.rare
    if rare.source is None:
        rare.source = Source(tensor)
    return rare.source


def constant(value: Any) -> Any:
    """Make an operand of what a user wrote: arrays and lists become Tensors, Python scalars stay scalars."""
    if value.__class__ is Tensor or value.__class__ in (float, int, bool):
        return value
    array = np.array(value)  # a copy: what the graph has seen must not change with the caller's array
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            "operand", f"cannot make numbers of a {type(value).__name__}", fits="a Tensor, array or number"
        )
    if isinstance(value, np.generic):
        return value.item()
    if array.dtype == np.float64 and not isinstance(value, np.ndarray):
        array = array.astype(np.float32)  # a list of Python floats, as in `tensor`
    return Tensor(array)


# one function under two types: most primitives give one Tensor, some a tuple of them
apply: Callable[..., Tensor] = _apply
apply_all: Callable[..., tuple[Tensor, ...]] = _apply

late.apply = _apply
