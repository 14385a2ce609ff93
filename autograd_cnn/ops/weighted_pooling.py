"""Weighted pooling: averages in which taps count by their distance from the centre, or as the user says."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked, near
from autograd_cnn.errors import RangeError, ShapeError
from autograd_cnn.kernels.geometry import ConvGeometry, WindowGeometry
from autograd_cnn.kernels.window_sums import window_sum
from autograd_cnn.ops._operands import as_float, as_floats, as_tensor, has_values
from autograd_cnn.ops._shapes import Shape
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_real_cells
from autograd_cnn.ops.convolution import conv_p
from autograd_cnn.ops.max_pooling import image_of, pool_geometry
from autograd_cnn.ops.movement import reshape
from autograd_cnn.ops.reductions import expand_p
from autograd_cnn.ops.window_pooling import padding_as_input, window_sum_p

Taps = tuple[float, ...]


@lru_cache(maxsize=256)
def _distance_weights(geometry: WindowGeometry, kind: str, sigma: float | None) -> Taps:
    """Give a weight a tap, row-major, from its distance (in input cells) to the window's centre."""
    offsets = [
        [(k - (size - 1) / 2) * step for k in range(size)]
        for size, step in zip(geometry.window, geometry.dilation, strict=True)
    ]
    distances = [math.hypot(*steps) for steps in product(*offsets)]
    if kind == "distance":
        return tuple(1 / (1 + d) for d in distances)
    width = max(geometry.window) / 4 if sigma is None else sigma
    return tuple(math.exp(-d * d / (2 * width * width)) for d in distances)


@lru_cache(maxsize=256)
def _divisors(geometry: WindowGeometry, weights: Taps, count_include_pad: bool) -> Any:
    """Give the sum of the weights that count in each window: (1, 1, *output), or a number if all agree."""
    if count_include_pad:
        geometry = padding_as_input(geometry)
    sums = window_sum(np.ones((1, 1, *geometry.input)), geometry=geometry, weights=weights)
    if sums.size and (sums == sums.flat[0]).all():
        return float(sums.flat[0])
    return sums


def check_weights(op: str, weights: Any, sigma: float | None, window: Shape) -> None:
    """Refuse a kind of weights that there is not, a bell without width, and weights for another window."""
    if not isinstance(weights, str):
        taps = as_tensor(weights)
        if taps.shape != window:
            raise ShapeError(
                op,
                "the weights and the window differ in shape",
                operands={"weights": taps},
                rule=f"the window is {window}",
                fits=f"weights of shape {window}",
            )
    elif weights not in ("distance", "gaussian"):
        raise RangeError(
            op,
            f"weights={weights!r} is unknown",
            fits=near(weights, ("distance", "gaussian")) + '"distance", "gaussian" or an array',
        )
    elif sigma is not None and not sigma > 0:
        raise RangeError(op, f"sigma={sigma!r} gives no bell", fits="a number above 0")


def _learned_sums(image: Tensor, taps: Tensor, geometry: WindowGeometry) -> Tensor:
    """Sum each window with weights that want gradients: a convolution of each channel by itself."""
    channels = image.shape[1]
    kernel = (channels, 1, *geometry.window)
    row = reshape(taps, (1, 1, *geometry.window))
    weight = apply(expand_p, (row,), {"axis": (0,), "keepdims": True, "shape": kernel})
    sizes = ConvGeometry(
        geometry.input,
        geometry.window,
        geometry.output,
        geometry.stride,
        geometry.padding,
        geometry.dilation,
        channels,
    )
    return apply(conv_p, (image, weight), {"geometry": sizes})


def _check_divisors(op: str, divisors: Any) -> None:
    if not np.all(np.isfinite(divisors)) or not np.all(divisors):
        raise RangeError(
            op,
            "the weights of a window add up to 0 or to no finite number",
            rule="y = sum(weights * x) / sum(weights)",
            fits="finite weights whose sum is not 0; sum_pool or a convolution needs no such sum",
        )


