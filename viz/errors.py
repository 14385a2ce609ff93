"""What can go wrong between a drawing and a file."""

from __future__ import annotations


class DrawingError(Exception):
    """A drawing can't be made or written; every error of `viz` is one."""


class UnknownFormatError(DrawingError, ValueError):
    """The file's suffix names no format that this drawing can be written in."""


class MissingConverterError(DrawingError, ImportError):
    """The optional package that makes this format is not installed."""


class ConversionError(DrawingError, RuntimeError):
    """The converter is installed, but refused the drawing (for example: more pixels than it can hold)."""


class WriteError(DrawingError, OSError):
    """The file can't be written: no such folder, no permission, no space."""


class UndrawableError(DrawingError, ValueError):
    """There is nothing to draw: an argument is out of range, or the value has no picture of this kind."""
