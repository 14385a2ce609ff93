"""Layers, losses and the NumPy surface against PyTorch: values, gradients, second derivatives."""

from __future__ import annotations

import os

import numpy as np
import pytest

from . import fuzz_layers, fuzz_surface
from .fuzz import Call
from .test_torch import compare
from .test_torch_elements import compare_bent

pytestmark = pytest.mark.peers

CASES = 40  # a family
DRAWS = {**fuzz_layers.DRAWS, **fuzz_surface.DRAWS}


def draw(name: str, rng: np.random.Generator) -> Call:
    while True:
        call = DRAWS[name](rng)
        if call is not None:
            return call


@pytest.mark.parametrize("name", DRAWS)
def test_random_calls(name: str) -> None:
    rng = np.random.default_rng(sum(map(ord, name)))
    for _ in range(CASES):
        call = draw(name, rng)
        compare(call, rng)
        compare_bent(call, rng)


@pytest.mark.deep
@pytest.mark.parametrize("name", DRAWS)
def test_many_random_calls(name: str, deep_scale: int) -> None:
    rng = np.random.default_rng([int(os.environ.get("AUTOGRAD_CNN_SEED", "0")), *map(ord, name)])
    for _ in range(CASES * deep_scale):
        call = draw(name, rng)
        compare(call, rng)
        compare_bent(call, rng)
