"""A dense layer's unit: one row of the weights, dotted with the whole input, gives one number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Group, Item, Line, Rect, Scene, Text, middle_text, number_text
from viz.canvas.theme import Role, gradient_role
from viz.errors import UndrawableError
from viz.lecture.parts import MARGIN, WIDTH, Plane, heading, plain, plane_of, printed, text_size_for

MOST_INPUTS, MOST_UNITS = 128, 12
LEFT, RIGHT = 150.0, 790.0
STRIP, BARS = 22.0, 88.0


def dense_row(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    unit: int = 0,
    title: str | None = None,
    theme: str = "light",
) -> Drawing:
    """Draw one unit of a dense layer: its row of the weights times the input, place by place, then the sum.

    Parameters
    ----------
    x : array_like, (n,)
        The input, at most 128 values.
    weight : array_like, (m, n)
        One row a unit, at most 12.
    bias : array_like, (m,), optional
        Added at the end.
    unit : int
        Which row is lit.
    title : str, optional
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        ``.data`` holds the products and the outputs.

    Raises
    ------
    UndrawableError
        Too many inputs or units to be seen, or the unit is out of range.
    autograd_cnn.errors.ShapeError
        The operands do not go together.

    Notes
    -----
    Section 1 of the lecture: W of 2 x 72.

    Examples
    --------
    >>> drawing = dense_row([1.0, 2.0, 3.0], [[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]])
    >>> print(drawing.text.splitlines()[2])
    y[0] = 1(1) + 0(2) − 1(3) = −2
    """
    row_weights = plane_of(weight, "the weight")
    values = plain(x).reshape(-1)
    y = plain(ag.dense(values[None], row_weights, bias))[0]
    units, inputs = row_weights.shape
    if inputs > MOST_INPUTS or units > MOST_UNITS:
        raise UndrawableError(f"{units} units of {inputs} inputs can't be seen; at most 12 units of 128")
    if not 0 <= unit < units:
        raise UndrawableError(f"there is no unit {unit}; there are {units}, counted from 0")
    added = 0.0 if bias is None else float(plain(bias)[unit])
    products = row_weights[unit] * values
    title = title or f"A dense layer, {inputs} → {units}: every output looks at every input"
    said = f"W is {units} × {inputs}. One output is the dot product of one row of W with all {inputs} inputs."
    items, top = heading(title, said)
    items += _rows(row_weights, values, products, unit, top + 8)
    bars = top + 8 + (units + 2) * (STRIP + 8) + 30
    items += _sums(products, bars)
    items += _outputs(y, unit, top + 8, bars)
    line = _line(row_weights[unit], values, added, float(y[unit]), unit)
    items.append(Text(MARGIN, bars + BARS + 40, line, 12, "ink", mono=True))
    counted = f"{units} × {inputs} = {units * inputs} weights; where a value lies in the image plays no part."
    items.append(Text(MARGIN, bars + BARS + 64, counted, 12, "muted"))
    scene = Scene(WIDTH, bars + BARS + 64 + MARGIN, title, f"{said} {line}", tuple(items))
    data = {"x": values, "weight": row_weights, "products": products, "y": y, "unit": unit}
    return Drawing(scene, f"{title}\n\n{line}\n{said}\n{counted}\n", data, theme)


def _line(row: Plane, values: Plane, bias: float, total: float, unit: int) -> str:
    """The dot product in figures; the middle of a long one is left out."""
    terms = [
        f"{'−' if w < 0 else '+'} {_short(abs(w))}({_short(x)})"
        for w, x in zip(row.tolist(), values.tolist(), strict=True)
    ]
    shown = terms if len(terms) <= 6 else [*terms[:3], "+ …", *terms[-2:]]
    if bias:
        shown.append(f"{'−' if bias < 0 else '+'} {_short(abs(bias))}")
    first = shown[0].removeprefix("+ ").replace("− ", "−")
    return f"y[{unit}] = {' '.join([first, *shown[1:]])} = {_short(total)}"


def _short(value: float) -> str:
    return printed(round(value, 2))


def _rows(weight: Plane, x: Plane, products: Plane, unit: int, top: float) -> Iterator[Item]:
    """The strips: a row of W each, then x, then the products; all in the same columns."""
    largest = float(np.abs(weight).max())
    y = top
    for number, row in enumerate(weight):
        lit = number == unit
        yield from _strip(f"row {number} of W", row, largest, y, lit, faded=not lit)
        y += STRIP + 8
    yield middle_text("×", LEFT - 14, y - 4, 12, fill="muted")
    yield from _strip("input x", x, float(np.abs(x).max()), y, True)
    y += STRIP + 8
    yield middle_text("=", LEFT - 14, y - 4, 12, fill="muted")
    yield from _strip("products", products, float(np.abs(products).max()), y, True)


def _strip(
    name: str, values: Plane, largest: float, top: float, lit: bool, *, faded: bool = False
) -> Iterator[Item]:
    yield middle_text(
        name, LEFT - 28, top + STRIP / 2, 12, anchor="end", fill="muted" if faded else "ink", bold=lit
    )
    cell = (RIGHT - LEFT) / len(values)
    texts = [printed(value) for value in values.tolist()]
    size = text_size_for(texts, cell, 12)
    items: list[Item] = [Rect(LEFT, top, RIGHT - LEFT, STRIP, "value")]
    for number, value in enumerate(values.tolist()):
        role = gradient_role(value, largest)
        x = LEFT + number * cell
        items.append(Rect(x, top, cell, STRIP, role, "grid", 0.5, opacity=0.35 if faded else 1.0))
        if size:
            ink: Role = "on_strong" if role.endswith("3") and not faded else "on_weak"
            items.append(number_text(texts[number], x + cell / 2, top + STRIP / 2, size, fill=ink))
    items.append(
        Rect(LEFT, top, RIGHT - LEFT, STRIP, None, "forward" if lit else "grid", 2.0 if lit else 1.0)
    )
    yield Group(tuple(items), title=name)


def _sums(products: Plane, top: float) -> Iterator[Item]:
    """A bar for each product, up or down: what is added."""
    yield middle_text("the same,", LEFT - 28, top + BARS / 2 - 8, 12, anchor="end")
    yield middle_text("as bars: up is plus", LEFT - 28, top + BARS / 2 + 8, 12, anchor="end")
    largest = float(np.abs(products).max()) or 1.0
    low, high = min(float(products.min()), 0.0), max(float(products.max()), 0.0)
    zero = top + BARS * high / ((high - low) or 1.0)
    cell = (RIGHT - LEFT) / len(products)
    for number, product in enumerate(products.tolist()):
        height = abs(product) / ((high - low) or 1.0) * BARS
        if height:
            x = LEFT + number * cell + cell * 0.12
            role = gradient_role(product, largest)
            yield Rect(x, zero - (height if product > 0 else 0), cell * 0.76, height, role, "ink", 0.6)
    yield Line(((LEFT, zero), (RIGHT, zero)), "ink", 1.0)


def _outputs(y: Plane, unit: int, top: float, bars: float) -> Iterator[Item]:
    """The outputs as a column on the right, and the arrow of the sum."""
    x, cell = RIGHT + 70.0, 40.0
    middle = (top + bars + BARS) / 2
    start = middle - len(y) * cell / 2
    yield middle_text("output y", x + cell, start - 14, 12, bold=True)
    for number, value in enumerate(y.tolist()):
        lit = number == unit
        place = start + number * cell
        yield Rect(
            x,
            place,
            2 * cell,
            cell,
            "forward_tint" if lit else "value",
            "forward" if lit else "grid",
            2 if lit else 1,
        )
        yield number_text(
            _short(value), x + cell, place + cell / 2, 13, bold=lit, fill="ink" if lit else "muted"
        )
    goal = start + (unit + 0.5) * cell
    sums = bars + BARS / 2
    yield Line(
        ((RIGHT + 8, sums), (RIGHT + 36, sums), (RIGHT + 36, goal), (x - 3, goal)),
        "forward",
        2,
        radius=6,
        head="open",
    )
    yield middle_text("add all", RIGHT + 40, sums + 14, 11, fill="forward", anchor="start")
