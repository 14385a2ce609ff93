"""Digests of arrays for the page: a plane to look at, a histogram, a few figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BINS = 20
ROW_OF_A_VECTOR = 16


def digest(values: Any, largest_side: int, like: Any = None) -> dict[str, object] | None:
    """What the page shows of an array.

    Parameters
    ----------
    values : array
        Of any shape and of a dtype of numbers or booleans.
    largest_side : int
        At most so many rows and columns of one plane are kept.
    like : array, optional
        Of the same shape: shows the plane that its digest shows, so that readers can compare.

    Returns
    -------
    dict or None
        ``shape``, ``dtype``; ``plane``, rows of numbers with four significant digits; ``index``, where the
        plane lies in the array; ``cut``, whether the plane has more cells than are shown; ``histogram``;
        ``figures``: least, largest, mean, share of zeros, count of NaN and infinities. None for other dtypes.

    Examples
    --------
    >>> found = digest(np.arange(6.0).reshape(1, 2, 3), 8)
    >>> found["plane"], found["index"]
    ([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], '[0, :, :]')
    >>> digest(np.zeros((2, 1, 1)), 8, like=np.array([[[0.0]], [[9.0]]]))["index"]
    '[1, :, :]'
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        return None
    guide = array if like is None or np.shape(like) != array.shape else np.asarray(like)
    plane, index, cut = _plane(array, guide, largest_side)
    return {
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "plane": [[rounded(value) for value in row] for row in plane.tolist()],
        "index": index,
        "cut": cut,
        **_statistics(array),
    }


def rounded(value: Any, digits: int = 4) -> float | str:
    """A number for JSON with ``digits`` significant digits; what JSON lacks becomes text.

    Examples
    --------
    >>> rounded(0.123456), rounded(float("nan")), rounded(float("-inf"))
    (0.1235, 'nan', '-inf')
    """
    number = float(value)
    if math.isfinite(number):
        return float(f"{number:.{digits}g}")
    return "nan" if number != number else "inf" if number > 0 else "-inf"


def exact(plane: Array) -> list[list[float | str]]:
    """The rows of a plane, each number with as few digits as tell it from others of the same dtype."""
    if plane.dtype.kind == "f":
        return [[_shortest(value) for value in row] for row in plane]
    return [[float(value) for value in row] for row in plane.tolist()]


def _shortest(value: Any) -> float | str:
    return float(str(value)) if np.isfinite(value) else rounded(value)


def _plane(array: Array, guide: Array, side: int) -> tuple[Array, str, bool]:
    """The plane of the last two axes where the guide holds most, cut to ``side``, with its place in words."""
    if array.ndim == 0:
        return array.reshape(1, 1), "", False
    if array.ndim == 1:
        length = min(array.size, side * ROW_OF_A_VECTOR)
        if length <= ROW_OF_A_VECTOR:
            return array[None, :length], "", array.size > length
        rows = -(-length // ROW_OF_A_VECTOR)
        if rows * ROW_OF_A_VECTOR == length:
            return array[:length].reshape(rows, -1), f"rows of {ROW_OF_A_VECTOR}", array.size > length
        # The last row of a vector would be short: show whole rows only.
        whole = array[: (rows - 1) * ROW_OF_A_VECTOR].reshape(rows - 1, -1)
        return whole, f"rows of {ROW_OF_A_VECTOR}", True
    if array.ndim == 2:
        return array[:side, :side], "", max(array.shape) > side
    if array.size == 0:
        return np.zeros((0, 0)), "", False
    planes = np.asarray(guide[:1] if array.ndim > 3 else guide, np.float64).reshape(-1, *array.shape[-2:])
    weight = np.nan_to_num(np.abs(planes), posinf=0.0).sum(axis=(1, 2))
    best = int(weight.argmax())
    leading = np.unravel_index(best, (1, *array.shape[1:-2]) if array.ndim > 3 else array.shape[:-2])
    found = array[leading]
    index = ", ".join([*(str(int(place)) for place in leading), ":", ":"])
    return found[:side, :side], f"[{index}]", max(found.shape) > side


def _statistics(array: Array) -> dict[str, object]:
    numbers = np.asarray(array, np.float64).reshape(-1)
    finite = numbers[np.isfinite(numbers)]
    figures: dict[str, object] = {"count": int(numbers.size), "odd": int(numbers.size - finite.size)}
    if not finite.size:
        return {"figures": figures, "histogram": None}
    least, most = float(finite.min()), float(finite.max())
    with np.errstate(over="ignore"):
        mean, spread = float(finite.mean()), most - least
    figures |= {
        "least": rounded(least),
        "most": rounded(most),
        "mean": rounded(mean),
        "zeros": int((finite == 0).sum()),
    }
    if spread == 0 or not math.isfinite(spread) or spread / BINS < np.spacing(max(abs(least), abs(most))):
        return {"figures": figures, "histogram": None}
    counts, _ = np.histogram(finite, bins=BINS, range=(least, most))
    return {"figures": figures, "histogram": counts.tolist()}
