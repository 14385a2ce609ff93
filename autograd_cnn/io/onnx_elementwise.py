"""ONNX's elementwise mathematics, comparisons and logic."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import NO_SUCH_TYPE, Call, Operator, unary
from autograd_cnn.ops import arithmetic, comparison, elementwise, logic, rounding, trigonometry
from autograd_cnn.ops._operands import astype
from autograd_cnn.ops.movement import reshape

Binary = Callable[[Tensor, Tensor], Tensor]


def binary(function: Binary) -> Operator:
    """Give an operator of two inputs; opsets before 7 broadcast the second one from a given axis on."""

    def operator(call: Call) -> Tensor:
        return function(call.x, _aligned(call))

    return operator


def _aligned(call: Call) -> Tensor:
    y = call.tensor(1)
    if call.opset >= 7 or not call.attribute("broadcast", 0) or "axis" not in call.attributes:
        return y
    first = call.attributes["axis"] % max(call.x.ndim, 1)
    return reshape(y, (*y.shape, *(1,) * (call.x.ndim - first - y.ndim)))


def variadic(function: Binary) -> Operator:
    """Give an operator that folds any number of inputs."""
    return lambda call: reduce(function, call.tensors())


def _divide(x: Tensor, y: Tensor) -> Tensor:
    if x.dtype.kind == "f":
        return arithmetic.divide(x, y)
    if x.dtype.kind == "u":
        return rounding.floor_divide(x, y)
    signs = arithmetic.multiply(elementwise.sign(x), elementwise.sign(y))
    size = rounding.floor_divide(elementwise.absolute(x), elementwise.absolute(y))
    return arithmetic.multiply(signs, size)  # integers are rounded toward 0


def _modulus(call: Call) -> Tensor:
    x, y = call.x, call.tensor(1)
    if not call.attribute("fmod", 0):
        return rounding.remainder(x, y)
    # the sign of x, as C's fmod: the remainder of the sizes, with that sign
    size = rounding.remainder(elementwise.absolute(x), elementwise.absolute(y))
    return arithmetic.multiply(elementwise.sign(x), size) if x.dtype.kind != "u" else size


def _power(call: Call) -> Tensor:
    x, y = call.x, _aligned(call)
    return astype(arithmetic.power(x, y), x.dtype)


def _mean(call: Call) -> Tensor:
    parts = call.tensors()
    return arithmetic.divide(reduce(arithmetic.add, parts), len(parts))


def _clip(call: Call) -> Tensor:
    x = call.x
    limits = [call.number("min", 1, None), call.number("max", 2, None)]
    if limits == [None, None]:
        return x
    if x.dtype.kind != "f":
        limits = [None if limit is None else int(limit) for limit in limits]
        return astype(rounding.clip(x, *limits), x.dtype)
    low, high = (None if limit is None else float(limit) for limit in limits)
    return rounding.clip(x, low, high)


def _is_infinite(call: Call) -> Tensor:
    x, found = call.x, logic.isinf(call.x)
    if not call.attribute("detect_negative", 1):
        found = logic.logical_and(found, comparison.greater(x, 0.0))
    if not call.attribute("detect_positive", 1):
        found = logic.logical_and(found, comparison.less(x, 0.0))
    return found


def _cast(call: Call) -> Tensor:
    return astype(call.x, dtype_of(call, call.attributes["to"]))


def _cast_like(call: Call) -> Tensor:
    return astype(call.x, call.tensor(1).dtype)


# ONNX's numbers of the types that a Tensor can hold
_DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64",
}  # fmt: skip


def dtype_of(call: Call, number: int | str) -> np.dtype[np.generic]:
    """Give the dtype for ONNX's number (in the first opset, name) of a type."""
    if isinstance(number, str):
        number = {"FLOAT": 1, "DOUBLE": 11, "FLOAT16": 10, "INT32": 6, "INT64": 7, "BOOL": 9}.get(number, 0)
    if number not in _DTYPES:
        raise call.unsupported(f"type {number}: {NO_SUCH_TYPE}")
    return np.dtype(_DTYPES[number])


ELEMENTWISE: dict[str, Operator] = {
    "Abs": unary(elementwise.absolute),
    "Acos": unary(trigonometry.arccos),
    "Acosh": unary(trigonometry.arccosh),
    "Add": binary(arithmetic.add),
    "And": binary(logic.logical_and),
    "Asin": unary(trigonometry.arcsin),
    "Asinh": unary(trigonometry.arcsinh),
    "Atan": unary(trigonometry.arctan),
    "Atanh": unary(trigonometry.arctanh),
    "Cast": _cast,
    "CastLike": _cast_like,
    "Ceil": unary(rounding.ceil),
    "Clip": _clip,
    "Cos": unary(trigonometry.cos),
    "Cosh": unary(trigonometry.cosh),
    "Div": binary(_divide),
    "Equal": binary(comparison.equal),
    "Exp": unary(elementwise.exp),
    "Floor": unary(rounding.floor),
    "Greater": binary(comparison.greater),
    "GreaterOrEqual": binary(comparison.greater_equal),
    "IsInf": _is_infinite,
    "IsNaN": unary(logic.isnan),
    "Less": binary(comparison.less),
    "LessOrEqual": binary(comparison.less_equal),
    "Log": unary(elementwise.log),
    "Max": variadic(arithmetic.maximum),
    "Mean": _mean,
    "Min": variadic(arithmetic.minimum),
    "Mod": _modulus,
    "Mul": binary(arithmetic.multiply),
    "Neg": unary(arithmetic.negative),
    "Not": unary(logic.logical_not),
    "Or": binary(logic.logical_or),
    "Pow": _power,
    "Reciprocal": unary(elementwise.reciprocal),
    "Round": unary(rounding.round),
    "Sign": unary(elementwise.sign),
    "Sin": unary(trigonometry.sin),
    "Sinh": unary(trigonometry.sinh),
    "Sqrt": unary(elementwise.sqrt),
    "Sub": binary(arithmetic.subtract),
    "Sum": variadic(arithmetic.add),
    "Tan": unary(trigonometry.tan),
    "Where": lambda call: comparison.where(*call.tensors()),
    "Xor": binary(logic.logical_xor),
}
