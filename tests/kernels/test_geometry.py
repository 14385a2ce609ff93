"""Sizes: which taps meet which real cells."""

from __future__ import annotations

import numpy as np
import pytest

from autograd_cnn.kernels.geometry import (
    ConvGeometry,
    WindowGeometry,
    axis_taps,
    covers_input,
    every_tap_is_real,
    first_real_taps,
    tap_count,
    window_taps,
    windows_overlap,
)

from . import reference


@pytest.mark.parametrize("seed", range(60))
def test_taps_meet_the_cells_that_the_loops_meet(seed: int) -> None:
    geometry = reference.random_window_geometry(np.random.default_rng(seed))
    cell_numbers = np.arange(np.prod(geometry.input)).reshape(geometry.input)
    seen: dict[tuple[tuple[int, ...], int], int] = {}
    for tap in window_taps(geometry):
        places = np.stack(np.indices(geometry.output), -1)[tap.windows]
        cells = cell_numbers[tap.cells]
        assert places.shape[:-1] == cells.shape
        for place, cell in zip(places.reshape(-1, cells.ndim), cells.reshape(-1), strict=True):
            seen[tuple(place.tolist()), tap.number] = int(cell)
    expected = {
        (place, number): int(cell_numbers[cell])
        for place in np.ndindex(*geometry.output)
        for number, _, cell in reference.taps_of_window(geometry, place)
    }
    assert seen == expected


@pytest.mark.parametrize("seed", range(60))
def test_facts_about_windows(seed: int) -> None:
    geometry = reference.random_window_geometry(np.random.default_rng(seed))
    windows = [list(reference.taps_of_window(geometry, place)) for place in np.ndindex(*geometry.output)]
    reads = np.zeros(geometry.input, int)
    for taps in windows:
        for _, _, cell in taps:
            reads[cell] += 1
    assert first_real_taps(geometry).reshape(-1).tolist() == [taps[0][0] for taps in windows]
    assert every_tap_is_real(geometry) == all(len(taps) == tap_count(geometry) for taps in windows)
    if covers_input(geometry):
        assert (reads == 1).all()
    if reads.max() > 1:
        assert windows_overlap(geometry)


def test_tiling_windows_cover_without_overlap() -> None:
    geometry = WindowGeometry((4, 6), (2, 3), (2, 2), (2, 3), ((0, 0), (0, 0)), (1, 1))
    assert covers_input(geometry)
    assert not windows_overlap(geometry)
    assert every_tap_is_real(geometry)
    assert tap_count(geometry) == 6


def test_axis_taps_are_those_of_one_axis() -> None:
    geometry = WindowGeometry((4, 5), (2, 3), (3, 5), (1, 1), ((0, 0), (1, 1)), (1, 1))
    assert [tap.number for tap in axis_taps(geometry, 1)] == [0, 1, 2]
    assert axis_taps(geometry, 1)[0].windows == (slice(1, 5),)
    assert axis_taps(geometry, 1)[0].cells == (slice(0, 4, 1),)


def test_a_tap_that_meets_only_padding_is_left_out() -> None:
    geometry = WindowGeometry((1,), (3,), (1,), (1,), ((1, 1),), (1,))
    assert [tap.number for tap in window_taps(geometry)] == [1]
    assert first_real_taps(geometry).tolist() == [1]


def test_geometries_are_values() -> None:
    sizes = ((5,), (3,), (3,), (1,), ((0, 0),), (1,))
    assert ConvGeometry(*sizes, 1) == ConvGeometry(*sizes, 1)
    assert hash(WindowGeometry(*sizes)) == hash(WindowGeometry(*sizes))
    with pytest.raises(AttributeError):
        WindowGeometry(*sizes).stride = (2,)  # type: ignore[misc]
