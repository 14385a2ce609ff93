"""The text form of picture A: the whole plane as tables, for terminals and files."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viz.pooling.numbers import NumberFormat
from viz.pooling.plane import Plane, Window
from viz.pooling.slices import slice_words
from viz.pooling.view import View
from viz.pooling.words import answers, cotangent_words, subtitle, sum_words, title, unit_words, which

MOST_SUMS = 300


def text_form(view: View, show: NumberFormat, show_values: NumberFormat) -> str:
    """The whole plane as tables of X, Y, switches, dY and dX, with the answers below."""
    plane = view.plane
    parts = [title(plane), subtitle(plane), ""]
    if plane.values is not None:
        parts += ["X (input)", _table(plane.values), ""]
    parts += ["Y (output)", _table(plane.outputs), ""]
    if plane.is_max:
        taps = [[_tap_text(plane, window) for window in row] for row in _rows(plane)]
        kept = "tap:share of each winner" if plane.ties == "split" else "each winner's number in its window"
        parts += [f"switches (saved): {kept}", _columns(taps), ""]
    parts += ["dY (incoming gradient)", _table(plane.cotangents), ""]
    parts += ["dX (gradient of the input)", _table(plane.gradient), ""]
    exact = _six_digits(plane)
    cells = sorted(cell for cell, terms in plane.arrivals.items() if plane.is_max and len(terms) > 1)
    sums = [sum_words(view, cell, exact) for cell in cells[:MOST_SUMS]]
    if len(cells) > MOST_SUMS:
        sums.append(f"and {len(cells) - MOST_SUMS:,} sums more, which the tables hold")
    parts += [*sums, ""] if sums else []
    units = unit_words(show, show_values)
    parts += [units] if units else []
    parts += [f"{question} {answer}" for question, answer in answers(view, show, show_values)]
    where = f"{which('sample', *plane.sample)}; {which('channel', *plane.channel)}"
    parts += [slice_words(plane.slice)] if plane.slice else []
    parts += [f"{cotangent_words(plane)}; {where}", ""]
    return "\n".join(parts)


def _tap_text(plane: Plane, window: Window) -> str:
    if len(window.shares) == 1 and not window.elsewhere and plane.ties != "split":
        return str(plane.tap(window, window.shares[0][0]))
    if plane.ties != "split":
        return "+".join(map(str, plane.taps(window))) or "none"
    shares = [(plane.tap(window, cell), share) for cell, share in window.shares]
    shares += [(plane.tap(window, cell), share) for cell, share in window.elsewhere]
    return "+".join(f"{tap}:{share:.3g}" for tap, share in sorted(shares)) or "none"


def _six_digits(plane: Plane) -> NumberFormat:
    largest = float(np.max(np.abs(plane.gradient), where=np.isfinite(plane.gradient), initial=0.0)) or 1.0
    return NumberFormat(0, max(0, 5 - math.floor(math.log10(largest))), largest * 2e-7)


def _rows(plane: Plane) -> Sequence[Sequence[Window]]:
    columns = plane.grid[1]
    return [plane.windows[start : start + columns] for start in range(0, len(plane.windows), columns)]


def _table(values: NDArray[np.float64]) -> str:
    """Rows of numbers with seven digits; printed in one go, as maps may have many thousands of them."""
    if not values.size:
        return ""
    texts = ("%.7g\n" * values.size % tuple(values.ravel().tolist())).replace("nan", "NaN")
    cells = texts.replace("-inf", "−∞").replace("inf", "∞").split("\n")[:-1]
    width, columns = max(map(len, cells)), values.shape[1]
    rows = ("  ".join([f"%{width}s"] * columns) + "\n") * len(values) % tuple(cells)
    return rows[:-1]


def _columns(cells: Sequence[Sequence[str]]) -> str:
    width = max(len(text) for row in cells for text in row)
    return "\n".join("  ".join(text.rjust(width) for text in row) for row in cells)
