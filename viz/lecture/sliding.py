"""The sliding convolution: each window with its products and the line of arithmetic that adds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.fonts import text_width
from viz.canvas.scene import Group, Item, Line, Rect, Scene, Text, middle_text, number_text
from viz.canvas.theme import Role
from viz.errors import UndrawableError
from viz.lecture.parts import (
    MARGIN,
    WIDTH,
    Plane,
    caption,
    heading,
    matrix,
    padding_cells,
    plane_of,
    printed,
    text_size_for,
)

MOST_COLUMNS, MOST_ROWS = 4, 4
THUMBNAIL, PRODUCTS = 84.0, 132.0
TERM_TEXT, LINE_STEP = 11.0, 15.0
BETWEEN = 14.0


@dataclass(frozen=True, slots=True)
class _Slide:
    """What is drawn: planes as float64, the kernel as it is laid on the windows."""

    x: Plane
    padded: Plane
    kernel: Plane
    laid: Plane
    y: Plane
    stride: int
    padding: int
    flip: bool

    def window(self, i: int, j: int) -> Plane:
        rows, columns = self.laid.shape
        top, left = i * self.stride, j * self.stride
        return self.padded[top : top + rows, left : left + columns]


def arithmetic(window: Any, kernel: Any) -> str:
    """The products of a window with a kernel, added up, as the slide writes them.

    Examples
    --------
    >>> print(arithmetic([[1, 3], [0, -1]], [[-1, 0], [2, 1]]))
    1(−1) + 3(0) + 0(2) − 1(1) = −2
    """
    values, weights = plane_of(window, "the window"), plane_of(kernel, "the kernel")
    if values.shape != weights.shape:
        raise UndrawableError(f"a window {values.shape} and a kernel {weights.shape} don't lie on each other")
    return " ".join((*_terms(values, weights), f"= {printed(float((values * weights).sum()))}"))


def _terms(window: Plane, kernel: Plane) -> Iterator[str]:
    """Each product with the sign that joins it: "1(−1)", "+ 3(0)", "− 1(1)"."""
    for number, (value, weight) in enumerate(zip(window.flat, kernel.flat, strict=True)):
        product = f"{printed(abs(value))}({printed(weight)})"
        if number == 0:
            yield f"−{product}" if value < 0 else product
        else:
            yield f"{'−' if value < 0 else '+'} {product}"


def sliding_window(
    x: Any,
    weight: Any,
    *,
    stride: int = 1,
    padding: int = 0,
    flip: bool = False,
    title: str | None = None,
    theme: str = "light",
) -> Drawing:
    """Draw a convolution of one plane: window after window, its products, and their sum in figures.

    Parameters
    ----------
    x : array_like, (H, W)
        The image; leading axes of size 1 are dropped.
    weight : array_like, (F, G)
        The kernel.
    stride, padding : int
        As in `autograd_cnn.conv2d`.
    flip : bool
        True convolution: the kernel is turned by 180 degrees before it is laid on the windows.
    title : str, optional
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        The windows stand as their results stand in the output map: at most 4 x 4 of them, the others are
        counted. ``.text`` holds every line of arithmetic; ``.data`` the planes.

    Raises
    ------
    UndrawableError
        An operand is no plane of finite numbers, or too large to be read (more than 12 columns or rows; a
        kernel above 5 x 5).
    autograd_cnn.errors.ShapeError
        The kernel does not fit the image.

    Notes
    -----
    Section 2 of the lecture.

    Examples
    --------
    >>> drawing = sliding_window(
    ...     [[1, 3, 1], [0, -1, 1], [2, 2, -1]], [[1, 2], [0, -1]], flip=True
    ... )
    >>> print(drawing.text.splitlines()[3])
    (0, 0): 1(−1) + 3(0) + 0(2) − 1(1) = −2
    """
    image, kernel = plane_of(x, "x"), plane_of(weight, "the kernel")
    if max(image.shape) + 2 * padding > 12 or max(kernel.shape) > 5:
        raise UndrawableError(
            f"an image {image.shape} with padding {padding} and a kernel {kernel.shape} can't be read window "
            "by window; at most 12 x 12 with its padding, and 5 x 5"
        )
    y = ag.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding, flip=flip)
    laid = kernel[::-1, ::-1] if flip else kernel
    padded = np.pad(image, padding)
    slide = _Slide(image, padded, kernel, laid, y.numpy()[0, 0], stride, padding, flip)
    title = title or ("True convolution: flip the kernel, then slide it" if flip else "Sliding a kernel")
    items, top = heading(title, _rule(flip))
    head, height = _operands(slide, top + 6)
    items += head
    tiles, height = _tiles(slide, top + 6 + height + 34)
    items += tiles
    scene = Scene(WIDTH, height + MARGIN, title, ". ".join(_lines(slide)), tuple(items))
    text = "\n".join([title, _rule(flip), "", *_lines(slide)]) + "\n"
    data = {"x": image, "kernel": kernel, "laid": laid, "y": slide.y, "stride": stride, "padding": padding}
    return Drawing(scene, text, data, theme)


def _rule(flip: bool) -> str:
    which = "flipped kernel" if flip else "kernel"
    return f"Multiply each window by the {which}, cell by cell, and add: one number of the output."


def _lines(slide: _Slide) -> list[str]:
    rows, columns = slide.y.shape
    return [
        f"({i}, {j}): {arithmetic(slide.window(i, j), slide.laid)}"
        for i in range(rows)
        for j in range(columns)
    ]


def _operands(slide: _Slide, top: float) -> tuple[list[Item], float]:
    """Image, kernel (and its flip), output, from left to right; and their height."""
    rows, columns = slide.padded.shape
    widest = columns + slide.kernel.shape[1] * (2 if slide.flip else 1) + slide.y.shape[1]
    cell = min(38.0, (WIDTH - 2 * MARGIN - 3 * 70) / widest, 260 / rows)
    height = 22 + rows * cell
    planes: list[tuple[str, Plane, str]] = [("kernel", slide.kernel, "∗" if slide.flip else "slides over")]
    if slide.flip:
        planes.append(("flipped by 180°", slide.laid, "flip"))
    planes.append(("output", slide.y, "gives"))
    gaps = [max(70.0, text_width(word, 11) + 34) for _, _, word in planes]
    total = cell * widest + sum(gaps)
    x = (WIDTH - total) / 2
    middle = top + 22 + rows * cell / 2
    items: list[Item] = [caption("image", x + columns * cell / 2, top + 6)]
    if slide.padding:
        items += padding_cells((len(slide.x), slide.x.shape[1]), slide.padding, x, top + 22, cell)
    inset = slide.padding * cell
    items.append(matrix(slide.x, x + inset, top + 22 + inset, cell))
    x += columns * cell
    for (name, plane, word), gap in zip(planes, gaps, strict=True):
        if word == "∗":
            items.append(middle_text("and", x + gap / 2, middle, 11, fill="muted"))
        elif word == "slides over":
            items.append(middle_text(word, x + gap / 2, middle - 12, 11, fill="muted"))
            items.append(Line(((x + gap - 12, middle), (x + 12, middle)), "muted", 1.4, head="open"))
        else:
            items.append(middle_text(word, x + gap / 2, middle - 12, 11, fill="muted"))
            items.append(Line(((x + 12, middle), (x + gap - 12, middle)), "forward", 1.4, head="open"))
        x += gap
        y = middle - plane.shape[0] * cell / 2
        width = plane.shape[1] * cell
        tint: Role = "forward_tint" if name == "output" else "parameter_tint"
        items.append(matrix(plane, x, y, cell, tint=tint, bold=name == "output"))
        role: Role = "forward" if name == "output" else "parameter"
        items.append(Rect(x, y, width, plane.shape[0] * cell, None, role, 1.6))
        items.append(caption(name, x + width / 2, y - 14, size=13 if width > 100 else 11))
        x += width
    return items, height


def _tiles(slide: _Slide, top: float) -> tuple[list[Item], float]:
    """The windows, placed as in the output map; and the height where they end."""
    rows, columns = min(slide.y.shape[0], MOST_ROWS), min(slide.y.shape[1], MOST_COLUMNS)
    width = (WIDTH - 2 * MARGIN - (columns - 1) * BETWEEN) / columns
    width = min(width, 452.0)
    left = (WIDTH - columns * width - (columns - 1) * BETWEEN) / 2
    lines = max(len(_wrapped(slide, i, j, width - 24)) for i in range(rows) for j in range(columns))
    height = (
        34 + max(THUMBNAIL, _product_cell(slide, width) * slide.laid.shape[0]) + 12 + lines * LINE_STEP + 8
    )
    items: list[Item] = [Text(MARGIN, top, "Window by window, each where its number stands", 13, bold=True)]
    top += 14
    for i in range(rows):
        for j in range(columns):
            x, y = left + j * (width + BETWEEN), top + i * (height + BETWEEN)
            items.append(_tile(slide, i, j, x, y, width, height))
    bottom = top + rows * (height + BETWEEN) - BETWEEN
    hidden = slide.y.size - rows * columns
    if hidden:
        items.append(Text(MARGIN, bottom + 20, f"and {hidden} more windows, in the same way", 11, "muted"))
        bottom += 26
    return items, bottom


def _product_cell(slide: _Slide, width: float) -> float:
    """The size of a cell of the products: what is left beside the thumbnail, and no more than is needed."""
    rows, columns = slide.laid.shape
    return float(min(54.0, (width - 24 - THUMBNAIL - 22) / columns, 150 / rows))


def _tile(slide: _Slide, i: int, j: int, x: float, y: float, width: float, height: float) -> Group:
    """One window: where it lies, its products, their sum."""
    window = slide.window(i, j)
    result = float(slide.y[i, j])
    items: list[Item] = [
        Rect(x, y, width, height, "panel", "grid", radius=6),
        middle_text(f"output ({i}, {j})", x + 12, y + 16, 11, fill="muted", anchor="start"),
        middle_text(printed(result), x + width - 12, y + 16, 15, fill="forward", anchor="end", bold=True),
    ]
    cell = _product_cell(slide, width)
    rows, columns = slide.laid.shape
    body = max(THUMBNAIL, cell * rows)
    gap = 22.0
    start = x + (width - THUMBNAIL - gap - cell * columns) / 2
    items += _thumbnail(slide, i, j, start, y + 34 + (body - THUMBNAIL) / 2)
    items += _products(window, slide.laid, start + THUMBNAIL + gap, y + 34 + (body - cell * rows) / 2, cell)
    base = y + 34 + body + 12 + 9
    for number, line in enumerate(_wrapped(slide, i, j, width - 24)):
        items.append(_mono_line(line, x + width / 2, base + number * LINE_STEP))
    return Group(tuple(items), title=f"output ({i}, {j})")


def _mono_line(line: str, x: float, y: float) -> Text:
    return Text(
        x, y, line, TERM_TEXT, anchor="middle", mono=True, length=text_width(line, TERM_TEXT, mono=True)
    )


def _thumbnail(slide: _Slide, i: int, j: int, left: float, top: float) -> list[Item]:
    """The image in small with the window on it."""
    rows, columns = slide.padded.shape
    cell = THUMBNAIL / max(rows, columns)
    left += (THUMBNAIL - columns * cell) / 2
    top += (THUMBNAIL - rows * cell) / 2
    items: list[Item] = [Rect(left, top, columns * cell, rows * cell, "value", "grid")]
    texts = [[printed(value) for value in row] for row in slide.padded.tolist()]
    size = text_size_for([text for row in texts for text in row], cell + 2, 11)
    high, wide = slide.laid.shape
    place = (left + j * slide.stride * cell, top + i * slide.stride * cell, wide * cell, high * cell)
    items.append(Rect(*place, "forward_tint"))
    for row in range(1, rows):
        items.append(Line(((left, top + row * cell), (left + columns * cell, top + row * cell)), "grid", 0.7))
    for column in range(1, columns):
        x = left + column * cell
        items.append(Line(((x, top), (x, top + rows * cell)), "grid", 0.7))
    if size:
        for row, line in enumerate(texts):
            for column, text in enumerate(line):
                x, y = left + (column + 0.5) * cell, top + (row + 0.5) * cell
                items.append(number_text(text, x, y, size, fill="muted"))
    items.append(Rect(*place, None, "forward", 2.2))
    return items


def _products(window: Plane, kernel: Plane, left: float, top: float, cell: float) -> list[Item]:
    """A cell for each product: value times weight, small, over their product."""
    items: list[Item] = []
    factors = [
        [f"{printed(v)}·{_in_brackets(w)}" for v, w in zip(*pair, strict=True)]
        for pair in zip(window.tolist(), kernel.tolist(), strict=True)
    ]
    size = text_size_for([text for row in factors for text in row], cell, 10)
    for i, row in enumerate(factors):
        for j, text in enumerate(row):
            x, y = left + (j + 0.5) * cell, top + i * cell
            product = float(window[i, j] * kernel[i, j])
            quiet = product == 0
            fill: Role = "value" if quiet else "forward_tint"
            items.append(Rect(left + j * cell, y, cell, cell, fill, "grid"))
            if size:
                items.append(number_text(text, x, y + cell * 0.3, size, fill="muted"))
            whole = text_size_for([printed(product)], cell, 13)
            if whole:
                height = y + cell * (0.7 if size else 0.5)
                items.append(
                    number_text(
                        printed(product), x, height, whole, fill="muted" if quiet else "ink", bold=not quiet
                    )
                )
    rows, columns = window.shape
    items.append(Rect(left, top, columns * cell, rows * cell, None, "forward", 2.2))
    return items


def _in_brackets(weight: float) -> str:
    return f"({printed(weight)})" if weight < 0 else printed(weight)


def _wrapped(slide: _Slide, i: int, j: int, room: float) -> list[str]:
    """The line of arithmetic, broken between terms."""
    window = slide.window(i, j)
    terms = [*_terms(window, slide.laid), f"= {printed(float(slide.y[i, j]))}"]
    lines: list[str] = []
    for term in terms:
        longer = f"{lines[-1]} {term}" if lines else term
        if lines and text_width(longer, TERM_TEXT, mono=True) <= room:
            lines[-1] = longer
        else:
            lines.append(term)
    return lines
