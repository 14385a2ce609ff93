"""Colours by role. A scene names roles ("forward", "saved"); a theme turns each into a colour.

So one scene is drawn light, dark, or "auto" (the browser decides), and only this file knows a colour.
Roles are also told apart by line, shape and sign, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from viz.errors import UndrawableError

Role = Literal[
    "forward",
    "backward",
    "saved",
    "parameter",
    "paper",
    "ink",
    "muted",
    "grid",
    "panel",
    "value",
    "forward_tint",
    "backward_tint",
    "saved_tint",
    "parameter_tint",
    "on_forward",
    "on_backward",
    "negative3",
    "negative2",
    "negative1",
    "zero",
    "positive1",
    "positive2",
    "positive3",
    "on_weak",
    "on_strong",
]
"""What a colour means.

forward, backward, saved, parameter : the four kinds of things; with ``_tint`` a quiet fill of that colour,
    with ``on_`` text on the full colour.
paper, panel, value : the card, a raised area on it, a cell that holds a plain number.
ink, muted, grid : text and strong lines, quiet text, thin lines.
negative3 .. zero .. positive3 : the diverging fill of gradients (see `gradient_role`); ``on_weak`` is text on
    classes up to 2, ``on_strong`` is text on class 3.
"""

ThemeName = Literal["light", "dark", "auto"]


@dataclass(frozen=True, slots=True)
class Theme:
    """A name and a colour (``#RRGGBB``) for every role."""

    name: str
    colours: Mapping[Role, str]

    def colour(self, role: Role) -> str:
        """The colour of ``role``."""
        return self.colours[role]


LIGHT = Theme(
    "light",
    MappingProxyType(
        {
            "forward": "#0072B2",
            "backward": "#C44E00",
            "saved": "#332288",
            "parameter": "#6E6E6E",
            "paper": "#FFFFFF",
            "ink": "#111111",
            "muted": "#5A6068",
            "grid": "#C9CED6",
            "panel": "#F5F7FA",
            "value": "#FFFFFF",
            "forward_tint": "#E3F1FA",
            "backward_tint": "#FCEBDD",
            "saved_tint": "#EAE8F5",
            "parameter_tint": "#EEEEEE",
            "on_forward": "#FFFFFF",
            "on_backward": "#FFFFFF",
            "negative3": "#01665E",
            "negative2": "#5AB4AC",
            "negative1": "#C7EAE5",
            "zero": "#F7F7F7",
            "positive1": "#FEE0B6",
            "positive2": "#F1A340",
            "positive3": "#B35806",
            "on_weak": "#111111",
            "on_strong": "#FFFFFF",
        }
    ),
)
# On a dark card the ramp starts dark, so that zeros stay quiet and large gradients shine.
DARK = Theme(
    "dark",
    MappingProxyType(
        {
            "forward": "#6BB8F0",
            "backward": "#FF8C42",
            "saved": "#F5D547",
            "parameter": "#9AA3AF",
            "paper": "#14171C",
            "ink": "#E8EAED",
            "muted": "#A3ABB6",
            "grid": "#3D444F",
            "panel": "#1B1F26",
            "value": "#1B1F26",
            "forward_tint": "#16303F",
            "backward_tint": "#3B2415",
            "saved_tint": "#35311A",
            "parameter_tint": "#2A2F36",
            "on_forward": "#0B1116",
            "on_backward": "#180B02",
            "negative3": "#7FD6CC",
            "negative2": "#1F6F68",
            "negative1": "#17423F",
            "zero": "#20252C",
            "positive1": "#4A3014",
            "positive2": "#8A5010",
            "positive3": "#F6B25E",
            "on_weak": "#F1F3F5",
            "on_strong": "#111111",
        }
    ),
)
ROLES: tuple[Role, ...] = get_args(Role)
THEMES: Mapping[str, tuple[Theme, Theme | None]] = MappingProxyType(
    {"light": (LIGHT, None), "dark": (DARK, None), "auto": (LIGHT, DARK)}
)
"""For each theme's name: the colours, and those for readers who prefer dark (None: the same)."""


def check_theme(name: object) -> None:
    """Refuse a name that no theme has.

    Raises
    ------
    UndrawableError
        The name is none of `THEMES`.
    """
    if not isinstance(name, str) or name not in THEMES:
        raise UndrawableError(f"no theme is called {name!r}; there are {', '.join(map(repr, THEMES))}")


def gradient_role(value: float, largest: float) -> Role:
    """The fill of a gradient ``value`` where ``largest`` is the largest absolute value of the scale.

    Three equal classes on each side of zero; exactly zero (and NaN) is "zero".

    Examples
    --------
    >>> gradient_role(0.2, 0.9), gradient_role(-0.9, 0.9), gradient_role(0.0, 0.9)
    ('positive1', 'negative3', 'zero')
    """
    if value == 0 or value != value or largest == 0:
        return "zero"
    share = 1.0 if abs(value) == float("inf") else abs(value) / largest
    if share <= 1 / 3:
        return "positive1" if value > 0 else "negative1"
    if share <= 2 / 3:
        return "positive2" if value > 0 else "negative2"
    return "positive3" if value > 0 else "negative3"


def text_role_on(fill: Role) -> Role:
    """The text role that can be read on ``fill``."""
    if fill in ("positive3", "negative3"):
        return "on_strong"
    if fill == "forward":
        return "on_forward"
    if fill == "backward":
        return "on_backward"
    return "on_weak" if fill[:-1] in ("positive", "negative") else "ink"
