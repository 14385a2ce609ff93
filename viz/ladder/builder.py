"""Makes the ladder's rows and nets from a picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import prod

from viz.ladder.grouping import Group, grouped
from viz.ladder.rows import Chip, Ladder, Net, Row, Stop
from viz.ladder.rungs import RungMaker
from viz.ladder.words import (
    call_tooltip,
    chip_note,
    counted,
    literal_text,
    names,
    plural,
    scalar_note,
    value_note,
)
from viz.picture.meaning import gradient_meaning
from viz.picture.model import Box, Picture, bytes_text, number_of, shape_text, unique_buffers

MOST_CHIPS = 3
COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "equal", "not_equal"})


def ladder_of(picture: Picture, depth: int | None = None, overlay: str | None = None) -> Ladder:
    """Rows and nets of a picture.

    Parameters
    ----------
    picture : Picture
        With or without its backward half.
    depth : int, optional
        How many levels of modules are opened; deeper ones are folded into one row each. By default all, or
        the deepest level with at most 40 rows.
    overlay : {"bytes", "gradients"}, optional
        Numbers to show in the boxes instead of settings: bytes of each result, or the largest gradient.
    """
    return _Builder(picture, depth, overlay).ladder()


class _Builder:
    """Looks everything up once, so that each row costs only what it holds."""

    def __init__(self, picture: Picture, depth: int | None, overlay: str | None) -> None:
        self.picture = picture
        self.overlay = overlay
        self.groups = grouped(picture, depth)
        self.boxes = {box.id: box for box in picture.boxes}
        self.edges = [edge for edge in picture.edges if self.boxes[edge.target].half == "forward"]
        self.group_of = {box.id: number for number, group in enumerate(self.groups) for box in group.boxes}
        self.flowing = {(flow.box, flow.port): flow for flow in picture.flows}
        self.returned = {box for box, _ in picture.outputs}
        self.pools = {pool.box: pool for pool in picture.pools}
        self.rules: dict[str, list[Box]] = defaultdict(list)
        for box in picture.boxes:
            if box.half == "backward" and box.because is not None and box.because.why != "fan-out sum":
                self.rules[box.because.box].append(box)
        self.arguments: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.slot_names: dict[str, str] = {}
        for edge in self.edges:
            self.arguments[edge.target].append((edge.slot, edge.source))
            self.slot_names.setdefault(edge.source, self.boxes[edge.target].slots[edge.slot])
        self.rungs = RungMaker()
        self.has_data = any(
            box.half == "forward" and box.kind == "constant" and prod(box.outputs[0].shape) > 1
            for box in picture.boxes
        )

    def ladder(self) -> Ladder:
        chips, standing = self.place_sources()
        rows: list[Row] = []
        place: dict[str, int] = {}
        for number in range(-1, len(self.groups)):
            for source in standing.get(number, ()):
                place[source] = len(rows)
                rows.append(self.source_row(self.boxes[source]))
            if number < 0:
                continue
            for box in self.groups[number].boxes:
                place[box.id] = len(rows)
            rows.append(self.call_row(self.groups[number], chips.get(number, ())))
        first_output = len(rows)
        for number in range(len(self.picture.outputs)):
            rows.append(self.output_row(number))
        return Ladder(self.title(), tuple(rows), self.nets(place, first_output), self.footer())

    def place_sources(self) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
        """Which parameters and constants are chips beside a row, and which stand before a row of their own.

        What only one row uses is a chip; what several use stands once, on top; and a row that no other row
        feeds starts at its first operand, which stands directly before it.
        """
        users: dict[str, list[int]] = defaultdict(list)
        fed_by_rows: set[int] = set()
        starts: dict[int, tuple[int, int, str]] = {}
        for edge in self.edges:
            group = self.group_of[edge.target]
            source = self.boxes[edge.source]
            if source.kind == "op":
                if self.group_of[edge.source] != group:
                    fed_by_rows.add(group)
                continue
            if not users[source.id] or users[source.id][-1] != group:
                users[source.id].append(group)
            # relu(weight @ x) starts at the data, not at the parameter.
            rank = (int(source.kind == "parameter" and self.has_data), edge.slot, source.id)
            starts[group] = min(starts.get(group, rank), rank)
        first = {source: group for group, (_, _, source) in starts.items() if group not in fed_by_rows}
        chips: dict[int, list[str]] = defaultdict(list)
        standing: dict[int, list[str]] = defaultdict(list)
        for source_id, groups in users.items():
            if first.get(source_id) == groups[0]:
                standing[groups[0]].append(source_id)
            elif len(set(groups)) > 1 or source_id in self.returned:
                standing[-1].append(source_id)
            else:
                chips[groups[0]].append(source_id)
        for box, _ in self.picture.outputs:
            if self.boxes[box].kind != "op" and box not in users and box not in standing[-1]:
                standing[-1].append(box)
        return chips, standing

    def source_row(self, box: Box) -> Row:
        value = box.outputs[0]
        arrives = (box.id, 0) in self.flowing
        title = box.name or ("parameter" if box.kind == "parameter" else "input")
        return Row(
            kind="parameter" if box.kind == "parameter" else "constant",
            boxes=(box.id,),
            title=title,
            path="",
            note=value_note(box),
            tooltip=f"{title}: {shape_text(value.shape)} {value.dtype}, {bytes_text(value.nbytes)}",
            capsule=f"gradient of {title}" if arrives else None,
            capsule_note=scalar_note(shape_text(value.shape), self.flow_number(box.id))
            if arrives
            else self.absent("not needed"),
        )

    def flow_number(self, box: str) -> float | None:
        """The gradient that arrives at a box, where it is a scalar."""
        flow = self.flowing.get((box, 0))
        return None if flow is None else flow.number

    def absent(self, reason: str) -> str:
        """Why a row has no capsule; nothing where no backward half was asked for."""
        return reason if self.picture.has_backward else ""

    def call_row(self, group: Group, sources: Iterable[str]) -> Row:
        last = group.boxes[-1]
        title, path = names(group)
        gradients = [made for box in group.boxes for made in self.rules.get(box.id, ())]
        inside = {box.id for box in group.boxes}
        arrives = any(
            (box.id, port) in self.flowing for box in group.boxes for port in range(len(box.outputs))
        )
        capsule = None
        if arrives:
            capsule = self.meaning(group, inside)
        pool = next((self.pools[box.id] for box in group.boxes if box.id in self.pools), None)
        details = [box.detail for box in group.boxes if box.detail and not group.folded]
        if self.overlay == "bytes":
            details = [bytes_text(last.outputs[0].nbytes)]
        elif len(details) > 1:
            details = []
        if first := self.first_operand(group, set(sources)):
            details.append(first)
        note = scalar_note(shape_text(last.outputs[0].shape), last.outputs[0].number)
        literal = literal_text(group.boxes)
        return Row(
            kind="op",
            boxes=tuple(box.id for box in group.boxes),
            title=title + literal,
            path=path,
            note=", ".join([note, *details]),
            tooltip=call_tooltip(group),
            chips=self.chips(sources, group),
            rung=self.rungs.rung(group.boxes),
            capsule=capsule,
            capsule_note=self.capsule_note(last, gradients)
            if capsule
            else self.absent("no gradient" if any(last.wanted) else "not needed"),
            gradients=tuple(made.id for made in gradients),
            pool=pool if capsule is not None and not group.folded else None,
        )

    def capsule_note(self, last: Box, gradients: Sequence[Box]) -> str:
        flow = self.flowing.get((last.id, 0))
        if self.overlay == "gradients" and flow is not None:
            return f"largest {number_of(flow.largest)}"
        made = counted([box.op for box in gradients])
        if flow is None or flow.number is None or last.outputs[0].number is None:
            return made
        return f"arrives {number_of(flow.number)}, {made}"

    def first_operand(self, group: Group, chips: Iterable[str]) -> str:
        """Which of several wires is the first argument, where that matters."""
        if len(group.boxes) != 1 or group.boxes[0].op in COMMUTATIVE:
            return ""
        wired = sorted(
            (slot, source) for slot, source in self.arguments[group.boxes[0].id] if source not in chips
        )
        if len({source for _, source in wired}) < 2:
            return ""
        first = self.boxes[wired[0][1]]
        known = first.name
        if known is None and first.kind == "op":
            known, path = names(self.groups[self.group_of[first.id]])
            known = f"{known} {path}".rstrip()
        return f"{known or first.kind} first"

    def meaning(self, group: Group, inside: set[str]) -> str:
        if group.folded:
            return f"backward of {names(group)[0]}"
        slots = []
        for box in group.boxes:
            outer = {slot for slot, source in self.arguments[box.id] if source not in inside}
            slots += [
                name
                for slot, (name, wanted) in enumerate(zip(box.slots, box.wanted, strict=False))
                if wanted and slot in outer
            ]
        function = group.function.name if group.function is not None else None
        words = gradient_meaning([box.op for box in group.boxes], function, slots)
        sums = any(
            made.because is not None and made.because.why == "un-broadcast"
            for box in group.boxes
            for made in self.rules.get(box.id, ())
        )
        return f"{words}, un-broadcasts" if sums else words

    def chips(self, sources: Iterable[str], group: Group) -> tuple[Chip, ...]:
        path = "" if group.module is None else group.module.path
        boxes = [self.boxes[source] for source in sources]
        boxes.sort(key=lambda box: box.kind != "parameter")
        shown = boxes if len(boxes) <= MOST_CHIPS else boxes[: MOST_CHIPS - 1]
        if group.folded and len(boxes) > 2:
            shown = []
        chips = [self.chip(box, path) for box in shown]
        rest = boxes[len(shown) :]
        if rest:
            elements = sum(prod(box.outputs[0].shape) for box in rest)
            kind = "parameter" if any(box.kind == "parameter" for box in rest) else "constant"
            arriving = sum((box.id, 0) in self.flowing for box in rest)
            more = "more " if shown else ""
            chips.append(
                Chip(
                    link=rest[0].id,
                    kind="more",
                    title=f"{len(rest)} {more}{kind}s",
                    note="" if kind == "constant" else f"{elements:,}",
                    gradient=f"{arriving} {more}gradients" if arriving else None,
                    gradient_note="" if kind == "constant" else f"{elements:,}",
                    tooltip=", ".join(box.name or box.id for box in rest[:40]),
                )
            )
        return tuple(chips)

    def chip(self, box: Box, path: str) -> Chip:
        value = box.outputs[0]
        name = box.name or self.slot_names.get(box.id) or box.kind
        # Beside the row of "c1" the parameter "c1.weight" is its "weight".
        within = name.removeprefix(f"{path}.") if path else name
        return Chip(
            link=box.id,
            kind="parameter" if box.kind == "parameter" else "constant",
            title=within,
            note=chip_note(value.shape, value.number),
            gradient=f"d {within}" if (box.id, 0) in self.flowing else None,
            gradient_note=chip_note(value.shape, self.flow_number(box.id)),
            tooltip=f"{name}: {shape_text(value.shape)} {value.dtype}, {bytes_text(value.nbytes)}",
        )

    def output_row(self, number: int) -> Row:
        box, port = self.picture.outputs[number]
        value = self.boxes[box].outputs[port]
        many = len(self.picture.outputs) > 1
        is_loss = value.shape == () and not many
        title = what = "loss" if is_loss else f"output {number + 1}" if many else "output"
        if value.number is not None:
            title += f" = {number_of(value.number)}"
        seed = self.picture.seeds[number] if number < len(self.picture.seeds) else None
        return Row(
            kind="output",
            boxes=(box,),
            title=title,
            path="",
            note=shape_text(value.shape),
            tooltip=f"what the graph returns: {shape_text(value.shape)} {value.dtype}",
            capsule=seed if (box, port) in self.flowing else None,
            capsule_note=f"d {what} / d {what}" if seed else "",
        )

    def nets(self, place: dict[str, int], first_output: int) -> tuple[Net, ...]:
        uses: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
        wanted: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
        chip_like = {box.id for box in self.picture.boxes if box.id not in place}
        for edge in self.edges:
            if edge.source in chip_like or place[edge.source] == place[edge.target]:
                continue
            value = (edge.source, edge.port)
            row = place[edge.target]
            group = self.groups[self.group_of[edge.target]]
            # Inside one function call a value may be read often; the reader made one use.
            if len(group.boxes) > 1 and uses[value][row]:
                continue
            target = self.boxes[edge.target]
            uses[value][row] += 1
            comes_back = (
                value in self.flowing
                and target.wanted[edge.slot]
                and any((target.id, port) in self.flowing for port in range(len(target.outputs)))
            )
            wanted[value][row] += int(comes_back)
        for number, value in enumerate(self.picture.outputs):
            uses[value][first_output + number] += 1
            wanted[value][first_output + number] += int(value in self.flowing)
        nets = [
            Net(
                source=place[box],
                label=self.boxes[box].name or self.boxes[box].op,
                stops=tuple(Stop(row, stops[row], wanted[box, port][row]) for row in sorted(stops)),
            )
            for (box, port), stops in uses.items()
        ]
        return tuple(sorted(nets, key=lambda net: (net.source, net.stops[0].row)))

    def title(self) -> str:
        outermost = {
            scope.title for scope in self.picture.scopes if scope.parent is None and scope.kind == "module"
        }
        words = "forward and backward" if self.picture.has_backward else "forward"
        return f"{outermost.pop()}: {words}" if len(outermost) == 1 else words.capitalize()

    def footer(self) -> tuple[str, ...]:
        boxes = [box for box in self.picture.boxes if box.half == "forward"]
        parameters = [box for box in boxes if box.kind == "parameter"]
        nbytes = sum(box.outputs[0].nbytes for box in parameters)
        kept = unique_buffers(self.picture.boxes)
        count = self.picture.parameter_count()
        many = f"{plural(count, 'parameter')} in {plural(len(parameters), 'tensor')}, {bytes_text(nbytes)}"
        if self.picture.is_freed:
            return (many, "what was kept for backward is freed")
        if not kept:
            return (many, "nothing is kept besides the leaves themselves")
        size = bytes_text(sum(buffer.nbytes for buffer in kept))
        return (many, f"kept for backward: {size} in {plural(len(kept), 'buffer')}")
