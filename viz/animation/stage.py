"""Where everything stands on the card while the film runs, and what never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.canvas.fonts import shorten, text_width, wrap
from viz.canvas.scene import Box, Circle, Item, Rect, Span, Text, middle_text
from viz.canvas.theme import Role
from viz.pooling import words
from viz.pooling.depths import depth_strip, of_layer
from viz.pooling.layout import HALF, INSET, MARGIN, WIDTH, RoutingLayout
from viz.pooling.numbers import NumberFormat
from viz.pooling.parts import colour_scale, flow_arrow
from viz.pooling.plane import Cell, Window
from viz.pooling.values import edge_numbers, index_room, indices, key_glyph
from viz.pooling.view import Grid

LARGEST_CELL = 50.0
LARGEST_SMALL_CELL = 40.0
CAPTION_SIZE = 18.0
_CAPTION_TOP, _CAPTION_HEIGHT = 48.0, 58.0
_CAPTION_LEFT = MARGIN + 56
_CAPTION_ROOM = WIDTH - MARGIN - 16 - _CAPTION_LEFT
_PANELS_TOP = 122.0
# The three small panels stand under the middles of X, the card and dX.
_SMALL_ROOM = 216.0


@dataclass(frozen=True)
class Stage:
    """The grids of the five panels; ``middle`` holds the switches, or the shares of one window."""

    layout: RoutingLayout
    inputs: Grid
    gradients: Grid
    outputs: Grid
    middle: Grid
    cotangents: Grid
    bottom: float

    @staticmethod
    def of(layout: RoutingLayout) -> Stage:
        """Place the panels."""
        view = layout.view
        rows, columns = view.rows[1] - view.rows[0], view.columns[1] - view.columns[0]
        index = index_room(view)
        cell = min(LARGEST_CELL, (HALF - 16 - index) // columns, max(30.0, 440 // rows))
        top = _PANELS_TOP + 50

        def upper(half: float) -> Grid:
            left = half + (HALF - index - cell * columns) / 2 + index
            return Grid(left, top, cell, view.rows[0], view.columns[0], rows, columns)

        counts = tuple(end - first for first, end in (view.window_rows, view.window_columns))
        middle_counts = counts if view.plane.is_max else view.plane.window
        most = max(counts[1], middle_counts[1])
        small = max(12.0, min(LARGEST_SMALL_CELL, _SMALL_ROOM // most))
        small_top = top + cell * rows + (64 if view.lettered else 72)

        def lower(centre: float, size: Sequence[int], first: Cell) -> Grid:
            return Grid(centre - small * size[1] / 2, small_top, small, *first, size[0], size[1])

        first = view.window_rows[0], view.window_columns[0]
        lowest = small_top + small * max(counts[0], middle_counts[0])
        return Stage(
            layout,
            upper(MARGIN),
            upper(MARGIN + HALF + 12),
            lower(MARGIN + HALF / 2, counts, first),
            lower(WIDTH / 2, middle_counts, first if view.plane.is_max else (0, 0)),
            lower(MARGIN + HALF * 1.5 + 12, counts, first),
            lowest + INSET,
        )

    @property
    def height(self) -> float:
        """The height of the card."""
        return self.bottom + 34

    def card(self) -> list[Item]:
        """What stands still: title, frames, names of panels, footer."""
        view, layout = self.layout.view, self.layout
        title = shorten(words.title(view.plane), WIDTH - 2 * MARGIN - 8, 18, bold=True)
        height = self.bottom - _PANELS_TOP
        right = MARGIN + HALF + 12
        items: list[Item] = [
            Text(MARGIN + 4, 34, title, 18, "ink", bold=True),
            Rect(MARGIN, _PANELS_TOP, HALF, height, "panel", "grid", radius=8),
            Rect(right, _PANELS_TOP, HALF, height, "panel", "grid", radius=8),
            *_title(MARGIN, "X", f"input{_unit(layout.show_values)}", "forward"),
            *depth_strip(view.plane, MARGIN + HALF - INSET, _PANELS_TOP + 6),
            *_title(right, "dX", f"gradient of the input{_unit(layout.show)}", "backward"),
            *indices(self.inputs, view),
            *indices(self.gradients, view, beside_input=True),
        ]
        items += self._small_titles()
        for grid in (self.outputs, *((self.middle,) if view.plane.is_max else ()), self.cotangents):
            items += edge_numbers(grid, view)
        footer_y = self.bottom + 17
        scale = colour_scale(WIDTH - MARGIN - 4, footer_y, layout.show(layout.largest), layout.show.unit)
        room = min(item.x for item in scale if isinstance(item, Rect)) - 60 - MARGIN
        footer = shorten(words.footer(view), room, 11)
        return [*items, *scale, middle_text(footer, MARGIN + 4, footer_y, 11, fill="muted", anchor="start")]

    def _small_titles(self) -> list[Item]:
        """The names of the three small panels, on the paper between the halves for the middle one."""
        layout, plane = self.layout, self.layout.view.plane
        y = self.outputs.top - (10 if layout.view.lettered else 18)

        def centred(grid: Grid, name: str, what: str, role: Role) -> Text:
            return Text(_centre(grid), y, (Span(name, bold=True), Span(what)), 13, role, "middle")

        width = text_width("switches saved", 13, bold=True) + 20 if plane.is_max else 100.0
        half = max(self.middle.right - self.middle.left, width) / 2 + INSET
        frame: Role = "saved" if plane.is_max else "muted"
        top, bottom = y - 18, max(self.middle.bottom, self.outputs.bottom) + 6
        items: list[Item] = [
            centred(self.outputs, "Y", f" output{of_layer(plane)}", "forward"),
            centred(self.cotangents, "dY", f" incoming{_unit(layout.show)}", "backward"),
            Rect(WIDTH / 2 - half, top, 2 * half, bottom - top, "paper", frame, 1.6, "dotted", radius=8),
        ]
        if plane.is_max:
            title = centred(self.middle, "switches", " saved", "saved")
            left = title.x - (title.width + 20) / 2
            items += [
                *key_glyph(left, y - 5),
                Text(left + 20, y, title.content, 13, "saved"),
            ]
        return items

    def middle_title(self, window: Window) -> Item:
        """For pools without winners: whose shares the middle panel shows."""
        name = self.layout.view.name(window)
        return middle_text(f"shares of {name}", WIDTH / 2, self.middle.top - 15, 11, fill="muted")

    def flow(self, *, backward: bool) -> list[Item]:
        """The arrow between the upper and the lower row of a half."""
        is_max = self.layout.view.plane.is_max
        y = self.inputs.bottom
        if not backward:
            down = ("max", ": keep the largest") if is_max else ("sum", ": weigh and add")
            if self.layout.view.plane.is_norm:
                down = ("norm", " of each window")
            spans = (Span(down[0], bold=True), Span(down[1]))
            return flow_arrow(_centre(self.inputs) - 60, y + 34, y + 8, "forward", spans, up=False, thick=1.6)
        adds = (", adds" if is_max else ", add") if self.layout.view.plane.meets else ""
        spans = (Span("max_unpool" if is_max else "send shares", bold=True), Span(adds))
        return flow_arrow(_centre(self.gradients) - 60, y + 36, y + 7, "backward", spans, up=True, thick=4)

    def outline(self, grid: Grid, window: Window) -> Rect:
        """The frame around a window in X, or around its real cells in dX."""
        box = grid.window_box(self.layout.view.plane, window)
        if grid is self.gradients:
            view = self.layout.view
            shape = view.plane.shape
            left, top = grid.corner((max(view.rows[0], 0), max(view.columns[0], 0)))
            right, bottom = grid.corner((min(view.rows[1], shape[0]), min(view.columns[1], shape[1])))
            box = Box(max(box.left, left), max(box.top, top), min(box.right, right), min(box.bottom, bottom))
        return Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, None, "ink", 2.5)

    def tap_dots(self, window: Window) -> list[Item]:
        """Where there are gaps between the cells that a window looks at: dots in those cells of X."""
        if all(step == 1 for step in self.layout.view.plane.dilation):
            return []
        corners = [self.inputs.corner(cell) for cell in window.cells if self.layout.view.shows(cell)]
        return [Circle(x + 6, y + self.inputs.cell - 6, 2.2, "ink", "value") for x, y in corners]

    def small_outline(self, grid: Grid, window: Window) -> Rect:
        """The frame around a window's cell in a small panel."""
        x, y = grid.corner((window.row, window.column))
        return Rect(x, y, grid.cell, grid.cell, None, "ink", 2.5)