def _weighted_pool(
    rank: int,
    x: Any,
    window: Sizes,
    weights: Any,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
    sigma: float | None,
    count_include_pad: bool,
) -> Tensor:
    op = f"weighted_pool{rank}d"
    image = as_float(image_of(op, x, rank))
    geometry = pool_geometry(op, image, window, stride, padding, dilation, rounding)
    if not count_include_pad:
        check_real_cells(op, geometry)
    check_weights(op, weights, sigma, geometry.window)
    if isinstance(weights, str):
        taps = _distance_weights(geometry, weights, sigma)
    else:
        values, own = as_floats(image, as_tensor(weights))
        if isinstance(weights, Tensor):
            return _learned_average(op, values, own, geometry, count_include_pad)
        taps = tuple(map(float, own.numpy().reshape(-1)))
    divisors = _divisors(geometry, taps, count_include_pad)
    _check_divisors(op, divisors)
    sums = apply(window_sum_p, (image,), {"geometry": geometry, "weights": taps})
    return sums / (divisors if isinstance(divisors, float) else np.asarray(divisors, sums.dtype))


def _learned_average(
    op: str, image: Tensor, taps: Tensor, geometry: WindowGeometry, count_include_pad: bool
) -> Tensor:
    """Divide by the sum of the weights, which wants gradients as the weights do."""
    counted = padding_as_input(geometry) if count_include_pad else geometry
    ones = Tensor(np.ones((1, 1, *counted.input), image.dtype))
    divisors = _learned_sums(ones, taps, counted)
    if has_values(divisors):
        _check_divisors(op, divisors.numpy())
    return _learned_sums(image, taps, geometry) / divisors


@checked
@composite
def weighted_pool1d(
    x: Any,
    window: Sizes,
    weights: Any = "distance",
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    sigma: float | None = None,
    count_include_pad: bool = True,
) -> Tensor:
    """Weighted average pooling of sequences (N, C, L). Otherwise as in `weighted_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.weighted_pool1d(ag.tensor([[[1.0, 4.0, 3.0]]]), 3)
    tensor([[[3.]]], dtype=float32)
    """
    return _weighted_pool(
        1, x, window, weights, stride, padding, dilation, rounding, sigma, count_include_pad
    )


@checked
@composite
def weighted_pool2d(
    x: Any,
    window: Sizes,
    weights: Any = "distance",
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    sigma: float | None = None,
    count_include_pad: bool = True,
) -> Tensor:
    """Average each window, its cells weighted by their distance from the window's centre.

    ``y = sum(w * x) / sum(w)``, with ``w = 1 / (1 + d)`` for "distance" and ``w = exp(-d**2 / (2 sigma**2))``
    for "gaussian". The distance d of a cell from the centre is Euclidean, counted in cells; the centre of a
    window of even size lies between cells.

    Parameters
    ----------
    x : array_like
        (N, C, H, W); integers become float32.
    window : int or one an axis
        Size F of the window.
    weights : "distance", "gaussian", or array_like
        Or the user's own, of the window's shape: an array or list for constant weights, a Tensor for weights
        that may want gradients.
    stride, padding, dilation, rounding
        As in `max_pool2d`, but padding cells are zeros.
    sigma : float, optional
        Width of the Gaussian in cells; a quarter of the window's longest side when left out.
    count_include_pad : bool
        Whether the weights of padding cells count in the divisor. Those of cells that ``rounding="ceil"``
        adds beyond the padding never do.

    Returns
    -------
    Tensor
        (N, C, H', W'). Gradient: each cell of a window gets ``g * w / sum(w)``; overlaps add. Weights that
        want gradients get ``g * (x - y) / sum(w)``, added up over all windows.

    Raises
    ------
    ShapeError
        When x has another rank, the windows don't fit, or the weights have another shape than the window.
    RangeError
        When the weights of a window add up to 0, or a setting is not understood.

    Notes
    -----
    Section 4 of the lecture: "weighted average by distance from the central pixel".

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]]])
    >>> ag.weighted_pool2d(x, 3, weights=[[0, 1, 0], [1, 4, 1], [0, 1, 0]]).item()
    2.5
    """
    return _weighted_pool(
        2, x, window, weights, stride, padding, dilation, rounding, sigma, count_include_pad
    )


@checked
@composite
def weighted_pool3d(
    x: Any,
    window: Sizes,
    weights: Any = "distance",
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    sigma: float | None = None,
    count_include_pad: bool = True,
) -> Tensor:
    """Weighted average pooling of volumes (N, C, D, H, W). Otherwise as in `weighted_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.weighted_pool3d(np.ones((1, 1, 2, 2, 2)), 2).shape
    (1, 1, 1, 1, 1)
    """
    return _weighted_pool(
        3, x, window, weights, stride, padding, dilation, rounding, sigma, count_include_pad
    )
