"""A few windows of a pooling step, cut out where most gradient arrives, for the small grids of the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.picture.model import PoolCrop

MOST_CELLS = 8
WIDEST_WINDOW = 12


def pool_crop(
    box: str,
    geometry: Any,
    switches: NDArray[Any] | None,
    cotangent: NDArray[Any],
    gradient: NDArray[Any] | None,
) -> PoolCrop | None:
    """The crop of the first sample's channel in which most cotangents differ from zero.

    Parameters
    ----------
    box : str
        Id of the pooling box.
    geometry : WindowGeometry
        Sizes; pools with 1 or 2 spatial axes have a crop.
    switches : array (N, C, *output), optional
        Numbers of the winning taps.
    cotangent : array (N, C, *output)
        What arrives from behind.
    gradient : array (N, C, *input), optional
        What the pool sends on. Where its input is used elsewhere too, the total is more than that: leave it
        out, and what the switches route is shown.

    Returns
    -------
    PoolCrop or None
        None where a crop would show nothing: 3-D pools, empty maps, windows wider than the crop, and
        operations on the same geometry that are no pools.
    """
    axes = len(geometry.window)
    if axes > 2 or cotangent.size == 0 or tuple(cotangent.shape[2:]) != tuple(geometry.output):
        return None
    if gradient is None and switches is None:
        return None
    if gradient is not None and tuple(gradient.shape[2:]) != tuple(geometry.input):
        return None
    # Gradients that the first tap wins may only mean that the whole window was equal.
    telling = cotangent[0] != 0
    if switches is not None and (telling & (switches[0] != 0)).any():
        telling = telling & (switches[0] != 0)
    channel = int(np.argmax(np.count_nonzero(_flat(telling), axis=1)))
    rows = [_axis(geometry, axis) for axis in range(axes)]
    if axes == 1:
        rows.insert(0, _Axis(1, 1, 1, 0, 1, 1))
    if any(axis.span > WIDEST_WINDOW for axis in rows):
        return None
    first, second = rows
    plane = (first.outputs, second.outputs)
    sent = cotangent[0, channel].reshape(plane)
    won = None if switches is None else switches[0, channel].reshape(plane)
    if gradient is not None:
        received = gradient[0, channel].reshape(first.inputs, second.inputs)
    else:
        assert won is not None
        received = _routed(first, second, won, sent)
    row, column = _densest(telling[channel].reshape(plane), first.fitting, second.fitting)
    window = (slice(row, row + first.fitting), slice(column, column + second.fitting))
    top, left = row * first.stride - first.before, column * second.stride - second.before
    covered = np.full((first.covered, second.covered), np.nan)
    for i in range(first.covered):
        for j in range(second.covered):
            if 0 <= top + i < first.inputs and 0 <= left + j < second.inputs:
                covered[i, j] = received[top + i, left + j]
    winners = None if won is None else tuple(tuple(int(tap) for tap in line) for line in won[window])
    return PoolCrop(
        box=box,
        window=(first.taps, second.taps),
        stride=(first.stride, second.stride),
        dilation=(first.dilation, second.dilation),
        switches=winners,
        cotangent=_rows(sent[window]),
        gradient=_rows(covered),
        top=top,
        left=left,
        height=first.inputs,
        width=second.inputs,
        sample=0,
        channel=channel,
    )


class _Axis:
    """One axis of the geometry, with how many whole windows fit into the crop."""

    def __init__(self, inputs: int, outputs: int, taps: int, before: int, stride: int, dilation: int) -> None:
        self.inputs, self.outputs, self.taps = inputs, outputs, taps
        self.before, self.stride, self.dilation = before, stride, dilation
        self.span = (taps - 1) * dilation + 1
        self.fitting = max(1, min(outputs, (MOST_CELLS - self.span) // stride + 1))
        self.covered = (self.fitting - 1) * stride + self.span


def _axis(geometry: Any, axis: int) -> _Axis:
    return _Axis(
        geometry.input[axis],
        geometry.output[axis],
        geometry.window[axis],
        geometry.padding[axis][0],
        geometry.stride[axis],
        geometry.dilation[axis],
    )


def _routed(first: _Axis, second: _Axis, won: NDArray[Any], sent: NDArray[Any]) -> NDArray[Any]:
    """The plane that receives each window's value at its winner, added where they meet."""
    rows, columns = np.indices(sent.shape)
    tap_rows, tap_columns = np.divmod(won.astype(np.int64), second.taps)
    plane = np.zeros((first.inputs, second.inputs))
    at_row = rows * first.stride + tap_rows * first.dilation - first.before
    at_column = columns * second.stride + tap_columns * second.dilation - second.before
    np.add.at(plane, (at_row, at_column), sent)
    return plane


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(array.shape[0], -1)


def _densest(telling: NDArray[Any], height: int, width: int) -> tuple[int, int]:
    """Upper left corner of the height x width block with most telling cells."""
    counts = np.zeros((telling.shape[0] + 1, telling.shape[1] + 1), dtype=np.int64)
    counts[1:, 1:] = np.cumsum(np.cumsum(telling, axis=0), axis=1)
    blocks = (
        counts[height:, width:]
        - counts[:-height, width:]
        - counts[height:, :-width]
        + counts[:-height, :-width]
    )
    row, column = np.unravel_index(int(np.argmax(blocks)), blocks.shape)
    return int(row), int(column)


def _rows(values: Sequence[Any] | NDArray[Any]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in line) for line in values)
