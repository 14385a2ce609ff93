"""Fingers and screen readers: a tap is a hover and a pin, a finger drags, captions are told."""

from __future__ import annotations

import pytest

from .measuring import MOVING, faults

pytestmark = pytest.mark.browser


def cell(page, grid, row, column):
    return page.locator(f'[role="gridcell"][data-grid="{grid}"][data-row="{row}"][data-column="{column}"]')


def caption(page):
    return page.locator(".caption").inner_text()


def test_a_tap_explains_and_pins_and_a_second_one_unpins(visit):
    page = visit("lecture", "row=2", width=390, height=844, touch=True, motion=MOVING)
    for grid, row, column, words in (
        ("dx", 3, 1, "0.4"),
        ("saved", 1, 1, "Switch of window e"),
        ("x", 3, 1, "X(3, 1) = 5 wins windows d and g"),
    ):
        cell(page, grid, row, column).tap()
        assert words in caption(page)
        assert page.locator(".pinned").count() == 1
        cell(page, grid, row, column).tap()
        assert page.locator(".pinned").count() == 0
    assert faults(page) == []


def test_a_finger_drags_a_cell(visit):
    page = visit("lecture", "row=2", touch=True, motion=MOVING)
    box = cell(page, "x", 3, 1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": p} for p in points]}
        )

    touch("touchStart", y)
    for step in range(1, 7):
        touch("touchMove", y - 8 * step)
    touch("touchEnd")
    assert cell(page, "x", 3, 1).get_attribute("class").endswith("nudged")
    assert float(cell(page, "x", 3, 1).locator(".number").text_content()) == 5.4
    assert "gradient" in caption(page)


def test_taps_reach_rows_settings_and_the_scrubber(visit):
    page = visit("lecture", "row=2", width=390, height=844, touch=True, motion=MOVING)
    page.locator(".mark").nth(2).tap()
    assert page.locator(".mark[aria-current]").inner_text() == "remember"
    page.locator(".step.forward").nth(2).tap()
    assert "multiply" in page.locator("#panel h2").inner_text()


def test_what_changes_is_told(visit):
    """Captions stand in one live region, so that screen readers tell each as it comes, politely."""
    page = visit("lecture", "row=2", motion=MOVING)
    region = page.locator('[role="status"][aria-live="polite"]')
    assert region.count() == 1
    page.evaluate(
        """() => {
            window.told = [];
            const region = document.querySelector('[aria-live]');
            new MutationObserver(() => window.told.push(region.textContent)).observe(
                region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.keyboard.press("ArrowLeft")
    cell(page, "dx", 3, 3).focus()
    told = page.evaluate("window.told")
    assert any("1.1" in words for words in told)
    assert "1.9" in told[-1]
    roles = page.evaluate(
        """() => [...document.querySelectorAll('[role="grid"]')].map((grid) =>
            [grid.ariaLabel, grid.querySelectorAll('[role="gridcell"][aria-label]').length])"""
    )
    assert all(name and count for name, count in roles)


def test_escape_lets_go_of_everything(visit):
    page = visit("lecture", "row=2&pin=dx.3.1", motion=MOVING)
    assert page.locator(".pinned").count() == 1
    page.get_by_role("button", name="predict").click()
    page.keyboard.press("Escape")
    assert page.locator(".pinned").count() == 0
    assert "pin" not in page.url
    assert "?" not in page.locator('[data-grid="dx"] .number').all_text_contents()
