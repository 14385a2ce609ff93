"""Planes side by side: numbers where they can be read, grey pictures where they can't, with marks on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, text_width, wrap
from viz.canvas.scene import Circle, Item, Line, Rect, Scene, Text, middle_text
from viz.errors import UndrawableError
from viz.lecture.parts import MARGIN, WIDTH, Plane, heading, matrix, picture, plane_of, printed

MOST_NUMBERS = 12
CELL, PICTURE = 40.0, 148.0
BETWEEN = 26.0
NAME, NOTE = 13.0, 11.0


@dataclass(frozen=True, slots=True)
class MapPanel:
    """A plane, and what is marked on it.

    Attributes
    ----------
    values : array_like, (H, W)
        The plane; leading axes of size 1 are dropped.
    note : str
        A remark under it.
    rings : sequence of (row, column)
        Cells to ring.
    frame : (row, column, height, width), optional
        A window to outline.
    numbers : bool, optional
        Whether numbers are printed; up to 12 x 12 cells when left out.
    largest : float, optional
        The size of value that a picture draws strongest; the plane's own largest when left out.
    struck : mapping from (row, column) to str
        What is wrongly printed elsewhere for a cell: it is shown, struck out, beside the right number.
    """

    values: Any
    note: str = ""
    rings: tuple[tuple[int, int], ...] = ()
    frame: tuple[int, int, int, int] | None = None
    numbers: bool | None = None
    largest: float | None = None
    struck: Mapping[tuple[int, int], str] = field(default_factory=dict)


def maps(
    panels: Mapping[str, Any],
    *,
    per_row: int | None = None,
    title: str = "Maps",
    subtitle: str = "",
    theme: str = "light",
) -> Drawing:
    """Draw planes side by side.

    Parameters
    ----------
    panels : mapping
        From a name to a plane (H, W), or to a `MapPanel` with marks. Planes up to 12 x 12 are drawn with
        their numbers; larger ones as pictures: grey where nothing is negative, otherwise in the diverging
        colours.
    per_row : int, optional
        How many stand beside each other; as many as fit when left out.
    title, subtitle : str
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        ``.data["maps"]`` holds the planes.

    Raises
    ------
    UndrawableError
        There is no panel, one is no plane of finite numbers, a mark lies outside, or ``per_row`` is below 1.

    Examples
    --------
    >>> drawing = maps({"x": [[6, 6], [4, 5]], "max": [[6]]}, title="Max pooling")
    >>> print(drawing.text)
    Max pooling
    <BLANKLINE>
    x
      6 6
      4 5
    max
      6
    <BLANKLINE>
    """
    if not panels or (per_row is not None and per_row < 1):
        raise UndrawableError("maps needs a panel or more, and per_row of 1 or more")
    drawn = [
        _Panel(name, entry if isinstance(entry, MapPanel) else MapPanel(entry))
        for name, entry in panels.items()
    ]
    # cells of one size, so that a large number in one plane does not make it look more important
    largest = max(panel.cell for panel in drawn)
    for panel in drawn:
        panel.cell = largest
    rows = _in_rows(drawn, per_row)
    items, top = heading(title, subtitle)
    top += 6
    for row in rows:
        shrink = min(
            1.0, (WIDTH - 2 * MARGIN - BETWEEN * (len(row) - 1)) / sum(panel.wanted for panel in row)
        )
        widths = [panel.wanted * shrink for panel in row]
        gap = min(60.0, (WIDTH - 2 * MARGIN - sum(widths)) / max(1, len(row) - 1)) if len(row) > 1 else 0.0
        x = (WIDTH - sum(widths) - gap * (len(row) - 1)) / 2
        tallest = max(panel.height(width) for panel, width in zip(row, widths, strict=True))
        lowest = 0.0
        for panel, width in zip(row, widths, strict=True):
            room = width + gap - 8 if len(row) > 1 else WIDTH - 2 * MARGIN
            made, bottom = panel.items(
                x,
                top + 22,
                width,
                tallest,
                min(room, 2 * (x + width / 2 - 8), 2 * (WIDTH - 8 - x - width / 2)),
            )
            items += made
            lowest = max(lowest, bottom)
            x += width + gap
        top = lowest + 22
    words = [line for panel in drawn for line in panel.words()]
    text = "\n".join([title, *([subtitle] if subtitle else []), "", *words]) + "\n"
    data = {"maps": {panel.name: panel.values for panel in drawn}}
    return Drawing(
        Scene(WIDTH, top, title, ". ".join([subtitle, *(p.name for p in drawn)]), tuple(items)),
        text,
        data,
        theme,
    )


class _Panel:
    """One plane: its size on the drawing, and its items."""

    def __init__(self, name: str, panel: MapPanel) -> None:
        self.name, self.panel = name, panel
        self.values: Plane = plane_of(panel.values, repr(name))
        rows, columns = self.values.shape
        self.numbers = max(rows, columns) <= MOST_NUMBERS if panel.numbers is None else panel.numbers
        longest = max(len(printed(value)) for value in self.values.flat) if self.numbers else 0
        self.cell = max(CELL, 8.0 * longest + 8)
        marked = [*panel.rings, *panel.struck, *([panel.frame[:2]] if panel.frame else [])]
        for row, column in marked:
            if not (0 <= row < rows and 0 <= column < columns):
                raise UndrawableError(
                    f"{name!r} has {rows} x {columns} cells; ({row}, {column}) can't be marked"
                )

    @property
    def wanted(self) -> float:
        """The width that the plane takes where there is room."""
        rows, columns = self.values.shape
        return float(columns * self.cell if self.numbers else PICTURE * min(1.0, columns / rows))

    def height(self, width: float) -> float:
        rows, columns = self.values.shape
        return float(width * rows / columns)

    def items(
        self, left: float, top: float, width: float, tallest: float, room: float
    ) -> tuple[list[Item], float]:
        rows, columns = self.values.shape
        cell = width / columns
        start = top + (tallest - self.height(width)) / 2
        middle = left + width / 2
        items: list[Item] = [
            middle_text(shorten(self.name, room, NAME, bold=True), middle, start - 13, NAME, bold=True)
        ]
        if self.numbers:
            items.append(matrix(self.values, left, start, cell))
        else:
            items.append(picture(self.values, left, start, cell, self.panel.largest))
            items.append(Rect(left, start, width, rows * cell, None, "muted"))
        if self.panel.frame is not None:
            row, column, high, wide = self.panel.frame
            items.append(
                Rect(left + column * cell, start + row * cell, wide * cell, high * cell, None, "forward", 2.6)
            )
        for row, column in self.panel.rings:
            x, y = left + (column + 0.5) * cell, start + (row + 0.5) * cell
            items.append(Circle(x, y, cell * 0.42, None, "forward", 2))
        y = start + rows * cell
        for (row, column), wrong in self.panel.struck.items():
            items += self._struck(wrong, left + (column + 1) * cell - 9, start + row * cell + 9)
        for line in wrap(self.panel.note, room, NOTE):
            y += 16
            items.append(Text(middle, y, line, NOTE, "muted", "middle"))
        return items, top + tallest + 16 * len(wrap(self.panel.note, room, NOTE))

    def _struck(self, wrong: str, x: float, y: float) -> list[Item]:
        """The wrong number, small, in the cell's upper right corner, with a line through it."""
        half = text_width(wrong, 11, mono=True) / 2 + 2
        return [
            middle_text(wrong, x, y, 11, fill="backward", mono=True),
            Line(((x - half, y + 5), (x + half, y - 5)), "backward", 1.2),
        ]

    def words(self) -> list[str]:
        if not self.numbers:
            low, high = printed(float(self.values.min())), printed(float(self.values.max()))
            size = " x ".join(map(str, self.values.shape))
            return [
                f"{self.name}: {size}, from {low} to {high}"
                + (f" ({self.panel.note})" if self.panel.note else "")
            ]
        cells = [[printed(value) for value in row] for row in self.values.tolist()]
        wide = max(len(text) for row in cells for text in row)
        lines = [self.name + (f" ({self.panel.note})" if self.panel.note else "")]
        return [*lines, *("  " + " ".join(text.rjust(wide) for text in row) for row in cells)]


def _in_rows(panels: list[_Panel], per_row: int | None) -> list[list[_Panel]]:
    """The panels in rows: ``per_row`` each, or as many as have their full width."""
    rows: list[list[_Panel]] = []
    for panel in panels:
        room = WIDTH - 2 * MARGIN
        full = not rows or (
            len(rows[-1]) >= per_row
            if per_row is not None
            else sum(p.wanted + BETWEEN for p in rows[-1]) + panel.wanted > room
        )
        if full:
            rows.append([])
        rows[-1].append(panel)
    return rows
