"""ONNX's operators that take from places and put into places."""

from __future__ import annotations

import math

import numpy as np

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, constant
from autograd_cnn.ops._operands import astype
from autograd_cnn.ops.advanced_indexing import index
from autograd_cnn.ops.arithmetic import add, multiply
from autograd_cnn.ops.comparison import equal, less, where
from autograd_cnn.ops.creation import zeros_like
from autograd_cnn.ops.indexing import scatter_add, take, take_along
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.rearranging import expand_dims, moveaxis


def _gather(call: Call) -> Tensor:
    return take(call.x, call.tensor(1), call.attribute("axis", 0))


def _gather_elements(call: Call) -> Tensor:
    x, places = call.x, call.tensor(1)
    axis = call.attribute("axis", 0) % x.ndim
    # along the other axes the indices may cover only the first cells
    head = tuple(slice(None) if a == axis else slice(n) for a, n in enumerate(places.shape))
    return take_along(index(x, head), places, axis)


def _gather_nd(call: Call) -> Tensor:
    x, places = call.x, call.tensor(1)
    batch = call.attribute("batch_dims", 0)
    parts = [index(places, (..., at)) for at in range(places.shape[-1])]
    rank = places.ndim - 1
    own = [
        constant(np.arange(n).reshape([n if a == axis else 1 for a in range(rank)]))
        for axis, n in enumerate(places.shape[:batch])
    ]
    return index(x, (*own, *parts))


def _scatter_elements(call: Call) -> Tensor:
    x, places, updates = call.x, call.tensor(1), call.tensor(2)
    axis = call.attribute("axis", 0) % x.ndim
    along = _from_start(places, x.shape[axis])
    steps = [math.prod(x.shape[a + 1 :]) for a in range(x.ndim)]
    grid = np.ogrid[tuple(slice(n) for n in places.shape)]
    rest = sum(np.asarray(grid[a] * steps[a]) for a in range(x.ndim) if a != axis)
    flat = add(multiply(along, steps[axis]), constant(rest, np.int64))
    return _scattered(call, x, reshape(flat, (-1,)), reshape(updates, (-1,)))


def _scatter_nd(call: Call) -> Tensor:
    x, places, updates = call.x, call.tensor(1), call.tensor(2)
    depth = places.shape[-1]
    inner = math.prod(x.shape[depth:])
    first = constant(0)
    for axis in range(depth):
        part = _from_start(index(places, (..., axis)), x.shape[axis])
        first = add(first, multiply(part, math.prod(x.shape[axis + 1 :])))
    cells = add(expand_dims(reshape(first, (-1,)), 1), constant(np.arange(inner)))
    return _scattered(call, x, reshape(cells, (-1,)), reshape(updates, (-1,)))


def _scattered(call: Call, x: Tensor, places: Tensor, updates: Tensor) -> Tensor:
    """Put or add updates into the flattened x."""
    kind = call.attribute("reduction", "none")
    flat = reshape(x, (-1,))
    if kind == "add":
        return reshape(scatter_add(flat, places, updates, 0), x.shape)
    if kind != "none":
        raise call.unsupported(f"reduction {kind!r}: values that meet can only be added here")
    if len(np.unique(places.numpy())) != places.size:
        raise call.unsupported("two updates of one cell: values that meet add here, none overwrites another")
    hit = scatter_add(zeros_like(flat, np.int64), places, constant(np.ones(places.shape, np.int64)), 0)
    put = scatter_add(zeros_like(flat), places, updates, 0)
    return reshape(where(equal(hit, 0), flat, put), x.shape)


def _from_start(places: Tensor, size: int) -> Tensor:
    return where(less(places, 0), add(places, size), places)


def _one_hot(call: Call) -> Tensor:
    labels, depth, values = call.x, int(call.tensor(1).numpy().item()), call.tensor(2)
    off, on = index(values, 0), index(values, 1)
    classes = constant(np.arange(depth))
    at = _from_start(astype(labels, np.int64), depth)
    hot = where(equal(expand_dims(at, -1), classes), on, off)
    axis = call.attribute("axis", -1)
    return moveaxis(hot, -1, axis)


def _compress(call: Call) -> Tensor:
    x, chosen = call.x, np.flatnonzero(call.tensor(1).numpy())
    return take(x, chosen, call.attribute("axis", None))


def _reverse_sequence(call: Call) -> Tensor:
    x, lengths = call.x, call.tensor(1).numpy()
    time, batch = call.attribute("time_axis", 0), call.attribute("batch_axis", 1)
    steps = np.arange(x.shape[time])[:, None]
    steps = np.where(steps < lengths, lengths - 1 - steps, steps)  # (time, batch)
    steps = steps if time < batch else steps.T
    places = np.broadcast_to(steps.reshape(*steps.shape, *(1,) * (x.ndim - 2)), x.shape)
    return take_along(x, places, time)


INDEXING: dict[str, Operator] = {
    "Compress": _compress,
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "GatherND": _gather_nd,
    "OneHot": _one_hot,
    "ReverseSequence": _reverse_sequence,
    "Scatter": _scatter_elements,
    "ScatterElements": _scatter_elements,
    "ScatterND": _scatter_nd,
}
