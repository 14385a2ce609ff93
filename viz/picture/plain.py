"""Plain values of what a program holds: one-line names, sizes, numbers. Nothing of the program is kept."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd_cnn as ag
from viz.picture.model import Place

LONGEST_NAME = 200
LONGEST_SETTING = 80


def is_literal(value: Any) -> bool:
    """Whether an argument is a Python scalar."""
    return not hasattr(value, "shape")


def slot_name(primitive: Any, slot: int) -> str:
    """What an operation calls its argument."""
    names = tuple(primitive.inputs)
    if slot < len(names) and not getattr(primitive, "variadic", False):
        return clipped(str(names[slot]))
    return f"{clipped(str(names[-1])) if names else 'input'} {slot}"


def name_of(thing: Any) -> str | None:
    """The user's name of a tensor."""
    name = getattr(thing, "name", None)
    return None if name is None else clipped(str(name), LONGEST_NAME)


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    r"""One line of printable text: a name may be anything that a user typed.

    Examples
    --------
    >>> clipped("two\nlines"), clipped("a long name", 6)
    ('two lines', 'a lon…')
    """
    text = " ".join(text[: 4 * longest].split())
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def setting(value: Any) -> str:
    """The value of a setting."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"array {tuple(value.shape)} {value.dtype}"
    return clipped(repr(value), LONGEST_SETTING)


def nbytes_of(value: Any) -> int:
    """Bytes of something that has a shape and a dtype."""
    shape: tuple[int, ...] = value.shape
    return prod(shape) * int(np.dtype(value.dtype).itemsize)


def values_of(tensor: ag.Tensor) -> NDArray[Any] | None:
    """The values, where there are any: not where only shapes were worked out."""
    return tensor.data if ag.has_values(tensor) else None


def scalar(array: NDArray[Any] | None) -> float | None:
    """The number in an array of one element."""
    if array is None or getattr(array, "size", 0) != 1 or array.dtype.kind not in "fiub":
        return None
    return float(array.item())


def uniform(array: NDArray[Any] | None) -> float | None:
    """The value that all elements have."""
    if array is None or not array.size:
        return None
    return float(array.flat[0]) if bool((array == array.flat[0]).all()) else None


def largest(array: NDArray[Any] | None) -> float:
    """The largest absolute value; 0 where there is none."""
    if array is None or not array.size:
        return 0.0
    return float(np.abs(np.asarray(array, dtype=np.float64)).max())


def place_of(line: Any) -> Place | None:
    """The user's line."""
    if line is None:
        return None
    return Place(str(line.file), int(line.number), clipped(str(line.text)), str(line.function))
