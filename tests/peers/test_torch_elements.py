"""Reductions, losses, products and movement against PyTorch; and second derivatives through all families."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

from . import fuzz, fuzz_elements
from .fuzz import Call
from .test_torch import check, compare

pytestmark = pytest.mark.peers

CASES = 100  # a family
DRAWS = {**fuzz.DRAWS, **fuzz_elements.DRAWS}


def draw(name: str, rng: np.random.Generator) -> Call:
    while True:
        call = DRAWS[name](rng)
        if call is not None:
            return call


def compare_bent(call: Call, rng: np.random.Generator) -> None:
    """Compare the gradient of |gradient|**2 of y * (y - w): the cotangent moves too, in both signs."""
    import torch

    ours = [ag.from_numpy(a, requires_grad=True) for a in call.arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in call.arrays]
    y, y_peer = call.ours(*ours), call.theirs(*theirs)
    shift = rng.standard_normal(y.shape)
    first = ag.gradients((y * (y - shift)).sum(), ours, create_graph=True)
    bent: Any = (y_peer * (y_peer - torch.tensor(shift))).sum()
    first_peer = torch.autograd.grad(bent, theirs, create_graph=True)
    squares: Any = sum((g * g).sum() for g in first)
    squares_peer: Any = sum((g * g).sum() for g in first_peer)
    second = ag.gradients(squares, ours)
    second_peer = torch.autograd.grad(squares_peer, theirs)
    for g, g_peer in zip(second, second_peer, strict=True):
        scale = max(1.0, float(np.abs(g_peer.numpy()).max(initial=0.0)))
        check(call, "second derivative under a moving cotangent", g / scale, g_peer / scale)


@pytest.mark.parametrize("name", fuzz_elements.DRAWS)
def test_random_calls(name: str) -> None:
    rng = np.random.default_rng(sum(map(ord, name)))
    for _ in range(CASES):
        compare(draw(name, rng), rng)


@pytest.mark.parametrize("name", DRAWS)
def test_moving_cotangents(name: str) -> None:
    rng = np.random.default_rng(1 + sum(map(ord, name)))
    for _ in range(CASES // 2):
        compare_bent(draw(name, rng), rng)


@pytest.mark.deep
@pytest.mark.parametrize("name", DRAWS)
def test_many_random_calls(name: str, deep_scale: int) -> None:
    rng = np.random.default_rng([int(os.environ.get("AUTOGRAD_CNN_SEED", "0")), *map(ord, name)])
    for _ in range(CASES * deep_scale):
        call = draw(name, rng)
        compare(call, rng)
        compare_bent(call, rng)


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch: may copy
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_same_padding(rank: int) -> None:
    import torch

    rng = np.random.default_rng(rank)
    for _ in range(10):
        window, dilation = int(rng.integers(1, 4)), int(rng.integers(1, 3))
        call = Call(
            f"conv{rank}d same, window {window}, dilation {dilation}",
            (rng.standard_normal((2, 2, *(5,) * rank)), rng.standard_normal((3, 2, *(window,) * rank))),
            lambda x, w, d=dilation: getattr(ag, f"conv{rank}d")(x, w, padding="same", dilation=d),
            lambda x, w, d=dilation: getattr(torch.nn.functional, f"conv{rank}d")(
                x, w, padding="same", dilation=d
            ),
        )
        compare(call, rng)
        compare_bent(call, rng)


@pytest.mark.parametrize("pool", ["max", "avg"])
def test_asymmetric_padding_and_dilated_pools(pool: str) -> None:
    """PyTorch pads one end only by a function of its own."""
    import torch

    functional = torch.nn.functional
    rng = np.random.default_rng(7)
    for _ in range(20):
        (a, b), (c, d) = rng.integers(0, 2, (2, 2)).tolist()
        x = rng.permutation(2 * 3 * 7 * 6).reshape(2, 3, 7, 6) / 10.0
        if pool == "max":
            dilation = int(rng.integers(1, 3))
            call = Call(
                f"max_pool2d {((a, b), (c, d))} dilation={dilation}",
                (x,),
                lambda t, d_=dilation, p=((a, b), (c, d)): ag.max_pool2d(t, 2, 1, padding=p, dilation=d_),
                lambda t, d_=dilation, p=(c, d, a, b): functional.max_pool2d(
                    functional.pad(t, p, value=-float("inf")), 2, 1, dilation=d_
                ),
            )
        else:
            call = Call(
                f"avg_pool2d {((a, b), (c, d))}",
                (x,),
                lambda t, p=((a, b), (c, d)): ag.avg_pool2d(t, 3, 2, padding=p),
                lambda t, p=(c, d, a, b): functional.avg_pool2d(functional.pad(t, p), 3, 2),
            )
        compare(call, rng)
        compare_bent(call, rng)