def caption_items(caption: str, number: int, count: int, role: Role) -> list[Item]:
    """The band above the panels: the step's number, what it says, and how far the film is."""
    middle = _CAPTION_TOP + _CAPTION_HEIGHT / 2
    on = _ON.get(role, "paper")
    items: list[Item] = [
        Rect(MARGIN, _CAPTION_TOP, WIDTH - 2 * MARGIN, _CAPTION_HEIGHT, "panel", role, 1.6, radius=8),
        Circle(MARGIN + 30, middle, 15, role),
        middle_text(str(number), MARGIN + 30, middle, 16, fill=on, bold=True),
    ]
    lines = wrap(caption, _CAPTION_ROOM, CAPTION_SIZE)[:2]
    top = middle - 11.5 * (len(lines) - 1)
    for place, line in enumerate(lines):
        items.append(middle_text(line, _CAPTION_LEFT, top + 23 * place, CAPTION_SIZE, anchor="start"))
    step = (WIDTH - 2 * MARGIN) / count
    for place in range(count):
        fill: Role = role if place < number else "grid"
        x = MARGIN + step * place
        items.append(Rect(x + 2, _CAPTION_TOP + _CAPTION_HEIGHT + 5, step - 4, 4, fill, radius=2))
    return items


def pill(text: str, x: float, y: float, role: Role) -> tuple[Item, ...]:
    """A label that travels, centred on (x, y)."""
    width = text_width(text, 13, mono=True) + 14
    fill, ink = _PILLS[role]
    return (
        Rect(x - width / 2, y - 11, width, 22, fill, role, 2, radius=11),
        middle_text(text, x, y, 13, fill=ink, bold=True, mono=True, length=width - 14),
    )


_ON: dict[Role, Role] = {"forward": "on_forward", "backward": "on_backward"}
_PILLS: dict[Role, tuple[Role, Role]] = {
    "forward": ("forward", "on_forward"),
    "saved": ("saved_tint", "saved"),
    "backward": ("backward", "on_backward"),
}


def _title(half: float, name: str, what: str, role: Role) -> list[Item]:
    return [Text(half + INSET, _PANELS_TOP + 23, (Span(name, bold=True), Span(f" {what}")), 15, role)]


def _unit(show: NumberFormat) -> str:
    return f" ({show.unit})" if show.unit else ""


def _centre(grid: Grid) -> float:
    return (grid.left + grid.right) / 2
