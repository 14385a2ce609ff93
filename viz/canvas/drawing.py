"""A finished drawing: shown in notebooks, saved in the format that the file's suffix names."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from viz.canvas import raster
from viz.canvas.pdf_pages import joined
from viz.canvas.scene import Scene, scene_data
from viz.canvas.standalone import html_page, notebook_bundle
from viz.canvas.svg import to_svg
from viz.canvas.theme import check_theme
from viz.errors import UnknownFormatError, WriteError


@dataclass(frozen=True, slots=True)
class Drawing:
    """A scene with the facts behind it; what every function of `viz` that draws gives back.

    Attributes
    ----------
    scene : Scene
        The shapes.
    text : str
        The same content as plain text.
    data : mapping
        The numbers that were drawn, for ``.json``: dicts, lists, arrays, numbers, strings.
    theme : {"light", "dark", "auto"}
        The colours, unless a method is asked for others.
    dot : str or None
        The graph in the DOT language, where the drawing is one.
    pages : tuple of Scene
        The same content cut into pages, where that was asked for and one page does not hold it.

    Examples
    --------
    >>> drawing = Drawing(Scene(40, 20, "Empty", "Nothing is on it", ()), "nothing")
    >>> drawing
    <Drawing "Empty", 40 x 20; .save("x.svg|png|pdf|html|json|txt")>
    """

    scene: Scene
    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    theme: str = "light"
    dot: str | None = None
    pages: tuple[Scene, ...] = ()

    def __post_init__(self) -> None:
        check_theme(self.theme)  # whoever draws is told at once, not when the drawing is saved or shown

    @property
    def formats(self) -> tuple[str, ...]:
        """The suffixes that `save` knows."""
        return ("svg", "png", "pdf", *(("dot",) if self.dot is not None else ()), "html", "json", "txt")

    def svg(self, theme: str | None = None) -> str:
        """The drawing as SVG text."""
        return to_svg(self.scene, theme or self.theme)

    def png(self, theme: str | None = None, scale: float = 2.0) -> bytes:
        """The drawing as PNG; "auto" is drawn light. Needs the extra ``draw``."""
        return raster.to_png(self.svg(theme), self.scene.width, self.scene.height, scale)

    def pdf(self, theme: str | None = None) -> bytes:
        """The drawing as PDF, in vectors, with a page for each of `pages`. Needs the extra ``draw``."""
        scenes = self.pages or (self.scene,)
        return joined([raster.to_pdf(to_svg(scene, theme or self.theme)) for scene in scenes])

    def html(self, theme: str | None = None) -> str:
        """The drawing, each of its `pages`, and its text as one HTML file without scripts or links."""
        scenes, shown = self.pages or (self.scene,), theme or self.theme
        svgs = [to_svg(scene, shown) for scene in scenes]
        return html_page(
            self.scene.title, svgs, [(scene.width, scene.height) for scene in scenes], self.text, shown
        )

    def json(self) -> str:
        """Scene and data as JSON; numbers that JSON lacks are written as "nan", "inf", "-inf"."""
        content = {"scene": scene_data(self.scene), "data": dict(self.data), "theme": self.theme}
        return json.dumps(_jsonable(content), ensure_ascii=True, allow_nan=False, indent=1) + "\n"

    def save(self, path: str | os.PathLike[str], theme: str | None = None, scale: float = 2.0) -> Path:
        """Write the drawing; the suffix chooses the format.

        The file appears whole or not at all: it is written beside its place and then moved there. A drawing
        with `pages` becomes one PDF of several pages, or x-1.svg, x-2.svg, and so on (and .png the same).

        Parameters
        ----------
        path : path
            Ends in .svg, .png, .pdf, .html, .json, .txt, or .dot where the drawing is a graph.
        theme : {"light", "dark", "auto"}, optional
            Colours other than the drawing's own.
        scale : float
            Pixels to a unit, for PNG.

        Returns
        -------
        Path
            The file; the first one of several.

        Raises
        ------
        UnknownFormatError
            The suffix names no format of this drawing.
        MissingConverterError
            PNG or PDF without the extra ``draw``.
        WriteError
            The folder does not exist or can't be written to, or the path is a folder itself.
        """
        target = Path(path)
        suffix = target.suffix.lower().removeprefix(".")
        check_place(target)
        if self.pages and suffix in ("svg", "png"):
            files = [
                (target.with_stem(f"{target.stem}-{number}"), Drawing(scene, "", theme=theme or self.theme))
                for number, scene in enumerate(self.pages, 1)
            ]
            contents = [(file, page._content(file, None, scale)) for file, page in files]
            for file, content in contents:
                write_whole(file, content)
            return files[0][0]
        content = self._content(target, theme, scale)
        write_whole(target, content)
        return target

    def _content(self, target: Path, theme: str | None, scale: float) -> bytes:
        suffix = target.suffix.lower().removeprefix(".")
        if suffix == "svg":
            return self.svg(theme).encode()
        if suffix == "png":
            return self.png(theme, scale)
        if suffix == "pdf":
            return self.pdf(theme)
        if suffix in ("html", "htm"):
            return self.html(theme).encode("utf-8", "replace")
        if suffix == "json":
            return self.json().encode()
        if suffix == "txt":
            return self.text.encode("utf-8", "replace")
        if suffix == "dot" and self.dot is not None:
            return self.dot.encode("utf-8", "replace")
        known = ", ".join(f".{name}" for name in self.formats)
        named = f"no format is called .{suffix}" if suffix else "the name has no suffix"
        raise UnknownFormatError(
            f"can't write {target.name!r}: {named}; this drawing can be written as {known}"
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:  # the notebook's protocol passes both
        return notebook_bundle(self.svg(), self.scene.title, self.text)

    def __repr__(self) -> str:
        size = f"{self.scene.width:g} x {self.scene.height:g}"
        if self.pages:
            size += f", {len(self.pages)} pages"
        return f'<Drawing "{self.scene.title}", {size}; .save("x.{"|".join(self.formats)}")>'

    def __str__(self) -> str:
        return self.text


def check_place(target: Path) -> None:
    """Refuse a folder, and a file in a folder that is not there, in words that say what would do."""
    try:
        if target.is_dir():
            raise WriteError(
                f"can't write {str(target)!r}: it is a folder; name a file in it, such as "
                f"{str(target / 'drawing.svg')!r}"
            )
        if not target.parent.is_dir():
            raise WriteError(
                f"can't write {str(target)!r}: No such file or directory: there is no folder "
                f"{str(target.parent)!r}; make it first"
            )
    except WriteError:
        raise
    except (OSError, ValueError) as error:
        raise WriteError(
            f"can't write {str(target)!r}: {getattr(error, 'strerror', None) or error}"
        ) from error


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the whole new one, and a failure leaves nothing behind.

    Raises
    ------
    WriteError
        The system refused; the message says why.
    """
    part: str | None = None
    try:
        handle, part = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is private; give the result the mode that any new file gets.
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, target)
        part = None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WriteError(f"can't write {str(target)!r}: {reason}") from error
    finally:
        # Also reached by an interrupt: nothing half-written stays.
        if part is not None:
            with contextlib.suppress(OSError):
                os.unlink(part)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _jsonable(value: object) -> object:
    if isinstance(value, np.ndarray):
        return _jsonable(value.tolist())
    if isinstance(value, np.generic):
        return _jsonable(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    if isinstance(value, Mapping):
        return {str(key): _jsonable(content) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(element) for element in value]
    return value
