"""Memory order and dtype choices that all kernels share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]

_BATCH_LAST = {ndim: (*range(1, ndim), 0) for ndim in range(1, 8)}
_BATCH_FIRST = {ndim: (ndim - 1, *range(ndim - 1)) for ndim in range(1, 8)}


def batch_last(x: Array) -> Array:
    """View (N, C, *spatial) as (C, *spatial, N)."""
    return x.transpose(_BATCH_LAST[x.ndim])


def batch_first(x: Array) -> Array:
    """View (C, *spatial, N) as (N, C, *spatial)."""
    return x.transpose(_BATCH_FIRST[x.ndim])


def accumulator(dtype: DTypeLike, weights: object = None) -> np.dtype[Any]:
    """Dtype to add up in: float32 for float16, float64 for integers with weights, else the dtype itself."""
    dtype = np.dtype(dtype)
    if dtype == np.float16:
        return np.dtype(np.float32)
    if weights is not None and dtype.kind in "iub":
        return np.dtype(np.float64)
    return dtype
