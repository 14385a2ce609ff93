"""What the pictures of this room share: the card's two halves, cells of numbers, the answers, the footer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.canvas.fonts import text_width, wrap
from viz.canvas.scene import Box, Hatch, Item, Line, Rect, Span, Text, middle_text
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.pooling.numbers import NumberFormat, choose_format
from viz.pooling.parts import colour_scale
from viz.pooling.values import SQUEEZE, number_in, number_size

Plane = NDArray[np.float64]

WIDTH = 960.0
MARGIN = 16.0
HALF = (WIDTH - 2 * MARGIN - 12) / 2
RIGHT = MARGIN + HALF + 12
INSET = 12.0
INDEX = 14.0


@dataclass(frozen=True, slots=True)
class Board:
    """A grid of cells on the paper that shows ``rows`` and ``columns`` (first, end) of a plane."""

    left: float
    top: float
    cell: float
    rows: tuple[int, int]
    columns: tuple[int, int]
    height: float = 0.0
    """Height of a cell where it is no square; 0 for squares."""

    @property
    def step(self) -> float:
        """Height of a cell."""
        return self.height or self.cell

    @property
    def right(self) -> float:
        """Its right border."""
        return self.left + self.cell * (self.columns[1] - self.columns[0])

    @property
    def bottom(self) -> float:
        """Its lower border."""
        return self.top + self.step * (self.rows[1] - self.rows[0])

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Its cells, row by row."""
        return [(row, column) for row in range(*self.rows) for column in range(*self.columns)]

    def shows(self, cell: tuple[int, int]) -> bool:
        """Whether a cell lies on the board."""
        return self.rows[0] <= cell[0] < self.rows[1] and self.columns[0] <= cell[1] < self.columns[1]

    def box(self, cell: tuple[int, int], size: tuple[int, int] = (1, 1)) -> Box:
        """The area of ``size`` cells from ``cell`` on, cut at the border."""
        x = self.left + (cell[1] - self.columns[0]) * self.cell
        y = self.top + (cell[0] - self.rows[0]) * self.step
        return Box(
            max(x, self.left),
            max(y, self.top),
            min(x + size[1] * self.cell, self.right),
            min(y + size[0] * self.step, self.bottom),
        )

    def outline(self, cell: tuple[int, int], size: tuple[int, int] = (1, 1), role: Role = "ink") -> Rect:
        """A frame around ``size`` cells from ``cell`` on."""
        box = self.box(cell, size)
        return Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, None, role, 2.5)

    def indices(self, shape: tuple[int, int], one_axis: bool = False) -> list[Item]:
        """Row and column numbers left of and above its real cells."""
        items: list[Item] = []
        for column in range(max(self.columns[0], 0), min(self.columns[1], shape[1])):
            x = self.left + (column - self.columns[0] + 0.5) * self.cell
            if text_width(str(column), 9) < self.cell - 1:
                items.append(middle_text(str(column), x, self.top - 7, 9, fill="muted"))
        for row in range(max(self.rows[0], 0), min(self.rows[1], shape[0])):
            if not one_axis:
                y = self.top + (row - self.rows[0] + 0.5) * self.step
                items.append(middle_text(str(row), self.left - 5, y, 9, fill="muted", anchor="end"))
        return items


def value_cell(
    box: Box, text: str, *, bold: bool = False, tint: Role = "value", ink: Role = "ink"
) -> list[Item]:
    """A cell with a plain number."""
    return [_paper(box, tint), *number(box, text, bold=bold, ink=ink)]


def number(box: Box, text: str, *, bold: bool = False, ink: Role = "ink", low: float = 0.0) -> list[Item]:
    """A number in the middle of a box, ``low`` pixels below it; none where not even one digit fits."""
    width, height = box.right - box.left, box.bottom - box.top
    if width < 20 or height < 11:
        return []
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2 + low
    size = number_size(min(width, height * 1.4))
    return [number_in(text, x, y, size, width - 4, fill=ink, bold=bold)]


