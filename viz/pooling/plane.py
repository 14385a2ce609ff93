"""What picture A draws: one channel of one sample of a pooling step, as plain values. No drawing here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Cell = tuple[int, int]
Place = tuple[int, int, int]


class Window(NamedTuple):
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
    layer: int = 0
    """Which row of windows along depth it belongs to, where there are three axes."""
    elsewhere: tuple[tuple[Place, float], ...] = ()
    """The cells at other depths that get gradient: depth, row, column."""
    losers_elsewhere: tuple[Place, ...] = ()

    @property
    def receivers(self) -> int:
        """How many cells get its gradient, at all depths."""
        return len(self.shares) + len(self.elsewhere)

    @property
    def split(self) -> bool:
        """Whether several equal winners share the gradient."""
        return self.receivers > 1

    @property
    def tied(self) -> bool:
        """Whether the largest value occurs more than once (all-zero windows are told apart)."""
        return (self.split or bool(self.losers or self.losers_elsewhere)) and not self.all_zero


@dataclass(frozen=True, slots=True)
class Slice:
    """Which depth of a map with three axes is drawn, and which layer of windows: one row of them in depth."""

    depth: int
    depths: int
    layer: int
    layers: int
    covering: tuple[int, ...]
    """All layers whose windows cover this depth."""
    window: int
    stride: int
    before: int
    after: int
    dilation: int
    hidden: tuple[Window, ...]
    """Windows of other layers that send to this depth, or have an equal loser there; they are not drawn."""
    sent: float
    received: float
    """The sums of dY and dX over all depths."""
    zeros: tuple[int, float]
    """Windows of zeros only, of all layers, that send something; and the sum of it."""

    def reach(self, layer: int) -> tuple[int, int]:
        """First and last depth that a layer's windows cover, padding left out."""
        start = layer * self.stride - self.before
        return max(start, 0), min(start + self.dilation * (self.window - 1), self.depths - 1)

    @property
    def real_taps(self) -> int:
        """At how many depths the layer's windows have cells."""
        start = self.layer * self.stride - self.before
        return sum(0 <= start + tap * self.dilation < self.depths for tap in range(self.window))


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
    after: tuple[int, int] = (0, 0)
    """Padding behind the last row and column."""
    one_axis: bool = False
    slice: Slice | None = None
    learns_weights: bool | None = None
    """Whether the op is a weighted sum whose weights want a gradient too; None where its graph is unknown."""

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
        hidden = () if self.slice is None else self.slice.hidden
        for window in (*self.windows, *hidden):
            for cell, coefficient in window.shares:
                if cell in found:
                    found[cell].append((window, coefficient))
                else:
                    found[cell] = [(window, coefficient)]
        return {cell: tuple(terms) for cell, terms in found.items()}

    @cached_property
    def _covered(self) -> tuple[dict[int, int], dict[int, int]]:
        """Rows and columns that lie in windows, each with the number of window rows or columns over it."""
        counts: tuple[dict[int, int], dict[int, int]] = ({}, {})
        for axis, found in enumerate(counts):
            for index in range(self.grid[axis]):
                for tap in range(self.window[axis]):
                    at = index * self.stride[axis] - self.before[axis] + tap * self.dilation[axis]
                    if 0 <= at < self.shape[axis]:
                        found[at] = found.get(at, 0) + 1
        return counts

    def covers(self, cell: Cell) -> bool:
        """Whether the cell lies in some window."""
        return cell[0] in self._covered[0] and cell[1] in self._covered[1]

    @property
    def covered_cells(self) -> int:
        """How many cells lie in some window."""
        return len(self._covered[0]) * len(self._covered[1])

    @cached_property
    def overlapping(self) -> bool:
        """Whether some cell lies in two windows."""
        return any(count > 1 for counts in self._covered for count in counts.values())

    @property
    def meets(self) -> bool:
        """Whether gradients of two windows may arrive at one cell."""
        return self.overlapping or (self.slice is not None and len(self.slice.covering) > 1)

    @cached_property
    def counts(self) -> tuple[int, int, int]:
        """Windows that sent something, cells that received something, cells that stayed 0."""
        received = sum(
            any(window.cotangent * share != 0 for window, share in arrivals)
            for arrivals in self.arrivals.values()
        )
        return int(np.count_nonzero(self.cotangents)), received, self.gradient.size - received

    @cached_property
    def extent(self) -> tuple[int, int, int, int]:
        """First and one past the last row, then column, that is input or lies under a window (padding)."""
        ends = []
        for axis in (0, 1):
            reach = self.dilation[axis] * (self.window[axis] - 1) + 1
            last = (self.grid[axis] - 1) * self.stride[axis] - self.before[axis]
            ends += [min(0, -self.before[axis]), max(self.shape[axis], last + reach)]
        return ends[0], ends[1], ends[2], ends[3]

    def spot(self, window: Window, cell: Cell) -> Cell:
        """Row and column of ``cell`` in ``window``."""
        return (cell[0] - window.top) // self.dilation[0], (cell[1] - window.left) // self.dilation[1]

    def tap(self, window: Window, cell: Cell | Place) -> int:
        """The number of ``cell`` in ``window``, row by row (of three axes: depth by depth): a switch."""
        row, column = self.spot(window, (cell[-2], cell[-1]))
        tap = row * self.window[1] + column
        if self.slice is None:
            return tap
        depth = cell[0] if len(cell) == 3 else self.slice.depth
        step = (depth - window.layer * self.slice.stride + self.slice.before) // self.slice.dilation
        return step * self.window[0] * self.window[1] + tap

    def taps(self, window: Window) -> list[int]:
        """The taps that get a window's gradient, in order."""
        cells: list[Cell | Place] = [cell for cell, _ in window.shares]
        return sorted(self.tap(window, cell) for cell in [*cells, *(cell for cell, _ in window.elsewhere)])

    def full(self, cell: tuple[int, ...]) -> tuple[int, ...]:
        """A cell's coordinates, with its depth where there are three axes."""
        return cell if self.slice is None or len(cell) == 3 else (self.slice.depth, *cell)
