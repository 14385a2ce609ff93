import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_cnn.data import enlarge
from autograd_cnn.errors import DTypeError, RangeError, ShapeError


def reference(image, size):
    """One pixel at a time, from the formula in the docs."""
    n = len(image)
    place = [min(max((i + 0.5) * n / size - 0.5, 0), n - 1) for i in range(size)]
    out = np.empty((size, size))
    for i, y in enumerate(place):
        for j, x in enumerate(place):
            top, left = int(y), int(x)
            bottom, right = min(top + 1, n - 1), min(left + 1, n - 1)
            v, w = y - top, x - left
            upper = (1 - w) * image[top, left] + w * image[top, right]
            lower = (1 - w) * image[bottom, left] + w * image[bottom, right]
            out[i, j] = (1 - v) * upper + v * lower
    return out


@given(n=st.integers(1, 6), extra=st.integers(0, 9), border=st.integers(0, 2), seed=st.integers(0, 99))
def test_against_the_formula(n, extra, border, seed):
    images = np.random.default_rng(seed).normal(size=(2, 3, n, n))
    before = images.copy()
    inner = n + extra
    result = enlarge(images, inner + 2 * border, border=border)
    assert np.array_equal(images, before)
    assert result.shape == (2, 3, inner + 2 * border, inner + 2 * border)
    middle = result[..., border : border + inner, border : border + inner]
    for k in np.ndindex(2, 3):
        np.testing.assert_allclose(middle[k], reference(images[k], inner), rtol=1e-12, atol=1e-12)
    middle[...] = 0
    assert not result.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_same_size_changes_nothing_and_copies(dtype):
    images = np.random.default_rng(0).random((4, 5, 5)).astype(dtype)
    result = enlarge(images, 5)
    assert result.dtype == dtype
    assert np.array_equal(result, images)
    assert not np.shares_memory(result, images)


def test_flat_images_stay_exactly_flat():
    assert np.array_equal(
        enlarge(np.full((1, 3, 3), 0.7, np.float32), 11), np.full((1, 11, 11), 0.7, np.float32)
    )


@pytest.mark.peers
@pytest.mark.parametrize("size", [8, 11, 28, 32])
def test_against_torch(size):
    torch = pytest.importorskip("torch")
    images = np.random.default_rng(1).random((3, 2, 8, 8))
    theirs = torch.nn.functional.interpolate(torch.from_numpy(images), size=(size, size), mode="bilinear")
    np.testing.assert_allclose(enlarge(images, size), theirs.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("shape", "dtype", "size", "border", "error", "says"),
    [
        ((2, 3, 4), float, 8, 0, ShapeError, r"images: float64 \(2, 3, 4\)"),
        ((5,), float, 8, 0, ShapeError, "square"),
        ((1, 0, 0), float, 8, 0, ShapeError, "square"),
        ((4, 4), np.uint8, 8, 0, DTypeError, "uint8"),
        ((4, 4), float, 3, 0, RangeError, "size >= 4"),
        ((4, 4), float, 7, 2, RangeError, "7 - 2 \\* 2 >= 4"),
        ((4, 4), float, 8, -1, RangeError, "border is -1"),
    ],
)
def test_bad_input(shape, dtype, size, border, error, says):
    with pytest.raises(error, match=says):
        enlarge(np.zeros(shape, dtype=dtype), size, border=border)
