"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import RangeError
from autograd_cnn.optim.optimiser import Optimiser


class SGD(Optimiser):
    """Stochastic gradient descent with momentum: ``v = momentum * v + g``, then ``w = w - lr * v``.

    Parameters
    ----------
    parameters : iterable of Tensor
        What to train.
    lr : float
        Learning rate.
    momentum : float
        How much of the last step's velocity stays, from 0 to below 1.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> w = ag.tensor([1.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> ag.optim.SGD([w], lr=0.25).step()
    >>> w
    tensor([0.5], dtype=float32, requires_grad=True)
    """

    @checked
    def __init__(self, parameters: Iterable[Tensor], lr: float = 0.01, momentum: float = 0.0) -> None:
        super().__init__(parameters, lr)
        if not 0 <= momentum < 1:
            raise RangeError(
                "SGD", f"momentum={momentum} is out of range", rule="0 <= momentum < 1", fits="0.9"
            )
        self.momentum = momentum
        self._velocity: dict[int, NDArray[Any]] = {}

    def _moved(self, number: int, value: NDArray[Any], gradient: NDArray[Any]) -> NDArray[Any]:
        if self.momentum:
            velocity = self._velocity.get(number)
            if velocity is None:
                velocity = self._velocity[number] = gradient.copy()
            else:
                velocity *= self.momentum
                velocity += gradient
            gradient = velocity
        step = np.multiply(gradient, self.lr, dtype=value.dtype)
        moved: NDArray[Any] = np.subtract(value, step, out=step)
        return moved
