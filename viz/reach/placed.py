"""What the picture of an un-pooling draws: one plane, the cell that each value goes to, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import Any

import numpy as np

from autograd_cnn import Routing
from viz.errors import UndrawableError
from viz.reach import sheet
from viz.reach.sheet import Plane

Cell = tuple[int, int]
Place = tuple[int, int, int]

MOST, CROP = 12, 10
MOST_SMALL, CROP_SMALL = 8, 5


@dataclass(frozen=True)
class Unpooling:
    """One plane: the values Y with their addresses in the plane X, gradients, and what of it is shown."""

    op: str
    source: str
    values: Plane
    outputs: Plane
    cotangents: Plane
    gradient: Plane
    addresses: dict[Cell, tuple[int, ...]]
    """For each value drawn: the cell that it goes to, of three axes with its depth."""
    arrivals: dict[Cell, list[tuple[int, ...]]]
    """For each cell drawn that gets something: the values that it comes from; of other layers with these."""
    terms: dict[tuple[int, ...], float]
    """The values of all that arrives."""
    sample: tuple[int, int]
    channel: tuple[int, int]
    one_axis: bool
    saved: str
    rows: Cell
    columns: Cell
    small_rows: Cell
    small_columns: Cell
    spotlight: Cell
    depth: tuple[int, int] | None
    """Which depth of X of how many is drawn, where there are three axes."""
    layer: int
    """Which depth of Y is drawn then."""

    def goal(self, value: Cell) -> Cell | None:
        """The cell drawn that a value goes to, None where it goes to another depth."""
        *depth, row, column = self.addresses[value]
        return (row, column) if self.depth is None or depth == [self.depth[0]] else None

    @cached_property
    def shown_values(self) -> list[Cell]:
        """The cells of Y on the paper."""
        return [(r, c) for r in range(*self.small_rows) for c in range(*self.small_columns)]

    def name(self, cell: tuple[int, ...]) -> str:
        """The letter of a value; its place past 26 values, off the paper, or in another layer."""
        lettered = len(self.shown_values) <= len(ascii_lowercase)
        flat = (cell[-2], cell[-1])
        if lettered and flat in self.shown_values:
            letter = ascii_lowercase[self.shown_values.index(flat)]
            return letter if len(cell) == 2 else f"{letter}@{cell[0]}"
        return self.place(cell)

    def place(self, cell: tuple[int, ...], depth: int | None = None) -> str:
        """A cell's coordinates as printed."""
        if self.one_axis:
            return f"({cell[1]})"
        return f"({', '.join(map(str, cell if depth is None else (depth, *cell)))})"

    def at(self, cell: Cell) -> str:
        """The coordinates of a cell of X that is drawn."""
        return self.place(cell, None if self.depth is None else self.depth[0])

    @cached_property
    def shape(self) -> Cell:
        """Rows and columns of X."""
        return self.outputs.shape[0], self.outputs.shape[1]