def gradient_cell(
    box: Box, value: float, show: NumberFormat, largest: float, *, small: str = "", bold: bool = True
) -> list[Item]:
    """A cell on the diverging fill; ``small`` is written over the number where there is room."""
    value = 0.0 if show(value) == "0" else value  # the noise of adding floats has no colour
    role = gradient_role(value, largest)
    ink: Role = "muted" if value == 0 else text_role_on(role)
    items: list[Item] = [_paper(box, role)]
    if not small or not fits_over(box, small):
        return [*items, *number(box, show(value), bold=bold and value != 0, ink=ink)]
    x = (box.left + box.right) / 2
    items += number(box, show(value), bold=bold and value != 0, ink=ink, low=8)
    items.append(number_in(small, x, (box.top + box.bottom) / 2 - 9, 9, box.right - box.left - 4, fill=ink))
    return items


def fits_over(box: Box, small: str) -> bool:
    """Whether a small line has room over a cell's number, perhaps squeezed."""
    room = box.right - box.left - 4
    return box.bottom - box.top >= 34 and text_width(small, 9, mono=True) * SQUEEZE <= room


def sum_cell(box: Box, text: str, small: str, *, tint: Role = "value") -> list[Item]:
    """A cell with a plain number, and over it, small, what it is made of, where there is room."""
    if not small or not fits_over(box, small):
        return value_cell(box, text, bold=True, tint=tint)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    over = number_in(small, x, y - 9, 9, box.right - box.left - 4, fill="muted")
    return [_paper(box, tint), over, *number(box, text, bold=True, low=8)]


def hatched(box: Box, text: str = "", *, stroke: Role = "grid") -> list[Item]:
    """A hatched cell: padding, or a closed gate; its text stands on a plain ground."""
    width, height = box.right - box.left, box.bottom - box.top
    items: list[Item] = [
        Hatch(box.left, box.top, width, height, stroke),
        Rect(box.left, box.top, width, height, None, "grid", dash="dotted"),
    ]
    if text and width >= 20 and height >= 13:
        size = min(number_size(min(width, height)), 11)
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        shown = number_in(text, x, y, size, width - 6, fill="muted")
        items.append(
            Rect(x - shown.width / 2 - 2, y - size * 0.62, shown.width + 4, size * 1.24, "panel", radius=3)
        )
        items.append(shown)
    return items


def _paper(box: Box, role: Role) -> Rect:
    return Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, role, "grid")


def unit(show: NumberFormat) -> str:
    """The unit of a panel, for its name."""
    return f" ({show.unit})" if show.unit else ""


def panel_name(left: float, y: float, name: str, what: str, role: Role, size: float = 13) -> Text:
    """The name of a panel: bold letter, plain words."""
    return Text(left, y, (Span(name, bold=True), Span(f" {what}")), size, role)


def heading(title: str, subtitle: str) -> tuple[list[Item], float]:
    """The headline with its sentence, and the height where the halves begin."""
    size = 18.0
    while text_width(title, size, bold=True) > WIDTH - 2 * MARGIN - 8 and size > 12:
        size -= 1
    items: list[Item] = [Text(MARGIN + 4, 36, title, size, "ink", bold=True)]
    y = 56.0
    for line in wrap(subtitle, WIDTH - 2 * MARGIN - 8, 12):
        items.append(Text(MARGIN + 4, y, line, 12, "muted"))
        y += 17
    return items, y - 2


def halves(top: float, bottom: float) -> list[Item]:
    """The forward half on the left and the backward half on the right, without what they hold."""
    items: list[Item] = []
    for left, word, role in ((MARGIN, "FORWARD", "forward"), (RIGHT, "BACKWARD", "backward")):
        paint: Role = "forward" if role == "forward" else "backward"
        on: Role = "on_forward" if role == "forward" else "on_backward"
        width = text_width(word, 9, bold=True) + 12
        x = left + HALF - INSET - width
        items.append(Rect(left, top, HALF, bottom - top, "panel", "grid", radius=8))
        items.append(Rect(x, top + 10, width, 15, paint, radius=4))
        items.append(middle_text(word, x + width / 2, top + 17.5, 9, fill=on, bold=True))
    return items


def answers(found: Sequence[tuple[str, str]], top: float) -> tuple[list[Item], float]:
    """Question and answer, line by line, and where they end."""
    column = max(text_width(question, 11, bold=True) for question, _ in found) + 14
    items: list[Item] = [Line(((MARGIN + 4, top), (WIDTH - MARGIN - 4, top)), "grid")]
    y = top + 20
    for question, answer in found:
        items.append(Text(MARGIN + 4, y, question, 11, "ink", bold=True))
        for line in wrap(answer, WIDTH - 2 * MARGIN - 8 - column, 11):
            items.append(Text(MARGIN + 4 + column, y, line, 11, "ink"))
            y += 15
        y += 4
    return items, y


