"""A real Chromium, cut off from every network, for the tests marked `browser`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import viz

from .subjects import SUBJECTS

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(e.violatedDirective));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Debian's package chromium")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """From a subject's name to the address of its page, written once."""
    folder = tmp_path_factory.mktemp("pages")
    known: dict[str, str] = {}

    def address(name: str) -> str:
        if name not in known:
            path = folder / f"{name.replace(' ', '_')}.html"
            viz.explore(SUBJECTS[name](), path)
            known[name] = path.as_uri()
        return known[name]

    return address


@pytest.fixture
def visit(browser: Any, pages: Callable[[str], str]) -> Iterator[Callable[..., Any]]:
    """Open a subject's page; when the test ends, there must have been no error and no forbidden act.

    The page stands still, or it would play its story in every test; those about motion say ``motion=MOVING``.
    """
    opened = []

    def open_page(
        name: str,
        fragment: str = "",
        width: int = 1280,
        height: int = 800,
        motion: str = "reduce",
        touch: bool = False,
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion=motion, offline=True, has_touch=touch
        )
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: _note_foreign(request.url, troubles))
        page.add_init_script(WATCH)
        page.goto(pages(name) + (f"#{fragment}" if fragment else ""))
        opened.append((context, page, troubles))
        return page

    yield open_page
    for context, page, troubles in opened:
        assert troubles == []
        assert page.evaluate("window.violations") == []
        assert page.evaluate("document.querySelectorAll('[style]').length") == 0
        context.close()


def _note_foreign(url: str, troubles: list[str]) -> None:
    if not url.startswith(("file:", "data:")):
        troubles.append(f"asked for {url}")
