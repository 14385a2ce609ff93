"""ONNX's reductions, products of matrices, and what looks along an axis: positions, order, running sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, Outputs, constant
from autograd_cnn.ops import cumulative, elementwise, ordering, reductions
from autograd_cnn.ops._operands import astype
from autograd_cnn.ops.advanced_indexing import index
from autograd_cnn.ops.arithmetic import add, divide, multiply, subtract
from autograd_cnn.ops.comparison import equal, where
from autograd_cnn.ops.delicate_reductions import logsumexp, norm, prod, var
from autograd_cnn.ops.einstein import einsum
from autograd_cnn.ops.joining import concatenate
from autograd_cnn.ops.linear_algebra import matmul
from autograd_cnn.ops.logic import all as all_true
from autograd_cnn.ops.logic import any as any_true
from autograd_cnn.ops.movement import transpose
from autograd_cnn.ops.rearranging import broadcast_to, flip

Reduction = Callable[..., Tensor]


def _axes(call: Call) -> tuple[int, ...] | None:
    """Give the axes to reduce over; None for nothing to do."""
    axes = call.integers("axes", 1)
    if axes:
        return tuple(axis % call.x.ndim for axis in axes)
    return None if call.attribute("noop_with_empty_axes", 0) else tuple(range(call.x.ndim))


def reduction(function: Reduction, before: Callable[[Any], Tensor] | None = None) -> Operator:
    """Give an operator that reduces over axes, after a function of each element."""

    def operator(call: Call) -> Tensor:
        x, axes = call.x, _axes(call)
        values = before(x) if before else x
        if axes is None:
            return values
        result = function(values, axis=axes, keepdims=bool(call.attribute("keepdims", 1)))
        return astype(result, x.dtype)

    return operator


def _extreme(function: Reduction, of_truth: Reduction, empty: float) -> Operator:
    def operator(call: Call) -> Tensor:
        x, axes = call.x, _axes(call)
        if axes is None:
            return x
        keepdims = bool(call.attribute("keepdims", 1))
        if x.dtype.kind == "b":
            return of_truth(x, axis=axes, keepdims=keepdims)
        if x.dtype.kind == "f" and any(x.shape[axis] == 0 for axis in axes):
            # the largest of no numbers is minus infinity: one such number joins each row
            x = concatenate([x, _filled(x, axes, empty)], axis=next(a for a in axes if x.shape[a] == 0))
        return function(x, axis=axes, keepdims=keepdims)

    return operator


def _filled(x: Tensor, axes: tuple[int, ...], value: float) -> Tensor:
    shape = [1 if axis in axes and n == 0 else n for axis, n in enumerate(x.shape)]
    return broadcast_to(constant(value, x.dtype), shape)


def _log_sum(x: Tensor, axis: tuple[int, ...], keepdims: bool) -> Tensor:
    return elementwise.log(reductions.sum(x, axis, keepdims))


def _position(function: Callable[..., Tensor]) -> Operator:
    def operator(call: Call) -> Tensor:
        x, keepdims = call.x, bool(call.attribute("keepdims", 1))
        axis = call.attribute("axis", 0) % x.ndim
        if not call.attribute("select_last_index", 0):
            return function(x, axis, keepdims)
        return subtract(x.shape[axis] - 1, function(flip(x, axis), axis, keepdims))

    return operator


def _topk(call: Call) -> Outputs:
    k = (call.integers("k", 1) or [1])[0]
    return ordering.topk(call.x, k, call.attribute("axis", -1), bool(call.attribute("largest", 1)))


def _running(function: Callable[..., Tensor], neutral: float) -> Operator:
    """Give a running sum or product: from the other end, or of the elements before, where asked."""

    def operator(call: Call) -> Tensor:
        x = call.x
        axis = call.tensor(1).numpy().item() % x.ndim
        if call.attribute("reverse", 0):
            x = flip(x, axis)
        if call.attribute("exclusive", 0):
            cut = (slice(None),) * axis
            first = broadcast_to(constant(neutral, x.dtype), index(x, (*cut, slice(1))).shape)
            x = concatenate([first, index(x, (*cut, slice(-1)))], axis)
        result = function(x, axis)
        return astype(flip(result, axis) if call.attribute("reverse", 0) else result, x.dtype)

    return operator


def _gemm(call: Call) -> Tensor:
    a, b, c = call.x, call.tensor(1), call.optional(2)
    left = transpose(a) if call.attribute("transA", 0) else a
    right = transpose(b) if call.attribute("transB", 0) else b
    product = matmul(left, right)
    alpha, beta = call.attribute("alpha", 1.0), call.attribute("beta", 1.0)
    scaled = product if alpha == 1 else astype(multiply(product, alpha), a.dtype)
    if c is None or beta == 0:
        return scaled
    return add(scaled, c if beta == 1 else astype(multiply(c, beta), a.dtype))


def _lp_normal(call: Call) -> Tensor:
    x, axis = call.x, call.attribute("axis", -1)
    length = norm(x, call.attribute("p", 2), axis, keepdims=True)
    return divide(x, where(equal(length, 0.0), constant(1, x.dtype), length))  # a row of zeros stays so


def _mean_variance(call: Call) -> Tensor:
    x, axes = call.x, tuple(call.attribute("axes", [0, 2, 3]))
    centred = subtract(x, reductions.mean(x, axes, keepdims=True))
    return divide(centred, add(elementwise.sqrt(var(x, axes, keepdims=True)), 1e-9))


REDUCTIONS: dict[str, Operator] = {
    "ArgMax": _position(ordering.argmax),
    "ArgMin": _position(ordering.argmin),
    "CumProd": _running(cumulative.cumprod, 1),
    "CumSum": _running(cumulative.cumsum, 0),
    "Einsum": lambda call: einsum(call.attributes["equation"], *call.tensors()),
    "Gemm": _gemm,
    "LpNormalization": _lp_normal,
    "MatMul": lambda call: matmul(call.x, call.tensor(1)),
    "MeanVarianceNormalization": _mean_variance,
    "ReduceL1": reduction(reductions.sum, elementwise.absolute),
    "ReduceL2": reduction(norm),
    "ReduceLogSum": reduction(_log_sum),
    "ReduceLogSumExp": reduction(logsumexp),
    "ReduceMax": _extreme(reductions.max, any_true, float("-inf")),
    "ReduceMean": reduction(reductions.mean),
    "ReduceMin": _extreme(reductions.min, all_true, float("inf")),
    "ReduceProd": reduction(prod),
    "ReduceSum": reduction(reductions.sum),
    "ReduceSumSquare": reduction(reductions.sum, elementwise.square),
    "TopK": _topk,
}
