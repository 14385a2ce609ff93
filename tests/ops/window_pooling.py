"""Rows of `autograd_cnn.ops.window_pooling`."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from ..kernels import reference
from .max_pooling import misfits
from .table import Bad, OpRow, Variant, normal, settings
from .windows import averaged, summed

PLANES = {1: (2, 2, 6), 2: (2, 1, 5, 4), 3: (1, 1, 3, 4, 3)}
SIZES: tuple[dict[str, Any], ...] = (
    {"window": 2},
    {"window": 3, "stride": 1, "padding": 1},
    {"window": 2, "stride": 3, "rounding": "ceil"},
    {"window": 2, "stride": 2, "padding": 1, "rounding": "ceil"},
    {"window": 2, "stride": 1, "dilation": 2},
)
EDGES = ((np.zeros((0, 2, 4, 4)),), (np.ones((1, 1, 2, 2)),))


def transposed(seed: int) -> Variant:
    geometry = reference.random_window_geometry(np.random.default_rng(seed))
    return Variant({"geometry": geometry}, normal((2, 2, *geometry.output)))


ROWS = [
    *(
        OpRow(
            f"sum_pool{rank}d",
            getattr(ag, f"sum_pool{rank}d"),
            ("window_sum",),
            normal(PLANES[rank]),
            summed,
            variants=settings(*SIZES),
            edges=EDGES[1:] if rank == 2 else (),
            bad=misfits(f"sum_pool{rank}d"),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"avg_pool{rank}d",
            getattr(ag, f"avg_pool{rank}d"),
            ("window_sum", "divide"),
            normal(PLANES[rank]),
            averaged,
            variants=settings(*SIZES, *({**sizes, "count_include_pad": False} for sizes in SIZES)),
            edges=EDGES[1:] if rank == 2 else (),
            bad=(
                *misfits(f"avg_pool{rank}d"),
                Bad(
                    lambda rank=rank: getattr(ag, f"avg_pool{rank}d")(
                        np.zeros((1, 1, *(4,) * rank)), 2, padding=2, count_include_pad=False
                    ),
                    ag.ShapeError,
                    rf"^avg_pool{rank}d: window 0 along spatial axis 0 holds no real cell.*rule: it starts",
                ),
            ),
        )
        for rank in (1, 2, 3)
    ),
    OpRow(
        "window_sum_transpose",
        registry["window_sum_transpose"],
        ("window_sum_transpose",),
        normal((1, 1, 2, 2)),
        lambda y, geometry: reference.window_sum_transpose(
            y, geometry, (1.0,) * int(np.prod(geometry.window))
        ),
        variants=tuple(transposed(seed) for seed in (31, 32, 33)),
    ),
]
