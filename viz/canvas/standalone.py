"""A drawing as HTML: a file that loads nothing, runs nothing and tells the same in words; or an image."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from viz.canvas.svg import escape
from viz.canvas.theme import DARK, LIGHT

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: {scheme}; }}
body {{ margin: 16px; background: {paper}; color: {ink}; font-family: sans-serif; }}
{dark}
img {{ display: block; max-width: 100%; height: auto; margin: 0 auto 16px; }}
details {{ max-width: 960px; margin: 0 auto; }}
pre {{ overflow-x: auto; }}
</style>
</head>
<body>
<main>
{images}
</main>
<details><summary>The same in words</summary><pre>{text}</pre></details>
</body>
</html>
"""


def html_page(
    title: str, svgs: Sequence[str], sizes: Sequence[tuple[float, float]], text: str, theme: str
) -> str:
    """Give the file's text: each drawing as an image of its own, so that no two share names or styles.

    Parameters
    ----------
    title : str
        Heading of the window, and what screen readers say for each image.
    svgs : sequence of str
        The drawings, in order.
    sizes : sequence of (width, height)
        Theirs, in pixels.
    text : str
        The same content in words.
    theme : {"light", "dark", "auto"}
        Colours around the drawings.
    """
    colours, dark = (DARK if theme == "dark" else LIGHT).colours, DARK.colours
    switch = f"body {{ background: {dark['paper']}; color: {dark['ink']}; }}"
    images = "\n".join(
        image(svg, _named(title, number, len(svgs)), f'width="{width:g}" height="{height:g}"')
        for number, (svg, (width, height)) in enumerate(zip(svgs, sizes, strict=True), 1)
    )
    return _PAGE.format(
        policy=_POLICY,
        title=escape(title),
        scheme="light dark" if theme == "auto" else theme,
        paper=colours["paper"],
        ink=colours["ink"],
        dark=f"@media (prefers-color-scheme: dark) {{ {switch} }}" if theme == "auto" else "",
        images=images,
        text=escape(text),
    )


def image(svg: str, words: str, attributes: str) -> str:
    """Give the HTML element that shows a drawing, with words for those who don't see it."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" {attributes} alt="{escape(words)}">'


def notebook_bundle(svg: str, title: str, text: str) -> dict[str, str]:
    """Give what notebooks show of a drawing, from MIME type to content.

    Notebooks that are not trusted drop SVG, but not the same drawing as an image in HTML.
    """
    return {
        "text/html": image(svg, title, 'style="max-width:100%"'),
        "image/svg+xml": svg,
        "text/plain": text,
    }


def _named(title: str, number: int, count: int) -> str:
    return title if count == 1 else f"{title}, page {number} of {count}"
