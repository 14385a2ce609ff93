"""The ladder, the panel of other steps, search, theme, help, the whole ladder."""

from __future__ import annotations

import pytest

import viz

from .subjects import lecture_loss

pytestmark = pytest.mark.browser


def test_a_step_shows_values_gradient_formula_settings_and_line(visit):
    page = visit("lenet", "row=2")
    forward, backward = page.locator(".card.forward"), page.locator(".card.backward")
    assert "5 × 5" in forward.inner_text()
    assert "float32" in backward.inner_text()
    assert "transposed convolution" in backward.locator(".formula").inner_text()
    assert forward.locator(".heatmap .cell").count() == 784
    assert forward.locator(".histogram rect").count() == 20
    assert "cross_entropy" in page.locator(".card.source code").inner_text()
    assert "weight" in page.locator(".card.parameter").inner_text()


def test_a_heatmaps_cells_say_their_numbers(visit):
    page = visit("lenet", "row=2")
    first = page.locator(".card.forward .heatmap .cell").first
    first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".caption").inner_text().startswith("Y, row 0, column 1: ")


def test_arrays_bear_the_names_of_the_formula(visit):
    page = visit("formula", "row=2")
    forward, backward = page.locator(".card.forward"), page.locator(".card.backward")
    assert forward.locator(".formula").inner_text() == "Z = X × Y"
    assert forward.locator(".figures strong").first.inner_text() == "Z"
    assert backward.locator(".figures strong").first.inner_text() == "dZ, what arrives"
    shown = [part.locator("figcaption").first.inner_text() for part in (forward, backward)]
    assert shown[0].partition(" · ")[0] == shown[1].partition(" · ")[0]  # the same plane of both


def test_the_scrubber_walks_over_a_steps_parts(visit):
    page = visit("lenet", "row=2")
    page.keyboard.press("ArrowRight")
    assert page.locator(".card.now h3").inner_text() == "Kept for backward"
    page.keyboard.press("ArrowRight")
    assert page.locator(".card.now h3").inner_text() == "Backward"


def test_search_finds_rows_by_module_and_line(visit):
    page = visit("lenet", "row=2")
    page.keyboard.press("/")
    page.keyboard.type("s4")
    assert page.locator(".row.found").count() == 1
    page.keyboard.press("Enter")
    assert "s4" in page.locator("#panel h2").inner_text()
    page.locator("input[type=search]").fill("no such words")
    assert "No row" in page.locator(".caption").inner_text()


def test_themes_change_the_colours(visit):
    page = visit("lecture", "row=2")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    button = page.get_by_role("button", name="theme")
    button.click()
    button.click()
    assert page.evaluate(colour) == "rgb(20, 23, 28)"


def test_help_opens_and_closes(visit):
    page = visit("lecture", "row=2")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_the_whole_ladder_leads_to_its_steps(visit):
    page = visit("lenet", "row=2")
    page.get_by_role("button", name="whole ladder").click()
    assert page.locator("#whole svg").is_visible()
    page.locator('#whole [data-node="n6"]').first.click()
    assert "s4" in page.locator("#panel h2").inner_text()


def test_arrows_walk_along_the_ladder(visit):
    page = visit("lenet", "row=2")
    page.locator(".row.selected .step.backward").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".row.selected").get_attribute("data-row") == "2"


def test_skipping_wires_have_lanes_and_fan_outs_a_sum(visit):
    page = visit("residual")
    assert page.locator(".gutter.forward path").count() > 0
    assert page.locator(".step.backward", has_text="sum of 2").count() > 0


def test_without_scripts_the_ladder_is_there(browser, pages):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(pages("lenet"))
    assert page.locator("#whole svg").is_visible()
    assert not page.locator("#panel").is_visible()
    context.close()


def test_a_frame_in_a_notebook_runs_the_page(browser, tmp_path):
    path = tmp_path / "notebook.html"
    path.write_text(
        f"<!doctype html><body>{viz.explore(lecture_loss())._repr_html_()}</body>", encoding="utf-8"
    )
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(".mark").last.click()
    assert "9 gradients sent" in frame.locator(".caption").inner_text()
    assert troubles == []
    context.close()


def test_folding_keeps_the_step_that_is_shown(visit):
    page = visit("residual")
    while page.get_by_role("button", name="unfold").is_enabled():
        page.get_by_role("button", name="unfold").click()
    before = page.locator(".row").count()
    page.locator(".step.forward", has_text="conv2d").nth(2).click()
    module = page.locator("#panel h2 i").inner_text().strip()
    page.get_by_role("button", name="fold modules").click()
    assert page.locator(".row").count() < before
    assert page.locator("#panel h2 i").inner_text().strip().split(".")[0] == module.split(".")[0]
    assert "open=" in page.evaluate("location.hash")


def test_a_long_ladder_makes_only_the_rows_in_sight(visit):
    page = visit("long")
    assert page.locator(".row").count() < 150
    page.keyboard.press("/")
    page.keyboard.type("length 2 float32")
    page.keyboard.press("Enter")
    assert page.locator(".row.selected").get_attribute("data-row") == "0"
    page.locator("#ladder").evaluate("ladder => ladder.scrollTo(0, 40000)")
    page.wait_for_function("Number(document.querySelector('.row').dataset.row) > 800")


def test_rulers_name_the_windows_and_light_the_outlined_one(visit):
    page = visit("lecture", "row=2")
    page.locator(".mark").last.click()
    bars = page.locator(".rulers .ruler")
    assert sorted("".join(text.split()) for text in bars.all_text_contents()) == [
        *("abc", "adg", "beh", "cfi", "def", "ghi"),
    ]
    lit = {"".join(text.split()) for text in page.locator(".ruler.lit").all_text_contents()}
    assert lit == {"adg", "def"}  # window d
    boxes = [bar.bounding_box() for bar in bars.all()]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"] + 0.5
                or other["x"] + other["width"] <= one["x"] + 0.5
                or one["y"] + one["height"] <= other["y"] + 0.5
                or other["y"] + other["height"] <= one["y"] + 0.5
            )
            assert apart
