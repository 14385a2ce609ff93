"""ONNX's activations."""

from __future__ import annotations

from collections.abc import Callable

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, constant, unary
from autograd_cnn.ops import exponential_units, smooth
from autograd_cnn.ops.activations import relu, sigmoid
from autograd_cnn.ops.arithmetic import add, multiply, subtract
from autograd_cnn.ops.comparison import greater, less, where
from autograd_cnn.ops.elementwise import tanh
from autograd_cnn.ops.learned_rectifiers import prelu
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.rectifiers import leaky_relu
from autograd_cnn.ops.sigmoids import hard_sigmoid, softsign


def _with_alpha(function: Callable[[Tensor, float], Tensor], default: float) -> Operator:
    return lambda call: function(call.x, call.attribute("alpha", default))


def _selu(call: Call) -> Tensor:
    # before opset 6 the constants were rounded
    scale, a = (1.0507, 1.6732) if call.opset < 6 else (1.0507009873554805, 1.6732632423543772)
    return exponential_units.selu(call.x, call.attribute("gamma", scale), call.attribute("alpha", a))


def _hard_sigmoid(call: Call) -> Tensor:
    return hard_sigmoid(call.x, call.attribute("alpha", 0.2), call.attribute("beta", 0.5))


def _gelu(call: Call) -> Tensor:
    return smooth.gelu(call.x, call.attribute("approximate", "none") == "tanh")


def _prelu(call: Call) -> Tensor:
    x, slope = call.x, call.tensor(1)
    if call.opset >= 7:  # aligned at the last axis; before, one slope a channel, as here
        slope = reshape(slope, (1,) * (x.ndim - slope.ndim) + slope.shape)
    return prelu(x, slope)


def _thresholded(call: Call) -> Tensor:
    x = call.x
    return where(greater(x, call.attribute("alpha", 1.0)), x, constant(0, x.dtype))


def _shrink(call: Call) -> Tensor:
    x, limit, bias = call.x, call.attribute("lambd", 0.5), call.attribute("bias", 0.0)
    shift, zero = constant(bias, x.dtype), constant(0, x.dtype)
    return where(less(x, -limit), add(x, shift), where(greater(x, limit), subtract(x, shift), zero))


def _swish(call: Call) -> Tensor:
    x, alpha = call.x, call.attribute("alpha", 1.0)
    return smooth.silu(x) if alpha == 1 else multiply(x, sigmoid(multiply(x, alpha)))


def _gated_swish(call: Call) -> Tensor:
    return multiply(_swish(call), call.tensor(1))


ACTIVATIONS: dict[str, Operator] = {
    "Celu": _with_alpha(exponential_units.celu, 1.0),
    "Elu": _with_alpha(exponential_units.elu, 1.0),
    "Erf": unary(smooth.erf),
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": unary(smooth.hard_swish),
    "LeakyRelu": _with_alpha(leaky_relu, 0.01),
    "Mish": unary(smooth.mish),
    "PRelu": _prelu,
    "Relu": unary(relu),
    "Selu": _selu,
    "Shrink": _shrink,
    "Sigmoid": unary(sigmoid),
    "Softplus": unary(smooth.softplus),
    "Softsign": unary(softsign),
    "SwiGLU": _gated_swish,
    "Swish": _swish,
    "Tanh": unary(tanh),
    "ThresholdedRelu": _thresholded,
}
