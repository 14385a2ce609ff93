"""The story, the scrubber, the keyboard, nudging, predicting, changed settings."""

from __future__ import annotations

import re

import pytest

from .measuring import MOVING, faults

pytestmark = pytest.mark.browser


def cell(page, grid, row, column):
    return page.locator(f'[role="gridcell"][data-grid="{grid}"][data-row="{row}"][data-column="{column}"]')


def number(page, grid, row, column):
    return cell(page, grid, row, column).locator(".number").text_content().removeprefix("= ")


def caption(page):
    return page.locator(".caption").inner_text()


def stop(page):
    return page.locator(".mark.now").inner_text()


def test_the_story_takes_about_ten_seconds_and_ends_with_everything(visit):
    page = visit("lecture", motion=MOVING)
    seen = []
    for _ in range(150):
        if stop(page) not in seen:
            seen.append(stop(page))
        if page.locator(".play").get_attribute("aria-label") == "play":
            break
        page.wait_for_timeout(100)
    assert seen == ["look", "keep", "remember", "go back", "losers", "add", "all"] or seen == [
        "keep", "remember", "go back", "losers", "add", "all",
    ]  # fmt: skip
    assert page.locator(".flyers > *").count() == 0
    assert "9 gradients sent, 6 cells received, 19 stayed 0" in caption(page)


def test_the_stills_tell_the_story_step_by_step(visit):
    page = visit("lecture", "row=2")
    captions = []
    for index in range(page.locator(".mark").count()):
        page.locator(".mark").nth(index).click()
        captions.append(caption(page))
    told = " ".join(captions)
    assert "keeps one number" in told
    assert "remembers where it was" in told
    assert "goes back there" in told
    assert "losers didn’t matter" in told
    assert "0.4 + 0.7 = 1.1" in told
    page.locator(".mark").nth(4).click()
    assert number(page, "dx", 3, 1) == "0.4"
    assert number(page, "dx", 2, 2) == "0"
    assert not cell(page, "dx", 0, 4).locator(".number").text_content()
    page.locator(".mark").nth(5).click()
    assert number(page, "dx", 3, 1) == "1.1"


def test_reduced_motion_moves_nothing_by_itself(visit):
    page = visit("lecture", motion="reduce")
    first = stop(page)
    page.wait_for_timeout(600)
    assert stop(page) == first == "keep"
    page.keyboard.press("Space")
    assert stop(page) == "remember"
    assert page.locator(".flyers > *").count() == 0


def test_keyboard_alone_is_enough(visit):
    page = visit("lecture", "row=2")
    page.keyboard.press("ArrowLeft")
    assert stop(page) == "add"
    page.keyboard.press("ArrowRight")
    assert stop(page) == "all"
    cell(page, "x", 0, 0).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert "X(3, 1) = 5 wins windows d and g" in caption(page)
    page.keyboard.press("Enter")
    assert page.locator(".pinned").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".pinned").count() == 0
    page.keyboard.press("/")
    page.keyboard.type("spreads to all")
    page.keyboard.press("Enter")
    assert "sum" in page.locator("#panel h2").inner_text()


def test_tab_reaches_every_part(visit):
    page = visit("lecture", "row=2")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.closest('[data-grid]')?.dataset.grid || document.activeElement.name"
                " || document.activeElement.className"
            )
        )
    assert {"x", "y", "saved", "dy", "dx", "window", "ties", "play"} <= reached


def test_space_plays_and_pauses(visit):
    page = visit("lecture", "row=2", motion=MOVING)
    page.keyboard.press("Space")
    assert page.locator(".play").get_attribute("aria-label") == "pause"
    page.keyboard.press("Space")
    assert page.locator(".play").get_attribute("aria-label") == "play"


@pytest.mark.parametrize(
    ("grid", "row", "column", "words"),
    [
        ("dx", 3, 3, "e 0.5 + f 0.6 + h 0.8 = 1.9"),
        ("dx", 0, 0, "Why 0?"),
        ("x", 2, 1, "a tie, and the first of them gets the gradient"),
        ("x", 0, 0, "loses in window a, where 4 is the largest"),
        ("saved", 0, 0, "number 6, counted from 0"),
        ("dy", 0, 0, "0.1 goes back to (2, 0)"),
        ("y", 2, 2, "Y of window i: 7, found at (4, 4)"),
    ],
)
def test_pointing_at_a_cell_explains_it(visit, grid, row, column, words):
    page = visit("lecture", "row=2")
    cell(page, grid, row, column).hover()
    assert words in caption(page)
    cell(page, grid, row, column).click()
    page.mouse.move(5, 5)
    assert words in caption(page)


