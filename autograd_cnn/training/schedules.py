"""How the learning rate changes while a training goes on."""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[float], float]


def warm_cosine(progress: float, warm_up: float = 0.1) -> float:
    """Give the factor of the learning rate: a linear rise, then half a cosine down to 0.

    ``progress / warm_up`` up to ``warm_up``, then ``(1 + cos(pi * t)) / 2`` with t from 0 to 1 over the rest.
    Loshchilov, Hutter: SGDR, Stochastic Gradient Descent with Warm Restarts (2017).

    Parameters
    ----------
    progress : float
        Share of the training that is done, from 0 to 1.
    warm_up : float
        Share of it that the rise takes, from 0 to below 1.

    Examples
    --------
    >>> [round(warm_cosine(p), 3) for p in (0.05, 0.1, 0.55, 1.0)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if progress < warm_up:
        return progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2
