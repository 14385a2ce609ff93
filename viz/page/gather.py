"""Gathers what the page shows into plain data, ready for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

import autograd_cnn as ag
from viz.ladder.builder import ladder_of
from viz.ladder.grouping import scope_paths
from viz.ladder.lanes import lanes_of
from viz.ladder.rows import Ladder, Row
from viz.page.formulas import formulas_of
from viz.page.pools import most_instructive, pools_of
from viz.page.subject import Subject
from viz.page.tensors import digest
from viz.picture.model import Box, Picture, Scope, shape_text

MOST_VALUES = 600
"""In graphs of more boxes only those at the end of a row show values, if there are few rows."""
MOST_ROWS = 60
MOST_UNFOLDED = 2000
"""Ladders of more rows are not among those to unfold to."""
SIDES = ((100, 32), (300, 16), (MOST_VALUES, 8))
"""Up to so many boxes, planes of so many rows and columns are kept."""

Data = dict[str, object]


def ladders_of(picture: Picture, depth: int | None) -> tuple[list[Ladder], int]:
    """The ladders that a reader can fold and unfold, the shortest first, and which one comes first.

    Parameters
    ----------
    picture : Picture
        What is shown.
    depth : int, optional
        Levels of modules to open at first, as in `viz.draw`.
    """
    first = ladder_of(picture, depth)
    deepest = max((_modules(path) for path in scope_paths(picture.scopes)), default=0)
    found = [first]
    for level in range(1, deepest + 1):
        other = ladder_of(picture, level)
        if len(other.rows) <= MOST_UNFOLDED and all(len(other.rows) != len(one.rows) for one in found):
            found.append(other)
    found.sort(key=lambda ladder: len(ladder.rows))
    return found, found.index(first)


def _modules(path: Sequence[Scope]) -> int:
    return sum(scope.kind == "module" for scope in path)


def page_data(subject: Subject, ladders: Sequence[Ladder], first: int = 0) -> Data:
    """Everything that the page knows.

    Parameters
    ----------
    subject : Subject
        Graph, gradient, picture.
    ladders : sequence of Ladder
        The same picture, more and more unfolded.
    first : int
        The number of the ladder to start with.
    """
    gatherer = _Gatherer(subject)
    pools = pools_of(subject, gatherer.value)
    ladder = ladders[first]
    return {
        "title": ladder.title,
        "footer": list(ladder.footer),
        "has_backward": subject.gradients is not None,
        "levels": [gatherer.level(one, pools) for one in ladders],
        "level": first,
        "nodes": gatherer.nodes(_shown(ladder, subject.picture)),
        "pools": pools,
        "start": _start(ladder, most_instructive(pools)),
    }


def _start(ladder: Ladder, pool: str | None) -> int:
    """The row to show first: the pool's, or the last one with a gradient rule, where the way back begins."""
    for number, row in enumerate(ladder.rows):
        if pool is not None and pool in row.boxes:
            return number
    telling = [n for n, row in enumerate(ladder.rows) if row.capsule is not None and row.kind == "op"]
    return telling[-1] if telling else 0


def _shown(ladder: Ladder, picture: Picture) -> list[str]:
    """The boxes that are shown with their values, in order of execution, leaves first."""
    boxes = [box.id for box in picture.boxes if box.half == "forward"]
    if len(boxes) <= MOST_VALUES:
        leaves = {box.id for box in picture.boxes if box.kind != "op"}
        return sorted(boxes, key=lambda box: box not in leaves)
    return [row.boxes[-1] for row in ladder.rows] if len(ladder.rows) <= MOST_ROWS else []


