"""A gradient report as a picture: one row a layer, the gradient's length on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from viz.canvas.drawing import Drawing
from viz.canvas.fonts import shorten
from viz.canvas.scene import Circle, Group, Item, Line, Rect, Scene, Text, middle_text
from viz.errors import UndrawableError

WIDTH = 960.0
NAME, PLOT, END = 20.0, 300.0, 690.0
ROW, HEAD, TOP, BETWEEN, BOTTOM = 24.0, 30.0, 60.0, 34.0, 46.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a name, a shape, a length, and what is wrong."""

    name: str
    shape: str
    norm: float
    verdict: str

    @property
    def drawable(self) -> bool:
        """Whether its length has a place on a logarithmic axis."""
        return math.isfinite(self.norm) and self.norm > 0


def gradient_chart(
    report: Any, *, title: str = "Gradients on their way back", theme: str = "light"
) -> Drawing:
    """Draw what `autograd_cnn.gradient_report` found.

    Layers stand in order of execution, so the gradient travels upwards: where the line runs to the left it
    vanishes, where it runs to the right it explodes. What is wrong is written beside its row.

    Parameters
    ----------
    report : GradientReport
        What to draw.
    title : str
        Words above the drawing.
    theme : {"light", "dark", "auto"}
        Colours.

    Returns
    -------
    Drawing

    Raises
    ------
    UndrawableError
        When it is no report, or an empty one.

    Examples
    --------
    >>> import autograd_cnn as ag, viz
    >>> x = ag.tensor([[-1.0, 2.0]], requires_grad=True, name="x")
    >>> drawing = viz.gradient_chart(ag.gradient_report(ag.relu(x * 3.0).sum()))
    >>> print(drawing.text.splitlines()[3])
    relu (1, 2): 1.41, 1 of 2 units dead
    """
    if not hasattr(report, "layers") or not hasattr(report, "parameters"):
        raise UndrawableError(
            f"a gradient chart can't be drawn from a {type(report).__name__}; ag.gradient_report(loss) fits"
        )
    sections = [
        ("at the outputs of layers, input above, loss below", [_entry(row) for row in report.layers], True),
        ("of parameters and inputs", [_entry(row) for row in report.parameters], False),
    ]
    sections = [section for section in sections if section[1]]
    norms = [entry.norm for _, entries, _ in sections for entry in entries if entry.drawable]
    if not sections:
        raise UndrawableError("the report is empty: nothing was computed")
    axis = _Axis(norms)
    items: list[Item] = [Text(20, 34, shorten(title, WIDTH - 40, 15, bold=True), 15, bold=True)]
    y = TOP
    for name, entries, joined in sections:
        items.append(Group(tuple(_section(name, entries, joined, axis, y)), title=name))
        y += HEAD + ROW * len(entries) + BETWEEN
    height = y - BETWEEN + BOTTOM
    items.append(middle_text("length of the gradient", (PLOT + END) / 2, height - 16, 11, fill="muted"))
    words = [title, ""]
    for name, entries, _ in sections:
        words += [f"Gradients {name}", *map(_words, entries)]
    scene = Scene(WIDTH, height, title, ". ".join(w for w in words[2:]), tuple(items))
    data = {
        "layers": [_data(entry) for entry in map(_entry, report.layers)],
        "parameters": [_data(entry) for entry in map(_entry, report.parameters)],
    }
    return Drawing(scene, "\n".join([words[0], *words[2:]]) + "\n", {"gradients": data}, theme)


def _entry(row: Any) -> Entry:
    printable = "".join(c if c.isprintable() else " " for c in str(row.name)[:200])
    return Entry(" ".join(printable.split()) or "unnamed", str(row.shape), float(row.norm), str(row.verdict))


def _words(entry: Entry) -> str:
    return f"{entry.name} {entry.shape}: {entry.norm:.3g}" + (f", {entry.verdict}" if entry.verdict else "")


def _data(entry: Entry) -> dict[str, Any]:
    norm = entry.norm if math.isfinite(entry.norm) else None
    return {"name": entry.name, "shape": entry.shape, "norm": norm, "verdict": entry.verdict}


class _Axis:
    """Powers of ten from left to right."""

    def __init__(self, norms: Sequence[float]) -> None:
        exponents = [math.log10(norm) for norm in norms] or [0.0]
        self.low, self.high = math.floor(min(exponents)), math.ceil(max(exponents))
        if self.high - self.low < 2:
            self.low, self.high = self.low - 1, self.high + 1

    def x(self, norm: float) -> float:
        return PLOT + (math.log10(norm) - self.low) / (self.high - self.low) * (END - PLOT)

    def ticks(self) -> list[int]:
        step = max(1, math.ceil((self.high - self.low) / 8))
        return list(range(self.low, self.high + 1, step))


def _section(name: str, entries: Sequence[Entry], joined: bool, axis: _Axis, top: float) -> Iterator[Item]:
    yield Text(NAME, top + 12, name, 13, bold=True)
    start = top + HEAD
    bottom = start + ROW * len(entries)
    yield Rect(PLOT, start, END - PLOT, bottom - start, "panel", "grid")
    for exponent in axis.ticks():
        x = axis.x(10.0**exponent)
        yield Line(((x, start), (x, bottom)), "grid")
        yield middle_text(_power(exponent), x, bottom + 12, 11, fill="muted")
    middles = [start + ROW * (at + 0.5) for at in range(len(entries))]
    places = [(axis.x(e.norm), y) for e, y in zip(entries, middles, strict=True) if e.drawable]
    if joined and len(places) > 1:
        yield Line(tuple(places), "backward", 1.6, opacity=0.7)
    for entry, y in zip(entries, middles, strict=True):
        yield Group(tuple(_row(entry, y, axis)), title=_words(entry))


def _row(entry: Entry, y: float, axis: _Axis) -> Iterator[Item]:
    shape = shorten(entry.shape, 110, 11)
    yield middle_text(shorten(entry.name, 156, 12), NAME, y, 12, anchor="start")
    yield middle_text(shape, PLOT - 12, y, 11, fill="muted", anchor="end")
    if entry.drawable:
        x = axis.x(entry.norm)
        yield Circle(x, y, 4.0, "backward" if not entry.verdict else "paper", "backward", 2)
    else:
        text = "0" if entry.norm == 0 else "not finite"
        yield middle_text(text, PLOT + 8, y, 11, fill="backward", anchor="start", bold=True)
    value = f"{entry.norm:.3g}"
    yield middle_text(value, END + 56, y, 11, anchor="end", fill="ink")
    if entry.verdict:
        room = WIDTH - END - 70 - 16
        yield middle_text(
            shorten(entry.verdict, room, 11, bold=True),
            END + 70,
            y,
            11,
            fill="backward",
            anchor="start",
            bold=True,
        )


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else f"{10.0**exponent:g}" if -4 <= exponent <= 4 else f"1e{exponent}"
