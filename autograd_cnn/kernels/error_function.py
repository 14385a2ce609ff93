"""The error function and the tail of the normal distribution, in whole-array arithmetic.

The polynomials were interpolated at Chebyshev points in 40 digits; the comments give the relative error that
is left before rounding.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn.kernels.blockwise import chosen

Array = NDArray[Any]

# For float32, P(X > z) = exp(-z**2 / 2) * numerator(z) / denominator(z): 3.6e-7, z from 0 to 13.5
_ABOVE = (0.3988923329105778, 2.8054096705024563, 8.512086081659366, 11.789078515093038)
_BELOW = (1.0, 7.027139037920594, 22.418417479237768, 35.836403511335114, 23.578165509312843)
# For float64, exp(-z**2 / 2) * s * polynomial(u) with s = 1 / (1 + z / 5); u is s, stretched to -1 ... 1
_TAIL_64 = (
    -2.7083815499111915e-12,
    -3.592436953869911e-11,
    6.089216716882939e-11,
    4.5707661381494115e-10,
    -7.64338738862563e-10,
    -3.89178954672889e-09,
    7.482783952655304e-09,
    3.312215144943312e-08,
    -6.284594800250002e-08,
    -3.2631719173575966e-07,
    3.9629002984865947e-07,
    3.6618980958564507e-06,
    8.053842468657701e-07,
    -3.967229906619957e-05,
    -0.0001062704282801446,
    0.00017844719966230005,
    0.0022476518484494685,
    0.009287969694233582,
    0.025896330150119117,
    0.05562389639173356,
    0.09687499682856565,
    0.14009298543366258,
    0.1699391543435441,
)  # 1.3e-17, z from 0 to 40
# erf(x) = x * polynomial(2 x**2 - 1) for |x| <= 1
_ERF_32 = (
    1.2306054785446075e-06,
    -1.7669066802627097e-05,
    0.00021751354165582579,
    -0.0022854195448728494,
    0.019852497140907616,
    -0.14053609727754268,
    0.9654687386698673,
)  # 1.3e-9
_ERF_64 = (
    -3.80659122412214e-13,
    9.21125018742823e-12,
    -2.035231956483527e-10,
    4.115751500265885e-09,
    -7.51156925108609e-08,
    1.2233827638093572e-06,
    -1.75371694412802e-05,
    0.00021751715603563488,
    -0.0022854855611440855,
    0.019852496688984218,
    -0.1405360890227171,
    0.9654687386698673,
)  # 8.1e-18


def _polynomial(coefficients: tuple[float, ...], u: Array) -> Array:
    """Evaluate by Horner's scheme, highest power first, in one array."""
    value: Array = u * coefficients[0]
    value += coefficients[1]
    for coefficient in coefficients[2:]:
        value *= u
        value += coefficient
    return value


def _quotient(z: Array) -> Array:
    """Evaluate the float32 fraction, in two arrays."""
    above = _polynomial(_ABOVE, z)
    below: Array = z + _BELOW[1]
    for coefficient in _BELOW[2:]:
        below *= z
        below += coefficient
    above /= below
    return above


def _series(z: Array) -> Array:
    """Evaluate the float64 polynomial in s."""
    s = 1 / (1 + z * 0.2)
    low = 1 / (1 + 0.2 * 40)
    value = _polynomial(_TAIL_64, s * (2 / (1 - low)) - (1 + low) / (1 - low))
    value *= s
    return value


def normal_tail(x: Array) -> tuple[Array, Array, Array]:
    """Give z = |x|, ``exp(-z**2 / 2)``, and P(X > z) of a standard normal X divided by that.

    z stops at 15 (40 for float64), where the second is 0.
    """
    z = np.abs(x)
    if x.dtype.itemsize <= 4:
        np.minimum(z, 15, out=z)
        density = z * z
        density *= -0.5
        return z, np.exp(density, out=density), _quotient(z)
    np.minimum(z, 40, out=z)
    # z * z rounds, and the exponential would enlarge that by z * z: split z into 1/16ths and a rest
    coarse = np.rint(z * 16)
    coarse *= 1 / 16
    rest = coarse - z
    rest *= (coarse + z) * 0.5
    coarse *= coarse
    coarse *= -0.5
    np.exp(coarse, out=coarse)
    coarse *= np.exp(rest, out=rest)
    return z, coarse, _series(z)


def erf(x: Array) -> Array:
    """Error function, ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0 to x."""
    near = np.minimum(np.maximum(x, -1), 1)
    series = near * _polynomial(_ERF_32 if x.dtype.itemsize <= 4 else _ERF_64, near * near * 2 - 1)
    # far out: 1 - erfc(|x|), where erfc is twice the normal tail at |x| sqrt(2)
    bounded = np.minimum(np.maximum(x, -20), 20)
    _, density, tail = normal_tail(bounded * math.sqrt(2))
    far = np.copysign(1 - 2 * density * tail, x)
    return chosen(near == x, series, far)
