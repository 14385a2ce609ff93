"""The ladder as a tree of plain text: for terminals, diffs and readers who can't see the drawing."""

from __future__ import annotations

from collections.abc import Iterator

from viz.ladder.rows import Ladder, Row


def ladder_text(ladder: Ladder) -> str:
    """What each row computes, keeps and sends back; modules are headings, and what is in them is indented."""
    lines = [ladder.title, *ladder.footer, ""]
    ahead: dict[int, list[int]] = {}
    for net in ladder.nets:
        for stop in net.stops:
            if stop.row > net.source + 1:
                ahead.setdefault(stop.row, []).append(net.source)
    within: tuple[str, ...] = ()
    for number, row in enumerate(ladder.rows):
        lines += _headings(within, row.within)
        within = row.within
        indent = "  " * len(within)
        path = f" [{row.path}]" if row.path else ""
        lines.append(f"{number + 1:>3}  {indent}{row.title}{path}: {row.note}")
        details = list(_details(row))
        if number in ahead:
            sources = ", ".join(str(source + 1) for source in sorted(ahead[number]))
            details.append(f"also reads row {sources}")
        lines += [f"       {indent}{line}" for line in details]
    return "\n".join(lines) + "\n"


def _headings(before: tuple[str, ...], within: tuple[str, ...]) -> Iterator[str]:
    """A line for each module that begins here."""
    shared = 0
    while shared < min(len(before), len(within)) and before[shared] == within[shared]:
        shared += 1
    for level in range(shared, len(within)):
        yield "     " + "  " * level + f"in {within[level]}"


def _details(row: Row) -> Iterator[str]:
    for chip in row.chips:
        gradients = [chip.gradient, *(entry[0] for entry in chip.higher if entry is not None)]
        made = ", ".join(gradient for gradient in gradients if gradient)
        words = [*([] if chip.kind == "more" else [chip.kind]), chip.title, chip.note]
        yield " ".join(word for word in words if word) + (f" -> {made}" if made else "")
    if row.rung is not None:
        yield f"keeps {row.rung.tooltip}"
    if row.capsule is not None:
        yield f"backward: {row.capsule} ({row.capsule_note})"
    elif row.capsule_note:
        yield f"backward: {row.capsule_note}"
    for order, capsule in enumerate(row.higher, 1):
        kept = row.kept_by(order)
        if kept is not None:
            yield f"derivative {order} keeps {kept.tooltip}"
        if capsule is not None:
            yield f"then: {capsule.title}" + (f" ({capsule.note})" if capsule.note else "")
