"""Tensors filled by a rule: zeros, ones, full, arange, linspace, eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_cnn._creation import tensor
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import at_least, checked
from autograd_cnn.errors import RangeError
from autograd_cnn.ops._operands import as_tensor

Size = int | Sequence[int]


@checked
def zeros(shape: Size, dtype: DTypeLike = np.float32, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros, float32 unless told.

    Parameters
    ----------
    shape : int or sequence of int
        Its shape.
    dtype : dtype
        The elements' type.
    requires_grad : bool
        Whether `backward` should reach it.

    Returns
    -------
    Tensor
        Of that shape and dtype.

    Raises
    ------
    RangeError
        When a size is negative.
    DTypeError
        When integers are asked for gradients.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.zeros((2, 2))
    tensor([[0., 0.],
            [0., 0.]], dtype=float32)
    """
    return full(shape, 0, dtype, requires_grad)


@checked
def ones(shape: Size, dtype: DTypeLike = np.float32, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones, float32 unless told.

    Parameters
    ----------
    shape : int or sequence of int
        Its shape.
    dtype : dtype
        The elements' type.
    requires_grad : bool
        Whether `backward` should reach it.

    Returns
    -------
    Tensor
        Of that shape and dtype.

    Raises
    ------
    RangeError
        When a size is negative.
    DTypeError
        When integers are asked for gradients.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.ones(3)
    tensor([1., 1., 1.], dtype=float32)
    """
    return full(shape, 1, dtype, requires_grad)


@checked
def full(shape: Size, value: float, dtype: DTypeLike | None = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor whose elements are all equal.

    Parameters
    ----------
    shape : int or sequence of int
        Its shape.
    value : float
        The element; a Python float makes float32.
    dtype : dtype, optional
        The elements' type.
    requires_grad : bool
        Whether `backward` should reach it.

    Returns
    -------
    Tensor
        Of that shape and dtype.

    Raises
    ------
    RangeError
        When a size is negative.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.full((2, 2), 0.5)
    tensor([[0.5, 0.5],
            [0.5, 0.5]], dtype=float32)
    """
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if any(n < 0 for n in sizes):
        raise RangeError("full", f"the shape {sizes} has a negative size", fits="sizes from 0 on")
    kind = np.dtype(_kind(value)) if dtype is None else np.dtype(dtype)
    return tensor(np.full(sizes, value, kind), requires_grad=requires_grad)


@checked
def zeros_like(x: Any, dtype: DTypeLike | None = None) -> Tensor:
    """Make a tensor of zeros with x's shape, and its dtype unless told.

    Parameters
    ----------
    x : array_like
        Any shape; only its shape and dtype count.
    dtype : dtype, optional
        The elements' type; x's own when left out.

    Returns
    -------
    Tensor
        Of x's shape, without history.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.zeros_like(ag.tensor([1, 2]))
    tensor([0, 0], dtype=int64)
    """
    return full_like(x, 0, dtype)


@checked
def ones_like(x: Any, dtype: DTypeLike | None = None) -> Tensor:
    """Make a tensor of ones with x's shape, and its dtype unless told.

    Parameters
    ----------
    x : array_like
        Any shape; only its shape and dtype count.
    dtype : dtype, optional
        The elements' type; x's own when left out.

    Returns
    -------
    Tensor
        Of x's shape, without history.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.ones_like(ag.tensor([1.0, 2.0]))
    tensor([1., 1.], dtype=float32)
    """
    return full_like(x, 1, dtype)


@checked
def full_like(x: Any, value: float, dtype: DTypeLike | None = None) -> Tensor:
    """Make a tensor of equal elements with x's shape, and its dtype unless told.

    Parameters
    ----------
    x : array_like
        Any shape; only its shape and dtype count.
    value : float
        The element.
    dtype : dtype, optional
        The elements' type; x's own when left out.

    Returns
    -------
    Tensor
        Of x's shape, without history.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.full_like(ag.tensor([1.0, 2.0]), 7)
    tensor([7., 7.], dtype=float32)
    """
    like = as_tensor(x)
    return full(like.shape, value, like.dtype if dtype is None else dtype)


@checked
def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: DTypeLike | None = None
) -> Tensor:
    """Count from ``start`` (0 if only one number is given) up to and without ``stop``.

    Python integers give int64, floats float32, unless ``dtype`` says otherwise.

    Parameters
    ----------
    start, stop : float
        From where to where; a single number is the end, and counting starts at 0.
    step : float
        From each number to the next; may be negative.
    dtype : dtype, optional
        The elements' type.

    Returns
    -------
    Tensor
        One axis, without history.

    Raises
    ------
    RangeError
        When the step is 0.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.arange(4)
    tensor([0, 1, 2, 3], dtype=int64)
    """
    if step == 0:
        raise RangeError("arange", "a step of 0 arrives nowhere", fits="any other step")
    if not all(map(math.isfinite, (start, step, start if stop is None else stop))):
        raise RangeError(
            "arange", f"start={start}, stop={stop}, step={step} never arrive", fits="finite numbers"
        )
    first, last = (0, start) if stop is None else (start, stop)
    kind = _kind(first + last + step) if dtype is None else dtype
    return tensor(np.arange(first, last, step).astype(kind))


@checked
def linspace(start: float, stop: float, num: int = 50, dtype: DTypeLike = np.float32) -> Tensor:
    """Give ``num`` numbers at equal distances from ``start`` to ``stop``, both included.

    Parameters
    ----------
    start, stop : float
        The first number and the last.
    num : int
        How many numbers.
    dtype : dtype
        The elements' type.

    Returns
    -------
    Tensor
        Of shape (num,), without history.

    Raises
    ------
    RangeError
        When ``num`` is negative.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.linspace(0, 1, 5)
    tensor([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    if num < 0:
        raise RangeError("linspace", f"num={num} is negative", fits="0 or more")
    return tensor(np.linspace(start, stop, num).astype(dtype))


@checked
def eye(rows: int, columns: int | None = None, k: int = 0, dtype: DTypeLike = np.float32) -> Tensor:
    """Make a matrix with ones on its k-th diagonal and zeros elsewhere; square unless told.

    Parameters
    ----------
    rows, columns : int
        The sizes; as many columns as rows when left out.
    k : int
        Which diagonal: 0 for the main one, above it if positive, below it if negative.
    dtype : dtype
        The elements' type.

    Returns
    -------
    Tensor
        Of shape (rows, columns), without history.

    Raises
    ------
    RangeError
        When a size is negative.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.eye(2)
    tensor([[1., 0.],
            [0., 1.]], dtype=float32)
    """
    at_least("eye", 0, rows=rows, columns=rows if columns is None else columns)
    return tensor(np.eye(rows, columns, k, dtype=dtype))


def _kind(value: Any) -> DTypeLike:
    """Give the dtype for a Python number: floats are float32 here, as everywhere in the library."""
    return np.float32 if isinstance(value, float) else np.asarray(value).dtype
