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

# tail(z) = exp(-z**2 / 2) * s * polynomial(u) with s = 1 / (1 + c z); u is s, stretched to -1 ... 1
_TAIL_32 = (
    -6.734115925054986e-06,
    2.197857873765111e-06,
    8.473883574486531e-05,
    -4.8641168567896855e-05,
    -0.0010377702067397541,
    -0.00027140945866052163,
    0.015457981064758654,
    0.06821280482469898,
    0.16268318846290405,
    0.25492364198036616,
)  # c = 0.3, z to 15: 4.4e-9
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
)  # c = 0.2, z to 40: 1.3e-17
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


def normal_tail(x: Array) -> tuple[Array, Array]:
    """Give P(X > |x|) of a standard normal X, and ``exp(-x**2 / 2)``, each right to a few ulp."""
    single = x.dtype.itemsize <= 4
    c, end, coefficients = (0.3, 15.0, _TAIL_32) if single else (0.2, 40.0, _TAIL_64)
    z = np.abs(x)
    np.minimum(z, end, out=z)  # both are 0 from there on
    # z * z rounds, and the exponential would enlarge that by z * z: split z into 1/16ths and a rest
    coarse = np.rint(z * 16)
    coarse *= 1 / 16
    rest = coarse - z
    rest *= (coarse + z) * 0.5
    coarse *= coarse
    coarse *= -0.5
    density: Array = np.exp(coarse, out=coarse)
    density *= np.exp(rest, out=rest)
    z *= c
    z += 1
    s = np.divide(1, z, out=z)
    low = 1 / (1 + c * end)
    tail = _polynomial(coefficients, s * (2 / (1 - low)) - (1 + low) / (1 - low))
    tail *= s
    tail *= density
    return tail, density


def erf(x: Array) -> Array:
    """Error function, ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0 to x."""
    near = np.minimum(np.maximum(x, -1), 1)
    series = near * _polynomial(_ERF_32 if x.dtype.itemsize <= 4 else _ERF_64, near * near * 2 - 1)
    # far out: 1 - erfc(|x|), where erfc is twice the normal tail at |x| sqrt(2)
    bounded = np.minimum(np.maximum(x, -20), 20)
    tail, _ = normal_tail(bounded * math.sqrt(2))
    far = np.copysign(1 - 2 * tail, x)
    return chosen(near == x, series, far)
