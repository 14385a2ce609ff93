"""Writes frames as a GIF, by the optional package Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from viz.errors import ConversionError, MissingConverterError

FLAT, MIXED = 64, 192
"""Colours of the palette: those that fill most of the card, and mixed ones for the edges of letters."""
NEAR = 10


def to_gif(pictures: Sequence[bytes], seconds: Sequence[float], paper: str) -> bytes:
    """A GIF that repeats for ever.

    Parameters
    ----------
    pictures : sequence of bytes
        PNG files of one size.
    seconds : sequence of float
        How long each is shown, in hundredths of a second.
    paper : str
        The colour behind what is transparent, ``#RRGGBB``.

    Raises
    ------
    MissingConverterError
        Pillow is not installed.
    ConversionError
        Pillow refused a picture.
    """
    image = pillow()
    try:
        opened = [_opaque(image, picture, paper) for picture in pictures]
        # One palette for all frames: they then differ only where something moved, so the file stays small.
        palette = _palette(image, [opened[0], opened[len(opened) // 2], opened[-1]])
        frames = [picture.quantize(palette=palette, dither=image.Dither.NONE) for picture in opened]
        file = io.BytesIO()
        frames[0].save(
            file,
            "GIF",
            save_all=True,
            append_images=frames[1:],
            duration=[round(1000 * second) for second in seconds],
            loop=0,
            disposal=1,
            optimize=True,
        )
    except (OSError, ValueError) as error:
        raise ConversionError(f"the GIF could not be made: {error}") from error
    return file.getvalue()


def _opaque(image: ModuleType, picture: bytes, paper: str) -> Any:
    drawn = image.open(io.BytesIO(picture)).convert("RGBA")
    card = image.new("RGBA", drawn.size, paper)
    card.alpha_composite(drawn)
    return card.convert("RGB")


def _palette(image: ModuleType, pictures: Sequence[Any]) -> Any:
    """A picture that holds the palette for all of these."""
    width, height = pictures[0].size
    stack = image.new("RGB", (width, height * len(pictures)))
    for number, picture in enumerate(pictures):
        stack.paste(picture, (0, height * number))
    counted = sorted(stack.getcolors(width * height * len(pictures)), reverse=True)
    colours = [colour for _, colour in counted[:FLAT]]
    channels = iter(stack.quantize(MIXED, dither=image.Dither.NONE).getpalette()[: 3 * MIXED])
    for mixed in zip(channels, channels, channels, strict=True):
        # Pillow looks colours up roughly: beside an area's colour there must be no other one.
        if all(max(abs(a - b) for a, b in zip(mixed, colour, strict=True)) > NEAR for colour in colours):
            colours.append(mixed)
    holder = image.new("P", (1, 1))
    holder.putpalette([channel for colour in colours for channel in colour])
    return holder


def pillow() -> ModuleType:
    """Pillow's `Image`, loaded when asked for: it is optional.

    Raises
    ------
    MissingConverterError
        It is not installed.
    """
    try:
        return import_module("PIL.Image")
    except ImportError as error:
        raise MissingConverterError(
            'GIF needs one more package: pip install "autograd-cnn[draw]" (.svg moves without it)'
        ) from error
