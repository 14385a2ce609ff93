"""SVG: well-formed, escaped, self-contained, and light, dark or following the reader."""

import xml.etree.ElementTree as ET

import pytest

from viz.canvas.scene import Arc, Circle, Curve, Group, Hatch, Item, Line, Polygon, Rect, Scene, Span, Text
from viz.canvas.svg import escape, number, to_svg
from viz.canvas.theme import DARK, LIGHT
from viz.errors import UndrawableError

SVG = "{http://www.w3.org/2000/svg}"
EVERYTHING: tuple[Item, ...] = (
    Rect(1, 2, 3, 4, "forward", "ink", radius=2, dash="dashed"),
    Circle(5, 5, 2, None, "backward", 2, "dotted"),
    Polygon(((0, 0), (1, 0), (1, 1)), "parameter"),
    Line(((0, 0), (10, 0), (10, 10)), "saved", 2, "dotted", radius=3, head="open"),
    Line(((0, 0), (10, 0)), "backward", 3, head="filled"),
    Curve(((0, 0), (1, 1), (2, 1), (3, 0)), head="filled"),
    Arc(5, 5, 3, 90, 270),
    Hatch(0, 0, 20, 20),
    Text(1, 1, (Span("bold", bold=True), Span(" red", fill="backward")), mono=True, italic=True),
    Text(1, 1, "0.5", length=20, anchor="end"),
    Group((Rect(0, 0, 1, 1),), id="a", title="t", link="7", data=(("window", "e"),)),
)


def scene(*items: Item, title: str = "A title", description: str = "What it shows") -> Scene:
    return Scene(100, 50, title, description, items)


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_every_shape_is_well_formed(theme: str) -> None:
    root = ET.fromstring(to_svg(scene(*EVERYTHING), theme))
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 100 50"
    assert (root.get("width"), root.get("height")) == ("100", "50")
    assert not [element for element in root.iter() if element.get("style") or element.get("href")]
    assert not root.findall(f".//{SVG}script")


def test_screen_readers_get_title_and_description() -> None:
    root = ET.fromstring(to_svg(scene()))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == ("A title", "What it shows")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert root.get("role") == "img"


def test_ids_are_stable_and_differ_between_drawings() -> None:
    first, again, other = to_svg(scene()), to_svg(scene()), to_svg(scene(title="Another"))
    assert first == again
    assert ET.fromstring(first).get("aria-labelledby") != ET.fromstring(other).get("aria-labelledby")


HOSTILE = "<script>alert(1)</script> \"quoted\" 'single' & \x00\x1b\x9f\ud800\uffff\u202e]]>\n\t"


def test_hostile_text_stays_text() -> None:
    items = (Text(0, 0, HOSTILE), Group((), id=HOSTILE, title=HOSTILE, link=HOSTILE, data=(("w", HOSTILE),)))
    root = ET.fromstring(to_svg(scene(*items, title=HOSTILE, description=HOSTILE)))
    assert not root.findall(f".//{SVG}script")
    text = root.find(f"{SVG}text")
    assert text is not None
    assert text.text is not None
    assert text.text.startswith("<script>alert(1)</script> \"quoted\" 'single' & ")
    assert not any(ord(character) < 32 or character in "\ud800\u202e\uffff" for character in text.text)


def test_escape_leaves_other_languages_alone() -> None:
    assert escape("Größe 卷积 −0.5 × ∞") == "Größe 卷积 −0.5 × ∞"


def test_a_theme_draws_its_own_colours() -> None:
    item = Rect(0, 0, 1, 1, "forward")
    assert LIGHT.colour("forward") in to_svg(scene(item))
    assert LIGHT.colour("forward") not in to_svg(scene(item), "dark")
    assert DARK.colour("forward") in to_svg(scene(item), "dark")


def test_auto_is_light_with_dark_rules_for_screens() -> None:
    svg = to_svg(scene(Rect(0, 0, 1, 1, "forward", "ink")), "auto")
    assert f'fill="{LIGHT.colour("forward")}"' in svg
    assert "@media screen and (prefers-color-scheme:dark)" in svg
    assert f".viz-f-forward{{fill:{DARK.colour('forward')}}}" in svg
    assert 'class="viz-f-forward viz-s-ink"' in svg


def test_fixed_themes_need_no_styles() -> None:
    assert "<style" not in to_svg(scene(*EVERYTHING))
    assert "class=" not in to_svg(scene(*EVERYTHING))


def test_the_card_is_opaque_and_behind_everything() -> None:
    rectangle = ET.fromstring(to_svg(scene(Circle(1, 1, 1)))).find(f"{SVG}rect")
    assert rectangle is not None
    assert rectangle.get("fill") == LIGHT.colour("paper")
    assert (rectangle.get("width"), rectangle.get("height")) == ("99", "49")


def test_numbers_are_short_and_finite() -> None:
    assert [number(value) for value in (1.0, 1.239, -0.001, 10, 100.5)] == ["1", "1.24", "0", "10", "100.5"]
    with pytest.raises(UndrawableError, match="nan"):
        to_svg(scene(Circle(float("nan"), 0, 1)))


def test_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(UndrawableError, match="'sepia'; there are 'light', 'dark', 'auto'"):
        to_svg(scene(), "sepia")
