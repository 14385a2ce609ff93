"""PNG and PDF from SVG, by the optional package `vl-convert-python`: a wheel, no system program."""

from __future__ import annotations

import math
from importlib import import_module
from types import ModuleType

from viz.errors import ConversionError, MissingConverterError

# Beyond this, decoders and viewers start to refuse pictures.
LARGEST_PIXELS = 32_768


def to_png(svg: str, width: float, height: float, scale: float = 2.0) -> bytes:
    """The SVG as PNG, ``scale`` pixels to each of its units.

    Parameters
    ----------
    svg : str
        The text of an SVG file.
    width, height : float
        Its size.
    scale : float
        2 is sharp on most screens.

    Raises
    ------
    MissingConverterError
        `vl-convert-python` is not installed.
    ConversionError
        The picture would be wider or higher than 32,768 pixels, or the converter failed.
    """
    converter = _converter("PNG")
    longest = max(width, height) * scale
    if not 0 < longest <= LARGEST_PIXELS:
        fitting = math.floor(100 * LARGEST_PIXELS / max(width, height)) / 100
        raise ConversionError(
            f"a PNG of {width * scale:.0f} x {height * scale:.0f} pixels can't be made: at most "
            f"{LARGEST_PIXELS} a side; use a scale up to {fitting:.2f}, or write .svg or .pdf"
        )
    try:
        return bytes(converter.svg_to_png(svg, scale=scale))
    except (ValueError, RuntimeError) as error:
        raise ConversionError(f"the PNG could not be made: {_first_line(error)}") from error


def to_pdf(svg: str) -> bytes:
    """The SVG as PDF, still vectors.

    Raises
    ------
    MissingConverterError
        `vl-convert-python` is not installed.
    ConversionError
        The converter failed.
    """
    try:
        return bytes(_converter("PDF").svg_to_pdf(svg))
    except (ValueError, RuntimeError) as error:
        raise ConversionError(f"the PDF could not be made: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    # The converter appends its own stack, some hundred lines.
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _converter(wanted: str) -> ModuleType:
    # Loaded when asked for: it is optional, and 80 MB.
    try:
        return import_module("vl_convert")
    except ImportError as error:
        raise MissingConverterError(
            f'{wanted} needs one more package: pip install "autograd-cnn[draw]" (.svg works without it)'
        ) from error
