"""One un-pooling, magnified: values go to the cells that their indices name, and gradients are read there."""

from __future__ import annotations

import numpy as np

from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, Group, Item, Rect, Scene, Span, middle_text
from viz.pooling.numbers import sum_format
from viz.pooling.parts import flow_arrow
from viz.pooling.words import which
from viz.reach import sheet
from viz.reach.placed import Cell, Unpooling
from viz.reach.sheet import Board

LARGEST_CELL, LARGEST_SMALL = 44.0, 44.0
MOST_LISTED = 4


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
            sheet.panel_name(sheet.MARGIN + 12, top + 23, "X", f"output{unit}{_at(un)}", "forward", 15),
            sheet.panel_name(sheet.RIGHT + 12, top + 23, "dX", f"incoming{gradient_unit}", "backward", 15),
            sheet.panel_name(y.left, lower - 12, "Y", f"input{_at(un, of_y=True)}", "forward"),
            sheet.panel_name(dy.left, lower - 12, "dY", "gradient of the input", "backward"),
            *flow_arrow(y.left + 14, lower - 32, x.bottom + 9, "forward", _placed(), up=True, thick=1.6),
            *flow_arrow(dy.left + 14, lower - 34, x.bottom + 8, "backward", _read(), up=False, thick=4),
            box,
            middle_text("cell of X that each names", sheet.WIDTH / 2, lower - 13, 11, fill="saved"),
            *x.indices(un.shape, un.one_axis),
            *dx.indices(un.shape, un.one_axis),
        ]
        lit = un.goal(un.spotlight)
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
            frame = [board.outline(outlined)] if outlined is not None and board.shows(outlined) else []
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


def _at(un: Unpooling, *, of_y: bool = False) -> str:
    """Which depth a panel shows."""
    return "" if un.depth is None else f", depth {un.layer if of_y else un.depth[0]}"


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
            numbers = [un.terms[term] for term in terms]
            show = sum_format(*numbers, float(un.outputs[cell]))
            names = " + ".join(map(un.name, terms))
            told.append(f"cell {un.at(cell)}: {names} = {sheet.added(numbers, show)}"
                        f" = {show(float(un.outputs[cell]))}")  # fmt: skip
        more = f" · and {len(meeting) - MOST_LISTED} more" if len(meeting) > MOST_LISTED else ""
        each = "Each of them gets that cell's whole gradient."
        found.append(("Who meets?", f"{' · '.join(told)}{more}. {each}"))
    empty = un.outputs.size - len(un.arrivals)
    if un.depth is not None:
        found.append(("Other depths?", _other_depths(un, un.depth[0])))
    found.append(("Why 0?", f"{empty:,} of {un.outputs.size:,} cells are named by no index." if empty
                  else "No cell stayed empty."))  # fmt: skip
    unread = sheet.total([g for cell, g in np.ndenumerate(un.cotangents) if cell not in un.arrivals] or [0.0])
    came, went = sheet.total(un.cotangents), sheet.total(un.gradient)
    show = sum_format(came, went, unread)
    here = "" if un.depth is None else f" at depth {un.depth[0]}"
    lost = f"Of the sum of dX{here}, {show(came)}, the empty cells keep {show(unread)} (hatched)"
    got = f"Sum of dY{_at(un, of_y=True)[1:].replace(' depth', ' at depth')} {show(went)}"
    found.append(("What is lost?", f"{lost}: nobody reads it. {got}."))
    return found


def _other_depths(un: Unpooling, depth: int) -> str:
    """Values drawn that go to other depths, and values that come from layers that are not drawn."""
    away = [value for value in un.shown_values if un.goal(value) is None]
    told = [f"Drawn is depth {depth} of X and dX, with depth {un.layer} of Y."]
    if away:
        named = [f"{un.name(value)} to {un.place(un.addresses[value])}" for value in away[:MOST_LISTED]]
        more = f" and {len(away) - MOST_LISTED} more" if len(away) > MOST_LISTED else ""
        told.append(f"To other depths go {', '.join(named)}{more}; their gradient is read there.")
    hidden = [(term, cell) for cell, terms in sorted(un.arrivals.items()) for term in terms if len(term) == 3]
    if hidden:
        named = [f"{un.name(term)} to {un.at(cell)}" for term, cell in hidden[:MOST_LISTED]]
        more = f" and {len(hidden) - MOST_LISTED} more" if len(hidden) > MOST_LISTED else ""
        told.append(f"From other depths of Y (b@1: at b's place, depth 1) come {', '.join(named)}{more}.")
    return " ".join(told)


def _footer(un: Unpooling) -> str:
    source = sheet.source_words(un.source).replace("dY", "dX", 1)
    words = [source, which("sample", *un.sample), which("channel", *un.channel)]
    words += [which("depth", *un.depth)] if un.depth else []
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
        **({} if un.depth is None else {"slice": {"depth": un.depth[0], "layer": un.layer}}),
        "Y": un.values,
        "X": un.outputs,
        "dX": un.cotangents,
        "dY": un.gradient,
        "addresses": [{"value": value, "cell": cell} for value, cell in sorted(un.addresses.items())],
    }
