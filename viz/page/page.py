"""`explore`: from a loss, a graph or a function to an interactive page."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from viz.canvas.drawing import check_place, write_whole
from viz.canvas.standalone import image
from viz.canvas.svg import to_svg
from viz.canvas.theme import check_theme
from viz.errors import UndrawableError, UnknownFormatError
from viz.ladder.drawing import ladder_scene
from viz.ladder.text import ladder_text
from viz.page.document import document
from viz.page.gather import ladders_of, page_data
from viz.page.subject import subject_of

PageTheme = Literal["light", "dark", "auto"]

SENTENCE_MAX = (
    "Max pooling keeps one number of each window and remembers where it was: its gradient goes back there."
)
MOST_DRAWN_ROWS = 400
TOO_LONG = "<p>This ladder is too long for one drawing; viz.draw with a small depth shows it folded.</p>"
SENTENCE = "Down the left the values are computed; up the right their gradients come back."
SENTENCE_FORWARD = "Nothing here wants a gradient, so only the way forward is shown."


@dataclass(frozen=True, slots=True)
class Page:
    """An interactive page: one HTML text that needs no network.

    Attributes
    ----------
    html : str
        The whole file.
    title : str
        Its heading.
    path : Path or None
        Where it was written.
    text : str
        The ladder as plain text.
    ladder : str
        The ladder as SVG, for where no script may run.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> page = explore((x * x).sum())
    >>> page.html.startswith("<!doctype html>")
    True
    """

    html: str
    title: str
    path: Path | None
    text: str
    ladder: str = ""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page; the file appears whole or not at all.

        Raises
        ------
        UnknownFormatError
            The name does not end in .html or .htm.
        WriteError
            The folder does not exist or can't be written to.
        """
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise UnknownFormatError(
                f"can't write {target.name!r}: a page is written as .html; viz.draw writes other formats"
            )
        check_place(target)
        write_whole(target, self.html.encode("utf-8", "replace"))
        return target

    def _repr_html_(self) -> str:
        """A frame that holds the page, for notebooks; it may run the page's own script and nothing else.

        It lies upon the ladder as an image: what viewers that drop frames show instead.
        """
        title = html.escape(self.title)
        frame = (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" width="100%" height="760" '
            f'title="{title}" style="border:0;grid-area:1/1"></iframe>'
        )
        if not self.ladder:
            return frame
        ladder = image(self.ladder, self.title, 'style="max-width:100%;max-height:760px;grid-area:1/1"')
        return f'<div style="display:grid">{ladder}{frame}</div>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # the notebook's protocol passes both; viewers that don't take HTML find the ladder
        bundle = {"text/html": self._repr_html_(), "text/plain": self.text}
        return bundle | ({"image/svg+xml": self.ladder} if self.ladder else {})

    def __repr__(self) -> str:
        where = "not written" if self.path is None else f"in {self.path}"
        return f'<Page "{self.title}", {len(self.html) / 1000:.0f} kB, {where}>'


def explore(
    what: Any,
    path: str | os.PathLike[str] | None = None,
    *examples: Any,
    depth: int | None = None,
    theme: PageTheme = "auto",
) -> Page:
    """Make an interactive page of what was computed, and how its gradient flows back.

    The page is one HTML file without any network access. On its left stands the ladder, on its right one
    step: a pooling live, with values to drag and settings to change, or the values, gradients and gradient
    rule of any other step.

    Parameters
    ----------
    what : Tensor, sequence of Tensor, Graph, GradientGraph, or callable
        As for `draw`. Of a Graph, whose values are gone, only the structure is shown.
    path : path, optional
        Where to write the page (.html); without it the page is only returned, for notebooks.
    *examples : array, Tensor, or tuple of int
        Arguments for a callable ``what``; a tuple of whole numbers is a shape, and then nothing is computed.
    depth : int, optional
        Levels of modules to open; by default the deepest level with at most 40 rows.
    theme : {"light", "dark", "auto"}
        Colours to start with; "auto" follows the reader's system.

    Returns
    -------
    Page
        Shows itself in notebooks; ``.save("x.html")`` writes it.

    Raises
    ------
    UndrawableError
        ``what`` is none of the above, lacks an example, or has too many operations for a page; the theme is
        unknown; an example stands where the path belongs.
    UnknownFormatError
        The path does not end in .html or .htm.
    WriteError
        The file can't be written.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([[[[1.0, 5.0, 2.0], [2.0, 3.0, 4.0]]]], requires_grad=True, name="x")
    >>> page = explore(ag.max_pool2d(x, 2, stride=1).sum())
    >>> "http://" in page.html.replace("http://www.w3.org", "")
    False
    """
    check_theme(theme)
    if path is not None and not isinstance(path, (str, os.PathLike)):
        raise UndrawableError(
            f"the second argument of explore is the path to write to, and this is a {type(path).__name__}; "
            "examples follow it: viz.explore(net, None, x), or viz.explore(net, 'page.html', (1, 1, 32, 32))"
        )
    subject = subject_of(what, examples)
    ladders, first = ladders_of(subject.picture, depth)
    ladder = ladders[first]
    data = page_data(subject, ladders, first)
    whole = to_svg(ladder_scene(ladder), "auto") if len(ladder.rows) <= MOST_DRAWN_ROWS else TOO_LONG
    title = str(data["title"])
    has_max = any(isinstance(pool, dict) and pool["kind"] == "max" for pool in _pools(data))
    sentence = SENTENCE_MAX if has_max else SENTENCE if data["has_backward"] else SENTENCE_FORWARD
    text = document(title, sentence, data, whole, theme)
    picture = whole if whole != TOO_LONG else ""
    page = Page(text, title, None, ladder_text(ladder), picture)
    return page if path is None else replace(page, path=page.save(path))


def _pools(data: dict[str, object]) -> list[object]:
    pools = data["pools"]
    return list(pools.values()) if isinstance(pools, dict) else []
