"""Taking parts: slice with its adjoint unslice, take_along with add_along."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.ops._operands import as_tensor, has_values
from autograd_cnn.ops._shapes import Shape, normal_axis, shape_of
from autograd_cnn.primitive import Primitive, late


def _unslice(y: Any, *, index: Any, shape: Shape) -> Any:
    x = np.zeros(shape, y.dtype)
    x[index] = y
    return x


def _sliced_shape(x: Any, *, index: Any, shape: Shape) -> Shape:
    return shape_of(np.broadcast_to(np.zeros(()), shape)[index])


slice_p: Primitive = Primitive(
    "slice",
    lambda x, *, index, shape: x[index],
    "x",
    shape=_sliced_shape,
    transposes={"x": lambda g, *, index, shape: unslice_p(g, index=index, shape=shape)},
)
unslice_p: Primitive = Primitive(
    "unslice",
    _unslice,
    "y",
    shape=lambda y, *, index, shape: shape,
    transposes={"y": lambda g, *, index, shape: slice_p(g, index=index, shape=shape)},
    title="slice, put back",
)


def _add_along(y: Any, indices: Any, *, axis: int, size: int) -> Any:
    x = np.zeros((*y.shape[:axis], size, *y.shape[axis + 1 :]), y.dtype)
    places = list(np.ogrid[tuple(map(slice, indices.shape))])
    places[axis] = indices
    np.add.at(x, tuple(places), y)
    return x


take_along_p: Primitive = Primitive(
    "take_along",
    lambda x, indices, *, axis, size: np.take_along_axis(x, indices, axis),
    "x indices",
    shape=lambda x, indices, **_: indices.shape,
    dtype=lambda x, indices, **_: x.dtype,
    transposes={"x": lambda g, indices, *, axis, size: add_along_p(g, indices, axis=axis, size=size)},
    title="take",
)
add_along_p: Primitive = Primitive(
    "add_along",
    _add_along,
    "y indices",
    shape=lambda y, indices, *, axis, size: (*y.shape[:axis], size, *y.shape[axis + 1 :]),
    dtype=lambda y, indices, **_: y.dtype,
    transposes={"y": lambda g, indices, *, axis, size: take_along_p(g, indices, axis=axis, size=size)},
    title="put back, adds",
)


def index(x: Any, key: Any) -> Tensor:
    """Take a part of a tensor: ``x[key]`` with integers, slices, ``...`` and ``None``.

    The gradient puts ``g`` back at its place, zeros elsewhere.

    Raises
    ------
    RangeError
        When an index is out of range, or there are more indices than axes.
    DTypeError
        When the key is an array; use `take_along` with integer arrays and `where` with booleans.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.index(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), (slice(None), 0))
    tensor([1., 3.], dtype=float32)
    """
    x = as_tensor(x)
    keys = key if isinstance(key, tuple) else (key,)
    for part in keys:
        basic = part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice))
        if not basic or isinstance(part, bool):
            raise DTypeError(
                "index",
                f"cannot index with a {type(part).__name__}",
                operands={"x": x},
                fits="integers, slices, ... and None; take_along() for arrays of indices, where() for masks",
            )
    try:
        return apply(slice_p, (x,), {"index": keys, "shape": x.shape})
    except IndexError as error:
        raise RangeError("index", str(error), operands={"x": x}, fits="indices within the shape") from None


def take_along(x: Any, indices: Any, axis: int) -> Tensor:
    """Take elements by an index for each position: NumPy's ``take_along_axis``.

    Parameters
    ----------
    x : array_like
        Any shape.
    indices : array_like of int
        As many axes as x; equal sizes except along ``axis``. Negative ones count from the end.
    axis : int
        The axis that the indices count along.

    Returns
    -------
    Tensor
        Of the shape of ``indices``. Gradient: ``g`` is added to the places it was taken from.

    Raises
    ------
    RangeError
        When an index is out of range.
    ShapeError
        When the shapes don't go together.
    DTypeError
        When the indices are not integers.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.take_along(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), [[1], [0]], axis=1)
    tensor([[2.],
            [3.]], dtype=float32)
    """
    x, places = as_tensor(x), as_tensor(indices)
    axis = normal_axis("take_along", axis, x)
    operands = {"x": x, "indices": places}
    if places._data.dtype.kind not in "iu":
        raise DTypeError("take_along", "indices must be integers", operands=operands, fits="an integer array")
    wanted = (*x.shape[:axis], *places.shape[axis : axis + 1], *x.shape[axis + 1 :])
    if places.shape != wanted:
        raise ShapeError(
            "take_along",
            f"x and indices differ in more than axis {axis}",
            operands=operands,
            fits=f"indices {wanted}",
        )
    size = x.shape[axis]
    if has_values(places) and not -size <= places._data.min() <= places._data.max() < size:
        raise RangeError(
            "take_along",
            f"indices from {places._data.min()} to {places._data.max()} leave axis {axis}",
            operands=operands,
            fits=f"indices from {-size} to {size - 1}",
        )
    return apply(take_along_p, (x, places), {"axis": axis, "size": size})


late.index = index
