"""The depth ruler of picture A: which depth is drawn, and which layers of windows cover it."""

from __future__ import annotations

from viz.canvas.scene import Item, Rect, middle_text
from viz.canvas.theme import Role
from viz.pooling.plane import Plane

MOST_DEPTHS, MOST_LANES = 12, 3
SQUARE = 15.0


def of_layer(plane: Plane) -> str:
    """What the name of Y adds where there are three axes."""
    return "" if plane.slice is None else f", layer {plane.slice.layer}"


def depth_strip(plane: Plane, right: float, top: float) -> list[Item]:
    """All depths as small squares, the drawn one filled, ending at ``right``.

    Below, a bar for each layer of windows that covers the drawn depth; the drawn layer's is filled too.
    """
    cut = plane.slice
    if cut is None:
        return []
    if cut.depths > MOST_DEPTHS:
        told = f"depth {cut.depth} (of 0 to {cut.depths - 1})"
        return [middle_text(told, right, top + SQUARE / 2, 11, fill="forward", anchor="end", bold=True)]
    left = right - SQUARE * cut.depths
    items: list[Item] = []
    for depth in range(cut.depths):
        x, drawn = left + SQUARE * depth, depth == cut.depth
        items.append(Rect(x, top, SQUARE, SQUARE, "forward" if drawn else "value", "forward", 0.8))
        ink: Role = "on_forward" if drawn else "muted"
        items.append(middle_text(str(depth), x + SQUARE / 2, top + SQUARE / 2, 9, fill=ink, bold=drawn))
    items.append(middle_text("depth", left - 5, top + SQUARE / 2, 9, fill="muted", anchor="end"))
    lanes = sorted(cut.covering, key=lambda layer: layer != cut.layer)[:MOST_LANES]
    for lane, layer in enumerate(lanes):
        first, last = cut.reach(layer)
        y, lit = top + SQUARE + 3 + 4 * lane, layer == cut.layer
        x, width = left + SQUARE * first + 1, SQUARE * (last - first + 1) - 2
        items.append(Rect(x, y, width, 3, "forward" if lit else "forward_tint", "forward", 0.6, radius=1))
    return items
