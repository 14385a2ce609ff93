"""Where windows lie along an axis: the output size rule as a picture, and what doesn't fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Hatch, Item, Rect, Scene, Text, middle_text, number_text
from viz.errors import UndrawableError
from viz.lecture.parts import MARGIN, WIDTH, heading, printed

CELL = 44.0
LANE = 18.0
LEFT = 330.0
MOST_CELLS = 18


def window_places(
    n: int,
    window: int,
    settings: Sequence[tuple[int, int]],
    *,
    title: str | None = None,
    theme: str = "light",
) -> Drawing:
    """Draw, for each stride and padding, where the windows lie along an axis, and the size rule in figures.

    Parameters
    ----------
    n : int
        N, the number of cells of the input.
    window : int
        F.
    settings : sequence of (stride, padding)
        One row each.
    title : str, optional
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        ``.text`` has one line of figures a row.

    Raises
    ------
    UndrawableError
        There are no settings, or more than 18 cells with their padding.
    autograd_cnn.errors.ShapeError
        The window is larger than the padded input.

    Notes
    -----
    Section 2 of the lecture: ``(N - F + 2P) / S + 1``. Where the value is no integer, the windows that
    ``rounding="floor"`` keeps are drawn, and the cells that no window reaches are marked.

    Examples
    --------
    >>> print(window_places(7, 3, [(2, 0), (3, 0)]).text)
    N = 7, F = 3: how many windows fit?
    <BLANKLINE>
    S = 2, P = 0: (7 − 3 + 2·0) / 2 + 1 = 3
    S = 3, P = 0: (7 − 3 + 2·0) / 3 + 1 = 2.33 doesn't fit!
    <BLANKLINE>
    """
    if not settings or any(n + 2 * padding > MOST_CELLS for _, padding in settings):
        raise UndrawableError(
            f"window_places needs settings, and at most {MOST_CELLS} cells with their padding"
        )
    title = title or f"N = {n}, F = {window}: how many windows fit?"
    items, top = heading(
        title, "Along one axis: (N − F + 2P) / S + 1 windows. Hatched cells are padding: zeros."
    )
    lines, counts = [], []
    for stride, padding in settings:
        count = ag.conv_output_size(n, window, stride=stride, padding=padding)
        exact = (n - window + 2 * padding) / stride + 1
        fits = exact == count
        figures = f"({n} − {window} + 2·{padding}) / {stride} + 1 = "
        figures += printed(count) if fits else f"{exact:.2f}"
        lines.append(f"S = {stride}, P = {padding}: {figures}" + ("" if fits else " doesn't fit!"))
        counts.append(count)
        row, height = _row(n, window, stride, padding, count, top + 8)
        row += _figures(stride, padding, figures, fits, top + 8 + CELL / 2)
        items += row
        top += height + 26
    text = "\n".join([title, "", *lines]) + "\n"
    data = {"n": n, "window": window, "settings": [list(pair) for pair in settings], "counts": counts}
    return Drawing(Scene(WIDTH, top + 6, title, ". ".join(lines), tuple(items)), text, data, theme)


def _figures(stride: int, padding: int, figures: str, fits: bool, y: float) -> Iterator[Item]:
    yield middle_text(
        f"stride S = {stride}, padding P = {padding}", MARGIN, y - 2, 13, anchor="start", bold=True
    )
    yield middle_text(
        figures, MARGIN, y + 18, 12, anchor="start", mono=True, fill="ink" if fits else "backward"
    )
    if not fits:
        yield middle_text("doesn't fit!", MARGIN, y + 38, 14, anchor="start", fill="backward", bold=True)


def _row(n: int, window: int, stride: int, padding: int, count: int, top: float) -> tuple[list[Item], float]:
    """The cells, the windows under them in lanes, what is left over; and the height."""
    cell = min(CELL, (WIDTH - MARGIN - LEFT) / (n + 2 * padding))
    reached = {place * stride + offset for place in range(count) for offset in range(window)}
    items: list[Item] = []
    for number in range(n + 2 * padding):
        x = LEFT + number * cell
        real = padding <= number < padding + n
        if not real:
            items += [Hatch(x, top, cell, CELL), Rect(x, top, cell, CELL, None, "grid", dash="dotted")]
            items.append(Text(x + cell / 2, top + CELL / 2 + 4, "0", 11, "muted", "middle", mono=True))
            continue
        lost = number not in reached
        items.append(
            Rect(x, top, cell, CELL, "backward_tint" if lost else "value", "backward" if lost else "muted")
        )
        label = str(number - padding + 1)
        items.append(
            number_text(
                label, x + cell / 2, top + CELL / 2, 12, fill="backward" if lost else "ink", bold=lost
            )
        )
    lanes = min(count, -(-window // stride))
    y = top + CELL + 6
    for place in range(count):
        x = LEFT + place * stride * cell + 2
        lane = y + place % lanes * LANE
        items.append(Rect(x, lane, window * cell - 4, LANE - 4, "forward_tint", "forward", 1.4, radius=4))
        items.append(
            middle_text(
                f"window {place + 1}", x + window * cell / 2 - 2, lane + LANE / 2 - 2, 10, fill="forward"
            )
        )
    lost_cells = [number for number in range(n + 2 * padding) if number > max(reached)]
    if lost_cells:
        x = LEFT + (lost_cells[0] + len(lost_cells) / 2) * cell
        items.append(
            middle_text(
                "left over",
                max(x, LEFT + (max(reached) + 1) * cell + 26),
                y + 7,
                11,
                fill="backward",
                bold=True,
            )
        )
    return items, CELL + 6 + max(lanes * LANE, 28)
