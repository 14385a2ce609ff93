"""The arrangement of picture A: which part stands where, and how its numbers are printed."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from viz.canvas.fonts import text_width, wrap
from viz.canvas.scene import Group, Item, Line, Rect, Scene, Span, Text, middle_text, walk
from viz.canvas.theme import Role
from viz.errors import UndrawableError
from viz.pooling import words
from viz.pooling.depths import depth_strip, of_layer
from viz.pooling.gradient import draw_gradient
from viz.pooling.numbers import NumberFormat, choose_format
from viz.pooling.parts import (
    THUMBNAIL,
    colour_scale,
    filmstrip,
    flow_arrow,
    has_filmstrip,
    legend,
    thumbnail,
)
from viz.pooling.plane import Cell, Plane, Window
from viz.pooling.rulers import draw_rulers, ruler, ruler_room
from viz.pooling.values import (
    INDEX_HEIGHT,
    cotangent_content,
    cotangent_fill,
    draw_input,
    draw_small_panel,
    index_room,
    indices,
    key_glyph,
    output_content,
    share_items,
    switch_content,
)
from viz.pooling.view import Grid, View, choose_view

WIDTH = 960.0
MARGIN = 16.0
HALF = (WIDTH - 2 * MARGIN - 12) / 2
INSET = 12.0
LARGEST_CELL = 52.0
LARGEST_SMALL_CELL = 50.0


@dataclass(frozen=True)
class RoutingLayout:
    """What is drawn and how its numbers are printed; `scene` lays it out."""

    view: View
    spotlight: Window
    show: NumberFormat
    show_values: NumberFormat
    largest: float

    @staticmethod
    def of(plane: Plane, spotlight: str | int | Cell | None = None) -> RoutingLayout:
        """Choose the crop, the spotlight and the number formats of a plane."""
        if not plane.windows or plane.gradient.size == 0:
            raise UndrawableError(f"{plane.op} has no window here; there is nothing to draw")
        view = choose_view(plane)
        sent = [window.cotangent for window in view.windows]
        cells = [cell for cell in view.cells if view.is_real(cell)]
        received = [float(plane.gradient[cell]) for cell in cells]
        terms = {
            cell: [window.cotangent * share for window, share in plane.arrivals.get(cell, ())]
            for cell in cells
        }
        sums = [
            (terms[cell], float(plane.gradient[cell]))
            for cell in cells
            if 1 < len(terms[cell]) <= words.MOST_TERMS
        ]
        values = [] if plane.values is None else [float(plane.values[cell]) for cell in cells]
        values += [float(plane.outputs[window.row, window.column]) for window in view.windows]
        finite = np.abs(np.array([*sent, *received]))
        largest = float(np.max(finite, where=np.isfinite(finite), initial=0.0))
        # A share is printed too: where dY and dX are whole numbers, the quarters between them are not.
        shares = list(itertools.chain.from_iterable(terms.values()))
        panels = [max(map(abs, panel)) for panel in (sent, received, shares) if panel]
        smallest = min(panels) if all(map(math.isfinite, panels)) else None
        show = choose_format([*sent, *received, *shares], sums, smallest_panel=smallest)
        return RoutingLayout(
            view, view.find(spotlight), show, choose_format(values, apart=_rivals(view)), largest
        )

    def scene(self) -> Scene:
        """The whole drawing, arranged from top to bottom."""
        view = self.view
        items: list[Item] = [Text(MARGIN + 4, 36, words.title(view.plane), 18, "ink", bold=True)]
        y = 56.0
        for line in wrap(words.subtitle(view.plane), WIDTH - 2 * MARGIN - 8, 12):
            items.append(Text(MARGIN + 4, y, line, 12, "muted"))
            y += 17
        halves, y = self._halves(y - 2)
        items += halves
        short = any(isinstance(item, Text) and item.plain.startswith("Σ") for item in walk(halves))
        more = [("text Σ", "sum of several windows")] if short else []
        signs, height = legend(view, self.show_values, MARGIN + 4, y + 10, WIDTH - 2 * MARGIN - 8, more)
        items.append(Group(tuple(signs), id="legend"))
        y += 10 + height
        if has_filmstrip(view):
            items.append(Text(MARGIN + 4, y + 24, "Window by window", 13, "ink", bold=True))
            frames, height = filmstrip(view, self.show, self.spotlight, MARGIN, y + 36, WIDTH - 2 * MARGIN)
            items.append(Group(tuple(frames), id="filmstrip"))
            y += 36 + height
        told, y = self._answers(y + 14)
        items += told
        last, y = self._footer(y)
        items += last
        told_in_words = words.description(view, self.show, self.show_values)
        return Scene(WIDTH, y, words.title(view.plane), told_in_words, tuple(items))

    def _halves(self, top: float) -> tuple[list[Item], float]:
        """The two halves with their panels, and where they end."""
        view = self.view
        bars = ruler(view, 1, self.spotlight), ruler(view, 0, self.spotlight)
        above, beside = ruler_room(bars[0], 1), ruler_room(bars[1], 0)
        columns, rows = view.columns[1] - view.columns[0], view.rows[1] - view.rows[0]
        index = index_room(view)
        left_room = index + beside
        cell = min(LARGEST_CELL, (HALF - 16 - left_room) // columns)
        if rows > columns:
            cell = min(cell, max(36.0, 480 // rows))
        grid_top = top + 36 + above + INDEX_HEIGHT
        left = MARGIN + (HALF - left_room - cell * columns) / 2 + left_room
        grid = Grid(left, grid_top, cell, view.rows[0], view.columns[0], rows, columns)
        right_half = MARGIN + HALF + 12
        right = right_half + (HALF - index - cell * columns) / 2 + index
        mirror = Grid(right, grid_top, cell, view.rows[0], view.columns[0], rows, columns)
        lower, bottom = self._lower(grid.bottom + 58)
        items: list[Item] = [
            Rect(MARGIN, top, HALF, bottom - top, "panel", "grid", radius=8),
            Rect(right_half, top, HALF, bottom - top, "panel", "grid", radius=8),
            *_half_title(MARGIN, top, "FORWARD", "X", f"input{_unit(self.show_values)}", "forward"),
            *depth_strip(view.plane, MARGIN + HALF - INSET - 76, top + 6),
            *_half_title(
                right_half, top, "BACKWARD", "dX", f"gradient of the input{_unit(self.show)}", "backward"
            ),
        ]
        inputs = [
            *draw_rulers(grid, *bars, index),
            *indices(grid, view),
            *draw_input(grid, view, self.show_values, self.spotlight),
        ]
        items.append(Group(tuple(inputs), id="X"))
        gradients = [
            *indices(mirror, view, beside_input=True),
            *draw_gradient(mirror, view, self.show, self.largest, self.spotlight),
        ]
        items.append(Group(tuple(gradients), id="dX"))
        items += self._flow(grid.bottom)
        return [*items, *lower], bottom

    def _flow(self, top: float) -> list[Item]:
        """The arrows that say what happens between the upper and the lower row."""
        places = self._lower_places()
        down = ("max", ": keep the largest") if self.view.plane.is_max else ("sum", ": weigh and add")
        if self.view.plane.is_norm:
            down = ("norm", " of each window")
        up = "max_unpool" if self.view.plane.is_max else "send shares"
        adds = (", adds" if self.view.plane.is_max else ", add") if self.view.plane.meets else ""
        return [
            *flow_arrow(
                places.output + 14,
                top + 38,
                top + 9,
                "forward",
                (Span(down[0], bold=True), Span(down[1])),
                up=False,
                thick=1.6,
            ),
            *flow_arrow(
                places.cotangent + 14,
                top + 40,
                top + 8,
                "backward",
                (Span(up, bold=True), Span(adds)),
                up=True,
                thick=4,
            ),
        ]

    def _lower_places(self) -> _Places:
        """Where the three small panels stand, and how large their cells are."""
        view = self.view
        count = view.window_columns[1] - view.window_columns[0]
        middle_count = count if view.plane.is_max else view.plane.window[1]
        aside = THUMBNAIL + 24 if view.cropped else 0.0
        edges = 0.0 if view.lettered else 14.0
        # Both outer panels and half of the middle one share a half; the middle one straddles the gap.
        room = WIDTH / 2 - MARGIN - 2 * INSET - 34 - aside
        cell = min(LARGEST_SMALL_CELL, (room - 1.5 * edges) // (count + middle_count / 2))
        cell = max(cell, 14.0)
        middle_width = max(cell * middle_count + 2 * INSET + edges, 150.0)
        middle = (WIDTH - middle_width) / 2
        left_room = middle - MARGIN - aside
        output = MARGIN + aside + edges + (left_room - edges - cell * count) / 2
        right_edge = middle + middle_width
        cotangent = right_edge + edges + (WIDTH - MARGIN - right_edge - edges - cell * count) / 2
        return _Places(
            cell, output, middle, middle_width, middle + (middle_width - cell * middle_count) / 2, cotangent
        )

    def _lower(self, top: float) -> tuple[list[Item], float]:
        """Y, switches and dY, joined by the dotted rung of what is saved; and where they end."""
        view, plane = self.view, self.view.plane
        places = self._lower_places()
        rows = view.window_rows[1] - view.window_rows[0]
        columns = view.window_columns[1] - view.window_columns[0]
        edge = 0.0 if view.lettered else 12.0
        grid_top = top + 14 + edge

        def grid(left: float) -> Grid:
            first = view.window_rows[0], view.window_columns[0]
            return Grid(left, grid_top, places.cell, *first, rows, columns)

        outputs, cotangents = grid(places.output), grid(places.cotangent)
        fill = cotangent_fill(self.largest)
        middle, middle_bottom = self._middle(places, grid(places.switches), top)
        bottom = max(outputs.bottom, middle_bottom)
        height = min(outputs.top + places.cell * rows / 2, middle_bottom - 12)
        rung: list[Item] = [
            Line(((outputs.right + 6, height), (places.middle - 2, height)), "saved", 2.4, "dotted"),
            Line(
                ((places.middle + places.middle_width + 2, height), (cotangents.left - 6 - edge, height)),
                "saved",
                2.4,
                "dotted",
            ),
        ]
        small: list[Item] = [
            Text(
                places.output,
                top + 2,
                (Span("Y", bold=True), Span(f" output{of_layer(plane)}")),
                13,
                "forward",
            ),
            Text(
                places.cotangent,
                top + 2,
                (Span("dY", bold=True), Span(f" incoming{_unit(self.show)}")),
                13,
                "backward",
            ),
            Group(
                tuple(
                    draw_small_panel(
                        outputs,
                        view,
                        self.spotlight,
                        "forward",
                        output_content(view, self.show_values),
                        lambda _: "value",
                    )
                ),
                id="Y",
            ),
            Group(
                tuple(
                    draw_small_panel(
                        cotangents,
                        view,
                        self.spotlight,
                        "backward",
                        cotangent_content(view, self.show, fill),
                        fill,
                    )
                ),
                id="dY",
            ),
        ]
        if plane.is_max:
            small = [*rung, *small]
        if view.cropped:
            dots, dots_height = thumbnail(view, MARGIN + INSET + 4, grid_top, self.largest)
            small.append(
                Text(MARGIN + INSET + 4, top + 2, f"dX, all {plane.shape[0]} × {plane.shape[1]}", 11, "muted")
            )
            small.append(Group(tuple(dots), id="thumbnail"))
            bottom = max(bottom, grid_top + dots_height)
        return [*small, *middle], bottom + INSET + 2

    def _middle(self, places: _Places, grid: Grid, top: float) -> tuple[list[Item], float]:
        """What is saved between forward and backward; for pools without winners, the shares of a window."""
        plane = self.view.plane
        height = (grid.bottom - top + 24) if plane.is_max else plane.window[0] * places.cell + 14 + 24
        role: Role = "saved" if plane.is_max else "muted"
        frame = Rect(
            places.middle, top - 14, places.middle_width, height, "paper", role, 1.6, "dotted", radius=8
        )
        if not plane.is_max:
            shares = Grid(places.switches, top + 14, places.cell, 0, 0, *plane.window)
            name = f"shares of window {self.view.name(self.spotlight)}"
            name += "" if plane.slice is None else f", depth {plane.slice.depth}"
            show = choose_format([share for _, share in self.spotlight.shares])
            drawn = share_items(shares, plane, self.spotlight, show)
            title = middle_text(name, places.middle + places.middle_width / 2, top - 2, 11, fill="muted")
            return [frame, title, *drawn], top - 14 + height
        title_width = 20 + text_width("switches", 13, bold=True) + text_width(" saved", 13)
        left = (WIDTH - title_width) / 2
        items: list[Item] = [
            frame,
            *key_glyph(left, top - 3),
            Text(left + 20, top + 2, (Span("switches", bold=True), Span(" saved")), 13, "saved"),
        ]
        panel = draw_small_panel(
            grid, self.view, self.spotlight, "saved", switch_content(self.view), lambda _: "value"
        )
        items.append(Group(tuple(panel), id="switches"))
        return items, grid.bottom + INSET - 2

    def _answers(self, top: float) -> tuple[list[Item], float]:
        """Question and answer, line by line, and where they end."""
        found = words.answers(self.view, self.show, self.show_values)
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

    def _footer(self, top: float) -> tuple[list[Item], float]:
        """Where the numbers come from, and the colour scale; and where the drawing ends."""
        largest = self.show(self.largest)
        items: list[Item] = [Line(((MARGIN + 4, top - 6), (WIDTH - MARGIN - 4, top - 6)), "grid")]
        items.append(
            middle_text(words.footer(self.view), MARGIN + 4, top + 9, 11, fill="muted", anchor="start")
        )
        items += colour_scale(WIDTH - MARGIN - 4, top + 9, largest, self.show.unit)
        return items, top + 28


@dataclass(frozen=True, slots=True)
class _Places:
    cell: float
    output: float
    middle: float
    middle_width: float
    switches: float
    cotangent: float


def _rivals(view: View) -> list[tuple[float, float]]:
    """Winner and best loser of each window shown, where these differ: printed alike, they would look tied."""
    values = view.plane.values
    if values is None or not view.plane.is_max:
        return []
    found = []
    for window in view.windows:
        best = float(view.plane.outputs[window.row, window.column])
        rest = [value for value in (float(values[cell]) for cell in window.cells) if value < best]
        if rest:
            found.append((best, max(rest)))
    return found


def _unit(show: NumberFormat) -> str:
    return f" ({show.unit})" if show.unit else ""


def _half_title(left: float, top: float, half: str, name: str, what: str, role: Role) -> list[Item]:
    """Which half it is, and the name of its upper panel."""
    width = text_width(half, 9, bold=True) + 12
    on: Role = "on_forward" if role == "forward" else "on_backward"
    chip_left = left + HALF - INSET - width
    return [
        Rect(chip_left, top + 10, width, 15, role, radius=4),
        middle_text(half, chip_left + width / 2, top + 17.5, 9, fill=on, bold=True),
        Text(left + INSET, top + 23, (Span(name, bold=True), Span(f" {what}")), 15, role),
    ]
