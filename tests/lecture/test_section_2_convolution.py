"""Section 2 of the lecture: the convolution layer and its hyper-parameters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import autograd_cnn as ag

BINARY = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
IMAGE = [[1, 3, 1], [0, -1, 1], [2, 2, -1]]
KERNEL = [[1, 2], [0, -1]]
FLIPPED = [[-1, 0], [2, 1]]
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


def plane(rows: list[list[int]]) -> ag.Tensor:
    return ag.tensor([[rows]], dtype="float32")


def rows(t: ag.Tensor) -> list[list[float]]:
    return t.numpy()[0, 0].tolist()


@pytest.mark.parametrize("filters", [1, 6])
def test_each_filter_gives_one_activation_map(filters: int) -> None:
    x = np.zeros((1, 3, 32, 32), np.float32)
    weight = np.zeros((filters, 3, 5, 5), np.float32)
    assert ag.conv2d(x, weight).shape == (1, filters, 28, 28)


def test_sliding_the_binary_kernel() -> None:
    assert rows(ag.conv2d(plane(BINARY), plane(CROSS))) == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_the_binary_kernel_is_its_own_flip() -> None:
    assert rows(ag.conv2d(plane(BINARY), plane(CROSS), flip=True)) == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_true_convolution_multiplies_by_the_flipped_kernel() -> None:
    assert [row[::-1] for row in KERNEL[::-1]] == FLIPPED
    assert rows(ag.conv2d(plane(IMAGE), plane(KERNEL), flip=True)) == [[-2, -4], [6, 4]]
    assert rows(ag.conv2d(plane(IMAGE), plane(FLIPPED))) == [[-2, -4], [6, 4]]


def test_the_slides_arithmetic_window_by_window() -> None:
    """1(-1) + 3(0) + 0(2) - 1(1) = -2, and so on: each product of a window with the flipped kernel."""
    products = {
        (0, 0): [(1, -1), (3, 0), (0, 2), (-1, 1)],
        (0, 1): [(3, -1), (1, 0), (-1, 2), (1, 1)],
        (1, 0): [(0, -1), (-1, 0), (2, 2), (2, 1)],
        (1, 1): [(-1, -1), (1, 0), (2, 2), (-1, 1)],
    }
    result = ag.conv2d(plane(IMAGE), plane(KERNEL), flip=True)
    for (i, j), pairs in products.items():
        window = [IMAGE[i + u][j + v] for u, v in itertools.product(range(2), repeat=2)]
        assert [value for value, _ in pairs] == window
        assert [weight for _, weight in pairs] == [*FLIPPED[0], *FLIPPED[1]]
        assert result[0, 0, i, j].item() == sum(value * weight for value, weight in pairs)


def test_the_edge_filter_answers_to_vertical_edges_only() -> None:
    step = np.zeros((1, 1, 6, 6), np.float32)
    step[..., 3:] = 1.0  # dark left, bright right
    answer = ag.conv2d(step, plane(SOBEL))
    assert rows(answer) == [[0, -4, -4, 0]] * 4
    assert not ag.conv2d(step.swapaxes(2, 3).copy(), plane(SOBEL)).numpy().any()


@pytest.mark.parametrize(
    ("n", "f", "s", "p", "size"),
    [(7, 3, 1, 0, 5), (7, 3, 2, 0, 3), (7, 3, 3, 1, 3), (32, 5, 1, 0, 28), (5, 3, 1, 0, 3), (7, 3, 3, 0, 2)],
)
def test_output_size(n: int, f: int, s: int, p: int, size: int) -> None:
    """(N - F + 2P) / S + 1; the last row does not divide, so the rest is dropped."""
    y = ag.conv2d(np.zeros((1, 1, n, n)), np.zeros((1, 1, f, f)), stride=s, padding=p)
    assert y.shape == (1, 1, size, size)
    if (n - f + 2 * p) % s == 0:
        assert size == (n - f + 2 * p) / s + 1
        exact = ag.conv2d(
            np.zeros((1, 1, n, n)), np.zeros((1, 1, f, f)), stride=s, padding=p, rounding="exact"
        )
        assert exact.shape == y.shape


def test_doesnt_fit() -> None:
    with pytest.raises(ag.ShapeError, match=r"doesn't fit: 2\.33 windows") as caught:
        ag.conv2d(np.zeros((1, 1, 7, 7)), np.zeros((1, 1, 3, 3)), stride=3, rounding="exact")
    text = str(caught.value)
    assert "(N - F + P) / S + 1 = (7 - 3 + 2*0) / 3 + 1 = 2.33" in text
    assert "padding 1 or 4 at both ends; stride 2 or 4" in text


@pytest.mark.parametrize(("stride", "padding"), [(3, 1), (3, 4), (2, 0), (4, 0)])
def test_what_the_refusal_says_would_fit_does_fit(stride: int, padding: int) -> None:
    ag.conv2d(
        np.zeros((1, 1, 7, 7)), np.zeros((1, 1, 3, 3)), stride=stride, padding=padding, rounding="exact"
    )
