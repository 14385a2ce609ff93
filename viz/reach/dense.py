"""A dense layer, magnified: one output's gradient, to the inputs by a row of W, to that row by the inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, Group, Item, Scene, Span, Text, middle_text
from viz.canvas.theme import Role
from viz.pooling.numbers import NumberFormat
from viz.reach import layer as told
from viz.reach import sheet
from viz.reach.convolution import bracketed
from viz.reach.layer import Layer
from viz.reach.sheet import Board, Plane

COLUMN, GAP = 46.0, 30.0
"""Width of the columns x, y, dX, dY, and between them and the matrix."""


def dense_drawing(layer: Layer, theme: str) -> Drawing:
    """Draw a dense layer: y = W x on the left, dY, dW and dX on the right, one output's products below."""
    layout = _Layout(layer)
    return Drawing(layout.scene(), told.text_form(layer, layout.footer), told.data(layer), theme)


class _Layout:
    """Number formats and places."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        ins, outs = list(layer.shown_inputs), list(layer.shown_outputs)
        row, dy = layer.row, layer.cotangent
        self.products = row * layer.values
        self.x = sheet.format_of(layer.values[ins])
        self.w = sheet.format_of(layer.weight)
        total, value = float(self.products.sum()), float(layer.outputs[layer.output])
        self.sums = [
            (self.products[ins].tolist(), float(self.products[ins].sum())),
            ([total, value - total], value),
        ]
        self.y = sheet.format_of(layer.outputs[outs], self.products[ins], sums=self.sums)
        self.dx = sheet.format_of(layer.gradient[ins], layer.cotangents[outs], row[ins] * dy)
        self.dw = sheet.format_of(layer.weight_gradient, layer.values[ins] * dy)
        self.largest = sheet.largest_of(layer.gradient[ins], layer.cotangents[outs], row[ins] * dy)
        self.largest_weight = sheet.largest_of(layer.weight_gradient, layer.values[ins] * dy)
        self.heat = sheet.largest_of(layer.weight)
        self.footer = told.footer(layer, self.heat, self.largest_weight)

    def scene(self) -> Scene:
        layer = self.layer
        items, top = sheet.heading(told.title(layer), told.SUBTITLE)
        across, down = len(layer.shown_inputs), len(layer.shown_outputs)
        cell = min(44.0, 268 // across)
        high = 26.0
        upper = top + 74
        used = cell * across + 2 * COLUMN + 2 * GAP
        first = sheet.MARGIN + (sheet.HALF - used) / 2 + 14
        boards = []
        for half in (0.0, sheet.RIGHT - sheet.MARGIN):
            left = first + half
            matrix = left + COLUMN + GAP
            boards.append(
                (
                    Board(left, upper, COLUMN, (0, down), (0, 1), high),
                    Board(matrix, upper, cell, (0, down), (0, across), high),
                    Board(matrix + cell * across + GAP, upper, COLUMN, (0, across), (0, 1), high),
                )
            )
        (y, w, x), (dy, dw, dx) = boards
        lower = max(x.bottom, y.bottom) + 52
        forward, left_end = self._products(lower)
        backward, right_end = self._parts(lower)
        bottom = max(left_end, right_end) + sheet.INSET
        items += sheet.halves(top, bottom)
        items += self._names(top, upper, y, w, x, ("y", "= W", "· x"), "forward")
        items += self._names(top, upper, dy, dw, dx, ("dY", "dW", "dX"), "backward")
        for board in (w, dw):
            items += self._numbers(board)
        for board, cells in ((x, layer.shown_inputs), (dx, layer.shown_inputs)):
            items += _side(board, cells)
        for board in (y, dy):
            items += _side(board, layer.shown_outputs)
        items += [
            self._column("y", y, layer.shown_outputs, layer.outputs, self.y),
            self._matrix("W", w, layer.weight, self.w, self.heat),
            self._column("x", x, layer.shown_inputs, layer.values, self.x),
            self._column("dY", dy, layer.shown_outputs, layer.cotangents, self.dx, self.largest),
            self._matrix("dW", dw, layer.weight_gradient, self.dw, self.largest_weight),
            self._column("dX", dx, layer.shown_inputs, layer.gradient, self.dx, self.largest),
        ]
        items += [*forward, *backward]
        answered, end = sheet.answers(told.answers(layer), bottom + 14)
        last, end = sheet.footer(self.footer, end, self.largest, self.dx)
        return Scene(sheet.WIDTH, end, told.title(layer), told.description(layer), (*items, *answered, *last))

    def _names(
        self,
        top: float,
        upper: float,
        first: Board,
        matrix: Board,
        last: Board,
        names: tuple[str, str, str],
        role: Role,
    ) -> list[Item]:
        half = sheet.MARGIN if role == "forward" else sheet.RIGHT
        units = (self.y, self.w, self.x) if role == "forward" else (self.dx, self.dw, self.dx)
        title = ("y = W x", "+ bias") if role == "forward" else ("dX = dY W,", "dW = dY times x")
        items: list[Item] = [sheet.panel_name(half + 12, top + 23, *title, role, 15)]
        for board, name, show in zip((first, matrix, last), names, units, strict=True):
            x = (board.left + board.right) / 2
            items.append(middle_text((Span(name, bold=True),), x, upper - 36, 13, fill=role))
            if show.unit:
                items.append(middle_text(show.unit, x, upper - 22, 9, fill="muted"))
        return items

    def _numbers(self, board: Board) -> list[Item]:
        """The inputs' numbers over a matrix."""
        return [
            middle_text(str(number), board.left + (place + 0.5) * board.cell, board.top - 7, 9, fill="muted")
            for place, number in enumerate(self.layer.shown_inputs)
        ]

    def _column(
        self,
        name: str,
        board: Board,
        shown: Sequence[int],
        values: Plane,
        show: NumberFormat,
        largest: float | None = None,
    ) -> Group:
        cells: list[Item] = []
        for place, number in enumerate(shown):
            value, box = float(values[number]), board.box((place, 0))
            if largest is None:
                drawn = sheet.value_cell(box, show(value), bold=name == "y" and number == self.layer.output)
            else:
                drawn = sheet.gradient_cell(box, value, show, largest)
            cells.append(Group(tuple(drawn), id=f"{name}-{number}"))
        if name in ("y", "dY"):
            cells.append(board.outline((shown.index(self.layer.output), 0)))
        return Group(tuple(cells), id=name)

    def _matrix(self, name: str, board: Board, values: Plane, show: NumberFormat, largest: float) -> Group:
        cells: list[Item] = []
        layer = self.layer
        for i, row in enumerate(layer.shown_outputs):
            for j, column in enumerate(layer.shown_inputs):
                drawn = sheet.gradient_cell(
                    board.box((i, j)), float(values[i, j]), show, largest, bold=row == layer.output
                )
                cells.append(Group(tuple(drawn), id=f"{name}-{row}-{column}"))
        lit = layer.shown_outputs.index(layer.output)
        return Group((*cells, board.outline((lit, 0), (1, len(layer.shown_inputs)))), id=name)

    def _strip(
        self, name: str, left: float, top: float, draw: Callable[[Box, int], list[Item]]
    ) -> tuple[Group, Board]:
        count = len(self.layer.shown_inputs)
        board = Board(left, top, min(60.0, (sheet.HALF - 32) // count), (0, 1), (0, count), 40.0)
        cells = [
            Group(tuple(draw(board.box((0, place)), number)), id=f"{name}-{number}")
            for place, number in enumerate(self.layer.shown_inputs)
        ]
        return Group((*cells, *self._numbers(board)), id=name), board

    def _factors(
        self, left: tuple[NumberFormat, Plane], right: tuple[NumberFormat, Plane], product: NumberFormat
    ) -> dict[int, str]:
        """What stands small over each product; nothing where a unit or a long one would mislead."""
        shown = self.layer.shown_inputs
        if left[0].power or right[0].power or product.power:
            return {}
        texts = {n: f"{left[0](float(left[1][n]))}·{bracketed(right[0](float(right[1][n])))}" for n in shown}
        box = Box(0, 0, min(60.0, (sheet.HALF - 32) // len(shown)), 40)
        return texts if all(sheet.fits_over(box, text) for text in texts.values()) else {}

    def _products(self, top: float) -> tuple[list[Item], float]:
        """The products of one row with x, and their sum; and where they end."""
        layer = self.layer
        small = self._factors((self.x, layer.values), (self.w, layer.row), self.y)

        def draw(box: Box, number: int) -> list[Item]:
            text = self.y(float(self.products[number]))
            return sheet.sum_cell(box, text, small.get(number, ""), tint="forward_tint")

        strip, board = self._strip("products", sheet.MARGIN + 16, top, draw)
        total, value = float(self.products.sum()), float(layer.outputs[layer.output])
        rest = value - total
        adds, ends = (self.y.adds_up(terms, total) for terms, total in self.sums)
        words = f"sum{_of(layer)} {'' if adds else '≈ '}{self.y(total)}"
        if abs(rest) > 1e-6 * max(abs(value), abs(total)):
            words += f" + bias {self.y(rest)}".replace("+ bias −", "− bias ")
        equal = "=" if ends else "≈"
        line = (Span(f"{words} {equal} "), Span(f"y{layer.output} = {self.y(value)}", bold=True))
        name = sheet.panel_name(board.left, top - 20, "x · w", f"row {layer.output} of W", "forward", 11)
        return [name, strip, Text(board.left, board.bottom + 20, line, 13, "forward")], board.bottom + 24

    def _parts(self, top: float) -> tuple[list[Item], float]:
        """What one output sends to the inputs and to its row of weights; and where it ends."""
        layer = self.layer
        sent = np.full(len(layer.values), layer.cotangent)
        by_weight = self._factors((self.w, layer.row), (self.dx, sent), self.dx)
        by_input = self._factors((self.x, layer.values), (self.dx, sent), self.dw)

        def to_input(box: Box, number: int) -> list[Item]:
            value = float(layer.row[number] * layer.cotangent)
            return sheet.gradient_cell(box, value, self.dx, self.largest, small=by_weight.get(number, ""))

        def to_weight(box: Box, number: int) -> list[Item]:
            value = float(layer.values[number] * layer.cotangent)
            return sheet.gradient_cell(
                box, value, self.dw, self.largest_weight, small=by_input.get(number, "")
            )

        first, board = self._strip("to X", sheet.RIGHT + 16, top, to_input)
        second, under = self._strip("to W", sheet.RIGHT + 16, board.bottom + 42, to_weight)
        row = f"x · dY, to row {layer.output}"
        dy = f"dY{layer.output} = {self.dx(layer.cotangent)}{sheet.unit(self.dx)}"
        names = [
            sheet.panel_name(board.left, top - 20, "to X:", f"w · dY, with {dy}", "backward", 11),
            sheet.panel_name(under.left, under.top - 20, "to W:", row, "backward", 11),
        ]
        return [*names, first, second], under.bottom


def _side(board: Board, numbers: Sequence[int]) -> list[Item]:
    """Numbers left of a column."""
    return [
        middle_text(str(number), board.left - 5, board.top + y, 9, fill="muted", anchor="end")
        for number, y in zip(numbers, (board.step * (n + 0.5) for n in range(len(numbers))), strict=True)
    ]


def _of(layer: Layer) -> str:
    return "" if len(layer.shown_inputs) == len(layer.values) else f" of all {len(layer.values)}:"