def drag(page, row, column, steps):
    box = cell(page, "x", row, column).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 4 * steps, steps=2)
    page.mouse.move(x, y - 8 * steps, steps=2)


def test_dragging_a_loser_changes_nothing(visit):
    page = visit("lecture", "row=2", motion=MOVING)
    before = page.locator('[data-grid="y"] .number').all_text_contents()
    drag(page, 0, 0, 3)
    assert "a loser. Nothing changes in Y" in caption(page)
    page.mouse.up()
    assert page.locator('[data-grid="y"] .number').all_text_contents() == before


def test_dragging_a_winner_changes_y_and_the_loss_by_gradient_times_step(visit):
    page = visit("lecture", "row=2", motion=MOVING)
    drag(page, 3, 1, 2)
    found = re.search(r"loss by (\S+) = gradient 1.1 × step (\S+)\.$", caption(page))
    assert found is not None
    assert float(found[1]) == pytest.approx(1.1 * float(found[2]))
    page.mouse.up()


def test_passing_the_maximum_makes_ring_and_gradient_jump(visit):
    page = visit("lecture", "row=2", motion=MOVING)
    assert number(page, "dx", 0, 0) == "0"
    drag(page, 0, 0, 30)
    assert "ring and gradient jumped" in caption(page)
    page.mouse.up()
    assert number(page, "dx", 0, 0) == "0.1"
    assert number(page, "dx", 2, 0) == "0"
    assert page.locator("body.stale").count() == 1  # the ladder's tiny pictures are the recorded ones
    page.get_by_role("button", name="as recorded").click()
    assert number(page, "dx", 0, 0) == "0"
    assert page.locator("body.stale").count() == 0


def test_nudging_with_the_keyboard(visit):
    page = visit("lecture", "row=2", motion=MOVING)
    cell(page, "x", 4, 4).focus()
    page.keyboard.press("+")
    assert "gradient 0.9" in caption(page)
    page.keyboard.press("ArrowUp")
    assert "X(3, 4)" in caption(page)


def test_the_filmstrip_shows_window_by_window(visit):
    page = visit("lecture", "row=2")
    stills = page.locator(".still")
    assert stills.count() == 9
    assert stills.nth(4).get_attribute("aria-label") == "window e sends 0.5 to (3, 3)"
    assert stills.nth(4).locator(".still-winner").count() == 1
    assert stills.nth(4).locator(".still-cell").count() == 9
    stills.nth(4).click()
    assert page.locator(".still.lit b").inner_text() == "e"
    assert caption(page) == "dY of window e: 0.5 goes back to (3, 3), where the largest was."
    assert "pin=dy.1.1" in page.url
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator(".still.lit b").inner_text() == "f"
    assert faults(page) == []
    page.get_by_role("button", name="predict").click()
    assert not page.locator(".filmstrip").is_visible()
    page.keyboard.press("Escape")
    page.locator("select[name=stride]").select_option("3")
    assert stills.count() == 0  # windows side by side need no strip
    page.locator("select[name=stride]").select_option("2")
    page.locator("select[name=keep]").select_option("average")
    assert stills.count() == 4
    assert page.locator(".still-winner").count() == 0


def telling(page):
    """What would give the answers away: words of winners, rings and switches that can be seen."""
    labels = [
        one.get_attribute("aria-label") for one in page.locator('[data-grid="x"][role="gridcell"]').all()
    ]
    rings = [ring for ring in page.locator('[data-grid="x"] .ring').all() if ring.is_visible()]
    switches = [tap for tap in page.locator('[data-grid="saved"] .won').all() if tap.is_visible()]
    return [label for label in labels if "wins" in label], len(rings), len(switches)


