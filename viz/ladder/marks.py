"""Draws wires, dots, sums and stubs."""

from __future__ import annotations

from collections.abc import Iterator

from viz.canvas.scene import Anchor, Circle, Group, Item, Line, middle_text
from viz.ladder.layout import NOTE, SUM_RADIUS
from viz.ladder.wires import Dot, Mark, Stub, Sum, Wire

BACKWARD_LINE = 2.2


def mark_items(mark: Mark) -> Iterator[Item]:
    """One mark as shapes."""
    if isinstance(mark, Wire):
        is_back = mark.half == "backward"
        yield Line(
            mark.points,
            mark.half,
            BACKWARD_LINE if is_back else 1.3,
            radius=4,
            head=("filled" if is_back else "open") if mark.has_head else "none",
            head_size=6.0 if is_back else 4.5,
        )
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
        anchor: Anchor = "end" if mark.half == "forward" else "start"
        shift = -3 if mark.half == "forward" else 3
        yield middle_text(mark.text, mark.x + shift, mark.y, NOTE, fill=mark.half, anchor=anchor)
