"""A drawing as data: shapes, texts and groups with roles instead of colours, in pixels, y pointing down.

How to draw with it::

    items = [
        Rect(20, 20, 120, 36, fill="forward_tint", stroke="forward", radius=6),
        middle_text("conv2d", 80, 38, 13, bold=True),
        Line(((140, 38), (200, 38)), stroke="forward", head="open"),
        Group((...), id="node-7", title="conv2d, line 12", link="7"),
    ]
    scene = Scene(
        960, 600, "What it is", "What it shows, for readers who can't see it", tuple(items)
    )

- Later items lie on top of earlier ones. The card behind everything (role "paper") is drawn by the renderer.
- Lines are polylines; ``radius`` rounds corners, ``head`` puts an arrow head on the last point (the tip is
  exactly there). Heads and hatches are computed here, so every renderer draws the same and no ids are needed.
- ``Text.y`` is the baseline; `middle_text` centres on a point instead. `fonts.text_width` says what fits, and
  `text_boxes` lists the box of every text, which is how the tests find overlaps.
- ``link`` names the node that a group stands for; a page uses it to connect drawings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal, TypeAlias

from viz.canvas.fonts import CAPITAL_HEIGHT, DESCENT, text_width
from viz.canvas.theme import Role

Point: TypeAlias = tuple[float, float]
Dash = Literal["solid", "dashed", "dotted"]
Head = Literal["none", "filled", "open"]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; ``radius`` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    fill: Role | None = None
    stroke: Role | None = None
    line: float = 1.0
    dash: Dash = "solid"
    radius: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle around (x, y)."""

    x: float
    y: float
    radius: float
    fill: Role | None = None
    stroke: Role | None = None
    line: float = 1.0
    dash: Dash = "solid"
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed shape through ``points``; see `hexagon`."""

    points: tuple[Point, ...]
    fill: Role | None = None
    stroke: Role | None = None
    line: float = 1.0
    dash: Dash = "solid"
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline through ``points``; ``radius`` rounds its corners, ``head`` ends it with an arrow head."""

    points: tuple[Point, ...]
    stroke: Role = "ink"
    line: float = 1.0
    dash: Dash = "solid"
    radius: float = 0.0
    head: Head = "none"
    head_size: float = 7.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A chain of cubic Bezier pieces: start, then two control points and an end for each piece."""

    points: tuple[Point, ...]
    stroke: Role = "ink"
    line: float = 1.0
    dash: Dash = "solid"
    head: Head = "none"
    head_size: float = 7.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Arc:
    """Part of a circle's line, from angle ``start`` clockwise to ``end`` (degrees, 0 is to the right)."""

    x: float
    y: float
    radius: float
    start: float
    end: float
    stroke: Role = "ink"
    line: float = 1.0
    dash: Dash = "solid"


