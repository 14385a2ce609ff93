"""Making Tensors from data."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from autograd_cnn._tensor import Tensor, check_float
from autograd_cnn.abstract import Abstract
from autograd_cnn.checks import checked, numbers, real_dtype, whole_numbers
from autograd_cnn.errors import DTypeError, RangeError


@checked
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

    Returns
    -------
    Tensor
        A leaf, or a constant without ``requires_grad``.

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
    array = numbers("tensor", "elements", source, None if dtype is None else real_dtype("tensor", dtype))
    if dtype is None and array.dtype == np.float64 and not isinstance(source, (np.ndarray, np.generic)):
        array = array.astype(np.float32)
    return _named(array, requires_grad, name)


@checked
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

    Returns
    -------
    Tensor
        Of the array's shape and dtype.

    Raises
    ------
    DTypeError
        When it is no array of numbers, or integers are asked for gradients.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.from_numpy(np.arange(3.0)).dtype
    dtype('float64')
    """
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            "from_numpy",
            f"the elements must be numbers, not {array.dtype}",
            operands={"array": array},
            fits="bool, integer or floating arrays",
        )
    return _named(array.view() if share else array.copy(), requires_grad, name)


def from_dlpack(source: Any, requires_grad: bool = False, name: str | None = None) -> Tensor:
    """Make a Tensor of another library's array on the CPU, without a copy, by the DLPack protocol.

    The memory is shared and unprotected, as with ``from_numpy(share=True)``: a gradient computed after
    somebody wrote to it is wrong, without a word.

    Parameters
    ----------
    source : object with ``__dlpack__``
        Such as a PyTorch tensor or a JAX array.
    requires_grad, name
        As in `tensor`.

    Returns
    -------
    Tensor
        Of the same shape, dtype and memory.

    Raises
    ------
    DTypeError
        When the object speaks no DLPack, lies on another device, or has a dtype that NumPy lacks.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.from_dlpack(np.arange(3.0))
    tensor([0., 1., 2.], dtype=float64)
    """
    try:
        array = np.from_dlpack(source)
    except (AttributeError, BufferError, RuntimeError, TypeError) as error:
        raise DTypeError(
            "from_dlpack",
            f"cannot take the memory of a {type(source).__name__}: {error}",
            fits="an array in the CPU's memory, without gradients of its own library",
        ) from None
    return from_numpy(array, share=True, requires_grad=requires_grad, name=name)


@checked
def abstract_tensor(
    shape: tuple[int, ...],
    dtype: DTypeLike = np.float32,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Make a Tensor that has a shape and a dtype but no values, for running shape rules alone.

    Use it inside `autograd_cnn.shapes_only`; asking it for values raises `AbstractValueError`.

    Parameters
    ----------
    shape : tuple of int
        Length of each axis, 0 or more.
    dtype : dtype
        Of the elements that nobody computes.
    requires_grad, name
        As in `tensor`.

    Returns
    -------
    Tensor
        Without values.

    Raises
    ------
    RangeError
        When the shape is no tuple of whole numbers from 0 on.
    DTypeError
        When integers are asked for gradients.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> with ag.shapes_only():
    ...     ag.max_pool2d(ag.abstract_tensor((1, 6, 28, 28)), 2).shape
    (1, 6, 14, 14)
    """
    lengths = whole_numbers(shape)
    if not isinstance(lengths, tuple) or min(lengths, default=0) < 0:
        raise RangeError("abstract_tensor", f"{shape!r} is no shape", fits="a tuple such as (1, 1, 32, 32)")
    return _named(cast(NDArray[Any], Abstract(lengths, dtype)), requires_grad, name)


def _named(array: NDArray[Any], requires_grad: bool, name: str | None) -> Tensor:
    if requires_grad:
        check_float("tensor", array)
    result = Tensor(array, requires_grad)
    result.name = name
    return result
