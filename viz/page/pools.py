"""The pooling steps of a page: planes of X and dY, exact, from which the page computes everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd_cnn as ag
from viz.page.subject import Subject
from viz.page.tensors import exact

Array = NDArray[Any]

MOST_PLANES = 6
LARGEST_SIDE = 64
"""Of larger planes the window-aligned part is kept where most gradient arrives."""


def pools_of(subject: Subject, value: Callable[[Any, int], Array | None]) -> dict[str, dict[str, object]]:
    """From box id to what the page needs to know of each pooling with one or two spatial axes.

    Parameters
    ----------
    subject : Subject
        What the page is about.
    value : callable
        ``value(thing, port)`` gives the array of a Node, leaf or Source, or None.
    """
    divided = {
        id(node.inputs[0]): node
        for node in subject.graph.nodes
        if node.primitive.name == "divide" and isinstance(node.inputs[0], ag.Node)
    }
    found: dict[str, dict[str, object]] = {}
    for box, thing in subject.things.items():
        kind = _kind(thing)
        if kind is None:
            continue
        result = divided.get(id(thing)) if kind == "average" else thing
        entry = None if result is None else _pool(kind, thing, result, subject, value)
        if entry is not None:
            found[box] = entry
    return found


def most_instructive(pools: dict[str, dict[str, object]]) -> str | None:
    """The pool that a reader should see first: max before others, overlap before none, small before large."""

    def worth(entry: Any) -> tuple[bool, bool, bool, int]:
        overlaps = any(w > s for w, s in zip(entry["window"], entry["stride"], strict=True))
        cells = len(entry["planes"][0]["x"]) * len(entry["planes"][0]["x"][0])
        return entry["kind"] == "max", overlaps, cells <= 144, -cells

    return max(pools, key=lambda box: worth(pools[box]), default=None)


def _kind(thing: Any) -> str | None:
    """What kind of pooling a node is, if it is one that the page can compute."""
    if not isinstance(thing, ag.Node) or "geometry" not in thing.settings:
        return None
    if thing.primitive.name == "max_pool":
        return "max"
    scope = thing.scope
    if thing.primitive.name != "window_sum" or "weights" in thing.settings or scope is None:
        return None
    if scope.name.startswith("avg_pool"):
        return "average"
    return "sum" if scope.name.startswith("sum_pool") else None


def _pool(
    kind: str, node: ag.Node, result: ag.Node, subject: Subject, value: Callable[[Any, int], Array | None]
) -> dict[str, object] | None:
    geometry: ag.WindowGeometry = node.settings["geometry"]
    x = value(node.inputs[0], node.ports[0])
    if len(geometry.window) > 2 or x is None or x.size == 0 or 0 in geometry.output:
        return None
    arrived = None if subject.gradients is None else subject.gradients.cotangents.get(result)
    dy = None if arrived is None else np.asarray(arrived.data)
    if x.dtype.kind not in "fiu" or (dy is not None and dy.shape != result.shape):
        return None
    planes = _planes(x, dy, value(node, 0), geometry)
    scope = node.scope
    return {
        "op": scope.name if scope is not None and scope.kind == "function" else node.primitive.name,
        "kind": kind,
        "ties": node.settings.get("ties", "first"),
        "window": _two(geometry.window),
        "stride": _two(geometry.stride),
        "padding": [[0, 0], *map(list, geometry.padding)][-2:],
        "dilation": _two(geometry.dilation),
        "counts_padding": np.size(_divisor(result, value)) == 1,
        "one_axis": len(geometry.window) == 1,
        "samples": x.shape[0],
        "channels": x.shape[1],
        "dtype": str(x.dtype),
        "after_relu": _is_relu(node.inputs[0]),
        "has_dy": dy is not None,
        "planes": planes,
    }


def _divisor(result: ag.Node, value: Callable[[Any, int], Array | None]) -> Any:
    """What an average divides by; the same number everywhere where padding counts."""
    if result.primitive.name != "divide":
        return 1.0
    divisor = result.inputs[1]
    array = value(divisor, 0) if hasattr(divisor, "shape") else divisor
    return 1.0 if array is None else np.unique(array)


def _is_relu(thing: Any) -> bool:
    return isinstance(thing, ag.Node) and thing.primitive.name == "relu"


def _two(sizes: Sequence[int]) -> list[int]:
    return [1, *sizes][-2:]


def _planes(
    x: Array, dy: Array | None, y: Array | None, geometry: ag.WindowGeometry
) -> list[dict[str, object]]:
    """Planes of the first sample; first those with most windows that give and get something."""
    maps = x[0].reshape(x.shape[1], -1, x.shape[-1])
    grid = (1, *geometry.output)[-2:]
    arrived = None if dy is None else dy[0].reshape(x.shape[1], *grid)
    telling = np.ones((x.shape[1], *grid), bool) if arrived is None else arrived != 0
    if y is not None:
        telling = telling & (y[0].reshape(telling.shape) != 0)
    count = np.count_nonzero(telling, axis=(1, 2))
    order = np.argsort(-count, kind="stable")[:MOST_PLANES]
    padding = [(0, 0), *geometry.padding][-2:]
    found = []
    for channel in order.tolist():
        cells, windows = _part(None if arrived is None else arrived[channel], maps.shape[1:], geometry, grid)
        found.append(
            {
                "sample": 0,
                "channel": channel,
                "x": exact(maps[channel][cells]),
                "dy": None if arrived is None else exact(arrived[channel][windows]),
                "top": cells[0].start,
                "left": cells[1].start,
                "whole": list(maps.shape[1:]),
                "before": [0 if part.start else pad[0] for part, pad in zip(cells, padding, strict=True)],
                "grid": [part.stop - part.start for part in windows],
            }
        )
    return found


def _part(
    dy: Array | None, shape: tuple[int, ...], geometry: ag.WindowGeometry, grid: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Cells and windows that are kept of a plane: all, or a part that starts and ends with a window."""
    places = []
    for axis in (0, 1):
        cells, windows = shape[axis], grid[axis]
        if cells <= LARGEST_SIDE:
            places.append((slice(0, cells), slice(0, windows)))
            continue
        number = axis - 2 if len(geometry.window) == 2 else 0
        stride, before = geometry.stride[number], geometry.padding[number][0]
        reach = geometry.dilation[number] * (geometry.window[number] - 1) + 1
        shown = max(1, (LARGEST_SIDE - reach) // stride + 1)
        sent = np.ones(windows) if dy is None else np.count_nonzero(dy, axis=1 - axis).astype(float)
        sums = np.convolve(sent, np.ones(min(shown, windows)), "valid")
        # The page knows one padding for all sides of a part, so that the part must not reach into it.
        first = max(int(sums.argmax()), -(-before // stride))
        last = min(first + shown, windows)
        start = first * stride - before
        places.append((slice(start, min((last - 1) * stride - before + reach, cells)), slice(first, last)))
    return (places[0][0], places[1][0]), (places[0][1], places[1][1])
