"""Formulas of the activation functions, for `blockwise`: each value, and each cotangent times the slope.

``xxx_gate(g, kept)`` is ``g`` times the slope of ``xxx``. Where a slope is exactly 0 or 1 the cotangent is
masked, not multiplied, so that an infinite one stays away from where it does not belong. No formula
overflows, whatever x is: what would is clipped where the result no longer depends on it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.blockwise import by_sign, chosen
from autograd_cnn.kernels.error_function import normal_tail
from autograd_cnn.kernels.masking import kept_where

Array = NDArray[Any]

# exp(-FAR) is 0 in float64, so x * exp(x) is 0 below -FAR and a sigmoid is 0 or 1 outside
FAR = 800.0
# beyond NEAR_ONE, 1 - exp(-2 x) is 1 in float64
NEAR_ONE = 20.0
TANH_CUBIC, TANH_SCALE = 0.044715, math.sqrt(2 / math.pi)
DENSITY = 1 / math.sqrt(2 * math.pi)


def _clipped(x: Array, low: float, high: float) -> Array:
    """Clip by two plain passes: faster than `np.clip`, and NaN stays."""
    clipped: Array = np.maximum(x, low)
    return np.minimum(clipped, high, out=clipped)


# --- gates that pass or stop


def nonzero_gate(g: Array, y: Array) -> Array:
    """Pass g where y is not 0 (nor NaN)."""
    return kept_where(np.abs(y) > 0, g)


def ramp(x: Array, *, slope: float, offset: float, high: float) -> Array:
    """``slope * x + offset``, kept between 0 and ``high``."""
    if slope == 1 and not offset:
        return _clipped(x, 0, high)
    y: Array = x * slope
    y += offset
    np.maximum(y, 0, out=y)
    return np.minimum(y, high, out=y)


def ramp_gate(g: Array, y: Array, *, slope: float, offset: float, high: float) -> Array:
    """Pass ``slope * g`` where y is strictly between its limits."""
    # y (high - y) > 0 would need one mask, but rounds to 0 close to a limit
    inside = y > 0
    inside &= y < high
    gate = kept_where(inside, g)
    if slope != 1:
        gate *= slope
    return gate


def binary_step(x: Array) -> Array:
    """0 where x < 0, 1 where x >= 0, NaN for NaN."""
    return chosen(x == x, (x >= 0).astype(x.dtype), x)


def prelu(x: Array, a: Array | float) -> Array:
    """``a * x`` where x < 0, x elsewhere."""
    y: Array = np.minimum(x, 0) * a
    y += np.maximum(x, 0)
    return y


def prelu_gate(g: Array, x: Array, a: Array | float) -> Array:
    """``a * g`` where x < 0, g elsewhere."""
    slope = chosen(x < 0, np.asarray(a, x.dtype), 1.0)
    slope *= g
    return slope


def negative_part(g: Array, x: Array) -> Array:
    """``g * x`` where x < 0, 0 elsewhere."""
    negative = x < 0
    part = kept_where(negative, g)
    part *= np.minimum(x, 0)
    return part


def leaky_relu(x: Array, *, slope: float) -> Array:
    """``slope * x`` where x < 0, x elsewhere, for a slope above 0."""
    y: Array = x * slope
    return np.maximum(x, y, out=y) if slope <= 1 else np.minimum(x, y, out=y)


# --- sigmoids


def sigmoid(x: Array) -> Array:
    """``1 / (1 + e**-x)``; where e**-x overflows, that is 0 but for subnormal numbers."""
    e: Array = np.negative(x)
    with np.errstate(over="ignore"):
        np.exp(e, out=e)
    e += 1
    return np.divide(1, e, out=e)


def sigmoid_gate(g: Array, y: Array) -> Array:
    """``g * y * (1 - y)``."""
    slope: Array = 1 - y
    slope *= y
    slope *= g
    return slope


def softsign(x: Array) -> Array:
    """``x / (1 + |x|)``; an infinite x is taken as the largest number."""
    largest = float(np.finfo(x.dtype).max)
    bounded = _clipped(x, -largest, largest)
    below = np.abs(bounded)
    below += 1
    bounded /= below
    return bounded


def softsign_gate(g: Array, x: Array) -> Array:
    """``g / (1 + |x|)**2``; the square is of the reciprocal, which cannot overflow."""
    r = np.abs(x)
    r += 1
    np.divide(1, r, out=r)
    r *= r
    r *= g
    return r


def sqnl(x: Array) -> Array:
    """``c - c |c| / 4`` with c = x clipped to -2 ... 2."""
    c = _clipped(x, -2, 2)
    y = np.abs(c)
    y *= -0.25
    y += 1
    y *= c
    return y


def sqnl_gate(g: Array, x: Array) -> Array:
    """``g * (1 - |x| / 2)`` where |x| < 2, 0 elsewhere."""
    size = np.abs(x)
    gate = kept_where(size < 2, g)
    np.minimum(size, 2, out=size)
    size *= -0.5
    size += 1
    return np.multiply(gate, size, out=gate)


def _inverse_root(x: Array, a: float) -> tuple[Array, Array]:
    """Give x, bounded where ``x / sqrt(1 + a x**2)`` has reached its limit, and ``1 / sqrt(1 + a x**2)``."""
    largest = float(np.finfo(x.dtype).max)
    bound = min(math.sqrt(largest) / 4 / math.sqrt(a), largest)
    bounded = _clipped(x, -bound, bound)
    r = bounded * math.sqrt(a)
    r *= r
    r += 1
    np.sqrt(r, out=r)
    return bounded, np.divide(1, r, out=r)


def isru(x: Array, *, a: float) -> Array:
    """``x / sqrt(1 + a x**2)``."""
    bounded, r = _inverse_root(x, a)
    bounded *= r
    return bounded


def isru_gate(g: Array, x: Array, *, a: float) -> Array:
    """``g / sqrt(1 + a x**2)**3``."""
    _, r = _inverse_root(x, a)
    cube = r * r
    cube *= r
    cube *= g
    return cube


def isrlu(x: Array, *, a: float) -> Array:
    """The same for x < 0, x itself elsewhere."""
    y = isru(np.minimum(x, 0), a=a)
    y += np.maximum(x, 0)
    return y


def isrlu_gate(g: Array, x: Array, *, a: float) -> Array:
    """The same for x < 0, g itself elsewhere."""
    return isru_gate(g, np.minimum(x, 0), a=a)


# --- exponential units: scale * x on the right, scale * a * (e**(rate x) - 1) on the left


def exponential_unit(x: Array, *, scale: float, a: float, rate: float) -> Array:
    """Both sides; with t = tanh(x / 2), e**x - 1 = 2 t / (1 - t) keeps all digits near 0."""
    t = np.minimum(x, 0)
    t *= rate / 2
    np.tanh(t, out=t)
    below = 1 - t
    t *= 2 * scale * a
    t /= below
    right = np.maximum(x, 0, out=below)
    if scale != 1:
        right *= scale
    t += right
    return t


def exponential_gate(g: Array, x: Array, *, scale: float, a: float, rate: float, left: bool) -> Array:
    """Give g times the slope; at the kink x = 0 the one of the left side, or of the right one."""
    slope = np.minimum(x, 0)
    if rate != 1:
        slope *= rate
    np.exp(slope, out=slope)
    slope *= scale * a * rate
    if a * rate != 1:
        slope = chosen(~(x > 0 if left else x >= 0), slope, scale)
    slope *= g
    return slope


# --- smooth rectifiers


def softplus(x: Array) -> Array:
    """``max(x, 0) + log(1 + e)`` with e = e**-|x|."""
    e = np.abs(x)
    np.negative(e, out=e)
    np.exp(e, out=e)
    np.log1p(e, out=e)
    e += np.maximum(x, 0)
    return e


def silu(x: Array) -> Array:
    """``x / (1 + e**-x)``."""
    e: Array = np.negative(x)
    with np.errstate(over="ignore"):
        np.exp(e, out=e)
    e += 1
    return np.divide(np.maximum(x, -FAR), e, out=e)


def silu_gate(g: Array, x: Array) -> Array:
    """``g * s * (1 + x (1 - s))`` with s = sigmoid(x)."""
    s = sigmoid(x)
    bounded = _clipped(x, -FAR, FAR)
    slope: Array = 1 - s
    slope *= bounded
    slope += 1
    slope *= s
    slope *= g
    return slope


def _mish_parts(x: Array) -> tuple[Array, Array, Array]:
    """Give e = e**x, n = e (e + 2) and 1 / (n + 2); tanh(log(1 + e)) is n / (n + 2)."""
    e = np.minimum(x, NEAR_ONE)
    np.exp(e, out=e)
    n = e + 2
    n *= e
    r = n + 2
    return e, n, np.divide(1, r, out=r)


def mish(x: Array) -> Array:
    """``x * tanh(softplus(x))``."""
    e, n, r = _mish_parts(x)
    n *= r
    n *= np.maximum(x, -FAR, out=e)
    return n


def mish_gate(g: Array, x: Array) -> Array:
    """``g * (w + x * 4 e (1 + e) / (n + 2)**2)`` with w = n / (n + 2)."""
    e, n, r = _mish_parts(x)
    n *= r  # w
    r *= r
    r *= e
    e += 1
    r *= e
    r *= 4
    r *= _clipped(x, -FAR, NEAR_ONE)
    n += r
    n *= g
    return n


def gelu(x: Array) -> Array:
    """``x * P(X < x)`` for a standard normal X, which is ``max(x, 0) - |x| * P(X > |x|)``."""
    z, density, tail = normal_tail(x)
    tail *= density
    tail *= z
    return np.subtract(np.maximum(x, 0, out=z), tail, out=z)


def gelu_gate(g: Array, x: Array) -> Array:
    """``g * (P(X < x) + x p(x))``, p the density: on the left tail - |x| p, on the right 1 minus that."""
    z, density, tail = normal_tail(x)
    z *= DENSITY
    tail -= z
    tail *= density
    slope = by_sign(x, tail, np.subtract(1, tail, out=z))
    slope *= g
    return slope


def _tanh_argument(x: Array) -> tuple[Array, Array]:
    """Give x within +-30 (outside, the sigmoid below is 0 or 1), and ``2 sqrt(2/pi) (x + 0.044715 x**3)``."""
    c = _clipped(x, -30, 30)
    u = c * c
    u *= 2 * TANH_SCALE * TANH_CUBIC
    u += 2 * TANH_SCALE
    u *= c
    return c, u


def gelu_tanh(x: Array) -> Array:
    """``x * sigmoid(u)``, which is x / 2 * (1 + tanh(u / 2)) without its loss of digits on the left."""
    _, u = _tanh_argument(x)
    y = sigmoid(u)
    y *= np.maximum(x, -FAR)
    return y


def gelu_tanh_gate(g: Array, x: Array) -> Array:
    """``g * s * (1 + x u' (1 - s))`` with s = sigmoid(u)."""
    c, u = _tanh_argument(x)
    s = sigmoid(u)
    slope: Array = c * c
    slope *= 6 * TANH_SCALE * TANH_CUBIC
    slope += 2 * TANH_SCALE
    slope *= c
    slope *= 1 - s
    slope += 1
    slope *= s
    slope *= g
    return slope


def hard_swish(x: Array) -> Array:
    """``x`` times (x + 3) / 6 kept between 0 and 1."""
    right = np.maximum(x, -3)
    y: Array = right * (1 / 6)
    y += 0.5
    np.minimum(y, 1, out=y)
    y *= right
    return y


def hard_swish_gate(g: Array, x: Array) -> Array:
    """``g * (2 x + 3) / 6`` where -3 < x < 3, 0 on the left, g on the right."""
    slope: Array = _clipped(x, -3, 3)
    slope *= 1 / 3
    slope += 0.5
    slope -= np.multiply(x >= 3, slope.dtype.type(0.5))  # 1.5 on the right
    slope *= kept_where(~(x <= -3), g)
    return slope


# --- S-shaped ReLU: lines of slopes a_l and a_r beyond the thresholds t_l and t_r


def _sides(x: Array, t_l: Array, t_r: Array) -> tuple[Array, Array]:
    """Say which x lie on the left line and which on the right one; the left goes first."""
    left = x <= t_l
    return left, (x >= t_r) & ~left


def srelu(x: Array, t_l: Array, a_l: Array, t_r: Array, a_r: Array) -> Array:
    """``t + a (x - t)`` beyond either threshold, x between them."""
    left, right = _sides(x, t_l, t_r)
    below = np.minimum(x, t_l) - t_l
    below *= a_l
    below += t_l
    above = np.maximum(x, t_r) - t_r
    above *= a_r
    above += t_r
    return chosen(left, below, chosen(right, above, x))


def srelu_gate(g: Array, x: Array, t_l: Array, a_l: Array, t_r: Array, a_r: Array) -> Array:
    """Give g, or g times the slope of the line that x lies on."""
    left, right = _sides(x, t_l, t_r)
    return chosen(left, kept_where(left, g) * a_l, chosen(right, kept_where(right, g) * a_r, g))


def srelu_line(g: Array, x: Array, t_l: Array, t_r: Array, *, left: bool) -> Array:
    """Pass g where x lies on the left line, or on the right one."""
    return kept_where(_sides(x, t_l, t_r)[0 if left else 1], g)
