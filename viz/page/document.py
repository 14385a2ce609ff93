"""Puts a page together: markup, styles, scripts and data in one file that loads nothing.

A policy in the page's head allows exactly the one style sheet and the one script that it was written with,
known by their hashes. Data stands in a block that browsers don't run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from importlib.resources import files

from viz.canvas.svg import escape
from viz.canvas.theme import DARK, LIGHT, Theme

STYLES = ("page.css", "ladder.css", "panel.css", "routing.css", "filmstrip.css")
SCRIPTS = (
    "numbers.js",
    "pooling.js",
    "dom.js",
    "state.js",
    "routing_layout.js",
    "routing_rulers.js",
    "routing_marks.js",
    "routing_cells.js",
    "routing_frame.js",
    "routing_view.js",
    "filmstrip.js",
    "story.js",
    "scrubber.js",
    "words.js",
    "nudge.js",
    "predict.js",
    "listening.js",
    "settings.js",
    "pool_panel.js",
    "heatmap.js",
    "node_panel.js",
    "thumbs.js",
    "ladder.js",
    "search.js",
    "frame.js",
    "main.js",
)
"""In the order in which they are joined: while it is run, each needs only itself and earlier files."""


def document(title: str, sentence: str, data: dict[str, object], drawing: str, theme: str) -> str:
    """The text of the file.

    Parameters
    ----------
    title, sentence : str
        The heading, and the one sentence under it.
    data : dict
        What `page_data` gave.
    drawing : str
        The whole ladder as SVG, for readers without scripts, and for the page's second view.
    theme : {"light", "dark", "auto"}
        The colours to start with.
    """
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _asset("page.html").format(
        policy=policy,
        theme=theme,
        title=escape(title),
        sentence=escape(sentence),
        style=style,
        drawing=_embedded(drawing),
        data=data_block(data),
        script=script,
    )


def data_block(data: dict[str, object]) -> str:
    r"""JSON that can't end the block it stands in.

    Examples
    --------
    >>> print(data_block({"name": "</script><script>alert(1)"}))
    {"name":"\u003c/script\u003e\u003cscript\u003ealert(1)"}
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=1)
def _style() -> str:
    light, dark = _colours(LIGHT), _colours(DARK)
    dark_rule = f"{{color-scheme:dark;{dark}}}"
    themes = (
        f":root{{color-scheme:light;{light}}}\n"
        f'@media screen and (prefers-color-scheme:dark){{:root[data-theme="auto"]{dark_rule}}}\n'
        f'@media screen{{:root[data-theme="dark"]{dark_rule}}}\n'
    )
    roles = "".join(
        f".viz-f-{role}{{fill:var(--{_variable(role)})}}.viz-s-{role}{{stroke:var(--{_variable(role)})}}\n"
        for role in LIGHT.colours
    )
    return themes + roles + "".join(_asset(name) for name in STYLES)


@lru_cache(maxsize=1)
def _script() -> str:
    joined = "\n".join(_asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{joined}\n}})();\n'


def _colours(theme: Theme) -> str:
    return "".join(f"--{_variable(role)}:{theme.colour(role)};" for role in theme.colours)


def _variable(role: str) -> str:
    return role.replace("_", "-")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _asset(name: str) -> str:
    return files("viz.page").joinpath("assets", name).read_text(encoding="utf-8")


def _embedded(svg: str) -> str:
    """A drawing without its own style sheet: the page's colours hold for its classes."""
    return re.sub(r"<style>.*?</style>", "", svg, count=1, flags=re.DOTALL)
