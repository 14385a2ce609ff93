"""Every row of every family."""

from __future__ import annotations

from . import (
    activations,
    arithmetic,
    comparison,
    convolution,
    elementwise,
    linear_algebra,
    losses,
    max_pooling,
    movement,
    reductions,
    window_pooling,
)

FAMILIES = (
    activations,
    arithmetic,
    comparison,
    convolution,
    elementwise,
    linear_algebra,
    losses,
    max_pooling,
    movement,
    reductions,
    window_pooling,
)
ROWS = [row for family in FAMILIES for row in family.ROWS]
