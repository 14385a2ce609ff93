"""ONNX's losses and the softmax family."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, Outputs
from autograd_cnn.ops.losses import cross_entropy, nll_loss
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.softmax import hardmax, log_softmax, softmax


def softmax_like(function: Callable[..., Tensor]) -> Operator:
    """Give an operator along one axis; opsets before 13 join all axes from the given one on."""

    def operator(call: Call) -> Tensor:
        x = call.x
        if call.opset >= 13:
            return function(x, axis=call.attribute("axis", -1))
        first = call.attribute("axis", 1) % max(x.ndim, 1)
        rows = reshape(x, (math.prod(x.shape[:first]), math.prod(x.shape[first:])))
        return reshape(function(rows, axis=1), x.shape)

    return operator


def _likelihood(call: Call) -> Tensor:
    return nll_loss(
        call.x,
        call.tensor(1),
        call.attribute("reduction", "mean"),
        call.optional(2),
        call.attribute("ignore_index", None),
    )


def _cross_entropy(call: Call) -> Outputs:
    loss = cross_entropy(
        call.x,
        call.tensor(1),
        call.attribute("reduction", "mean"),
        call.optional(2),
        ignore_index=call.attribute("ignore_index", None),
    )
    return (loss, log_softmax(call.x, 1)) if len(call.outputs) > 1 else loss


LOSSES: dict[str, Operator] = {
    "Hardmax": softmax_like(hardmax),
    "LogSoftmax": softmax_like(log_softmax),
    "NegativeLogLikelihoodLoss": _likelihood,
    "Softmax": softmax_like(softmax),
    "SoftmaxCrossEntropyLoss": _cross_entropy,
}
