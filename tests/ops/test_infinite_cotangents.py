"""An infinite cotangent reaches the winners alone: 0 times infinity must not make the losers NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

INFINITE = np.array([np.inf, -np.inf])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    ("function", "first", "second"),
    [
        (ag.maximum, [np.inf, 0.0], [0.0, -np.inf]),
        (ag.minimum, [0.0, -np.inf], [np.inf, 0.0]),
    ],
)
def test_the_larger_and_the_smaller_of_two(
    function: Any, first: list[float], second: list[float], create_graph: bool
) -> None:
    x = ag.tensor(np.array([2.0, 1.0]), requires_grad=True)
    y = ag.tensor(np.array([1.0, 2.0]), requires_grad=True)
    found = ag.gradients(function(x, y), (x, y), INFINITE, create_graph)
    assert [g.numpy().tolist() for g in found] == [first, second]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(("function", "winner"), [(ag.max, 2), (ag.min, 0)])
def test_the_extremes_along_an_axis(function: Any, winner: int, create_graph: bool) -> None:
    x = ag.tensor(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]), requires_grad=True)
    (found,) = ag.gradients(function(x, axis=1), x, INFINITE, create_graph)
    expected = np.zeros((2, 3))
    expected[:, winner] = INFINITE
    np.testing.assert_array_equal(found.numpy(), expected)
