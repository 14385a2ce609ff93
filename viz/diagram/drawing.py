"""The classic diagram: boxes and arrows from top to bottom, forward or backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import (
    Curve,
    Dash,
    Group,
    Head,
    Item,
    Line,
    Point,
    Polygon,
    Rect,
    Scene,
    Text,
    hexagon,
    middle_text,
)
from viz.canvas.theme import Role
from viz.diagram.dot import FILLS, dot_text, graphviz_placement
from viz.diagram.graph import Diagram, DiagramArrow, DiagramBox, backward_diagram, forward_diagram
from viz.diagram.layered_layout import Placement, layered
from viz.ladder.lines import fitting_note
from viz.picture.model import Picture

MARGIN = 20.0
TOP = 56.0
BOTTOM = 44.0
NAME, NOTE = 12.0, 10.0
WIDEST_TEXT = 230.0
NARROWEST = 320.0
MOST_WORDS = 2000
ROUND = frozenset({"parameter", "parameter gradient", "result", "seed", "input"})


def diagram_drawing(
    picture: Picture, view: str, depth: int | None = None, overlay: str | None = None, theme: str = "light"
) -> Drawing:
    """The forward or the backward diagram as a finished drawing.

    Parameters
    ----------
    picture : Picture
        With its backward half for ``view="backward"``.
    view : {"forward", "backward"}
        Which graph.
    depth : int, optional
        Levels of modules that the forward diagram opens.
    overlay : {"bytes", "gradients"}, optional
        Numbers in the boxes.
    theme : {"light", "dark", "auto"}
        Colours.
    """
    diagram = (
        backward_diagram(picture, overlay) if view == "backward" else forward_diagram(picture, depth, overlay)
    )
    return Drawing(diagram_scene(diagram), diagram_text(diagram), picture.data(), theme, dot_text(diagram))


def diagram_scene(diagram: Diagram) -> Scene:
    """Boxes and arrows, placed by Graphviz where it is there and the graph small, else by our own layout."""
    sizes = [_size(box) for box in diagram.boxes]
    placement = graphviz_placement(sizes, diagram)
    is_spline = placement is not None
    if placement is None:
        ends = [(arrow.source, arrow.target) for arrow in diagram.arrows]
        placement = layered(sizes, ends, diagram.trunk())
    footer = "   ·   ".join(diagram.footer)
    words = max(text_width(footer, 11), text_width(diagram.title, 15, bold=True))
    width = max(NARROWEST, words + 2 * MARGIN, placement.width + 2 * MARGIN)
    shift = (width - placement.width) / 2
    height = TOP + placement.height + BOTTOM
    items: list[Item] = [Text(MARGIN, 32, diagram.title, 15, bold=True)]
    items.append(Group(tuple(_arrows(diagram.arrows, placement, shift, is_spline)), id="arrows"))
    for box, size, centre in zip(diagram.boxes, sizes, placement.centres, strict=True):
        place = (centre[0] + shift - size[0] / 2, centre[1] + TOP - size[1] / 2)
        items.append(Group(tuple(_box(box, size, place)), id=f"box-{box.id}", title=box.tooltip, link=box.id))
    items.append(Text(MARGIN, height - 18, footer, 11, "muted"))
    return Scene(width, height, diagram.title, f"{len(diagram.boxes)} boxes. {footer}", tuple(items))


def diagram_text(diagram: Diagram) -> str:
    """One box a line with what it reads."""
    reads: list[list[str]] = [[] for _ in diagram.boxes]
    for arrow in diagram.arrows:
        reads[arrow.target].append(f"{diagram.boxes[arrow.source].title} [{diagram.boxes[arrow.source].id}]")
    lines = [diagram.title, ""]
    for box, sources in zip(diagram.boxes, reads, strict=True):
        lines.append(f"[{box.id}] {box.look} {box.title}: {box.note}")
        if sources:
            lines.append(f"    reads {', '.join(sources)}")
    return "\n".join([*lines, "", *diagram.footer]) + "\n"


def _size(box: DiagramBox) -> tuple[float, float]:
    slant = 36.0 if box.look in ROUND else 22.0
    words = max(text_width(box.title[:MOST_WORDS], NAME, bold=True), text_width(box.note, NOTE))
    return min(words, WIDEST_TEXT) + slant, 34.0 if box.note else 24.0


def _box(box: DiagramBox, size: tuple[float, float], place: Point) -> Iterator[Item]:
    (x, y), (width, height) = place, size
    fill, stroke = FILLS[box.look]
    line = 2.0 if stroke == "backward" else 1.2
    if box.look in ("parameter", "parameter gradient"):
        yield Polygon(hexagon(x, y, width, height), fill, stroke, line)
    elif box.look in ("result", "seed", "input"):
        dash: Dash = "dashed" if box.look == "seed" else "solid"
        yield Rect(x, y, width, height, fill, stroke, line, dash, height / 2)
    elif box.look == "kept":
        yield Rect(x, y, width, height, fill, stroke, 1.4, "dotted", 3)
    else:
        radius = {"gradient": height / 2.4, "constant": 2.0}.get(box.look, 5.0)
        yield Rect(x, y, width, height, fill, stroke, line, radius=radius)
    middle = x + width / 2
    title = shorten(box.title, WIDEST_TEXT, NAME, bold=True)
    if not box.note:
        yield middle_text(title, middle, y + height / 2, NAME, bold=True)
        return
    yield middle_text(title, middle, y + 11, NAME, bold=True)
    yield middle_text(fitting_note(box.note, WIDEST_TEXT), middle, y + 24, NOTE, fill="muted")


def _arrows(
    arrows: Sequence[DiagramArrow], placement: Placement, shift: float, is_spline: bool
) -> Iterator[Item]:
    for arrow, route in zip(arrows, placement.routes, strict=True):
        points = tuple((x + shift, y + TOP) for x, y in route)
        role: Role = "saved" if arrow.look == "kept" else arrow.look
        line = 2.0 if arrow.look == "backward" else 1.3
        if len(points) < 2:
            continue
        head: Head = "open" if arrow.look == "forward" else "filled"
        curve = points if is_spline else _smooth(points)
        if len(curve) < 4:
            yield Line(curve, role, line, head=head, head_size=6)
        else:
            dash: Dash = "dotted" if arrow.look == "kept" else "solid"
            yield Curve(curve, role, line, dash, head, 6)


def _smooth(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """A chain of curves that leave and arrive vertically."""
    curve = [points[0]]
    for (x, y), (next_x, next_y) in pairwise(points):
        middle = (y + next_y) / 2
        curve += [(x, middle), (next_x, middle), (next_x, next_y)]
    return tuple(curve)