def test_predicting(visit):
    page = visit("lecture", "row=2", motion=MOVING)
    page.get_by_role("button", name="predict").click()
    assert set(page.locator('[data-grid="dx"] .number').all_text_contents()) == {"?"}
    assert "Window d sends 0.4 back" in caption(page)
    assert telling(page) == ([], 0, 0)
    assert not page.locator(".thumb").first.is_visible()
    cell(page, "x", 3, 1).click()
    assert caption(page).startswith("The answer is a cell of dX.")
    cell(page, "dx", 3, 1).click()
    assert caption(page).startswith("Right")
    assert "guessed right" in cell(page, "dx", 3, 1).get_attribute("class")
    cell(page, "dx", 0, 0).click()
    assert caption(page).startswith("No")
    assert page.locator(".guessed").count() == 1
    assert "Window a sends" in caption(page)
    cell(page, "dx", 2, 1).click()
    assert caption(page).startswith(
        "As large, but a tie: of equal numbers the first one gets all, here (2, 0)."
    )
    for _ in range(2):
        cell(page, "dx", 0, 0).click()
    assert "of 5 right" in caption(page)
    assert number(page, "dx", 3, 1) == "1.1"
    words, rings, switches = telling(page)
    assert (len(words), rings, switches) == (6, 8, 9)
    assert page.locator(".thumb").first.is_visible()
    page.get_by_role("button", name="predict").click()
    page.locator(".mark").first.click()
    page.locator(".mark").last.click()
    assert number(page, "dx", 3, 1) == "1.1"  # whoever looks at the story again predicts no longer


def test_other_settings_are_computed_in_the_page(visit):
    page = visit("lecture", "row=2")
    page.locator("select[name=stride]").select_option("2")
    assert page.locator('[data-grid="y"][role="gridcell"]').count() == 4
    assert "dY is assumed here" in caption(page)
    page.locator("select[name=ties]").select_option("split")
    page.locator("select[name=keep]").select_option("average")
    assert page.locator('[data-grid="saved"][role="gridcell"]').count() == 0
    page.get_by_role("button", name="as recorded").click()
    assert page.locator('[data-grid="y"][role="gridcell"]').count() == 9
    assert number(page, "dx", 3, 1) == "1.1"


def test_windows_side_by_side_can_be_made_to_overlap(visit):
    page = visit("lenet", "row=4")
    add = page.locator(".mark", has_text=re.compile("^add$"))
    assert add.count() == 0
    page.get_by_role("button", name="let windows overlap").click()
    add.click()
    assert "Two wins add" in caption(page)
    assert page.get_by_role("button", name="let windows overlap").count() == 0
    assert faults(page) == []
    page.locator('[data-grid="y"][role="gridcell"]').nth(20).focus()
    assert re.search(r"Y of window \[\d+, \d+\]", caption(page))
    assert faults(page) == []


@pytest.mark.parametrize("kind", ["max", "average", "sum"])
@pytest.mark.parametrize("padding", ["0", "2"])
@pytest.mark.parametrize("window", ["2", "5"])
def test_other_settings_are_laid_out(visit, kind, padding, window):
    page = visit("lecture", f"row=2&try={kind}.{window}x{window}.1x1.{padding}x{padding}.split")
    assert faults(page) == []
    cell(page, "dx", 2, 2).hover()
    assert faults(page) == []


def test_impossible_settings_are_refused_in_words(visit):
    page = visit("lecture", "row=2")
    page.locator("select[name=window]").select_option("1")
    page.locator("select[name=padding]").select_option("1")
    assert "nothing but padding" in caption(page)
    assert page.locator('[data-grid="y"][role="gridcell"]').count() > 0


def test_the_lectures_map_is_at_hand_in_every_pool(visit):
    page = visit("lenet", "row=4")
    page.locator("select[name=map]").select_option("lecture")
    assert number(page, "dx", 3, 1) == "1.1"


def test_the_address_keeps_what_was_chosen(visit):
    page = visit("lecture", "row=2")
    page.locator("select[name=stride]").select_option("2")
    cell(page, "y", 1, 1).click()
    page.get_by_role("button", name="theme").click()
    fragment = page.evaluate("location.hash").removeprefix("#")
    again = visit("lecture", fragment)
    assert again.locator('[data-grid="y"][role="gridcell"]').count() == 4
    assert again.locator(".row.selected").get_attribute("data-row") == "1"
    assert again.evaluate("document.documentElement.dataset.theme") == "light"
    assert caption(again) == caption(page)


@pytest.mark.parametrize(
    "fragment", ["row=999", "row=abc&at=99", "try=max.0x0.0x0.0x0.first", "pin=x.99.99", "%%%", "map=7"]
)
def test_a_broken_address_does_no_harm(visit, fragment):
    page = visit("lecture", fragment)
    assert page.locator("svg.routing").count() == 1
