"""The words in a ladder's boxes, chips and tooltips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from inspect import signature

import autograd_cnn as ag
from viz.ladder.grouping import Group
from viz.picture.model import Box, Place, Scope, number_of, shape_text


def names(group: Group) -> tuple[str, str]:
    """A row's title and the module that it belongs to."""
    module = group.module
    path = "" if module is None else module.path
    last = group.boxes[-1]
    title = group.function.name if group.function is not None else last.title or last.op
    if group.folded and module is not None:
        title = module.title
    if group.last is not None:
        return f"{title} × {group.repeats}", f"{path} to {group.last.name}"
    parts = [] if path == title else [path]
    if module is not None and module.calls > 1:
        parts.append(f"call {module.call} of {module.calls}")
    path = ", ".join(part for part in parts if part)
    return title, path


def called(group: Group) -> str:
    """A row's title and module in one: "conv2d c1", "relu, call 2 of 3"."""
    title, path = names(group)
    return f"{title}{',' if path.startswith('call ') else ''} {path}".rstrip()


def literal_text(boxes: Sequence[Box]) -> str:
    """Python scalars among the arguments of a single operation, as in "multiply 2.0"."""
    if len(boxes) != 1 or not boxes[0].literals:
        return ""
    return " " + ", ".join(text for _, text in boxes[0].literals)


@lru_cache(maxsize=256)
def has_axis(name: str) -> bool:
    """Whether a function of the library has an argument that says along which axis.

    Examples
    --------
    >>> has_axis("softmax"), has_axis("max_unpool2d")
    (True, False)
    """
    try:
        return bool({"axis", "axes"} & set(signature(getattr(ag, name, None)).parameters))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return True


def value_note(box: Box) -> str:
    """Shape and dtype of a parameter or constant."""
    value = box.outputs[0]
    return scalar_note(f"{shape_text(value.shape)} {value.dtype}", value.number)


def scalar_note(words: str, number: float | None) -> str:
    """The words, and a known number after them."""
    return words if number is None else f"{words} = {number_of(number)}"


def call_tooltip(group: Group) -> str:
    """Operations, module, result and user's line of a row."""
    last = group.boxes[-1]
    scope: Scope | None = group.module
    where: Place | None = last.place
    parts = [", ".join(dict.fromkeys(box.op for box in group.boxes[:12]))]
    if scope is not None:
        parts.append(f"in {scope.title} {scope.name}")
    parts.append(f"gives {shape_text(last.outputs[0].shape)} {last.outputs[0].dtype}")
    if where is not None:
        parts.append(f"line {where.number}: {where.text}" if where.text else f"line {where.number}")
    return "; ".join(parts)


def counted(ops: Sequence[str]) -> str:
    """Names of the operations, repeated ones counted: "multiply 2×, sum"."""
    if not ops:
        return "no arithmetic"
    return ", ".join(name if count == 1 else f"{name} {count}×" for name, count in Counter(ops).items())


def plural(count: int, word: str) -> str:
    """A count with its word."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def derivative(order: int) -> str:
    """The sign of a derivative.

    Examples
    --------
    >>> derivative(1), derivative(2), derivative(5)
    ('d', 'd²', 'd5')
    """
    return {1: "d", 2: "d²", 3: "d³"}.get(order, f"d{order}")


def chip_note(shape: tuple[int, ...], number: float | None) -> str:
    """A chip has room for the bare sizes, or for the value of a scalar."""
    if not shape and number is not None:
        return number_of(number)
    return "×".join(map(str, shape)) or "scalar"
