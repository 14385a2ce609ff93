"""Cuts the plane that picture A draws out of a routing: one channel of one sample, at one depth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn import Routing, WindowGeometry
from viz.errors import UndrawableError
from viz.pooling.plane import Cell, Place, Plane, Slice, Window

Floats = NDArray[np.float64]


def plane_of(
    routing: Routing,
    sample: int,
    channel: int,
    after_relu: bool | None = None,
    slice: int | None = None,
    layer: int | None = None,
) -> Plane:
    """Cut one channel of one sample out of a routing; of three spatial axes, one depth.

    Without ``slice``, the depth where most windows meet in one cell; without ``layer``, the layer of windows
    that sends most to it.

    Raises
    ------
    UndrawableError
        Sample, channel, slice or layer is out of range, or the map has no depth to slice, or no windows.
    """
    batch, channels = routing.input_shape[:2]
    axes = len(routing.input_shape) - 2
    for what, index, count in (("sample", sample, batch), ("channel", channel, channels)):
        if not -count <= index < count:
            among = f"{what} is {-count} to {count - 1}" if count else f"there is no {what}"
            raise UndrawableError(
                f"{what} {index} does not exist: {routing.op} got input of shape {routing.input_shape}, "
                f"so {among}"
            )
    sample, channel = sample % batch, channel % channels
    geometry = routing.geometry
    if not isinstance(geometry, WindowGeometry):
        raise UndrawableError(f"{routing.op} has no windows of one size, which the routing picture shows")
    if axes < 3 and layer is not None:
        raise UndrawableError(
            f"spotlight names (layer, row, column), but {routing.op} has {axes} spatial "
            f"{'axis' if axes == 1 else 'axes'}; leave the layer out"
        )
    if axes < 3 and slice is not None:
        raise UndrawableError(
            f"slice={slice} names a depth, but {routing.op} has {axes} spatial "
            f"{'axis' if axes == 1 else 'axes'}; leave slice out"
        )
    volume = _Volume.of(routing, sample, channel, geometry)
    depth = volume.depth(slice)
    layer = volume.layer(depth, layer)
    windows = volume.windows(layer, depth)
    cut = None
    if axes == 3:
        covering = volume.covering(depth)
        hidden = [
            window
            for other in covering
            if other != layer
            for window in volume.windows(other, depth)
            if window.shares or window.losers
        ]
        cut = Slice(
            depth=depth,
            depths=volume.gradient.shape[0],
            layer=layer,
            layers=volume.outputs.shape[0],
            covering=covering,
            window=volume.window[0],
            stride=volume.stride[0],
            before=volume.before[0],
            after=volume.after[0],
            dilation=volume.dilation[0],
            hidden=tuple(hidden),
            sent=float(volume.cotangents.sum()),
            received=float(volume.gradient.sum()),
            zeros=volume.zeros(depth),
        )
    switches = routing.switches
    saved = None if routing.ties is None or switches is None else (str(switches.dtype), int(switches.nbytes))
    empty = np.zeros((0, 0))
    return Plane(
        op=routing.op,
        ties=routing.ties,
        window=volume.window[1:],
        stride=volume.stride[1:],
        before=volume.before[1:],
        after=volume.after[1:],
        dilation=volume.dilation[1:],
        source=routing.cotangent_source,
        sample=(sample, batch),
        channel=(channel, channels),
        values=None if volume.values is None else volume.values[depth],
        outputs=volume.outputs[layer] if volume.outputs.size else empty,
        cotangents=volume.cotangents[layer] if volume.outputs.size else empty,
        gradient=volume.gradient[depth] if volume.gradient.size else empty,
        windows=tuple(windows),
        saved=saved,
        after_relu=after_relu,
        one_axis=axes == 1,
        slice=cut,
    )


def _three(numbers: Iterable[int], filler: int) -> Place:
    first, second, third = ([filler, filler] + [int(number) for number in numbers])[-3:]
    return first, second, third


@dataclass(frozen=True)
class _Volume:
    """One channel of one sample, always with three axes: flat maps have depth 1."""

    op: str
    is_max: bool
    window: Place
    stride: Place
    before: Place
    after: Place
    dilation: Place
    values: Floats | None
    outputs: Floats
    cotangents: Floats
    gradient: Floats
    windows_of: NDArray[np.int64]
    """The entries: the output cell, the input cell and the coefficient of each."""
    cells_of: NDArray[np.int64]
    coefficients: Floats

    @staticmethod
    def of(routing: Routing, sample: int, channel: int, geometry: WindowGeometry) -> _Volume:
        def cube(array: NDArray[Any]) -> Floats:
            own = np.asarray(array[sample, channel], dtype=np.float64)
            return own.reshape((1,) * (3 - own.ndim) + own.shape)

        own = (routing.output_cells[:, 0] == sample) & (routing.output_cells[:, 1] == channel)

        def places(cells: NDArray[Any]) -> NDArray[np.int64]:
            found = np.zeros((int(own.sum()), 3), np.int64)
            found[:, 5 - cells.shape[1] :] = cells[own, 2:]
            return found

        return _Volume(
            op=routing.op,
            is_max=routing.ties is not None,
            window=_three(geometry.window, 1),
            stride=_three(geometry.stride, 1),
            before=_three([pair[0] for pair in geometry.padding], 0),
            after=_three([pair[1] for pair in geometry.padding], 0),
            dilation=_three(geometry.dilation, 1),
            values=None if routing.input is None else cube(routing.input),
            outputs=cube(routing.output),
            cotangents=cube(routing.cotangent),
            gradient=cube(routing.gradient),
            windows_of=places(routing.output_cells),
            cells_of=places(routing.input_cells),
            coefficients=np.asarray(routing.coefficients[own], np.float64),
        )

    def covering(self, depth: int) -> tuple[int, ...]:
        """The layers of windows that cover a depth."""
        return tuple(
            layer
            for layer in range(self.outputs.shape[0])
            if depth in {self._start(0, layer) + tap * self.dilation[0] for tap in range(self.window[0])}
        )

    def _start(self, axis: int, index: int) -> int:
        return index * self.stride[axis] - self.before[axis]

    @property
    def _telling(self) -> NDArray[np.bool_]:
        """The entries that carry gradient; windows of zeros tell little."""
        at = tuple(self.windows_of.T)
        telling: NDArray[np.bool_] = self.cotangents[at] * self.coefficients != 0
        if self.is_max:
            telling &= self.outputs[at] != 0
        return telling

    def depth(self, wanted: int | None) -> int:
        """The depth to draw."""
        depths = self.gradient.shape[0]
        if wanted is not None:
            if not -depths <= wanted < depths:
                raise UndrawableError(
                    f"slice {wanted} does not exist: {self.op} got an input of depth {depths} "
                    f"({' × '.join(map(str, self.gradient.shape))}), so slice is {-depths} to {depths - 1}"
                )
            wanted %= depths
            if not self.covering(wanted):
                covered = [depth for depth in range(depths) if self.covering(depth)]
                raise UndrawableError(
                    f"depth {wanted} lies in no window of this {self.op}; slice may be "
                    f"{', '.join(map(str, covered))}"
                )
            return wanted
        wins = np.zeros(self.gradient.shape)
        np.add.at(wins, tuple(self.cells_of[self._telling].T), 1)
        worth = [(plane.max(initial=0), np.count_nonzero(plane)) for plane in wins]
        able = [depth for depth in range(depths) if self.covering(depth)]
        return max(able, key=lambda depth: worth[depth], default=0)

    def layer(self, depth: int, wanted: int | None) -> int:
        """The layer of windows to draw at a depth."""
        covering = self.covering(depth)
        if wanted is not None:
            if wanted not in covering:
                raise UndrawableError(
                    f"layer {wanted} of windows does not cover depth {depth}; "
                    f"{', '.join(map(str, covering))} {'does' if len(covering) == 1 else 'do'}"
                )
            return wanted
        here = self._telling & (self.cells_of[:, 0] == depth)
        sends = np.bincount(self.windows_of[here, 0], minlength=self.outputs.shape[0])
        return max(covering, key=lambda layer: int(sends[layer]), default=0)

    def windows(self, layer: int, depth: int) -> list[Window]:
        """The windows of a layer, as far as they lie at a depth."""
        if not self.outputs.size:
            return []
        columns = self.outputs.shape[2]
        spans = self._spans()
        shares, elsewhere = self._shares(layer, depth)
        losers, losers_elsewhere, zero = self._ties(layer, depth, spans)
        cotangents = self.cotangents[layer].tolist()
        found = []
        for index in range(self.outputs.shape[1] * columns):
            row, column = divmod(index, columns)
            found.append(
                Window(
                    row=row,
                    column=column,
                    top=self._start(1, row),
                    left=self._start(2, column),
                    cells=tuple(product(spans[1][row], spans[2][column])),
                    shares=tuple(shares.get(index, ())),
                    losers=tuple(losers.get(index, ())),
                    all_zero=zero[index],
                    cotangent=cotangents[row][column],
                    layer=layer,
                    elsewhere=tuple(elsewhere.get(index, ())),
                    losers_elsewhere=tuple(losers_elsewhere.get(index, ())),
                )
            )
        return found

    def zeros(self, depth: int) -> tuple[int, float]:
        """How many windows of zeros send something, in all layers, and how much in all."""
        if not self.is_max or not self.outputs.size:
            return 0, 0.0
        spans = self._spans()
        zero = np.array([self._ties(layer, depth, spans)[2] for layer in range(self.outputs.shape[0])])
        sent = self.cotangents.reshape(zero.shape)[zero]
        return int(np.count_nonzero(sent)), float(sent.sum())

    def _spans(self) -> list[list[tuple[int, ...]]]:
        """The real cells of each window along each axis."""
        return [[self._cells(axis, index) for index in range(self.outputs.shape[axis])] for axis in (0, 1, 2)]

    def _cells(self, axis: int, index: int) -> tuple[int, ...]:
        """The real cells of a window along an axis."""
        start, step = self._start(axis, index), self.dilation[axis]
        cells = range(start, start + step * self.window[axis], step)
        return tuple(cell for cell in cells if 0 <= cell < self.gradient.shape[axis])

    def _shares(
        self, layer: int, depth: int
    ) -> tuple[dict[int, list[tuple[Cell, float]]], dict[int, list[tuple[Place, float]]]]:
        """Window number -> its cells and coefficients: at this depth, and at others."""
        own = self.windows_of[:, 0] == layer
        numbers = self.windows_of[own, 1] * self.outputs.shape[2] + self.windows_of[own, 2]
        here: dict[int, list[tuple[Cell, float]]] = {}
        there: dict[int, list[tuple[Place, float]]] = {}
        rows = zip(
            numbers.tolist(), *self.cells_of[own].T.tolist(), self.coefficients[own].tolist(), strict=True
        )
        for number, at, row, column, coefficient in rows:
            if at == depth:
                here.setdefault(number, []).append(((row, column), coefficient))
            else:
                there.setdefault(number, []).append(((at, row, column), coefficient))
        return here, there

    def _ties(
        self, layer: int, depth: int, spans: Sequence[Sequence[tuple[int, ...]]]
    ) -> tuple[dict[int, list[Cell]], dict[int, list[Place]], list[bool]]:
        """Cells that equal a winner and get nothing, here and at other depths; which windows are all zero."""
        rows, columns = self.outputs.shape[1:]
        zero = np.zeros(rows * columns, bool)
        here: dict[int, list[Cell]] = {}
        there: dict[int, list[Place]] = {}
        own = self.windows_of[:, 0] == layer
        if not self.is_max or self.values is None or not own.any():
            return here, there, zero.tolist()
        numbers = self.windows_of[own, 1] * columns + self.windows_of[own, 2]

        best = np.full(rows * columns, np.nan)
        best[numbers[::-1]] = self.values[tuple(self.cells_of[own][::-1].T)]

        best = best.reshape(rows, columns)
        all_zero = (best == 0) & (self._sizes(layer, spans) > 1)
        equal = []
        for at in spans[0][layer]:
            for i, j in product(range(self.window[1]), range(self.window[2])):
                values, windows, cells = self._tapped(at, i, j)
                all_zero[windows] &= values == 0
                hits = np.argwhere(values == best[windows])
                if len(hits):
                    first = np.array([index.start for index in windows])
                    steps = [self.stride[axis] for axis in (1, 2)]
                    start = np.array([index.start for index in cells])
                    numbers_hit = (hits + first) @ np.array([columns, 1])
                    equal.append(np.column_stack([numbers_hit, np.full(len(hits), at), hits * steps + start]))
        zero = all_zero.ravel()
        winners = np.column_stack([numbers, self.cells_of[own]])
        for number, at, row, column in self._without(np.concatenate(equal), winners) if equal else ():
            if at == depth:
                here.setdefault(number, []).append((row, column))
            else:
                there.setdefault(number, []).append((at, row, column))
        return here, there, zero.tolist()

    def _sizes(self, layer: int, spans: Sequence[Sequence[tuple[int, ...]]]) -> NDArray[np.int64]:
        """How many real cells each window of a layer has."""
        tall, wide = ([len(span) for span in spans[axis]] for axis in (1, 2))
        return len(spans[0][layer]) * np.multiply.outer(tall, wide)

    def _tapped(
        self, depth: int, row: int, column: int
    ) -> tuple[Floats, tuple[slice, slice], tuple[slice, slice]]:
        """What all windows find at a tap: the values, which windows these are, and where the cells lie."""
        assert self.values is not None
        windows, cells = [], []
        for axis, tap in ((1, row), (2, column)):
            shift = tap * self.dilation[axis] - self.before[axis]
            step, size = self.stride[axis], self.gradient.shape[axis]
            first = max(0, -(shift // step))
            last = min(self.outputs.shape[axis] - 1, (size - 1 - shift) // step)
            windows.append(slice(first, max(first, last + 1)))
            cells.append(slice(first * step + shift, max(0, last * step + shift + 1), step))
        return self.values[depth][cells[0], cells[1]], (windows[0], windows[1]), (cells[0], cells[1])

    def _without(self, found: NDArray[np.int64], taken: NDArray[np.int64]) -> list[list[int]]:
        """The rows of the first that are not rows of the second, in order."""
        sizes = (self.outputs.shape[1] * self.outputs.shape[2], *self.gradient.shape)
        keys, known = (np.ravel_multi_index(tuple(rows.T), sizes) for rows in (found, taken))
        rest = np.setdiff1d(keys, known)
        return np.column_stack(np.unravel_index(rest, sizes)).tolist() if rest.size else []
