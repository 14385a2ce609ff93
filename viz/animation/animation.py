"""A finished film: plays in notebooks, saved in the format that the file's suffix names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from viz.animation.film import Film
from viz.animation.gif import pillow, to_gif
from viz.animation.svg import animated_svg
from viz.canvas import raster
from viz.canvas.drawing import Drawing, check_place, write_whole
from viz.canvas.standalone import notebook_bundle
from viz.canvas.svg import to_svg
from viz.canvas.theme import THEMES
from viz.errors import UnknownFormatError

FORMATS = ("svg", "gif", "png", "pdf", "json", "txt")
GLIDE_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Animation:
    """What `viz.animate` gives back.

    Attributes
    ----------
    film : Film
        Layers, steps and times.
    told : str
        The numbers behind it as plain text.
    data : mapping
        The same as data, for ``.json``.
    theme : {"light", "dark", "auto"}
        The colours, unless a method is asked for others.
    loop : bool
        Whether the SVG starts again at its end; a GIF always does.

    Examples
    --------
    >>> import autograd_cnn as ag, viz
    >>> x = ag.tensor([[[[1.0, 5.0, 2.0], [2.0, 3.0, 4.0]]]], requires_grad=True)
    >>> film = viz.animate(ag.max_pool2d(x, 2, stride=1), cotangent=[[[[0.4, 0.7]]]])
    >>> len(film.text), len(film.frames()), 10 < film.seconds < 16.5
    (6, 6, True)
    >>> "<script" in film.svg()
    False
    """

    film: Film
    told: str
    data: Mapping[str, object]
    theme: str = "light"
    loop: bool = False

    @property
    def text(self) -> list[str]:
        """The captions, one a step."""
        return [step.caption for step in self.film.steps]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.film.seconds

    def frames(self) -> list[Drawing]:
        """One still a step; the last one is the picture that stays."""
        return [
            Drawing(self.film.scene(step.still), step.caption, self.data, self.theme)
            for step in self.film.steps
        ]

    def svg(self, theme: str | None = None) -> str:
        """The animated SVG: CSS only, so it plays in browsers, in <img> and in Markdown pages.

        Readers who prefer less motion, printers and converters get the last picture.
        """
        return animated_svg(self.film, theme or self.theme, loop=self.loop)

    def gif(self, theme: str | None = None, scale: float = 1.0) -> bytes:
        """The film as GIF, ``scale`` pixels to a unit; "auto" is drawn light. Needs the extra ``draw``."""
        pillow()  # a missing package is told before a minute of work, not after
        frames = self.film.frames(GLIDE_STEP)
        colours = theme or self.theme
        pictures = [
            raster.to_png(to_svg(scene, colours), scene.width, scene.height, scale)
            for scene in (self.film.scene(time) for time, _ in frames)
        ]
        paper = THEMES[colours][0].colour("paper")
        return to_gif(pictures, [seconds for _, seconds in frames], paper)

    def save(
        self, path: str | os.PathLike[str], theme: str | None = None, scale: float | None = None
    ) -> Path:
        """Write the film; the suffix chooses the format. The file appears whole or not at all.

        Parameters
        ----------
        path : path
            Ends in .svg or .gif (they move), .pdf (a page for each step), .png (x-1.png, x-2.png, ..., one
            for each step), .json or .txt.
        theme : {"light", "dark", "auto"}, optional
            Colours other than the animation's own.
        scale : float, optional
            Pixels to a unit: 1 for GIF, 2 for PNG.

        Returns
        -------
        Path
            The file; the first one of several.

        Raises
        ------
        UnknownFormatError
            The suffix names no format.
        UndrawableError
            No theme has that name.
        MissingConverterError
            GIF, PNG or PDF without the extra ``draw``.
        WriteError
            The folder does not exist or can't be written to, or the path is a folder itself.
        """
        target = Path(path)
        suffix = target.suffix.lower().removeprefix(".")
        check_place(target)
        if suffix == "svg":
            write_whole(target, self.svg(theme).encode())
        elif suffix == "gif":
            write_whole(target, self.gif(theme, 1.0 if scale is None else scale))
        elif suffix in FORMATS:
            return self._stills().save(target, theme, 2.0 if scale is None else scale)
        else:
            known = ", ".join(f".{name}" for name in FORMATS)
            named = f"no format is called .{suffix}" if suffix else "the name has no suffix"
            raise UnknownFormatError(
                f"can't write {target.name!r}: {named}; an animation can be written as {known}"
            )
        return target

    def _stills(self) -> Drawing:
        """The last picture, with all stills as pages."""
        stills = tuple(still.scene for still in self.frames())
        told = "\n".join(
            [*(f"{number}. {caption}" for number, caption in enumerate(self.text, 1)), "", self.told]
        )
        return Drawing(stills[-1], told, self.data, self.theme, pages=stills)

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:  # the notebook's protocol passes both
        return notebook_bundle(self.svg(), self.film.title, str(self))

    def __repr__(self) -> str:
        steps, seconds = len(self.film.steps), self.film.seconds
        return (
            f'<Animation "{self.film.title}", {steps} steps, {seconds:.1f} s; .save("x.{"|".join(FORMATS)}")>'
        )

    def __str__(self) -> str:
        return "\n".join(self.text)
