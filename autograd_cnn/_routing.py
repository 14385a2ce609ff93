"""Routing as data: which input cell of a pooling gets which output cell's cotangent, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_cnn._graph import Node
from autograd_cnn._recall import recall
from autograd_cnn._reverse import cotangent_for, gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import GraphError
from autograd_cnn.kernels.geometry import WindowGeometry

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Routing:
    """Where a pooling's gradient goes: a sparse map from output cells to input cells.

    The last five arrays are parallel, one row for each pair of cells that exchanges gradient.

    Attributes
    ----------
    op : str
        The pooling's name, such as ``"max_pool2d"``.
    geometry : WindowGeometry
        Sizes of input, window and output; stride, padding, dilation.
    ties : {"first", "last", "split"} or None
        The tie policy of a max pooling.
    input, output : ndarray or None, ndarray
        The values X (None when they are gone) and Y.
    cotangent, gradient : ndarray
        What arrives, dY, and where it went, dX.
    cotangent_source : str
        What dY is: ``"assumed 1"``, ``"given"``, or the name of the loss.
    switches : ndarray or None
        What a max pooling kept: the winning tap of each window, or tap weights for ``ties="split"``.
    output_cells, input_cells : ndarray of int, (E, 2 + axes)
        Sample, channel and place of the two cells.
    coefficients : ndarray, (E,)
        What the cotangent is multiplied by on its way.
    cotangents : ndarray, (E,)
        dY at the output cell.
    windows : ndarray of int, (E,)
        Number of the window in its plane, row-major.
    """

    op: str
    geometry: WindowGeometry
    ties: Literal["first", "last", "split"] | None
    input: Array | None
    output: Array
    cotangent: Array
    gradient: Array
    cotangent_source: str
    switches: Array | None
    output_cells: Array
    input_cells: Array
    coefficients: Array
    cotangents: Array
    windows: Array

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of X and dX."""
        return self.gradient.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of Y and dY."""
        return self.cotangent.shape

    def __len__(self) -> int:
        return len(self.coefficients)


@checked
def routing(
    pooled: Tensor, loss: Tensor | None = None, cotangent: ArrayLike | Tensor | None = None
) -> Routing:
    """Tell where the gradient of a pooled tensor goes.

    Parameters
    ----------
    pooled : Tensor
        The result of a max, average or sum pooling, with its graph: its input must have wanted gradients.
    loss : Tensor, optional
        What is differentiated; dY is then its gradient with respect to ``pooled``. A name given to it
        (``loss.name = "logit 3"``) is kept for pictures.
    cotangent : array_like, optional
        dY itself, of the shape of ``pooled``; with a loss, the loss's own cotangent. Without both, dY is 1.

    Returns
    -------
    Routing

    Raises
    ------
    GraphError
        When the tensor was not made by a pooling, or was made without recording; when the loss was not
        computed from it.
    FreedGraphError
        When a backward pass has freed the switches; ask before it, or use ``retain_graph=True``.
    ShapeError
        When the cotangent has another shape.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True)
    >>> r = ag.routing(ag.max_pool2d(x, 2), cotangent=[[[[0.4]]]])
    >>> r.input_cells.tolist(), r.cotangents.tolist()
    ([[0, 0, 0, 1]], [0.4000000059604645])
    """
    node = _pooling_node(pooled)
    geometry: WindowGeometry = node.settings["geometry"]
    if loss is not None:
        source = loss.name or "loss"
        dy = gradients(loss, pooled, cotangent)[0].numpy()
        if not dy.any() and not _depends(loss, node):
            # Zeros would look like an answer.
            raise GraphError(
                "routing",
                "the loss does not depend on this tensor, so no gradient arrives",
                operands={"loss": loss, "pooled": pooled},
                fits="a loss computed from pooled, or cotangent= of its shape",
            )
    elif cotangent is not None:
        source, dy = "given", cotangent_for("routing", pooled, cotangent).numpy()
    else:
        source, dy = "assumed 1", np.ones(pooled.shape, pooled.dtype)
    switches = None
    if node.primitive.name == "max_pool":
        switches = next(value.array for value in node.saved if value.name == "switches")
    coefficients = _tap_coefficients(pooled, geometry, switches)
    taps, cells = _cells_of_taps(geometry)
    entries = _entries(coefficients, taps, cells, dy)
    dx = np.zeros((*pooled.shape[:2], *geometry.input), pooled.dtype)
    np.add.at(dx, tuple(entries["input_cells"].T), entries["coefficients"] * entries["cotangents"])
    scope = node.scope
    parent = node.inputs[0]
    return Routing(
        op=scope.name if scope is not None and scope.kind == "function" else node.primitive.name,
        geometry=geometry,
        ties=node.settings.get("ties"),
        input=recall(parent, node.ports[0]) if isinstance(parent, Node) else _leaf_value(parent, node),
        output=pooled.numpy(),
        cotangent=dy,
        gradient=dx,
        cotangent_source=source,
        switches=switches,
        **entries,
    )


def _depends(loss: Tensor, wanted: Node) -> bool:
    """Whether the loss was computed by way of a node."""
    waiting = [] if loss.node is None else [loss.node]
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if node is wanted:
            return True
        found = {parent for parent in node.inputs if isinstance(parent, Node)} - seen
        seen |= found
        waiting += found
    return False


def _leaf_value(leaf: Any, node: Node) -> Array | None:
    if isinstance(leaf, Tensor):
        return None if leaf.version > node.serial else leaf.numpy()
    tensor = leaf.tensor()
    return None if tensor is None or tensor.version > leaf.serial else tensor.numpy()


def _pooling_node(pooled: Tensor) -> Node:
    """Find the pooling that made a tensor; an average is a window sum divided by counts."""
    node = pooled.node
    fits = "the result of max_pool, avg_pool or sum_pool of an x with requires_grad=True"
    if node is None:
        raise GraphError(
            "routing", "this tensor has no recorded history", operands={"pooled": pooled}, fits=fits
        )
    if node.primitive.name == "divide" and isinstance(node.inputs[0], Node):
        inner = node.inputs[0]
        if inner.primitive.name == "window_sum" and inner.scope is node.scope:
            return inner
    if node.primitive.name not in ("max_pool", "window_sum") or pooled.output != 0:
        raise GraphError(
            "routing",
            f"this tensor was made by {node.primitive.name}, not by a pooling",
            operands={"pooled": pooled},
            fits=fits,
        )
    return node


def _tap_coefficients(pooled: Tensor, geometry: WindowGeometry, switches: Array | None) -> Array:
    """Give the coefficient of each tap of each window, broadcastable to (taps, N, C, *out)."""
    taps = int(np.prod(geometry.window))
    numbers = np.arange(taps).reshape(taps, *(1,) * pooled.ndim)
    if switches is not None and switches.dtype.kind == "f":
        return switches  # the shares of a split tie
    if switches is not None:
        return np.asarray(switches == numbers, pooled.dtype)
    return np.broadcast_to(np.asarray(1.0 / _divisor(pooled), pooled.dtype), (taps, *pooled.shape))


def _divisor(pooled: Tensor) -> Any:
    """Give what an average pooling divided its sums by, a number or an array; 1 for a sum."""
    node = pooled.node
    if node is None or node.primitive.name != "divide":
        return 1.0
    return next(value.array for value in node.saved if value.name == "y")


def _cells_of_taps(geometry: WindowGeometry) -> tuple[Array, Array]:
    """Give for each tap and window whether its cell is real, and where: (taps, *out), (taps, *out, axes)."""
    rank = len(geometry.window)
    places = []
    for axis, (f, out, s, (before, _), d) in enumerate(
        zip(
            geometry.window,
            geometry.output,
            geometry.stride,
            geometry.padding,
            geometry.dilation,
            strict=True,
        )
    ):
        place = np.arange(out) * s + np.arange(f)[:, None] * d - before  # (tap, window) along this axis
        shape = [1] * (2 * rank)
        shape[axis], shape[rank + axis] = f, out
        places.append(place.reshape(shape))
    grid = np.stack(np.broadcast_arrays(*places), axis=-1).reshape(-1, *geometry.output, rank)
    real = ((grid >= 0) & (grid < np.array(geometry.input))).all(axis=-1)
    return np.asarray(real), grid


def _entries(coefficients: Array, real: Array, cells: Array, dy: Array) -> dict[str, Array]:
    """List the pairs of cells with a coefficient, in order of output cell and then of tap."""
    used = (coefficients != 0) & real[:, None, None]
    tap_last = np.moveaxis(used, 0, -1)  # (N, C, *out, taps)
    rows = np.argwhere(tap_last)
    outputs, taps = rows[:, :-1], rows[:, -1]
    places = cells[(taps, *outputs[:, 2:].T)]
    spatial = dy.shape[2:]
    return {
        "output_cells": outputs,
        "input_cells": np.concatenate([outputs[:, :2], places], axis=1),
        "coefficients": np.broadcast_to(coefficients, used.shape)[(taps, *outputs.T)],
        "cotangents": dy[tuple(outputs.T)],
        "windows": np.ravel_multi_index(tuple(outputs[:, 2:].T), spatial)
        if len(rows)
        else np.zeros(0, np.int64),
    }
