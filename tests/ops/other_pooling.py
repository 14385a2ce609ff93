"""Rows of Lp, weighted, global and adaptive pooling."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_cnn as ag
from autograd_cnn.primitive import registry

from .max_pooling import misfits
from .table import Array, Bad, Kink, OpRow, Variant, away, distinct, normal, positive, settings
from .windows import each, pool

PLANES = {1: (2, 2, 6), 2: (2, 1, 5, 4), 3: (1, 1, 3, 4, 3)}
SIZES: tuple[dict[str, Any], ...] = (
    {"window": 2},
    {"window": 3, "stride": 1, "padding": 1},
    {"window": 2, "stride": 2, "padding": 1, "rounding": "ceil"},
    {"window": 2, "stride": 1, "dilation": 2},
)
POWERS: tuple[dict[str, Any], ...] = ({"p": 1}, {"p": 3}, {"p": 2.5})


def summaries(x: Array, summary: Callable[..., float], **sizes: Any) -> Array:
    """Give each window's summary of its values, taps and cells, and of the axes."""
    values = {}
    for place, pairs, axes in pool(x, **sizes):
        cells = [x[(*place[:2], *cell)] for _, cell in pairs]
        values[place] = summary(cells, [tap for tap, _ in pairs], place[2:], axes)
    return np.array(list(values.values())).reshape(tuple(n + 1 for n in max(values)))


def norms(x: Array, p: float = 2, **sizes: Any) -> Array:
    return summaries(x, lambda cells, *_: float(np.linalg.norm(cells, p)), **sizes)


def tap_weights(weights: Any, window: Any, dilation: Any, sigma: float | None) -> dict[Any, float]:
    """Weigh each tap by its distance from the window's centre, or as given."""
    taps = itertools.product(*map(range, window))
    if not isinstance(weights, str):
        return {tap: float(np.asarray(weights)[tap]) for tap in taps}
    found = {}
    for tap in taps:
        steps = [
            (k - (f - 1) / 2) * d for k, f, d in zip(tap, window, each(dilation, len(window)), strict=True)
        ]
        distance = math.sqrt(math.fsum(s * s for s in steps))
        width = max(window) / 4 if sigma is None else sigma
        bell = math.exp(-distance * distance / (2 * width * width))
        found[tap] = 1 / (1 + distance) if weights == "distance" else bell
    return found


def weighted(
    x: Array,
    *own: Array,
    weights: Any = "distance",
    sigma: float | None = None,
    count_include_pad: bool = True,
    **sizes: Any,
) -> Array:
    window = each(sizes["window"], x.ndim - 2)
    by_tap = tap_weights(own[0] if own else weights, window, sizes.get("dilation", 1), sigma)
    after = each(sizes.get("padding", 0), x.ndim - 2)

    def average(cells: Any, taps: Any, place: Any, axes: Any) -> float:
        total = math.fsum(by_tap[tap] * value for tap, value in zip(taps, cells, strict=True))
        counted = taps
        if count_include_pad:
            counted = [
                tap
                for tap in by_tap
                if all(
                    o * s + k * d < n + before + end
                    for o, k, (n, _, _, s, before, d), end in zip(place, tap, axes, after, strict=True)
                )
            ]
        return total / math.fsum(by_tap[tap] for tap in counted)

    return summaries(x, average, **sizes)


def parts(x: Array, size: Any) -> Any:
    """Give the cells of each adaptive window: (n, c, *place) and their indices, row-major."""
    sizes = each(size, x.ndim - 2)
    for place in itertools.product(*map(range, (*x.shape[:2], *sizes))):
        spans = [
            range(math.floor(o * n / m), math.ceil((o + 1) * n / m))
            for o, n, m in zip(place[2:], x.shape[2:], sizes, strict=True)
        ]
        yield place, [(*place[:2], *cell) for cell in itertools.product(*spans)]


def adaptive_averages(x: Array, size: Any) -> Array:
    means = [math.fsum(x[cell] for cell in cells) / len(cells) for _, cells in parts(x, size)]
    return np.array(means).reshape(*x.shape[:2], *each(size, x.ndim - 2))


def adaptive_maxima(x: Array, size: Any, ties: str = "first", return_indices: bool = False) -> Any:
    shape = (*x.shape[:2], *each(size, x.ndim - 2))
    winners = [max(cells, key=lambda cell: x[cell]) for _, cells in parts(x, size)]
    values = np.array([x[cell] for cell in winners]).reshape(shape)
    places = [int(np.ravel_multi_index(cell[2:], x.shape[2:])) for cell in winners]
    return (values, np.array(places).reshape(shape)) if return_indices else values


def no_numbers(name: str) -> tuple[Bad, ...]:
    function = getattr(ag, name)
    return (
        Bad(
            lambda: function(np.ones((2, 3))),
            ag.ShapeError,
            rf"^{name}: x has 2 axes, not 3 to 5.*rule: x \(",
        ),
        Bad(lambda: function(np.ones((2, 3, 0))), ag.ShapeError, rf"^{name}: x has no cells.*fits: x with 3"),
    )


