"""Max pooling: winners, ties, NaN and inf, and the two maps that the switches define."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_cnn.kernels import WindowGeometry, flat_indices, max_pool, max_pooling, max_unpool, pool_at
from autograd_cnn.kernels import layout as memory

from . import reference

Array = np.ndarray[Any, Any]
TIES = ("first", "last", "split")


@pytest.fixture(params=["as is", "blocks", "blocks, scatter"])
def strategy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make tiny arrays take the ways that only large ones take by themselves."""
    if request.param != "as is":
        monkeypatch.setattr(memory, "SERIAL_BYTES", 10)
        monkeypatch.setattr(memory, "BLOCK_BYTES", 500)
        monkeypatch.setattr(memory, "TRANSPOSE_VALUES", 8)
        monkeypatch.setattr(memory, "BATCH_RUN", 2)
    if request.param == "blocks, scatter":
        monkeypatch.setattr(max_pooling, "SCATTER_TAPS", 1)
    return str(request.param)


def sample(seed: int, largest_batch: int = 3) -> tuple[WindowGeometry, Array, Array]:
    """A random geometry, an input full of ties, -inf and some NaN, and whole-numbered cotangents."""
    rng = np.random.default_rng(seed)
    geometry = reference.random_window_geometry(rng)
    batch = int(rng.integers(0 if seed % 10 == 0 else 1, largest_batch + 1))
    planes = (batch, int(rng.integers(1, 4)))
    values = np.array([0.0, 1.0, 2.0, -np.inf, np.nan])
    x = rng.choice(values, (*planes, *geometry.input), p=[0.3, 0.3, 0.2, 0.16, 0.04])
    y = 12.0 * rng.integers(-5, 6, (*planes, *geometry.output))
    return geometry, reference.random_layout(rng, x), reference.random_layout(rng, y)


def as_weights(switches: Array, x: Array, geometry: WindowGeometry) -> Array:
    """Switches of any policy as weights (taps, N, C, *output)."""
    if switches.ndim > x.ndim:
        return switches
    return np.stack([switches == tap for tap in range(int(np.prod(geometry.window)))]).astype(float)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("seed", range(25))
def test_equal_to_loops(seed: int, ties: Any, strategy: str) -> None:
    geometry, x, y = sample(seed)
    before = x.copy(), y.copy()
    values, switches = max_pool(x, geometry=geometry, ties=ties)
    expected, weights = reference.max_pool(x, geometry, ties)
    np.testing.assert_array_equal(values, expected)
    np.testing.assert_array_equal(as_weights(switches, x, geometry), weights)
    np.testing.assert_allclose(
        max_unpool(y, switches, geometry=geometry), reference.max_unpool(y, weights, geometry), atol=1e-12
    )
    np.testing.assert_allclose(
        pool_at(x, switches, geometry=geometry), reference.pool_at(x, weights, geometry), atol=1e-12
    )
    if ties != "split":
        np.testing.assert_array_equal(
            flat_indices(switches, geometry=geometry), reference.flat_indices(weights, geometry)
        )
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("seed", range(25))
def test_unpool_and_pool_at_are_adjoint(seed: int, ties: Any, strategy: str) -> None:
    geometry, x, y = sample(500 + seed, largest_batch=10)
    _, switches = max_pool(x, geometry=geometry, ties=ties)
    other = np.random.default_rng(seed).integers(-5, 6, x.shape).astype(float)
    left = np.sum(max_unpool(y, switches, geometry=geometry) * other)
    right = np.sum(y * pool_at(other, switches, geometry=geometry))
    np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8", "int16", "int32", "int64"])
@pytest.mark.parametrize("ties", TIES)
def test_dtype_stays(dtype: str, ties: Any) -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        geometry = reference.random_window_geometry(rng)
        x = rng.integers(0, 4, (2, 2, *geometry.input)).astype(dtype)
        y = rng.integers(0, 4, (2, 2, *geometry.output)).astype(dtype)
        values, switches = max_pool(x, geometry=geometry, ties=ties)
        expected, weights = reference.max_pool(x, geometry, ties)
        assert values.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(values, expected)
        # shares are fractions, so integers that are shared become float64
        routed = np.dtype(np.float64 if ties == "split" and x.dtype.kind in "iu" else dtype)
        assert max_unpool(y, switches, geometry=geometry).dtype == routed
        at = pool_at(x, switches, geometry=geometry)
        assert at.dtype == routed
        np.testing.assert_allclose(at, expected, rtol=2e-3)
        if ties != "split":
            assert switches.dtype == np.uint8
            unpooled = reference.max_unpool(y, weights.astype(dtype), geometry)
            np.testing.assert_array_equal(max_unpool(y, switches, geometry=geometry), unpooled)


@pytest.mark.parametrize(("taps", "dtype"), [(256, np.uint8), (257, np.uint16), (65537, np.uint32)])
def test_switches_take_the_smallest_dtype(taps: int, dtype: type) -> None:
    geometry = WindowGeometry((taps,), (taps,), (1,), (1,), ((0, 0),), (1,))
    if taps > 60000:
        assert max_pooling.switch_dtype(geometry) == dtype
        return
    _, switches = max_pool(np.arange(taps, dtype=np.float32).reshape(1, 1, -1), geometry=geometry)
    assert switches.dtype == dtype
    assert switches.item() == taps - 1


