"""Lp pooling: the p-norm of each window."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_cnn._apply import apply, apply_all
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.ops._operands import as_float, astype, has_values
from autograd_cnn.ops._shapes import elementwise
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_real_cells
from autograd_cnn.ops.comparison import where
from autograd_cnn.ops.elementwise import absolute
from autograd_cnn.ops.max_pooling import image_of, max_pool_p, pool_geometry
from autograd_cnn.ops.window_pooling import window_sum_p
from autograd_cnn.primitive import Primitive


def _quarter_power(base: Any, exponent: float) -> Any:
    """Raise positive numbers to a multiple of 1/4 by roots and products, which cost less than a power."""
    whole, quarters = divmod(round(4 * abs(exponent)), 4)
    factors = [base] * whole
    if quarters:
        root = np.sqrt(base)
        factors += [root] if quarters >= 2 else []
        factors += [np.sqrt(root)] if quarters % 2 else []
    if not factors:
        return np.ones_like(base)
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return np.reciprocal(result) if exponent < 0 else result


def _power(base: Any, exponent: float) -> Any:
    """Raise numbers from 0 on to a fixed exponent."""
    if exponent in (1 / 3, 1 / 3 - 1):
        root = np.cbrt(base)
        return root if exponent > 0 else np.reciprocal(root * root)
    if 4 * exponent == round(4 * exponent) and abs(exponent) <= 4:
        return _quarter_power(base, exponent)
    return np.power(base, np.asarray(exponent, base.dtype))


def _positive_power(x: Any, *, exponent: float) -> Any:
    alive = x > 0
    if alive.all():
        return _power(x, exponent)
    # a NaN is kept; what is not positive counts as 1 and is then set to 0
    powers = _power(np.where(x <= 0, 1, x), exponent)
    return np.where(x <= 0, 0, powers).astype(x.dtype, copy=False)


positive_power_p: Primitive = Primitive(
    "positive_power",
    _positive_power,
    "x",
    shape=elementwise("positive_power", "x"),
    vjps={"x": lambda g, x, *, exponent: g * (exponent * positive_power_p(x, exponent=exponent - 1))},
    diagonal=True,
    check_first=False,
    title="power where positive",
)


def _even_power(x: Any, *, exponent: float) -> Any:
    if exponent == 2:
        return x * x
    return _power(np.absolute(x), exponent)


def _even_power_rule(g: Any, x: Any, *, exponent: float) -> Any:
    if not exponent:
        return g * 0.0
    return g * (exponent * odd_power_p(x, exponent=exponent - 1))


def _odd_power(x: Any, *, exponent: float) -> Any:
    if exponent == 1:
        return x.copy()
    return np.copysign(_power(np.absolute(x), exponent), x) if exponent else np.sign(x)


def _odd_power_rule(g: Any, x: Any, *, exponent: float) -> Any:
    if not exponent:
        return g * 0.0
    return g * (exponent * even_power_p(x, exponent=exponent - 1))


# |x|**p and sign(x)|x|**p are each other's derivatives, up to a factor
even_power_p: Primitive = Primitive(
    "even_power",
    _even_power,
    "x",
    shape=elementwise("even_power", "x"),
    vjps={"x": _even_power_rule},
    diagonal=True,
    check_first=False,
    title="power of |x|",
)
odd_power_p: Primitive = Primitive(
    "odd_power",
    _odd_power,
    "x",
    shape=elementwise("odd_power", "x"),
    vjps={"x": _odd_power_rule},
    diagonal=True,
    check_first=False,
    title="power of |x|, signed",
)


def check_norm(op: str, p: float) -> None:
    """Refuse a power that gives no norm."""
    if not (isinstance(p, (int, float)) and p >= 1):
        raise RangeError(op, f"p={p!r} gives no norm", fits="a number from 1 on, or math.inf")


def _lp_pool(
    rank: int,
    x: Any,
    window: Sizes,
    p: float,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
) -> Tensor:
    op = f"lp_pool{rank}d"
    check_norm(op, p)
    image = as_float(image_of(op, x, rank))
    geometry = pool_geometry(op, image, window, stride, padding, dilation, rounding)
    if p == math.inf:
        check_real_cells(op, geometry)
        return apply_all(max_pool_p, (absolute(image),), {"geometry": geometry, "ties": "first"})[0]
    dtype = image.dtype
    if dtype == np.float16 and p != 1:
        image = astype(image, np.float32)  # powers of ordinary float16 numbers leave float16
    if p == 1:
        return apply(window_sum_p, (absolute(image),), {"geometry": geometry})
    with np.errstate(over="ignore"):
        sums = _sums_of_powers(image, p, geometry)
    bands = _bands(image, sums, p, geometry)
    norms = _root(sums, p) if bands is None else _in_bands(image, p, geometry, *bands)
    return astype(norms, dtype)


def _root(sums: Tensor, p: float) -> Tensor:
    return apply(positive_power_p, (sums,), {"exponent": 1 / p})


def _sums_of_powers(image: Tensor, p: float, geometry: WindowGeometry) -> Tensor:
    powers = apply(even_power_p, (image,), {"exponent": p})
    return apply(window_sum_p, (powers,), {"geometry": geometry})


def _bands(image: Tensor, sums: Tensor, p: float, geometry: WindowGeometry) -> tuple[Any, int] | None:
    """Give each window the number of its band of sizes and the width of a band in bits; None if 0 fits all.

    In band 0 sums of powers, and their powers that second derivatives need, stay inside the dtype's range.
    """
    if not has_values(image) or not has_values(sums) or not sums.size:
        return None
    limits = np.finfo(image.dtype)
    most = 2.0 ** (limits.maxexp // 2)
    if 1 / most <= sums._data.min() and sums._data.max() <= most:
        return None
    size = np.abs(image._data)
    if sums._data.max() <= most:  # windows of zeros are common, and cheaper to tell from lost ones so
        filled = window_sum_p((size > 0).astype(size.dtype), geometry=geometry) > 0
        if not (filled & (sums._data < 1 / most)).any():
            return None
    largest = max_pool_p(size, geometry=geometry, ties="first")[0]
    usual = np.isfinite(largest) & (largest > 0)
    if not usual.any():
        return None
    half = max(1, int(limits.maxexp // (4 * p)))
    band = (np.frexp(np.where(usual, largest, 1.0))[1] + half) // (2 * half)
    band = np.where(usual, band, band[usual].max())  # NaN and infinity go where nothing is left out
    return (band, 2 * half) if band.any() else None


def _in_bands(image: Tensor, p: float, geometry: WindowGeometry, band: Any, width: int) -> Tensor:
    """Work on windows of about one size at a time, divided by it: a norm grows as its values do."""
    limits = np.finfo(image.dtype)
    size, most = np.abs(image._data), limits.maxexp - 8
    numbers = np.unique(band)
    total: Tensor | None = None
    for number in numbers:
        here = band == number
        # by the end of the band nearer to 1: the factors of the derivatives then make up for the divisor
        bits = max(-most, min(most, int(number) * width - int(np.sign(number)) * (width // 2)))
        # cells that vanish beside this band, and those of larger windows, which would overflow here
        fit = (size == 0) | ~(size < float(limits.smallest_subnormal) * 2.0**bits)
        if number != numbers[-1]:
            fit &= size < 2.0 ** min(most, number * width + width // 2)
        cells = image if fit.all() else where(fit, image, 0.0)
        sums = _sums_of_powers(cells * 2.0**-bits, p, geometry)
        norms = _root(where(here, sums, 1.0), p) * 2.0**bits
        total = norms if total is None else where(here, norms, total)
    assert total is not None
    return total


@checked
@composite
def lp_pool1d(
    x: Any,
    window: Sizes,
    p: float = 2,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> Tensor:
    """Lp pooling of sequences (N, C, L). Otherwise as in `lp_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.lp_pool1d(ag.tensor([[[3.0, -4.0, 0.0, 2.0]]]), 2)
    tensor([[[5., 2.]]], dtype=float32)
    """
    return _lp_pool(1, x, window, p, stride, padding, dilation, rounding)


@checked
@composite
def lp_pool2d(
    x: Any,
    window: Sizes,
    p: float = 2,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> Tensor:
    """Take the p-norm of each window: ``sum(|x|**p) ** (1/p)``; the lecture's "L2 norm" is p = 2.

    Parameters
    ----------
    x : array_like
        (N, C, H, W); integers become float32.
    window : int or one an axis
        Size F of the window.
    p : float
        From 1 on: 1 adds absolute values, 2 is the Euclidean norm, ``math.inf`` the largest absolute value.
    stride, padding, dilation, rounding
        As in `max_pool2d`, but padding cells are zeros.

    Returns
    -------
    Tensor
        (N, C, H', W'). Gradient to a cell: ``g * sign(x) * (|x| / y) ** (p-1)``; for infinite p,
        ``g * sign(x)`` to the first largest. At the kink of a window that is all zeros it is 0.

    Raises
    ------
    ShapeError
        When x has another rank or the windows don't fit.
    RangeError
        When p is below 1 or a setting is not understood.

    Notes
    -----
    Section 4 of the lecture. Where the powers of the largest values leave the dtype's range, everything is
    divided by a power of two first, which changes no digit; values so much smaller than the largest that
    their own powers vanish count as 0.

    PyTorch leaves out the absolute value: with odd p and negative x it adds signed powers, so that p = 1 may
    give a negative "norm", and p = 3 gives NaN where the sum is negative.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.lp_pool2d(ag.tensor([[[[3.0, 0.0], [0.0, -4.0]]]]), 2).item()
    5.0
    """
    return _lp_pool(2, x, window, p, stride, padding, dilation, rounding)


@checked
@composite
def lp_pool3d(
    x: Any,
    window: Sizes,
    p: float = 2,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> Tensor:
    """Lp pooling of volumes (N, C, D, H, W). Otherwise as in `lp_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.lp_pool3d(np.ones((1, 1, 2, 2, 2)), 2, p=3).item()
    2.0
    """
    return _lp_pool(3, x, window, p, stride, padding, dilation, rounding)
