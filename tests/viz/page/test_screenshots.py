"""A few parts of the page as pictures, drawn with a font of our own and compared with tolerance.

What the other tests count and measure can be right while the whole looks wrong. To renew the references
after a wanted change: ``AUTOGRAD_CNN_SCREENSHOTS=1 pytest tests/viz/page/test_screenshots.py``; then look.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent / "screenshots"
LEVELS = 48  # of 255: a pixel further off differs, and is no matter of smoothing
SHARE = 0.01  # of the pixels may differ
WIDTH, HEIGHT = 1280, 900

# name: subject, fragment, colours, what is looked at
PARTS = {
    "routing_light": ("lecture", "row=2", "light", ".routing"),
    "routing_dark": ("lecture", "row=2", "dark", ".routing"),
    "ladder_light": ("residual", "", "light", "#ladder"),
    "step_dark": ("formula", "row=2", "dark", ".card.backward"),
}


@pytest.fixture
def shoot(browser: Any, pages: Callable[[str], str]) -> Iterator[Callable[..., Any]]:
    """Take the picture of a part of a page in the bundled font, with its story at its end."""
    contexts = []
    font = base64.b64encode((FOLDER / "DejaVuSans-subset.woff").read_bytes()).decode()
    style = (
        f"@font-face {{ font-family: Bundled; src: url(data:font/woff;base64,{font}); }}"
        "* { font-family: Bundled !important; caret-color: transparent !important; }"
        ".routing text, .routing tspan { font-family: Bundled !important; }"
    )

    def picture(subject: str, fragment: str, scheme: str, part: str, stop: int | None = None) -> Any:
        image = pytest.importorskip("PIL.Image")
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            reduced_motion="reduce",
            color_scheme=scheme,
            bypass_csp=True,  # the page's own policy refuses a foreign style, and so it should
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(pages(subject) + (f"#{fragment}" if fragment else ""))
        page.add_style_tag(content=style)
        page.evaluate("document.fonts.ready")
        marks = page.locator(".mark")
        if marks.count():
            (marks.last if stop is None else marks.nth(stop)).click()
        page.mouse.move(0, 0)
        shot = page.locator(part).first.screenshot(animations="disabled")
        return np.asarray(image.open(io.BytesIO(shot)).convert("RGB"), np.int16)

    yield picture
    for context in contexts:
        context.close()


def differing(a: Any, b: Any) -> float:
    """The share of the pixels that differ; all of them where the sizes do by more than a pixel."""
    if np.abs(np.subtract(a.shape, b.shape)).max() > 1:
        return 1.0
    rows, columns = np.minimum(a.shape[:2], b.shape[:2])
    return float((np.abs(a[:rows, :columns] - b[:rows, :columns]).max(-1) > LEVELS).mean())


@pytest.mark.parametrize("name", PARTS)
def test_looks_as_it_did(shoot: Any, name: str, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    found = shoot(*PARTS[name])
    path = FOLDER / f"{name}.png"
    if os.environ.get("AUTOGRAD_CNN_SCREENSHOTS"):
        image.fromarray(found.astype(np.uint8)).quantize(64).save(path, optimize=True)
    wanted = np.asarray(image.open(path).convert("RGB"), np.int16)
    share = differing(found, wanted)
    if share > SHARE:
        image.fromarray(found.astype(np.uint8)).save(tmp_path / f"{name}.png")
    assert share <= SHARE, f"{share:.1%} of the pixels differ; now it looks like {tmp_path / name}.png"


def test_the_comparison_sees_a_missing_panel(shoot: Any) -> None:
    part = PARTS["routing_light"]
    assert differing(shoot(*part), shoot(*part)) == 0
    assert differing(shoot(*part), shoot(*part, stop=0)) > 2 * SHARE
