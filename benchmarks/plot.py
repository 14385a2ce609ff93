"""Ratios as a dot plot: one row a work, a mark a library, the bound of each row as a short bar."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten
from viz.canvas.scene import Circle, Item, Line, Polygon, Rect, Scene, Text, middle_text

WIDTH, PLOT, END = 960.0, 270.0, 850.0
ROW, TOP, BOTTOM = 18.0, 92.0, 44.0
NAMES = {"torch": "PyTorch eager", "jax": "JAX, compiled", "mygrad": "MyGrad"}
LOW, HIGH = math.log10(0.03), math.log10(20)


def place(ratio: float) -> float:
    """Give the x of a ratio; what lies outside stands at the edge."""
    share = (math.log10(max(ratio, 1e-6)) - LOW) / (HIGH - LOW)
    return PLOT + min(max(share, 0.0), 1.0) * (END - PLOT)


def mark(library: str, x: float, y: float) -> Item:
    """Give a library's mark: a disc, a ring, a diamond."""
    if library == "torch":
        return Circle(x, y, 4.5, "backward")
    if library == "jax":
        return Circle(x, y, 4.0, "paper", "forward", 2)
    return Polygon(((x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)), "paper", "saved", 1.6)


def drawing(results: Mapping[str, Mapping[str, Any]], bounds: Mapping[str, float]) -> Drawing:
    """Draw the measured ratios; ``bounds`` gives for a work the largest ratio to PyTorch to reach."""
    works = [work for work, row in results.items() if any(lib in row for lib in NAMES)]
    items: list[Item] = [Text(20, 34, "Time, ours divided by theirs (less is better)", 15, bold=True)]
    items += _legend()
    bottom = TOP + ROW * len(works)
    items.append(Rect(PLOT, TOP, END - PLOT, bottom - TOP, "panel", "grid"))
    for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10):
        x = place(tick)
        items.append(Line(((x, TOP), (x, bottom)), "muted" if tick == 1 else "grid", 2 if tick == 1 else 1))
        items.append(middle_text(f"{tick:g} ×", x, bottom + 12, 11, fill="muted"))
    for at, work in enumerate(works):
        items += _row(work, results[work], bounds.get(work), TOP + ROW * (at + 0.5))
    words = [f"{work}: {_ratios(results[work])}" for work in works]
    scene = Scene(WIDTH, bottom + BOTTOM, "Time against other libraries", ". ".join(words), tuple(items))
    return Drawing(scene, "\n".join(words) + "\n", {"benchmarks": dict(results)}, "auto")


def _ratios(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{row[lib]['ratio']:.2f} x {name}" for lib, name in NAMES.items() if lib in row)


def _legend() -> Iterator[Item]:
    x = PLOT
    for library, name in NAMES.items():
        yield mark(library, x, 64)
        yield middle_text(name, x + 12, 64, 12, anchor="start")
        x += 150
    yield Line(((x, 56), (x, 72)), "ink", 2)
    yield middle_text("bound, to PyTorch", x + 12, 64, 12, anchor="start")


def _row(work: str, row: Mapping[str, Any], bound: float | None, y: float) -> Iterator[Item]:
    yield middle_text(shorten(work, PLOT - 40, 11), 20, y, 11, anchor="start")
    if bound is not None:
        yield Line(((place(bound), y - 7), (place(bound), y + 7)), "ink", 2)
    for library in reversed(NAMES):
        if library in row:
            timing = row[library]
            low, high = place(timing["ratio_low"]), place(timing["ratio_high"])
            yield Line(((low, y), (high, y)), "muted", 1.4)
            yield mark(library, place(timing["ratio"]), y)
    if "torch" in row:
        missed = bound is not None and row["torch"]["ratio"] > bound
        yield middle_text(
            f"{row['torch']['ratio']:.2f}", WIDTH - 60, y, 11, anchor="end", bold=missed,
            fill="backward" if missed else "ink",
        )  # fmt: skip
