"""ONNX's convolutions and poolings.

ONNX counts an index of max pooling through the whole tensor, ours through one plane; the difference is the
number of the plane times its cells.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, Outputs, Pairs, constant, unary
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops.arithmetic import add, multiply
from autograd_cnn.ops.convolution import conv1d, conv2d, conv3d
from autograd_cnn.ops.delicate_reductions import norm
from autograd_cnn.ops.global_pooling import global_avg_pool, global_max_pool
from autograd_cnn.ops.lp_pooling import lp_pool1d, lp_pool2d, lp_pool3d
from autograd_cnn.ops.max_pooling import (
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from autograd_cnn.ops.movement import pad
from autograd_cnn.ops.rounding import floor_divide, remainder
from autograd_cnn.ops.transposed_convolution import conv_transpose1d, conv_transpose2d, conv_transpose3d
from autograd_cnn.ops.window_pooling import avg_pool1d, avg_pool2d, avg_pool3d

_CONV = (conv1d, conv2d, conv3d)
_CONV_TRANSPOSE = (conv_transpose1d, conv_transpose2d, conv_transpose3d)
_MAX_POOL = (max_pool1d, max_pool2d, max_pool3d)
_MAX_UNPOOL = (max_unpool1d, max_unpool2d, max_unpool3d)
_AVERAGE_POOL = (avg_pool1d, avg_pool2d, avg_pool3d)
_LP_POOL = (lp_pool1d, lp_pool2d, lp_pool3d)


def _rank(call: Call) -> int:
    rank = call.x.ndim - 2
    if not 1 <= rank <= 3:
        raise call.unsupported(f"{rank} spatial axes: operations here have one to three")
    return rank


def _sizes(call: Call, name: str, rank: int, default: int = 1) -> Shape:
    return tuple(call.attribute(name, [default] * rank))


def _padding(call: Call, size: Shape, window: Shape, stride: Shape, dilation: Shape) -> Pairs:
    """Give (before, after) an axis; ONNX writes all "before" and then all "after", or a rule."""
    rule = call.attribute("auto_pad", "NOTSET")
    if rule == "NOTSET":
        return _pairs(call, len(size))
    if rule == "VALID":
        return ((0, 0),) * len(size)
    missing = [
        max((math.ceil(n / s) - 1) * s + (f - 1) * d + 1 - n, 0)
        for n, f, s, d in zip(size, window, stride, dilation, strict=True)
    ]
    return tuple(_halves(m, rule) for m in missing)


def _pairs(call: Call, rank: int) -> Pairs:
    pads = call.attribute("pads", [0] * 2 * rank)
    return tuple(zip(pads[:rank], pads[rank:], strict=True))


def _halves(cells: int, rule: str) -> tuple[int, int]:
    """Share padding between the two ends; an odd cell goes to the end only for SAME_UPPER."""
    small, large = cells // 2, cells - cells // 2
    return (small, large) if rule == "SAME_UPPER" else (large, small)


def _conv(call: Call) -> Tensor:
    x, weight, rank = call.x, call.tensor(1), _rank(call)
    stride, dilation = _sizes(call, "strides", rank), _sizes(call, "dilations", rank)
    padding = _padding(call, x.shape[2:], weight.shape[2:], stride, dilation)
    return _CONV[rank - 1](x, weight, call.optional(2), stride, padding, dilation, call.attribute("group", 1))


def _conv_transpose(call: Call) -> Tensor:
    x, weight, rank = call.x, call.tensor(1), _rank(call)
    stride, dilation = _sizes(call, "strides", rank), _sizes(call, "dilations", rank)
    extra = _sizes(call, "output_padding", rank, 0)
    rule = call.attribute("auto_pad", "NOTSET")
    if "output_shape" in call.attributes or rule.startswith("SAME"):
        same = [n * s for n, s in zip(x.shape[2:], stride, strict=True)]
        wanted = call.attribute("output_shape", same)[-rank:]
        total = [
            (n - 1) * s + e + (f - 1) * d + 1 - m
            for n, s, e, f, d, m in zip(
                x.shape[2:], stride, extra, weight.shape[2:], dilation, wanted, strict=True
            )
        ]
        # too few cells to crop: the result is longer than the windows reach, at its end
        padding: Pairs = tuple(_halves(max(cells, 0), rule) for cells in total)
        extra = tuple(e + max(-cells, 0) for e, cells in zip(extra, total, strict=True))
    else:
        padding = ((0, 0),) * rank if rule == "VALID" else _pairs(call, rank)
    return _CONV_TRANSPOSE[rank - 1](
        x, weight, call.optional(2), stride, padding, extra, dilation, call.attribute("group", 1)
    )


def _pooling(call: Call) -> dict[str, Any]:
    """Give the settings that all poolings share."""
    rank = _rank(call)
    window = _sizes(call, "kernel_shape", rank)
    stride, dilation = _sizes(call, "strides", rank), _sizes(call, "dilations", rank)
    return {
        "window": window,
        "stride": stride,
        "padding": _padding(call, call.x.shape[2:], window, stride, dilation),
        "dilation": dilation,
        "rounding": "ceil" if call.attribute("ceil_mode", 0) else "floor",
    }


def _max_pool(call: Call) -> Outputs:
    pool, settings = _MAX_POOL[_rank(call) - 1], _pooling(call)
    if len(call.outputs) == 1:
        values: Tensor = pool(call.x, **settings)
        return values
    values, indices = pool(call.x, **settings, return_indices=True)
    return values, _through_tensor(call, indices)


def _through_tensor(call: Call, indices: Tensor) -> Tensor:
    """Count indices through the whole tensor, planes in row- or column-major order."""
    batch, channels, *size = call.x.shape
    if call.attribute("storage_order", 0):
        places: list[Tensor] = []
        strides = np.cumprod([1, *size[:-1]])
        for n in reversed(size):
            places.insert(0, remainder(indices, n))
            indices = floor_divide(indices, n)
        indices = constant(0)
        for place, stride in zip(places, strides, strict=True):
            indices = add(indices, multiply(place, int(stride)))
    first = np.arange(batch * channels).reshape(batch, channels, *(1,) * len(size)) * math.prod(size)
    return add(indices, constant(first, np.int64))


def _max_unpool(call: Call) -> Tensor:
    y, indices, rank = call.x, call.tensor(1), _rank(call)
    window, stride = _sizes(call, "kernel_shape", rank), _sizes(call, "strides", rank)
    pairs = _pairs(call, rank)
    size = [
        (n - 1) * s - sum(pair) + f for n, s, pair, f in zip(y.shape[2:], stride, pairs, window, strict=True)
    ]
    in_plane = remainder(indices, math.prod(size))
    result = _MAX_UNPOOL[rank - 1](y, in_plane, window, stride, output_size=size)
    wanted = call.integers("output_shape", 2)
    if wanted is None:
        return result
    # ONNX counts indices through the plane that the settings give, and adds what is missing at its end
    return pad(result, [(0, m - n) for n, m in zip(result.shape, wanted, strict=True)])


def _average_pool(call: Call) -> Tensor:
    counted = bool(call.attribute("count_include_pad", 0))
    return _AVERAGE_POOL[_rank(call) - 1](call.x, **_pooling(call), count_include_pad=counted)


def _lp_pool(call: Call) -> Tensor:
    return _LP_POOL[_rank(call) - 1](call.x, p=call.attribute("p", 2), **_pooling(call))


def _global_lp_pool(call: Call) -> Tensor:
    return norm(call.x, call.attribute("p", 2), tuple(range(2, call.x.ndim)), keepdims=True)


WINDOWS: dict[str, Operator] = {
    "AveragePool": _average_pool,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "GlobalAveragePool": unary(global_avg_pool),
    "GlobalLpPool": _global_lp_pool,
    "GlobalMaxPool": unary(global_max_pool),
    "LpPool": _lp_pool,
    "MaxPool": _max_pool,
    "MaxUnpool": _max_unpool,
}
