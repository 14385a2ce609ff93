"""Taking parts of a tensor by any key that NumPy understands: ``x[key]``.

Integers, slices, ``...`` and ``None`` are one `slice`. Arrays of integers and boolean masks are added to
it as one `take`: the axes they index are brought together and joined, and so are their indices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import whole_numbers
from autograd_cnn.errors import DTypeError, RangeError, ShapeError
from autograd_cnn.ops._operands import as_tensor, astype, has_values
from autograd_cnn.ops._shapes import broadcast_shape
from autograd_cnn.ops.arithmetic import add, multiply
from autograd_cnn.ops.comparison import less, where
from autograd_cnn.ops.indexing import as_indices, check_places, slice_p, take_p
from autograd_cnn.ops.movement import reshape, transpose
from autograd_cnn.primitive import late


def index(x: Any, key: Any) -> Tensor:
    """Take a part of a tensor: ``x[key]``, with NumPy's meaning of every key.

    Parameters
    ----------
    x : array_like
        Any shape.
    key : int, slice, ..., None, array_like of int, array_like of bool, or a tuple of them
        Integer arrays broadcast together and give the elements at those places. A mask has the shape of
        the axes it stands for and gives the elements where it is true. When slices stand between arrays,
        the arrays' axes come first in the result.

    Returns
    -------
    Tensor
        Gradient: ``g`` put back at its places, zeros elsewhere; places taken more than once add up.

    Raises
    ------
    RangeError
        When an index is out of range, or there are more indices than axes.
    ShapeError
        When index arrays don't broadcast, or a mask does not match its axes.
    DTypeError
        When a part of the key is nothing to index with.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> ag.index(x, (slice(None), 0))
    tensor([1., 3.], dtype=float32)
    >>> x[[0, 1, 1], [1, 0, 0]]
    tensor([2., 3., 3.], dtype=float32)
    >>> x[x > 1.5]
    tensor([2., 3., 4.], dtype=float32)
    """
    x = as_tensor(x)
    keys = key if isinstance(key, tuple) else (key,)
    if all(_is_basic(part) for part in keys):
        return _sliced(x, keys)
    return _advanced(x, [part if _is_basic(part) else _as_key(x, part) for part in keys])


_USUAL_ENDS = (int, type(None))


def _is_basic(part: Any) -> bool:
    if part is None or part is Ellipsis or isinstance(part, slice):
        return True
    return isinstance(part, (int, np.integer)) and not isinstance(part, bool)


def _is_slice(part: slice) -> bool:
    ends = (part.start, part.stop, part.step)
    if part.step is None and all(end.__class__ in _USUAL_ENDS for end in ends):
        return True
    whole = all(end is None or isinstance(whole_numbers(end), int) for end in ends)
    return whole and (part.step is None or whole_numbers(part.step) != 0)


def _sliced(x: Tensor, keys: tuple[Any, ...]) -> Tensor:
    for part in keys:
        if isinstance(part, slice) and not _is_slice(part):
            raise RangeError(
                "index",
                f"{part} is no slice",
                operands={"x": x},
                fits="integers or nothing for start, stop and step, and a step other than 0",
            )
    try:
        return apply(slice_p, (x,), {"index": keys, "shape": x.shape})
    except IndexError as error:
        raise RangeError("index", str(error), operands={"x": x}, fits="indices within the shape") from None


def _as_key(x: Tensor, part: Any) -> Tensor:
    """Give an array of integers or a mask as a Tensor."""
    if not isinstance(part, (Tensor, np.ndarray, list, tuple, bool, np.bool_)):
        raise DTypeError(
            "index",
            f"cannot index with a {type(part).__name__}",
            operands={"x": x},
            fits="integers, slices, ..., None, arrays of integers, masks",
        )
    key = as_tensor(np.asarray(part)) if isinstance(part, np.bool_) else as_tensor(part)
    return key if key.dtype.kind == "b" else as_indices("index", part)


@composite
def _advanced(x: Tensor, parts: list[Any]) -> Tensor:
    mask = parts[0]
    if len(parts) == 1 and mask.ndim > 1 and mask.dtype.kind == "b" and not isinstance(mask._data, Abstract):
        # the commonest mask: joining its axes first saves an index array for each of them
        _check_mask(x, mask, 0)
        x = reshape(x, (mask.size, *x.shape[mask.ndim :]))
        chosen = Tensor(np.flatnonzero(mask._data))
        return apply(take_p, (x, chosen), {"axis": 0, "size": mask.size})
    parts = _spelled_out(x, parts)
    basic: list[Any] = []  # with a whole slice on each axis that an array indexes
    axes: list[int] = []  # of what the slices leave
    arrays: list[Tensor] = []
    groups, was_array = 0, False
    for part in parts:
        if not isinstance(part, (Tensor, int, np.integer)):
            if part is not Ellipsis:
                basic.append(part)
            was_array = False
            continue
        groups, was_array = groups + (not was_array), True
        for found in _places(x, part, _axes_used(basic)):
            axes.append(len(basic))
            arrays.append(found)
            # a mask without axes indexes a new one
            scalar_mask = isinstance(part, Tensor) and part.dtype.kind == "b" and not part.ndim
            basic.append(None if scalar_mask else slice(None))
    if any(part is None or part != slice(None) for part in basic):
        x = _sliced(x, tuple(basic))
    return _taken(x, axes, arrays, together=groups == 1)


def _axes_used(basic: Sequence[Any]) -> int:
    return len(basic) - basic.count(None)


def _spelled_out(x: Tensor, parts: list[Any]) -> list[Any]:
    """Put whole slices for the axes that ``...``, or nothing, stands for."""
    used = 0
    for part in parts:
        if isinstance(part, Tensor) and part.dtype.kind == "b":
            used += part.ndim
        else:
            used += part is not None and part is not Ellipsis
    dots = [i for i, part in enumerate(parts) if part is Ellipsis]
    if used > x.ndim or len(dots) > 1:
        raise RangeError(
            "index",
            f"the key indexes {used} axes and has {len(dots)} '...'",
            operands={"x": x},
            fits=f"up to {x.ndim} axes, and one '...'",
        )
    if not dots:
        return [*parts, *[slice(None)] * (x.ndim - used)]
    at = dots[0]
    # '...' stays where it stands for no axis: it parts the arrays on its two sides
    between: list[Any] = [slice(None)] * (x.ndim - used)
    return [*parts[:at], *(between or [Ellipsis]), *parts[at + 1 :]]


def _places(x: Tensor, part: Any, axis: int) -> tuple[Tensor, ...]:
    """Give the index array of each axis that a part of the key indexes, from ``axis`` on."""
    if not isinstance(part, Tensor):
        part = Tensor(np.asarray(part))
    if part.dtype.kind != "b":
        check_places("index", part, axis, x)
        return (part,)
    if isinstance(part._data, Abstract):
        raise ShapeError(
            "index",
            "how many elements a mask selects is not known from its shape",
            operands={"x": x, "mask": part},
            fits="where(mask, x, 0), whose shape is known",
        )
    if not part.ndim:
        return (Tensor(np.zeros(int(part._data), np.intp)),)
    _check_mask(x, part, axis)
    return tuple(Tensor(places) for places in np.nonzero(part._data))


def _check_mask(x: Tensor, mask: Tensor, axis: int) -> None:
    if mask.shape != x.shape[axis : axis + mask.ndim]:
        raise ShapeError(
            "index",
            "the mask does not match the axes it stands for",
            operands={"x": x, "mask": mask},
            fits=f"a mask of shape {x.shape[axis : axis + mask.ndim]}",
        )


def _taken(x: Tensor, axes: list[int], arrays: list[Tensor], *, together: bool) -> Tensor:
    """Take at index arrays, one for each of the given axes."""
    broadcast_shape("index", {f"indices[{i}]": array for i, array in enumerate(arrays)})
    first = axes[0] if together else 0
    if axes != list(range(first, first + len(axes))):
        rest = [a for a in range(x.ndim) if a not in axes]
        x = transpose(x, [*axes, *rest])
    sizes = x.shape[first : first + len(axes)]
    if len(axes) == 1:
        (places,) = arrays
    else:
        counted = [_from_start(array, n) for array, n in zip(arrays, sizes, strict=True)]
        steps = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
        places = reduce(add, (multiply(array, n) for array, n in zip(counted, steps, strict=True)))
        x = reshape(x, (*x.shape[:first], math.prod(sizes), *x.shape[first + len(axes) :]))
    return apply(take_p, (x, places), {"axis": first, "size": x.shape[first]})


def _from_start(places: Tensor, size: int) -> Tensor:
    """Count negative indices from the start, so that they can be joined with others."""
    places = astype(places, np.intp)
    if has_values(places) and places._data.min() >= 0:
        return places
    return where(less(places, 0), add(places, size), places)


late.index = index
