"""A pool's little grids: switches on its rung; in its capsule the cotangent, and where each value goes."""

from __future__ import annotations

from collections.abc import Iterator

from viz.canvas.scene import Circle, Group, Item, Line, Rect, middle_text
from viz.canvas.theme import gradient_role, text_role_on
from viz.picture.model import PoolCrop

SIZE = 45.0
LABEL = 10.0
BESIDE = 26.0
LEAST_SIGNED = 5.0


def rung_grid(pool: PoolCrop, left: float, top: float) -> tuple[Group, float]:
    """The windows of the crop, each with its winning tap filled; and the grid's right side.

    Where windows don't overlap the plane is drawn in the input's cells, so a mark lies where the gradient
    will arrive.
    """
    rows, columns = len(pool.cotangent), len(pool.cotangent[0])
    cell = SIZE / max(rows, columns)
    top += (SIZE - rows * cell) / 2
    items: list[Item] = []
    for i in range(rows):
        for j in range(columns):
            x, y = left + j * cell, top + i * cell
            items.append(Rect(x, y, cell, cell, "saved_tint", "saved", 0.6))
            if pool.switches is not None:
                items.extend(_winner(pool, pool.switches[i][j], x, y, cell))
    where = (
        f"switches of sample {pool.sample}, channel {pool.channel}, from row {pool.top}, column {pool.left}"
    )
    return Group(tuple(items), title=where, link=pool.box), left + columns * cell


def _winner(pool: PoolCrop, tap: int, x: float, y: float, cell: float) -> Iterator[Item]:
    height, width = pool.window
    row, column = divmod(tap, width)
    step_x, step_y = cell / width, cell / height
    side = max(min(step_x, step_y), 2.0)
    if side >= 3:
        yield Rect(x + column * step_x + 0.5, y + row * step_y + 0.5, step_x - 1, step_y - 1, "saved")
    else:
        yield Circle(x + (column + 0.5) * step_x, y + (row + 0.5) * step_y, side / 2, "saved")


def capsule_grids(pool: PoolCrop, left: float, right: float, top: float) -> Group:
    """dY, an arrow, and dX, equally large: what arrives, and where it goes."""
    gap, centre = 20.0, (left + right) / 2
    size = min(SIZE, (right - left - gap) / 2 - BESIDE)
    middle = top + SIZE / 2
    sent = list(_plane(pool.cotangent, centre - gap / 2 - size, middle - size / 2, size))
    received = list(_plane(pool.gradient, centre + gap / 2, middle - size / 2, size))
    arrow = Line(((centre - 7, middle), (centre + 7, middle)), "backward", 2, head="filled", head_size=6)
    labels: tuple[Item, ...] = (
        middle_text("dY", centre - gap / 2 - size - 5, middle, LABEL, anchor="end"),
        middle_text("dX", centre + gap / 2 + size + 5, middle, LABEL, anchor="start"),
    )
    return Group((*sent, arrow, *received, *labels), title="what arrives, and where it goes", link=pool.box)


def _plane(values: tuple[tuple[float, ...], ...], left: float, top: float, size: float) -> Iterator[Item]:
    """Cells by sign and size; negative ones have a minus, which print without colours needs."""
    rows, columns = len(values), len(values[0])
    cell = size / max(rows, columns)
    left += (size - columns * cell) / 2
    top += (size - rows * cell) / 2
    largest = max((abs(value) for line in values for value in line if value == value), default=0.0)
    for i, line in enumerate(values):
        for j, value in enumerate(line):
            is_padding = value != value
            fill = None if is_padding else gradient_role(value, largest)
            yield Rect(left + j * cell, top + i * cell, cell, cell, fill, "grid", 0.5)
            if value < 0 and fill is not None and cell >= LEAST_SIGNED:
                x, y = left + (j + 0.5) * cell, top + (i + 0.5) * cell
                yield Line(((x - cell / 4, y), (x + cell / 4, y)), text_role_on(fill), 1)
