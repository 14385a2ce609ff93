"""Section 1 of the lecture: why not only fully connected layers."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_cnn as ag


def test_a_dense_layer_on_72_values_with_two_outputs() -> None:
    rng = np.random.default_rng(0)
    layer = ag.nn.Dense(72, 2, bias=False, rng=rng)
    assert layer.weight.shape == (2, 72)  # W is 2 x 72
    x = rng.standard_normal(72).astype(np.float32)
    y = layer(x)
    assert y.shape == (2,)
    for row, number in zip(layer.weight.numpy(), y.numpy(), strict=True):
        assert number == pytest.approx(sum(w * v for w, v in zip(row, x, strict=True)), rel=1e-4)


@pytest.mark.parametrize(("size", "weights"), [(32, 3_072), (500, 750_000)])
def test_weights_of_one_dense_unit_on_an_image(size: int, weights: int) -> None:
    unit = ag.nn.Dense(size * size * 3, 1, bias=False, rng=np.random.default_rng(0))
    assert unit.count_parameters() == weights


def test_a_filter_has_the_same_weights_on_any_image() -> None:
    filters = ag.nn.Conv2d(3, 1, 5, bias=False, rng=np.random.default_rng(0))
    assert filters.count_parameters() == 75
    for size in (32, 64):
        assert filters(np.zeros((1, 3, size, size), np.float32)).shape == (1, 1, size - 4, size - 4)


def test_a_dense_layer_does_not_see_where_pixels_are() -> None:
    """Permuting the pixels together with the weights changes nothing: the spatial structure is lost."""
    rng = np.random.default_rng(0)
    x, weight, order = rng.standard_normal((1, 72)), rng.standard_normal((2, 72)), rng.permutation(72)
    moved = ag.dense(x[:, order], weight[:, order])
    np.testing.assert_allclose(moved.numpy(), ag.dense(x, weight).numpy(), rtol=1e-12)
