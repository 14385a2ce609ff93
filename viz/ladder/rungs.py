"""The rungs' words: what a row keeps for the backward pass, and how many bytes that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from viz.ladder.rows import Rung
from viz.picture.model import Box, Saved, bytes_text, shape_text

MOST_LISTED = 6


class RungMaker:
    """Goes through the rows in order and remembers which memory was counted already.

    Parameters
    ----------
    names : mapping, optional
        From (box, name of what it keeps) to better names.
    """

    def __init__(self, names: Mapping[tuple[str, str], str] = MappingProxyType({})) -> None:
        self.counted: set[int] = set()
        self.names = names

    def rung(self, boxes: Sequence[Box], where: str = "above") -> Rung | None:
        """The rung of one row, or None where it keeps nothing but parameters.

        What is kept anyway is kept ``where``: "above" by another row, or "already" by a derivative before.
        """
        own: dict[int, tuple[str, Saved]] = {}
        shared: dict[int, tuple[str, Saved]] = {}
        for box in boxes:
            for saved in box.saved:
                if saved.is_parameter or not saved.nbytes:
                    continue
                words = self.names.get((box.id, saved.name)) or _kept_name(box, saved)
                if saved.buffer in self.counted and saved.buffer not in own:
                    shared.setdefault(saved.buffer, (words, saved))
                else:
                    self.counted.add(saved.buffer)
                    own.setdefault(saved.buffer, (words, saved))
        if not own and not shared:
            return None
        buffers = sorted(own.values(), key=lambda entry: -entry[1].nbytes)
        total = sum(saved.nbytes for _, saved in buffers)
        again = [name for name, _ in shared.values()]
        return Rung(
            total, tuple(_wordings(buffers, again, total, where)), _whole(buffers, again, total, where)
        )


def _kept_name(box: Box, saved: Saved) -> str:
    """The name of a kept value as readers know it: "output" and "input", or its own ("switches")."""
    if saved.is_output:
        return saved.name if saved.name not in ("out", "y", "values", "result") else "output"
    if saved.name not in box.slots or len(saved.name) > 1:
        return saved.name
    return "input" if saved.name == box.slots[0] else "second input"


def _whole(buffers: Sequence[tuple[str, Saved]], shared: Sequence[str], total: int, where: str) -> str:
    """All that is kept, for tooltips and text; many buffers are counted by name."""
    if len(buffers) > MOST_LISTED:
        counts = Counter(name for name, _ in buffers)
        listed = ", ".join(f"{name} {count}×" if count > 1 else name for name, count in counts.items())
        parts = [f"{len(buffers)} buffers, {bytes_text(total)}: {listed}"]
    else:
        parts = [
            f"{name} {shape_text(saved.shape)} {saved.dtype}, {bytes_text(saved.nbytes)}"
            for name, saved in buffers
        ]
    for name, count in Counter(shared).items():
        by = where if where != "above" else "by a row above" if count == 1 else "by rows above"
        parts.append(f"{name}{'' if count == 1 else f' {count}×'} is kept {by}")
    return "; ".join(parts)


def _wordings(
    buffers: Sequence[tuple[str, Saved]], shared: Sequence[str], total: int, where: str
) -> list[tuple[str, ...]]:
    """Ways to say it in one or two lines, the fullest first; the drawing takes the first that fits."""
    if not buffers:
        return [(f"{' and '.join(dict.fromkeys(shared))}: kept {where}",), (f"kept {where}",)]
    if len(buffers) == 1:
        name, saved = buffers[0]
        shape, size = shape_text(saved.shape), bytes_text(saved.nbytes)
        return [
            (f"{name} {shape} {saved.dtype}, {size}",),
            (f"{name} {shape}, {size}",),
            (f"{name} {shape}", f"{saved.dtype}, {size}"),
            (name, f"{shape}, {size}"),
            (f"{name}, {size}",),
            (name, size),
            (size,),
        ]
    counts = Counter(name for name, _ in buffers)
    ways: list[tuple[str, ...]] = []
    if len(buffers) == 2 and len(counts) == 2:
        ways.append(
            tuple(f"{name} {shape_text(saved.shape)}, {bytes_text(saved.nbytes)}" for name, saved in buffers)
        )
    names = ", ".join(name if count == 1 else f"{name} {count}×" for name, count in counts.items())
    ways.append((f"{bytes_text(total)}: {names}",))
    ways.append((f"{len(buffers)} buffers, {bytes_text(total)}", names))
    ways.append((f"{len(buffers)} buffers, {bytes_text(total)}",))
    ways.append((f"{len(buffers)} buffers", bytes_text(total)))
    return ways
