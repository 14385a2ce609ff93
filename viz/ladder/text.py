"""The ladder as plain text: one row a line, for terminals, diffs and readers who can't see the drawing."""

from __future__ import annotations

from collections.abc import Iterator

from viz.ladder.rows import Ladder, Row


def ladder_text(ladder: Ladder) -> str:
    """An outline: what each row computes, keeps and sends back."""
    lines = [ladder.title, ""]
    ahead: dict[int, list[int]] = {}
    for net in ladder.nets:
        for stop in net.stops:
            if stop.row > net.source + 1:
                ahead.setdefault(stop.row, []).append(net.source)
    for number, row in enumerate(ladder.rows):
        lines.append(
            f"{number + 1:>3}  {row.title}" + (f" [{row.path}]" if row.path else "") + f": {row.note}"
        )
        lines += [f"       {line}" for line in _details(row)]
        if number in ahead:
            lines.append(
                f"       also reads row {', '.join(str(source + 1) for source in sorted(ahead[number]))}"
            )
    return "\n".join([*lines, "", *ladder.footer]) + "\n"


def _details(row: Row) -> Iterator[str]:
    for chip in row.chips:
        gradient = "" if chip.gradient is None else f" -> {chip.gradient}"
        yield f"{chip.kind} {chip.title} {chip.note}{gradient}"
    if row.rung is not None:
        yield f"keeps {row.rung.tooltip}"
    if row.capsule is not None:
        yield f"backward: {row.capsule} ({row.capsule_note})"
    elif row.capsule_note:
        yield f"backward: {row.capsule_note}"
