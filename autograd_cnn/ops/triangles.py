"""Parts of matrices: triangles and diagonals, over the last two axes; trace."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.ops._operands import as_tensor
from autograd_cnn.ops._shapes import Shape, normal_axis
from autograd_cnn.ops.movement import transpose
from autograd_cnn.ops.reductions import sum
from autograd_cnn.primitive import Primitive, late

triangle_p: Primitive = Primitive(
    "triangle",
    lambda x, *, k, upper: np.triu(x, k) if upper else np.tril(x, k),
    "x",
    shape=lambda x, **_: x.shape,
    transposes={"x": lambda g, *, k, upper: triangle_p(g, k=k, upper=upper)},
)


def _length(shape: Shape, offset: int) -> int:
    """Give the number of cells of a diagonal of (..., rows, columns)."""
    rows, columns = shape[-2:]
    return max(0, min(rows + min(offset, 0), columns - max(offset, 0)))


def _put_on_diagonal(y: Any, *, offset: int, shape: Shape) -> Any:
    x = np.zeros((*y.shape[:-1], *shape[-2:]), y.dtype)
    places = np.arange(y.shape[-1])
    x[..., places - min(offset, 0), places + max(offset, 0)] = y
    return x


# shape is that of the matrices, (..., rows, columns); the diagonal becomes the last axis
diagonal_p: Primitive = Primitive(
    "diagonal",
    lambda x, *, offset, shape: np.diagonal(x, offset, -2, -1),
    "x",
    shape=lambda x, *, offset, shape: (*x.shape[:-2], _length(shape, offset)),
    transposes={"x": lambda g, *, offset, shape: undiagonal_p(g, offset=offset, shape=shape)},
)
undiagonal_p: Primitive = Primitive(
    "undiagonal",
    _put_on_diagonal,
    "y",
    shape=lambda y, *, offset, shape: (*y.shape[:-1], *shape[-2:]),
    transposes={"y": lambda g, *, offset, shape: diagonal_p(g, offset=offset, shape=shape)},
    title="diagonal, put back",
)


@checked
def triu(x: Any, k: int = 0) -> Tensor:
    """Upper triangle of matrices (..., rows, columns): zeros below the k-th diagonal.

    Parameters
    ----------
    x : array_like
        (..., rows, columns).
    k : int
        Which diagonal is the last one kept: 0 for the main one, above it if positive, below it if negative.

    Returns
    -------
    Tensor
        Same shape. The gradient is ``g``'s same triangle.

    Raises
    ------
    ShapeError
        When x has less than two axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.triu(ag.ones((2, 3)))
    tensor([[1., 1., 1.],
            [0., 1., 1.]], dtype=float32)
    """
    return apply(triangle_p, (_matrices("triu", x),), {"k": k, "upper": True})


@checked
def tril(x: Any, k: int = 0) -> Tensor:
    """Lower triangle of matrices (..., rows, columns): zeros above the k-th diagonal.

    Parameters
    ----------
    x : array_like
        (..., rows, columns).
    k : int
        Which diagonal is the last one kept: 0 for the main one, above it if positive, below it if negative.

    Returns
    -------
    Tensor
        Same shape. The gradient is ``g``'s same triangle.

    Raises
    ------
    ShapeError
        When x has less than two axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tril(ag.ones((2, 3)))
    tensor([[1., 0., 0.],
            [1., 1., 0.]], dtype=float32)
    """
    return apply(triangle_p, (_matrices("tril", x),), {"k": k, "upper": False})


@checked
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Diagonals of the matrices that two axes form.

    Parameters
    ----------
    x : array_like
        At least two axes.
    offset : int
        0 for the main diagonal, positive ones lie above it, negative ones below.
    axis1, axis2 : int
        The axes of rows and of columns.

    Returns
    -------
    Tensor
        Without the two axes; the diagonal is the last axis. Gradient: ``g`` on the diagonal, 0 elsewhere.

    Raises
    ------
    ShapeError
        When x has less than two axes.
    RangeError
        When an axis is out of range, or both are the same.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.diagonal(ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([1., 4.], dtype=float32)
    """
    x = _matrices("diagonal", x)
    rows, columns = normal_axis("diagonal", axis1, x), normal_axis("diagonal", axis2, x)
    if rows == columns:
        raise RangeError("diagonal", f"axis {rows} is named twice", operands={"x": x}, fits="two axes")
    order = (*(a for a in range(x.ndim) if a not in (rows, columns)), rows, columns)
    moved = x if order == tuple(range(x.ndim)) else transpose(x, order)
    return apply(diagonal_p, (moved,), {"offset": offset, "shape": moved.shape})


@checked
def diag(x: Any, k: int = 0) -> Tensor:
    """Make a square matrix with x, of one axis, on its k-th diagonal; or give the k-th diagonal of a matrix.

    Parameters
    ----------
    x : array_like
        (N,) or (rows, columns).
    k : int
        Which diagonal: 0 for the main one, above it if positive, below it if negative.

    Returns
    -------
    Tensor
        (N + |k|, N + |k|), or the diagonal of a matrix, one axis. Gradient: ``g`` at the same places.

    Raises
    ------
    ShapeError
        When x has neither one nor two axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.diag(ag.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]], dtype=float32)
    """
    x = as_tensor(x)
    if x.ndim not in (1, 2):
        raise ShapeError("diag", f"x has {x.ndim} axes", operands={"x": x}, fits="one or two; diagonal()")
    if x.ndim == 2:
        return diagonal(x, k)
    side = x.shape[0] + abs(k)
    return apply(undiagonal_p, (x,), {"offset": k, "shape": (side, side)})


@checked
@composite
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Sum of the diagonals.

    Parameters
    ----------
    x : array_like
        At least two axes.
    offset : int
        Which diagonal: 0 for the main one, above it if positive, below it if negative.
    axis1, axis2 : int
        The axes of the matrices' rows and columns.

    Returns
    -------
    Tensor
        x's shape without the two axes. Gradient: ``g`` to each element of its diagonal, 0 elsewhere.

    Raises
    ------
    RangeError
        When an axis is out of range, or both are the same.
    ShapeError
        When x has less than two axes.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.trace(ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(5., dtype=float32)
    """
    return sum(diagonal(_matrices("trace", x), offset, axis1, axis2), -1)


def _matrices(op: str, value: Any) -> Tensor:
    x = as_tensor(value)
    if x.ndim < 2:
        raise ShapeError(
            op, f"x has {x.ndim} axes, a matrix two", operands={"x": x}, fits="(..., rows, columns)"
        )
    return x


late.diagonal, late.trace = diagonal, trace
