"""Plots of functions of one number and of their derivatives, one small panel a function."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

import autograd_cnn as ag
from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten, wrap
from viz.canvas.scene import Circle, Dash, Group, Item, Line, Rect, Scene, Text, middle_text
from viz.canvas.theme import Role
from viz.errors import UndrawableError
from viz.lecture.parts import MARGIN, WIDTH, Plane, heading, plain, printed

Function: TypeAlias = Callable[[ag.Tensor], Any]

COLUMNS = 4
BETWEEN = 16.0
PLOT = 128.0
AXIS = 26.0
NAME, FORMULA = 13.0, 10.0
FORMULA_LINES = 2
# A step between neighbouring samples larger than this share of the curve's range is a jump, not a slope.
JUMP = 0.08


@dataclass(frozen=True, slots=True)
class _Curve:
    name: str
    formula: str
    x: Plane
    y: Plane
    slope: Plane


def function_plots(
    functions: Mapping[str, Function | tuple[Function, str]],
    *,
    span: tuple[float, float] = (-4.0, 4.0),
    points: int = 401,
    title: str = "Activation functions",
    theme: str = "light",
) -> Drawing:
    """Plot functions (solid) and their derivatives (dashed), the latter computed by their gradient rules.

    Parameters
    ----------
    functions : mapping
        From a name to a function, or to a function and its formula in words. A function maps a Tensor
        (points,) elementwise to a Tensor (points,); or to (curves, points), of which the first is drawn
        strong, with its derivative, and the others thin.
    span : (float, float)
        From which x to which.
    points : int
        Samples on the way, at least 3. An odd number samples the middle, where kinks often are.
    title : str
        Words over the drawing.
    theme : {"light", "dark", "auto"}
        The colours.

    Returns
    -------
    Drawing
        ``.data["functions"][name]`` holds x, y and slope as drawn.

    Raises
    ------
    UndrawableError
        There is no function, the span is empty, or a result has another shape or is nowhere finite.

    Notes
    -----
    Section 3 of the lecture. The derivative comes from `autograd_cnn.jvp`; at a kink it is the one that the
    operation documents. Where a curve jumps, the line is broken; at x = 0 a filled dot shows the value.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> drawing = function_plots({"ReLU": (ag.relu, "0 for x ≤ 0, x for x > 0")})
    >>> print(drawing.text.splitlines()[2])
    ReLU: f(−4) = 0, f(0) = 0, f(4) = 4; f'(−4) = 0, f'(0) = 0, f'(4) = 1
    """
    if not functions or not span[0] < span[1] or points < 3:
        raise UndrawableError(
            "function_plots needs a function, a span from low to high, and 3 points or more"
        )
    curves = [_curve(name, entry, span, points) for name, entry in functions.items()]
    items, top = heading(title, "Each function, and the derivative that its gradient rule gives.")
    items += _legend(top)
    top += 26
    columns = min(COLUMNS, len(curves))
    width = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * BETWEEN) / COLUMNS
    lines = max(len(wrap(curve.formula, width - 20, FORMULA)) for curve in curves)
    height = 24 + PLOT + 20 + (min(lines, FORMULA_LINES) * 13 + 6 if lines else 0)
    left = (WIDTH - columns * width - (columns - 1) * BETWEEN) / 2
    for number, curve in enumerate(curves):
        x = left + number % columns * (width + BETWEEN)
        y = top + number // columns * (height + BETWEEN)
        items.append(Group(tuple(_panel(curve, span, x, y, width, height)), title=curve.name))
    bottom = top + -(-len(curves) // columns) * (height + BETWEEN) - BETWEEN + MARGIN
    words = [_words(curve) for curve in curves]
    data = {"functions": {c.name: {"x": c.x, "y": c.y, "slope": c.slope} for c in curves}}
    scene = Scene(WIDTH, bottom, title, ". ".join(words), tuple(items))
    return Drawing(scene, "\n".join([title, "", *words]) + "\n", data, theme)


def _curve(
    name: str, entry: Function | tuple[Function, str], span: tuple[float, float], points: int
) -> _Curve:
    function, formula = entry if isinstance(entry, tuple) else (entry, "")
    x = np.linspace(*span, points)
    # linspace may miss the middle by a rounding error, and kinks are there
    x[np.abs(x) < 1e-9 * (span[1] - span[0])] = 0.0
    values, slopes = ag.jvp(function, (ag.tensor(x),), (np.ones_like(x),))
    y, slope = np.atleast_2d(plain(values)), np.atleast_2d(plain(slopes))
    if y.ndim != 2 or y.shape[1:] != x.shape or slope.shape != y.shape:
        raise UndrawableError(
            f"{name!r} maps {points} points to the shape {y.shape}; one value each was expected"
        )
    if not np.isfinite(y).any() or not np.isfinite(slope).all():
        raise UndrawableError(f"{name!r} is not finite between {span[0]:g} and {span[1]:g}")
    return _Curve(name, formula, x, y, slope)


def _words(curve: _Curve) -> str:
    places = (0, len(curve.x) // 2, len(curve.x) - 1)
    values = ", ".join(f"f({printed(curve.x[i])}) = {printed(curve.y[0, i])}" for i in places)
    slopes = ", ".join(f"f'({printed(curve.x[i])}) = {printed(curve.slope[0, i])}" for i in places)
    return f"{curve.name}: {values}; {slopes}"


def _legend(y: float) -> list[Item]:
    return [
        Line(((MARGIN, y), (MARGIN + 30, y)), "forward", 2.4),
        middle_text("f(x)", MARGIN + 38, y, 12, fill="forward", anchor="start", bold=True),
        Line(((MARGIN + 90, y), (MARGIN + 120, y)), "backward", 1.8, "dashed"),
        middle_text("f'(x), its derivative", MARGIN + 128, y, 12, fill="backward", anchor="start", bold=True),
    ]


def _panel(
    curve: _Curve, span: tuple[float, float], left: float, top: float, width: float, height: float
) -> Iterator[Item]:
    yield Rect(left, top, width, height, "panel", "grid", radius=6)
    name = shorten(curve.name, width - 20, NAME, bold=True)
    yield middle_text(name, left + 10, top + 14, NAME, anchor="start", bold=True)
    box = (left + AXIS, top + 28, width - AXIS - 10, PLOT - 8)
    plot = _Plot(box, span, _heights(curve))
    yield from plot.axes()
    for extra in curve.y[1:]:
        yield from plot.line(curve.x, extra, thin=True)
    yield from plot.line(curve.x, curve.slope[0], derivative=True)
    yield from plot.line(curve.x, curve.y[0])
    y = top + 24 + PLOT + 24
    for line in wrap(curve.formula, width - 20, FORMULA)[:FORMULA_LINES]:
        yield Text(left + 10, y, line, FORMULA, "muted")
        y += 13


def _heights(curve: _Curve) -> tuple[int, int]:
    """Whole numbers around all that is drawn."""
    drawn = np.concatenate([curve.y.ravel(), curve.slope[0], [0.0, 1.0]])
    drawn = drawn[np.isfinite(drawn)]
    low, high = math.floor(drawn.min() + 1e-9), math.ceil(drawn.max() - 1e-9)
    return low, high


class _Plot:
    """The axes of a panel, and lines within them."""

    def __init__(
        self, box: tuple[float, float, float, float], span: tuple[float, float], heights: tuple[int, int]
    ) -> None:
        self.left, self.top, self.width, self.height = box
        self.span = span
        low, high = heights
        margin = 0.06 * (high - low)
        self.low, self.high, self.ticks = low - margin, high + margin, heights

    def x(self, value: float) -> float:
        return self.left + (value - self.span[0]) / (self.span[1] - self.span[0]) * self.width

    def y(self, value: float) -> float:
        return self.top + (self.high - value) / (self.high - self.low) * self.height

    def axes(self) -> Iterator[Item]:
        yield Rect(self.left, self.top, self.width, self.height, "paper", "grid")
        low, high = self.ticks
        step = max(1, -(-(high - low) // 4))
        for tick in sorted({*range(0, high + 1, step), *range(0, low - 1, -step)}):
            y = self.y(tick)
            yield Line(((self.left, y), (self.left + self.width, y)), "muted" if tick == 0 else "grid", 0.8)
            yield middle_text(printed(tick), self.left - 5, y, 9, fill="muted", anchor="end")
        for tick in range(math.ceil(self.span[0]), math.floor(self.span[1]) + 1):
            if tick % max(1, math.ceil((self.span[1] - self.span[0]) / 4)) == 0:
                x = self.x(tick)
                yield Line(
                    ((x, self.top), (x, self.top + self.height)), "muted" if tick == 0 else "grid", 0.8
                )
                yield middle_text(printed(tick), x, self.top + self.height + 9, 9, fill="muted")

    def line(self, xs: Plane, ys: Plane, *, derivative: bool = False, thin: bool = False) -> Iterator[Item]:
        steps = np.abs(np.diff(ys))
        with np.errstate(invalid="ignore"):
            jumps = steps > JUMP * max(float(np.nanmax(ys) - np.nanmin(ys)), 1e-12)
        starts = [0, *(np.flatnonzero(jumps) + 1).tolist(), len(xs)]
        role: Role = "backward" if derivative else "forward"
        width = 1.8 if derivative else 1.1 if thin else 2.4
        dash: Dash = "dashed" if derivative else "solid"
        for start, end in pairwise(starts):
            if end - start > 1:
                piece = self.thinned(xs[start:end], ys[start:end])
                yield Line(piece, role, width, dash)
        middle = np.flatnonzero(xs == 0)
        if not middle.size or thin:
            return
        # the value at the jump itself, and, hollow, the ends that it does not belong to
        place = int(middle[0])
        away = [
            other for other in (place - 1, place + 1) if 0 <= other < len(ys) and jumps[min(place, other)]
        ]
        for other in away:
            yield Circle(self.x(0.0), self.y(float(ys[other])), 2.8, "paper", role, 1.4)
        if away:
            yield Circle(self.x(0.0), self.y(float(ys[place])), 2.8, role)

    def thinned(self, xs: Plane, ys: Plane) -> tuple[tuple[float, float], ...]:
        """Points without those that lie on the straight line between their neighbours."""
        bent = np.ones(len(xs), bool)
        bent[1:-1] = np.abs(np.diff(ys, 2)) > 1e-9
        return tuple(
            (self.x(x), self.y(y)) for x, y in zip(xs[bent].tolist(), ys[bent].tolist(), strict=True)
        )
