"""Moving elements without changing them: each op with its adjoint, sharing one set of settings.

reshape with reshape, transpose with transpose, pad with crop, slice with unslice, take_along with
add_along, concatenate with slices.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor, apply
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.ops._operands import as_floats, as_tensor
from autograd_cnn.ops._shapes import Shape, normal_axes, normal_axis, shape_of
from autograd_cnn.primitive import Primitive, late

Widths = tuple[tuple[int, int], ...]

reshape_p: Primitive = Primitive(
    "reshape",
    lambda x, *, source, target: x.reshape(target),
    "x",
    shape=lambda x, *, source, target: target,
    transposes={"x": lambda g, *, source, target: reshape_p(g, source=target, target=source)},
)
transpose_p: Primitive = Primitive(
    "transpose",
    lambda x, *, axes: x.transpose(axes),
    "x",
    shape=lambda x, *, axes: tuple(x.shape[a] for a in axes),
    transposes={"x": lambda g, *, axes: transpose_p(g, axes=tuple(map(axes.index, range(len(axes)))))},
)


def _crop(x: Any, *, widths: Widths) -> Any:
    return x[
        tuple(slice(before, size - after) for size, (before, after) in zip(x.shape, widths, strict=True))
    ]


pad_p: Primitive = Primitive(
    "pad",
    lambda x, *, widths: np.pad(x, widths),
    "x",
    shape=lambda x, *, widths: tuple(n + a + b for n, (a, b) in zip(x.shape, widths, strict=True)),
    transposes={"x": lambda g, *, widths: crop_p(g, widths=widths)},
)
crop_p: Primitive = Primitive(
    "crop",
    _crop,
    "x",
    shape=lambda x, *, widths: tuple(n - a - b for n, (a, b) in zip(x.shape, widths, strict=True)),
    transposes={"x": lambda g, *, widths: pad_p(g, widths=widths)},
)


def _unslice(y: Any, *, index: Any, shape: Shape) -> Any:
    x = np.zeros(shape, y.dtype)
    x[index] = y
    return x


def _sliced_shape(x: Any, *, index: Any, shape: Shape) -> Shape:
    return np.broadcast_to(np.zeros(()), shape)[index].shape


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
    transposes={"x": lambda g, indices, *, axis, size: add_along_p(g, indices, axis=axis, size=size)},
    title="take",
)
add_along_p: Primitive = Primitive(
    "add_along",
    _add_along,
    "y indices",
    shape=lambda y, indices, *, axis, size: (*y.shape[:axis], size, *y.shape[axis + 1 :]),
    transposes={"y": lambda g, indices, *, axis, size: take_along_p(g, indices, axis=axis, size=size)},
    title="put back, adds",
)


def _part(g: Any, *, position: int, axis: int, sizes: Shape) -> Any:
    start = _total(sizes[:position])
    index = (slice(None),) * axis + (slice(start, start + sizes[position]),)
    return slice_p(g, index=index, shape=g.shape)


def _concatenated_shape(*parts: Any, axis: int, sizes: Shape) -> Shape:
    shapes = [shape_of(part) for part in parts]
    rests = [shape[:axis] + shape[axis + 1 :] for shape in shapes]
    if any(rest != rests[0] for rest in rests):
        raise ShapeError(
            "concatenate",
            f"the parts must have equal sizes except along axis {axis}",
            operands={f"parts[{i}]": part for i, part in enumerate(parts)},
            fits=f"parts like parts[0], any size along axis {axis}",
        )
    return (*shapes[0][:axis], _total(sizes), *shapes[0][axis + 1 :])


def _total(sizes: Sequence[int]) -> int:
    """Add up sizes as a Python integer."""
    return int(np.sum(sizes, dtype=np.int64))


concatenate_p: Primitive = Primitive(
    "concatenate",
    lambda *parts, axis, sizes: np.concatenate(parts, axis),
    "*parts",
    shape=_concatenated_shape,
    transposes={"parts": _part},
)


def reshape(x: Any, shape: int | Sequence[int]) -> Tensor:
    """Give the same elements, in row-major order, another shape.

    Parameters
    ----------
    x : array_like
        Any shape.
    shape : int or sequence of int
        The new shape, of as many elements; one entry may be -1 and is then computed.

    Raises
    ------
    ShapeError
        When the numbers of elements differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.reshape(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), -1).shape
    (4,)
    """
    x = as_tensor(x)
    target = (
        (int(shape),) if isinstance(shape, (int, np.integer)) else tuple(operator.index(n) for n in shape)
    )
    known = math.prod(n for n in target if n != -1)
    resolved = target
    if target.count(-1) == 1 and known and x.size % known == 0:
        resolved = tuple(x.size // known if n == -1 else n for n in target)
    if min(resolved, default=0) < 0 or math.prod(resolved) != x.size:
        raise ShapeError(
            "reshape",
            f"{x.size} elements cannot take the shape {target}",
            operands={"x": x},
            rule=f"the sizes must multiply to {x.size}",
            fits=f"for instance (-1,) or {(-1, *x.shape[1:])}",
        )
    if resolved == x.shape:
        return x
    return apply(reshape_p, (x,), {"source": x.shape, "target": resolved})


def flatten(x: Any, start: int = 0) -> Tensor:
    """Join all axes from ``start`` on into one: (N, C, H, W) with ``start=1`` becomes (N, C*H*W).

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.flatten(np.zeros((2, 3, 4)), start=1).shape
    (2, 12)
    """
    x = as_tensor(x)
    first = normal_axis("flatten", start, x) if x.ndim else 0
    return reshape(x, (*x.shape[:first], math.prod(x.shape[first:])))


def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """Permute the axes; None reverses them. The gradient is permuted back.

    Raises
    ------
    RangeError
        When ``axes`` is not a permutation of x's axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.transpose(np.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    x = as_tensor(x)
    order = tuple(range(x.ndim))[::-1] if axes is None else tuple(axes)
    if len(order) != x.ndim:
        raise RangeError(
            "transpose",
            f"{order} names {len(order)} axes of {x.ndim}",
            operands={"x": x},
            fits="every axis once",
        )
    normal_axes("transpose", order, x)
    return apply(transpose_p, (x,), {"axes": tuple(a % x.ndim for a in order)})


