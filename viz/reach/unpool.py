"""One un-pooling, magnified: values go to the cells that their indices name, and gradients are read there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import Any

import numpy as np

from autograd_cnn import Routing
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, Group, Item, Rect, Scene, Span, middle_text
from viz.errors import UndrawableError
from viz.pooling.numbers import sum_format
from viz.pooling.parts import flow_arrow
from viz.pooling.words import which
from viz.reach import sheet
from viz.reach.sheet import Board, Plane

Cell = tuple[int, int]

MOST, CROP = 12, 10
MOST_SMALL, CROP_SMALL = 8, 5
LARGEST_CELL, LARGEST_SMALL = 44.0, 44.0
MOST_LISTED = 4


@dataclass(frozen=True)
class Unpooling:
    """One plane: the values Y with their addresses in the plane X, gradients, and what of it is shown."""

    op: str
    source: str
    values: Plane
    outputs: Plane
    cotangents: Plane
    gradient: Plane
    addresses: dict[Cell, Cell]
    sample: tuple[int, int]
    channel: tuple[int, int]
    one_axis: bool
    saved: str
    rows: Cell
    columns: Cell
    small_rows: Cell
    small_columns: Cell
    spotlight: Cell

    @cached_property
    def arrivals(self) -> dict[Cell, list[Cell]]:
        """For each cell of X that gets something: the cells of Y that it comes from."""
        found: dict[Cell, list[Cell]] = {}
        for value, address in self.addresses.items():
            found.setdefault(address, []).append(value)
        return found

    @cached_property
    def shown_values(self) -> list[Cell]:
        """The cells of Y on the paper."""
        return [(r, c) for r in range(*self.small_rows) for c in range(*self.small_columns)]

    def name(self, cell: Cell) -> str:
        """The letter of a value; its place past 26 values, or off the paper."""
        if len(self.shown_values) <= len(ascii_lowercase) and cell in self.shown_values:
            return ascii_lowercase[self.shown_values.index(cell)]
        return self.place(cell)

    def place(self, cell: Cell) -> str:
        """A cell's coordinates as printed."""
        return f"({cell[1]})" if self.one_axis else f"({cell[0]}, {cell[1]})"

    @cached_property
    def shape(self) -> Cell:
        """Rows and columns of X."""
        return self.outputs.shape[0], self.outputs.shape[1]


def unpooling_of(
    routed: Routing, sample: int, channel: int, spotlight: Cell | int | str | None, saved: str = ""
) -> Unpooling:
    """Cut one plane out of the routing of an un-pooling.

    Raises
    ------
    UndrawableError
        Sample, channel or spotlight is out of range, the values are gone, or there are three spatial axes.
    """
    if routed.input is None:
        raise UndrawableError(f"the values that {routed.op} placed are gone, so they can't be drawn")
    if len(routed.output_shape) > 4 or not routed.input.size:
        raise UndrawableError(
            f"{routed.op} of shape {routed.output_shape} has no plane to draw; up to two spatial axes are"
        )
    for what, index, count in zip(
        ("sample", "channel"), (sample, channel), routed.output_shape, strict=False
    ):
        if not -count <= index < count:
            raise UndrawableError(
                f"{what} {index} does not exist: {routed.op} gave shape {routed.output_shape}, "
                f"so {what} is {-count} to {count - 1}"
            )
    sample, channel = sample % routed.output_shape[0], channel % routed.output_shape[1]

    def plane(array: Any) -> Plane:
        return np.atleast_2d(np.asarray(array[sample, channel], np.float64))

    own = (routed.output_cells[:, :2] == (sample, channel)).all(1)
    addresses = {
        _two(value): _two(cell)
        for value, cell in zip(routed.input_cells[own], routed.output_cells[own], strict=True)
    }
    values, outputs = plane(routed.input), plane(routed.output)
    filled = np.zeros(outputs.shape)
    for cell in addresses.values():
        filled[cell] += 1
    rows, columns = (0, outputs.shape[0]), (0, outputs.shape[1])
    if max(outputs.shape) > MOST:
        rows, columns = sheet.best_span(filled, CROP)
    small_rows, small_columns = (0, values.shape[0]), (0, values.shape[1])
    if max(values.shape) > MOST_SMALL:
        inside = np.zeros(values.shape)
        for value, cell in addresses.items():
            inside[value] = rows[0] <= cell[0] < rows[1] and columns[0] <= cell[1] < columns[1]
        small_rows, small_columns = sheet.best_span(inside, CROP_SMALL)
    found = Unpooling(
        routed.op,
        routed.cotangent_source,
        values,
        outputs,
        plane(routed.cotangent),
        plane(routed.gradient),
        addresses,
        (sample, routed.output_shape[0]),
        (channel, routed.output_shape[1]),
        len(routed.output_shape) < 4,
        saved,
        rows,
        columns,
        small_rows,
        small_columns,
        (0, 0),
    )
    object.__setattr__(found, "spotlight", _spotlight(found, spotlight))
    return found


def _two(cell: Any) -> Cell:
    row, column = ([0] + [int(number) for number in cell[2:]])[-2:]
    return row, column


