"""Where in the user's code something happened: kept cheaply, resolved only when shown."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass
from types import CodeType

_PACKAGES = (__name__.partition(".")[0], "viz", "numpy")  # drawings' and NumPy's frames are no user's either


class _Inside(dict[str | None, bool]):
    """Whether a package is none of the user's, worked out once for each name."""

    def __missing__(self, package: str | None) -> bool:
        inside = self[package] = (package or "").partition(".")[0] in _PACKAGES
        return inside


_is_inside = _Inside()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source: file, number, stripped text and the function that holds it."""

    file: str
    number: int
    text: str
    function: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.number}"
        return f"{place}: {self.text}" if self.text else place


def user_position(depth: int = 1) -> tuple[CodeType, int]:
    """Give code object and instruction offset of the nearest caller outside this package.

    ``depth`` frames are skipped unseen. When the whole stack is the package's own (its command, say),
    the outermost frame is given. No frame is kept, so nothing that the user's locals hold stays alive.
    """
    frame = sys._getframe(depth + 1)
    while _is_inside[frame.f_globals.get("__package__")]:
        back = frame.f_back
        if back is None:
            break
        frame = back
    return frame.f_code, frame.f_lasti


def resolve(code: CodeType | Line, offset: int) -> Line:
    """Turn a position kept by `user_position` into a file, a line number and its text.

    A node replayed from a captured graph carries its finished line in place of the code object.
    """
    if isinstance(code, Line):
        return code
    number = code.co_firstlineno
    for start, end, line in code.co_lines():
        if line is not None and start <= offset < end:
            number = line
            break
    text = linecache.getline(code.co_filename, number).strip()
    return Line(code.co_filename, number, text, code.co_qualname)


def user_line(depth: int = 1) -> Line:
    """Give the line of the nearest caller outside this package."""
    return resolve(*user_position(depth + 1))
