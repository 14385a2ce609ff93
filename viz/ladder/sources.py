"""Where parameters, inputs and constants stand: beside their only row, or in a row of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import prod

from viz.ladder.grouping import Group
from viz.ladder.index import Index
from viz.ladder.rows import Chip, Row
from viz.ladder.words import chip_note, derivative, scalar_note, value_note
from viz.picture.model import Box, bytes_text, number_of, shape_text

MOST_CHIPS = 3
Places = dict[int, list[str]]


def place_sources(index: Index) -> tuple[Places, Places]:
    """Which sources are chips beside a row, and which stand before a row of their own (-1: on top).

    What only one row uses is a chip; what several use stands once, on top; an input stands on top; and a row
    that no other row feeds starts at its first operand, which stands directly before it.
    """
    users: dict[str, list[int]] = defaultdict(list)
    fed_by_rows: set[int] = set()
    starts: dict[int, tuple[int, int, str]] = {}
    for edge in index.edges:
        group = index.group_of[edge.target]
        source = index.boxes[edge.source]
        if source.kind == "op":
            if index.group_of[edge.source] != group:
                fed_by_rows.add(group)
            continue
        if not users[source.id] or users[source.id][-1] != group:
            users[source.id].append(group)
        # relu(weight @ x) starts at the data, not at the parameter.
        rank = (int(source.kind == "parameter" and index.has_data), edge.slot, source.id)
        starts[group] = min(starts.get(group, rank), rank)
    first = {source: group for group, (_, _, source) in starts.items() if group not in fed_by_rows}
    chips: Places = defaultdict(list)
    standing: Places = defaultdict(list)
    for source_id, groups in users.items():
        if first.get(source_id) == groups[0]:
            standing[groups[0]].append(source_id)
        elif len(set(groups)) > 1 or source_id in index.returned or index.boxes[source_id].kind == "input":
            standing[-1].append(source_id)
        else:
            chips[groups[0]].append(source_id)
    for box, _ in index.picture.outputs:
        if index.boxes[box].kind != "op" and box not in users and box not in standing[-1]:
            standing[-1].append(box)
    return chips, standing


def source_row(index: Index, box: Box, overlay: str | None) -> Row:
    """The row of a parameter, input or constant."""
    value = box.outputs[0]
    title = box.name or {"parameter": "parameter", "input": "input"}.get(box.kind, "constant")
    note = scalar_note(shape_text(value.shape), index.number(box.id))
    largest = index.largest(box.id)
    if overlay == "gradients" and largest is not None:
        note = f"largest {number_of(largest)}"
    absent = "not needed" if index.picture.has_backward else ""
    arrives = index.arrives(box.id)
    return Row(
        kind=box.kind if box.kind != "op" else "constant",
        boxes=(box.id,),
        title=title,
        path="",
        note=value_note(box) if overlay != "bytes" else f"{value_note(box)}, {bytes_text(value.nbytes)}",
        tooltip=f"{box.kind} {title}: {shape_text(value.shape)} {value.dtype}, {bytes_text(value.nbytes)}",
        capsule=f"d {title}" if arrives else None,
        capsule_note=note if arrives else absent,
    )


def chips_beside(index: Index, sources: Iterable[str], group: Group, overlay: str | None) -> tuple[Chip, ...]:
    """The chips of a row, parameters first; what has no room is counted."""
    path = "" if group.module is None else group.module.path
    boxes = [index.boxes[source] for source in sources]
    boxes.sort(key=lambda box: box.kind != "parameter")
    shown = boxes if len(boxes) <= MOST_CHIPS else boxes[: MOST_CHIPS - 1]
    if group.folded and len(boxes) > 2:
        shown = []
    chips = [_chip(index, box, path, overlay) for box in shown]
    rest = boxes[len(shown) :]
    if rest:
        chips.append(_more(index, rest, "more " if shown else "", path))
    return tuple(chips)


def _more(index: Index, rest: list[Box], more: str, path: str) -> Chip:
    """One chip that counts several."""
    parameters = [box for box in rest if box.kind == "parameter"]
    kind = "parameter" if parameters else "constant"
    counted = parameters or rest
    elements = sum(prod(box.outputs[0].shape) for box in counted)

    def gradients(order: int) -> tuple[str, str] | None:
        arriving = sum(index.arrives(box.id, order) for box in counted)
        words = f"{arriving} {more}gradient{'' if arriving == 1 else 's'}"
        return (words, f"{elements:,}") if arriving else None

    first = gradients(1)
    return Chip(
        link=rest[0].id,
        kind="more",
        title=f"{len(counted)} {more}{kind}{'' if len(counted) == 1 else 's'}",
        note="" if kind == "constant" else f"{elements:,}",
        gradient=first[0] if first else None,
        gradient_note=first[1] if first else "",
        tooltip=", ".join(box.name or box.id for box in rest[:40]),
        name=f"{len(counted)} {more}{kind}{'' if len(counted) == 1 else 's'}{path and f' of {path}'}",
        higher=tuple(gradients(order) for order in range(2, index.picture.orders + 1)),
    )


def _chip(index: Index, box: Box, path: str, overlay: str | None) -> Chip:
    value = box.outputs[0]
    name = box.name or index.slot_names.get(box.id) or box.kind
    # Beside the row of "c1" the parameter "c1.weight" is its "weight".
    within = name.removeprefix(f"{path}.") if path else name
    whole = name if not path or name.startswith(f"{path}.") or "." in name else f"{path}.{name}"

    def note(order: int) -> str:
        largest = index.largest(box.id, order)
        if overlay == "gradients" and largest is not None:
            return f"max {number_of(largest)}"
        return chip_note(value.shape, index.number(box.id, order))

    return Chip(
        link=box.id,
        kind="parameter" if box.kind == "parameter" else "constant",
        title=within,
        note=bytes_text(value.nbytes) if overlay == "bytes" else chip_note(value.shape, value.number),
        gradient=f"d {within}" if index.arrives(box.id) else None,
        gradient_note=note(1),
        tooltip=f"{box.kind} {name}: {shape_text(value.shape)} {value.dtype}, {bytes_text(value.nbytes)}",
        name=whole,
        higher=tuple(
            (f"{derivative(order)} {within}", note(order)) if index.arrives(box.id, order) else None
            for order in range(2, index.picture.orders + 1)
        ),
        has_number=overlay == "gradients" or (not value.shape and index.number(box.id) is not None),
    )
