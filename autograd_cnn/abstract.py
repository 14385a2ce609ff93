"""Arrays without values: a shape and a dtype, enough to run every shape rule."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from autograd_cnn.errors import AbstractValueError


class Abstract:
    """Stands for an array of a known shape and dtype whose elements nobody has computed.

    Asking it for values raises `AbstractValueError`.
    """

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
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

    view = item = _refuse
    __array__ = __bool__ = __float__ = __int__ = __index__ = __getitem__ = __iter__ = _refuse

    def __repr__(self) -> str:
        return f"abstract {self.dtype} {self.shape}"
