"""ONNX's preview of training: gradients as an operator, and one step of an optimiser."""

from __future__ import annotations

from collections.abc import Callable

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, Outputs
from autograd_cnn.ops.elementwise import sqrt

Step = Callable[[Call, float, int, tuple[Tensor, ...]], tuple[Tensor, ...]]


def _gradient(call: Call) -> Outputs:
    names = call.attributes["xs"], call.attribute("zs", [])
    return call.differentiate(*names, call.attributes["y"], call.tensors())


def _for_each(step: Step, parts: int) -> Operator:
    """Give an operator that updates several tensors; ONNX lists all tensors, all gradients, all memories."""

    def operator(call: Call) -> Outputs:
        rate, count = call.x.item(), int(call.tensor(1).item())
        rest = call.tensors()[2:]
        tensors = len(rest) // parts
        rows = [step(call, rate, count, rest[at::tensors]) for at in range(tensors)]
        return tuple(value for column in zip(*rows, strict=True) for value in column)

    return operator


def _adagrad(call: Call, rate: float, count: int, parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    x, gradient, energy = parts
    gradient = gradient + x * call.attribute("norm_coefficient", 0.0)
    energy = energy + gradient * gradient
    rate = rate / (1 + count * call.attribute("decay_factor", 0.0))
    return x - gradient * rate / (sqrt(energy) + call.attribute("epsilon", 1e-6)), energy


def _adam(call: Call, rate: float, count: int, parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    x, gradient, speed, energy = parts
    alpha, beta = call.attribute("alpha", 0.9), call.attribute("beta", 0.999)
    gradient = gradient + x * call.attribute("norm_coefficient", 0.0)
    speed = speed * alpha + gradient * (1 - alpha)
    energy = energy * beta + gradient * gradient * (1 - beta)
    if count > 0:  # both memories start at 0 and are too small at first
        rate = rate * (1 - beta**count) ** 0.5 / (1 - alpha**count)
    x = x - speed * rate / (sqrt(energy) + call.attribute("epsilon", 1e-6))
    return x * (1 - call.attribute("norm_coefficient_post", 0.0)), speed, energy


def _momentum(call: Call, rate: float, count: int, parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    x, gradient, speed = parts
    alpha = call.attributes["alpha"]
    gradient = gradient + x * call.attributes["norm_coefficient"]
    speed = speed * alpha + gradient * (call.attributes["beta"] if count > 0 else 1.0)
    ahead = gradient + speed * alpha if call.attributes["mode"] == "nesterov" else speed
    return x - ahead * rate, speed


TRAINING: dict[str, Operator] = {
    "Adagrad": _for_each(_adagrad, 3),
    "Adam": _for_each(_adam, 4),
    "Gradient": _gradient,
    "Momentum": _for_each(_momentum, 3),
}
