"""Moving elements without changing them: each op with its adjoint, sharing one set of settings.

reshape with reshape, transpose with transpose, pad with crop.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, shown, whole_numbers
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops._shapes import normal_axes, normal_axis
from autograd_cnn.primitive import Primitive, late

Widths = tuple[tuple[int, int], ...]

alias_p: Primitive = Primitive(
    "alias",
    lambda x: x,
    "x",
    shape=lambda x: x.shape,
    transposes={"x": lambda g: g},
    title="same",
)
reshape_p: Primitive = Primitive(
    "reshape",
    lambda x, *, source, target: x.reshape(target),
    "x",
    shape=lambda x, *, source, target: target,
    transposes={"x": lambda g, *, source, target: reshape_p(g, source=target, target=source)},
    check_first=False,
)
transpose_p: Primitive = Primitive(
    "transpose",
    lambda x, *, axes: x.transpose(axes),
    "x",
    shape=lambda x, *, axes: tuple(x.shape[a] for a in axes),
    transposes={"x": lambda g, *, axes: transpose_p(g, axes=tuple(map(axes.index, range(len(axes)))))},
    check_first=False,
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


@checked
def reshape(x: Any, shape: int | Sequence[int]) -> Tensor:
    """Give the same elements, in row-major order, another shape.

    Parameters
    ----------
    x : array_like
        Any shape.
    shape : int or sequence of int
        The new shape, of as many elements; one entry may be -1 and is then computed.

    Returns
    -------
    Tensor
        The same elements in the new shape. Gradient: ``g`` in x's shape.

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
    source = as_tensor(x)
    target = (
        (int(shape),) if isinstance(shape, (int, np.integer)) else tuple(operator.index(n) for n in shape)
    )
    known = math.prod(n for n in target if n != -1)
    resolved = target
    if target.count(-1) == 1 and known and source.size % known == 0:
        resolved = tuple(source.size // known if n == -1 else n for n in target)
    if min(resolved, default=0) < 0 or math.prod(resolved) != source.size:
        raise ShapeError(
            "reshape",
            f"{source.size} elements cannot take the shape {target}",
            operands={"x": source},
            rule=f"the sizes must multiply to {source.size}",
            fits=f"for instance (-1,) or {(-1, *source.shape[1:])}",
        )
    if resolved == source.shape:
        return source
    return apply(reshape_p, (source,), {"source": source.shape, "target": resolved})


@checked
@composite
def flatten(x: Any, start: int = 0) -> Tensor:
    """Join all axes from ``start`` on into one: (N, C, H, W) with ``start=1`` becomes (N, C*H*W).

    Parameters
    ----------
    x : array_like
        Any shape.
    start : int
        The first axis to join; 0 joins all of them.

    Returns
    -------
    Tensor
        x's shape up to ``start``, and one axis for the rest. Gradient: ``g`` in x's shape.

    Raises
    ------
    RangeError
        When there is no such axis.

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


@checked
def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """Permute the axes; None reverses them.

    Parameters
    ----------
    x : array_like
        Any shape.
    axes : sequence of int, optional
        Which of x's axes stands at each place of the result; reversed when left out.

    Returns
    -------
    Tensor
        x with its axes in that order. Gradient: ``g`` permuted back. The gradient is permuted back.

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


def _pairs(x: Tensor, widths: Any) -> Widths:
    """Give (before, after) an axis; one number stands for all ends, or for both ends of its axis."""
    read = whole_numbers(widths)
    rows = [read] * x.ndim if isinstance(read, int) else widths if isinstance(widths, Iterable) else ()
    pairs = [(p, p) if isinstance(p, int) else p for p in map(whole_numbers, rows)]
    normal = tuple((p[0], p[1]) for p in pairs if p is not None and len(p) == 2 and min(p) >= 0)
    if len(normal) != x.ndim or len(pairs) != x.ndim:
        raise RangeError(
            "pad",
            f"widths={shown(widths)} must be {x.ndim} pairs of numbers from 0 on",
            operands={"x": x},
            fits="one number, or one (before, after) an axis",
        )
    return normal


@checked
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

    Returns
    -------
    Tensor
        x's sizes and the widths added. Gradient: ``g`` cropped.

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
    source = as_tensor(x)
    normal = _pairs(source, widths)
    if not any(n for pair in normal for n in pair):
        return source
    padded: Tensor = apply(pad_p, (source,), {"widths": normal})
    if value == 0:
        return padded
    frame = np.pad(np.zeros(source.shape, source.dtype), normal, constant_values=value)
    return padded + frame


late.reshape, late.transpose, late.flatten = reshape, transpose, flatten
