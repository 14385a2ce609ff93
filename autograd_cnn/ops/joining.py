"""Joining and cutting tensors: concatenate, whose adjoint gives each part its slice; stack, split."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops._operands import as_floats, as_tensor
from autograd_cnn.ops._shapes import Shape, normal_axis, shape_of
from autograd_cnn.ops.indexing import slice_p
from autograd_cnn.ops.movement import pad_p, reshape
from autograd_cnn.primitive import Primitive, late


def _part(g: Any, *, position: int, axis: int, sizes: Shape) -> Any:
    start = _total(sizes[:position])
    index = (slice(None),) * axis + (slice(start, start + sizes[position]),)
    return slice_p(g, index=index, shape=g.shape)


def _placed(t: Any, *, position: int, axis: int, sizes: Shape) -> Any:
    start = _total(sizes[:position])
    widths = [(0, 0)] * t.ndim
    widths[axis] = (start, _total(sizes) - start - sizes[position])
    return pad_p(t, widths=tuple(widths))


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
    jvps={"parts": _placed},
)


@checked
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


@checked
@composite
def stack(parts: Sequence[Any], axis: int = 0) -> Tensor:
    """Join tensors of one shape along a new axis.

    Parameters
    ----------
    parts : sequence of array_like
        At least one; equal shapes. Integers take the floating dtype of the others.
    axis : int
        Where the new axis is in the result.

    Returns
    -------
    Tensor
        Gradient: each part gets its own slice of ``g``.

    Raises
    ------
    ShapeError
        When there is no part, or the shapes differ.
    RangeError
        When the axis is out of range.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.stack([ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0])])
    tensor([[1., 2.],
            [3., 4.]], dtype=float32)
    """
    tensors = tuple(map(as_tensor, parts))
    if len({t.shape for t in tensors}) != 1:
        raise ShapeError(
            "stack",
            "the parts must have one shape" if tensors else "there is nothing to stack",
            operands={f"parts[{i}]": t for i, t in enumerate(tensors)},
            fits="at least one part, equal shapes",
        )
    shape = tensors[0].shape
    place = normal_axis("stack", axis, np.broadcast_to(0, (1,) * (len(shape) + 1)))
    return concatenate([reshape(t, (*shape[:place], 1, *shape[place:])) for t in tensors], place)


@checked
def split(x: Any, sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """Cut a tensor along an axis.

    Parameters
    ----------
    x : array_like
        At least one axis.
    sections : int or sequence of int
        Into how many equal parts, or the places where to cut.
    axis : int
        The axis to cut.

    Returns
    -------
    list of Tensor
        Gradient: each part's ``g`` at its place.

    Raises
    ------
    RangeError
        When the axis is out of range or there is to be no part.
    ShapeError
        When there are no equal parts.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.split(ag.tensor([1.0, 2.0, 3.0]), [1])
    [tensor([1.], dtype=float32), tensor([2., 3.], dtype=float32)]
    """
    x = as_tensor(x)
    along = normal_axis("split", axis, x)
    size = x.shape[along]
    if isinstance(sections, int):
        if sections < 1:
            raise RangeError("split", f"{sections} parts", operands={"x": x}, fits="at least one part")
        if size % sections:
            raise ShapeError(
                "split",
                f"{size} places along axis {along} do not make {sections} equal parts",
                operands={"x": x},
                rule=f"{size} / {sections} = {size / sections:.2f} must be whole",
                fits=f"{[n for n in range(1, size + 1) if size % n == 0][:8]} parts, or a list of places",
            )
        cuts = list(range(0, size + 1, size // sections)) if size else [0] * (sections + 1)
    else:
        cuts = [0, *sections, size]
    head = (slice(None),) * along
    return [
        apply(slice_p, (x,), {"index": (*head, slice(start, stop)), "shape": x.shape})
        for start, stop in pairwise(cuts)
    ]


late.split = split
