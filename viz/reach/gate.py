"""A gate, magnified: ReLU and other functions of single cells, each gradient times the slope at its own x."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd_cnn import Routing
from viz.canvas.drawing import Drawing
from viz.canvas.scene import Box, Group, Item, Line, Rect, Scene, Span, middle_text
from viz.canvas.theme import Role, gradient_role, text_role_on
from viz.errors import UndrawableError
from viz.pooling.numbers import sum_format
from viz.pooling.parts import flow_arrow
from viz.pooling.values import number_in, number_size
from viz.pooling.words import which
from viz.reach import sheet
from viz.reach.sheet import Board, Plane

Cell = tuple[int, int]

MOST = 9
CROP = 8
LARGEST_CELL, LARGEST_SMALL = 48.0, 44.0
MOST_LISTED = 6


@dataclass(frozen=True)
class Gate:
    """One plane of one sample: values, slopes and gradients, and what of it is shown."""

    op: str
    source: str
    values: Plane
    outputs: Plane
    slopes: Plane
    cotangents: Plane
    gradient: Plane
    sample: tuple[int, int]
    channel: tuple[int, int] | None
    one_axis: bool
    saved: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    spotlight: Cell

    @cached_property
    def passes(self) -> bool:
        """Whether the gate only lets pass or blocks: all slopes are 0 or 1."""
        return bool(np.isin(self.slopes, (0.0, 1.0)).all())

    @cached_property
    def shape(self) -> Cell:
        """Rows and columns of the plane."""
        return self.values.shape[0], self.values.shape[1]

    def place(self, cell: Cell) -> str:
        """A cell's coordinates as printed."""
        return f"({cell[1]})" if self.one_axis else f"({cell[0]}, {cell[1]})"


def gate_of(
    routed: Routing, sample: int, channel: int, spotlight: Cell | int | None, saved: str = ""
) -> Gate:
    """Cut one plane out of the routing of an elementwise function.

    Raises
    ------
    UndrawableError
        Sample, channel or spotlight is out of range, the values are gone, or there are three spatial axes.
    """
    shape = routed.output_shape
    if routed.input is None:
        raise UndrawableError(f"the input of {routed.op} is gone, so its gate can't be drawn")
    if len(shape) > 4 or not routed.output.size:
        raise UndrawableError(
            f"{routed.op} of shape {shape} has no plane to draw; up to two spatial axes are"
        )
    counts = (shape[0] if len(shape) > 1 else 1, shape[1] if len(shape) > 2 else 1)
    for what, index, count in (("sample", sample, counts[0]), ("channel", channel, counts[1])):
        if not -count <= index < count:
            raise UndrawableError(
                f"{what} {index} does not exist: {routed.op} gave shape {shape}, "
                f"so {what} is {-count} to {count - 1}"
            )
    sample, channel = sample % counts[0], channel % counts[1]
    slopes = np.zeros(routed.output.size)
    places = np.ravel_multi_index(tuple(routed.output_cells.T), shape) if shape else slice(len(routed))
    slopes[places] = routed.coefficients

    def plane(array: Any) -> Plane:
        values = np.asarray(array, np.float64).reshape(*counts, *shape[2:] if len(shape) > 2 else shape[-1:])
        return np.atleast_2d(values[sample, channel])

    values, cotangents = plane(routed.input), plane(routed.cotangent)
    slope_plane = plane(slopes)
    rows, columns = (0, values.shape[0]), (0, values.shape[1])
    if max(values.shape) > MOST:
        rows, columns = sheet.best_span(np.abs(cotangents) * (1 + (slope_plane == 0)), CROP)
    lit = _spotlight(spotlight, slope_plane, cotangents, rows, columns)
    return Gate(
        routed.op,
        routed.cotangent_source,
        values,
        plane(routed.output),
        slope_plane,
        cotangents,
        plane(routed.gradient),
        (sample, counts[0]),
        (channel, counts[1]) if len(shape) > 2 else None,
        len(shape) < 4,
        saved,
        rows,
        columns,
        lit,
    )


