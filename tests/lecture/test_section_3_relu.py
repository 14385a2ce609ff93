"""Section 3 of the lecture, the rows that are there: ReLU, logistic, tanh."""

from __future__ import annotations

import math

import pytest

import autograd_cnn as ag


def test_relu_of_the_lectures_map() -> None:
    given = [[1, 14, -9, 4], [-2, -20, 10, 6], [-3, 3, 11, 1], [2, 54, -2, 80]]
    rectified = [[1, 14, 0, 4], [0, 0, 10, 6], [0, 3, 11, 1], [2, 54, 0, 80]]
    x = ag.tensor(given, dtype="float32", requires_grad=True)
    y = ag.relu(x)
    assert y.numpy().tolist() == rectified
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [[float(v > 0) for v in row] for row in given]


@pytest.mark.parametrize("x", [-3.0, -0.5, 0.0, 1.0, 4.0])
def test_the_formulas(x: float) -> None:
    t = ag.tensor(x, dtype="float64")
    assert ag.sigmoid(t).item() == pytest.approx(1 / (1 + math.exp(-x)), rel=1e-14)
    assert ag.tanh(t).item() == pytest.approx(
        (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x)), rel=1e-14
    )
    assert ag.relu(t).item() == (x if x > 0 else 0)


def test_with_relu_be_careful_with_the_learning_rate() -> None:
    """One step too large, and the unit never fires again: no gradient brings it back."""
    survivors = {}
    for lr in (0.1, 10.0):
        w = ag.tensor([1.0], requires_grad=True)
        optimiser = ag.optim.SGD([w], lr=lr)
        for _ in range(20):
            optimiser.zero_grad()
            error = ag.relu(w * 2.0) - 1.0
            (error * error).sum().backward()
            optimiser.step()
        survivors[lr] = ag.relu(w * 2.0).item()
    assert survivors[0.1] == pytest.approx(1.0)
    assert survivors[10.0] == 0.0
