"""Taking parts: slice with its adjoint unslice, take with add_at, take_along with add_along."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.kernels.scattering import add_along, add_at
from autograd_cnn.kernels.scattering import take_along as take_along_axis
from autograd_cnn.ops._operands import as_tensor, astype, has_values, same_kind
from autograd_cnn.ops._shapes import Shape, normal_axis, shape_of
from autograd_cnn.ops.arithmetic import add
from autograd_cnn.ops.movement import reshape
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
    check_first=False,
)
unslice_p: Primitive = Primitive(
    "unslice",
    _unslice,
    "y",
    shape=lambda y, *, index, shape: shape,
    transposes={"y": lambda g, *, index, shape: slice_p(g, index=index, shape=shape)},
    title="slice, put back",
)


def _added_shape(y: Any, indices: Any, *, axis: int, size: int) -> Shape:
    return (*y.shape[:axis], size, *y.shape[axis + indices.ndim :])


take_p: Primitive = Primitive(
    "take",
    lambda x, indices, *, axis, size: np.take(x, indices, axis),
    "x indices",
    shape=lambda x, indices, *, axis, size: (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]),
    dtype=lambda x, indices, **_: x.dtype,
    transposes={"x": lambda g, indices, *, axis, size: add_at_p(g, indices, axis=axis, size=size)},
)
add_at_p: Primitive = Primitive(
    "add_at",
    add_at,
    "y indices",
    shape=_added_shape,
    dtype=lambda y, indices, **_: y.dtype,
    transposes={"y": lambda g, indices, *, axis, size: take_p(g, indices, axis=axis, size=size)},
    title="put back, adds",
)
take_along_p: Primitive = Primitive(
    "take_along",
    take_along_axis,
    "x indices",
    shape=lambda x, indices, **_: indices.shape,
    dtype=lambda x, indices, **_: x.dtype,
    transposes={"x": lambda g, indices, *, axis, size: add_along_p(g, indices, axis=axis, size=size)},
    title="take",
)
add_along_p: Primitive = Primitive(
    "add_along",
    add_along,
    "y indices",
    shape=lambda y, indices, *, axis, size: (*y.shape[:axis], size, *y.shape[axis + 1 :]),
    dtype=lambda y, indices, **_: y.dtype,
    transposes={"y": lambda g, indices, *, axis, size: take_along_p(g, indices, axis=axis, size=size)},
    title="put back, adds",
)


@checked
def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Take slices by their places along an axis.

    Parameters
    ----------
    x : array_like
        Any shape.
    indices : array_like of int
        Any shape. Negative ones count from the end.
    axis : int or None
        Which axis the indices count along; None flattens x first.

    Returns
    -------
    Tensor
        x's shape with the axis replaced by those of ``indices``. Gradient: ``g`` is added to the places
        it was taken from.

    Raises
    ------
    RangeError
        When the axis or an index is out of range.
    DTypeError
        When the indices are not integers.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.take(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), [1, 1], axis=0)
    tensor([[3., 4.],
            [3., 4.]], dtype=float32)
    """
    x, places = as_tensor(x), as_indices("take", indices)
    if axis is None:
        x = reshape(x, (x.size,))
    along = normal_axis("take", axis or 0, x)
    check_places("take", places, along, x)
    return apply(take_p, (x, places), {"axis": along, "size": x.shape[along]})


@checked
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
    x, places = as_tensor(x), as_indices("take_along", indices)
    axis = normal_axis("take_along", axis, x)
    _check_alike("take_along", x, places, axis)
    check_places("take_along", places, axis, x)
    return apply(take_along_p, (x, places), {"axis": axis, "size": x.shape[axis]})


@checked
@composite
def scatter_add(x: Any, indices: Any, updates: Any, axis: int) -> Tensor:
    """Add each element of ``updates`` to x, at its own place along an axis; those that meet add up.

    ``y = x``, then ``y[i][indices[i][j]] += updates[i][j]`` for ``axis=1`` and two axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    indices, updates : array_like
        Of one shape, which is x's except along the axis. Indices are integers; negative ones count from
        the end.
    axis : int
        Which axis the indices count along.

    Returns
    -------
    Tensor
        Of x's shape. Gradients: ``g`` to x, and to the updates ``g`` taken at their places.

    Raises
    ------
    RangeError
        When the axis or an index is out of range.
    ShapeError
        When the shapes don't go together.
    DTypeError
        When the indices are not integers.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.scatter_add(ag.zeros(3), [0, 2, 2], ag.tensor([1.0, 2.0, 3.0]), axis=0)
    tensor([1., 0., 5.], dtype=float32)
    """
    x, y = same_kind(as_tensor(x), as_tensor(updates))
    places = as_indices("scatter_add", indices)
    axis = normal_axis("scatter_add", axis, x)
    _check_alike("scatter_add", x, places, axis)
    if y.shape != places.shape:
        raise ShapeError(
            "scatter_add",
            "each update needs one index",
            operands={"indices": places, "updates": y},
            fits=f"updates {places.shape}",
        )
    check_places("scatter_add", places, axis, x)
    added: Tensor = apply(add_along_p, (y, places), {"axis": axis, "size": x.shape[axis]})
    return add(x, added)


def as_indices(op: str, indices: Any) -> Tensor:
    """Give indices as a Tensor of integers; an empty list counts as one."""
    places = as_tensor(indices)
    if places._data.dtype.kind in "iu":
        return places if places.dtype.kind == "i" else astype(places, np.intp)
    if places.size == 0 and places.dtype.kind == "f" and not isinstance(indices, (Tensor, np.ndarray)):
        return Tensor(np.zeros(places.shape, np.intp))
    raise DTypeError(op, "indices must be integers", operands={"indices": places}, fits="an integer array")


def check_places(op: str, places: Tensor, axis: int, x: Tensor) -> None:
    """Refuse indices that leave an axis; nothing can be said of abstract ones."""
    size = x.shape[axis]
    if has_values(places) and not -size <= places._data.min() <= places._data.max() < size:
        raise RangeError(
            op,
            f"indices from {places._data.min()} to {places._data.max()} leave axis {axis}",
            operands={"x": x, "indices": places},
            fits=f"indices from {-size} to {size - 1}" if size else "no index: the axis is empty",
        )


def _check_alike(op: str, x: Tensor, places: Tensor, axis: int) -> None:
    wanted = (*x.shape[:axis], *places.shape[axis : axis + 1], *x.shape[axis + 1 :])
    if places.shape != wanted:
        raise ShapeError(
            op,
            f"x and indices differ in more than axis {axis}",
            operands={"x": x, "indices": places},
            fits=f"indices {wanted}",
        )


late.take = take
