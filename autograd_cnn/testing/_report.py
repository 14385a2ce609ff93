"""What a gradient check found, and how it reads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

AGREES, WRONG, KINKED, NO_NUMBER = ".", "x", "~", "?"
LEGEND = f"{AGREES} agrees, {WRONG} disagrees, {KINKED} not differentiable, {NO_NUMBER} no number"
MOST_ROWS, MOST_COLUMNS = 16, 48
KINKS_SHOWN = 4


@dataclass(frozen=True)
class NonDifferentiable:
    """An input element at which the function has no derivative.

    Attributes
    ----------
    input, element : int, tuple of int
        Which element moved.
    kind : str
        ``"kink"`` (also a tie) when the two sides have different slopes, ``"jump"`` when the value itself
        breaks off, ``"edge"`` when one side leaves the function's domain.
    left, right : float
        The slopes on the two sides, of the output where they differ most.
    analytic : float or None
        What the rules give for that output, where it was asked for alone.
    """

    input: int
    element: tuple[int, ...]
    kind: Literal["kink", "jump", "edge"]
    left: float
    right: float
    analytic: float | None = None

    def __str__(self) -> str:
        rule = "" if self.analytic is None else f", the rules give {self.analytic:.6g}"
        what = {"kink": "a kink or tie", "jump": "a jump", "edge": "an edge of the domain"}[self.kind]
        return (
            f"input {self.input}, element {self.element}: {what}, slope {self.left:.6g} on the left, "
            f"{self.right:.6g} on the right{rule}"
        )


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found at its worst element; ``str`` tells all of it.

    Attributes
    ----------
    passed : bool
        Whether every element that could be compared agreed; False also when none could be.
    order : int
        Order of the derivative that was checked last.
    input, element : int, tuple of int
        Where the error was largest relative to what was allowed.
    analytic, numeric : float
        The library's derivative there, and the one it is held against.
    error, allowed : float
        Their difference, and the tolerance ``atol + rtol * abs(numeric)``.
    checked : int
        How many input elements were compared.
    output : str
        The output whose derivative it is.
    mode : str
        ``"reverse"`` or ``"forward"``: whose rules gave ``analytic``.
    method : str
        How ``numeric`` was found: central differences or complex step, one by one or in blocks.
    kinks : tuple of NonDifferentiable
        Where the function has no derivative; nothing was compared there.
    map : str
        The failing input as a grid of symbols.
    notes : tuple of str
        What else is worth knowing: what was not checked, and why; what the error looks like.
    """

    passed: bool
    order: int
    input: int
    element: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    allowed: float
    checked: int
    output: str = ""
    mode: str = ""
    method: str = ""
    kinks: tuple[NonDifferentiable, ...] = ()
    map: str = ""
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether some element disagreed."""
        return self.error > self.allowed or math.isnan(self.error)

    @property
    def verdict(self) -> str:
        """``passed``, ``FAILED``, or ``NON-DIFFERENTIABLE`` when some elements could not be compared."""
        if self.failed:
            return "FAILED"
        return "NON-DIFFERENTIABLE" if self.kinks else "passed" if self.passed else "FAILED"

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        rows = [
            f"order {self.order}, input {self.input}, element {self.element}: analytic {self.analytic:.8g}, "
            f"numeric {self.numeric:.8g}, error {self.error:.3g} (allowed {self.allowed:.3g})"
        ]
        if self.method:
            rows.append(
                f"  verdict: {self.verdict}, {counted(self.checked)} compared\n"
                f"  analytic: {self.mode} mode; numeric: {self.method}"
            )
        if self.output:
            rows.append(f"  derivative of: {self.output}")
        if self.kinks:
            rows.append(f"  NON-DIFFERENTIABLE at {counted(len(self.kinks))}, not compared:")
            rows += [f"    {kink}" for kink in self.kinks[:KINKS_SHOWN]]
            if len(self.kinks) > KINKS_SHOWN:
                rows.append(f"    and {len(self.kinks) - KINKS_SHOWN} more; dodge=True moves away from them")
        rows += [f"  note: {note}" for note in self.notes]
        if self.map:
            rows.append(self.map)
        return "\n".join(rows)


def error_map(title: str, ratio: Array, kinked: Array, worst: tuple[int, ...]) -> str:
    """Draw which elements of an input agree: its last two axes at the worst element, cut to a screenful.

    ``ratio`` is error over allowed error for each input element; ``kinked`` marks what has no derivative.
    """
    symbols = np.where(ratio > 1, WRONG, AGREES)
    symbols = np.where(np.isfinite(ratio), symbols, NO_NUMBER)
    symbols = np.where(kinked, KINKED, symbols)
    wrong = int(np.count_nonzero((symbols == WRONG) | (symbols == NO_NUMBER)))
    grid = symbols.reshape((1,) * max(0, 2 - symbols.ndim) + symbols.shape)
    at = (0,) * (grid.ndim - len(worst)) + worst
    plane = grid[at[:-2]]
    top, left = _window(at[-2], plane.shape[0], MOST_ROWS), _window(at[-1], plane.shape[1], MOST_COLUMNS)
    shown = plane[top : top + MOST_ROWS, left : left + MOST_COLUMNS]
    where = ""
    if symbols.ndim > 2:
        where = f", at [{', '.join(map(str, at[:-2]))}, :, :]"
    if shown.shape != plane.shape:
        where += f", rows from {top} and columns from {left} of {plane.shape[0]} x {plane.shape[1]}"
    head = f"  {wrong} of {counted(symbols.size)} of {title} wrong{where} ({LEGEND}):"
    return "\n".join([head, *("    " + " ".join(row) for row in shown.tolist())])


def counted(number: int, what: str = "element") -> str:
    """Write a number of things."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _window(at: int, size: int, most: int) -> int:
    return max(0, min(at - most // 2, size - most))


def looks_like(analytic: Array, numeric: Array, wrong: Array) -> tuple[str, ...]:
    """Say what a disagreement looks like: a lost gradient, a sign, a factor; nothing when nothing fits."""
    a, n = analytic[wrong], numeric[wrong]
    if not a.size or not np.isfinite(a).all() or not np.isfinite(n).all():
        return ()
    if not np.any(analytic):
        return (
            "the analytic derivative is 0 everywhere: on the way a value left the graph "
            "(.numpy(), .detach(), np.asarray), or a rule gives zeros",
        )
    tests: list[tuple[Callable[[], bool], str]] = [
        (lambda: np.allclose(a, -n, rtol=1e-4), "the analytic derivative has the wrong sign"),
        (lambda: not np.any(a), "the analytic derivative is 0 wherever it is wrong: a term may be missing"),
    ]
    found = tuple(itertools.islice((text for test, text in tests if test()), 1))
    if found or a.size < 2 or not np.all(n):
        return found
    factor = a / n
    spread = float(np.ptp(factor))
    if spread <= 1e-4 * abs(float(factor.mean())):
        return (f"wherever it is wrong, analytic = {factor.mean():.6g} * numeric: a factor is missing",)
    return ()
