"""What all optimisers share."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from numpy.typing import NDArray

from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.errors import DTypeError, GraphError, RangeError


class Optimiser:
    """Base of the optimisers: holds the parameters and walks over those that have a gradient.

    Parameters
    ----------
    parameters : iterable of Tensor
        Leaves that want gradients.
    lr : float
        Learning rate, above 0; may be changed between steps.

    Raises
    ------
    DTypeError
        When the parameters are no list of Tensors.
    GraphError
        When one is no leaf that wants gradients.
    RangeError
        When there are none, or a setting is out of range.

    Examples
    --------
    A rule of one's own gives each parameter's new value:

    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> class SignDescent(ag.optim.Optimiser):
    ...     def _moved(self, number, value, gradient):
    ...         return value - self.lr * np.sign(gradient)
    >>> w = ag.tensor([1.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> SignDescent([w], lr=0.5).step()
    >>> w.item()
    0.5
    """

    @checked
    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        name = type(self).__name__
        if hasattr(parameters, "named_parameters"):
            raise DTypeError(name, "got a module, not its parameters", fits="model.parameters()")
        given = list(parameters)
        self.parameters = list(dict.fromkeys(given)) if all(isinstance(p, Hashable) for p in given) else given
        if not self.parameters:
            raise RangeError(name, "there are no parameters", fits="model.parameters()")
        for number, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Tensor):
                raise DTypeError(
                    name,
                    f"parameter {number} is a {type(parameter).__name__}, not a Tensor",
                    fits="model.parameters()",
                )
            if not parameter.is_leaf or not parameter.requires_grad:
                raise GraphError(
                    name,
                    "a parameter must be a leaf that wants gradients",
                    operands={parameter.name or "parameter": parameter},
                    fits="tensors made with requires_grad=True",
                )
        check_range(name, "lr", lr, 0.0, float("inf"), 0.01)
        self.lr = lr

    def step(self) -> None:
        """Move every parameter that has a gradient; others stay as they are."""
        for number, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                parameter.assign_(self._moved(number, parameter.numpy(), parameter.grad.numpy()), copy=False)

    def _moved(self, number: int, value: NDArray[Any], gradient: NDArray[Any]) -> NDArray[Any]:
        """Give the new value of one parameter, as an array of its own."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None


def check_range(op: str, name: str, value: float, low: float, high: float, usual: float) -> None:
    """Refuse a setting outside (low, high), and name a usual one."""
    if not low < value < high:
        raise RangeError(
            op,
            f"{name}={value} is out of range",
            rule=f"{low:g} < {name} < {high:g}",
            fits=f"{name}={usual:g}",
        )
