"""What picture A draws: one channel of one sample of a pooling step, as plain values. No drawing here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn import Routing, WindowGeometry
from viz.errors import UndrawableError

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """One window: its place, its real cells, and where its gradient goes."""

    row: int
    column: int
    top: int
    left: int
    cells: tuple[Cell, ...]
    shares: tuple[tuple[Cell, float], ...]
    """The cells that get gradient, each with its coefficient."""
    losers: tuple[Cell, ...]
    """Cells that equal the winner and still get nothing."""
    all_zero: bool
    cotangent: float

    @property
    def split(self) -> bool:
        """Whether several equal winners share the gradient."""
        return len(self.shares) > 1

    @property
    def tied(self) -> bool:
        """Whether the largest value occurs more than once (all-zero windows are told apart)."""
        return (self.split or bool(self.losers)) and not self.all_zero


@dataclass(frozen=True)
class Plane:
    """One channel of one sample, two axes (a 1-d map is one row)."""

    op: str
    ties: str | None
    window: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]
    dilation: tuple[int, int]
    source: str
    sample: tuple[int, int]
    channel: tuple[int, int]
    values: NDArray[np.float64] | None
    outputs: NDArray[np.float64]
    cotangents: NDArray[np.float64]
    gradient: NDArray[np.float64]
    windows: tuple[Window, ...]
    saved: tuple[str, int] | None
    """dtype and bytes of the whole saved buffer, None where nothing is kept."""
    after_relu: bool | None
    one_axis: bool = False

    @property
    def is_max(self) -> bool:
        """Whether the op is max pooling: winners, switches, ties."""
        return self.ties is not None

    @property
    def is_norm(self) -> bool:
        """Whether the op is Lp pooling, whose shares follow from the values."""
        return self.op.startswith("lp_pool") and not self.is_max

    @property
    def shape(self) -> Cell:
        """Rows and columns of the input."""
        rows, columns = self.gradient.shape
        return rows, columns

    @property
    def grid(self) -> Cell:
        """Rows and columns of windows."""
        rows, columns = self.outputs.shape
        return rows, columns

    @cached_property
    def arrivals(self) -> dict[Cell, tuple[tuple[Window, float], ...]]:
        """For each cell that gets gradient: the windows it comes from, with the coefficient."""
        found: dict[Cell, list[tuple[Window, float]]] = {}
        for window in self.windows:
            for cell, coefficient in window.shares:
                found.setdefault(cell, []).append((window, coefficient))
        return {cell: tuple(terms) for cell, terms in found.items()}

    @cached_property
    def covered(self) -> frozenset[Cell]:
        """The cells that lie in some window."""
        return frozenset(cell for window in self.windows for cell in window.cells)

    @cached_property
    def overlapping(self) -> bool:
        """Whether some cell lies in two windows."""
        return sum(len(window.cells) for window in self.windows) > len(self.covered)

    @cached_property
    def extent(self) -> tuple[int, int, int, int]:
        """First and one past the last row, then column, that is input or lies under a window (padding)."""
        reach = [self.dilation[axis] * (self.window[axis] - 1) + 1 for axis in (0, 1)]
        tops, lefts = [w.top for w in self.windows], [w.left for w in self.windows]
        return (
            min([0, *tops]),
            max([self.shape[0], *(top + reach[0] for top in tops)]),
            min([0, *lefts]),
            max([self.shape[1], *(left + reach[1] for left in lefts)]),
        )

    def tap(self, window: Window, cell: Cell) -> int:
        """The number of ``cell`` in ``window``, row by row: what a switch holds."""
        row = (cell[0] - window.top) // self.dilation[0]
        return row * self.window[1] + (cell[1] - window.left) // self.dilation[1]


def plane_of(routing: Routing, sample: int, channel: int, after_relu: bool | None = None) -> Plane:
    """Cut one channel of one sample out of a routing.

    Raises
    ------
    UndrawableError
        Sample or channel is out of range, or the map has more than two axes.
    """
    batch, channels = routing.input_shape[:2]
    axes = len(routing.input_shape) - 2
    if axes not in (1, 2):
        raise UndrawableError(f"{routing.op} has {axes} axes; the routing picture shows 1-d and 2-d pooling")
    for what, index, count in (("sample", sample, batch), ("channel", channel, channels)):
        if not -count <= index < count:
            raise UndrawableError(
                f"{what} {index} does not exist: {routing.op} got input of shape {routing.input_shape}, "
                f"so {what} is {-count} to {count - 1}"
            )
    sample, channel = sample % batch, channel % channels
    geometry = routing.geometry
    if not isinstance(geometry, WindowGeometry):
        raise UndrawableError(f"{routing.op} has no windows of one size, which the routing picture shows")

    def plane(array: NDArray[Any]) -> NDArray[np.float64]:
        return np.atleast_2d(np.asarray(array[sample, channel], dtype=np.float64))

    values = None if routing.input is None else plane(routing.input)
    outputs, cotangents = plane(routing.output), plane(routing.cotangent)
    window, stride = _two(geometry.window, 1), _two(geometry.stride, 1)
    dilation = _two(geometry.dilation, 1)
    before = _two([pair[0] for pair in geometry.padding], 0)
    shape = (1, *routing.input_shape[2:])[-2:]
    shares = _shares(routing, sample, channel, outputs.shape[1])
    windows = []
    for index in range(outputs.size):
        row, column = divmod(index, outputs.shape[1])
        top, left = row * stride[0] - before[0], column * stride[1] - before[1]
        cells = tuple(
            (top + i * dilation[0], left + j * dilation[1])
            for i in range(window[0])
            for j in range(window[1])
            if 0 <= top + i * dilation[0] < shape[0] and 0 <= left + j * dilation[1] < shape[1]
        )
        own = tuple(shares.get(index, ()))
        losers: tuple[Cell, ...] = ()
        all_zero = False
        if routing.ties is not None and values is not None:
            losers, all_zero = _equal_losers(values, cells, own)
        windows.append(
            Window(row, column, top, left, cells, own, losers, all_zero, float(cotangents[row, column]))
        )
    switches = routing.switches
    saved = None if routing.ties is None or switches is None else (str(switches.dtype), int(switches.nbytes))
    return Plane(
        op=routing.op,
        ties=routing.ties,
        window=window,
        stride=stride,
        before=before,
        dilation=dilation,
        source=routing.cotangent_source,
        sample=(sample, batch),
        channel=(channel, channels),
        values=values,
        outputs=outputs,
        cotangents=cotangents,
        gradient=plane(routing.gradient),
        windows=tuple(windows),
        saved=saved,
        after_relu=after_relu,
        one_axis=axes == 1,
    )


def _two(numbers: Iterable[int], filler: int) -> tuple[int, int]:
    first, second = ([filler] + [int(number) for number in numbers])[-2:]
    return first, second


def _shares(routing: Routing, sample: int, channel: int, columns: int) -> dict[int, list[tuple[Cell, float]]]:
    """Window number -> its cells and coefficients, in this plane."""
    of_plane = (routing.output_cells[:, 0] == sample) & (routing.output_cells[:, 1] == channel)
    found: dict[int, list[tuple[Cell, float]]] = {}
    rows = zip(
        routing.output_cells[of_plane, 2:].tolist(),
        routing.input_cells[of_plane, 2:].tolist(),
        routing.coefficients[of_plane].tolist(),
        strict=True,
    )
    for output, cell, coefficient in rows:
        row, column = _two(output, 0)
        found.setdefault(row * columns + column, []).append((_two(cell, 0), float(coefficient)))
    return found


def _equal_losers(
    values: NDArray[np.float64], cells: tuple[Cell, ...], shares: tuple[tuple[Cell, float], ...]
) -> tuple[tuple[Cell, ...], bool]:
    winners = {cell for cell, _ in shares}
    if not winners:
        return (), False
    best = values[next(iter(winners))]
    all_zero = best == 0 and all(values[cell] == 0 for cell in cells) and len(cells) > 1
    return tuple(cell for cell in cells if cell not in winners and values[cell] == best), bool(all_zero)
