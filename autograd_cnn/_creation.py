"""Making Tensors from data."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from autograd_cnn._tensor import Tensor, check_float
from autograd_cnn.abstract import Abstract
from autograd_cnn.errors import DTypeError, ShapeError


def tensor(
    data: ArrayLike | Tensor,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Make a Tensor from a copy of the data.

    Parameters
    ----------
    data : array_like or Tensor
        Python floats make float32, Python integers int64; arrays keep their dtype.
    dtype : dtype, optional
        Convert to this.
    requires_grad : bool
        Whether `backward` should reach it. Only floating dtypes can.
    name : str, optional
        For pictures and messages.

    Raises
    ------
    DTypeError
        When the data are not numbers, or integers are asked for gradients.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.tensor([1.0, 2.0], requires_grad=True)
    tensor([1., 2.], dtype=float32, requires_grad=True)
    """
    source = data._data if isinstance(data, Tensor) else data
    try:
        array = np.array(source, dtype=dtype)
    except ValueError as error:
        raise ShapeError("tensor", f"the data do not form an array: {error}") from None
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            "tensor", f"elements must be numbers, not {array.dtype}", fits="bool, integer or floating data"
        )
    if dtype is None and array.dtype == np.float64 and not isinstance(source, (np.ndarray, np.generic)):
        array = array.astype(np.float32)
    return _named(array, requires_grad, name)


def from_numpy(
    array: NDArray[Any], share: bool = False, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """Make a Tensor from a NumPy array, which keeps its dtype.

    Parameters
    ----------
    array : ndarray
        The values.
    share : bool
        Use the array's own memory instead of a copy. Nothing then protects the graph from writes to
        ``array``: a gradient computed after such a write is wrong, without a word.
    requires_grad, name
        As in `tensor`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.from_numpy(np.arange(3.0)).dtype
    dtype('float64')
    """
    if not isinstance(array, np.ndarray):
        raise DTypeError(
            "from_numpy", f"expected a NumPy array, got {type(array).__name__}", fits="ag.tensor(data)"
        )
    return _named(array.view() if share else array.copy(), requires_grad, name)


def abstract_tensor(
    shape: tuple[int, ...],
    dtype: DTypeLike = np.float32,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Make a Tensor that has a shape and a dtype but no values, for running shape rules alone.

    Use it inside `autograd_cnn.shapes_only`; asking it for values raises `AbstractValueError`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> with ag.shapes_only():
    ...     ag.max_pool2d(ag.abstract_tensor((1, 6, 28, 28)), 2).shape
    (1, 6, 14, 14)
    """
    return _named(cast(NDArray[Any], Abstract(shape, dtype)), requires_grad, name)


def _named(array: NDArray[Any], requires_grad: bool, name: str | None) -> Tensor:
    if requires_grad:
        check_float("tensor", array)
    result = Tensor(array, requires_grad)
    result.name = name
    return result
