"""Every row of every family."""

from __future__ import annotations

from . import (
    activations,
    arithmetic,
    comparison,
    contractions,
    convolution,
    delicate_reductions,
    elementwise,
    interpolation,
    learned_rectifiers,
    linear_algebra,
    losses,
    max_pooling,
    more_activations,
    more_losses,
    movement,
    normalisation,
    other_pooling,
    rearranging,
    reductions,
    rounding,
    trigonometry,
    window_pooling,
)

FAMILIES = (
    activations,
    arithmetic,
    comparison,
    contractions,
    convolution,
    delicate_reductions,
    elementwise,
    interpolation,
    learned_rectifiers,
    linear_algebra,
    losses,
    max_pooling,
    more_activations,
    more_losses,
    movement,
    normalisation,
    other_pooling,
    rearranging,
    reductions,
    rounding,
    trigonometry,
    window_pooling,
)
ROWS = [row for family in FAMILIES for row in family.ROWS]
