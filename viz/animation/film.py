"""A film as data: layers that appear, move and vanish. Frames and animated SVG are made of the same one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from viz.canvas.scene import (
    Arc,
    Circle,
    Curve,
    Group,
    Hatch,
    Item,
    Line,
    Point,
    Polygon,
    Rect,
    Scene,
    Text,
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a layer is at a time (seconds), in pixels from the place where it is drawn."""

    time: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Layer:
    """Items that are on the card from ``start`` to ``end`` (None: to the last picture and beyond).

    Between two of its ``stops`` a layer glides, starting and ending slowly; before the first and after the
    last it stands still.
    """

    items: tuple[Item, ...]
    start: float = 0.0
    end: float | None = None
    stops: tuple[Stop, ...] = ()
    soft: bool = False
    """Whether it fades in, where the format can do that."""

    def shown(self, time: float) -> bool:
        """Whether the layer is on the card."""
        return self.start <= time and (self.end is None or time < self.end)

    def offset(self, time: float) -> Point:
        """How far the layer is from the place where it is drawn."""
        if not self.stops:
            return 0.0, 0.0
        before = self.stops[0]
        for stop in self.stops:
            if time < stop.time and stop is not before:
                share = max(0.0, (time - before.time) / (stop.time - before.time))
                share = share * share * (3 - 2 * share)
                return before.x + (stop.x - before.x) * share, before.y + (stop.y - before.y) * share
            before = stop
        return before.x, before.y

    def glides(self) -> Iterable[tuple[float, float]]:
        """The times from when to when it moves."""
        for first, second in zip(self.stops, self.stops[1:], strict=False):
            if (first.x, first.y) != (second.x, second.y):
                yield first.time, second.time


@dataclass(frozen=True, slots=True)
class Change:
    """From ``time`` on, a place of the card (``key``) holds these items and nothing else.

    Places of a higher rank lie over all of a lower one: 0 is the ground, which changes without fading, 1 what
    comes to it, 2 frames.
    """

    time: float
    key: Hashable
    items: tuple[Item, ...]
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the film with its caption; ``still`` is the time of its most telling picture."""

    caption: str
    start: float
    still: float


@dataclass(frozen=True, slots=True)
class Film:
    """Layers, the last of them on top, on a card that never changes its size; and the steps they tell."""

    width: float
    height: float
    title: str
    description: str
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]
    seconds: float

    def scene(self, time: float) -> Scene:
        """The card at a time."""
        items: list[Item] = []
        for layer in self.layers:
            if layer.shown(time):
                x, y = layer.offset(time)
                items += layer.items if x == y == 0 else (shifted(item, x, y) for item in layer.items)
        return Scene(self.width, self.height, self.title, self.description, tuple(items))

    def last(self) -> Scene:
        """The picture that stays."""
        return self.scene(self.seconds)

    def frames(self, step: float) -> list[tuple[float, float]]:
        """The times of all pictures, each with how long it stays; ``step`` apart while something moves."""
        times = {0.0}
        for layer in self.layers:
            times.update(time for time in (layer.start, layer.end) if time is not None)
            for start, end in layer.glides():
                count = max(1, round((end - start) / step))
                times.update(start + (end - start) * number / count for number in range(count + 1))
        # Hundredths of a second: a GIF counts in them.
        ordered = sorted({round(time, 2) for time in times if time < self.seconds})
        return [
            (time, round(following - time, 2))
            for time, following in zip(ordered, [*ordered[1:], self.seconds], strict=True)
        ]


def held(changes: Iterable[Change]) -> list[Layer]:
    """Layers for what places hold, one for all that comes and goes at the same times.

    What stays the same from change to change is one item of one layer. What lies above something new comes
    with it again, so that within a place later layers lie on top, in the order of the change. Words and
    numbers that appear fade in, but for those of the ground.
    """
    places: dict[Hashable, list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.time):
        places.setdefault(change.key, []).append(change)
    together: dict[_Span, list[Item]] = {}
    for history in places.values():
        for span, item in _spans(history):
            together.setdefault(span, []).append(item)
    ordered = sorted(together, key=lambda span: (span.rank, span.start, span.depth))
    return [Layer(tuple(together[span]), span.start, span.end, soft=span.soft) for span in ordered]


class _Span(NamedTuple):
    """What items of one layer have in common."""

    rank: int
    depth: int
    soft: bool
    start: float
    end: float | None


def _spans(history: Sequence[Change]) -> Iterator[tuple[_Span, Item]]:
    """From when to when a place holds each item."""
    rank = history[0].rank
    opened: dict[Item, tuple[float, int, bool]] = {}

    def span(item: Item, end: float | None) -> tuple[_Span, Item]:
        start, depth, is_new = opened[item]
        soft = is_new and rank > 0 and start > 0 and isinstance(item, Text)
        return _Span(rank, depth, soft, start, end), item

    for change, following in zip(history, [*history[1:], None], strict=True):
        if following is not None and following.time <= change.time:
            continue
        now: dict[Item, tuple[float, int, bool]] = {}
        below = (-1.0, -1)
        for depth, item in enumerate(dict.fromkeys(change.items)):
            known = opened.get(item)
            if known is None or known[:2] < below:
                known = change.time, depth, known is None
            now[item] = known
            below = known[:2]
        yield from [span(item, change.time) for item in opened if now.get(item) != opened[item]]
        opened = now
    yield from [span(item, None) for item in opened]


def shifted(item: Item, x: float, y: float) -> Item:
    """The item, moved."""
    match item:
        case Group():
            return replace(item, items=tuple(shifted(inner, x, y) for inner in item.items))
        case Polygon() | Line() | Curve():
            return replace(item, points=_shifted_points(item.points, x, y))
        case Rect() | Circle() | Arc() | Hatch() | Text():
            return replace(item, x=item.x + x, y=item.y + y)


def _shifted_points(points: Sequence[Point], x: float, y: float) -> tuple[Point, ...]:
    return tuple((point[0] + x, point[1] + y) for point in points)