@dataclass(frozen=True, slots=True)
class Hatch:
    """Diagonal lines that fill a rectangle, ``gap`` pixels apart."""

    x: float
    y: float
    width: float
    height: float
    stroke: Role = "grid"
    line: float = 1.0
    gap: float = 6.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text with its own looks; None means: as the text around it."""

    text: str
    fill: Role | None = None
    bold: bool | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; (x, y) is the baseline's start, middle or end, as ``anchor`` says.

    ``length`` pins the width in pixels (SVG ``textLength``), for monospaced numbers that must not move.
    """

    x: float
    y: float
    content: str | tuple[Span, ...]
    size: float = 11.0
    fill: Role = "ink"
    anchor: Anchor = "start"
    bold: bool = False
    mono: bool = False
    italic: bool = False
    length: float | None = None

    @property
    def plain(self) -> str:
        """The characters, without looks."""
        return self.content if isinstance(self.content, str) else "".join(span.text for span in self.content)

    @property
    def width(self) -> float:
        """The width that the text takes at most."""
        if self.length is not None:
            return self.length
        if isinstance(self.content, str):
            return text_width(self.content, self.size, bold=self.bold, mono=self.mono)
        return sum(
            text_width(
                span.text, self.size, bold=self.bold if span.bold is None else span.bold, mono=self.mono
            )
            for span in self.content
        )


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together; ``title`` its tooltip, ``link`` the node it stands for, ``data`` more facts."""

    items: tuple[Item, ...]
    id: str | None = None
    title: str | None = None
    link: str | None = None
    data: tuple[tuple[str, str], ...] = ()


Item: TypeAlias = Rect | Circle | Polygon | Line | Curve | Arc | Hatch | Text | Group


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole drawing: its size, a title and a description for screen readers, and what lies on the card."""

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, for arithmetic."""

    left: float
    top: float
    right: float
    bottom: float

    def contains(self, other: Box, slack: float = 0.01) -> bool:
        """Whether ``other`` lies inside."""
        return (
            self.left <= other.left + slack
            and self.top <= other.top + slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def overlaps(self, other: Box, slack: float = 0.01) -> bool:
        """Whether the two share more than a border."""
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.top < other.bottom - slack
            and other.top < self.bottom - slack
        )


def middle_text(
    content: str | tuple[Span, ...],
    x: float,
    y: float,
    size: float = 11.0,
    *,
    fill: Role = "ink",
    anchor: Anchor = "middle",
    bold: bool = False,
    mono: bool = False,
    length: float | None = None,
) -> Text:
    """A text whose capitals are centred on height ``y`` (and on ``x``, unless ``anchor`` says otherwise)."""
    return Text(x, y + size * CAPITAL_HEIGHT / 2, content, size, fill, anchor, bold, mono, length=length)


def number_text(
    number: str, x: float, y: float, size: float, *, fill: Role = "ink", bold: bool = False
) -> Text:
    """A monospaced number centred on (x, y), its width pinned."""
    length = text_width(number, size, mono=True)
    return middle_text(number, x, y, size, fill=fill, bold=bold, mono=True, length=length)


def hexagon(x: float, y: float, width: float, height: float) -> tuple[Point, ...]:
    """The corners of a flat hexagon that fills the given rectangle."""
    cut = min(height / 2, width / 4)
    middle = y + height / 2
    return (
        (x, middle),
        (x + cut, y),
        (x + width - cut, y),
        (x + width, middle),
        (x + width - cut, y + height),
        (x + cut, y + height),
    )


def arrow_head(before: Point, tip: Point, size: float) -> tuple[Point, Point, Point]:
    """The triangle of an arrow head: one wing, the tip, the other wing."""
    dx, dy = tip[0] - before[0], tip[1] - before[1]
    length = math.hypot(dx, dy) or 1.0
    ux, uy = dx / length, dy / length
    back = (tip[0] - ux * size, tip[1] - uy * size)
    half = size * 0.5
    return (back[0] - uy * half, back[1] + ux * half), tip, (back[0] + uy * half, back[1] - ux * half)


def hatch_lines(hatch: Hatch) -> Iterator[tuple[Point, Point]]:
    """The diagonals of a hatch, cut at its rectangle's border."""
    x, y, width, height = hatch.x, hatch.y, hatch.width, hatch.height
    step = hatch.gap * math.sqrt(2)
    offset = step / 2
    while offset < width + height:
        start = (x + max(0.0, offset - height), y + min(offset, height))
        end = (x + min(offset, width), y + max(0.0, offset - width))
        yield start, end
        offset += step


def walk(items: Sequence[Item]) -> Iterator[Item]:
    """Every item, groups before what they hold, in drawing order."""
    stack = list(reversed(items))
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, Group):
            stack.extend(reversed(item.items))


def text_box(text: Text) -> Box:
    """The box that a text fills: as wide as it can get, from the top of its capitals to its descenders."""
    left = text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * text.width
    has_descent = any(character in "gjpqy,;()[]{}|_@Q$/" for character in text.plain)
    bottom = text.y + (text.size * DESCENT if has_descent else 0.0)
    return Box(left, text.y - text.size * CAPITAL_HEIGHT, left + text.width, bottom)


def text_boxes(items: Sequence[Item]) -> list[tuple[Text, Box]]:
    """All texts with their boxes."""
    return [(item, text_box(item)) for item in walk(items) if isinstance(item, Text)]


def scene_data(scene: Scene) -> dict[str, object]:
    """The scene as plain dicts, lists, strings and numbers, ready for JSON; each item says its "kind"."""
    return {
        "width": scene.width,
        "height": scene.height,
        "title": scene.title,
        "description": scene.description,
        "items": [_plain(item) for item in scene.items],
    }


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        plain: dict[str, object] = {"kind": type(value).__name__.lower()}
        for field in fields(value):
            content = getattr(value, field.name)
            if content != field.default:
                plain[field.name] = _plain(content)
        return plain
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    return value