@composite
def pad(x: Any, widths: int | Sequence[Any], value: float = 0.0) -> Tensor:
    """Put cells of a constant around a tensor.

    Parameters
    ----------
    x : array_like
        Any shape.
    widths : int, or one int or (before, after) an axis
        How many cells to add at the two ends of each axis.
    value : float
        What to put there. It gets no gradient; x's gradient is ``g`` cropped back.

    Raises
    ------
    RangeError
        When a width is negative or their number is not that of the axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.pad(ag.tensor([1.0, 2.0]), [(1, 2)])
    tensor([0., 1., 2., 0., 0.], dtype=float32)
    """
    x = as_tensor(x)
    pairs = [widths] * x.ndim if isinstance(widths, int) else list(widths)
    normal = tuple(
        (int(p), int(p)) if isinstance(p, (int, np.integer)) else (int(p[0]), int(p[1])) for p in pairs
    )
    if len(normal) != x.ndim or any(n < 0 for pair in normal for n in pair):
        raise RangeError(
            "pad",
            f"widths={widths} must be {x.ndim} pairs of numbers from 0 on",
            operands={"x": x},
            fits="one (before, after) an axis",
        )
    if not any(n for pair in normal for n in pair):
        return x
    padded: Tensor = apply(pad_p, (x,), {"widths": normal})
    if value == 0:
        return padded
    frame = np.pad(np.zeros(x.shape, x.dtype), normal, constant_values=value)
    return padded + frame


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
    if places.size and not -size <= places._data.min() <= places._data.max() < size:
        raise RangeError(
            "take_along",
            f"indices from {places._data.min()} to {places._data.max()} leave axis {axis}",
            operands=operands,
            fits=f"indices from {-size} to {size - 1}",
        )
    return apply(take_along_p, (x, places), {"axis": axis, "size": size})


def concatenate(parts: Sequence[Any], axis: int = 0) -> Tensor:
    """Join tensors along an existing axis.

    Parameters
    ----------
    parts : sequence of array_like
        At least one; equal shapes except along ``axis``. Integers take the floating dtype of the others.
    axis : int
        The axis to join along.

    Returns
    -------
    Tensor
        Gradient: each part gets its own slice of ``g``.

    Raises
    ------
    ShapeError
        When there is no part, or the other sizes differ.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.concatenate([ag.tensor([1.0]), ag.tensor([2.0, 3.0])])
    tensor([1., 2., 3.], dtype=float32)
    """
    tensors = tuple(map(as_tensor, parts))
    if not tensors:
        raise ShapeError("concatenate", "there is nothing to join", fits="at least one part")
    if any(t._data.dtype.kind == "f" for t in tensors):
        tensors = as_floats(*tensors)
    axis = normal_axis("concatenate", axis, tensors[0])
    for number, part in enumerate(tensors):
        if part.ndim != tensors[0].ndim:
            raise ShapeError(
                "concatenate",
                f"part {number} has {part.ndim} axes, part 0 has {tensors[0].ndim}",
                operands={f"parts[{i}]": t for i, t in enumerate(tensors)},
                fits="parts with equally many axes",
            )
    sizes = tuple(t.shape[axis] for t in tensors)
    return apply(concatenate_p, tensors, {"axis": axis, "sizes": sizes})


late.index, late.reshape, late.transpose, late.flatten = index, reshape, transpose, flatten
