"""Which part of a plane picture A shows, what its windows are called, and where cells lie on the paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase

import numpy as np

from viz.canvas.scene import Box, Point
from viz.errors import UndrawableError
from viz.pooling.plane import Cell, Plane, Window

LARGEST_WHOLE = 12
CROP = 10
MOST_LETTERS = len(ascii_lowercase)


@dataclass(frozen=True)
class View:
    """The cells shown (padding included), and the windows shown."""

    plane: Plane
    rows: tuple[int, int]
    columns: tuple[int, int]
    window_rows: tuple[int, int]
    window_columns: tuple[int, int]

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The windows shown, row by row."""
        return tuple(window for window in self.plane.windows if self.is_near(window))

    @cached_property
    def cropped(self) -> bool:
        """Whether something lies outside."""
        top, bottom, left, right = self.plane.extent
        return (self.rows, self.columns) != ((top, bottom), (left, right))

    @cached_property
    def lettered(self) -> bool:
        """Whether letters suffice to name the windows."""
        return len(self.windows) <= MOST_LETTERS

    @cached_property
    def _letters(self) -> dict[Cell, str]:
        return {(w.row, w.column): ascii_lowercase[i] for i, w in enumerate(self.windows) if self.lettered}

    def name(self, window: Window) -> str:
        """The letter of a window; its row and column, "[2, 0]", past 26 windows or outside the crop.

        A window of a layer that is not drawn: the letter at its place, and the layer, "b@1"; or "[1, 2, 0]".
        """
        letter = self._letters.get((window.row, window.column))
        if not self.is_hidden(window):
            return letter or f"[{window.row}, {window.column}]"
        return f"{letter}@{window.layer}" if letter else f"[{window.layer}, {window.row}, {window.column}]"

    def is_hidden(self, window: Window) -> bool:
        """Whether the window belongs to a layer that is not drawn."""
        return self.plane.slice is not None and window.layer != self.plane.slice.layer

    def is_near(self, window: Window) -> bool:
        """Whether the window stands where windows are shown, in whatever layer."""
        rows, columns = self.window_rows, self.window_columns
        return rows[0] <= window.row < rows[1] and columns[0] <= window.column < columns[1]

    def shows(self, cell: Cell) -> bool:
        """Whether the cell is in the picture."""
        return self.rows[0] <= cell[0] < self.rows[1] and self.columns[0] <= cell[1] < self.columns[1]

    def is_real(self, cell: Cell) -> bool:
        """Whether the cell is input, not padding."""
        return 0 <= cell[0] < self.plane.shape[0] and 0 <= cell[1] < self.plane.shape[1]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells shown, row by row."""
        return tuple((row, column) for row in range(*self.rows) for column in range(*self.columns))

    @cached_property
    def spotlight(self) -> Window:
        """The window worth a look: it feeds the cell with most wins (then with the largest gradient)."""

        def worth(window: Window) -> tuple[int, float]:
            fed = [cell for cell, _ in window.shares if self.shows(cell)]
            wins = max((len(self.plane.arrivals[cell]) for cell in fed), default=0)
            return (0 if window.all_zero else wins), _finite(window.cotangent)

        return max(self.windows, key=worth)

    def find(self, spotlight: str | int | Cell | None) -> Window:
        """The window that a user names by letter, by number or by (row, column).

        Raises
        ------
        UndrawableError
            No window shown has this name.
        """
        if spotlight is None:
            return self.spotlight
        columns = self.plane.grid[1]
        for window in self.windows:
            at = (window.row, window.column)
            if spotlight in (self.name(window), window.row * columns + window.column, at):
                return window
        first, last = self.name(self.windows[0]), self.name(self.windows[-1])
        raise UndrawableError(f"the picture shows no window {spotlight!r}; it shows {first} to {last}")


def _finite(value: float) -> float:
    return abs(value) if np.isfinite(value) else 0.0


def choose_view(plane: Plane) -> View:
    """The whole plane up to 12 x 12; beyond that the window-aligned crop where most gradient arrives."""
    top, bottom, left, right = plane.extent
    spans = [(top, bottom), (left, right)]
    if bottom - top <= LARGEST_WHOLE and right - left <= LARGEST_WHOLE:
        return View(plane, spans[0], spans[1], (0, plane.grid[0]), (0, plane.grid[1]))
    choices = [_axis_choices(plane, axis, spans[axis]) for axis in (0, 1)]
    # Windows that are all zero win nothing worth seeing.
    arrived = np.zeros(plane.shape)
    for window in (*plane.windows, *(plane.slice.hidden if plane.slice else ())):
        if not window.all_zero and window.cotangent != 0:
            for cell, _ in window.shares:
                arrived[cell] = 1
    weight = arrived + np.nan_to_num(np.abs(plane.gradient), posinf=0.0) * 1e-9
    # Sums over every rectangle by differences of running sums.
    running = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    running[1:, 1:] = weight.cumsum(0).cumsum(1)
    centre = np.argwhere(arrived).mean(axis=0) if arrived.any() else np.zeros(2)
    (r0, r1), (c0, c1) = (
        np.array([(max(span[0], 0), min(span[1], plane.shape[axis])) for span, _ in choices[axis]]).T
        for axis in (0, 1)
    )
    below, above = running[r1], running[r0]
    total = below[:, c1] - above[:, c1] - below[:, c0] + above[:, c0]
    # Of equals, the one with the gradient in its middle.
    off = np.add.outer(np.abs((r0 + r1 - 1) / 2 - centre[0]), np.abs((c0 + c1 - 1) / 2 - centre[1]))
    row, column = divmod(int(np.argmax(np.nan_to_num(total - 1e-6 * off, nan=-np.inf))), len(c0))
    (row_span, row_windows), (column_span, column_windows) = choices[0][row], choices[1][column]
    return View(plane, row_span, column_span, row_windows, column_windows)


def _axis_choices(plane: Plane, axis: int, span: Cell) -> list[tuple[Cell, Cell]]:
    """The crops of one axis: cells (first, end) with windows (first, end)."""
    count, stride, before = plane.grid[axis], plane.stride[axis], plane.before[axis]
    if span[1] - span[0] <= LARGEST_WHOLE:
        return [(span, (0, count))]
    reach = plane.dilation[axis] * (plane.window[axis] - 1) + 1
    if reach > CROP:
        # Not even one window fits: show a part, with all windows that touch it.
        found = []
        for first in range(span[0], span[1] - CROP + 1):
            starts = [index * stride - before for index in range(count)]
            touching = [i for i, s in enumerate(starts) if s < first + CROP and s + reach > first]
            if touching:
                found.append(((first, first + CROP), (touching[0], touching[-1] + 1)))
        return found
    shown = min(count, (CROP - reach) // stride + 1)
    return [
        ((first * stride - before, (first + shown - 1) * stride - before + reach), (first, first + shown))
        for first in range(count - shown + 1)
    ]


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of square cells on the paper; cell (first_row, first_column) is at its top left."""

    left: float
    top: float
    cell: float
    first_row: int
    first_column: int
    rows: int
    columns: int

    @property
    def right(self) -> float:
        """Its right border."""
        return self.left + self.cell * self.columns

    @property
    def bottom(self) -> float:
        """Its lower border."""
        return self.top + self.cell * self.rows

    @property
    def box(self) -> Box:
        """The whole grid."""
        return Box(self.left, self.top, self.right, self.bottom)

    def corner(self, cell: Cell) -> Point:
        """The top left corner of a cell."""
        return (
            self.left + (cell[1] - self.first_column) * self.cell,
            self.top + (cell[0] - self.first_row) * self.cell,
        )

    def centre(self, cell: Cell) -> Point:
        """The middle of a cell."""
        x, y = self.corner(cell)
        return x + self.cell / 2, y + self.cell / 2

    def window_box(self, plane: Plane, window: Window) -> Box:
        """The area of a window, cut at the grid."""
        x, y = self.corner((window.top, window.left))
        reach = [self.cell * (plane.dilation[axis] * (plane.window[axis] - 1) + 1) for axis in (0, 1)]
        return Box(
            max(x, self.left),
            max(y, self.top),
            min(x + reach[1], self.right),
            min(y + reach[0], self.bottom),
        )
