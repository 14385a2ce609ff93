"""Adam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.optim.optimiser import Optimiser, check_range


class Adam(Optimiser):
    """Adam: steps scaled by running averages of the gradient and of its square.

    ``m = b1*m + (1-b1)*g``, ``v = b2*v + (1-b2)*g**2``, ``w = w - lr * m' / (sqrt(v') + eps)`` with
    ``m' = m / (1 - b1**t)``, ``v' = v / (1 - b2**t)`` at a parameter's step t.
    Kingma, Ba: Adam, a Method for Stochastic Optimization (2015).

    Parameters
    ----------
    parameters : iterable of Tensor
        What to train.
    lr : float
        Learning rate.
    betas : (float, float)
        b1 and b2, between 0 and 1.
    eps : float
        Keeps the division finite.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> w = ag.tensor([1.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> ag.optim.Adam([w], lr=0.5).step()
    >>> w
    tensor([0.5], dtype=float32, requires_grad=True)
    """

    @checked
    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        for name, beta in zip(("betas[0]", "betas[1]"), betas, strict=True):
            check_range("Adam", name, beta, 0.0, 1.0, 0.9)
        check_range("Adam", "eps", eps, 0.0, 1.0, 1e-8)
        self.betas, self.eps = betas, eps
        self._state: dict[int, tuple[int, NDArray[Any], NDArray[Any]]] = {}

    def _moved(self, number: int, value: NDArray[Any], gradient: NDArray[Any]) -> NDArray[Any]:
        b1, b2 = self.betas
        t, m, v = self._state.get(number) or (0, np.zeros_like(value), np.zeros_like(value))
        t += 1
        m += (1 - b1) * (gradient - m)
        v += (1 - b2) * (gradient * gradient - v)
        self._state[number] = (t, m, v)
        scale = self.lr / (1 - b1**t)
        result: NDArray[Any] = value - scale * m / (np.sqrt(v / (1 - b2**t)) + self.eps)
        return result
