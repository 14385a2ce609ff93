"""From an un-pooling's indices back to the pool that found them, where nothing recorded the step between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

INDICES = 1
SWITCHES = 1


def ways_of_indices(nodes: Sequence[Any]) -> Mapping[int, Any]:
    """For the ``id`` of each un-pooling's constant indices the pool whose switches they are.

    Indices want no gradient, so an ordinary run doesn't record how they came from the switches, and they
    would be constants from nowhere. They are known by their values: the one earlier pool with the same
    places in an equally large plane. Where two pools picked the same places, nothing tells which of them
    was read, and the indices stay a constant.

    Parameters
    ----------
    nodes : sequence of Node
        In order of execution.

    Returns
    -------
    mapping of int to Node
        Output 1 of these nodes has the switches.
    """
    pools: list[Any] = []
    known: dict[int, NDArray[Any]] = {}
    found: dict[int, Any] = {}
    for node in nodes:
        if _switches(node) is not None:
            pools.append(node)
        if node.primitive.name != "add_along":
            continue
        array = _indices(node)
        if array is None:
            continue
        pools_alike = []
        for pool in pools:
            if prod(pool.settings["geometry"].input) != node.settings.get("size"):
                continue
            if id(pool) not in known:
                known[id(pool)] = _flat(_switches(pool), pool.settings["geometry"])
            if known[id(pool)].shape == array.shape and np.array_equal(known[id(pool)], array):
                pools_alike.append(pool)
        if len(pools_alike) == 1:
            found[id(node.inputs[INDICES])] = pools_alike[0]
    return found


def _switches(node: Any) -> NDArray[Any] | None:
    """The winners that a pool keeps; None for anything else, and where only shapes are known."""
    geometry = node.settings.get("geometry")
    if not hasattr(geometry, "window") or node.freed or len(node.shapes) <= SWITCHES:
        return None
    for saved in node.saved:
        array = saved.array
        if saved.name == "switches" and isinstance(array, np.ndarray) and array.dtype.kind in "ui":
            return array
    return None


def _indices(node: Any) -> NDArray[Any] | None:
    """The places that an un-pooling keeps, where no recorded operation made them."""
    if hasattr(node.inputs[INDICES], "primitive") or node.freed:
        return None
    for saved in node.saved:
        array = saved.array
        if saved.name == "indices" and isinstance(array, np.ndarray) and array.ndim == 3:
            return array
    return None


def _flat(switches: NDArray[Any] | None, geometry: Any) -> NDArray[Any]:
    """The winners' places in their plane, counted row by row; windows in one row: (N, C, windows)."""
    assert switches is not None
    places = np.zeros(switches.shape, np.int64)
    taps = np.unravel_index(switches, tuple(geometry.window))
    for axis, tap in enumerate(taps):
        shape = [1] * switches.ndim
        shape[axis + 2] = -1
        start = np.arange(geometry.output[axis]).reshape(shape) * geometry.stride[axis]
        cell = start - geometry.padding[axis][0] + tap * geometry.dilation[axis]
        places = places * geometry.input[axis] + cell
    return places.reshape(*switches.shape[:2], -1)
