"""What the classic diagrams show: boxes and arrows of the forward graph, or of the graph of its gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from viz.ladder.builder import ladder_of
from viz.ladder.grouping import grouped
from viz.ladder.words import called
from viz.picture.model import Box, Edge, Picture, bytes_text, number_of, shape_text

MOST_PARALLEL = 4
EVERY_LEVEL = 1_000_000

Look = Literal[
    "op", "gradient", "parameter", "parameter gradient", "constant", "input", "result", "seed", "kept"
]


@dataclass(frozen=True, slots=True)
class DiagramBox:
    """A box with one or two lines of text."""

    id: str
    look: Look
    title: str
    note: str
    tooltip: str


@dataclass(frozen=True, slots=True)
class DiagramArrow:
    """An arrow between the boxes with these indices, the source's smaller; ``slot`` names the argument."""

    source: int
    target: int
    slot: str
    look: Literal["forward", "backward", "kept"]


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and arrows; a box comes after all that it reads."""

    title: str
    boxes: tuple[DiagramBox, ...]
    arrows: tuple[DiagramArrow, ...]
    footer: tuple[str, ...]

    def trunk(self) -> frozenset[tuple[int, int]]:
        """The arrows of a longest path, which is drawn straight."""
        length = [1] * len(self.boxes)
        before = [-1] * len(self.boxes)
        for arrow in sorted(self.arrows, key=lambda arrow: arrow.target):
            if length[arrow.source] + 1 > length[arrow.target]:
                length[arrow.target], before[arrow.target] = length[arrow.source] + 1, arrow.source
        place = max(range(len(self.boxes)), key=length.__getitem__, default=-1)
        pairs = []
        while place >= 0 and before[place] >= 0:
            pairs.append((before[place], place))
            place = before[place]
        return frozenset(pairs)


def forward_diagram(picture: Picture, depth: int | None = None, overlay: str | None = None) -> Diagram:
    """One box a call, parameter, constant and result: the ladder's rows without their right half."""
    ladder = ladder_of(picture, depth, overlay)
    looks: dict[str, Look] = {
        "op": "op",
        "parameter": "parameter",
        "constant": "constant",
        "input": "input",
        "output": "result",
    }
    boxes: list[DiagramBox] = []
    arrows: list[DiagramArrow] = []
    places: list[int] = []
    for number, row in enumerate(ladder.rows):
        for chip in row.chips:
            look: Look = "constant" if chip.kind == "constant" else "parameter"
            boxes.append(
                DiagramBox(
                    f"{chip.link}-for-{number + 1}", look, chip.name or chip.title, chip.note, chip.tooltip
                )
            )
        first = len(boxes) - len(row.chips)
        title = f"{row.title}  ({row.path})" if row.path else row.title
        name = f"{row.boxes[-1]}-out-{number + 1}" if row.kind == "output" else row.boxes[-1]
        places.append(len(boxes))
        boxes.append(DiagramBox(name, looks[row.kind], title, row.note, row.tooltip))
        arrows += [
            DiagramArrow(first + index, places[number], chip.title, "forward")
            for index, chip in enumerate(row.chips)
        ]
    for net in ladder.nets:
        for stop in net.stops:
            one = DiagramArrow(places[net.source], places[stop.row], net.label, "forward")
            arrows += [one] * min(stop.uses, MOST_PARALLEL)
    return Diagram(
        ladder.title.replace("forward and backward", "forward").replace("Forward and backward", "Forward"),
        tuple(boxes),
        tuple(arrows),
        ladder.footer,
    )


def backward_diagram(picture: Picture, overlay: str | None = None) -> Diagram:
    """One box a gradient operation, from the seed down to the parameters' gradients.

    Forward values that a gradient reads stand beside each reader, so that no arrow crosses all for them.
    """
    return _Backward(picture, overlay).diagram()