class _Gatherer:
    """Looks values up once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.boxes = {box.id: box for box in subject.picture.boxes}
        self.rules: dict[str, list[Box]] = {}
        for box in subject.picture.boxes:
            if box.half == "backward" and box.because is not None:
                self.rules.setdefault(box.because.box, []).append(box)
        self.known: dict[tuple[int, int], Any] = {}
        self.has_values = _has_values(subject)
        outputs = subject.graph.outputs
        self.returned = {(id(value), port) for value, port in outputs}

    def value(self, thing: Any, port: int = 0) -> Any:
        """The array of a Node's output, of a leaf or of a constant; None where it is gone."""
        key = (id(thing), port)
        if key not in self.known:
            self.known[key] = _real(lambda: self.looked_up(thing, port))
        return self.known[key]

    def looked_up(self, thing: Any, port: int) -> Any:
        if isinstance(thing, ag.Node):
            gradients = self.subject.gradients
            if gradients is None or not self.has_values:
                return None
            # Where the inputs were looked up just now, one step computes what a recall would go far back for.
            inputs = [
                self.known.get((id(source), source_port)) if hasattr(source, "shape") else source
                for source, source_port in zip(thing.inputs, thing.ports, strict=True)
            ]
            # A leaf that was assigned later has lost the value that was used; a recall knows.
            is_stale = any(isinstance(s, ag.Tensor) and s.version > thing.serial for s in thing.inputs)
            if port > 0 or is_stale or any(array is None for array in inputs):
                return gradients.value(thing, port)
            result = thing.primitive.kernel(*inputs, **thing.settings)
            return result[0] if isinstance(result, tuple) else result
        if isinstance(thing, ag.Tensor):
            return thing.data
        tensor = thing.tensor() if hasattr(thing, "tensor") else None
        return None if tensor is None else tensor.data

    def gradient(self, thing: Any) -> Any:
        """What arrives at a Node or leaf, or None."""
        gradients = self.subject.gradients
        if gradients is None:
            return None
        if isinstance(thing, ag.Node):
            arrived = gradients.cotangents.get(thing)
        else:
            arrived = gradients.gradients.get(thing) if isinstance(thing, ag.Tensor) else None
        return None if arrived is None else _real(lambda: arrived.data)

    def level(self, ladder: Ladder, pools: dict[str, Data]) -> Data:
        lanes, count = lanes_of(ladder.nets)
        return {
            "rows": [self.row(row, pools) for row in ladder.rows],
            "lanes": count,
            "nets": [
                {
                    "source": net.source,
                    "lane": lane,
                    "stops": [[stop.row, stop.uses, stop.wanted] for stop in net.stops],
                }
                for net, lane in zip(ladder.nets, lanes, strict=True)
            ],
        }

    def row(self, row: Row, pools: dict[str, Data]) -> Data:
        function = row.title if row.kind == "op" else None
        ops = [self.boxes[box].op for box in row.boxes]
        formulas = formulas_of(ops, function) if row.kind == "op" else None
        return {
            "kind": row.kind,
            "title": row.title,
            "path": row.path,
            "note": row.note,
            "boxes": list(row.boxes),
            "chips": [
                {"link": chip.link, "title": chip.title, "note": chip.note, "gradient": chip.gradient}
                for chip in row.chips
            ],
            "rung": None
            if row.rung is None
            else {"bytes": row.rung.nbytes, "words": row.rung.tooltip, "short": list(row.rung.lines[-1])},
            "capsule": row.capsule,
            "capsule_note": row.capsule_note,
            "gradients": list(row.gradients),
            "pool": next((box for box in row.boxes if box in pools), None),
            "formula": None if formulas is None else list(formulas),
        }

    def nodes(self, shown: Iterable[str]) -> Data:
        wanted = list(shown)
        side = next((side for most, side in SIDES if len(wanted) <= most), 8)
        feeds: dict[str, list[list[object]]] = {}
        for edge in self.subject.picture.edges:
            if self.boxes[edge.target].half == "forward":
                feeds.setdefault(edge.target, []).append([edge.slot, edge.source])
        return {box: self.node(self.boxes[box], feeds.get(box, []), side) for box in wanted}

    def node(self, box: Box, feeds: list[list[object]], side: int) -> Data:
        thing = self.subject.things.get(box.id)
        value = None if thing is None else self.value(thing)
        gradient = None if thing is None else self.gradient(thing)
        line = box.place
        return {
            "kind": box.kind,
            "op": box.op,
            "name": box.name,
            "shapes": [shape_text(output.shape) + " " + output.dtype for output in box.outputs],
            "settings": _settings(box, thing),
            "feeds": [[box.slots[int(str(slot))], source] for slot, source in feeds],
            "line": None if line is None else [line.file, line.number, line.text, line.function],
            "saved": [
                [saved.name, shape_text(saved.shape), saved.dtype, saved.nbytes] for saved in box.saved
            ],
            "made": [
                [made.op, [shape_text(output.shape) for output in made.outputs], _why(made)]
                for made in self.rules.get(box.id, [])
            ],
            "value": None if value is None else digest(value, side, like=gradient),
            "gradient": None if gradient is None else digest(gradient, side),
        }


def _settings(box: Box, thing: Any) -> list[list[str]]:
    """Names and values; a geometry's own fields instead of the geometry."""
    geometry = thing.settings.get("geometry") if isinstance(thing, ag.Node) else None
    if geometry is None or not is_dataclass(geometry):
        return [list(setting) for setting in box.settings]
    sizes = [[field.name, _sizes(getattr(geometry, field.name))] for field in fields(geometry)]
    return sizes + [list(setting) for setting in box.settings if setting[0] != "geometry"]


def _sizes(value: Any) -> str:
    """Numbers as "5 × 5", pairs as "1+1 × 1+1"."""
    if not isinstance(value, tuple):
        return str(value)
    return " × ".join("+".join(map(str, axis)) if isinstance(axis, tuple) else str(axis) for axis in value)


def _has_values(subject: Subject) -> bool:
    """Whether the graph was recorded with values, and not with shapes alone."""
    kept = (saved.array for node in subject.graph.nodes if not node.freed for saved in node.saved)
    return not any(
        hasattr(array, "shape") and not isinstance(array, (np.ndarray, np.generic)) for array in kept
    )


def _real(fetch: Callable[[], Any]) -> Any:
    """An array, or None where a tensor has a shape but no values."""
    try:
        found = fetch()
    except ag.AutogradError:
        return None
    return np.asarray(found) if isinstance(found, (np.ndarray, np.generic)) else None


def _why(box: Box) -> str:
    return "" if box.because is None else box.because.why
