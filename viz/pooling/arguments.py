"""Which plane a reader asks for: what is no number is refused in words, NumPy's are taken as Python's."""

from __future__ import annotations

from typing import Any

import numpy as np

from viz.errors import UndrawableError


def check_whole(**numbers: Any) -> None:
    """Refuse what is no whole number, by its name.

    Raises
    ------
    UndrawableError
        One of them is something else.
    """
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise UndrawableError(f"{name} must be a whole number, not {value!r}")


def plain_spotlight(spotlight: Any) -> Any:
    """Give a spotlight's numbers as Python's, and lists and arrays as tuples.

    Examples
    --------
    >>> import numpy as np
    >>> (
    ...     plain_spotlight(np.array([0, 1])),
    ...     plain_spotlight([np.int64(2), 0]),
    ...     plain_spotlight("b"),
    ... )
    ((0, 1), (2, 0), 'b')
    """
    if isinstance(spotlight, np.ndarray):
        return plain_spotlight(spotlight.tolist())
    if isinstance(spotlight, np.integer):
        return int(spotlight)
    if isinstance(spotlight, (tuple, list)):
        return tuple(map(plain_spotlight, spotlight))
    return spotlight