class _Backward:
    """Collects boxes by key; arrows join keys until all boxes are there."""

    def __init__(self, picture: Picture, overlay: str | None) -> None:
        self.picture = picture
        self.overlay = overlay
        self.largest = {
            (flow.gradient, flow.gradient_port): flow.largest for flow in picture.flows if flow.order == 1
        }
        self.maker = {box.id: box for box in picture.boxes}
        groups = grouped(picture, EVERY_LEVEL)
        self.calls = {box.id: called(group) for group in groups for box in group.boxes}
        self.results_of_calls = {group.boxes[-1].id for group in groups}
        self.sources = {(edge.target, edge.slot): edge.source for edge in picture.edges}
        self.said: set[tuple[str, str]] = set()
        self.boxes: dict[str, DiagramBox] = {}
        self.joins: list[tuple[str, str, str, Literal["backward", "kept"]]] = []

    def diagram(self) -> Diagram:
        inputs: dict[str, list[Edge]] = {}
        for edge in self.picture.edges:
            inputs.setdefault(edge.target, []).append(edge)
        for box in self.picture.boxes:
            if box.order != 1 or box.kind != "op":
                continue
            for edge in inputs.get(box.id, ()):
                self.feed(box, edge)
            self.boxes[box.id] = DiagramBox(box.id, "gradient", _with_literals(box), self.note(box), box.op)
        self.results()
        places = {key: place for place, key in enumerate(self.boxes)}
        arrows = tuple(DiagramArrow(places[a], places[b], slot, look) for a, b, slot, look in self.joins)
        gradients = sum(box.look == "gradient" for box in self.boxes.values())
        footer = (f"{gradients} operations compute the gradients", "dotted: forward values that they read")
        return Diagram(self.title(), tuple(self.boxes.values()), arrows, footer)

    def title(self) -> str:
        """Whose gradient it is."""
        outermost = {
            scope.title for scope in self.picture.scopes if scope.parent is None and scope.kind == "module"
        }
        name = outermost.pop() if len(outermost) == 1 else self.picture.name
        return f"{name}: backward" if name else "Backward"

    def note(self, box: Box) -> str:
        """The output's shape and what it is for, or the overlay's number."""
        shape = shape_text(box.outputs[0].shape)
        if self.overlay == "bytes":
            return f"{shape}, {bytes_text(box.outputs[0].nbytes)}"
        if self.overlay == "gradients" and (box.id, 0) in self.largest:
            return f"{shape}, largest {number_of(self.largest[box.id, 0])}"
        return f"{shape}{self.purpose(box)}"

    def purpose(self, box: Box) -> str:
        """For which forward operation the gradient box works."""
        if box.because is None:
            return ""
        forward = self.maker[box.because.box]
        served = self.calls.get(forward.id, forward.op)
        if box.because.slot is not None:
            source = self.maker.get(self.sources.get((forward.id, box.because.slot), ""))
            # What a function does to a parameter before it uses it is no argument that the caller knows.
            name = source.name if source is not None and source.kind == "parameter" else None
            served += f", {name.rpartition('.')[2] if name else _slot(forward, box.because.slot)}"
        return f", for {served}" if box.because.why == "rule" else f", {box.because.why}"

    def feed(self, reader: Box, edge: Edge) -> None:
        """The arrow into a slot; a forward value gets a box of its own beside the reader."""
        slot = reader.slots[edge.slot] if edge.slot < len(reader.slots) else ""
        maker = self.maker[edge.source]
        if maker.half == "backward" and maker.kind == "op":
            self.joins.append((maker.id, reader.id, slot, "backward"))
            return
        is_seed = maker.half == "backward" and maker.name == "seed"
        key = maker.id if is_seed else f"{maker.id}-{edge.port}-for-{reader.id}"
        if key not in self.boxes:
            self.boxes[key] = self.value_box(key, maker, edge.port, is_seed, reader, slot)
        self.joins.append((key, reader.id, slot, "backward" if is_seed else "kept"))

    def value_box(self, key: str, maker: Box, port: int, is_seed: bool, reader: Box, slot: str) -> DiagramBox:
        value = maker.outputs[min(port, len(maker.outputs) - 1)]
        words = maker.name or maker.kind
        look: Look = "seed" if is_seed else "parameter" if maker.kind == "parameter" else "kept"
        if maker.kind == "op":
            call = self.calls.get(maker.id, maker.op)
            what = "switches" if port and maker.op == "max_pool" else "output"
            words = f"{what} of {call}"
            if what == "output" and (port or maker.id not in self.results_of_calls):
                # Inside a call that makes several values, each is known by what its reader calls it.
                words = f"{slot if len(slot) > 1 else maker.title or maker.op} in {call}"
        if value.number is not None:
            words += f" = {number_of(value.number)}"
        if (reader.id, words) in self.said:
            words += f", {slot}"
        self.said.add((reader.id, words))
        return DiagramBox(key, look, words, shape_text(value.shape), f"{words}: {shape_text(value.shape)}")

    def seed(self) -> str:
        """The box of a seed that reaches a leaf unchanged."""
        known = next((key for key, box in self.boxes.items() if box.look == "seed"), None)
        if known is not None:
            return known
        title = self.picture.seeds[0] if self.picture.seeds else "seed"
        # In front, because a box comes after all that it reads.
        self.boxes = {"seed": DiagramBox("seed", "seed", title, "", title), **self.boxes}
        return "seed"

    def results(self) -> None:
        """The gradients of the leaves, below what computed them."""
        for flow in self.picture.flows:
            leaf = self.maker[flow.box]
            if leaf.kind not in ("parameter", "input") or flow.order != 1:
                continue
            key = f"{leaf.id}-gradient"
            name = leaf.name or leaf.kind
            number = "" if flow.number is None else f" = {number_of(flow.number)}"
            shape = shape_text(leaf.outputs[0].shape)
            self.boxes[key] = DiagramBox(
                key, "parameter gradient", f"d {name}{number}", shape, f"gradient of {name}"
            )
            source = flow.gradient or self.seed()
            if source in self.boxes:
                self.joins.append((source, key, "", "backward"))


def _with_literals(box: Box) -> str:
    return " ".join([box.op, *(text for _, text in box.literals)])


def _slot(box: Box, slot: int) -> str:
    return box.slots[slot] if slot < len(box.slots) else str(slot)
