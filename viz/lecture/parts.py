"""What the lecture's drawings share: headings, planes of numbers, grey pictures, how numbers are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd_cnn as ag
from viz.canvas.fonts import text_width, wrap
from viz.canvas.scene import Group, Hatch, Item, Rect, Text, middle_text, number_text
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.errors import UndrawableError

WIDTH = 960.0
MARGIN = 20.0
CELL_TEXT = 13.0
SMALLEST_TEXT = 9.0
SHADES = 8

Plane = NDArray[np.float64]


def plain(values: Any) -> NDArray[np.float64]:
    """Tensors and nested lists as float64 arrays.

    Raises
    ------
    UndrawableError
        The values are no numbers.
    """
    try:
        return np.asarray(values.data if isinstance(values, ag.Tensor) else values, np.float64)
    except (TypeError, ValueError) as error:
        raise UndrawableError(f"a {type(values).__name__} holds no array of numbers") from error


def plane_of(values: Any, what: str) -> Plane:
    """An array of two axes; leading axes of size 1 are dropped.

    Raises
    ------
    UndrawableError
        Another number of axes is left, an axis is empty, or a value is not finite.
    """
    array = plain(values)
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 2 or not array.size:
        raise UndrawableError(f"{what} has the shape {array.shape}; one plane (rows, columns) can be drawn")
    if not np.isfinite(array).all():
        raise UndrawableError(f"{what} holds values that are not finite")
    return array


def printed(value: float) -> str:
    """A number with at most four significant digits and a real minus sign.

    Examples
    --------
    >>> printed(-2.0), printed(5.25), printed(1 / 3), printed(-0.0)
    ('−2', '5.25', '0.3333', '0')
    """
    return f"{value + 0.0:.4g}".replace("-", "−")


def heading(title: str, subtitle: str, width: float = WIDTH) -> tuple[list[Item], float]:
    """The title and the sentence under it; and the height where the drawing goes on.

    Raises
    ------
    UndrawableError
        The title is wider than the drawing.
    """
    if text_width(title, 17, bold=True) > width - 2 * MARGIN:
        raise UndrawableError(f"the title is too long for the drawing's width: {title!r}")
    items: list[Item] = [Text(MARGIN, 36, title, 17, bold=True)]
    y = 58.0
    for line in wrap(subtitle, width - 2 * MARGIN, 12):
        items.append(Text(MARGIN, y, line, 12, "muted"))
        y += 17
    return items, y + 4


def text_size_for(texts: Sequence[str], room: float, largest: float = CELL_TEXT) -> float:
    """The font size, from ``largest`` down to 9, at which monospaced texts fit a cell; 0 where none does."""
    longest = max(map(len, texts), default=1)
    size = min(largest, math.floor((room - 4) / (0.605 * longest) * 2) / 2)
    return size if size >= SMALLEST_TEXT else 0.0


def matrix(
    values: Plane,
    left: float,
    top: float,
    cell: float,
    *,
    tint: Role = "value",
    bold: bool = False,
    largest_text: float = CELL_TEXT,
    title: str | None = None,
) -> Group:
    """A grid of cells with their numbers in them; ``tint`` is their colour."""
    texts = [[printed(value) for value in row] for row in values.tolist()]
    size = text_size_for([text for row in texts for text in row], cell, largest_text)
    rows, columns = values.shape
    items: list[Item] = [Rect(left, top, columns * cell, rows * cell, "value")]
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            items.append(Rect(left + j * cell, top + i * cell, cell, cell, tint, "grid"))
            if size:
                x, y = left + (j + 0.5) * cell, top + (i + 0.5) * cell
                items.append(number_text(text, x, y, size, fill=text_role_on(tint), bold=bold))
    return Group(tuple(items), title=title)


def picture(values: Plane, left: float, top: float, cell: float, largest: float | None = None) -> Group:
    """A plane without numbers: grey from 0 to the largest value, the diverging colours where signs differ.

    Equal neighbours in a row share a rectangle, which keeps files small.
    """
    limit = float(np.abs(values).max()) if largest is None else largest
    rows, columns = values.shape
    signed = bool((values < 0).any())
    items: list[Item] = [Rect(left, top, columns * cell, rows * cell, "zero" if signed else "value", "grid")]
    shares = np.minimum(np.abs(values) / limit, 1.0) if limit else np.zeros_like(values)
    levels = np.rint(shares * SHADES).astype(int) * np.where(values < 0, -1, 1)
    for i, row in enumerate(levels.tolist()):
        start = 0
        for j in range(1, columns + 1):
            if j < columns and row[j] == row[start]:
                continue
            if row[start]:
                box = (left + start * cell, top + i * cell, (j - start) * cell, cell)
                if signed:
                    # a little too large, so that no paper shines through between neighbours
                    box = (box[0], box[1], box[2] + 0.4, box[3] + 0.4)
                    items.append(Rect(*box, gradient_role(row[start] / SHADES, 1.0)))
                else:
                    items.append(Rect(*box, "ink", opacity=row[start] / SHADES))
            start = j
    return Group(tuple(items))


def padding_cells(shape: tuple[int, int], padding: int, left: float, top: float, cell: float) -> list[Item]:
    """The hatched frame of zeros around a grid whose padded top left corner is (left, top)."""
    rows, columns = shape
    items: list[Item] = []
    for i in range(rows + 2 * padding):
        for j in range(columns + 2 * padding):
            inside = padding <= i < padding + rows and padding <= j < padding + columns
            if not inside:
                x, y = left + j * cell, top + i * cell
                items += [Hatch(x, y, cell, cell), Rect(x, y, cell, cell, None, "grid", dash="dotted")]
    return items


def caption(text: str, x: float, y: float, *, fill: Role = "ink", size: float = 13.0) -> Text:
    """A bold line centred over or under something."""
    return middle_text(text, x, y, size, fill=fill, bold=True)