def footer(words: str, top: float, largest: float, show: NumberFormat) -> tuple[list[Item], float]:
    """Where the numbers come from, and the colour scale; and where the drawing ends."""
    scale = colour_scale(WIDTH - MARGIN - 4, top + 9, show(largest), show.unit)
    room = WIDTH - 2 * MARGIN - 8 - 2 * text_width(f"−{show(largest)} {show.unit}", 9) - 120
    items: list[Item] = [Line(((MARGIN + 4, top - 6), (WIDTH - MARGIN - 4, top - 6)), "grid"), *scale]
    y = top + 9
    for line in wrap(words, room, 11):
        items.append(middle_text(line, MARGIN + 4, y, 11, fill="muted", anchor="start"))
        y += 15
    return items, y + 4


def largest_of(*planes: Any) -> float:
    """The largest finite absolute value."""
    flat = np.abs(np.concatenate([np.ravel(np.asarray(plane, np.float64)) for plane in planes]))
    return float(np.max(flat, where=np.isfinite(flat), initial=0.0))


def format_of(*panels: Any, sums: Sequence[tuple[Sequence[float], float]] = ()) -> NumberFormat:
    """One format for several panels; the one with the smallest numbers gets its two digits too.

    ``sums`` are terms with their totals, which should add up as printed.
    """
    flat = [[float(value) for value in np.ravel(np.asarray(panel, np.float64))] for panel in panels]
    sizes = [size for size in map(largest_of, flat) if size]
    every = [value for values in flat for value in values]
    finite = [(terms, total) for terms, total in sums if np.isfinite([*terms, total]).all()]
    return choose_format(every, finite, smallest_panel=min(sizes, default=None))


def total(values: Any) -> float:
    """A sum without the noise of adding floats."""
    array = np.asarray(values, np.float64)
    size = float(np.abs(array).sum())
    if not math.isfinite(size) or not size:
        return float(array.sum())
    return round(float(array.sum()), 6 - math.floor(math.log10(size)))


def added(terms: Sequence[float], show: NumberFormat) -> str:
    """Terms with the signs between them: "0.4 − 0.1"."""
    return " + ".join(map(show, terms)).replace("+ −", "− ")


def source_words(source: str) -> str:
    """What dY is."""
    known = {"given": "dY was given", "assumed 1": "dY: assumed 1 for every output"}
    return known.get(source, "dY: gradient of the loss" if source == "loss" else f"dY: gradient of {source}")


def table(values: Any) -> str:
    """A plane as text, for the text form."""
    rows = [[_plain(float(value)) for value in row] for row in np.atleast_2d(np.asarray(values, np.float64))]
    width = max((len(text) for row in rows for text in row), default=0)
    return "\n".join("  ".join(text.rjust(width) for text in row) for row in rows)


def _plain(value: float) -> str:
    return "NaN" if value != value else f"{value + 0.0:.7g}".replace("-inf", "−∞").replace("inf", "∞")


def best_span(weight: Plane, most: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The rows and columns (first, end), at most ``most`` each, that hold the most weight."""
    height, width = min(weight.shape[0], most), min(weight.shape[1], most)
    running = np.zeros((weight.shape[0] + 1, weight.shape[1] + 1))
    running[1:, 1:] = np.nan_to_num(weight, posinf=0.0).cumsum(0).cumsum(1)
    sums = running[height:, width:] - running[:-height, width:] - running[height:, :-width]
    sums = sums + running[:-height, :-width]
    row, column = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return (int(row), int(row) + height), (int(column), int(column) + width)


def span_words(rows: tuple[int, int], columns: tuple[int, int], shape: tuple[int, int]) -> str:
    """Which part of a plane is shown, empty where it is all of it."""
    told = [
        f"{what} {max(first, 0)} to {min(end, size) - 1} of {size}"
        for what, (first, end), size in (("rows", rows, shape[0]), ("columns", columns, shape[1]))
        if first > 0 or end < size
    ]
    return ", ".join(told)
