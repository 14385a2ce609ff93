"""Gates of inverse functions: a cotangent times the derivative, accurate and finite in the tails."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def arctan_gate(g: Array, x: Array) -> Array:
    """``g / (1 + x**2)``; where the square overflows, that is 0 but for subnormal numbers."""
    with np.errstate(over="ignore"):
        r = x * x
    r += 1
    np.divide(1, r, out=r)
    r *= g
    return r


def arcsinh_gate(g: Array, x: Array) -> Array:
    """``g / sqrt(1 + x**2)``; from 1e9 on, the root is |x| in float64 too."""
    size = np.abs(x)
    root = np.minimum(size, 1e9)
    root *= root
    root += 1
    np.sqrt(root, out=root)
    np.maximum(root, size, out=root)
    return np.divide(g, root, out=root)
