"""Values where a condition holds and zeros elsewhere, fast and safe for infinities and NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_SMALL = 1024  # below, np.where's fixed cost is the smaller one


class _Zeros(dict[np.dtype[Any], Array]):
    """A zero of each dtype: NumPy takes an array faster than it converts a Python number."""

    def __missing__(self, dtype: np.dtype[Any]) -> Array:
        zero = self[dtype] = np.zeros((), dtype)
        return zero


zeros = _Zeros()


def kept_where(keep: Array, values: Array, target: Array | None = None) -> Array:
    """Give ``values`` where ``keep``, else +0, in ``target`` or a new array; the shapes are equal.

    Large arrays have their bits multiplied by 0 or 1 as integers: as fast as a float product, but infinities
    and NaN do not leak. ``np.where`` branches at every element, which costs several times as much where the
    condition is random.
    """
    if values.itemsize > 8 or (target is None and values.size < _SMALL):
        kept: Array = np.where(keep, values, zeros[values.dtype])
        if target is not None:
            target[...] = kept
        return kept
    bits = np.dtype(f"i{values.itemsize}")
    product: Array = np.multiply(values.view(bits), keep, out=None if target is None else target.view(bits))
    return product.view(values.dtype)
