"""Routing as data: which cells get which output cell's cotangent, and how much of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_cnn._graph import Node
from autograd_cnn._reverse import cotangent_for, gradients
from autograd_cnn._routing.values import output_named, seen
from autograd_cnn._routing.ways import FITS, Entries, Operand, Way, entries_of, name_of, way_to
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, choice
from autograd_cnn.errors import GraphError, RangeError, ShapeError
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Routing:
    """Where a call's gradient goes: a sparse map from output cells to cells of the input or of the weight.

    The last five arrays are parallel, one row for each pair of cells that exchanges gradient; a pair whose
    coefficient is 0 (a closed gate, a loser) has none. In order of output cells, so that the true gradient is

        gradient[i] = sum of coefficients * cotangents over the rows with input cell i

    Attributes
    ----------
    op : str
        The call's name, such as ``"max_pool2d"``.
    to : {"input", "weight"}
        Whose gradient it is.
    whole : bool
        Whether every output cell was followed: ``outputs`` was left out.
    geometry : WindowGeometry, ConvGeometry or None
        Sizes of input, window and output; stride, padding, dilation. None where there are no windows, or
        where their sizes differ (adaptive pooling of sizes that don't divide).
    ties : {"first", "last", "split"} or None
        The tie policy of a max pooling.
    input, weight, output : ndarray or None
        The values X, W and Y; X and W are None when they are gone, W also where there is none.
    cotangent, gradient : ndarray
        What arrives, dY, and where it went: dX, or dW for ``to="weight"``. With ``outputs``, only what these
        cells sent.
    cotangent_source : str
        What dY is: ``"assumed 1"``, ``"given"``, or the name of the loss.
    switches : ndarray or None
        What a max pooling kept: the winning tap of each window, or tap weights for ``ties="split"``.
    output_cells : ndarray of int, (E, axes of Y)
        The output cell: sample, channel and place.
    input_cells : ndarray of int, (E, axes of X or W)
        The cell of the input, or the entry of the weight.
    coefficients : ndarray, (E,)
        What the cotangent is multiplied by on its way.
    cotangents : ndarray, (E,)
        dY at the output cell.
    windows : ndarray of int, (E,)
        Number of the output cell (its window) in its plane, row-major; without planes, along the last axis.
    """

    op: str
    to: Operand
    whole: bool
    geometry: WindowGeometry | ConvGeometry | None
    ties: Literal["first", "last", "split"] | None
    input: Array | None
    weight: Array | None
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
        """Shape of what gets the gradient: of X and dX, or of W and dW."""
        return self.gradient.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of Y and dY."""
        return self.cotangent.shape

    def __len__(self) -> int:
        return len(self.coefficients)


@checked
def routing(
    y: Tensor,
    loss: Tensor | None = None,
    cotangent: ArrayLike | Tensor | None = None,
    to: Operand = "input",
    outputs: Any = None,
) -> Routing:
    """Tell where the gradient of a tensor goes, cell by cell, in the call that made it.

    ``gradient[i] = sum over o of coefficient[o, i] * cotangent[o]``. The coefficient is

    - max pooling: 1 for a window's winner, or its share of a split tie; un-pooling: 1 for each value sent
    - average, sum, weighted pooling: the tap's weight over the divisor
    - Lp pooling: ``sign(x) * (|x| / y) ** (p-1)``
    - ReLU and other elementwise functions f: the slope ``f'(x)``
    - convolution, plain or transposed, and dense layer: the weight between the two cells; to the weight, the
      input that was multiplied by it; maxout: the same for its winning piece

    Parameters
    ----------
    y : Tensor
        The result of one of these, with its graph: some operand must have wanted gradients.
    loss : Tensor, optional
        What is differentiated; dY is then its gradient with respect to ``y``. A name given to it
        (``loss.name = "logit 3"``) is kept for pictures.
    cotangent : array_like, optional
        dY itself, of the shape of ``y``; with a loss, the loss's own cotangent. Without both, dY is 1.
    to : {"input", "weight"}
        Whose gradient: the input's, or that of a convolution's or dense layer's weight.
    outputs : sequence of tuple of int, optional
        The output cells to follow, such as ``[(0, 3, 2, 2)]``; negative numbers count from the end. All when
        left out.

    Returns
    -------
    Routing

    Raises
    ------
    GraphError
        When the tensor was made by something else, or without recording; when the loss was not computed
        from it; when a value that the coefficients depend on is gone.
    NoGradientError
        When the slopes of an elementwise function were not kept, because its x wants no gradient.
    FreedGraphError
        When a backward pass has freed what is needed; ask before it, or use ``retain_graph=True``.
    RangeError
        When an output cell does not exist, or there are more than 10 million pairs: restrict ``outputs``.
    ShapeError
        When the cotangent has another shape, or ``outputs`` is no list of cells.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True)
    >>> r = ag.routing(ag.max_pool2d(x, 2), cotangent=[[[[0.4]]]])
    >>> r.input_cells.tolist(), r.cotangents.tolist()
    ([[0, 0, 0, 1]], [0.4000000059604645])
    >>> y = ag.conv2d(x, ag.tensor([[[[1.0, -1.0]]]]))
    >>> ag.routing(y, outputs=[(0, 0, 1, 0)]).coefficients.tolist()
    [1.0, -1.0]
    >>> ag.routing(y, to="weight", outputs=[(0, 0, 1, 0)]).coefficients.tolist()
    [2.0, 3.0]
    """
    choice("routing", "to", to, ("input", "weight"))
    node = y.node
    if node is None or y.output != 0:
        problem = "has no recorded history" if node is None else f"holds the places of {name_of(node)}"
        raise GraphError("routing", f"this tensor {problem}", operands={"y": y}, fits=FITS)
    way = way_to(node, to)
    dy, source = _cotangent(y, node, loss, cotangent)
    entries = entries_of(node, way, _chosen(y, outputs))
    shape = way.target.shape
    with np.errstate(all="ignore"):  # infinite slopes and cotangents are values
        sent = entries.coefficients.astype(np.float64) * dy.reshape(-1)[entries.outputs]
    gradient = np.bincount(entries.cells, sent, minlength=math.prod(shape))
    geometry = _geometry(node, way)
    maximum = way.first("max_pool")
    ties = None if maximum is None or geometry is None or way.first("absolute") else maximum.settings["ties"]
    weighted = way.first("conv", "conv_transpose", "dense")
    return Routing(
        op=name_of(node),
        to=to,
        whole=outputs is None,
        geometry=geometry,
        ties=ties,
        input=_input(way if to == "input" else way_to(node, "input")),
        weight=None if weighted is None or isinstance(geometry, WindowGeometry) else seen(weighted, 1),
        output=y.numpy(),
        cotangent=dy,
        gradient=gradient.reshape(shape).astype(y.dtype),
        cotangent_source=source,
        switches=None if maximum is None or ties is None else output_named(maximum, "switches"),
        **_columns(entries, dy, shape, y.dtype),
    )


def _cotangent(
    y: Tensor, node: Node, loss: Tensor | None, cotangent: ArrayLike | Tensor | None
) -> tuple[Array, str]:
    """Give dY, and what it is."""
    if loss is None:
        if cotangent is None:
            return np.ones(y.shape, y.dtype), "assumed 1"
        return cotangent_for("routing", y, cotangent).numpy(), "given"
    dy = gradients(loss, y, cotangent)[0].numpy()
    if not dy.any() and not _depends(loss, node):
        # Zeros would look like an answer.
        raise GraphError(
            "routing",
            "the loss does not depend on this tensor, so no gradient arrives",
            operands={"loss": loss, "y": y},
            fits="a loss computed from y, or cotangent= of its shape",
        )
    return dy, loss.name or "loss"


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


def _chosen(y: Tensor, outputs: Any) -> Array:
    """Give the flat numbers of the output cells to follow, each once, in order."""
    if outputs is None or not y.ndim:
        return np.arange(y.size)
    fits = f"cells as tuples of {y.ndim} integers, such as outputs=[{tuple(n // 2 for n in y.shape)}]"
    try:
        cells = np.array([tuple(cell) for cell in outputs])
    except (TypeError, ValueError):
        cells = np.array(None)
    if cells.size and (cells.ndim != 2 or cells.shape[1] != y.ndim or cells.dtype.kind not in "iu"):
        raise ShapeError("routing", "outputs is no list of output cells", operands={"y": y}, fits=fits)
    cells = cells.reshape(-1, y.ndim).astype(np.int64)
    wrong = ((cells < -np.array(y.shape)) | (cells >= np.array(y.shape))).any(1)
    if wrong.any():
        missing = tuple(cells[wrong][0].tolist())
        raise RangeError("routing", f"there is no output cell {missing}", operands={"y": y}, fits=fits)
    return np.unique(np.ravel_multi_index(tuple((cells % np.array(y.shape)).T), y.shape))


def _geometry(node: Node, way: Way) -> WindowGeometry | ConvGeometry | None:
    """Give the windows' sizes, where they say where the input's cells lie."""
    if way.first("resample"):
        return None
    if name_of(node) == "global_avg_pool":
        size = way.target.shape[2:]
        ones = (1,) * len(size)
        return WindowGeometry(size, size, ones, size, ((0, 0),) * len(size), ones)
    windowed = way.first("window_sum", "max_pool", "conv", "conv_transpose")
    if windowed is None:
        return None
    found: WindowGeometry | ConvGeometry = windowed.settings["geometry"]
    if isinstance(found, ConvGeometry) and name_of(node).startswith("weighted_pool"):
        # Weights that want gradients make the pooling a convolution of each channel by itself.
        return WindowGeometry(
            found.input, found.kernel, found.output, found.stride, found.padding, found.dilation
        )
    return found


def _input(way: Way) -> Array | None:
    """Give the values of X; what is no longer there is None."""
    last, position = way.steps[-1]
    return seen(last, position)


def _columns(entries: Entries, dy: Array, shape: tuple[int, ...], dtype: Any) -> dict[str, Array]:
    plane = math.prod(dy.shape[2:]) if dy.ndim > 2 else dy.shape[-1] if dy.ndim else 1
    return {
        "output_cells": _places(entries.outputs, dy.shape),
        "input_cells": _places(entries.cells, shape),
        "coefficients": entries.coefficients.astype(dtype, copy=False),
        "cotangents": dy.reshape(-1)[entries.outputs],
        "windows": entries.outputs % max(plane, 1),
    }


def _places(flat: Array, shape: tuple[int, ...]) -> Array:
    if not shape:
        return np.zeros((len(flat), 0), np.int64)
    return np.stack(np.unravel_index(flat, shape), axis=-1)
