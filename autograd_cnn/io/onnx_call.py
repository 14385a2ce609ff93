"""One node of an ONNX model, ready to run: its inputs as Tensors, its attributes, its opset.

Nothing here needs the `onnx` package: the tables of operators can be read without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_cnn._creation import from_numpy
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import AutogradError

Outputs = Tensor | tuple[Tensor | None, ...]
Pairs = tuple[tuple[int, int], ...]

NO_SUCH_TYPE = "Tensors hold the numbers that NumPy has"


class UnsupportedNodeError(AutogradError, NotImplementedError):
    """An ONNX node, setting or type that this library has no operation for."""


@dataclass(frozen=True, slots=True)
class Call:
    """What an operator of the tables is given.

    Parameters
    ----------
    op : str
        ONNX's name of the operator.
    inputs : tuple of Tensor or None
        None stands for an optional input that was left out.
    attributes : mapping
        Attributes as Python values: numbers, strings, lists, arrays.
    opset : int
        Version of the node's operator set; it decides where settings stand and what the defaults are.
    outputs : tuple of str
        Names of the outputs; an empty name is an output that nobody wants.
    differentiate : callable
        Gradients of one value of the graph with respect to others; for the operator `Gradient`.
    """

    op: str
    inputs: tuple[Tensor | None, ...]
    attributes: Mapping[str, Any]
    opset: int
    outputs: tuple[str, ...]
    differentiate: Callable[[Sequence[str], Sequence[str], str, Sequence[Tensor]], tuple[Tensor, ...]]

    @property
    def x(self) -> Tensor:
        """The first input."""
        return self.tensor(0)

    def tensor(self, at: int) -> Tensor:
        """Give an input that must be there."""
        value = self.optional(at)
        if value is None:
            raise UnsupportedNodeError(self.op, f"input {at} is missing")
        return value

    def optional(self, at: int) -> Tensor | None:
        """Give an input, or None where it was left out."""
        return self.inputs[at] if at < len(self.inputs) else None

    def tensors(self) -> tuple[Tensor, ...]:
        """Give all inputs of an operator that takes any number of them."""
        return tuple(self.tensor(at) for at in range(len(self.inputs)))

    def attribute(self, name: str, default: Any) -> Any:
        """Give an attribute, or its default."""
        return self.attributes.get(name, default)

    def integers(self, name: str, at: int | None = None) -> list[int] | None:
        """Give integers that are an attribute in old opsets and an input in new ones."""
        if name in self.attributes:
            value = self.attributes[name]
            return [int(n) for n in ([value] if isinstance(value, int) else value)]
        given = None if at is None else self.optional(at)
        return None if given is None else [int(n) for n in given.numpy().ravel()]

    def number(self, name: str, at: int | None, default: Any) -> Any:
        """Give one number that is an attribute in old opsets and an input in new ones."""
        given = None if at is None else self.optional(at)
        if given is not None:
            return given.numpy().item()
        return self.attribute(name, default)

    def unsupported(self, problem: str) -> UnsupportedNodeError:
        """Make the error that leaves this node out, with the reason."""
        return UnsupportedNodeError(self.op, problem)


Operator = Callable[[Call], Outputs]


def constant(values: Any, dtype: DTypeLike | None = None) -> Tensor:
    """Give a Tensor of an array of our own making."""
    array: NDArray[Any] = np.asarray(values, dtype)
    return from_numpy(array, share=True)


def unary(function: Callable[..., Tensor]) -> Operator:
    """Give an operator that is a function of its one input."""
    return lambda call: function(call.x)


def scaled(function: Callable[..., Tensor], **defaults: float) -> Operator:
    """Give an operator whose attributes are the function's settings, by the same names."""
    return lambda call: function(call.x, **{name: call.attribute(name, d) for name, d in defaults.items()})
