"""ONNX's activations."""

from __future__ import annotations

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, constant, unary
from autograd_cnn.ops.activations import relu, sigmoid
from autograd_cnn.ops.arithmetic import add, multiply, subtract
from autograd_cnn.ops.comparison import greater, less, where
from autograd_cnn.ops.elementwise import tanh


def _shrink(call: Call) -> Tensor:
    x, limit, bias = call.x, call.attribute("lambd", 0.5), call.attribute("bias", 0.0)
    shift, zero = constant(bias, x.dtype), constant(0, x.dtype)
    return where(less(x, -limit), add(x, shift), where(greater(x, limit), subtract(x, shift), zero))


def _swish(call: Call) -> Tensor:
    x, alpha = call.x, call.attribute("alpha", 1.0)
    return multiply(x, sigmoid(x if alpha == 1 else multiply(x, alpha)))


def _gated_swish(call: Call) -> Tensor:
    return multiply(_swish(call), call.tensor(1))


ACTIVATIONS: dict[str, Operator] = {
    "Relu": unary(relu),
    "Shrink": _shrink,
    "Sigmoid": unary(sigmoid),
    "SwiGLU": _gated_swish,
    "Swish": _swish,
    "Tanh": unary(tanh),
}
