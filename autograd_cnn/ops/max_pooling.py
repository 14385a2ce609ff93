"""Max pooling, and max un-pooling: where the gradient of a maximum goes.

``max_pool`` gives the largest value of each window and a switch, the number of the winning tap. For given
switches two linear maps are each other's adjoint: ``max_unpool`` sends values to the switched cells and adds
where cells meet, ``pool_at`` takes the values there. So the gradient of max pooling IS max un-pooling.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_cnn._apply import apply, apply_all
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, whole_numbers
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.kernels.max_pooling import flat_indices, max_pool, max_unpool, pool_at, switch_dtype
from autograd_cnn.ops._operands import as_tensor, has_values
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_real_cells, per_axis, window_geometry
from autograd_cnn.ops.arithmetic import Ties, check_ties
from autograd_cnn.ops.indexing import add_along_p
from autograd_cnn.ops.movement import reshape
from autograd_cnn.primitive import Primitive

_check_once = lru_cache(maxsize=256)(check_real_cells)


def _switches_like(x: Any, *, geometry: WindowGeometry, ties: Ties) -> tuple[tuple[Shape, Any]]:
    shape = (*x.shape[:2], *geometry.output)
    taps = math.prod(geometry.window)
    return (((taps, *shape), x.dtype),) if ties == "split" else ((shape, switch_dtype(geometry)),)


max_pool_p: Primitive = Primitive(
    "max_pool",
    max_pool,
    "x",
    outputs="values switches",
    shape=lambda x, *, geometry, ties: (*x.shape[:2], *geometry.output),
    extra=_switches_like,
    vjps={"x": lambda g, switches, *, geometry, ties: max_unpool_p(g, switches, geometry=geometry)},
    jvps={"x": lambda t, switches, *, geometry, ties: pool_at_p(t, switches, geometry=geometry)},
)
max_unpool_p: Primitive = Primitive(
    "max_unpool",
    max_unpool,
    "y switches",
    shape=lambda y, switches, *, geometry: (*y.shape[:2], *geometry.input),
    dtype=lambda y, switches, **_: y.dtype,
    transposes={"y": lambda g, switches, *, geometry: pool_at_p(g, switches, geometry=geometry)},
    title="max_unpool, adds",
)
pool_at_p: Primitive = Primitive(
    "pool_at",
    pool_at,
    "x switches",
    shape=lambda x, switches, *, geometry: (*x.shape[:2], *geometry.output),
    dtype=lambda x, switches, **_: x.dtype,
    transposes={"x": lambda g, switches, *, geometry: max_unpool_p(g, switches, geometry=geometry)},
)
flat_indices_p: Primitive = Primitive(
    "flat_indices",
    flat_indices,
    "switches",
    shape=lambda switches, *, geometry: switches.shape,
    dtype=lambda switches, **_: np.int64,
)


def image_of(op: str, x: Any, rank: int) -> Tensor:
    """Give x as a Tensor of samples, channels and ``rank`` spatial axes."""
    image = as_tensor(x)
    if image.ndim != rank + 2:
        raise ShapeError(
            op,
            f"x has {image.ndim} axes, not {rank + 2}",
            operands={"x": image},
            rule=f"x (samples, channels, {('length', 'height, width', 'depth, height, width')[rank - 1]})",
            fits=f"x with {rank + 2} axes",
        )
    return image


def pool_geometry(
    op: str,
    image: Tensor,
    window: Sizes,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
) -> WindowGeometry:
    """Give the sizes of a pooling; its windows lie side by side unless a stride is given."""
    sizes = per_axis(op, "window", window, image.ndim - 2)
    return window_geometry(
        op,
        image.shape[2:],
        sizes,
        sizes if stride is None else stride,
        padding,
        dilation,
        rounding,
        {"x": image, "window": sizes},
    )


def check_winners(op: str, ties: Ties, return_indices: bool) -> None:
    """Refuse a tie policy that is none of the three, or one that leaves no winner to name."""
    check_ties(op, ties)
    if return_indices and ties == "split":
        raise RangeError(
            op, 'with ties="split" a window has no single index', fits='ties="first" or "last", or no indices'
        )


def _pool(
    rank: int,
    x: Any,
    window: Sizes,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
    ties: Ties,
    return_indices: bool,
) -> Any:
    op = f"max_pool{rank}d"
    check_winners(op, ties, return_indices)
    image = image_of(op, x, rank)
    geometry = pool_geometry(op, image, window, stride, padding, dilation, rounding)
    _check_once(op, geometry)
    values, switches = apply_all(max_pool_p, (image,), {"geometry": geometry, "ties": ties})
    if not return_indices:
        return values
    return values, apply(flat_indices_p, (switches,), {"geometry": geometry})


def _unpool(
    rank: int, y: Any, indices: Any, window: Sizes, stride: Sizes | None, padding: Padding, output_size: Any
) -> Tensor:
    op = f"max_unpool{rank}d"
    pooled, places = image_of(op, y, rank), as_tensor(indices)
    operands = {"y": pooled, "indices": places}
    if places._data.dtype.kind not in "iu":
        raise DTypeError(
            op, "indices must be integers", operands=operands, fits="what return_indices=True gave"
        )
    if places.shape != pooled.shape:
        raise ShapeError(
            op, "y and its indices differ in shape", operands=operands, fits=f"indices {pooled.shape}"
        )
    size = _unpooled_size(op, pooled, window, stride, padding, output_size)
    cells = math.prod(size)
    if has_values(places) and not 0 <= places._data.min() <= places._data.max() < cells:
        raise RangeError(
            op,
            f"indices from {places._data.min()} to {places._data.max()} leave a plane of {cells} cells",
            operands=operands,
            rule=f"0 <= index < {' * '.join(map(str, size))} = {cells}",
            fits="a larger output_size, or indices of this plane",
        )
    rows = (*pooled.shape[:2], -1) if pooled.size else (*pooled.shape[:2], math.prod(pooled.shape[2:]))
    flat, flat_places = reshape(pooled, rows), reshape(places, rows)
    plane = apply(add_along_p, (flat, flat_places), {"axis": 2, "size": cells})
    return reshape(plane, (*pooled.shape[:2], *size))


def _unpooled_size(
    op: str, pooled: Tensor, window: Sizes, stride: Sizes | None, padding: Padding, output_size: Any
) -> Shape:
    rank = pooled.ndim - 2
    if output_size is not None:
        read = whole_numbers(output_size)
        return per_axis(op, "output_size", read[-rank:] if isinstance(read, tuple) else output_size, rank)
    windows = per_axis(op, "window", window, rank)
    strides = windows if stride is None else per_axis(op, "stride", stride, rank)
    pads = per_axis(op, "padding", padding, rank, least=0)  # type: ignore[arg-type]
    size = tuple(
        (n - 1) * s - 2 * p + f for n, s, p, f in zip(pooled.shape[2:], strides, pads, windows, strict=True)
    )
    if pooled.size and min(size) < 1:
        raise ShapeError(
            op,
            f"the plane would have the sizes {size}",
            operands={"y": pooled},
            rule="(N - 1) * S - 2P + F, at least 1",
            fits="less padding, or the output_size of the plane that was pooled",
        )
    return size


@checked
@composite
def max_pool1d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    ties: Ties = "first",
    return_indices: bool = False,
) -> Any:
    """Max pooling of sequences (N, C, L). Otherwise as in `max_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.max_pool1d(ag.tensor([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    tensor([[[3., 2.]]], dtype=float32)
    """
    return _pool(1, x, window, stride, padding, dilation, rounding, ties, return_indices)


@checked
@composite
def max_pool2d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    ties: Ties = "first",
    return_indices: bool = False,
) -> Any:
    """Keep the largest value of each window.

    Parameters
    ----------
    x : array_like
        (N, C, H, W).
    window : int or one an axis
        Size F of the window.
    stride : int or one an axis, optional
        Steps between windows; the window's size when left out.
    padding : int, one int an axis, one (before, after) an axis, "valid" or "same"
        Cells around the input that count as minus infinity and never win.
    dilation : int or one an axis
        Steps between the cells of a window.
    rounding : {"floor", "ceil", "exact"}
        When (N - F + 2P) / S + 1 is no integer: drop the rest, let the last window hang over, or refuse.
    ties : {"first", "last", "split"}
        Which of several equal largest cells of a window gets its cotangent: the first in row-major order,
        the last, or equal shares. A NaN wins over numbers; of several NaN the first wins.
    return_indices : bool
        Give also where the winners are: flat indices into the sample's own un-padded plane.

    Returns
    -------
    Tensor, or (Tensor, Tensor)
        (N, C, H', W') of x's dtype; with indices, an int64 Tensor of the same shape. Gradient:
        max un-pooling of ``g``. A window's cotangent goes whole to its winner, every other cell gets 0
        from that window, and a cell that wins several windows gets the sum.

    Raises
    ------
    ShapeError
        When x has another rank, the windows don't fit, or a window holds only padding.
    RangeError
        When a setting is not understood, or indices are asked for with ``ties="split"``.

    Notes
    -----
    Sections 4 and 5 of the lecture.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0], [2.0, 3.0]]]], requires_grad=True)
    >>> y = ag.max_pool2d(x, 2)
    >>> y.backward()
    >>> x.grad
    tensor([[[[0., 1.],
              [0., 0.]]]], dtype=float32)
    """
    return _pool(2, x, window, stride, padding, dilation, rounding, ties, return_indices)


@checked
@composite
def max_pool3d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    ties: Ties = "first",
    return_indices: bool = False,
) -> Any:
    """Max pooling of volumes (N, C, D, H, W). Otherwise as in `max_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.max_pool3d(np.zeros((1, 1, 4, 4, 4)), 2).shape
    (1, 1, 2, 2, 2)
    """
    return _pool(3, x, window, stride, padding, dilation, rounding, ties, return_indices)


@composite
def max_unpool1d(
    y: Any,
    indices: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    output_size: Any = None,
) -> Tensor:
    """Max un-pooling of sequences (N, C, L). Otherwise as in `max_unpool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.max_unpool1d(ag.tensor([[[3.0, 2.0]]]), [[[1, 2]]], 2)
    tensor([[[0., 3., 2., 0.]]], dtype=float32)
    """
    return _unpool(1, y, indices, window, stride, padding, output_size)


@composite
def max_unpool2d(
    y: Any,
    indices: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    output_size: Any = None,
) -> Tensor:
    """Send values back to the cells that a max pooling took them from; every other cell is 0.

    Parameters
    ----------
    y : array_like
        (N, C, H, W): values, such as pooled ones.
    indices : array_like of int
        Same shape: flat indices into the plane of the result, as `max_pool2d` returns them.
    window, stride, padding
        Of the pooling; they give the size of the result, (N - 1) * S - 2P + F cells along an axis.
    output_size : sequence of int, optional
        The result's spatial sizes (or its whole shape), for a pooling that dropped a rest.

    Returns
    -------
    Tensor
        (N, C, H', W'). Where indices meet, values ADD: this is the true adjoint of pooling, and the same on
        every run. Other libraries overwrite, some in no fixed order. Gradient: ``g`` at the indices.

    Raises
    ------
    ShapeError
        When y and indices differ in shape.
    DTypeError
        When the indices are not integers.
    RangeError
        When an index lies outside the plane.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.max_unpool2d(ag.tensor([[[[5.0]]]]), [[[[1]]]], 2)
    tensor([[[[0., 5.],
              [0., 0.]]]], dtype=float32)
    """
    return _unpool(2, y, indices, window, stride, padding, output_size)


@composite
def max_unpool3d(
    y: Any,
    indices: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    output_size: Any = None,
) -> Tensor:
    """Max un-pooling of volumes (N, C, D, H, W). Otherwise as in `max_unpool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.max_unpool3d(ag.tensor([[[[[5.0]]]]]), [[[[[7]]]]], 2).shape
    (1, 1, 2, 2, 2)
    """
    return _unpool(3, y, indices, window, stride, padding, output_size)
