"""A convolution, magnified: what one output is made of, and which inputs and weights its gradient reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import text_width
from viz.canvas.scene import Box, Group, Item, Line, Rect, Scene, Span, Text, middle_text
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.pooling.numbers import NumberFormat
from viz.pooling.parts import flow_arrow
from viz.reach import sheet
from viz.reach.kernel import Cell, Reach
from viz.reach.sheet import Board
from viz.reach.told import Told

LARGEST_CELL = 40.0
BETWEEN = 46.0
WIDEST_PRODUCT = 62.0


def convolution_drawing(reach: Reach, theme: str) -> Drawing:
    """Draw a convolution: X, W and the products on the left; dX, dW and one output's parts on the right."""
    layout = _Layout(reach)
    told = layout.told
    return Drawing(layout.scene(), told.text(), told.data(), theme)


class _Layout:
    """Number formats and places."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        rows, columns = reach.view
        shown = (slice(max(rows[0], 0), rows[1]), slice(max(columns[0], 0), columns[1]))
        products = [partner.value * partner.weight for partner in reach.partners]
        result = [sum(products), reach.output, reach.output - sum(products)]
        to_input = [partner.weight * reach.cotangent for partner in reach.partners]
        to_weight = [partner.value * reach.cotangent for partner in reach.partners]
        self.x = sheet.format_of(reach.values[shown])
        self.w = sheet.format_of(reach.weight)
        self.sums = [(products, result[0]), ([result[0], result[2]], result[1])]
        self.y = sheet.format_of(products, result, sums=self.sums)
        self.dx = sheet.format_of(reach.gradient[shown], to_input, [reach.cotangent])
        self.dw = sheet.format_of(reach.weight_gradient, to_weight)
        self.largest = sheet.largest_of(reach.gradient[shown], to_input or [0.0], [reach.cotangent])
        self.largest_weight = sheet.largest_of(reach.weight_gradient, to_weight or [0.0])
        self.told = Told(reach, self.dx, self.dw, self.largest_weight)

    def scene(self) -> Scene:
        reach, told = self.reach, self.told
        items, top = sheet.heading(told.title(), told.subtitle())
        rows, columns = reach.view
        taps = reach.shown_taps
        across, wide = columns[1] - columns[0], taps[1][1] - taps[1][0]
        room = sheet.HALF - 2 * sheet.INSET - 16
        cell = min(LARGEST_CELL, (room - BETWEEN) // (across + wide))
        left = sheet.MARGIN + sheet.INSET + 16 + (room - BETWEEN - cell * (across + wide)) / 2
        upper = top + 56 + sheet.INDEX
        x = Board(left, upper, cell, rows, columns)
        w = Board(x.right + BETWEEN, upper, cell, *taps)
        shift = sheet.RIGHT - sheet.MARGIN
        dx = Board(x.left + shift, upper, cell, rows, columns)
        dw = Board(w.left + shift, upper, cell, *taps)
        join = max(x.bottom, w.bottom)
        lower = join + 84
        forward, bottom_left = self._products(lower)
        backward, bottom_right = self._parts(lower)
        bottom = max(bottom_left, bottom_right) + sheet.INSET + 2
        items += sheet.halves(top, bottom)
        items += [
            *self._names(x, w, top, "forward"),
            *self._names(dx, dw, top, "backward"),
            *flow_arrow(
                x.left + 14, join + 46, join + 10, "forward", told.forward_words(), up=False, thick=1.6
            ),
            *flow_arrow(
                dx.left + 14, join + 48, join + 10, "backward", told.backward_words(), up=True, thick=4
            ),
        ]  # fmt: skip
        for board, shape in (
            (x, reach.values.shape),
            (dx, reach.values.shape),
            (w, reach.weight.shape),
            (dw, reach.weight.shape),
        ):
            items += board.indices((shape[0], shape[1]), reach.one_axis)
        items += [self._input(x), self._kernel(w), self._gradient(dx), self._kernel_gradient(dw)]
        items += [*forward, *backward]
        answered, y = sheet.answers(told.answers(), bottom + 14)
        last, y = sheet.footer(told.footer(), y, self.largest, self.dx)
        return Scene(sheet.WIDTH, y, told.title(), told.description(), (*items, *answered, *last))

    def _names(self, first: Board, second: Board, top: float, role: Role) -> list[Item]:
        reach = self.reach
        channel = f" channel {reach.channel[0]}" if reach.channel[1] > 1 else ""
        filter = f" filter {reach.filter[0]}" if reach.filter[1] > 1 else ""
        if role == "forward":
            half, one, what = sheet.MARGIN, "X", f"input{channel}{sheet.unit(self.x)}"
            two, unit = "W", sheet.unit(self.w)
        else:
            half, one, what = sheet.RIGHT, "dX", f"gradient of input{channel}{sheet.unit(self.dx)}"
            two, unit = "dW", sheet.unit(self.dw)
        name = (Span(two, bold=True), Span(f"{filter}{unit}"))
        width = text_width(f"{two}{filter}{unit}", 13, bold=True)
        x = min((second.left + second.right) / 2, half + sheet.HALF - 10 - width / 2)
        return [
            sheet.panel_name(half + 12, top + 23, one, what, role, 15),
            middle_text(name, x, first.top - 24, 13, fill=role),
        ]

    def _grid(self, name: str, board: Board, draw: Callable[[Box, Cell], list[Item]], *more: Item) -> Group:
        cells = [Group(tuple(draw(board.box(at), at)), id=f"{name}-{at[0]}-{at[1]}") for at in board.cells]
        return Group((*cells, *more), id=name)

    def _input(self, board: Board) -> Group:
        reach = self.reach
        met = {partner.cell for partner in reach.partners}

        def draw(box: Box, cell: Cell) -> list[Item]:
            if not reach.is_real(cell):
                return sheet.hatched(box, "0")
            tint: Role = "forward_tint" if cell in met else "value"
            return sheet.value_cell(box, self.x(float(reach.values[cell])), bold=cell in met, tint=tint)

        return self._grid("X", board, draw, board.outline(*reach.window))

    def _kernel(self, board: Board) -> Group:
        def draw(box: Box, tap: Cell) -> list[Item]:
            return sheet.value_cell(box, self.w(float(self.reach.weight[tap])), tint="parameter_tint")

        return self._grid("W", board, draw)

    def _gradient(self, board: Board) -> Group:
        reach = self.reach
        marks: list[Item] = []
        if reach.spelled is not None and board.shows(reach.spelled):
            box = board.box(reach.spelled)
            ink = text_role_on(gradient_role(float(reach.gradient[reach.spelled]), self.largest))
            size = board.cell - 2.5
            marks = [Rect(box.left + 1.25, box.top + 1.25, size, size, None, ink, 1.3, "dashed", radius=4)]

        def draw(box: Box, cell: Cell) -> list[Item]:
            if not reach.is_real(cell):
                return sheet.hatched(box)
            return sheet.gradient_cell(box, float(reach.gradient[cell]), self.dx, self.largest)

        return self._grid("dX", board, draw, *marks, board.outline(*reach.window))

    def _kernel_gradient(self, board: Board) -> Group:
        def draw(box: Box, tap: Cell) -> list[Item]:
            value = float(self.reach.weight_gradient[tap])
            return sheet.gradient_cell(box, value, self.dw, self.largest_weight)

        return self._grid("dW", board, draw)

    def _products(self, top: float) -> tuple[list[Item], float]:
        """The products of the window and their sum, Y's cell; and where they end."""
        reach = self.reach
        met = {partner.tap: partner for partner in reach.partners}
        rows, columns = reach.shown_taps
        count = columns[1] - columns[0]
        wide = min(WIDEST_PRODUCT, 270 // count)
        board = Board(sheet.MARGIN + 28, top, wide, rows, columns, min(wide, 46.0))
        small = self._factors(
            board, {tap: (self.x, p.value, self.w, p.weight) for tap, p in met.items()}, self.y
        )

        def draw(box: Box, tap: Cell) -> list[Item]:
            partner = met.get(tap)
            if partner is None:
                return sheet.hatched(box, "" if reach.transposed else "0")
            text = self.y(partner.value * partner.weight)
            return sheet.sum_cell(box, text, small.get(tap, ""), tint="forward_tint")

        where = "where they meet" if reach.transposed else "under the window"
        name = sheet.panel_name(board.left, top - 11, "x · w", f"{where}{sheet.unit(self.y)}", "forward", 11)
        added, bottom = self._sum(board)
        return [name, self._grid("products", board, draw), *added], max(board.bottom, bottom)

    def _sum(self, board: Board) -> tuple[list[Item], float]:
        """The sum of the products and what else makes up the output cell."""
        reach = self.reach
        products = sum(partner.value * partner.weight for partner in reach.partners)
        name = f"sum of all {len(reach.partners)}:" if self.told.cropped_kernel else "sum"
        adds, ends = (self.y.adds_up(terms, total) for terms, total in self.sums)
        lines = [f"{name} {'' if adds else '≈ '}{self.y(products)}"]
        rest = reach.output - products
        if abs(rest) > 1e-6 * max(abs(reach.output), abs(products)):
            others = "other channels, bias" if reach.inputs > 1 else "bias"
            lines += [f"+ {self.y(rest)}".replace("+ −", "− "), others]
        left = board.right + 18
        height = 15 * len(lines) + 52
        y = max(board.top, board.middle - height / 2)
        items: list[Item] = [Text(left, y + 11 + 15 * n, line, 11, "forward") for n, line in enumerate(lines)]
        y += 15 * len(lines) + 6
        cell = Board(left, y, 62, (0, 1), (0, 1), 28)
        drawn = sheet.value_cell(cell.box((0, 0)), self.y(reach.output), bold=True)
        result = (Span(f"{'=' if ends else '≈'} Y {reach.place(reach.output_cell)}", bold=True),)
        items += [
            Group((*drawn, cell.outline((0, 0))), id="Y"),
            Text(left, cell.bottom + 14, result, 11, "forward"),
        ]
        return items, cell.bottom + 18

    def _parts(self, top: float) -> tuple[list[Item], float]:
        """The cell of dY, what it sends to the inputs and what to the weights; and where they end."""
        reach = self.reach
        met = {partner.tap: partner for partner in reach.partners}
        rows, columns = reach.shown_taps
        count = columns[1] - columns[0]
        left = sheet.RIGHT + 16
        width = 58.0
        room = (sheet.HALF - 32 - width - 2 * 24) / 2
        wide = min(WIDEST_PRODUCT, room // count)
        high = min(wide, 46.0)
        inputs = Board(left + width + 24, top, wide, rows, columns, high)
        weights = Board(sheet.RIGHT + sheet.HALF - 16 - wide * count, top, wide, rows, columns, high)
        middle = max(inputs.middle, top + 22)
        cell = Board(left, middle - 16, width, (0, 1), (0, 1), 32)
        source = sheet.gradient_cell(cell.box((0, 0)), reach.cotangent, self.dx, self.largest)
        name = (Span(f"dY {reach.place(reach.output_cell)}", bold=True),)
        way = ((cell.right + 4, middle), (inputs.left - 4, middle))
        items: list[Item] = [
            Group((*source, cell.outline((0, 0))), id="dY"),
            Text(left, cell.top - 8, name, 11, "backward"),
            Line(way, "backward", 2.6, head="filled", head_size=9),
        ]
        dy = (self.dx, reach.cotangent)
        by_weight = self._factors(inputs, {tap: (self.w, p.weight, *dy) for tap, p in met.items()}, self.dx)
        by_input = self._factors(weights, {tap: (self.x, p.value, *dy) for tap, p in met.items()}, self.dw)

        def to_input(box: Box, tap: Cell) -> list[Item]:
            partner = met.get(tap)
            if partner is None:
                return sheet.hatched(box, "" if reach.transposed else "lost")
            value = partner.weight * reach.cotangent
            return sheet.gradient_cell(box, value, self.dx, self.largest, small=by_weight.get(tap, ""))

        def to_weight(box: Box, tap: Cell) -> list[Item]:
            partner = met.get(tap)
            if partner is None:
                return sheet.hatched(box, "" if reach.transposed else "0")
            value = partner.value * reach.cotangent
            return sheet.gradient_cell(box, value, self.dw, self.largest_weight, small=by_input.get(tap, ""))

        names = [
            sheet.panel_name(inputs.left, top - 11, "to X:", "w · dY", "backward", 11),
            sheet.panel_name(weights.left, top - 11, "to W:", "x · dY", "backward", 11),
        ]
        grids = [self._grid("to X", inputs, to_input), self._grid("to W", weights, to_weight)]
        return [*items, *names, *grids], max(inputs.bottom, cell.bottom)

    def _factors(
        self,
        board: Board,
        pairs: Mapping[Cell, tuple[NumberFormat, float, NumberFormat, float]],
        product: NumberFormat,
    ) -> dict[Cell, str]:
        """What stands small over each product; nothing where a unit or a long one would mislead."""
        texts = {
            tap: f"{show(value)}·{bracketed(other(factor))}"
            for tap, (show, value, other, factor) in pairs.items()
        }
        units = any(show.power or other.power or product.power for show, _, other, _ in pairs.values())
        if units or not all(sheet.fits_over(board.box(tap), text) for tap, text in texts.items()):
            return {}
        return texts


def bracketed(number: str) -> str:
    """A factor after the multiplication sign."""
    return f"({number})" if number.startswith("−") else number
