"""Writes frames as a GIF, by the optional package Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from viz.errors import ConversionError, MissingConverterError

COLOURS = 96


def to_gif(pictures: Sequence[bytes], seconds: Sequence[float]) -> bytes:
    """A GIF that repeats for ever.

    Parameters
    ----------
    pictures : sequence of bytes
        PNG files of one size.
    seconds : sequence of float
        How long each is shown, in hundredths of a second.

    Raises
    ------
    MissingConverterError
        Pillow is not installed.
    ConversionError
        Pillow refused a picture.
    """
    image = pillow()
    try:
        opened = [image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
        # One palette for all frames, from the fullest one: flat colours stay the same, and frames differ
        # only where something moved, which keeps the file small.
        sample = _stacked(image, [opened[0], opened[len(opened) // 2], opened[-1]])
        palette = sample.quantize(COLOURS, dither=image.Dither.NONE)
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


def _stacked(image: ModuleType, pictures: Sequence[Any]) -> Any:
    """The pictures below each other."""
    width, height = pictures[0].size
    stack = image.new("RGB", (width, height * len(pictures)))
    for number, picture in enumerate(pictures):
        stack.paste(picture, (0, height * number))
    return stack


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
