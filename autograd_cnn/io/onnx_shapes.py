"""ONNX's operators that move, join, cut, repeat or make tensors."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import NO_SUCH_TYPE, Call, Operator, Outputs, constant, unary
from autograd_cnn.io.onnx_elementwise import dtype_of
from autograd_cnn.ops._operands import astype
from autograd_cnn.ops.advanced_indexing import index
from autograd_cnn.ops.creation import eye, full
from autograd_cnn.ops.indexing import take
from autograd_cnn.ops.joining import concatenate
from autograd_cnn.ops.movement import pad, reshape, transpose
from autograd_cnn.ops.rearranging import broadcast_to, expand_dims, squeeze
from autograd_cnn.ops.repeating import tile
from autograd_cnn.ops.triangles import tril, triu


def _reshape(call: Call) -> Tensor:
    x, sizes = call.x, call.integers("shape", 1) or []
    if not call.attribute("allowzero", 0):
        sizes = [x.shape[axis] if n == 0 else n for axis, n in enumerate(sizes)]
    return reshape(x, sizes)


def _flatten(call: Call) -> Tensor:
    x, axis = call.x, call.attribute("axis", 1)
    first = axis + x.ndim if axis < 0 else axis
    return reshape(x, (math.prod(x.shape[:first]), math.prod(x.shape[first:])))


def _transpose(call: Call) -> Tensor:
    return transpose(call.x, call.attribute("perm", None))


def _squeeze(call: Call) -> Tensor:
    axes = call.integers("axes", 1)
    return squeeze(call.x, None if axes is None else tuple(axes))


def _unsqueeze(call: Call) -> Tensor:
    return expand_dims(call.x, tuple(call.integers("axes", 1) or ()))


def _concat(call: Call) -> Tensor:
    return concatenate(call.tensors(), call.attribute("axis", 1))


def _split(call: Call) -> Outputs:
    x = call.x
    axis = call.attribute("axis", 0) % x.ndim
    sizes = call.integers("split", 1)
    if sizes is None:
        parts = call.attribute("num_outputs", len(call.outputs))
        whole = math.ceil(x.shape[axis] / parts)
        sizes = [max(min(whole, x.shape[axis] - at * whole), 0) for at in range(parts)]
    ends = np.cumsum([0, *sizes]).tolist()
    cuts = [slice(start, end) for start, end in pairwise(ends)]
    return tuple(index(x, ((slice(None),) * axis) + (cut,)) for cut in cuts)


def _slice(call: Call) -> Tensor:
    x = call.x
    starts, ends = call.integers("starts", 1) or [], call.integers("ends", 2) or []
    axes = call.integers("axes", 3) or range(len(starts))
    steps = call.integers("steps", 4) or [1] * len(starts)
    key = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        n = x.shape[axis]
        # going backward, an end before the first cell means: up to and with the first cell
        key[axis] = slice(max(start, -n) if step > 0 else start, None if step < 0 and end < -n else end, step)
    return index(x, tuple(key))


def _pad(call: Call) -> Tensor:
    x, mode = call.x, call.attribute("mode", "constant")
    pads = call.integers("pads", 1) or call.integers("paddings") or [0] * 2 * x.ndim
    axes = call.integers("axes", 3) or list(range(x.ndim))
    widths = [(0, 0)] * x.ndim
    for axis, before, after in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        widths[axis] = (before, after)
    # negative widths cut cells off
    cut = tuple(
        slice(max(-before, 0), n - max(-after, 0)) for n, (before, after) in zip(x.shape, widths, strict=True)
    )
    x = index(x, cut) if any(n < 0 for pair in widths for n in pair) else x
    widths = [(max(before, 0), max(after, 0)) for before, after in widths]
    if mode == "constant":
        return pad(x, widths, call.number("value", 2, 0.0))
    for axis, pair in enumerate(widths):
        if any(pair):
            x = take(x, np.pad(np.arange(x.shape[axis]), pair, mode), axis)
    return x


def _expand(call: Call) -> Tensor:
    x, sizes = call.x, call.integers("shape", 1) or []
    return broadcast_to(x, np.broadcast_shapes(x.shape, tuple(sizes)))


def _tile(call: Call) -> Tensor:
    if call.opset < 6:  # the first opset repeats along one axis
        counts = [1] * call.x.ndim
        counts[call.tensor(2).numpy().item()] = call.tensor(1).numpy().item()
        return tile(call.x, counts)
    return tile(call.x, call.integers("repeats", 1) or [])


def _depth_to_space(call: Call) -> Tensor:
    x, size = call.x, call.attributes["blocksize"]
    n, c, h, w = x.shape
    depth = c // size**2
    if call.attribute("mode", "DCR") == "DCR":
        blocks = transpose(reshape(x, (n, size, size, depth, h, w)), (0, 3, 4, 1, 5, 2))
    else:
        blocks = transpose(reshape(x, (n, depth, size, size, h, w)), (0, 1, 4, 2, 5, 3))
    return reshape(blocks, (n, depth, h * size, w * size))


def _space_to_depth(call: Call) -> Tensor:
    x, size = call.x, call.attributes["blocksize"]
    n, c, h, w = x.shape
    rows = reshape(x, (n, c, h // size, size, w // size, size))
    if call.attribute("mode", "DCR") == "DCR":
        blocks = transpose(rows, (0, 3, 5, 1, 2, 4))
    else:
        blocks = transpose(rows, (0, 1, 3, 5, 2, 4))
    return reshape(blocks, (n, c * size**2, h // size, w // size))


def _center_crop_pad(call: Call) -> Tensor:
    x = call.x
    sizes = call.integers("shape", 1) or []
    axes = call.integers("axes") or range(x.ndim)
    key, widths = [slice(None)] * x.ndim, [(0, 0)] * x.ndim
    for axis, size in zip(axes, sizes, strict=True):
        room = size - x.shape[axis]
        if room < 0:
            first = -room // 2
            key[axis] = slice(first, first + size)
        else:
            widths[axis % x.ndim] = (room // 2, room - room // 2)
    return pad(index(x, tuple(key)), widths)


def _shape(call: Call) -> Tensor:
    start, end = call.attribute("start", 0), call.attribute("end", None)
    return constant(call.x.shape[start:end], np.int64)


def _constant(call: Call) -> Tensor:
    for name, dtype in _CONSTANTS.items():
        if name in call.attributes:
            return constant(call.attributes[name], dtype)
    raise call.unsupported("a constant that is no tensor of numbers")


_CONSTANTS: dict[str, Any] = {
    "value": None,
    "value_float": np.float32,
    "value_floats": np.float32,
    "value_int": np.int64,
    "value_ints": np.int64,
}


def _constant_of_shape(call: Call) -> Tensor:
    value = np.asarray(call.attribute("value", np.zeros(1, np.float32)))
    _known_type(call, value)
    return full(tuple(call.integers("shape", 0) or ()), value.item(), value.dtype)


def _known_type(call: Call, value: np.ndarray[Any, Any]) -> None:
    if value.dtype.kind not in "biuf":
        raise call.unsupported(f"type {value.dtype}: {NO_SUCH_TYPE}")


def _eye_like(call: Call) -> Tensor:
    x, number = call.x, call.attribute("dtype", None)
    dtype = x.dtype if number is None else dtype_of(call, number)
    return astype(eye(x.shape[0], x.shape[1], call.attribute("k", 0)), dtype)


def _range(call: Call) -> Tensor:
    start, limit, step = (value.numpy().item() for value in call.tensors())
    count = max(math.ceil((limit - start) / step), 0)
    return constant(start + np.arange(count) * step, call.x.dtype)


def _trilu(call: Call) -> Tensor:
    k = (call.integers("k", 1) or [0])[0]
    return (triu if call.attribute("upper", 1) else tril)(call.x, k)


SHAPES: dict[str, Operator] = {
    "CenterCropPad": _center_crop_pad,
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "DepthToSpace": _depth_to_space,
    "Expand": _expand,
    "EyeLike": _eye_like,
    "Flatten": _flatten,
    "Identity": unary(lambda x: x),
    "Pad": _pad,
    "Range": _range,
    "Reshape": _reshape,
    "Shape": _shape,
    "Size": lambda call: constant(call.x.size, np.int64),
    "Slice": _slice,
    "SpaceToDepth": _space_to_depth,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Trilu": _trilu,
    "Unsqueeze": _unsqueeze,
}
