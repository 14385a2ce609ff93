"""What the page's tests explore: the lecture's map, small networks, and what a user should not do."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_cnn as ag

from ..networks import Residual, leaf, pair_loss, recurrent_loss

MAP = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]
NASTY = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\n\u202eemoji \U0001f600"


def lecture_loss() -> ag.Tensor:
    """The lecture's 5 x 5 map, its nine windows weighed with 0.1 to 0.9."""
    x = ag.tensor(np.array(MAP, np.float32).reshape(1, 1, 5, 5), requires_grad=True, name="x")
    weights = ag.tensor(np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3) / 10, name="weights")
    return (ag.max_pool2d(x, 3, stride=1) * weights).sum()


def lenet_loss() -> ag.Tensor:
    rng = np.random.default_rng(0)
    images = ag.tensor(rng.normal(size=(2, 1, 32, 32)).astype(np.float32), name="images")
    return ag.cross_entropy(ag.models.LeNet5(rng=rng)(images), [3, 7])


def formula_loss() -> ag.Tensor:
    """No pool at all."""
    return ag.tanh(leaf(3, name="x") * leaf(3, name="w", seed=1)).sum()


def average_loss() -> ag.Tensor:
    y = ag.avg_pool2d(leaf(1, 2, 6, 6, name="x"), 3, stride=2, padding=1)
    return (y * leaf(*y.shape, seed=3, wants=False)).sum()


def sequence_loss() -> ag.Tensor:
    """One spatial axis, longer than the page shows at once."""
    y = ag.max_pool1d(leaf(1, 2, 40, name="sound"), 4, stride=2)
    return (y * leaf(*y.shape, seed=3, wants=False)).sum()


def large_loss() -> ag.Tensor:
    """A plane larger than the page keeps."""
    y = ag.max_pool2d(leaf(1, 1, 150, 150, name="photo"), 3, stride=2, padding=1)
    return (y * leaf(*y.shape, seed=3, wants=False)).sum()


def global_loss() -> ag.Tensor:
    """One window as large as the map."""
    return ag.global_max_pool(leaf(1, 3, 20, 20, name="x")).sum()


def dilated_loss() -> ag.Tensor:
    """Windows with holes, and rows left over."""
    y = ag.max_pool2d(leaf(1, 1, 8, 7, name="x"), 2, stride=3, dilation=2)
    return (y * leaf(*y.shape, seed=3, wants=False)).sum()


def odd_loss() -> ag.Tensor:
    """NaN and infinities as values."""
    values = np.array([[[[np.nan, np.inf], [-np.inf, 1.0]]]], np.float32)
    return ag.max_pool2d(ag.tensor(values, requires_grad=True, name="odd"), 2, stride=1, padding=1).sum()


def cancelling_loss() -> ag.Tensor:
    """Gradients that cancel in one cell, that add up to no rounded number in another, and one that is 0."""
    x = ag.tensor(np.array([[[3.0, 1, 9, 2, 0, 8, 4, 7]]]), requires_grad=True, name="x")
    y = ag.max_pool1d(x, 2, stride=1)
    return (y * np.array([[[0.5, 0.125, -0.125, 0.0, 0.1235, 0.2346, 0.3]]])).sum()


def nasty_loss() -> ag.Tensor:
    x = ag.tensor(np.ones((1, 1, 2, 2), np.float32), requires_grad=True, name=NASTY)
    w = ag.tensor(2.0, requires_grad=True, name="w" * 10_000)
    return ag.max_pool2d(x * w, 2).sum()


def empty_loss() -> ag.Tensor:
    return (ag.tensor(np.zeros((0, 3), np.float32), requires_grad=True, name="nobody") * 2.0).sum()


def shared_loss() -> ag.Tensor:
    return recurrent_loss(3)


def long_loss() -> ag.Tensor:
    y = leaf(2, name="x")
    for _ in range(1500):
        y = y + 1.0
    return y.sum()


SUBJECTS: dict[str, Any] = {
    "lecture": lecture_loss,
    "lenet": lenet_loss,
    "pair": pair_loss,
    "residual": lambda: Residual(2)(leaf(1, 1, 6, 6, name="image", wants=False)).sum(),
    "formula": formula_loss,
    "average": average_loss,
    "sequence": sequence_loss,
    "large": large_loss,
    "global": global_loss,
    "dilated": dilated_loss,
    "odd": odd_loss,
    "cancelling": cancelling_loss,
    "nasty": nasty_loss,
    "empty": empty_loss,
    "shared": shared_loss,
    "long": long_loss,
    "forward only": lambda: leaf(2, 3, name="x", wants=False) * 2.0,
    "leaf": lambda: leaf(2, 3, name="x"),
    "constant": lambda: leaf(2, 3, name="x", wants=False),
}
