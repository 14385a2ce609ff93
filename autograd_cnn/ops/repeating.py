"""Repeating: whole tensors side by side, or each element by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops._shapes import normal_axis
from autograd_cnn.ops.indexing import take
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.rearranging import expanded, ravel
from autograd_cnn.primitive import late


@checked
@composite
def tile(x: Any, repetitions: int | Sequence[int]) -> Tensor:
    """Lay copies of a tensor side by side.

    Parameters
    ----------
    x : array_like
        Any shape.
    repetitions : int or sequence of int
        How many copies along each axis, aligned at the last; missing axes are added.

    Returns
    -------
    Tensor
        Gradient: ``g`` summed over the copies.

    Raises
    ------
    RangeError
        When a number is negative.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tile(ag.tensor([1.0, 2.0]), (2, 2))
    tensor([[1., 2., 1., 2.],
            [1., 2., 1., 2.]], dtype=float32)
    """
    x = as_tensor(x)
    counts = (repetitions,) if isinstance(repetitions, int) else tuple(repetitions)
    _check_counts("tile", counts, x)
    rank = max(len(counts), x.ndim)
    counts, sizes = (1,) * (rank - len(counts)) + counts, (1,) * (rank - x.ndim) + x.shape
    # (n, m) becomes (1, n, 1, m), then (copies, n, copies, m)
    between = tuple(n for size in sizes for n in (1, size))
    copied = tuple(n for pair in zip(counts, sizes, strict=True) for n in pair)
    target = tuple(count * size for count, size in zip(counts, sizes, strict=True))
    return reshape(expanded(reshape(x, between), copied), target)


@checked
@composite
def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Repeat each element, next to itself.

    Parameters
    ----------
    x : array_like
        Any shape.
    repeats : int or sequence of int
        How often: for all elements, or one number for each place along the axis.
    axis : int or None
        Along which axis; None flattens x first.

    Returns
    -------
    Tensor
        Gradient: ``g`` summed over the copies.

    Raises
    ------
    RangeError
        When the axis is out of range or a number negative.
    ShapeError
        When there are more or fewer numbers than places.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.repeat(ag.tensor([1.0, 2.0]), 2)
    tensor([1., 1., 2., 2.], dtype=float32)
    """
    x = ravel(x) if axis is None else as_tensor(x)
    along = normal_axis("repeat", axis or 0, x)
    counts = (repeats,) if isinstance(repeats, int) else tuple(int(n) for n in repeats)
    _check_counts("repeat", counts, x)
    size = x.shape[along]
    if len(counts) == 1:
        head, tail = x.shape[:along], x.shape[along + 1 :]
        spread = expanded(reshape(x, (*head, size, 1, *tail)), (*head, size, counts[0], *tail))
        return reshape(spread, (*head, size * counts[0], *tail))
    if len(counts) != size:
        raise ShapeError(
            "repeat",
            f"{len(counts)} numbers for {size} places along axis {along}",
            operands={"x": x},
            fits=f"one number, or {size}",
        )
    return take(x, np.repeat(np.arange(size), counts), along)


def _check_counts(op: str, counts: Sequence[int], x: Tensor) -> None:
    if any(n < 0 for n in counts):
        raise RangeError(op, f"{tuple(counts)} has a negative number", operands={"x": x}, fits="0 or more")


late.repeat = repeat
