"""The animated SVG in a real browser: it plays, also inside <img>, stops where asked, and ends as drawn."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
import viz

pytestmark = pytest.mark.browser

RUNNING = "document.getAnimations().filter(a => a.playState === 'running').length"
SEEK = "t => document.getAnimations().forEach(a => { a.pause(); a.currentTime = t * 1000; })"


@pytest.fixture(scope="module")
def film() -> viz.Animation:
    x = ag.tensor(np.array([[[[1.0, 5.0, 2.0], [2.0, 3.0, 4.0]]]], np.float32), requires_grad=True)
    return viz.animate(ag.max_pool2d(x, 2, stride=1), cotangent=[[[[0.4, 0.7]]]])


def _difference(first: bytes, second: bytes) -> float:
    """How far two pictures are apart, in steps of 255, on average."""
    image = pytest.importorskip("PIL.Image")
    one, other = (np.asarray(image.open(io.BytesIO(png)).convert("RGB"), np.int64) for png in (first, second))
    return float(np.abs(one - other).mean())


def opened(browser: Any, path: Path, **more: Any) -> Any:
    page = browser.new_page(viewport={"width": 1000, "height": 600}, **more)
    page.goto(path.as_uri())
    return page


def test_it_plays_and_its_end_is_the_still_picture(browser: Any, film: viz.Animation, tmp_path: Path) -> None:
    page = opened(browser, film.save(tmp_path / "pool.svg"))
    assert page.evaluate(RUNNING) > 10
    page.evaluate(SEEK, 0.2)
    early = page.screenshot()
    page.evaluate(SEEK, film.seconds + 1)
    end = page.screenshot()
    page.close()
    still = opened(browser, film.frames()[-1].save(tmp_path / "still.svg"))
    # Text on a layer of its own is smoothed a little differently.
    assert _difference(still.screenshot(), end) < 0.5 < _difference(early, end)
    still.close()


def test_less_motion_shows_the_last_picture(browser: Any, film: viz.Animation, tmp_path: Path) -> None:
    page = opened(browser, film.save(tmp_path / "pool.svg"), reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    still = opened(browser, film.frames()[-1].save(tmp_path / "still.svg"))
    assert page.screenshot() == still.screenshot()
    page.close()
    still.close()


def test_it_plays_inside_img(browser: Any, film: viz.Animation, tmp_path: Path) -> None:
    film.save(tmp_path / "pool.svg")
    (tmp_path / "page.html").write_text('<img src="pool.svg" alt="">')
    page = opened(browser, tmp_path / "page.html")
    page.wait_for_timeout(100)
    first = page.screenshot()
    page.wait_for_timeout(1500)
    assert page.screenshot() != first
    page.close()
