"""ONNX's activations."""

from __future__ import annotations

from autograd_cnn.io.onnx_call import Operator, unary
from autograd_cnn.ops.activations import relu, sigmoid
from autograd_cnn.ops.elementwise import tanh

ACTIVATIONS: dict[str, Operator] = {
    "Relu": unary(relu),
    "Sigmoid": unary(sigmoid),
    "Tanh": unary(tanh),
}