def _spotlight(
    wanted: Cell | int | None, slopes: Plane, cotangents: Plane, rows: Cell, columns: Cell
) -> Cell:
    """The cell to outline: by default the one that loses most."""
    cells = [(row, column) for row in range(*rows) for column in range(*columns)]
    if wanted is None:
        lost = np.nan_to_num(np.abs(cotangents * (1 - slopes)), posinf=0.0)
        kept = np.nan_to_num(np.abs(cotangents), posinf=0.0) * 1e-6
        return max(cells, key=lambda cell: float(lost[cell] + kept[cell]))
    cell = divmod(wanted, slopes.shape[1]) if isinstance(wanted, int) else tuple(wanted)
    if cell not in cells:
        raise UndrawableError(f"the picture shows no cell {wanted!r}; it shows {cells[0]} to {cells[-1]}")
    return cell[0], cell[1]


def gate_drawing(gate: Gate, theme: str) -> Drawing:
    """Draw a gate: X over Y on the left, dX over dY on the right, the slopes between them."""
    layout = _Layout(gate)
    return Drawing(layout.scene(), _text(gate), _data(gate), theme)


class _Layout:
    """Number formats and places."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        shown = np.ix_(range(*gate.rows), range(*gate.columns))
        self.show_values = sheet.format_of(gate.values[shown], gate.outputs[shown])
        self.show = sheet.format_of(gate.cotangents[shown], gate.gradient[shown])
        self.show_slopes = sheet.format_of(gate.slopes[shown])
        self.largest = sheet.largest_of(gate.cotangents[shown], gate.gradient[shown])

    def scene(self) -> Scene:
        gate = self.gate
        items, top = sheet.heading(_title(gate), _subtitle(gate))
        columns, rows = gate.columns[1] - gate.columns[0], gate.rows[1] - gate.rows[0]
        cell = min(LARGEST_CELL, (sheet.HALF - 60) // columns)
        left = sheet.MARGIN + (sheet.HALF - cell * columns) / 2
        x = Board(left, top + 36 + sheet.INDEX, cell, gate.rows, gate.columns)
        dx = Board(sheet.RIGHT + left - sheet.MARGIN, x.top, cell, gate.rows, gate.columns)
        small = min(LARGEST_SMALL, (sheet.WIDTH / 2 - sheet.MARGIN - 58) // (1.5 * columns))
        lower = x.bottom + 58 + 14
        width = small * columns
        middle_width = max(width + 24, 150.0)
        room = (sheet.WIDTH - middle_width) / 2 - sheet.MARGIN
        y = Board(sheet.MARGIN + (room - width) / 2, lower, small, gate.rows, gate.columns)
        slopes = Board((sheet.WIDTH - width) / 2, lower, small, gate.rows, gate.columns)
        dy = Board(sheet.WIDTH - y.right, lower, small, gate.rows, gate.columns)
        bottom = lower + small * rows + sheet.INSET + 14
        items += sheet.halves(top, bottom)
        unit, gradient_unit = sheet.unit(self.show_values), sheet.unit(self.show)
        middle = Rect(
            (sheet.WIDTH - middle_width) / 2,
            lower - 28,
            middle_width,
            small * rows + 40,
            "paper",
            "muted",
            1.6,
            "dotted",
            radius=8,
        )
        items += [
            sheet.panel_name(sheet.MARGIN + 12, top + 23, "X", f"input{unit}", "forward", 15),
            sheet.panel_name(
                sheet.RIGHT + 12, top + 23, "dX", f"gradient of the input{gradient_unit}", "backward", 15
            ),
            sheet.panel_name(y.left, lower - 12, "Y", "output", "forward"),
            sheet.panel_name(dy.left, lower - 12, "dY", "incoming", "backward"),
            *flow_arrow(
                y.left + 14, lower - 34, x.bottom + 9, "forward", self._words(False), up=False, thick=1.6
            ),
            *flow_arrow(
                dy.left + 14, lower - 32, x.bottom + 8, "backward", self._words(True), up=True, thick=4
            ),
            middle,
            middle_text("slope at each x", sheet.WIDTH / 2, lower - 13, 11, fill="muted"),
        ]
        items += [*x.indices(gate.shape, gate.one_axis), *dx.indices(gate.shape, gate.one_axis)]
        for name, board, draw in (
            ("X", x, self._input),
            ("Y", y, self._output),
            ("slopes", slopes, self._slope),
            ("dY", dy, self._incoming),
            ("dX", dx, self._gradient),
        ):
            cells = [
                Group(tuple(draw(board.box(at), at)), id=f"{name}-{at[0]}-{at[1]}") for at in board.cells
            ]
            items.append(Group((*cells, board.outline(gate.spotlight)), id=name))
        told, y_end = sheet.answers(_answers(gate), bottom + 14)
        last, y_end = sheet.footer(_footer(gate), y_end, self.largest, self.show)
        return Scene(sheet.WIDTH, y_end, _title(gate), _description(gate), (*items, *told, *last))

    def _words(self, up: bool) -> tuple[Span, ...]:
        if up:
            return (Span("× slope", bold=True), Span(", cell by cell"))
        return (Span(self.gate.op, bold=True), Span(", cell by cell"))

    def _closed(self, cell: Cell) -> bool:
        return bool(self.gate.slopes[cell] == 0)

    def _input(self, box: Box, cell: Cell) -> list[Item]:
        text = self.show_values(float(self.gate.values[cell]))
        return sheet.hatched(box, text) if self._closed(cell) else sheet.value_cell(box, text, bold=True)

    def _output(self, box: Box, cell: Cell) -> list[Item]:
        closed = self._closed(cell)
        text = self.show_values(float(self.gate.outputs[cell]))
        return sheet.value_cell(box, text, bold=not closed, ink="muted" if closed else "ink")

    def _slope(self, box: Box, cell: Cell) -> list[Item]:
        text = self.show_slopes(float(self.gate.slopes[cell]))
        return sheet.hatched(box, text) if self._closed(cell) else sheet.value_cell(box, text)

    def _incoming(self, box: Box, cell: Cell) -> list[Item]:
        value = float(self.gate.cotangents[cell])
        role = gradient_role(value, self.largest)
        items = sheet.gradient_cell(box, value, self.show, self.largest)
        if self._closed(cell) and value != 0:
            items.append(_strike(box, self.show(value), 0.0, text_role_on(role)))
        return items

    def _gradient(self, box: Box, cell: Cell) -> list[Item]:
        gate = self.gate
        value, sent = float(gate.gradient[cell]), float(gate.cotangents[cell])
        if not self._closed(cell):
            slope = float(gate.slopes[cell])
            small = "" if slope == 1 else f"{self.show(sent)}×{self.show_slopes(slope)}"
            return sheet.gradient_cell(box, value, self.show, self.largest, small=small)
        if sent == 0:
            return sheet.hatched(box, "0")
        size = number_size(box.right - box.left)
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        items = sheet.hatched(box)
        roomy = box.right - box.left >= 40
        low = 7.0 if roomy else 0.0
        shown = number_in(
            self.show(sent), x, y + low, size - 2 if size > 11 else size, box.right - box.left - 8
        )
        width = max(shown.width, 34.0 if roomy else 0.0) + 4
        items.append(
            Rect(x - width / 2, y - (15 if roomy else 7), width, 29 if roomy else 14, "panel", radius=3)
        )
        if roomy:
            items.append(middle_text("blocked", x, y - 7, 9, fill="muted"))
        return [*items, shown, _strike(box, self.show(sent), low, "ink")]


def _strike(box: Box, text: str, low: float, ink: Role) -> Line:
    """A line through a number that does not go on."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2 + low
    half = min(4.2 * len(text) + 3, (box.right - box.left) / 2 - 3)
    return Line(((x - half, y + 2.5), (x + half, y - 2.5)), ink, 1.1)