def unpooling_of(
    routed: Routing,
    sample: int,
    channel: int,
    spotlight: Cell | int | str | None,
    saved: str = "",
    slice: int | None = None,
) -> Unpooling:
    """Cut one plane out of the routing of an un-pooling; of three axes, one depth of X.

    Without ``slice``, the depth that gets most values; with it, the layer of Y that sends most there.

    Raises
    ------
    UndrawableError
        Sample, channel, slice or spotlight is out of range, or the values are gone.
    """
    if routed.input is None:
        raise UndrawableError(f"the values that {routed.op} placed are gone, so they can't be drawn")
    if not routed.input.size:
        raise UndrawableError(f"{routed.op} of shape {routed.output_shape} has no plane to draw")
    for what, index, count in zip(
        ("sample", "channel"), (sample, channel), routed.output_shape, strict=False
    ):
        if not -count <= index < count:
            raise UndrawableError(
                f"{what} {index} does not exist: {routed.op} gave shape {routed.output_shape}, "
                f"so {what} is {-count} to {count - 1}"
            )
    sample, channel = sample % routed.output_shape[0], channel % routed.output_shape[1]

    def cube(array: Any) -> Plane:
        own = np.asarray(array[sample, channel], np.float64)
        return own.reshape((1,) * (3 - own.ndim) + own.shape)

    own = (routed.output_cells[:, :2] == (sample, channel)).all(1)
    sent = [
        (_three(value), _three(cell))
        for value, cell in zip(routed.input_cells[own], routed.output_cells[own], strict=True)
    ]
    flat = len(routed.output_shape) < 5
    if flat and slice is not None:
        raise UndrawableError(
            f"slice={slice} names a depth, but {routed.op} has {len(routed.output_shape) - 2} spatial axes; "
            "leave slice out"
        )
    before, after = cube(routed.input), cube(routed.output)
    depth = _depth(routed.op, sent, after.shape, slice)
    feeds = [value[0] for value, cell in sent if cell[0] == depth]
    layer = max(range(len(before)), key=feeds.count)
    values, outputs = before[layer], after[depth]
    addresses: dict[Cell, tuple[int, ...]] = {
        value[1:]: cell[1:] if flat else cell for value, cell in sent if value[0] == layer
    }
    arrivals: dict[Cell, list[tuple[int, ...]]] = {}
    terms: dict[tuple[int, ...], float] = {}
    filled = np.zeros(outputs.shape)
    for value, cell in sent:
        if cell[0] == depth:
            term = value[1:] if value[0] == layer else value
            arrivals.setdefault(cell[1:], []).append(term)
            terms[term] = float(before[value])
            filled[cell[1:]] += 1
    rows, columns = (0, outputs.shape[0]), (0, outputs.shape[1])
    if max(outputs.shape) > MOST:
        rows, columns = sheet.best_span(filled, CROP)
    small_rows, small_columns = (0, values.shape[0]), (0, values.shape[1])
    if max(values.shape) > MOST_SMALL:
        inside = np.zeros(values.shape)
        for place, goal in addresses.items():
            here = flat or goal[0] == depth
            inside[place] = here and rows[0] <= goal[-2] < rows[1] and columns[0] <= goal[-1] < columns[1]
        small_rows, small_columns = sheet.best_span(inside, CROP_SMALL)
    found = Unpooling(
        routed.op,
        routed.cotangent_source,
        values,
        outputs,
        cube(routed.cotangent)[depth],
        cube(routed.gradient)[layer],
        addresses,
        arrivals,
        terms,
        (sample, routed.output_shape[0]),
        (channel, routed.output_shape[1]),
        len(routed.output_shape) < 4,
        saved,
        rows,
        columns,
        small_rows,
        small_columns,
        (0, 0),
        None if flat else (depth, len(after)),
        layer,
    )
    object.__setattr__(found, "spotlight", _spotlight(found, spotlight))
    return found


def _three(cell: Any) -> tuple[int, int, int]:
    depth, row, column = ([0, 0] + [int(number) for number in cell[2:]])[-3:]
    return depth, row, column


def _depth(op: str, sent: Sequence[tuple[Place, Place]], shape: tuple[int, ...], wanted: int | None) -> int:
    """The depth of X to draw: by default the first of those that get most values."""
    if wanted is None:
        reached = [cell[0] for _, cell in sent]
        return max(range(shape[0]), key=reached.count)
    if not -shape[0] <= wanted < shape[0]:
        raise UndrawableError(
            f"slice {wanted} does not exist: {op} gave depth {shape[0]} ({' × '.join(map(str, shape))}), "
            f"so slice is {-shape[0]} to {shape[0] - 1}"
        )
    return wanted % shape[0]


def _spotlight(unpooling: Unpooling, wanted: Cell | int | str | None) -> Cell:
    """The value to outline: by default the first of a cell where several meet."""
    shown = unpooling.shown_values
    if wanted is None:
        meeting = {cell for cells in unpooling.arrivals.values() if len(cells) > 1 for cell in cells}
        here = (cell for cell in shown if unpooling.goal(cell) is not None)
        return next((cell for cell in shown if cell in meeting), next(here, shown[0]))
    for number, cell in enumerate(shown):
        if wanted in (cell, number, unpooling.name(cell)):
            return cell
    first, last = unpooling.name(shown[0]), unpooling.name(shown[-1])
    raise UndrawableError(f"the picture shows no value {wanted!r}; it shows {first} to {last}")
