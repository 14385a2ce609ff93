"""Adaptive pooling: the user names the result's size, and the windows follow from it."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_cnn._apply import apply, apply_all
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.kernels.max_pooling import lowest
from autograd_cnn.kernels.resampling import AxisMap, span
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops._windows import Sizes, per_axis
from autograd_cnn.ops.arithmetic import Ties
from autograd_cnn.ops.comparison import select_p
from autograd_cnn.ops.global_pooling import check_image
from autograd_cnn.ops.indexing import take_along_p
from autograd_cnn.ops.interpolation import resample_p
from autograd_cnn.ops.max_pooling import check_winners, flat_indices_p, image_of, max_pool_p
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.window_pooling import window_sum_p


def _side_by_side(size: Shape, output: Shape) -> WindowGeometry | None:
    """Give the plain pooling that does the same, when the sizes divide."""
    if any(n % o for n, o in zip(size, output, strict=True)):
        return None
    window = tuple(n // o for n, o in zip(size, output, strict=True))
    return WindowGeometry(size, window, output, window, ((0, 0),) * len(size), (1,) * len(size))


@lru_cache(maxsize=64)
def _copied_windows(size: Shape, output: Shape) -> tuple[WindowGeometry, tuple[AxisMap, ...], Any, Any]:
    """Lay the windows out side by side, all as large as the largest; short ones repeat their last cell.

    Gives the pooling of that layout, the copying along each axis, which places are repetitions, and the flat
    cell that each place copies.
    """
    rank = len(size)
    window, maps, cells, surplus = [], [], np.zeros((), np.int64), np.zeros((), bool)
    for n, o in zip(size, output, strict=True):
        spans = [span(n, o, number) for number in range(o)]
        largest = max(end - start for start, end in spans)
        window.append(largest)
        maps.append(AxisMap("windows", n, o * largest, windows=o))
        along = np.array([min(start + k, end - 1) for start, end in spans for k in range(largest)])
        extra = np.array([start + k >= end for start, end in spans for k in range(largest)])
        cells = np.asarray(cells[..., None] * n + along)
        surplus = np.asarray(surplus[..., None] | extra)
    sizes = tuple(window)
    geometry = WindowGeometry(cells.shape, sizes, output, sizes, ((0, 0),) * rank, (1,) * rank)
    return geometry, tuple(maps), surplus, cells.reshape(-1)


def _check(op: str, rank: int, x: Any, size: Sizes) -> tuple[Tensor, Shape]:
    image = image_of(op, x, rank)
    check_image(op, image)
    output = per_axis(op, "size", size, rank)
    return image, output


def _average(rank: int, x: Any, size: Sizes) -> Tensor:
    image, output = _check(f"adaptive_avg_pool{rank}d", rank, x, size)
    image = as_float(image)
    geometry = _side_by_side(image.shape[2:], output)
    if geometry is not None:
        return apply(window_sum_p, (image,), {"geometry": geometry}) / float(math.prod(geometry.window))
    maps = tuple(AxisMap("average", n, o) for n, o in zip(image.shape[2:], output, strict=True))
    return apply(resample_p, (image,), {"maps": maps})


def _maximum(rank: int, x: Any, size: Sizes, ties: Ties, return_indices: bool) -> Any:
    op = f"adaptive_max_pool{rank}d"
    check_winners(op, ties, return_indices)
    image, output = _check(op, rank, x, size)
    geometry = _side_by_side(image.shape[2:], output)
    cells = None
    if geometry is None:
        geometry, maps, surplus, cells = _copied_windows(image.shape[2:], output)
        image = apply(resample_p, (image,), {"maps": maps})
        if ties != "first":  # else the cell itself comes before its repetitions and wins
            never = Tensor(np.asarray(lowest(image.dtype), image.dtype))
            image = apply(select_p, (Tensor(surplus), never, image))
    values, switches = apply_all(max_pool_p, (image,), {"geometry": geometry, "ties": ties})
    if not return_indices:
        return values
    places = apply(flat_indices_p, (switches,), {"geometry": geometry})
    if cells is None:
        return values, places
    flat = reshape(places, (math.prod(places.shape),))
    origins = apply(take_along_p, (Tensor(cells), flat), {"axis": 0, "size": cells.size})
    return values, reshape(origins, places.shape)


@composite
def adaptive_avg_pool1d(x: Any, size: Sizes) -> Tensor:
    """Adaptive average pooling of sequences (N, C, L). Otherwise as in `adaptive_avg_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.adaptive_avg_pool1d(ag.tensor([[[1.0, 2.0, 3.0]]]), 2)
    tensor([[[1.5, 2.5]]], dtype=float32)
    """
    return _average(1, x, size)


@composite
def adaptive_avg_pool2d(x: Any, size: Sizes) -> Tensor:
    """Average over as many windows as the result shall have cells.

    Window o along an axis of N cells runs from ``floor(o * N / N')`` to ``ceil((o + 1) * N / N')``: side by
    side where N' divides N, else overlapping by a cell.

    Parameters
    ----------
    x : array_like
        (N, C, H, W); integers become float32.
    size : int or one an axis
        The result's spatial size N'; it may exceed the input's.

    Returns
    -------
    Tensor
        (N, C, *size). Gradient: each cell of a window gets ``g`` over the window's cells; overlaps add.

    Raises
    ------
    ShapeError
        When x has another rank or an empty spatial axis.
    RangeError
        When the size is not understood.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.adaptive_avg_pool2d(np.ones((1, 3, 13, 17)), (6, 6)).shape
    (1, 3, 6, 6)
    """
    return _average(2, x, size)


@composite
def adaptive_avg_pool3d(x: Any, size: Sizes) -> Tensor:
    """Adaptive average pooling of volumes (N, C, D, H, W). Otherwise as in `adaptive_avg_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.adaptive_avg_pool3d(np.ones((1, 1, 4, 5, 6)), 2).shape
    (1, 1, 2, 2, 2)
    """
    return _average(3, x, size)


@checked
@composite
def adaptive_max_pool1d(x: Any, size: Sizes, ties: Ties = "first", return_indices: bool = False) -> Any:
    """Adaptive max pooling of sequences (N, C, L). Otherwise as in `adaptive_max_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.adaptive_max_pool1d(ag.tensor([[[1.0, 4.0, 3.0]]]), 2)
    tensor([[[4., 4.]]], dtype=float32)
    """
    return _maximum(1, x, size, ties, return_indices)


@checked
@composite
def adaptive_max_pool2d(x: Any, size: Sizes, ties: Ties = "first", return_indices: bool = False) -> Any:
    """Keep the largest value of each of as many windows as the result shall have cells.

    Parameters
    ----------
    x : array_like
        (N, C, H, W).
    size : int or one an axis
        The result's spatial size; the windows are those of `adaptive_avg_pool2d`.
    ties, return_indices
        As in `max_pool2d`.

    Returns
    -------
    Tensor, or (Tensor, Tensor)
        (N, C, *size) of x's dtype, and the winners' flat indices in the sample's plane if asked for.
        Gradient: a window's cotangent goes to its winner; a cell that wins several windows gets the sum.

    Raises
    ------
    ShapeError
        When x has another rank or an empty spatial axis.
    RangeError
        When a setting is not understood, or indices are asked for with ``ties="split"``.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.adaptive_max_pool2d(np.arange(9.0).reshape(1, 1, 3, 3), 2)
    tensor([[[[4., 5.],
              [7., 8.]]]], dtype=float64)
    """
    return _maximum(2, x, size, ties, return_indices)


@checked
@composite
def adaptive_max_pool3d(x: Any, size: Sizes, ties: Ties = "first", return_indices: bool = False) -> Any:
    """Adaptive max pooling of volumes (N, C, D, H, W). Otherwise as in `adaptive_max_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.adaptive_max_pool3d(np.ones((1, 1, 4, 5, 6)), 2).shape
    (1, 1, 2, 2, 2)
    """
    return _maximum(3, x, size, ties, return_indices)
