"""Average and sum pooling: sums over windows, which are linear."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_cnn._apply import apply
from autograd_cnn._modes import composite
from autograd_cnn._tensor import Tensor
from autograd_cnn.checks import checked
from autograd_cnn.kernels.geometry import WindowGeometry
from autograd_cnn.kernels.window_sums import window_counts, window_sum, window_sum_transpose
from autograd_cnn.ops._operands import as_float
from autograd_cnn.ops._windows import Padding, Rounding, Sizes, check_real_cells
from autograd_cnn.ops.max_pooling import image_of, pool_geometry
from autograd_cnn.primitive import Primitive

# the settings are the geometry and, where taps don't count alike, their weights
window_sum_p: Primitive = Primitive(
    "window_sum",
    window_sum,
    "x",
    shape=lambda x, *, geometry, **_: (*x.shape[:2], *geometry.output),
    transposes={"x": lambda g, **settings: window_sum_transpose_p(g, **settings)},
)
window_sum_transpose_p: Primitive = Primitive(
    "window_sum_transpose",
    window_sum_transpose,
    "y",
    shape=lambda y, *, geometry, **_: (*y.shape[:2], *geometry.input),
    transposes={"y": lambda g, **settings: window_sum_p(g, **settings)},
    title="spread, adds",
)


def padding_as_input(geometry: WindowGeometry) -> WindowGeometry:
    """Count padding cells as cells of the input; those beyond them, from rounding up, still don't count."""
    padded = tuple(n + sum(pair) for n, pair in zip(geometry.input, geometry.padding, strict=True))
    return replace(geometry, input=padded, padding=((0, 0),) * len(padded))


@lru_cache(maxsize=256)
def _counts(geometry: WindowGeometry, count_include_pad: bool) -> Any:
    """Give the number of cells that each window averages: one number when all windows agree."""
    counts = window_counts(padding_as_input(geometry) if count_include_pad else geometry)
    if counts.size and (counts == counts.flat[0]).all():
        return float(counts.flat[0])
    return counts


def _sum_windows(
    op: str,
    rank: int,
    x: Any,
    window: Sizes,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
) -> tuple[Tensor, WindowGeometry]:
    image = as_float(image_of(op, x, rank))
    geometry = pool_geometry(op, image, window, stride, padding, dilation, rounding)
    return apply(window_sum_p, (image,), {"geometry": geometry}), geometry


def _average(
    rank: int,
    x: Any,
    window: Sizes,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
    rounding: str,
    count_include_pad: bool,
) -> Tensor:
    op = f"avg_pool{rank}d"
    sums, geometry = _sum_windows(op, rank, x, window, stride, padding, dilation, rounding)
    if not count_include_pad:
        check_real_cells(op, geometry)
    counts = _counts(geometry, count_include_pad)
    return sums / (counts if isinstance(counts, float) else np.asarray(counts, sums.dtype))


@checked
@composite
def avg_pool1d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    count_include_pad: bool = True,
) -> Tensor:
    """Average pooling of sequences (N, C, L). Otherwise as in `avg_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.avg_pool1d(ag.tensor([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    tensor([[[2., 1.]]], dtype=float32)
    """
    return _average(1, x, window, stride, padding, dilation, rounding, count_include_pad)


@checked
@composite
def avg_pool2d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    count_include_pad: bool = True,
) -> Tensor:
    """Average each window.

    Parameters
    ----------
    x : array_like
        (N, C, H, W); integers become float32.
    window, stride, padding, dilation, rounding
        As in `max_pool2d`, but padding cells are zeros.
    count_include_pad : bool
        Whether padding cells count in the divisor. Cells that ``rounding="ceil"`` adds beyond the padding
        never do.

    Returns
    -------
    Tensor
        (N, C, H', W'). Gradient: each cell of a window gets ``g`` over the window's count; overlaps add.

    Raises
    ------
    ShapeError
        When x has another rank, the windows don't fit, or a window would average nothing.
    RangeError
        When a setting is not understood.

    Notes
    -----
    Section 4 of the lecture.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.avg_pool2d(ag.tensor([[[[6.0, 6.0], [4.0, 5.0]]]]), 2).item()
    5.25
    """
    return _average(2, x, window, stride, padding, dilation, rounding, count_include_pad)


@checked
@composite
def avg_pool3d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
    count_include_pad: bool = True,
) -> Tensor:
    """Average pooling of volumes (N, C, D, H, W). Otherwise as in `avg_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.avg_pool3d(np.ones((1, 1, 2, 2, 2)), 2).item()
    1.0
    """
    return _average(3, x, window, stride, padding, dilation, rounding, count_include_pad)


@composite
def sum_pool1d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> Tensor:
    """Sum pooling of sequences (N, C, L). Otherwise as in `sum_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sum_pool1d(ag.tensor([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    tensor([[[4., 2.]]], dtype=float32)
    """
    return _sum_windows("sum_pool1d", 1, x, window, stride, padding, dilation, rounding)[0]


@composite
def sum_pool2d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> Tensor:
    """Sum each window.

    Parameters
    ----------
    x : array_like
        (N, C, H, W); integers become float32.
    window, stride, padding, dilation, rounding
        As in `max_pool2d`, but padding cells are zeros.

    Returns
    -------
    Tensor
        (N, C, H', W'). Gradient: every cell of a window gets ``g``; overlaps add.

    Raises
    ------
    ShapeError
        When x has another rank or the windows don't fit.
    RangeError
        When a setting is not understood.

    Notes
    -----
    Section 4 of the lecture.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> ag.sum_pool2d(ag.tensor([[[[6.0, 6.0], [4.0, 5.0]]]]), 2).item()
    21.0
    """
    return _sum_windows("sum_pool2d", 2, x, window, stride, padding, dilation, rounding)[0]


@composite
def sum_pool3d(
    x: Any,
    window: Sizes,
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    rounding: Rounding = "floor",
) -> Tensor:
    """Sum pooling of volumes (N, C, D, H, W). Otherwise as in `sum_pool2d`.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> import numpy as np
    >>> ag.sum_pool3d(np.ones((1, 1, 2, 2, 2)), 2).item()
    8.0
    """
    return _sum_windows("sum_pool3d", 3, x, window, stride, padding, dilation, rounding)[0]
