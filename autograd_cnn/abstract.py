"""Arrays without values: a shape and a dtype, enough to run every shape rule."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from autograd_cnn.errors import AbstractValueError


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
        self.shape = tuple(shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)

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
