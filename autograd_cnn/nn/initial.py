"""First values of weights, drawn from an explicit generator."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError

Initialiser = Callable[[tuple[int, ...], Generator], NDArray[Any]]


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Give the numbers of inputs and outputs that one unit of a weight (out, in, *window) touches."""
    if len(shape) < 2 or min(shape) < 1:
        raise RangeError(
            "initial weights",
            f"the shape {tuple(shape)} is no weight's",
            fits="(out, in, *window), from 1 on",
        )
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


@checked
def he_normal(shape: tuple[int, ...], rng: Generator) -> NDArray[Any]:
    """Draw from a normal distribution of variance 2 / fan_in: keeps the scale through ReLU layers.

    He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015).

    Parameters
    ----------
    shape : tuple of int
        (out, in, *window) of the weight.
    rng : numpy.random.Generator
        Draws the numbers.

    Returns
    -------
    array
        Of that shape, float32.

    Raises
    ------
    RangeError
        When it is no shape of a weight.
    DTypeError
        When ``rng`` is no generator, such as a seed.

    Examples
    --------
    >>> import numpy as np
    >>> he_normal((4, 3, 5, 5), np.random.default_rng(0)).dtype
    dtype('float32')
    """
    fan_in, _ = _fans(shape)
    return (rng.standard_normal(shape) * math.sqrt(2 / fan_in)).astype(np.float32)


@checked
def glorot_uniform(shape: tuple[int, ...], rng: Generator) -> NDArray[Any]:
    """Draw uniformly from +-sqrt(6 / (fan_in + fan_out)): keeps the scale through tanh layers, both ways.

    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks (2010).

    Parameters
    ----------
    shape : tuple of int
        (out, in, *window) of the weight.
    rng : numpy.random.Generator
        Draws the numbers.

    Returns
    -------
    array
        Of that shape, float32.

    Raises
    ------
    RangeError
        When it is no shape of a weight.
    DTypeError
        When ``rng`` is no generator, such as a seed.

    Examples
    --------
    >>> import numpy as np
    >>> bool(abs(glorot_uniform((2, 1), np.random.default_rng(0))).max() <= 2**0.5)
    True
    """
    limit = math.sqrt(6 / sum(_fans(shape)))
    return rng.uniform(-limit, limit, shape).astype(np.float32)
