"""Draws wires, dots, sums and stubs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from viz.canvas.scene import Anchor, Circle, Dash, Group, Head, Item, Line, Rect, middle_text
from viz.ladder.layout import NOTE, SUM_RADIUS
from viz.ladder.wires import Dot, Half, Mark, Stub, Sum, Wire

BACKWARD_LINE = 2.2
STYLES: dict[Half, tuple[float, Head, float, Dash]] = {
    "forward": (1.3, "open", 4.5, "solid"),
    "backward": (BACKWARD_LINE, "filled", 6.0, "solid"),
    "saved": (2.0, "filled", 6.0, "dotted"),
}
"""Thickness, arrow head, its size, and dashes of the wires."""


def key_glyph(x: float, y: float) -> Iterator[Item]:
    """A small key: kept under lock until somebody asks for it."""
    yield Circle(x, y, 2.6, None, "saved", 1.4)
    yield Line(((x + 2.6, y), (x + 10, y), (x + 10, y + 3.2)), "saved", 1.4)
    yield Line(((x + 7, y), (x + 7, y + 2.6)), "saved", 1.4)


def mark_items(mark: Mark) -> Iterator[Item]:
    """One mark as shapes."""
    if isinstance(mark, Wire):
        thickness, head, head_size, dash = STYLES[mark.half]
        yield Line(
            mark.points,
            mark.half,
            thickness,
            dash,
            radius=4,
            head=head if mark.has_head else "none",
            head_size=head_size,
        )
        if mark.half == "saved" and len(mark.points) > 3:
            (left, y), (right, _) = max(pairwise(mark.points), key=lambda ends: abs(ends[1][0] - ends[0][0]))
            middle = (left + right) / 2
            yield Rect(middle - 8, y - 5, 16, 10, "paper")
            yield from key_glyph(middle - 4, y)
    elif isinstance(mark, Dot):
        yield Circle(mark.x, mark.y, 3, mark.half)
    elif isinstance(mark, Sum):
        words = f"sum of {mark.terms}"
        yield Group(
            (
                Circle(mark.x, mark.y, SUM_RADIUS, "paper", "backward", 1.6),
                Line(((mark.x - 4, mark.y), (mark.x + 4, mark.y)), "backward", 1.6),
                Line(((mark.x, mark.y - 4), (mark.x, mark.y + 4)), "backward", 1.6),
                middle_text(words, mark.label_x, mark.y, NOTE, fill="backward", anchor="end"),
            ),
            title=f"{mark.value} is used {mark.terms} times, so {mark.terms} gradients add up",
            data=(("half", "backward"),),
        )
    elif isinstance(mark, Stub):
        # In the forward column the label stands left of the wire, in the mirrored ones right of it.
        anchor: Anchor = "start" if mark.half == "backward" else "end"
        shift = 3 if mark.half == "backward" else -3
        yield middle_text(mark.text, mark.x + shift, mark.y, NOTE, fill=mark.half, anchor=anchor)
