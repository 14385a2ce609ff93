"""Adding and taking along an axis, against NumPy's own loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_cnn.kernels import scattering
from autograd_cnn.kernels.scattering import add_along, take_along


@given(st.data())
def test_along_any_axis_as_numpy_does(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    axis = data.draw(st.integers(0, len(shape) - 1))
    size, count = data.draw(st.integers(1, 6)), data.draw(st.integers(0, 6))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    full, part = ((*shape[:axis], n, *shape[axis + 1 :]) for n in (size, count))
    dtype = data.draw(st.sampled_from([np.float16, np.float32, np.float64, np.int32]))
    x, y = ((4 * rng.standard_normal(s)).astype(dtype) for s in (full, part))
    places = rng.integers(-size, size, part)
    if data.draw(st.booleans()):
        x, y, places = (np.asfortranarray(a) for a in (x, y, places))
    np.testing.assert_array_equal(
        take_along(x, places, axis=axis, size=size), np.take_along_axis(x, places, axis)
    )
    sums = np.zeros(full)
    at = list(np.ogrid[tuple(map(slice, part))])
    at[axis] = places
    np.add.at(sums, tuple(at), y.astype(float))
    np.testing.assert_array_equal(add_along(y, places, axis=axis, size=size), sums.astype(dtype))


def test_more_than_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    y, places = rng.standard_normal((7, 5)), rng.integers(0, 9, (7, 5))
    whole = add_along(y, places, axis=1, size=9), take_along(y, places % 5, axis=1, size=5)
    monkeypatch.setattr(scattering, "BLOCK_CELLS", 20)  # two rows a block, and one left over
    np.testing.assert_array_equal(add_along(y, places, axis=1, size=9), whole[0])
    np.testing.assert_array_equal(take_along(y, places % 5, axis=1, size=5), whole[1])


@pytest.mark.parametrize("bad", [7, -8])
def test_a_place_outside_is_refused_not_found_in_the_next_row(bad: int) -> None:
    places = np.array([[0, bad], [0, 0]])
    for move, values in ((add_along, np.ones((2, 2))), (take_along, np.ones((2, 7)))):
        with pytest.raises(IndexError, match=f"index {bad} is out of bounds for 7 places"):
            move(values, places, axis=1, size=7)