def adaptive_bad(name: str) -> tuple[Bad, ...]:
    function, rank = getattr(ag, name), int(name[-2])
    x = np.ones((1, 1, *(4,) * rank))
    return (
        Bad(lambda: function(x[0], 2), ag.ShapeError, rf"^{name}: x has {rank + 1} axes, not {rank + 2}"),
        Bad(lambda: function(x[..., :0], 2), ag.ShapeError, rf"^{name}: x has no cells to pool over"),
        Bad(lambda: function(x, 0), ag.RangeError, rf"^{name}: size=0 is not understood\n  fits: an integer"),
    )


OVERLAPPING = {1: (4, 7), 2: ((2, 3), 7), 3: (2, 4)}
DIVIDING = {1: (2, 6), 2: ((5, 2), (1, 4)), 3: ((3, 2, 1),)}

ROWS = [
    *(
        OpRow(
            f"lp_pool{rank}d",
            getattr(ag, f"lp_pool{rank}d"),
            ("even_power", "window_sum", "positive_power"),
            # apart in size too, so that no two absolute values tie
            lambda rng, rank=rank: tuple(v + 0.01 for v in distinct(PLANES[rank])(rng)),
            norms,
            variants=settings(*SIZES, *({"window": 2, **power} for power in POWERS)),
            edges=((np.ones((1, 1, 2, 2)),),) if rank == 2 else (),
            kinks=(
                Kink((np.zeros((1, 1, *(2,) * rank)),), (np.zeros((1, 1, *(2,) * rank)),), {"window": 2}),
            ),
            bad=(
                *misfits(f"lp_pool{rank}d"),
                Bad(
                    lambda rank=rank: getattr(ag, f"lp_pool{rank}d")(
                        np.zeros((1, 1, *(4,) * rank)), 2, p=0.5
                    ),
                    ag.RangeError,
                    rf"^lp_pool{rank}d: p=0.5 gives no norm\n  fits: a number from 1 on",
                ),
            ),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"lp_pool{rank}d, largest",
            getattr(ag, f"lp_pool{rank}d"),
            ("absolute", "max_pool"),
            lambda rng, rank=rank: tuple(v + 0.01 for v in distinct(PLANES[rank])(rng)),
            norms,
            variants=settings(*({**sizes, "p": math.inf} for sizes in SIZES)),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"weighted_pool{rank}d",
            getattr(ag, f"weighted_pool{rank}d"),
            ("window_sum", "divide"),
            normal(PLANES[rank]),
            weighted,
            variants=settings(
                *SIZES,
                *({**sizes, "weights": "gaussian", "count_include_pad": False} for sizes in SIZES),
                {"window": 3, "weights": "gaussian", "sigma": 1.5},
                {"window": 2, "weights": np.arange(1.0, 1 + 2**rank).reshape((2,) * rank)},
            ),
            edges=((np.ones((1, 1, 2, 2)),),) if rank == 2 else (),
            bad=misfits(f"weighted_pool{rank}d"),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"weighted_pool{rank}d, learned",
            lambda x, w, rank=rank, **sizes: getattr(ag, f"weighted_pool{rank}d")(x, weights=w, **sizes),
            ("conv", "expand", "divide"),
            lambda rng, rank=rank: (*normal(PLANES[rank])(rng), *positive((2,) * rank)(rng)),
            weighted,
            variants=settings(
                *(s for s in SIZES if s["window"] == 2),
                {"window": 2, "padding": 1, "count_include_pad": False},
            ),
        )
        for rank in (1, 2, 3)
    ),
    OpRow(
        "global_max_pool",
        ag.global_max_pool,
        ("max_pool",),
        distinct((2, 2, 3, 4)),
        lambda x, ties="first": x.max(tuple(range(2, x.ndim)), keepdims=True),
        variants=(
            *settings({}, {"ties": "last"}, {"ties": "split"}),
            Variant({}, distinct((2, 2, 5))),
            Variant({}, distinct((9, 1, 2, 2, 2))),
        ),
        edges=((np.zeros((0, 2, 3)),), (np.ones((1, 1, 1)),)),
        kinks=(
            Kink(([[[1.0, 3.0, 3.0]]],), ([[[0.0, 1.0, 0.0]]],)),
            Kink(([[[1.0, 3.0, 3.0]]],), ([[[0.0, 0.0, 1.0]]],), {"ties": "last"}),
            Kink(([[[1.0, 3.0, 3.0]]],), ([[[0.0, 0.5, 0.5]]],), {"ties": "split"}),
            Kink(([[[1.0, np.nan, np.nan]]],), ([[[0.0, 1.0, 0.0]]],), {"ties": "last"}),
        ),
        bad=(
            *no_numbers("global_max_pool"),
            Bad(
                lambda: ag.global_max_pool(np.ones((1, 1, 2)), ties="all"),  # type: ignore[arg-type]
                ag.RangeError,
                "^global_max_pool: ties='all' is unknown",
            ),
        ),
    ),
    OpRow(
        "global_avg_pool",
        ag.global_avg_pool,
        ("sum", "divide"),
        normal((2, 2, 3, 4)),
        lambda x: x.mean(tuple(range(2, x.ndim)), keepdims=True),
        variants=(Variant(), Variant({}, normal((2, 2, 5)))),
        edges=((np.zeros((0, 2, 3)),), (np.ones((1, 1, 1)),)),
        bad=no_numbers("global_avg_pool"),
    ),
    *(
        OpRow(
            f"adaptive_avg_pool{rank}d",
            getattr(ag, f"adaptive_avg_pool{rank}d"),
            ("resample",),
            normal(PLANES[rank]),
            adaptive_averages,
            variants=settings(*({"size": size} for size in OVERLAPPING[rank])),
            bad=adaptive_bad(f"adaptive_avg_pool{rank}d"),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"adaptive_avg_pool{rank}d, side by side",
            getattr(ag, f"adaptive_avg_pool{rank}d"),
            ("window_sum", "divide"),
            normal(PLANES[rank]),
            adaptive_averages,
            variants=settings(*({"size": size} for size in DIVIDING[rank])),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"adaptive_max_pool{rank}d, side by side",
            getattr(ag, f"adaptive_max_pool{rank}d"),
            ("max_pool",),
            distinct(PLANES[rank]),
            adaptive_maxima,
            variants=settings(
                *({"size": size, "return_indices": True} for size in DIVIDING[rank]),
                {"size": DIVIDING[rank][0], "ties": "split"},
            ),
        )
        for rank in (1, 2, 3)
    ),
    *(
        OpRow(
            f"adaptive_max_pool{rank}d",
            getattr(ag, f"adaptive_max_pool{rank}d"),
            ("resample", "max_pool"),
            distinct(PLANES[rank]),
            adaptive_maxima,
            variants=settings(
                *({"size": size, "return_indices": True} for size in OVERLAPPING[rank]),
                {"size": OVERLAPPING[rank][0], "ties": "split"},
            ),
            bad=(
                *adaptive_bad(f"adaptive_max_pool{rank}d"),
                Bad(
                    lambda rank=rank: getattr(ag, f"adaptive_max_pool{rank}d")(
                        np.ones((1, 1, *(4,) * rank)), 2, ties="split", return_indices=True
                    ),
                    ag.RangeError,
                    rf"^adaptive_max_pool{rank}d: with ties=\"split\" a window has no single index",
                ),
            ),
        )
        for rank in (1, 2, 3)
    ),
    OpRow(
        "weighted_pool2d, its errors",
        ag.weighted_pool2d,
        ("window_sum",),
        normal((1, 1, 2, 2)),
        weighted,
        variants=settings({"window": 2}),
        bad=(
            Bad(
                lambda: ag.weighted_pool2d(np.ones((1, 1, 4, 4)), 2, "near"),
                ag.RangeError,
                "^weighted_pool2d: weights='near' is unknown\n(?s:.*)  fits: \"distance\"",
            ),
            Bad(
                lambda: ag.weighted_pool2d(np.ones((1, 1, 4, 4)), 2, "gaussian", sigma=0.0),
                ag.RangeError,
                "^weighted_pool2d: sigma=0.0 gives no bell",
            ),
            Bad(
                lambda: ag.weighted_pool2d(np.ones((1, 1, 4, 4)), 2, np.ones(2)),
                ag.ShapeError,
                r"^weighted_pool2d: the weights and the window.*weights: float64 \(2,\).*shape \(2, 2\)",
            ),
            Bad(
                lambda: ag.weighted_pool2d(np.ones((1, 1, 4, 4)), 2, [[1.0, -1.0], [0.0, 0.0]]),
                ag.RangeError,
                r"^weighted_pool2d: the weights of a window add up to 0.*rule: y = sum",
            ),
        ),
    ),
    OpRow(
        "even_power",
        registry["even_power"],
        ("even_power",),
        away((3, 4)),
        lambda x, exponent: abs(x) ** exponent,
        variants=settings(*({"exponent": e} for e in (2, 3, 2.5, 1.75, 1.3))),
        kinks=(Kink(([0.0, -0.0],), ([0.0, 0.0],), {"exponent": 2}),),
    ),
    OpRow(
        "odd_power",
        registry["odd_power"],
        ("odd_power",),
        away((3, 4)),
        lambda x, exponent: np.sign(x) * abs(x) ** exponent,
        variants=settings(*({"exponent": e} for e in (0, 1, 2, 1.5, 0.3))),
        kinks=(Kink(([0.0, -0.0],), ([0.0, 0.0],), {"exponent": 2}),),
    ),
    OpRow(
        "positive_power",
        registry["positive_power"],
        ("positive_power",),
        away((3, 4)),
        lambda x, exponent: np.where(x > 0, abs(x) ** exponent, 0.0),
        variants=settings(*({"exponent": e} for e in (0.5, 1 / 3, -0.75, -1.75, 2 / 3, 0.4, 1.0))),
        # where the slope is infinite it is taken as 0
        kinks=(Kink(([0.0, -1.0, 4.0],), ([0.0, 0.0, 0.25],), {"exponent": 0.5}),),
    ),
]
