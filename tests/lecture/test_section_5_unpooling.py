"""Section 5 of the lecture: where max pooling sends its gradients."""

from __future__ import annotations

import string

import numpy as np
import pytest

import autograd_cnn as ag

from .test_section_4_pooling import MAP, SQUARE

Cells = dict[tuple[int, int], float]

# the winners of the windows a..i, row by row
WINNERS = {
    "a": {(2, 0), (2, 1)},
    "b": {(0, 3), (2, 1), (2, 3)},
    "c": {(0, 4)},
    "d": {(3, 1)},
    "e": {(3, 3)},
    "f": {(3, 3)},
    "g": {(3, 1)},
    "h": {(3, 3)},
    "i": {(4, 4)},
}
COTANGENTS = np.arange(1, 10).reshape(1, 1, 3, 3) / 10
ARRIVES: dict[str, Cells] = {
    "first": {
        (0, 3): 0.2,
        (0, 4): 0.3,
        (2, 0): 0.1,
        (3, 1): 0.4 + 0.7,
        (3, 3): 0.5 + 0.6 + 0.8,
        (4, 4): 0.9,
    },
    "last": {(0, 4): 0.3, (2, 1): 0.1, (2, 3): 0.2, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9},
    "split": {
        (0, 3): 0.2 / 3,
        (0, 4): 0.3,
        (2, 0): 0.05,
        (2, 1): 0.05 + 0.2 / 3,
        (2, 3): 0.2 / 3,
        (3, 1): 1.1,
        (3, 3): 1.9,
        (4, 4): 0.9,
    },
}
TIES = ("first", "last", "split")


def leaf(rows: list[list[int]], dtype: str = "float64") -> ag.Tensor:
    return ag.tensor([[rows]], dtype=dtype, requires_grad=True)


def cells(plane: np.ndarray) -> Cells:
    return {(int(i), int(j)): float(plane[i, j]) for i, j in np.argwhere(plane)}


@pytest.mark.parametrize("window", string.ascii_lowercase[:9])
def test_winners(window: str) -> None:
    """With ties="split" a cotangent at one window reaches exactly its winners, in equal shares."""
    x = leaf(MAP)
    cotangent = np.zeros(9)
    cotangent["abcdefghi".index(window)] = 1.0
    ag.max_pool2d(x, 3, stride=1, ties="split").backward(cotangent.reshape(1, 1, 3, 3))
    assert x.grad is not None
    share = 1 / len(WINNERS[window])
    assert cells(x.grad.numpy()[0, 0]) == pytest.approx(dict.fromkeys(WINNERS[window], share))


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_arrives(ties: str, dtype: str) -> None:
    x = leaf(MAP, dtype)
    ag.max_pool2d(x, 3, stride=1, ties=ties).backward(COTANGENTS)
    assert x.grad is not None
    assert cells(x.grad.numpy()[0, 0]) == pytest.approx(ARRIVES[ties], rel=1e-6)
    assert x.grad.numpy().sum() == pytest.approx(4.5)


@pytest.mark.parametrize("ties", TIES)
def test_the_gradients_own_graph_is_an_unpooling(ties: str) -> None:
    x = leaf(MAP)
    graph = ag.gradient_graph(ag.max_pool2d(x, 3, stride=1, ties=ties), cotangents=COTANGENTS)
    assert [node.primitive.name for node in graph.nodes] == ["max_unpool"]
    assert cells(graph.gradients[x].numpy()[0, 0]) == pytest.approx(ARRIVES[ties])


@pytest.mark.parametrize("ties", ["first", "last"])
def test_unpooling_at_the_indices_sends_the_same(ties: str) -> None:
    _, indices = ag.max_pool2d(leaf(MAP), 3, stride=1, ties=ties, return_indices=True)
    sent = ag.max_unpool2d(COTANGENTS, indices, 3, stride=1)
    assert cells(sent.numpy()[0, 0]) == pytest.approx(ARRIVES[ties])


@pytest.mark.parametrize("ties", TIES)
def test_the_routing_as_data(ties: str) -> None:
    routing = ag.routing(ag.max_pool2d(leaf(MAP), 3, stride=1, ties=ties), cotangent=COTANGENTS)
    assert cells(routing.gradient[0, 0]) == pytest.approx(ARRIVES[ties])
    for number, name in enumerate("abcdefghi"):
        entries = routing.windows == number
        winners = [tuple(cell) for cell in routing.input_cells[entries, 2:].tolist()]
        ordered = sorted(WINNERS[name])
        assert winners == {"first": ordered[:1], "last": ordered[-1:], "split": ordered}[ties]
        np.testing.assert_allclose(routing.coefficients[entries], 1 / len(winners))
        np.testing.assert_allclose(routing.cotangents[entries], (number + 1) / 10)


@pytest.mark.parametrize(
    ("ties", "winners"),
    [
        ("first", [(0, 0), (0, 2), (2, 1), (2, 2)]),
        ("last", [(0, 1), (0, 3), (3, 1), (3, 2)]),
    ],
)
def test_the_square_ties_in_every_window(ties: str, winners: list[tuple[int, int]]) -> None:
    x = leaf(SQUARE)
    ag.max_pool2d(x, 2, ties=ties).sum().backward()
    assert x.grad is not None
    assert cells(x.grad.numpy()[0, 0]) == dict.fromkeys(winners, 1.0)


def test_the_square_split() -> None:
    x = leaf(SQUARE)
    ag.max_pool2d(x, 2, ties="split").sum().backward()
    assert x.grad is not None
    pairs = [(0, 0), (0, 1), (0, 2), (0, 3), (2, 1), (3, 1), (2, 2), (3, 2)]
    assert cells(x.grad.numpy()[0, 0]) == dict.fromkeys(pairs, 0.5)
