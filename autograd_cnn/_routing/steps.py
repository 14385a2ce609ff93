"""For each primitive: the cells of an operand that its output cells are made of, with their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._graph import Node, Source
from autograd_cnn._routing.values import operand
from autograd_cnn._routing.windows import (
    Pulled,
    convolution_fan,
    pairs,
    pull_convolution,
    pull_max_pool,
    pull_resample,
    pull_window_sum,
)
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import NoGradientError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.kernels.resampling import AxisMap

Array = NDArray[Any]
Step = Callable[[Node, int, Array], Pulled]

# linear and elementwise; the others' forward rules are their gradient rules, which tells them
_ELEMENTWISE = frozenset(("cast", "identity", "masked", "multiply", "negative", "select"))
# each output cell is a copy of one input cell, so the kernel itself says of which
_MOVES = frozenset(("alias", "crop", "expand", "reshape", "slice", "take", "take_along", "transpose"))


def step_of(node: Node, position: int) -> Step | None:
    """Give the step from a node's output to one of its operands, None where there is no sparse one."""
    primitive = node.primitive
    if primitive.variadic or primitive.inputs[position] not in primitive.rules:
        return None
    if primitive.name in _STEPS:
        return _STEPS[primitive.name]
    if primitive.name in _MOVES:
        return _pull_moved
    name = primitive.inputs[position]
    if primitive.name in _ELEMENTWISE or primitive.jvps.get(name) is primitive.rules[name]:
        return _pull_elementwise
    return None


