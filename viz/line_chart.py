"""Curves of a training run: one panel a quantity, lines labelled where they end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import Circle, Dash, Group, Item, Line, Point, Rect, Scene, Text, middle_text
from viz.canvas.theme import Role
from viz.errors import UndrawableError
from viz.picture.model import number_of

WIDTH = 960.0
LEFT, RIGHT = 72.0, 190.0
TOP, PANEL, BETWEEN, BOTTOM = 64.0, 190.0, 46.0, 58.0
LOOKS: tuple[tuple[Role, Dash], ...] = (
    ("forward", "solid"),
    ("backward", "dashed"),
    ("saved", "solid"),
    ("parameter", "dashed"),
    ("ink", "dotted"),
)
LABEL = 11.0
LABEL_STEP = 15.0
DOTS_UP_TO = 40
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; points are in order of x and finite, gaps split it into runs."""

    name: str
    runs: tuple[tuple[Point, ...], ...]
    left_out: int

    @property
    def points(self) -> list[Point]:
        """All points."""
        return [point for run in self.runs for point in run]


def curves(history: Any, *, title: str = "Training", x_label: str = "step", theme: str = "light") -> Drawing:
    """Draw how numbers change while a network trains.

    Parameters
    ----------
    history : mapping or History
        What `autograd_cnn.training.fit` gives; or a mapping from a name ("training loss", "held-out loss",
        "held-out accuracy") to (x, y) pairs, or to plain numbers, which stand at 1, 2, 3... Names with the
        same last word share a panel. An accuracy within 0 and 1 is shown in percent. Values that are not
        finite leave a gap and are counted.
    title, x_label : str
        Words.
    theme : {"light", "dark", "auto"}
        Colours.

    Returns
    -------
    Drawing

    Raises
    ------
    UndrawableError
        There is no finite value at all, or an entry is neither a number nor a pair.

    Examples
    --------
    >>> drawing = curves(
    ...     {"loss": [2.3, 1.1, 0.4], "accuracy": [0.2, 0.7, 0.9]}, x_label="epoch"
    ... )
    >>> print(drawing.text.splitlines()[2])
    loss: 2.3 at epoch 1, 0.4 at epoch 3 (lowest 0.4, highest 2.3)
    """
    values_of = history if isinstance(history, Mapping) else _from_training(history)
    series = [_series(str(name), values) for name, values in values_of.items()]
    drawn = [entry for entry in series if entry.runs]
    if not drawn:
        raise UndrawableError("there is no finite number to draw: the history is empty, or holds NaN only")
    panels: dict[str, list[Series]] = {}
    looks: dict[str, tuple[Role, Dash]] = {}
    for entry in drawn:
        whose, _, what = entry.name.rpartition(" ")
        panels.setdefault(what, []).append(entry)
        # "training" looks the same in every panel.
        looks.setdefault(whose, LOOKS[len(looks) % len(LOOKS)])
    xs = [x for entry in drawn for x, _ in entry.points]
    span = _widened(min(xs), max(xs))
    items: list[Item] = [Text(20, 34, shorten(title, WIDTH - 40, 15, bold=True), 15, bold=True)]
    y = TOP
    for name, entries in panels.items():
        panel = _Panel(name, entries, span, y, looks)
        items.append(Group(tuple(panel.items()), title=name))
        y += PANEL + BETWEEN
    left_out = sum(entry.left_out for entry in series)
    height = y - BETWEEN + BOTTOM
    items.append(middle_text(x_label, (LEFT + WIDTH - RIGHT) / 2, height - 20, LABEL, fill="muted"))
    words = [_words(entry, x_label) for entry in drawn]
    if left_out:
        lost = "1 value that is" if left_out == 1 else f"{left_out} values that are"
        lost += " not finite is left out" if left_out == 1 else " not finite are left out"
        words.append(lost)
        items.append(Text(WIDTH - 20, height - 16, lost, LABEL, "backward", "end"))
    scene = Scene(WIDTH, height, title, ". ".join(words), tuple(items))
    data = {entry.name: [list(point) for point in entry.points] for entry in drawn}
    return Drawing(scene, "\n".join([title, "", *words]) + "\n", {"history": data}, theme)


def _from_training(history: Any) -> dict[str, list[Point]]:
    """The curves of a training history: losses by step, judgements after each epoch."""
    if not hasattr(history, "steps") or not hasattr(history, "epochs"):
        raise UndrawableError(
            f"curves can't be drawn from a {type(history).__name__}; a mapping of names to numbers fits"
        )
    found: dict[str, list[Point]] = {
        "training loss": [(number, step.loss) for number, step in enumerate(history.steps, 1)],
        "held-out loss": [(e.last_step, e.held_out.loss) for e in history.epochs if e.held_out is not None],
        "training accuracy": [(e.last_step, e.accuracy) for e in history.epochs],
        "held-out accuracy": [
            (e.last_step, e.held_out.accuracy) for e in history.epochs if e.held_out is not None
        ],
    }
    return {name: points for name, points in found.items() if points}


def _series(name: str, values: Iterable[Any]) -> Series:
    runs: list[list[Point]] = [[]]
    left_out = 0
    for number, value in enumerate(values, 1):
        try:
            x, y = (
                (float(value[0]), float(value[1])) if isinstance(value, Sequence) else (number, float(value))
            )
        except (TypeError, ValueError, IndexError) as error:
            raise UndrawableError(
                f"entry {number} of {name!r} is neither a number nor an (x, y) pair"
            ) from error
        if math.isfinite(x) and math.isfinite(y):
            runs[-1].append((x, y))
        else:
            left_out += 1
            runs.append([])
    printable = "".join(character if character.isprintable() else " " for character in name)
    one_line = " ".join(printable[:LONGEST_NAME].split()) or "unnamed"
    return Series(one_line, tuple(tuple(sorted(run)) for run in runs if run), left_out)