# the 5 x 5 map and the 3 x 3 windows a..i of LECTURE section "Un-pooling"
LECTURE_MAP = [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]]
LECTURE_CELLS = {
    "first": {(0, 3): 0.2, (0, 4): 0.3, (2, 0): 0.1, (3, 1): 1.1, (3, 3): 1.9, (4, 4): 0.9},
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


@pytest.mark.parametrize("ties", TIES)
def test_lecture_ties(ties: Any) -> None:
    geometry = WindowGeometry((5, 5), (3, 3), (3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1))
    values, switches = max_pool(np.array([[LECTURE_MAP]], float), geometry=geometry, ties=ties)
    assert values[0, 0].tolist() == [[4, 4, 5], [5, 6, 6], [5, 6, 7]]
    cotangents = np.arange(1, 10).reshape(1, 1, 3, 3) / 10
    arrived = max_unpool(cotangents, switches, geometry=geometry)[0, 0]
    expected = np.zeros((5, 5))
    for cell, value in LECTURE_CELLS[ties].items():
        expected[cell] = value
    np.testing.assert_allclose(arrived, expected, rtol=1e-12)
    np.testing.assert_allclose(arrived.sum(), 4.5)


def test_lecture_two_by_two_ties() -> None:
    plane = np.array([[[[6, 6, 6, 6], [4, 5, 5, 4], [2, 4, 4, 2], [2, 4, 4, 2]]]])
    geometry = WindowGeometry((4, 4), (2, 2), (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
    winners = {"first": [[0, 2], [9, 10]], "last": [[1, 3], [13, 14]]}
    for ties in ("first", "last"):
        values, switches = max_pool(plane, geometry=geometry, ties=ties)  # type: ignore[arg-type]
        assert values[0, 0].tolist() == [[6, 6], [4, 4]]
        assert flat_indices(switches, geometry=geometry)[0, 0].tolist() == winners[ties]
    _, shares = max_pool(plane, geometry=geometry, ties="split")
    assert shares[:, 0, 0].reshape(4, 4).T.tolist() == [
        [0.5, 0.5, 0, 0],
        [0.5, 0.5, 0, 0],
        [0, 0.5, 0, 0.5],
        [0.5, 0, 0.5, 0],
    ]


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("taps", [2, 3])
def test_inf_and_nan_do_not_leak_to_losers(ties: Any, taps: int) -> None:
    rng = np.random.default_rng(0)
    geometry = WindowGeometry((6, 6), (taps,) * 2, (7 - taps,) * 2, (1, 1), ((0, 0),) * 2, (1, 1))
    x = rng.permutation(36).reshape(1, 1, 6, 6).astype(np.float32)
    values, switches = max_pool(x, geometry=geometry, ties=ties)
    y = np.where(rng.random(values.shape) < 0.5, np.float32(np.inf), np.float32(np.nan))
    arrived = max_unpool(y, switches, geometry=geometry)
    winners = max_unpool(np.ones_like(y), switches, geometry=geometry) != 0
    np.testing.assert_array_equal(np.isfinite(arrived), ~winners)
    assert not np.signbit(arrived[~winners]).any()
    # and the other way: inf in a loser is not read
    poisoned = np.where(winners, x, np.float32(np.inf))
    np.testing.assert_array_equal(pool_at(poisoned, switches, geometry=geometry), values)


@pytest.mark.parametrize("ties", TIES)
def test_first_nan_wins_whole(ties: Any) -> None:
    geometry = WindowGeometry((4,), (4,), (1,), (1,), ((0, 0),), (1,))
    values, switches = max_pool(np.array([[[9, np.nan, np.inf, np.nan]]]), geometry=geometry, ties=ties)
    assert np.isnan(values).all()
    if ties == "split":
        assert switches.reshape(-1).tolist() == [0, 1, 0, 0]
    else:
        assert switches.item() == 1


def test_a_window_of_minus_inf_has_a_real_winner() -> None:
    geometry = WindowGeometry((2,), (3,), (2,), (1,), ((1, 1),), (1,))
    x = np.full((1, 1, 2), -np.inf)
    for ties, taps in (("first", [1, 0]), ("last", [2, 1])):
        values, switches = max_pool(x, geometry=geometry, ties=ties)  # type: ignore[arg-type]
        assert values.tolist() == [[[-np.inf, -np.inf]]]
        assert switches[0, 0].tolist() == taps
    _, shares = max_pool(x, geometry=geometry, ties="split")
    assert shares[:, 0, 0].T.tolist() == [[0, 0.5, 0.5], [0.5, 0.5, 0]]


def test_smallest_integers_beat_padding() -> None:
    geometry = WindowGeometry((2,), (2,), (3,), (1,), ((1, 1),), (1,))
    values, switches = max_pool(np.full((1, 1, 2), -128, np.int8), geometry=geometry)
    assert values[0, 0].tolist() == [-128, -128, -128]
    assert switches[0, 0].tolist() == [1, 0, 0]


def test_flat_indices_refuses_shares() -> None:
    geometry = WindowGeometry((2,), (2,), (1,), (1,), ((0, 0),), (1,))
    _, shares = max_pool(np.ones((1, 1, 2)), geometry=geometry, ties="split")
    with pytest.raises(TypeError, match="integer switches; got float64"):
        flat_indices(shares, geometry=geometry)
