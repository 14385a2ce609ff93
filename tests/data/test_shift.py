"""`ag.data.shift` moves each image, and only that."""

import numpy as np
import pytest

import autograd_cnn as ag


def by_hand(image, down, right):
    """Move one (H, W) image with plain loops."""
    height, width = image.shape
    moved = np.zeros_like(image)
    for i in range(height):
        for j in range(width):
            if 0 <= i - down < height and 0 <= j - right < width:
                moved[i, j] = image[i - down, j - right]
    return moved


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("most", [0, 1, 3])
def test_each_result_is_a_shift(dtype, most):
    images = np.random.default_rng(0).integers(1, 200, (6, 2, 5, 4)).astype(dtype)
    before = images.copy()
    moved = ag.data.shift(images, most, np.random.default_rng(1))
    assert moved.dtype == dtype
    assert moved.shape == images.shape
    assert not np.shares_memory(moved, images)
    np.testing.assert_array_equal(images, before)
    span = range(-most, most + 1)
    for image, result in zip(images, moved, strict=True):
        assert any(
            all(np.array_equal(by_hand(a, down, right), b) for a, b in zip(image, result, strict=True))
            for down in span
            for right in span
        )


def test_all_shifts_are_drawn():
    image = np.zeros((300, 1, 3, 3))
    image[:, 0, 1, 1] = 1
    moved = ag.data.shift(image, 1, np.random.default_rng(0))
    places = {tuple(place) for place in np.argwhere(moved[:, 0])[:, 1:].tolist()}
    assert places == {(i, j) for i in range(3) for j in range(3)}


@pytest.mark.parametrize(
    ("shape", "most", "error"), [((3, 4, 4), 1, ag.ShapeError), ((1, 1, 4, 4), -1, ag.RangeError)]
)
def test_bad_input(shape, most, error):
    with pytest.raises(error, match=r"shift: [\s\S]*fits"):
        ag.data.shift(np.zeros(shape), most, np.random.default_rng(0))
