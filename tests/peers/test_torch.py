"""Values, gradients and second derivatives against PyTorch on random shapes and settings, in float64."""

from __future__ import annotations

import os

import numpy as np
import pytest

import autograd_cnn as ag

from .fuzz import DRAWS, Call, draw

pytestmark = pytest.mark.peers

CASES = 100  # a family


def compare(call: Call, rng: np.random.Generator) -> None:
    """Compare value, gradient, and the gradient of a random direction of the gradient."""
    import torch

    ours = [ag.from_numpy(a, requires_grad=True) for a in call.arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in call.arrays]
    y, y_peer = call.ours(*ours), call.theirs(*theirs)
    check(call, "value", y, y_peer)
    cotangent = rng.standard_normal(y.shape)
    first = ag.gradients(y, ours, cotangent, create_graph=True)
    first_peer = torch.autograd.grad(y_peer, theirs, torch.tensor(cotangent), create_graph=True)
    for g, g_peer in zip(first, first_peer, strict=True):
        check(call, "gradient", g, g_peer)
    weights = [rng.standard_normal(g.shape) for g in first]
    joined = sum((g * w).sum() for g, w in zip(first, weights, strict=True))
    joined_peer = sum((g * torch.tensor(w)).sum() for g, w in zip(first_peer, weights, strict=True))
    if not joined_peer.requires_grad:  # linear: PyTorch has nothing to differentiate
        return
    second = (
        ag.gradients(joined, ours)
        if joined.requires_grad
        else [ag.tensor(np.zeros(a.shape)) for a in call.arrays]
    )
    second_peer = torch.autograd.grad(joined_peer, theirs, allow_unused=True)
    for g, g_peer in zip(second, second_peer, strict=True):
        check(call, "second derivative", g, torch.zeros(g.shape) if g_peer is None else g_peer)


def check(call: Call, what: str, ours: ag.Tensor, theirs: object) -> None:
    values = theirs.detach().numpy(force=True)  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        ours.numpy(), values, rtol=1e-9, atol=1e-10, err_msg=f"{what} of {call.text}", strict=False
    )
    assert ours.shape == values.shape, f"{what} of {call.text}"


@pytest.mark.parametrize("name", DRAWS)
def test_random_calls(name: str) -> None:
    rng = np.random.default_rng(sum(map(ord, name)))
    for _ in range(CASES):
        compare(draw(name, rng), rng)


@pytest.mark.deep
@pytest.mark.parametrize("name", DRAWS)
def test_many_random_calls(name: str, deep_scale: int) -> None:
    rng = np.random.default_rng(int(os.environ.get("AUTOGRAD_CNN_SEED", "0")) + len(name))
    for _ in range(CASES * deep_scale):
        compare(draw(name, rng), rng)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_indices_and_unpooling(rank: int) -> None:
    import torch.nn.functional as functional
    from torch import tensor

    rng = np.random.default_rng(rank)
    for _ in range(20):
        x = rng.permutation(2 * 3 * 6**rank).reshape(2, 3, *(6,) * rank).astype(float)
        values, indices = getattr(ag, f"max_pool{rank}d")(x, 2, return_indices=True)
        peer_values, peer_indices = getattr(functional, f"max_pool{rank}d")(tensor(x), 2, return_indices=True)
        np.testing.assert_array_equal(indices.numpy(), peer_indices.numpy())
        ours = getattr(ag, f"max_unpool{rank}d")(values, indices, 2)
        theirs = getattr(functional, f"max_unpool{rank}d")(peer_values, peer_indices, 2)
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_a_training_run_of_float32_stays_together() -> None:
    import torch

    rng = np.random.default_rng(0)
    images = rng.standard_normal((16, 1, 12, 12)).astype(np.float32)
    labels = rng.integers(0, 4, 16)
    shapes = [(3, 1, 3, 3), (3,), (4, 75), (4,)]
    arrays = [(rng.standard_normal(s) / 4).astype(np.float32) for s in shapes]
    ours = [ag.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    optimiser, peer = (
        ag.optim.SGD(ours, lr=0.05, momentum=0.9),
        torch.optim.SGD(theirs, lr=0.05, momentum=0.9),
    )
    for _ in range(20):
        w, b, v, c = ours
        loss = ag.cross_entropy(
            ag.dense(ag.flatten(ag.max_pool2d(ag.relu(ag.conv2d(images, w, b)), 2), 1), v, c), labels
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        f = torch.nn.functional
        w_, b_, v_, c_ = theirs
        hidden = f.max_pool2d(torch.relu(f.conv2d(torch.tensor(images), w_, b_)), 2).flatten(1)
        peer_loss = f.cross_entropy(f.linear(hidden, v_, c_), torch.tensor(labels))
        peer.zero_grad()
        peer_loss.backward()
        peer.step()
        assert loss.item() == pytest.approx(peer_loss.item(), rel=1e-4)


@pytest.mark.parametrize(("name", "betas"), [("SGD", None), ("Adam", (0.9, 0.999)), ("Adam", (0.5, 0.9))])
def test_optimisers_take_the_same_steps(name: str, betas: tuple[float, float] | None) -> None:
    import torch

    rng = np.random.default_rng(0)
    start = rng.standard_normal(5)
    w, v = ag.from_numpy(start, requires_grad=True), torch.tensor(start, requires_grad=True)
    settings = {"lr": 0.1} if betas is None else {"lr": 0.1, "betas": betas}
    ours, theirs = getattr(ag.optim, name)([w], **settings), getattr(torch.optim, name)([v], **settings)
    for _ in range(30):
        for optimiser, loss in ((ours, (w**4 + w * 2.0).sum()), (theirs, (v**4 + v * 2.0).sum())):
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    np.testing.assert_allclose(w.numpy(), v.detach().numpy(), rtol=1e-10)
