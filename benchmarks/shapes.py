"""Sizes and data that all libraries are timed with."""

from __future__ import annotations

from typing import Any

import numpy as np

SMALL = 100  # operations in a chain on 8 values
CHAIN = 1_000_000
LENET = (1, 32, 32)
FOUR_LAYERS = (3, 32, 32, 64, 64)
MAPS = (32, 64, 56, 56)


def images(batch: int, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Draw a batch of float32 images."""
    return np.random.default_rng(1).standard_normal((batch, *shape), np.float32)


def labels(batch: int) -> np.ndarray[Any, Any]:
    """Draw a label from ten for each image."""
    return np.random.default_rng(2).integers(0, 10, batch)


def maps() -> np.ndarray[Any, Any]:
    """Draw the maps that every pool, normalisation and activation is timed on."""
    return images(MAPS[0], MAPS[1:])