def _title(gate: Gate) -> str:
    return f"{gate.op}: where each gradient goes"


def _subtitle(gate: Gate) -> str:
    if gate.passes:
        return (
            f"Forward, {gate.op} lets a number pass or holds it back. "
            "Backward, the gradient passes through the same open gates; at a closed one it is blocked."
        )
    return (
        f"Forward, {gate.op} changes each number by itself. "
        "Backward, each gradient is multiplied by the slope of the function at its own x."
    )


def _answers(gate: Gate) -> list[tuple[str, str]]:
    closed = gate.slopes == 0
    blocked = [cell for cell in np.ndindex(gate.shape) if closed[cell] and gate.cotangents[cell] != 0]
    found = [("What is saved?", gate.saved)] if gate.saved else []
    if closed.any():
        count = int(closed.sum())
        kink = int((closed & (gate.values == 0)).sum())
        text = f"{count} of {closed.size} {'cells have' if closed.size > 1 else 'cell has'} slope 0 (hatched)"
        if gate.op == "relu":
            text += ": there x ≤ 0, and a small change of x changes nothing"
            text += f". {kink} of them {'lie' if kink > 1 else 'lies'} on the kink x = 0." if kink else "."
        else:
            text += ": a small change of x changes nothing there."
        found.append(("Why 0?", text))
    if gate.passes:
        found.append(("What is lost?", _lost(gate, blocked)))
    else:
        sent, arrived = sheet.total(gate.cotangents), sheet.total(gate.gradient)
        shown = sum_format(sent, arrived)
        found.append(
            ("What is lost?", f"Sum of dY {shown(sent)}, sum of dX {shown(arrived)}: the slopes scale.")
        )
    return found


