"""The classic diagram in the DOT language, and places computed by Graphviz where its library is installed."""

from __future__ import annotations

from collections.abc import Sequence

import graphviz

from viz.canvas.scene import Point
from viz.canvas.theme import LIGHT, Role
from viz.diagram.graph import Diagram, Look
from viz.diagram.layered_layout import Placement

POINTS_AN_INCH = 72.0
# Past this, Graphviz takes seconds, and soon minutes.
MOST_BOXES = 300

SHAPES: dict[Look, str] = {
    "op": "box",
    "gradient": "box",
    "parameter": "hexagon",
    "parameter gradient": "hexagon",
    "constant": "box",
    "input": "ellipse",
    "result": "ellipse",
    "seed": "ellipse",
    "kept": "note",
}
FILLS: dict[Look, tuple[Role, Role]] = {
    "op": ("forward_tint", "forward"),
    "gradient": ("backward_tint", "backward"),
    "parameter": ("parameter_tint", "parameter"),
    "parameter gradient": ("parameter_tint", "backward"),
    "constant": ("value", "muted"),
    "input": ("value", "forward"),
    "result": ("forward_tint", "forward"),
    "seed": ("backward_tint", "backward"),
    "kept": ("saved_tint", "saved"),
}


def dot_text(diagram: Diagram) -> str:
    """The diagram as DOT, every text escaped.

    Examples
    --------
    >>> print(dot_text(Diagram("Empty", (), (), ())).splitlines()[0])
    digraph autograd {
    """
    graph = graphviz.Digraph("autograd")
    graph.attr("graph", label=graphviz.escape(diagram.title), labelloc="t", bgcolor=LIGHT.colour("paper"))
    graph.attr("node", fontname="Helvetica,Arial,sans-serif", fontsize="11", style="filled")
    graph.attr("edge", fontname="Helvetica,Arial,sans-serif", fontsize="9")
    for box in diagram.boxes:
        fill, stroke = FILLS[box.look]
        lines = [box.title, box.note] if box.note else [box.title]
        graph.node(
            box.id,
            label="\\n".join(graphviz.escape(_clean(line)) for line in lines),
            shape=SHAPES[box.look],
            style="filled,dotted" if box.look == "kept" else "filled",
            fillcolor=LIGHT.colour(fill),
            color=LIGHT.colour(stroke),
            tooltip=graphviz.escape(_clean(box.tooltip)),
            id=box.id,
        )
    for arrow in diagram.arrows:
        role: Role = "saved" if arrow.look == "kept" else arrow.look
        graph.edge(
            diagram.boxes[arrow.source].id,
            diagram.boxes[arrow.target].id,
            color=LIGHT.colour(role),
            style="dotted" if arrow.look == "kept" else "solid",
            tooltip=graphviz.escape(_clean(arrow.slot)),
        )
    return str(graph.source)


def _clean(text: str) -> str:
    """Control characters would end a DOT string or the file."""
    return "".join(character if character.isprintable() else " " for character in text)


def graphviz_placement(sizes: Sequence[tuple[float, float]], diagram: Diagram) -> Placement | None:
    """Places and routes from Graphviz's ``dot``, or None where `pygraphviz` is missing or the graph is large.

    Only numbers go in and out: no text of the user's reaches Graphviz here.
    """
    if not 0 < len(sizes) <= MOST_BOXES:
        return None
    try:
        import pygraphviz
    except ImportError:
        return None
    graph = pygraphviz.AGraph(directed=True, strict=False)
    graph.graph_attr.update(ranksep="0.42", nodesep="0.26")
    for place, (width, height) in enumerate(sizes):
        graph.add_node(
            f"b{place}",
            label="",
            shape="box",
            fixedsize="true",
            width=f"{width / POINTS_AN_INCH:.4f}",
            height=f"{height / POINTS_AN_INCH:.4f}",
        )
    trunk = diagram.trunk()
    for number, arrow in enumerate(diagram.arrows):
        weight = "40" if (arrow.source, arrow.target) in trunk else "1"
        ends = (f"b{arrow.source}", f"b{arrow.target}")
        graph.add_edge(*ends, key=f"e{number}", arrowhead="none", weight=weight)
    graph.layout(prog="dot")
    box = [float(number) for number in graph.graph_attr["bb"].split(",")]
    centres = []
    for place in range(len(sizes)):
        x, y = (float(number) for number in graph.get_node(f"b{place}").attr["pos"].split(","))
        centres.append((x - box[0], box[3] - y))
    routes = []
    for number, arrow in enumerate(diagram.arrows):
        edge = graph.get_edge(f"b{arrow.source}", f"b{arrow.target}", key=f"e{number}")
        routes.append(_spline(edge.attr["pos"], box[0], box[3]))
    graph.close()
    return Placement(tuple(centres), tuple(routes), box[2] - box[0], box[3] - box[1])


def _spline(text: str, left: float, top: float) -> tuple[Point, ...]:
    """Start, then two control points and an end a piece."""
    points = []
    for pair in text.replace("\\\n", "").split():
        if pair[0] in "se":
            continue
        x, y = pair.split(",")[:2]
        points.append((float(x) - left, top - float(y)))
    return tuple(points)
