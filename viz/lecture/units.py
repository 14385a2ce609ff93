"""Units that fire and units that don't: one square each, in rows; and those of any network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, text_width
from viz.canvas.scene import Group, Item, Line, Rect, Scene, middle_text
from viz.canvas.theme import Role
from viz.errors import UndrawableError
from viz.lecture.parts import MARGIN, WIDTH, heading

LARGEST, SMALLEST = 18.0, 5.0
LEFT, RIGHT = 190.0, 830.0
ROW_GAP = 16.0
MOST_UNITS = 2048


def unit_rows(
    rows: Mapping[str, Any],
    *,
    title: str = "Units that never fire",
    subtitle: str = "",
    theme: str = "light",
) -> Drawing:
    """Draw rows of units, each a square: filled where it ever fires, crossed out where it never does.

    Parameters
    ----------
    rows : mapping
        From a row's name to a bool array, one entry a unit: does it ever fire?
    title, subtitle : str
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        ``.data["rows"]`` holds the arrays; ``.text`` the counts.

    Raises
    ------
    UndrawableError
        There is no row, or one is empty or has more than 2,048 units.

    Examples
    --------
    >>> print(unit_rows({"small steps": [True, True], "large steps": [True, False]}).text)
    Units that never fire
    <BLANKLINE>
    small steps: 0 of 2 never fire
    large steps: 1 of 2 never fires
    <BLANKLINE>
    """
    fires = {name: np.asarray(row, bool).reshape(-1) for name, row in rows.items()}
    if not fires or not all(0 < len(row) <= MOST_UNITS for row in fires.values()):
        raise UndrawableError(f"unit_rows needs a row or more, each of 1 to {MOST_UNITS} units")
    items, top = heading(title, subtitle or "A square is a unit. Crossed out: it gave 0 for every input.")
    top += 10
    largest = max(len(row) for row in fires.values())
    # one size for all, so that rows can be compared
    cell = next((size for size in (LARGEST, 12.0, 8.0) if largest * size <= 3 * (RIGHT - LEFT)), SMALLEST)
    for name, row in fires.items():
        made, height = _row(name, row, cell, top)
        items += made
        top += height + ROW_GAP
    words = [f"{name}: {_count(row)}" for name, row in fires.items()]
    data = {"rows": {name: row.tolist() for name, row in fires.items()}}
    scene = Scene(WIDTH, top + 4, title, ". ".join(words), tuple(items))
    return Drawing(scene, "\n".join([title, "", *words]) + "\n", data, theme)


def dead_units(output: ag.Tensor, *, title: str = "Which units never fire?", theme: str = "light") -> Drawing:
    """Draw the dead units of any network: for each ReLU before ``output``, who is 0 for all samples.

    Parameters
    ----------
    output : Tensor
        What the network gave for a batch; its graph must still be there.
    title : str
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        A row for each `autograd_cnn.relu` in the graph. A unit is an entry of axis 1: a channel, or a dense
        layer's output. It is dead on this batch when it is 0 for all samples and positions; such a unit
        gets no gradient from this batch either.

    Raises
    ------
    UndrawableError
        No ReLU with kept values of two or more axes is in the graph: the output was computed under
        `autograd_cnn.no_grad`, or a backward pass has freed them.

    Notes
    -----
    Section 3 of the lecture: "With ReLU be careful with the learning rate".

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> weight = ag.tensor([[1.0, 1.0], [-1.0, -1.0]], requires_grad=True)
    >>> print(dead_units(ag.relu(ag.dense([[1.0, 2.0], [3.0, 4.0]], weight))).text)
    Which units never fire?
    <BLANKLINE>
    relu: 1 of 2 never fires
    <BLANKLINE>
    """
    rows: dict[str, NDArray[np.bool_]] = {}
    for node in ag.Graph.of(output).nodes:
        if node.primitive.name != "relu" or node.freed:
            continue
        kept = next((value.array for value in node.saved if value.is_output), None)
        if kept is None or kept.ndim < 2:
            continue
        fires = np.any(kept > 0, axis=tuple(axis for axis in range(kept.ndim) if axis != 1))
        rows[_name_of(node, rows)] = fires
    if not rows:
        raise UndrawableError(
            "no ReLU with kept values of two or more axes leads to this tensor; "
            "compute it outside no_grad, and draw before backward frees the values"
        )
    return unit_rows(rows, title=title, theme=theme)


def _name_of(node: ag.Node, taken: Mapping[str, Any]) -> str:
    """The layer whose result it rectifies, as far as the graph knows, made unique."""
    before = node.inputs[0]
    scope = before.scope if isinstance(before, ag.Node) else None
    while scope is not None and scope.kind != "module":
        scope = scope.parent
    name = "relu" if scope is None else f"relu after {scope.name}"
    return name if name not in taken else f"{name} ({sum(key.startswith(name) for key in taken) + 1})"


def _count(row: NDArray[np.bool_]) -> str:
    silent = int((~row).sum())
    return f"{silent} of {len(row)} never {'fires' if silent == 1 else 'fire'}"


def _row(name: str, fires: NDArray[np.bool_], cell: float, top: float) -> tuple[list[Item], float]:
    """A name, the squares in as many lines as they need, the count; and the height."""
    per_line = int((RIGHT - LEFT) // cell)
    height = max(-(-len(fires) // per_line) * cell, 14.0)
    middle = top + height / 2
    silent = int((~fires).sum())
    items: list[Item] = [
        middle_text(
            shorten(name, LEFT - MARGIN - 12, 12, bold=True), LEFT - 12, middle, 12, anchor="end", bold=True
        ),
        Group(tuple(_squares(fires, per_line, cell, top)), title=name),
    ]
    count = f"{silent} of {len(fires)}"
    size = 12.0 if text_width(count + " silent", 12) <= WIDTH - RIGHT - 24 else 10.0
    role: Role = "backward" if silent else "muted"
    items.append(
        middle_text(f"{count} silent", RIGHT + 12, middle, size, fill=role, anchor="start", bold=bool(silent))
    )
    return items, height


def _squares(fires: NDArray[np.bool_], per_line: int, cell: float, top: float) -> Iterator[Item]:
    gap = 1.0 if cell > SMALLEST else 0.5
    side = cell - 2 * gap
    for number, alive in enumerate(fires.tolist()):
        x, y = LEFT + number % per_line * cell + gap, top + number // per_line * cell + gap
        if alive:
            yield Rect(x, y, side, side, "forward", "forward", 0.8)
            continue
        yield Rect(x, y, side, side, "backward_tint", "backward", 0.8)
        yield Line(((x, y), (x + side, y + side)), "backward", 1.2)
        yield Line(((x, y + side), (x + side, y)), "backward", 1.2)
