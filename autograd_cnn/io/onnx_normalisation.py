"""ONNX's normalisations and dropout."""

from __future__ import annotations

import numpy as np

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, Outputs, constant
from autograd_cnn.ops._operands import astype
from autograd_cnn.ops.arithmetic import add, divide, multiply
from autograd_cnn.ops.delicate_reductions import var
from autograd_cnn.ops.elementwise import reciprocal, sqrt, square
from autograd_cnn.ops.normalisation import batch_norm, group_norm, instance_norm, layer_norm
from autograd_cnn.ops.rearranging import broadcast_to
from autograd_cnn.ops.reductions import mean
from autograd_cnn.ops.repeating import repeat
from autograd_cnn.ops.response_normalisation import local_response_norm


def _batch(call: Call) -> Outputs:
    x, scale, shift, old_mean, old_variance = call.tensors()
    epsilon = call.attribute("epsilon", 1e-5)
    if not call.attribute("spatial", 1):
        raise call.unsupported("spatial=0: a channel is normalised as a whole here, not place by place")
    if not _training(call):
        result: Tensor = batch_norm(x, scale, shift, old_mean, old_variance, epsilon)
        return result
    y, now_mean, now_variance = batch_norm(x, scale, shift, epsilon=epsilon, return_statistics=True)
    keep = call.attribute("momentum", 0.9)
    running = [
        astype(add(multiply(old, keep), multiply(now, 1 - keep)), old.dtype)
        for old, now in ((old_mean, now_mean), (old_variance, now_variance))
    ]
    return y, *running


def _training(call: Call) -> bool:
    if call.opset < 7:
        return not call.attribute("is_test", 0)
    if call.opset < 14:
        return len(call.outputs) > 1
    return bool(call.attribute("training_mode", 0))


def _instance(call: Call) -> Tensor:
    return instance_norm(call.x, call.tensor(1), call.tensor(2), call.attribute("epsilon", 1e-5))


def _group(call: Call) -> Tensor:
    x, scale, shift = call.tensors()
    groups = call.attributes["num_groups"]
    if call.opset < 21:  # one scale and shift a group, not a channel
        scale, shift = (repeat(value, x.shape[1] // groups) for value in (scale, shift))
    return group_norm(x, scale, shift, groups=groups, epsilon=call.attribute("epsilon", 1e-5))


def _layer(call: Call) -> Outputs:
    x, scale, shift = call.x, call.tensor(1), call.optional(2)
    axes = tuple(range(call.attribute("axis", -1) % x.ndim, x.ndim))
    epsilon, own = call.attribute("epsilon", 1e-5), tuple(x.shape[axis] for axis in axes)
    shift = None if shift is None else _to_shape(shift, own)
    y = layer_norm(x, _to_shape(scale, own), shift, len(axes), epsilon)
    if len(call.outputs) == 1:
        return y
    centre = mean(x, axes, keepdims=True)
    return y, centre, reciprocal(sqrt(add(var(x, axes, keepdims=True), epsilon)))


def _to_shape(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    return value if value.shape == shape else broadcast_to(value, shape)


def _root_mean_square(call: Call) -> Tensor:
    x, scale = call.x, call.tensor(1)
    axes = tuple(range(call.attribute("axis", -1) % x.ndim, x.ndim))
    energy = mean(square(x), axes, keepdims=True)
    return multiply(divide(x, sqrt(add(energy, call.attribute("epsilon", 1e-5)))), scale)


def _local_response(call: Call) -> Tensor:
    return local_response_norm(
        call.x,
        call.attributes["size"],
        call.attribute("alpha", 1e-4),
        call.attribute("beta", 0.75),
        call.attribute("bias", 1.0),
    )


def _dropout(call: Call) -> Outputs:
    x = call.x
    training = not call.attribute("is_test", 0) if call.opset < 7 else bool(call.number("training", 2, False))
    share = call.number("ratio", 1, 0.5)
    if training and share:
        raise call.unsupported("random zeros: ours are drawn from a NumPy Generator")
    if len(call.outputs) == 1:
        return x
    kept = constant(np.ones(x.shape, bool))
    return x, kept if call.opset >= 10 else astype(kept, x.dtype)


NORMALISATION: dict[str, Operator] = {
    "BatchNormalization": _batch,
    "Dropout": _dropout,
    "GroupNormalization": _group,
    "InstanceNormalization": _instance,
    "LRN": _local_response,
    "LayerNormalization": _layer,
    "RMSNormalization": _root_mean_square,
}