def fan_of(node: Node) -> int:
    """How many pairs an output cell has at most; what only a look at the values tells counts as 1."""
    match node.primitive.name:
        case "conv" | "conv_transpose":
            return convolution_fan(node)
        case "dense":
            return int(node.inputs[1].shape[1])
        case "window_sum" | "max_pool":
            geometry: WindowGeometry = node.settings["geometry"]
            return math.prod(geometry.window)
        case "sum" | "max" | "min":
            return int(math.prod(node.inputs[0].shape) // max(math.prod(node.shape), 1))
        case "resample":
            maps: tuple[AxisMap, ...] = node.settings["maps"]
            return math.prod(-(-m.input // m.output) + 1 for m in maps)
        case _:
            return 1


def _pull_elementwise(node: Node, position: int, cells: Array) -> Pulled:
    """Elementwise: the slope."""
    slopes = np.broadcast_to(_slopes(node, position), node.shape)
    origins = np.arange(math.prod(node.inputs[position].shape)).reshape(node.inputs[position].shape)
    sources = np.broadcast_to(origins, node.shape).reshape(-1)[cells]
    return pairs(sources[:, None], slopes.reshape(-1)[cells][:, None])


def _slopes(node: Node, position: int) -> Array:
    """What the gradient rule of an operand makes of a cotangent of ones."""
    rule = next(((r, kept) for place, r, kept in node.plan.rules if place == position), None)
    if rule is None:
        raise _unwanted(node, position)
    values = node.kept_arrays()
    with np.errstate(all="ignore"):  # an infinite slope is a value
        return np.asarray(
            rule[0](np.ones(node.shape, node.dtype), *(values[i] for i in rule[1]), **node.settings)
        )


def _unwanted(node: Node, position: int) -> NoGradientError:
    name = node.primitive.input_name(position)
    parent = node.inputs[position]
    shaped = isinstance(parent, Node | Source | Tensor)
    return NoGradientError(
        "routing",
        f"{name!r} of {node.primitive.name} wants no gradient, so its slopes were not kept",
        operands={name: parent} if shaped else None,
        fits=f"{name} made with requires_grad=True, or computed from such a tensor",
        line=node.line,
    )


def _pull_moved(node: Node, position: int, cells: Array) -> Pulled:
    """Reshaping, cutting, repeating: copies."""
    numbers = np.arange(math.prod(node.inputs[0].shape)).reshape(node.inputs[0].shape)
    others = [operand(node, place) for place in range(1, len(node.inputs))]
    moved = np.asarray(node.primitive.kernel(numbers, *others, **node.settings))
    return Pulled(np.arange(len(cells)), moved.reshape(-1)[cells], np.ones(len(cells), node.dtype))


def _gathered(targets: Array, cells: Array, dtype: Any) -> Pulled:
    """Sums: for each of ``cells`` the sources that go there; ``targets`` says where each source goes."""
    order = np.argsort(targets, kind="stable")
    ordered = targets[order]
    first, end = np.searchsorted(ordered, cells, "left"), np.searchsorted(ordered, cells, "right")
    counts = end - first
    parents = np.repeat(np.arange(len(cells)), counts)
    # the place within its cell's run of sources
    within = np.arange(len(parents)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Pulled(parents, order[np.repeat(first, counts) + within], np.ones(len(parents), dtype))


def _pull_placed(node: Node, position: int, cells: Array) -> Pulled:
    """Padding, and slices put back: copies among zeros."""
    numbers = np.arange(1, math.prod(node.inputs[0].shape) + 1).reshape(node.inputs[0].shape)
    placed = np.asarray(node.primitive.kernel(numbers, **node.settings)).reshape(-1)[cells]
    real = np.flatnonzero(placed)
    return Pulled(real, placed[real] - 1, np.ones(len(real), node.dtype))


def _reduced(node: Node, cells: Array) -> Pulled:
    """Give for each cell of a reduction over axes all that it was made of."""
    shape = node.inputs[0].shape
    axes = node.settings["axis"]
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    targets = np.broadcast_to(np.arange(math.prod(kept)).reshape(kept), shape)
    return _gathered(targets.reshape(-1), cells, node.dtype)


def _pull_sum(node: Node, position: int, cells: Array) -> Pulled:
    """Sums over axes."""
    return _reduced(node, cells)


def _pull_extreme(node: Node, position: int, cells: Array) -> Pulled:
    """Largest or smallest over axes: the winners, by their shares."""
    found = _reduced(node, cells)
    shares = _slopes(node, position).reshape(-1)[found.sources]
    used = shares != 0
    return Pulled(found.parents[used], found.sources[used], shares[used])


def _pull_add_along(node: Node, position: int, cells: Array) -> Pulled:
    """Un-pooling: the values that were sent to a cell, all of them where places meet."""
    places, axis = operand(node, 1), node.settings["axis"]
    grid: list[Array] = list(np.indices(places.shape))
    grid[axis] = np.where(places < 0, places + node.settings["size"], places)
    targets = np.ravel_multi_index(tuple(grid), node.shape)
    return _gathered(targets.reshape(-1), cells, node.dtype)


def _pull_dense(node: Node, position: int, cells: Array) -> Pulled:
    """Dense layers: a row of the weight to the input, the input to a row of the weight."""
    rows, numbers = np.divmod(cells, node.shape[-1])
    if position == 2:
        return Pulled(np.arange(len(cells)), numbers, np.ones(len(cells), node.dtype))
    size = node.inputs[1].shape[1]
    inputs = rows[:, None] * size + np.arange(size)
    weights = numbers[:, None] * size + np.arange(size)
    if position == 0:
        return pairs(inputs, operand(node, 1).reshape(-1)[weights])
    return pairs(weights, operand(node, 0).reshape(-1)[inputs])


_STEPS: dict[str, Step] = {
    "add_along": _pull_add_along,
    "conv": pull_convolution,
    "conv_transpose": pull_convolution,
    "dense": _pull_dense,
    "max": _pull_extreme,
    "max_pool": pull_max_pool,
    "min": _pull_extreme,
    "pad": _pull_placed,
    "resample": pull_resample,
    "sum": _pull_sum,
    "unslice": _pull_placed,
    "window_sum": pull_window_sum,
}
