"""What stands on the right of a row: what its gradient rules do, in words."""

from __future__ import annotations

from collections.abc import Sequence

from viz.ladder.grouping import Group
from viz.ladder.index import Index
from viz.ladder.rows import Capsule
from viz.ladder.words import called, counted, names, plural
from viz.picture.meaning import BILINEAR, gradient_meaning
from viz.picture.model import Box, number_of

MOVEMENT = frozenset({"expand", "reshape", "transpose", "sum", "negative"})
COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "equal", "not_equal"})

PLAINER = {"relu_gate": "open where Y > 0", "max_unpool": "to each winner"}
"""Where an operation's name would only repeat the title: what it does."""


def capsule_of(index: Index, group: Group, order: int, overlay: str | None) -> Capsule | None:
    """The capsule of a row in the column of a derivative; None where no gradient comes by."""
    arrives = any(index.arrives(box.id, order) for box in group.boxes)
    # On its way through the first gradient, a second one may touch rows that it does not arrive at.
    if not arrives and (order == 1 or not any((box.id, order) in index.rules for box in group.boxes)):
        return None
    made = [rule for box in group.boxes for rule in index.rules.get((box.id, order), ())]
    boxes = tuple(box.id for box in made)
    last = group.boxes[-1]
    if order > 1:
        # The operations that tell something come first: there is room for one or two.
        telling = sorted((box.op for box in made), key=lambda op: op in MOVEMENT)
        title = names(group)[0] if group.folded else counted(telling)
        if made == [] and arrives:
            title = "passes on"
        number = index.number(last.id, order)
        shown = number is not None and last.outputs[0].number is not None
        note = f"arrives {number_of(number or 0.0)}" if shown else plural(len(made), "operation")
        if not shown and len({box.op for box in made}) < 3:
            note = ""
        return Capsule(title, note, boxes)
    return Capsule(_meaning(index, group), _note(index, group, last, made, overlay), boxes)


def _note(index: Index, group: Group, last: Box, made: Sequence[Box], overlay: str | None) -> str:
    if overlay == "gradients":
        return _largest_sent(index, group)
    # A sum over what broadcasting had added, and its reshape, are one thing to a reader.
    ops = [box.op for box in made if box.because is None or box.because.why != "un-broadcast"]
    words = counted(ops) if ops or not made else ""
    words = PLAINER.get(words, words)
    if len(ops) < len(made):
        words = f"{words}, un-broadcast" if words else "un-broadcast"
    if group.folded:
        return f"backward: {words}"
    number = index.number(last.id)
    if number is None or last.outputs[0].number is None:
        return words
    return f"arrives {number_of(number)}, {words}"


def _largest_sent(index: Index, group: Group) -> str:
    """The largest gradient, in all, of what a row reads from others; parameters' stand on their chips."""
    inside = {box.id for box in group.boxes}
    sent = [
        (slot, source)
        for box in group.boxes
        for slot, source in index.arguments[box.id]
        if source not in inside and index.boxes[source].kind != "parameter" and index.arrives(source)
    ]
    if not sent:
        return "passes nothing on"
    values = [index.largest(source) or 0.0 for _, source in sent]
    return f"input gets up to {number_of(max(values))}"


def first_operand(index: Index, group: Group, chips: set[str]) -> str:
    """Which of several wires is the first argument, where that matters."""
    if len(group.boxes) != 1 or group.boxes[0].op in COMMUTATIVE:
        return ""
    wired = sorted(
        (slot, source)
        for slot, source in index.arguments[group.boxes[0].id]
        if source not in chips and (index.boxes[source].kind != "parameter" or not index.has_data)
    )
    if len({source for _, source in wired}) < 2:
        return ""
    first = index.boxes[wired[0][1]]
    known = first.name
    if known is None and first.kind == "op":
        known = called(index.groups[index.group_of[first.id]])
    return f"{known or first.kind} first"


def _meaning(index: Index, group: Group) -> str:
    if group.folded:
        return names(group)[0]
    inside = {box.id for box in group.boxes}
    slots = []
    for box in group.boxes:
        outer = {
            slot: _argument(box, slot, index.boxes[source])
            for slot, source in index.arguments[box.id]
            if source not in inside or box.op in BILINEAR
        }
        slots += [outer[slot] for slot, wanted in enumerate(box.wanted) if wanted and slot in outer]
    function = group.function.name if group.function is not None else None
    own = {box.op: box.meaning for box in group.boxes if box.meaning}
    return gradient_meaning([box.op for box in group.boxes], function, slots, own)


def _argument(box: Box, slot: int, source: Box) -> str:
    """What an argument is called: a helper op's slot says nothing of a parameter, such as a bias."""
    if box.op not in BILINEAR and source.kind == "parameter" and source.name:
        return source.name.rpartition(".")[2]
    return box.slots[slot]
