"""ONNX's Resize and Upsample: nearest and linear, for each of its ways to place the cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._tensor import Tensor
from autograd_cnn.io.onnx_call import Call, Operator, constant
from autograd_cnn.ops.arithmetic import add, multiply, subtract
from autograd_cnn.ops.indexing import take
from autograd_cnn.ops.interpolation import interpolate
from autograd_cnn.ops.movement import reshape

_LINEAR: Any = {1: "linear", 2: "bilinear", 3: "trilinear"}
_ROUND: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "round_prefer_floor": lambda places: np.ceil(places - 0.5),
    "round_prefer_ceil": lambda places: np.floor(places + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def _resize(call: Call) -> Tensor:
    x, mode = call.x, call.attribute("mode", "nearest")
    if mode not in ("nearest", "linear"):
        raise call.unsupported(f"mode {mode!r}: interpolation here is nearest or linear")
    place = call.attribute(
        "coordinate_transformation_mode", "half_pixel" if call.opset >= 11 else "asymmetric"
    )
    if place == "tf_crop_and_resize":
        raise call.unsupported("tf_crop_and_resize: interpolation here has no region of interest")
    sizes, scales = _sizes(call)
    if call.attribute("antialias", 0) and min(scales) < 1:
        raise call.unsupported("antialias: interpolation here does not smooth first")
    nearest = call.attribute("nearest_mode", "round_prefer_floor" if call.opset >= 11 else "floor")
    fits = 3 <= x.ndim <= 5 and scales[:2] == [1, 1] and x.dtype.kind == "f"
    if mode == "nearest":
        if fits and (place, nearest) == ("asymmetric", "floor"):
            return interpolate(x, **_target(call, sizes, scales))
        for axis, (size, scale) in enumerate(zip(sizes, scales, strict=True)):
            cells = _ROUND[nearest](_places(place, x.shape[axis], size, scale))
            x = take(x, np.clip(cells, 0, x.shape[axis] - 1).astype(np.intp), axis)
        return x
    corners = place == "align_corners" and all(
        n * s == m for n, s, m in zip(x.shape, scales, sizes, strict=True)
    )
    if fits and (corners or place == "half_pixel"):
        target = {"size": sizes[2:]} if corners else _target(call, sizes, scales)
        return interpolate(x, **target, mode=_LINEAR[x.ndim - 2], align_corners=corners)
    for axis, (size, scale) in enumerate(zip(sizes, scales, strict=True)):
        if size != x.shape[axis] or scale != 1:
            x = _linear(x, axis, _places(place, x.shape[axis], size, scale))
    return x


def _sizes(call: Call) -> tuple[list[int], list[float]]:
    """Give the new size and the factor of each axis."""
    x = call.x
    scales = _given_scales(call)
    axes = call.integers("axes") or list(range(x.ndim))
    every_size, every_scale = list(x.shape), [1.0] * x.ndim
    if scales is not None:
        for axis, scale in zip(axes, scales, strict=True):
            every_size[axis], every_scale[axis] = math.floor(x.shape[axis] * scale), scale
        return every_size, every_scale
    sizes = call.integers("sizes", 3) or []
    ratios = [size / x.shape[axis] for axis, size in zip(axes, sizes, strict=True)]
    policy = call.attribute("keep_aspect_ratio_policy", "stretch")
    if policy != "stretch":
        ratios = [min(ratios) if policy == "not_larger" else max(ratios)] * len(axes)
        sizes = [math.floor(x.shape[axis] * ratios[0] + 0.5) for axis in axes]
    for axis, size, ratio in zip(axes, sizes, ratios, strict=True):
        every_size[axis], every_scale[axis] = size, ratio
    return every_size, every_scale


def _given_scales(call: Call) -> list[float] | None:
    if "scales" in call.attributes:
        return [float(scale) for scale in call.attributes["scales"]]
    given = call.optional(2 if call.opset >= 11 and call.op == "Resize" else 1)
    return None if given is None or not given.size else [float(scale) for scale in given.numpy()]


def _target(call: Call, sizes: list[int], scales: list[float]) -> dict[str, Any]:
    """Say the target as the model does: where the factor is given, the cells lie by it."""
    return {"size": sizes[2:]} if _given_scales(call) is None else {"scale": scales[2:]}


def _places(place: str, n: int, size: int, scale: float) -> NDArray[Any]:
    """Give where the cells of the result lie along an axis of the input."""
    cells = np.arange(size)
    if place == "asymmetric":
        return cells / scale
    if place == "align_corners":
        # ONNX lets the last cell lie at a broken number when the factor does not fit
        return cells * ((n - 1) / (n * scale - 1)) if size > 1 else cells * 0.0
    if place == "pytorch_half_pixel" and size == 1:
        return cells * 0.0
    centres = (cells + 0.5) / scale - 0.5
    if place == "half_pixel_symmetric":  # what does not fit is cut off at both ends alike
        centres = centres + n / 2 * (1 - size / (scale * n))
    return centres


def _linear(x: Tensor, axis: int, places: NDArray[Any]) -> Tensor:
    """Weigh the two cells around each place."""
    n = x.shape[axis]
    inside = np.clip(places, 0, n - 1)
    low = np.floor(inside).astype(np.intp)
    share = constant(inside - low, x.dtype)
    share = reshape(share, (-1, *(1,) * (x.ndim - axis - 1)))
    first, second = take(x, low, axis), take(x, np.minimum(low + 1, n - 1), axis)
    return add(first, multiply(subtract(second, first), share))


RESIZE: dict[str, Operator] = {"Resize": _resize, "Upsample": _resize}
