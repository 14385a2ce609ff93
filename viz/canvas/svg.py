"""Writes a scene as SVG: self-contained, no scripts, no inline styles, every text escaped.

Colours are presentation attributes. Theme "auto" adds classes and one style block, which only speaks to
readers who prefer dark on a screen; converters that know no media queries draw the light colours.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

from viz.canvas.fonts import MONO_STACK, SANS_STACK
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
    arrow_head,
    hatch_lines,
)
from viz.canvas.theme import ROLES, THEMES, Role, Theme, check_theme
from viz.errors import UndrawableError

_DASHES = {"dashed": (4.0, 3.0), "dotted": (0.1, 3.2)}
_CARD_RADIUS = 8.0


def to_svg(scene: Scene, theme: str = "light") -> str:
    """The scene as the text of an SVG file.

    Parameters
    ----------
    scene : Scene
        What to draw.
    theme : {"light", "dark", "auto"}
        Which colours; "auto" follows the reader's system.

    Raises
    ------
    UndrawableError
        No theme has this name.

    Examples
    --------
    >>> to_svg(Scene(40, 20, "Empty", "Nothing is on it", ())).startswith("<svg ")
    True
    """
    check_theme(theme)
    return _Writer(*THEMES[theme]).document(scene)


def escape(text: str) -> str:
    """``text`` for XML: markup escaped; forbidden characters and direction marks replaced.

    Examples
    --------
    >>> escape('<a href="x">&')
    '&lt;a href=&quot;x&quot;&gt;&amp;'
    """
    return "".join(_escaped(character) for character in text)


_MARKUP = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
    "\n": " ",
    "\r": " ",
    "\t": " ",
}


def _escaped(character: str) -> str:
    if character in _MARKUP:
        return _MARKUP[character]
    code = ord(character)
    control = code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF)
    # Direction marks can make a name read as another one.
    redirects = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or code in (0x200E, 0x200F)
    return "\ufffd" if control or redirects else character


def number(value: float) -> str:
    """A coordinate with at most two decimals."""
    if not math.isfinite(value):
        raise UndrawableError(f"a drawing has the coordinate {value}")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class _Writer:
    """Collects the lines of one file."""

    def __init__(self, theme: Theme, dark: Theme | None) -> None:
        self.theme = theme
        self.dark = dark
        self.lines: list[str] = []

    def document(self, scene: Scene) -> str:
        width, height = number(scene.width), number(scene.height)
        name = f"viz-{zlib.crc32((scene.title + scene.description).encode('utf-8', 'replace')):08x}"
        self.lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title {name}-desc">',
            f'<title id="{name}-title">{escape(scene.title)}</title>',
            f'<desc id="{name}-desc">{escape(scene.description)}</desc>',
        ]
        if self.dark is not None:
            self.lines.append(f"<style>{_dark_rules(self.dark)}</style>")
        # Half a pixel in, so that the card's border is sharp and whole.
        card = Rect(0.5, 0.5, scene.width - 1, scene.height - 1, "paper", "grid", radius=_CARD_RADIUS)
        self._items((card, *scene.items))
        self.lines.append("</svg>\n")
        return "\n".join(self.lines)

    def _items(self, items: Sequence[Item]) -> None:
        for item in items:
            match item:
                case Group():
                    self._group(item)
                case Text():
                    self._text(item)
                case Rect():
                    place = _attributes(x=item.x, y=item.y, width=item.width, height=item.height)
                    rounding = _attributes(rx=item.radius) if item.radius else ""
                    self._shape(f"<rect{place}{rounding}", item)
                case Circle():
                    self._shape(f"<circle{_attributes(cx=item.x, cy=item.y, r=item.radius)}", item)
                case Polygon():
                    self._shape(f'<path d="{_polyline(item.points)}Z"', item)
                case Line():
                    self._path(_rounded(_shortened(item.points, item), item.radius), item)
                case Curve():
                    self._path(_bezier(_shortened(item.points, item)), item)
                case Arc():
                    self._stroke(_arc(item), item.stroke, item.line, _dash(item.dash, item.line))
                case Hatch():
                    data = "".join(_polyline(ends) for ends in hatch_lines(item))
                    self._stroke(data, item.stroke, item.line, "")

    def _group(self, group: Group) -> None:
        attributes = [("id", group.id), ("data-node", group.link)]
        attributes += [(f"data-{name}", value) for name, value in group.data]
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes if value is not None)
        self.lines.append(f"<g{written}>")
        if group.title is not None:
            self.lines.append(f"<title>{escape(group.title)}</title>")
        self._items(group.items)
        self.lines.append("</g>")

    def _text(self, text: Text) -> None:
        looks = [_attributes(x=text.x, y=text.y), f' font-size="{number(text.size)}"']
        looks.append(f' font-family="{MONO_STACK if text.mono else SANS_STACK}"')
        if text.anchor != "start":
            looks.append(f' text-anchor="{text.anchor}"')
        if text.bold:
            looks.append(' font-weight="bold"')
        if text.italic:
            looks.append(' font-style="italic"')
        if text.length is not None and len(text.plain) > 1:
            looks.append(f' textLength="{number(text.length)}" lengthAdjust="spacingAndGlyphs"')
        looks.append(self._paint(text.fill, None))
        self.lines.append(f"<text{''.join(looks)}>{self._spans(text)}</text>")

    def _spans(self, text: Text) -> str:
        if isinstance(text.content, str):
            return escape(text.content)
        pieces = []
        for span in text.content:
            looks = "" if span.fill is None else self._paint(span.fill, None)
            if span.bold is not None and span.bold != text.bold:
                looks += f' font-weight="{"bold" if span.bold else "normal"}"'
            pieces.append(f"<tspan{looks}>{escape(span.text)}</tspan>" if looks else escape(span.text))
        return "".join(pieces)

    def _shape(self, start: str, shape: Rect | Circle | Polygon) -> None:
        looks = self._paint(shape.fill, shape.stroke)
        if shape.fill is None:
            looks += ' fill="none"'
        if shape.stroke is not None:
            looks += _line_width(shape.line) + _dash(shape.dash, shape.line)
        self.lines.append(f"{start}{looks}{_opacity(shape.opacity)}/>")

    def _path(self, data: str, line: Line | Curve) -> None:
        self._stroke(data, line.stroke, line.line, _dash(line.dash, line.line) + _opacity(line.opacity))
        if line.head == "none":
            return
        wings = _polyline(arrow_head(_before_tip(line.points), line.points[-1], line.head_size))
        if line.head == "filled":
            looks = self._paint(line.stroke, None) + _opacity(line.opacity)
            self.lines.append(f'<path d="{wings}Z"{looks}/>')
        else:
            self._stroke(wings, line.stroke, line.line, ' stroke-linejoin="miter"' + _opacity(line.opacity))

    def _stroke(self, data: str, role: Role, width: float, more: str) -> None:
        self.lines.append(
            f'<path d="{data}" fill="none"{self._paint(None, role)}{_line_width(width)}{more}/>'
        )

    def _paint(self, fill: Role | None, stroke: Role | None) -> str:
        written, classes = "", []
        if fill is not None:
            written += f' fill="{self.theme.colour(fill)}"'
            classes.append(f"viz-f-{fill}")
        if stroke is not None:
            written += f' stroke="{self.theme.colour(stroke)}"'
            classes.append(f"viz-s-{stroke}")
        return f'{written} class="{" ".join(classes)}"' if self.dark is not None else written


def _dark_rules(dark: Theme) -> str:
    rules = "".join(
        f".viz-f-{role}{{fill:{dark.colour(role)}}}.viz-s-{role}{{stroke:{dark.colour(role)}}}"
        for role in ROLES
    )
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}"


def _attributes(**values: float) -> str:
    return "".join(f' {name}="{number(value)}"' for name, value in values.items())


def _line_width(width: float) -> str:
    return "" if width == 1 else f' stroke-width="{number(width)}"'


def _opacity(opacity: float) -> str:
    return "" if opacity == 1 else f' opacity="{number(opacity)}"'


def _dash(dash: str, width: float) -> str:
    if dash == "solid":
        return ""
    on, off = _DASHES[dash]
    scale = max(1.0, width * 0.75)
    # Round caps make dots out of dashes without length.
    cap = ' stroke-linecap="round"' if dash == "dotted" else ""
    return f' stroke-dasharray="{number(on * scale)} {number(off * scale)}"{cap}'


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _polyline(points: Sequence[Point]) -> str:
    return "M" + "L".join(map(_pair, points))


def _bezier(points: Sequence[Point]) -> str:
    pieces = (points[index : index + 3] for index in range(1, len(points) - 2, 3))
    return f"M{_pair(points[0])}" + "".join("C" + ",".join(map(_pair, piece)) for piece in pieces)


def _arc(arc: Arc) -> str:
    ends = [
        (
            arc.x + arc.radius * math.cos(math.radians(angle)),
            arc.y + arc.radius * math.sin(math.radians(angle)),
        )
        for angle in (arc.start, arc.end)
    ]
    radius, large = number(arc.radius), int((arc.end - arc.start) % 360 > 180)
    return f"M{_pair(ends[0])}A{radius} {radius} 0 {large} 1 {_pair(ends[1])}"


def _before_tip(points: Sequence[Point]) -> Point:
    """The last point that differs from the tip: where the arrow comes from."""
    return next((point for point in reversed(points[:-1]) if point != points[-1]), points[0])


def _shortened(points: tuple[Point, ...], line: Line | Curve) -> tuple[Point, ...]:
    """The points with the end pulled back under a filled head, so that a thick line doesn't blunt its tip."""
    if line.head != "filled":
        return points
    before, tip = _before_tip(points), points[-1]
    length = math.dist(before, tip)
    back = min(line.head_size * 0.8, length * 0.9)
    if length == 0:
        return points
    end = (tip[0] - (tip[0] - before[0]) / length * back, tip[1] - (tip[1] - before[1]) / length * back)
    return (*points[:-1], end)


def _rounded(points: Sequence[Point], radius: float) -> str:
    """A polyline whose corners are quarter-circle-like curves of at most ``radius``."""
    if radius <= 0 or len(points) < 3:
        return _polyline(points)
    path = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        cut = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        path.append(f"L{_pair(_towards(corner, before, cut))}")
        path.append(f"Q{_pair(corner)} {_pair(_towards(corner, after, cut))}")
    path.append(f"L{_pair(points[-1])}")
    return "".join(path)


def _towards(start: Point, goal: Point, distance: float) -> Point:
    length = math.dist(start, goal)
    if length == 0:
        return start
    share = distance / length
    return (start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share)
