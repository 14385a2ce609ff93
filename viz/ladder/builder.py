"""Makes the ladder's rows and nets from a picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from viz.ladder.capsules import capsule_of, first_operand
from viz.ladder.grouping import Group
from viz.ladder.index import Index
from viz.ladder.rows import Capsule, Ladder, Net, Row, Stop
from viz.ladder.rungs import RungMaker
from viz.ladder.sources import chips_beside, place_sources, source_row
from viz.ladder.words import (
    call_tooltip,
    called,
    derivative,
    has_axis,
    literal_text,
    names,
    plural,
    scalar_note,
)
from viz.picture.model import Picture, bytes_text, number_of, shape_text, unique_buffers


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
    def __init__(self, picture: Picture, depth: int | None, overlay: str | None) -> None:
        self.picture = picture
        self.overlay = overlay
        self.index = Index(picture, depth)
        self.rungs = RungMaker(self.index.kept_names())

    def ladder(self) -> Ladder:
        chips, standing = place_sources(self.index)
        rows: list[Row] = []
        place: dict[str, int] = {}
        for number in range(-1, len(self.index.groups)):
            for source in standing.get(number, ()):
                place[source] = len(rows)
                rows.append(self.source_row(source))
            if number < 0:
                continue
            for box in self.index.groups[number].boxes:
                place[box.id] = len(rows)
            rows.append(self.call_row(self.index.groups[number], chips.get(number, ())))
        first_output = len(rows)
        for number in range(len(self.picture.outputs)):
            rows.append(self.output_row(number))
        for order in self.higher():
            # After all rows: what the derivative before keeps anyway is counted there.
            rows = [self.with_rung(row, order - 1) for row in rows]
        numbered = tuple(replace(row, number=number) for number, row in enumerate(rows, 1))
        orders = max(1, self.picture.orders)
        return Ladder(self.title(), numbered, self.nets(place, first_output), self.footer(), orders)

    def higher(self) -> range:
        """The derivatives beyond the gradient."""
        return range(2, self.picture.orders + 1)

    def with_rung(self, row: Row, order: int) -> Row:
        """The row, and what its derivative of this order keeps for the next."""
        boxes = row.boxes if row.kind == "op" else ()
        rules = [rule for box in boxes for rule in self.index.rules.get((box, order), ())]
        return replace(row, higher_rungs=(*row.higher_rungs, self.rungs.rung(rules, "already")))

    def source_row(self, source: str) -> Row:
        row = source_row(self.index, self.index.boxes[source], self.overlay)
        value = self.index.boxes[source].outputs[0]
        capsules = [
            Capsule(
                f"{derivative(order)} {row.title}",
                scalar_note(shape_text(value.shape), self.index.number(source, order)),
            )
            if self.index.arrives(source, order)
            else None
            for order in self.higher()
        ]
        return replace(row, higher=tuple(capsules))

    def call_row(self, group: Group, sources: Iterable[str]) -> Row:
        last = group.boxes[-1]
        title, path = names(group)
        if last.because is not None and last.because.box in self.index.group_of:
            # The graph holds a gradient that was recorded, to be differentiated again.
            path = path or f"for {called(self.index.groups[self.index.group_of[last.because.box]])}"
        capsule = capsule_of(self.index, group, 1, self.overlay)
        pool = next((self.index.pools[box.id] for box in group.boxes if box.id in self.index.pools), None)
        absent = "no gradient" if any(last.wanted) else "not needed"
        return Row(
            kind="op",
            boxes=tuple(box.id for box in group.boxes),
            title=title + literal_text(group.boxes),
            path=path,
            note=self.note(group, set(sources)),
            tooltip=call_tooltip(group),
            chips=chips_beside(self.index, sources, group, self.overlay),
            rung=self.rungs.rung(group.boxes),
            capsule=None if capsule is None else capsule.title,
            capsule_note=capsule.note if capsule is not None else absent if self.picture.has_backward else "",
            gradients=() if capsule is None else capsule.boxes,
            higher=tuple(capsule_of(self.index, group, order, self.overlay) for order in self.higher()),
            pool=pool if capsule is not None and not group.folded else None,
            within=self.within(group),
        )

    def note(self, group: Group, chips: set[str]) -> str:
        """The result's shape, and the settings that a reader asks for."""
        value = group.boxes[-1].outputs[0]
        details = [box.detail for box in group.boxes if box.detail and not group.folded]
        if group.function is not None and not has_axis(group.function.name):
            # How the function is built is not what its caller asked for.
            details = [detail for detail in details if not detail.startswith(("axis ", "axes "))]
        if self.overlay == "bytes":
            details = [bytes_text(value.nbytes)]
        elif len(details) > 1:
            windows = [detail for detail in details if " window" in detail or " kernel" in detail]
            details = windows if len(windows) == 1 else []
        if first := first_operand(self.index, group, chips):
            details.append(first)
        if maker := self.index.addresses_of(group):
            details.append(f"from {called(maker)}")
        return ", ".join([scalar_note(shape_text(value.shape), value.number), *details])

    def within(self, group: Group) -> tuple[str, ...]:
        """The modules around a row, without the outermost and without the layer that the row is."""
        if group.module is None:
            return ()
        around = self.index.paths[group.module.id][1:]
        if around and (group.folded or group.module.id not in self.index.containers):
            around = around[:-1]
        return tuple(f"{scope.name} {scope.title}" for scope in around if scope.kind == "module")

    def output_row(self, number: int) -> Row:
        box, port = self.picture.outputs[number]
        value = self.index.boxes[box].outputs[port]
        many = len(self.picture.outputs) > 1
        is_loss = value.shape == () and not many
        title = what = "loss" if is_loss else f"output {number + 1}" if many else "output"
        if value.number is not None:
            title += f" = {number_of(value.number)}"
        seed = self.picture.seeds[number] if number < len(self.picture.seeds) else None
        if port or not self.index.arrives(box) or not seed:
            seed = None
        return Row(
            kind="output",
            boxes=(box,),
            title=title,
            path="",
            note=shape_text(value.shape),
            tooltip=f"what the graph returns: {shape_text(value.shape)} {value.dtype}",
            capsule=seed,
            capsule_note=f"d {what} / d {what}" if seed else "",
        )

    def nets(self, place: dict[str, int], first_output: int) -> tuple[Net, ...]:
        uses: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
        wanted: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
        for edge in self.index.edges:
            if edge.source not in place or place[edge.source] == place[edge.target]:
                continue
            value = (edge.source, edge.port)
            row = place[edge.target]
            group = self.index.groups[self.index.group_of[edge.target]]
            target = self.index.boxes[edge.target]
            comes_back = (
                not edge.port
                and self.index.arrives(edge.source)
                and target.wanted[edge.slot]
                and self.index.arrives(target.id)
            )
            # Inside one function call a value may be read often; the reader made one use.
            if len(group.boxes) > 1 and uses[value][row]:
                wanted[value][row] = max(wanted[value][row], int(comes_back))
                continue
            uses[value][row] += 1
            wanted[value][row] += int(comes_back)
        for number, (box, port) in enumerate(self.picture.outputs):
            uses[box, port][first_output + number] += 1
            wanted[box, port][first_output + number] += int(not port and self.index.arrives(box))
        nets = [
            Net(
                source=place[box],
                label=self.label(box),
                stops=tuple(Stop(row, stops[row], wanted[box, port][row]) for row in sorted(stops)),
                orders=next(
                    (order - 1 for order in self.higher() if not self.index.arrives(box, order)),
                    max(1, self.picture.orders),
                ),
                is_address=self.index.is_address(box, port),
            )
            for (box, port), stops in uses.items()
        ]
        return tuple(sorted(nets, key=lambda net: (net.source, net.stops[0].row)))

    def label(self, box: str) -> str:
        """What a value is called away from its row."""
        if box in self.index.group_of:
            return called(self.index.groups[self.index.group_of[box]])
        return self.index.boxes[box].name or self.index.boxes[box].kind

    def title(self) -> str:
        outermost = {
            scope.title for scope in self.picture.scopes if scope.parent is None and scope.kind == "module"
        }
        words = "forward and backward" if self.picture.has_backward else "forward"
        if self.picture.orders > 1:
            words = f"forward and {self.picture.orders} derivatives"
        name = outermost.pop() if len(outermost) == 1 else self.picture.name
        return f"{name}: {words}" if name else words.capitalize()

    def footer(self) -> tuple[str, ...]:
        boxes = [box for box in self.picture.boxes if box.half == "forward"]
        parameters = [box for box in boxes if box.kind == "parameter"]
        nbytes = sum(box.outputs[0].nbytes for box in parameters)
        kept = unique_buffers(self.picture.boxes)
        count = self.picture.parameter_count()
        many = f"{plural(count, 'parameter')} in {plural(len(parameters), 'tensor')}, {bytes_text(nbytes)}"
        if not parameters:
            many = "no parameters"
        words = [many]
        if self.picture.is_freed:
            words.append("what was kept for backward is freed")
        elif not kept:
            words.append("nothing is kept besides the leaves themselves")
        else:
            size = bytes_text(sum(buffer.nbytes for buffer in kept))
            words.append(f"kept for backward: {size} in {plural(len(kept), 'buffer')}")
        if self.picture.is_abstract:
            words.append("worked out from shapes alone")
        for order in self.higher():
            if more := unique_buffers(self.picture.boxes, order - 1):
                size = bytes_text(sum(buffer.nbytes for buffer in more))
                words.append(f"for derivative {order}: {size} more")
        if self.picture.orders > 1:
            words.append("each further derivative is that of the sum of all those before it")
        return tuple(words)
