"""Rows of `autograd_cnn.ops.interpolation`."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.kernels.resampling import AxisMap
from autograd_cnn.primitive import registry

from .table import Array, Bad, OpRow, Variant, normal, settings
from .windows import each


def places(n: int, m: int, scale: float, mode: str, corners: bool) -> list[list[tuple[int, float]]]:
    """Give the cells, with weights, that each output cell along an axis is made of."""
    rows = []
    for o in range(m):
        if mode == "nearest":
            rows.append([(min(math.floor(o / scale + 1e-9), n - 1), 1.0)])
            continue
        at = (o * (n - 1) / max(m - 1, 1)) if corners else (o + 0.5) / scale - 0.5
        at = min(max(at, 0.0), n - 1.0)
        left, share = math.floor(at), at - math.floor(at)
        rows.append([(left, 1 - share), (min(left + 1, n - 1), share)])
    return rows


def resampled(
    x: Array, size: Any = None, scale: Any = None, mode: str = "nearest", align_corners: bool = False
) -> Array:
    rank = x.ndim - 2
    scales = each(scale, rank) if isinstance(scale, (int, tuple)) else (scale,) * rank
    sizes = (
        [math.floor(n * s) for n, s in zip(x.shape[2:], scales, strict=True)] if scale else each(size, rank)
    )
    if not scale:
        scales = tuple(m / n for m, n in zip(sizes, x.shape[2:], strict=True))
    tables = [
        places(n, m, s, mode, align_corners) for n, m, s in zip(x.shape[2:], sizes, scales, strict=True)
    ]
    y = np.zeros((*x.shape[:2], *sizes))
    for o in itertools.product(*map(range, sizes)):
        for corner in itertools.product(*(table[i] for table, i in zip(tables, o, strict=True))):
            cell = tuple(c for c, _ in corner)
            y[(slice(None), slice(None), *o)] += math.prod(w for _, w in corner) * x[(..., *cell)]
    return y


MAPS = (AxisMap("linear", 4, 6), AxisMap("average", 5, 3))


def by_columns(y: Array, maps: Any) -> Array:
    """Transpose the map by its columns: what each single input cell gives."""
    sizes = tuple(m.input for m in maps)
    x = np.zeros((*y.shape[:2], *sizes))
    for cell in itertools.product(*map(range, sizes)):
        one = np.zeros((1, 1, *sizes))
        one[(0, 0, *cell)] = 1
        image = registry["resample"].kernel(one, maps=maps)
        x[(..., *cell)] = (y * image).sum((2, 3))
    return x


ROWS = [
    OpRow(
        "interpolate",
        ag.interpolate,
        ("resample",),
        normal((2, 2, 4, 3)),
        resampled,
        variants=(
            *settings(
                {"scale": 2},
                {"size": (3, 5)},
                {"scale": 1.5, "mode": "bilinear"},
                {"size": (7, 2), "mode": "bilinear"},
                {"size": (7, 1), "mode": "bilinear", "align_corners": True},
            ),
            Variant({"scale": 3, "mode": "linear"}, normal((9, 2, 4))),
            Variant({"size": 3, "mode": "trilinear"}, normal((1, 2, 2, 3, 4))),
        ),
        edges=((np.ones((1, 1, 1, 1)),), (np.zeros((0, 2, 3, 3)),)),
        bad=(
            Bad(lambda: ag.interpolate(np.ones((1, 1, 4))), ag.RangeError, "exactly one of size and scale"),
            Bad(
                lambda: ag.interpolate(np.ones((1, 4)), 2), ag.ShapeError, "no cells to interpolate.*rule: x"
            ),
            Bad(
                lambda: ag.interpolate(np.ones((1, 1, 4)), 2, mode="bilinear"),
                ag.RangeError,
                'mode=\'bilinear\' does not go with 1 spatial axes.*fits: .*"nearest" or "linear"',
            ),
            Bad(
                lambda: ag.interpolate(np.ones((1, 1, 4)), 2, align_corners=True),
                ag.RangeError,
                "nearest cells have no corners to align",
            ),
            Bad(
                lambda: ag.interpolate(np.ones((1, 1, 4)), scale=0.1), ag.RangeError, "leaves no cell.*fits:"
            ),
            Bad(lambda: ag.interpolate(np.ones((1, 1, 4)), (2, 2)), ag.RangeError, "is not understood"),
        ),
    ),
    OpRow(
        "resample_transpose",
        registry["resample_transpose"],
        ("resample_transpose",),
        normal((2, 1, 6, 3)),
        by_columns,
        variants=(Variant({"maps": MAPS}), Variant({"maps": MAPS}, normal((8, 1, 6, 3)))),
    ),
]