def _spotlight(unpooling: Unpooling, wanted: Cell | int | str | None) -> Cell:
    """The value to outline: by default the first of a cell where several meet."""
    shown = unpooling.shown_values
    if wanted is None:
        meeting = {cell for cells in unpooling.arrivals.values() if len(cells) > 1 for cell in cells}
        return next((cell for cell in shown if cell in meeting), shown[0])
    for number, cell in enumerate(shown):
        if wanted in (cell, number, unpooling.name(cell)):
            return cell
    first, last = unpooling.name(shown[0]), unpooling.name(shown[-1])
    raise UndrawableError(f"the picture shows no value {wanted!r}; it shows {first} to {last}")


def unpooling_drawing(unpooling: Unpooling, theme: str) -> Drawing:
    """Draw it: Y under X on the left, dY under dX on the right, the addresses between them."""
    return Drawing(_Layout(unpooling).scene(), _text(unpooling), _data(unpooling), theme)


class _Layout:
    """Number formats and places."""

    def __init__(self, unpooling: Unpooling) -> None:
        self.un = unpooling
        shown = np.ix_(range(*unpooling.rows), range(*unpooling.columns))
        small = np.ix_(range(*unpooling.small_rows), range(*unpooling.small_columns))
        self.show_values = sheet.format_of(unpooling.values[small], unpooling.outputs[shown])
        self.show = sheet.format_of(unpooling.cotangents[shown], unpooling.gradient[small])
        self.largest = sheet.largest_of(unpooling.cotangents[shown], unpooling.gradient[small])

    def scene(self) -> Scene:
        un = self.un
        items, top = sheet.heading(_title(un), _subtitle(un))
        columns = un.columns[1] - un.columns[0]
        cell = min(LARGEST_CELL, (sheet.HALF - 60) // columns)
        left = sheet.MARGIN + (sheet.HALF - cell * columns) / 2
        x = Board(left, top + 36 + sheet.INDEX, cell, un.rows, un.columns)
        dx = Board(sheet.RIGHT + left - sheet.MARGIN, x.top, cell, un.rows, un.columns)
        count = un.small_columns[1] - un.small_columns[0]
        small = min(LARGEST_SMALL, (sheet.WIDTH / 2 - sheet.MARGIN - 58) // (1.5 * count))
        lower, width = x.bottom + 72, small * count
        middle = max(width + 24, 150.0)
        room = (sheet.WIDTH - middle) / 2 - sheet.MARGIN
        y = Board(sheet.MARGIN + (room - width) / 2, lower, small, un.small_rows, un.small_columns)
        kept = Board((sheet.WIDTH - width) / 2, lower, small, un.small_rows, un.small_columns)
        dy = Board(sheet.WIDTH - y.right, lower, small, un.small_rows, un.small_columns)
        items += sheet.halves(top, y.bottom + sheet.INSET + 14)
        unit, gradient_unit = sheet.unit(self.show_values), sheet.unit(self.show)
        box = Rect(
            (sheet.WIDTH - middle) / 2, lower - 28, middle, y.bottom - lower + 40, "paper", "saved", 1.6,
            "dotted", radius=8,
        )  # fmt: skip
        items += [
            sheet.panel_name(sheet.MARGIN + 12, top + 23, "X", f"output{unit}", "forward", 15),
            sheet.panel_name(sheet.RIGHT + 12, top + 23, "dX", f"incoming{gradient_unit}", "backward", 15),
            sheet.panel_name(y.left, lower - 12, "Y", "input", "forward"),
            sheet.panel_name(dy.left, lower - 12, "dY", "gradient of the input", "backward"),
            *flow_arrow(y.left + 14, lower - 32, x.bottom + 9, "forward", _placed(), up=True, thick=1.6),
            *flow_arrow(dy.left + 14, lower - 34, x.bottom + 8, "backward", _read(), up=False, thick=4),
            box,
            middle_text("cell of X that each names", sheet.WIDTH / 2, lower - 13, 11, fill="saved"),
            *x.indices(un.shape, un.one_axis),
            *dx.indices(un.shape, un.one_axis),
        ]
        lit = un.addresses[un.spotlight]
        for name, board, draw, outlined in (
            ("X", x, self._output, lit),
            ("dX", dx, self._incoming, lit),
            ("Y", y, self._value, un.spotlight),
            ("indices", kept, self._address, un.spotlight),
            ("dY", dy, self._gradient, un.spotlight),
        ):
            cells = [
                Group(tuple(draw(board.box(at), at)), id=f"{name}-{at[0]}-{at[1]}") for at in board.cells
            ]
            frame = [board.outline(outlined)] if board.shows(outlined) else []
            items.append(Group((*cells, *frame), id=name))
        told, end = sheet.answers(_answers(un), y.bottom + sheet.INSET + 28)
        last, end = sheet.footer(_footer(un), end, self.largest, self.show)
        return Scene(sheet.WIDTH, end, _title(un), _description(un), (*items, *told, *last))

    def _output(self, box: Box, cell: Cell) -> list[Item]:
        terms = self.un.arrivals.get(cell, [])
        text = self.show_values(float(self.un.outputs[cell]))
        if not terms:
            return sheet.value_cell(box, text, tint="zero", ink="muted")
        names = "+".join(map(self.un.name, terms))
        return sheet.sum_cell(box, text, names, tint="forward_tint")

    def _value(self, box: Box, cell: Cell) -> list[Item]:
        text = self.show_values(float(self.un.values[cell]))
        return sheet.sum_cell(box, text, self._letter(cell))

    def _address(self, box: Box, cell: Cell) -> list[Item]:
        return sheet.sum_cell(box, self.un.place(self.un.addresses[cell]), self._letter(cell))

    def _incoming(self, box: Box, cell: Cell) -> list[Item]:
        value = float(self.un.cotangents[cell])
        if cell not in self.un.arrivals:
            return sheet.hatched(box, self.show(value))
        return sheet.gradient_cell(box, value, self.show, self.largest)

    def _gradient(self, box: Box, cell: Cell) -> list[Item]:
        value = float(self.un.gradient[cell])
        return sheet.gradient_cell(box, value, self.show, self.largest, small=self._letter(cell))

    def _letter(self, cell: Cell) -> str:
        name = self.un.name(cell)
        return name if len(name) == 1 else ""


def _placed() -> tuple[Span, ...]:
    return (Span("place", bold=True), Span(" at its cell; where several meet, add"))


def _read() -> tuple[Span, ...]:
    return (Span("read", bold=True), Span(" at the same cell"))


def _title(un: Unpooling) -> str:
    return f"{un.op}: where each value goes, and where its gradient is read"


def _subtitle(un: Unpooling) -> str:
    return (
        "Forward, each value goes to the cell that its index names; where several meet, they add; all other "
        "cells are 0. Backward, each value gets the gradient of that one cell."
    )


def _answers(un: Unpooling) -> list[tuple[str, str]]:
    found = [("What is saved?", f"The indices, one a value.{f' {un.saved}' if un.saved else ''}")]
    meeting = sorted((cell, terms) for cell, terms in un.arrivals.items() if len(terms) > 1)
    if meeting:
        told = []
        for cell, terms in meeting[:MOST_LISTED]:
            numbers = [float(un.values[term]) for term in terms]
            show = sum_format(*numbers, float(un.outputs[cell]))
            names = " + ".join(map(un.name, terms))
            told.append(f"cell {un.place(cell)}: {names} = {sheet.added(numbers, show)}"
                        f" = {show(float(un.outputs[cell]))}")  # fmt: skip
        more = f" · and {len(meeting) - MOST_LISTED} more" if len(meeting) > MOST_LISTED else ""
        each = "Each of them gets that cell's whole gradient."
        found.append(("Who meets?", f"{' · '.join(told)}{more}. {each}"))
    empty = un.outputs.size - len(un.arrivals)
    found.append(("Why 0?", f"{empty:,} of {un.outputs.size:,} cells are named by no index." if empty
                  else "No cell stayed empty."))  # fmt: skip
    unread = sheet.total([g for cell, g in np.ndenumerate(un.cotangents) if cell not in un.arrivals] or [0.0])
    came, went = sheet.total(un.cotangents), sheet.total(un.gradient)
    show = sum_format(came, went, unread)
    lost = f"Of the sum of dX, {show(came)}, the empty cells keep {show(unread)} (hatched): nobody reads it"
    found.append(("What is lost?", f"{lost}. Sum of dY {show(went)}."))
    return found


def _footer(un: Unpooling) -> str:
    source = sheet.source_words(un.source).replace("dY", "dX", 1)
    words = [source, which("sample", *un.sample), which("channel", *un.channel)]
    crops = (sheet.span_words(un.rows, un.columns, un.shape),
             sheet.span_words(un.small_rows, un.small_columns, un.values.shape))  # fmt: skip
    words += [f"{name}: {crop}" for name, crop in zip("XY", crops, strict=True) if crop]
    return " · ".join(words)


def _description(un: Unpooling) -> str:
    told = " ".join(f"{question} {answer}" for question, answer in _answers(un))
    return f"{_subtitle(un)} {told} {_footer(un)}."


def _text(un: Unpooling) -> str:
    parts = [_title(un), _subtitle(un), ""]
    panels = [("Y (input)", un.values), ("X (output)", un.outputs)]
    panels += [("dX (incoming gradient)", un.cotangents), ("dY (gradient of the input)", un.gradient)]
    for name, values in panels:
        parts += [name, sheet.table(values), ""]
    parts += [f"{un.place(cell)} -> {un.place(address)}" for cell, address in sorted(un.addresses.items())]
    parts += ["", *(f"{question} {answer}" for question, answer in _answers(un))]
    return "\n".join([*parts, _footer(un), ""])


def _data(un: Unpooling) -> dict[str, object]:
    return {
        "op": un.op,
        "sample": un.sample[0],
        "channel": un.channel[0],
        "cotangent_source": un.source,
        "spotlight": un.spotlight,
        "Y": un.values,
        "X": un.outputs,
        "dX": un.cotangents,
        "dY": un.gradient,
        "addresses": [{"value": value, "cell": cell} for value, cell in sorted(un.addresses.items())],
    }
