"""The film of one pooling step: what happens when, for two windows that meet in one cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from viz.animation import captions
from viz.animation.film import Change, Film, Layer, Step, Stop, held
from viz.animation.pair import Pair, choose_pair
from viz.animation.stage import Stage, caption_items, pill
from viz.canvas.scene import Item, Point, Rect
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.pooling import words
from viz.pooling.gradient import draw_gradient, sum_terms
from viz.pooling.layout import RoutingLayout
from viz.pooling.numbers import choose_format
from viz.pooling.plane import Cell, Window
from viz.pooling.values import (
    cotangent_content,
    cotangent_fill,
    input_cells,
    input_outline,
    number_in,
    number_size,
    output_content,
    share_items,
    small_cell,
    switch_content,
)
from viz.pooling.view import Grid, View

GROUND, FRAMES = 0, 2
"""Ranks of places: what lies below the rest, and above it."""
MOST_SCANNED = 4
MOST_FLIGHTS = 16
FLIGHT = 0.8
READING = 0.7
"""Seconds that a finished step stays, at least."""
A_WORD = 0.19
"""Seconds that a reader needs for a word of a caption."""
LONGEST_CAPTION = 2.8


def film_of(layout: RoutingLayout, spotlight: Window | None) -> Film:
    """Write the film of a plane; ``spotlight`` is the first window to follow, None chooses."""
    told = _Telling(layout, Stage.of(layout), choose_pair(layout, spotlight))
    return told.film()


@dataclass
class _Telling:
    """Collects what happens, step by step; ``clock`` is the time in seconds."""

    layout: RoutingLayout
    stage: Stage
    pair: Pair
    clock: float = 0.0
    changes: list[Change] = field(default_factory=list)
    frames: list[Layer] = field(default_factory=list)
    flights: list[Layer] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def view(self) -> View:
        return self.layout.view

    def film(self) -> Film:
        first, second, shared = self.pair.first, self.pair.second, self.pair.shared
        self._empty()
        self._step(captions.forward_words(self.layout, first), self._forward)
        self._step(captions.saved_words(self.layout, first), self._saved)
        self._step(captions.back_words(self.layout, first), self._back)
        self._step(captions.others_words(self.layout, first), self._others)
        if second is not None:
            told = captions.second_words(self.layout, first, second, shared)
            self._step(told, lambda: self._second(second))
        last = captions.last_words(self.layout)
        start = self.clock
        self._last()
        self.clock = round(start + LONGEST_CAPTION, 2)
        self.steps.append(Step(last, start, self.clock))
        colours = captions.roles(self.view.plane, len(self.steps))
        for number, (step, colour) in enumerate(zip(self.steps, colours, strict=True), 1):
            self._put("caption", caption_items(step.caption, number, len(self.steps), colour), step.start)
        plane = self.view.plane
        described = " ".join(step.caption for step in self.steps)
        return Film(
            960.0,
            self.stage.height,
            words.title(plane),
            f"A film in {len(self.steps)} steps. {described} {words.cotangent_words(plane)}.",
            (Layer(tuple(self.stage.card())), *held(self.changes), *self.frames, *self.flights),
            tuple(self.steps),
            self.clock,
        )

    # ---- bricks

    def _step(self, caption: str, act: Callable[[], None]) -> None:
        start = self.clock
        act()
        self.clock = round(max(self.clock + READING, start + _reading_time(caption)), 2)
        self.steps.append(Step(caption, start, self.clock - 0.05))

    def _put(self, key: object, items: Sequence[Item], time: float | None = None, rank: int = 1) -> None:
        """From now on (or from a time), the place holds these items."""
        self.changes.append(Change(self.clock if time is None else time, key, tuple(items), rank))

    def _fly(self, text: str, role: Role, way: Sequence[tuple[float, Point]]) -> None:
        """A pill along points, each reached at its time."""
        (start, origin), (end, _) = way[0], way[-1]
        stops = tuple(Stop(time, x - origin[0], y - origin[1]) for time, (x, y) in way)
        self.flights.append(Layer(pill(text, *origin, role), start, end, stops))

    def _mark(self, grid: Grid, window: Window | None) -> None:
        """Frame a window's cell in a small panel."""
        items = [] if window is None else [self.stage.small_outline(grid, window)]
        self._put(("mark", grid.left), items, rank=FRAMES)

    def _small(self, grid: Grid, windows: Iterable[Window], *, full: bool) -> None:
        """Cells of Y, switches or dY, full or still empty."""
        stage, layout = self.stage, self.layout
        for window in windows:
            paper: Role = "value"
            if grid is stage.outputs:
                role: Role = "forward"
                content = output_content(self.view, layout.show_values)
            elif grid is stage.middle:
                role, content = "saved", switch_content(self.view)
            else:
                role, fill = "backward", cotangent_fill(layout.largest)
                content = cotangent_content(self.view, layout.show, fill)
                paper = fill(window) if full else paper
            drawn = small_cell(grid, self.view, window, role, content if full else _nothing, paper)
            self._put((grid.left, window.row, window.column), drawn)

    def _show_input(self, routed: Iterable[Window], spotlight: Window | None = None) -> None:
        """X with the winners of some windows."""
        grid, view = self.stage.inputs, _routed(self.view, routed)
        for cell, items in input_cells(grid, view, self.layout.show_values):
            self._put(("X", cell), items, rank=GROUND)
        outlined = [] if spotlight is None else input_outline(grid, view, spotlight)
        self._put("frame X", outlined, rank=FRAMES)

    def _show_gradient(self, cell: Cell, text: str, value: float, above: str = "") -> None:
        """One cell of dX; ``above`` is what it is the sum of."""
        grid = self.stage.gradients
        x, y = grid.corner(cell)
        middle = grid.centre(cell)
        fill = gradient_role(value, self.layout.largest)
        ink: Role = "muted" if value == 0 else text_role_on(fill)
        size = number_size(grid.cell)
        items: list[Item] = [Rect(x, y, grid.cell, grid.cell, fill, "grid")]
        low = middle[1] + (7 if above else 0)
        items.append(number_in(text, middle[0], low, size, grid.cell - 4, fill=ink, bold=value != 0))
        if above:
            over = low - size * 0.37 - 7
            items.append(number_in(above, middle[0], over, 9, grid.cell - 4, fill=ink))
        self._put(("dX", cell), items)

    def _gradient_of(self, window: Window, cell: Cell) -> None:
        value = window.cotangent * dict(window.shares)[cell]
        self._show_gradient(cell, self.layout.show(value), value)

    def _shown(self, window: Window) -> list[tuple[Cell, float]]:
        return [(cell, share) for cell, share in window.shares if self.view.shows(cell)]

    # ---- the steps

    def _empty(self) -> None:
        """Values in X, nothing anywhere else."""
        stage, view = self.stage, self.view
        self._show_input(())
        grids = [stage.outputs, stage.cotangents, *([stage.middle] if view.plane.is_max else [])]
        for grid in grids:
            self._small(grid, view.windows, full=False)
        grid = stage.gradients
        for cell in view.cells:
            if view.is_real(cell):
                x, y = grid.corner(cell)
                used = Rect(x, y, grid.cell, grid.cell, "value", "grid")
                unused = Rect(x + 1.5, y + 1.5, grid.cell - 3, grid.cell - 3, None, "muted", dash="dotted")
                self._put(("dX", cell), [used if view.plane.covers(cell) else unused])
        if not view.plane.is_max:
            self._shares(self.pair.first)

    def _shares(self, window: Window) -> None:
        show = choose_format([share for _, share in window.shares])
        drawn = share_items(self.stage.middle, self.view.plane, window, show)
        self._put("shares", [self.stage.middle_title(window), *drawn])

    def _forward(self) -> None:
        """A window scans; the maximum goes to Y."""
        stage, view, first = self.stage, self.view, self.pair.first
        place = next(i for i, w in enumerate(view.windows) if (w.row, w.column) == (first.row, first.column))
        scanned = view.windows[max(0, place - MOST_SCANNED + 1) : place + 1]
        self._put("down", stage.flow(backward=False))
        before: Rect | None = None
        for number, window in enumerate(scanned, 1):
            before = self._scan(window, before)
            self.clock += 0.3
            if view.plane.is_max:
                self._show_input(scanned[:number])
            if window is not first:
                self._small(stage.outputs, [window], full=True)
                self.clock += 0.1
        self._mark(stage.outputs, first)
        self.clock += 0.25
        goal = stage.outputs.centre((first.row, first.column))
        for text, origin in self._kept(first):
            self._fly(text, "forward", [(self.clock, origin), (self.clock + FLIGHT, goal)])
        self.clock += FLIGHT
        self._small(stage.outputs, [first], full=True)

    def _scan(self, window: Window, before: Rect | None) -> Rect:
        """The frame in X glides to a window, and stays there until the next one."""
        frame = self.stage.outline(self.stage.inputs, window)
        stops: tuple[Stop, ...] = ()
        if before is not None:
            last = self.frames[-1]
            self.frames[-1] = replace(last, end=self.clock)
            if (before.width, before.height) == (frame.width, frame.height):
                start = Stop(self.clock, before.x - frame.x, before.y - frame.y)
                stops = (start, Stop(self.clock + 0.25))
        dots = self.stage.tap_dots(window)
        self.frames.append(Layer((frame, *dots), self.clock, None, stops))
        return frame

    def _kept(self, window: Window) -> list[tuple[str, Point]]:
        """What flies to Y: the winners; for averages and sums every cell, if there are few."""
        plane, grid = self.view.plane, self.stage.inputs
        shown = [cell for cell, _ in self._shown(window)]
        output = self.layout.show_values(float(plane.outputs[window.row, window.column]))
        if plane.is_max:
            return [(output, grid.centre(cell)) for cell in shown]
        if plane.values is None or len(shown) > MOST_FLIGHTS:
            return []
        show = self.layout.show_values
        return [(show(float(plane.values[cell])), grid.centre(cell)) for cell in shown]

    def _saved(self) -> None:
        """The winner's address drops to the switches; then every window has done the same."""
        stage, view, first = self.stage, self.view, self.pair.first
        if not view.plane.is_max:
            self.clock += FLIGHT
            self._small(stage.outputs, view.windows, full=True)
            return
        goal = stage.middle.centre((first.row, first.column))
        self._mark(stage.middle, first)
        self.clock += 0.3
        for cell, _ in self._shown(first):
            tap = f"tap {view.plane.tap(first, cell)}"
            self._fly(tap, "saved", [(self.clock, stage.inputs.centre(cell)), (self.clock + FLIGHT, goal)])
        self.clock += FLIGHT
        self._small(stage.middle, [first], full=True)
        self.clock += 0.5
        rest = [window for window in view.windows if window is not first]
        self._small(stage.middle, rest, full=True)
        self._small(stage.outputs, view.windows, full=True)
        self._show_input(view.windows)

    def _arrive(self, window: Window) -> None:
        """A cotangent appears in dY, and its window is framed in dX."""
        stage = self.stage
        for grid in (stage.outputs, stage.cotangents, *([stage.middle] if self.view.plane.is_max else [])):
            self._mark(grid, window)
        self._put("frame dX", [stage.outline(stage.gradients, window)], rank=FRAMES)
        self.clock += 0.2
        self._small(stage.cotangents, [window], full=True)
        self.clock += 0.3

    def _send(self, window: Window, *, stop: bool) -> None:
        """A gradient flies from dY over the switches (or the shares) to its cells in dX."""
        stage, plane = self.stage, self.view.plane
        place = (window.row, window.column)
        between = stage.middle.centre(place) if plane.is_max else _centre(stage.middle)
        start = self.clock
        way = [(start, stage.cotangents.centre(place)), (start + 0.6, between), (start + 0.7, between)]
        self._fly(self.layout.show(window.cotangent), "backward", way)
        self.clock = start + 0.7
        if not stop:
            self._spread(window)

    def _spread(self, window: Window) -> None:
        stage, plane, show = self.stage, self.view.plane, self.layout.show
        shown = self._shown(window)
        if len(shown) <= MOST_FLIGHTS:
            for cell, share in shown:
                origin = stage.middle.centre((window.row, window.column))
                if not plane.is_max:
                    origin = stage.middle.centre(plane.spot(window, cell))
                way = [(self.clock, origin), (self.clock + FLIGHT, stage.gradients.centre(cell))]
                self._fly(show(window.cotangent * share), "backward", way)
        self.clock += FLIGHT

    def _back(self) -> None:
        """The cotangent arrives and follows the address."""
        first = self.pair.first
        self._put("up", self.stage.flow(backward=True))
        self._arrive(first)
        self._send(first, stop=not self.view.plane.is_max)
        if self.view.plane.is_max:
            self._land(first)

    def _land(self, window: Window) -> None:
        for cell, _ in self._shown(window):
            self._gradient_of(window, cell)

    def _others(self) -> None:
        """The losers become 0; in an average every cell gets its share."""
        first = self.pair.first
        if not self.view.plane.is_max:
            self._spread(first)
            self._land(first)
            return
        self.clock += 0.3
        self._zeros(first, ())

    def _zeros(self, window: Window, keep: Iterable[Cell]) -> None:
        kept = {*keep, *(cell for cell, _ in window.shares)}
        for cell in window.cells:
            if cell not in kept and self.view.shows(cell):
                self._show_gradient(cell, "0", 0.0)

    def _second(self, second: Window) -> None:
        """Another window's gradient lands, in the same cell if one is shared."""
        first = self.pair.first
        layout, grid = self.layout, self.stage.gradients
        frame = self.stage.outline(self.stage.inputs, first)
        self._scan(second, frame)
        if not self.view.plane.is_max:
            self._shares(second)
        self._arrive(second)
        self._send(second, stop=False)
        earlier = dict(first.shares)
        for cell, share in self._shown(second):
            if cell not in earlier:
                self._gradient_of(second, cell)
                continue
            total = first.cotangent * earlier[cell] + second.cotangent * share
            both = replace(self.view, plane=_routed(self.view, (first, second), total, cell).plane)
            terms = sum_terms(both, cell, layout.show, grid.cell - 4)
            sign = "" if terms is None else "=" if terms[1] else "≈"
            self._show_gradient(cell, sign + layout.show(total), total, terms[0] if terms else "")
        if self.view.plane.is_max:
            self.clock += 0.2
            self._zeros(second, earlier)

    def _last(self) -> None:
        """All windows at once, as the still picture shows them."""
        stage, view, layout = self.stage, self.view, self.layout
        lit = self.pair.second or self.pair.first
        self._small(stage.cotangents, view.windows, full=True)
        for key in [
            change.key for change in self.changes if isinstance(change.key, tuple) and change.key[0] == "dX"
        ]:
            self._put(key, [])
        self._put("frame dX", [], rank=FRAMES)
        self._put("all dX", draw_gradient(stage.gradients, view, layout.show, layout.largest, lit))
        for number, layer in enumerate(self.frames):
            if layer.end is None:
                self.frames[number] = replace(layer, end=self.clock)
        self._show_input(view.windows, lit)
        self.clock += 0.1


def _reading_time(caption: str) -> float:
    return min(LONGEST_CAPTION, A_WORD * len(caption.split()))


def _nothing(grid: Grid, window: Window, x: float, y: float) -> list[Item]:
    return []


def _centre(grid: Grid) -> Point:
    return (grid.left + grid.right) / 2, (grid.top + grid.bottom) / 2


def _routed(
    view: View, windows: Iterable[Window], total: float | None = None, cell: Cell | None = None
) -> View:
    """The view as if only some windows had been pooled so far."""
    places = {(window.row, window.column) for window in windows}
    known = tuple(
        window
        if (window.row, window.column) in places
        else window._replace(shares=(), losers=(), all_zero=False, elsewhere=(), losers_elsewhere=())
        for window in view.plane.windows
    )
    gradient = view.plane.gradient
    if cell is not None and total is not None:
        gradient = gradient.copy()
        gradient[cell] = total
    cut = view.plane.slice
    if cut is not None and len(places) < len(view.windows):
        cut = replace(cut, hidden=())
    return replace(view, plane=replace(view.plane, windows=known, gradient=gradient, slice=cut))
