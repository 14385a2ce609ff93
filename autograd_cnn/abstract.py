"""Arrays without values: a shape and a dtype, enough to run every shape rule."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from autograd_cnn.checks import KINDS, real_dtype, shown, whole_numbers
from autograd_cnn.errors import AbstractValueError, DTypeError, RangeError


class Abstract:
    """Stands for an array of a known shape and dtype whose elements nobody has computed.

    Asking it for values raises `AbstractValueError`. Given to `trace` it says what an argument will be.

    Parameters
    ----------
    shape : tuple of int
        Length of each axis.
    dtype : dtype
        Type of the elements.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> print(ag.trace(ag.exp, ag.Abstract((2, 3))))
    x: float32 (2, 3)
    v0: float32 (2, 3) = exp(x)  # ...
    return v0
    """

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> None:
        plain = shape.__class__ is tuple and all(n.__class__ is int and n >= 0 for n in shape)
        self.shape = shape if plain else _sizes(shape)
        self.dtype: np.dtype[Any] = dtype if isinstance(dtype, np.dtype) else _dtype(dtype)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that the array would take."""
        return self.size * self.dtype.itemsize

    @property
    def flags(self) -> NoReturn:
        """Refused: there is no memory that flags could describe."""
        self._refuse()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise AbstractValueError(
            "value",
            "this tensor has a shape and a dtype but no values",
            operands={"x": self},
            fits="operations of the library, which work on shapes alone; or real data",
        )

    def _decide(self) -> NoReturn:
        raise AbstractValueError(
            "bool",
            "Python cannot choose a branch by a value that is not known: only shapes are here",
            operands={"x": self},
            fits="ag.where(condition, a, b), which keeps both branches; or a choice by shapes",
        )

    __bool__ = _decide
    __array__ = __float__ = __int__ = __index__ = __getitem__ = __iter__ = _refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._refuse()  # what an array has beside these needs its values

    def __repr__(self) -> str:
        return f"abstract {self.dtype} {self.shape}"


def _sizes(shape: Any) -> tuple[int, ...]:
    sizes = whole_numbers(shape)
    if not isinstance(sizes, tuple) or min(sizes, default=0) < 0:
        raise RangeError(
            "Abstract",
            f"shape={shown(shape)} is no shape",
            fits="a tuple of integers from 0 on, such as (2, 3)",
        )
    return sizes


def _dtype(dtype: Any) -> np.dtype[Any]:
    kind = KINDS["DTypeLike"]
    if not kind.accepts(dtype):
        raise DTypeError("Abstract", f"dtype={shown(dtype)} is no dtype", fits=kind.fits)
    return real_dtype("Abstract", dtype)
