"""What the convolution picture shows: one output cell, the inputs and weights its gradient reaches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn import ConvGeometry, Routing
from viz.errors import UndrawableError
from viz.reach.sheet import Plane, best_span

Cell = tuple[int, int]

MOST, WIDEST, MOST_TAPS = 8, 13, 7


@dataclass(frozen=True, slots=True)
class Partner:
    """A cell of the input that meets the chosen output cell, and the tap of the kernel where they meet."""

    cell: Cell
    tap: Cell
    value: float
    weight: float


@dataclass(frozen=True)
class Reach:
    """One filter, one input channel, one output cell of a convolution, plain or transposed."""

    op: str
    source: str
    sample: tuple[int, int]
    channel: tuple[int, int]
    filter: tuple[int, int]
    inputs: int
    """Input channels that the filter reads."""
    shared: int
    """Filters that read the input channel."""
    samples: int
    values: Plane
    weight: Plane
    outputs: Plane
    cotangents: Plane
    gradient: Plane
    own_gradient: Plane
    """The part of dX that this filter's outputs send."""
    weight_gradient: Plane
    output_cell: Cell
    geometry: ConvGeometry
    transposed: bool
    one_axis: bool
    saved: str

    @cached_property
    def taps(self) -> list[tuple[Cell, tuple[int, int]]]:
        """Each tap of the kernel with the cell that it puts beside the output cell, real or not."""
        return [(tap, self.beside(self.output_cell, tap)) for tap in _cells(self.weight)]

    def beside(self, output: Cell, tap: Cell) -> Cell:
        """The input cell that meets an output cell at a tap; outside of the plane where there is none."""
        return _meeting(self.geometry, output, tap, self.transposed)

    def is_real(self, cell: Cell) -> bool:
        """Whether a cell is input, not padding."""
        rows, columns = self.values.shape
        return bool(0 <= cell[0] < rows and 0 <= cell[1] < columns)

    @cached_property
    def partners(self) -> list[Partner]:
        """The real cells that meet the chosen output, in order of taps."""
        return [
            Partner(cell, tap, float(self.values[cell]), float(self.weight[tap]))
            for tap, cell in self.taps
            if self.is_real(cell)
        ]

    @property
    def cotangent(self) -> float:
        """The gradient that arrives at the chosen output cell."""
        return float(self.cotangents[self.output_cell])

    @property
    def output(self) -> float:
        """Y at the chosen output cell."""
        return float(self.outputs[self.output_cell])

    @cached_property
    def shown_taps(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The kernel's rows and columns (first, end) that are shown: of a large one where most happens."""
        strength = np.abs(self.weight) * 1e-6
        for partner in self.partners:
            strength[partner.tap] += abs(partner.value * partner.weight)
        return best_span(strength, MOST_TAPS)

    def shows_tap(self, tap: Cell) -> bool:
        """Whether a tap is in the picture."""
        return all(first <= at < end for at, (first, end) in zip(tap, self.shown_taps, strict=True))

    @cached_property
    def window(self) -> tuple[Cell, Cell]:
        """First cell and size of the area under the taps that are shown, padding included."""
        cells = [
            cell
            for tap, cell in self.taps
            if self.shows_tap(tap) and (not self.transposed or self.is_real(cell))
        ]
        if not cells:
            return (0, 0), (1, 1)
        top, left = min(row for row, _ in cells), min(column for _, column in cells)
        return (top, left), (
            max(row for row, _ in cells) - top + 1,
            max(column for _, column in cells) - left + 1,
        )

    def terms(self, cell: Cell) -> list[tuple[Cell, Cell]]:
        """The output cells (with their taps) whose gradient of this filter reaches an input cell."""
        found = []
        for tap in _cells(self.weight):
            output = _meeting(self.geometry, cell, tap, not self.transposed)
            if 0 <= output[0] < self.outputs.shape[0] and 0 <= output[1] < self.outputs.shape[1]:
                found.append((output, tap))
        return sorted(found)

    @cached_property
    def spelled(self) -> Cell | None:
        """The cell whose sum is worth spelling out: shown, with two to four terms if there is one."""

        def worth(partner: Partner) -> tuple[bool, int, bool]:
            count = len(self.terms(partner.cell))
            return 2 <= count <= 4, count if count <= 4 else -count, self.gradient[partner.cell] != 0

        shown = [partner for partner in self.partners if self.shows_tap(partner.tap)]
        return max(shown, key=worth).cell if shown else None

    @cached_property
    def view(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The rows and columns of the input that are shown: around the window, with the padding under it."""
        spans = []
        for axis in (0, 1):
            first, size = self.window[0][axis], self.window[1][axis]
            low, high = min(0, first), max(self.values.shape[axis], first + size)
            if high - low <= MOST:
                spans.append((low, high))
                continue
            length = min(max(MOST, size), WIDEST)
            start = min(max(first - (length - size) // 2, low), high - length)
            spans.append((start, start + length))
        return spans[0], spans[1]

    def place(self, cell: Cell) -> str:
        """A cell's coordinates as printed."""
        return f"({cell[1]})" if self.one_axis else f"({cell[0]}, {cell[1]})"

    def tap_name(self, tap: Cell) -> str:
        """A weight's name: "w21", or "w(10, 2)" where numbers are longer."""
        numbers = tap[1:] if self.one_axis else tap
        plain = max(self.weight.shape) <= 10
        return f"w{''.join(map(str, numbers))}" if plain else f"w{self.place(tap)}"


def reach_of(
    routed: Routing,
    sample: int,
    channel: int | None,
    filter: int | None,
    spotlight: Any,
    saved: str = "",
) -> Reach:
    """Cut one filter, one input channel and one output cell out of a convolution's routing.

    Left out, the filter is the one with the largest gradient, and the channel the first one that it reads.

    Raises
    ------
    UndrawableError
        Sample, channel, filter or spotlight is out of range, values are gone, or there are three axes.
    """
    geometry = routed.geometry
    if not isinstance(geometry, ConvGeometry) or routed.input is None or routed.weight is None:
        raise UndrawableError(f"the input or the weight of {routed.op} is gone, so it can't be drawn")
    if len(geometry.kernel) > 2 or not routed.output.size or not routed.input.size:
        raise UndrawableError(
            f"{routed.op} of {routed.output_shape} has no plane to draw; up to two axes are"
        )
    transposed = routed.op.startswith("conv_transpose")
    share, width = routed.weight.shape[0] // geometry.groups, routed.weight.shape[1]
    ins, outs = (share, width) if transposed else (width, share)  # of a group
    counts = (routed.output_shape[0], routed.output_shape[1])
    if filter is None:
        _check(routed.op, "sample", sample, counts[0], "output", routed.output_shape)
        sizes = np.nan_to_num(np.abs(routed.cotangent[sample].reshape(counts[1], -1)), posinf=0.0)
        filter = int(sizes.max(1).argmax()) if spotlight is None else 0
    for what, index, count in (("sample", sample, counts[0]), ("filter", filter, counts[1])):
        _check(routed.op, what, index, count, "output", routed.output_shape)
    sample, filter = sample % counts[0], filter % counts[1]
    group = filter // outs
    read = range(group * ins, (group + 1) * ins)
    if channel is None:
        channel = read[0]
    _check(routed.op, "channel", channel, routed.input.shape[1], "input", routed.input.shape)
    channel %= routed.input.shape[1]
    if channel not in read:
        raise UndrawableError(
            f"filter {filter} of {routed.op} does not read channel {channel}: "
            f"with {geometry.groups} groups it reads {read[0]} to {read[-1]}"
        )
    rows = (1, *geometry.kernel)[-2:]
    weights = np.asarray(routed.weight, np.float64).reshape(*routed.weight.shape[:2], *rows)
    flat = _two_axes(geometry)
    x = _planes(routed.input)
    dy = _planes(routed.cotangent)
    mine = range(group * outs, (group + 1) * outs)

    def kernel(output: int) -> Plane:
        if transposed:
            return weights[channel, output % outs]  # type: ignore[no-any-return]
        return weights[output, channel - read[0]]  # type: ignore[no-any-return]

    parts = {
        output: _sent(flat, dy[sample, output], kernel(output), x.shape[2:], transposed) for output in mine
    }
    worth = np.nan_to_num(np.abs(dy[sample, filter]), posinf=0.0)
    if transposed:
        # Cells where few inputs meet show little.
        ones = np.ones(x.shape[2:])
        worth = worth / (worth.max() * 2 or 1.0) + _sent(flat, ones, np.ones(rows), worth.shape, False)
    cell = _chosen(routed.op, spotlight, worth)
    return Reach(
        routed.op,
        routed.cotangent_source,
        (sample, counts[0]),
        (channel, routed.input.shape[1]),
        (filter, counts[1]),
        ins,
        outs,
        counts[0],
        x[sample, channel],
        kernel(filter),
        _planes(routed.output)[sample, filter],
        dy[sample, filter],
        sum(parts.values(), np.zeros(x.shape[2:])),
        parts[filter],
        _learned(flat, x[:, channel], dy[:, filter], rows, transposed),
        cell,
        flat,
        transposed,
        len(geometry.kernel) == 1,
        saved,
    )


def _check(op: str, what: str, index: int, count: int, whose: str, shape: tuple[int, ...]) -> None:
    if not -count <= index < count:
        raise UndrawableError(
            f"{what} {index} does not exist: the {whose} of {op} has shape {shape}, so {what} is {-count} to "
            f"{count - 1}"
        )


def _chosen(op: str, spotlight: Any, worth: Plane) -> Cell:
    """The output cell to follow: by default the one that is most worth a look."""
    shape = worth.shape
    if spotlight is None:
        place = int(np.argmax(worth))
    elif isinstance(spotlight, int):
        place = spotlight
    elif isinstance(spotlight, tuple) and len(spotlight) == 2 and all(isinstance(n, int) for n in spotlight):
        inside = all(-n <= at < n for at, n in zip(spotlight, shape, strict=True))
        place = (spotlight[0] % shape[0]) * shape[1] + spotlight[1] % shape[1] if inside else -1
    else:
        place = -1
    if not 0 <= place < worth.size:
        raise UndrawableError(
            f"{op} has no output cell {spotlight!r}; name one by (row, column) within {shape}, "
            f"or by its number from 0 to {worth.size - 1}"
        )
    row, column = divmod(place, int(shape[1]))
    return row, column


def _cells(plane: Plane) -> list[Cell]:
    return list(product(range(plane.shape[0]), range(plane.shape[1])))


def _planes(array: NDArray[Any]) -> NDArray[np.float64]:
    """(N, C, L) as (N, C, 1, L)."""
    values = np.asarray(array, np.float64)
    return values if values.ndim == 4 else values[:, :, None]


def _two_axes(geometry: ConvGeometry) -> ConvGeometry:
    if len(geometry.kernel) == 2:
        return geometry
    return ConvGeometry(
        (1, *geometry.input),
        (1, *geometry.kernel),
        (1, *geometry.output),
        (1, *geometry.stride),
        ((0, 0), *geometry.padding),
        (1, *geometry.dilation),
        geometry.groups,
    )


def _meeting(geometry: ConvGeometry, cell: Cell, tap: Cell, transposed: bool) -> Cell:
    """The cell on the other side of a tap; (-1, -1) where a transposed convolution's stride leaves it out.

    Plain: from an output cell to the input cell; transposed: the other way round.
    """
    found = []
    for axis in (0, 1):
        stride, dilation = geometry.stride[axis], geometry.dilation[axis]
        before = geometry.padding[axis][0]
        if transposed:
            place, rest = divmod(cell[axis] + before - tap[axis] * dilation, stride)
            if rest:
                return -1, -1
            found.append(place)
        else:
            found.append(cell[axis] * stride + tap[axis] * dilation - before)
    return found[0], found[1]


def _overlaps(geometry: ConvGeometry, tap: Cell) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    """The windows (large side's cells, small side's cells) that meet real cells at a tap."""
    large, small = [], []
    for axis in (0, 1):
        stride, shift = (
            geometry.stride[axis],
            tap[axis] * geometry.dilation[axis] - geometry.padding[axis][0],
        )
        first = max(0, -(shift // stride))
        last = min(geometry.output[axis] - 1, (geometry.input[axis] - 1 - shift) // stride)
        if first > last:
            return None
        start = first * stride + shift
        large.append(slice(start, start + (last - first) * stride + 1, stride))
        small.append(slice(first, last + 1))
    return (large[0], large[1]), (small[0], small[1])


def _sent(
    geometry: ConvGeometry, cotangents: Plane, weight: Plane, shape: tuple[int, ...], transposed: bool
) -> Plane:
    """What one filter's outputs send to the input plane: a pass for each tap of the kernel."""
    gradient = np.zeros(shape)
    for tap in _cells(weight):
        cells = _overlaps(geometry, tap)
        if cells is not None:
            target, origin = cells[::-1] if transposed else cells
            gradient[target] += weight[tap] * cotangents[origin]
    return gradient


def _learned(
    geometry: ConvGeometry,
    values: NDArray[np.float64],
    cotangents: NDArray[np.float64],
    kernel: tuple[int, ...],
    transposed: bool,
) -> Plane:
    """The weight's gradient, added up over all windows and samples."""
    gradient = np.zeros(kernel)
    for tap in product(*map(range, kernel)):
        cells = _overlaps(geometry, (tap[0], tap[1]))
        if cells is not None:
            inner, outer = cells[::-1] if transposed else cells
            gradient[tap] = float((values[:, *inner] * cotangents[:, *outer]).sum())
    return gradient
