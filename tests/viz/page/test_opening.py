"""Every page opens from a file without a network, an error or a forbidden act, and is laid out well."""

from __future__ import annotations

import pytest

from .measuring import MOVING, faults
from .subjects import NASTY, SUBJECTS

pytestmark = pytest.mark.browser

SIZES = [(1280, 800), (1600, 1000), (1024, 700), (390, 844)]


@pytest.mark.parametrize("name", SUBJECTS)
def test_opens_quietly_and_is_laid_out(visit, name):
    page = visit(name)
    assert page.locator("h1").inner_text().strip()
    assert page.locator(".caption").inner_text().strip()
    assert faults(page) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "fragment"), [("lecture", ""), ("lenet", "row=4"), ("lenet", "row=2"), ("residual", "")]
)
def test_layout_in_windows_of_all_sizes(visit, name, fragment, size):
    page = visit(name, fragment, *size)
    assert faults(page) == []


def test_every_step_can_be_opened(visit):
    page = visit("lenet")
    for index in range(page.locator(".row").count()):
        page.locator(".row").nth(index).locator(".step.forward").click()
        assert faults(page) == []
        assert page.locator(".row.selected").get_attribute("data-row") == str(index)


def test_every_still_of_the_story_is_laid_out(visit):
    page = visit("lecture", "row=2")
    for index in range(page.locator(".mark").count()):
        page.locator(".mark").nth(index).click()
        assert faults(page) == []


def test_names_are_text_and_never_markup(visit):
    page = visit("nasty")
    assert page.locator("script").count() == 2
    assert page.locator("img").count() == 0
    shown = page.locator(".step.parameter").first.inner_text()
    assert NASTY.split('"')[0] in shown


def test_an_empty_array_says_so(visit):
    page = visit("empty")
    page.locator(".step.parameter").first.click()
    assert "nothing to show" in page.locator(".card.forward").inner_text()


def test_first_sight_is_the_pool_and_plays_once(visit):
    page = visit("lecture", motion=MOVING)
    assert "max_pool2d" in page.locator(".row.selected .step.forward").inner_text()
    assert page.locator(".play").get_attribute("aria-label") == "pause"


def test_without_a_pool_the_first_gradient_rule_is_shown(visit):
    page = visit("formula")
    assert page.locator(".row.selected .step.backward").count() == 1
    assert page.locator(".card.backward .formula").inner_text()
