"""A network's volumes in a row: their height is the spatial size, their depth the number of maps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, wrap
from viz.canvas.scene import Group, Item, Line, Polygon, Rect, Scene, Text, middle_text
from viz.errors import UndrawableError
from viz.lecture.parts import MARGIN, WIDTH, heading

# A name, (maps, height, width) or (values,), and a remark.
Volume: TypeAlias = tuple[str, tuple[int, ...], str]

TALLEST = 150.0
MOST_VOLUMES = 12
DEEPEST = 46.0


def volumes(
    stages: Sequence[Volume], *, title: str = "Volumes", subtitle: str = "", theme: str = "light"
) -> Drawing:
    """Draw the stages of a convolutional network as boxes: spatial size falls while the channels rise.

    Parameters
    ----------
    stages : sequence of (name, shape, remark)
        Shape (C, H, W) for maps, (n,) for a vector; the remark stands under it. At most 12.
    title, subtitle : str
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing

    Raises
    ------
    UndrawableError
        No stage, more than 12, or a shape of another kind.

    Notes
    -----
    Section 6 of the lecture. Heights and depths grow with the square root of the maps' size and number: true
    proportions would not fit on one slide.

    Examples
    --------
    >>> drawing = volumes([("input", (1, 32, 32), ""), ("C1", (6, 28, 28), "156 trained")])
    >>> print(drawing.text.splitlines()[3])
    C1: 6 maps of 28 × 28; 156 trained
    """
    if not 0 < len(stages) <= MOST_VOLUMES:
        raise UndrawableError(f"{len(stages)} stages can't be drawn in a row; 1 to {MOST_VOLUMES}")
    for name, shape, _ in stages:
        if len(shape) not in (1, 3) or min(shape) < 1:
            raise UndrawableError(f"{name!r} has the shape {shape}; (C, H, W) or (n,) can be drawn")
    items, top = heading(title, subtitle)
    step = (WIDTH - 2 * MARGIN) / len(stages)
    middle = top + 50 + TALLEST / 2
    largest = max((max(shape[1:]) for _, shape, _ in stages if len(shape) == 3), default=1)
    most = max(shape[0] for _, shape, _ in stages)
    notes = [wrap(remark, step - 8, 11) for _, _, remark in stages]
    ends: list[tuple[float, float]] = []
    for number, (name, shape, _) in enumerate(stages):
        x = MARGIN + (number + 0.5) * step
        made, left, right = _box(shape, x, middle, largest, most, step)
        items.append(Group((*made,), title=name))
        ends.append((left, right))
        items.append(middle_text(shorten(name, step - 6, 13, bold=True), x, top + 14, 13, bold=True))
        items.append(middle_text(_size(shape), x, middle + TALLEST / 2 + 34, 12, fill="forward"))
        for place, line in enumerate(notes[number]):
            items.append(Text(x, middle + TALLEST / 2 + 58 + 15 * place, line, 11, "muted", "middle"))
    for (_, right), (left, _) in pairwise(ends):
        if left - right > 14:
            items.append(
                Line(((right + 4, middle), (left - 4, middle)), "muted", 1.3, head="open", head_size=6)
            )
    height = middle + TALLEST / 2 + 58 + 15 * max(map(len, notes)) + 8
    words = [f"{name}: {_words(shape)}" + (f"; {remark}" if remark else "") for name, shape, remark in stages]
    text = "\n".join([title, subtitle, *words]) + "\n"
    data = {"stages": [[name, list(shape), remark] for name, shape, remark in stages]}
    return Drawing(Scene(WIDTH, height, title, ". ".join(words), tuple(items)), text, data, theme)


def _size(shape: tuple[int, ...]) -> str:
    return str(shape[0]) if len(shape) == 1 else f"{shape[0]}@{shape[1]}×{shape[2]}"


def _words(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]} values"
    count = "1 map" if shape[0] == 1 else f"{shape[0]} maps"
    return f"{count} of {shape[1]} × {shape[2]}"


def _box(
    shape: tuple[int, ...], x: float, middle: float, largest: int, most: int, step: float
) -> tuple[list[Item], float, float]:
    """A box in oblique view, and where it begins and ends at half height."""
    if len(shape) == 1:
        height = TALLEST * (shape[0] / most) ** 0.5
        return [Rect(x - 6, middle - height / 2, 12, height, "forward_tint", "forward", 1.4)], x - 6, x + 6
    maps, rows, columns = shape
    room = step - 22
    scale = min(TALLEST * 0.8, room * 0.62 / 0.5) / largest**0.5
    high, wide = rows**0.5 * scale, columns**0.5 * scale * 0.5
    deep = max(3.0, min(DEEPEST, room * 0.38) * (maps / most) ** 0.5)
    slant = deep * 0.5
    left = x - (wide + deep) / 2
    top, bottom = middle - high / 2, middle + high / 2
    front: list[Item] = [Rect(left, top, wide, high, "forward_tint", "forward", 1.4)]
    lid = ((left, top), (left + deep, top - slant), (left + deep + wide, top - slant), (left + wide, top))
    side = (
        (left + wide, top),
        (left + wide + deep, top - slant),
        (left + wide + deep, bottom - slant),
        (left + wide, bottom),
    )
    front += [Polygon(lid, "value", "forward", 1.4), Polygon(side, "panel", "forward", 1.4)]
    return front, left, left + wide + deep