def _words(entry: Series, x_label: str) -> str:
    points = entry.points
    lowest, highest = min(y for _, y in points), max(y for _, y in points)
    first, last = points[0], points[-1]
    return (
        f"{entry.name}: {number_of(first[1])} at {x_label} {number_of(first[0])}, {number_of(last[1])} at "
        f"{x_label} {number_of(last[0])} (lowest {number_of(lowest)}, highest {number_of(highest)})"
    )


class _Panel:
    """One quantity: axes, lines, and the names at the lines' ends."""

    def __init__(
        self,
        name: str,
        entries: Sequence[Series],
        span: tuple[float, float],
        top: float,
        looks: Mapping[str, tuple[Role, Dash]],
    ) -> None:
        self.name, self.entries, self.span, self.top = name, entries, span, top
        self.looks = [looks[entry.name.rpartition(" ")[0]] for entry in entries]
        self.counts = all(x == int(x) for entry in entries for x, _ in entry.points)
        ys = [y for entry in entries for _, y in entry.points]
        self.in_percent = "accuracy" in name.lower() and min(ys) >= 0 and max(ys) <= 1
        low, high = min(ys), max(ys)
        if self.in_percent:
            high = 1.0
        elif low > 0 and low < 0.4 * high:
            low = 0.0
        self.ticks = _ticks(*_widened(low, high))
        self.low, self.high = min(self.ticks[0], low), max(self.ticks[-1], high)
        self.bottom = top + PANEL

    def x(self, value: float) -> float:
        low, high = self.span
        return LEFT + (value - low) / (high - low) * (WIDTH - RIGHT - LEFT)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * PANEL

    def show(self, value: float) -> str:
        return f"{100 * value:.4g}%" if self.in_percent else number_of(value)

    def items(self) -> Iterator[Item]:
        right = WIDTH - RIGHT
        yield Group((Rect(LEFT, self.top, right - LEFT, PANEL, "panel", "grid"),))
        yield Text(LEFT, self.top - 8, shorten(self.name, right - LEFT, 13, bold=True), 13, bold=True)
        for tick in self.ticks:
            yield Line(((LEFT, self.y(tick)), (right, self.y(tick))), "grid")
            yield middle_text(self.show(tick), LEFT - 7, self.y(tick), LABEL, fill="muted", anchor="end")
        for tick in _ticks(*self.span, most=8):
            if self.span[0] <= tick <= self.span[1] and (tick == int(tick) or not self.counts):
                yield Line(((self.x(tick), self.bottom), (self.x(tick), self.bottom + 4)), "muted")
                yield middle_text(number_of(tick), self.x(tick), self.bottom + 13, LABEL, fill="muted")
        for number, entry in enumerate(self.entries):
            role, dash = self.looks[number]
            yield Group(tuple(self.line(entry, role, dash)), title=entry.name)
        yield from self.labels()

    def line(self, entry: Series, role: Role, dash: Dash) -> Iterator[Item]:
        shows_dots = len(entry.points) <= DOTS_UP_TO
        for run in entry.runs:
            points = _thinned([(self.x(x), self.y(y)) for x, y in run])
            if len(points) > 1:
                yield Line(tuple(points), role, 2, dash)
            if shows_dots or len(points) == 1:
                yield from (Circle(x, y, 2.6, role) for x, y in points)

    def labels(self) -> Iterator[Item]:
        """Names beside the last points, moved apart where lines end close together."""
        ends = sorted((self.y(entry.points[-1][1]), number) for number, entry in enumerate(self.entries))
        places: list[float] = []
        for height, _ in ends:
            places.append(max(height, places[-1] + LABEL_STEP) if places else height)
        surplus = max(0.0, places[-1] - (self.bottom - 4))
        places = [place - surplus for place in places]
        for rank in range(len(places) - 2, -1, -1):
            places[rank] = min(places[rank], places[rank + 1] - LABEL_STEP)
        for (height, number), place in zip(ends, places, strict=True):
            entry = self.entries[number]
            role = self.looks[number][0]
            end = self.x(entry.points[-1][0])
            left = WIDTH - RIGHT + 16
            yield Line(((end + 4, height), (left - 4, place)), role, 1, opacity=0.6)
            value = self.show(entry.points[-1][1])
            room = RIGHT - 16 - 12 - text_width(value, LABEL, bold=True) - 8
            yield middle_text(value, left, place, LABEL, fill=role, anchor="start", bold=True)
            name = shorten(entry.name, room, LABEL)
            yield middle_text(
                name, left + text_width(value, LABEL, bold=True) + 8, place, LABEL, fill=role, anchor="start"
            )


def _widened(low: float, high: float) -> tuple[float, float]:
    """A span that is never empty."""
    if high > low:
        return low, high
    margin = abs(low) * 0.1 or 1.0
    return low - margin, high + margin


def _ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from just under ``low`` to just over ``high``."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _thinned(points: Sequence[Point]) -> list[Point]:
    """At most four points a pixel column, its first, lowest, highest and last: the line looks the same."""
    if len(points) <= 4 * WIDTH:
        return list(points)
    columns: dict[int, list[Point]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    kept: list[Point] = []
    for column in columns.values():
        marks = {column[0], column[-1], min(column, key=lambda p: p[1]), max(column, key=lambda p: p[1])}
        kept += sorted(marks)
    return kept
