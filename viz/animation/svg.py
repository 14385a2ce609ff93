"""Writes a film as one SVG file that moves by itself: CSS keyframes, no script, so it plays inside <img> too.

The attributes of the file describe the last picture. Only readers with a screen, and without the wish for
less motion, get the keyframes on top; print, converters and everybody else see the last picture.
"""

from __future__ import annotations

import zlib

from viz.animation.film import Film, Layer
from viz.canvas.scene import Group, Scene
from viz.canvas.svg import number, to_svg

PLAYS = "screen and (prefers-reduced-motion:no-preference)"

FADE = 0.25
"""Seconds in which words and numbers appear; what they replace is gone at once, so no two are mixed."""


def animated_svg(film: Film, theme: str, *, loop: bool) -> str:
    """The film as the text of an SVG file.

    Parameters
    ----------
    film : Film
        What to show.
    theme : {"light", "dark", "auto"}
        The colours.
    loop : bool
        Whether it starts again at its end; else the last picture stays.

    Raises
    ------
    UndrawableError
        No theme has this name.
    """
    # Several drawings may stand in one document, where names of keyframes are shared.
    content = repr((film.title, film.description, theme, loop)).encode("utf-8", "replace")
    name = f"viz-{zlib.crc32(content):08x}"
    groups, plays, frames, hidden = [], [], [], []
    for count, layer in enumerate(film.layers):
        key = f"{name}-{count}"
        moving = bool(layer.start > 0 or layer.end is not None or layer.stops)
        groups.append(Group(layer.items, id=key if moving else None))
        if moving:
            plays.append(f"#{key}{{animation-name:{key}}}")
            frames.append(f"@keyframes {key}{{{_keyframes(layer, film.seconds)}}}")
        if layer.end is not None:
            hidden.append(key)
    times = f"animation:{number(film.seconds)}s linear {'infinite' if loop else '1'} both"
    every = f'g[id^="{name}-"]{{{times}}}' if plays else ""
    style = f"<style>\n@media {PLAYS}{{{every}{''.join(plays)}}}\n{chr(10).join(frames)}\n</style>"
    scene = Scene(film.width, film.height, film.title, film.description, tuple(groups))
    text = to_svg(scene, theme).replace("</desc>\n", f"</desc>\n{style}\n", 1)
    for key in hidden:
        text = text.replace(f'<g id="{key}">', f'<g id="{key}" opacity="0">', 1)
    return text


def _keyframes(layer: Layer, seconds: float) -> str:
    """CSS for one layer: cuts in opacity (soft ones fade in), eased glides in place."""
    marks: dict[float, str] = {}
    end = seconds if layer.end is None else layer.end

    def mark(time: float, *, shown: bool, eased: bool = False) -> None:
        x, y = layer.offset(time)
        looks = f"opacity:{int(shown)}"
        if layer.stops:
            looks += f";transform:translate({number(x)}px,{number(y)}px)"
        marks[round(100 * time / seconds, 3)] = looks + (";animation-timing-function:ease-in-out" * eased)

    # A cut is two keyframes a hair apart.
    hair = seconds * 2e-5
    if layer.start > 0:
        mark(0, shown=False)
        mark(layer.start - hair, shown=False)
    for stop in layer.stops:
        if layer.start < stop.time < end - hair:
            mark(stop.time, shown=True, eased=True)
    if layer.soft and layer.start + FADE < end - hair:
        mark(layer.start, shown=False)
        mark(layer.start + FADE, shown=True)
    else:
        mark(layer.start, shown=True, eased=any(stop.time <= layer.start for stop in layer.stops))
    if end < seconds:
        mark(end - hair, shown=True)
        mark(end, shown=False)
    mark(seconds, shown=layer.end is None)
    return "".join(f"{_percent(percent)}%{{{looks}}}" for percent, looks in sorted(marks.items()))


def _percent(percent: float) -> str:
    # three decimals: cuts lie closer together than coordinates are rounded
    return f"{percent:.3f}".rstrip("0").rstrip(".")