def _lost(gate: Gate, blocked: list[Any]) -> str:
    passing = int((gate.slopes != 0).sum())
    stopped = sheet.total([gate.cotangents[cell] for cell in blocked] or [0.0])
    listed = [float(gate.cotangents[cell]) for cell in blocked] if 1 < len(blocked) <= MOST_LISTED else []
    shown = sum_format(stopped, sheet.total(gate.cotangents), sheet.total(gate.gradient), *listed)
    text = f"{passing} of {gate.slopes.size} pass, sum of dY blocked = {shown(stopped)}"
    if listed:
        text += f" ({sheet.added(listed, shown)})"
    text += f": of {shown(sheet.total(gate.cotangents))} that came in, "
    return text + f"{shown(sheet.total(gate.gradient))} goes on."


def _footer(gate: Gate) -> str:
    words = [sheet.source_words(gate.source), which("sample", *gate.sample)]
    words += [which("channel", *gate.channel)] if gate.channel is not None else []
    crop = sheet.span_words(gate.rows, gate.columns, gate.shape)
    words += [crop] if crop else []
    return " · ".join(words)


def _description(gate: Gate) -> str:
    told = " ".join(f"{question} {answer}" for question, answer in _answers(gate))
    return f"{_subtitle(gate)} {told} {_footer(gate)}."


def _text(gate: Gate) -> str:
    panels = [
        ("X (input)", gate.values),
        ("Y (output)", gate.outputs),
        ("slope at each x", gate.slopes),
        ("dY (incoming gradient)", gate.cotangents),
        ("dX (gradient of the input)", gate.gradient),
    ]
    parts = [_title(gate), _subtitle(gate), ""]
    for name, values in panels:
        parts += [name, sheet.table(values), ""]
    parts += [f"{question} {answer}" for question, answer in _answers(gate)]
    return "\n".join([*parts, _footer(gate), ""])


def _data(gate: Gate) -> dict[str, object]:
    return {
        "op": gate.op,
        "sample": gate.sample[0],
        "channel": gate.channel[0] if gate.channel is not None else None,
        "cotangent_source": gate.source,
        "spotlight": gate.spotlight,
        "X": gate.values,
        "Y": gate.outputs,
        "slopes": gate.slopes,
        "dY": gate.cotangents,
        "dX": gate.gradient,
        "passing": int((gate.slopes != 0).sum()),
        "sum_dY": float(gate.cotangents.sum()),
        "sum_dX": float(gate.gradient.sum()),
    }
