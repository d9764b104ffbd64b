"""Every key and every way to click on the Mine page, in a real browser."""

import re

import pytest
import requests

from tests.browser.harness import fresh_page, script_run, wait_idle, wait_until

pytestmark = pytest.mark.browser
# How many tiles stand beside each other in the first row.
COLUMNS = """[...document.querySelectorAll('.vde-cell')]
  .filter((cell, _, cells) => cell.offsetTop === cells[0].offsetTop).length"""
# What the grid's scripts hear of the window and the document, by the signal that ends it.
LISTENING = """
  window.heard = [];
  const plain = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (name, listener, options) {
    const ours = new Error().stack.includes("/grid/");
    if (ours && (this === window || this === document)) heard.push(options.signal);
    return plain.call(this, name, listener, options);
  };
"""


def labels(page):
    tiles = page.locator("button[data-photo-id]")
    return tiles.evaluate_all("all => all.map(each => each.dataset.label)")


def tile(page, index):
    return page.locator("button[data-photo-id]").nth(index)


def photo_ids(page):
    tiles = page.locator("button[data-photo-id]")
    return tiles.evaluate_all("all => all.map(each => each.dataset.photoId)")


def focused(page):
    return page.evaluate(
        "[...document.querySelectorAll('button[data-photo-id]')].indexOf(document.activeElement)"
    )


def wait_round(page, number):
    page.wait_for_selector(f'[data-round="{number}"]')
    wait_until(page, "document.querySelector('.vde').getAttribute('aria-busy') == 'false'")


def test_a_click_cycles_unmarked_yes_no_unmarked_and_with_shift_or_drag_marks_a_range(mine, page):
    mine()
    seen = []
    for _ in range(3):
        tile(page, 0).click()
        seen.append(tile(page, 0).get_attribute("data-label"))
    assert seen == ["positive", "negative", ""]
    tile(page, 2).click()
    tile(page, 5).click(modifiers=["Shift"])
    assert labels(page)[:8] == ["", "", *["positive"] * 4, "", ""]
    page.keyboard.press("z")
    tile(page, 8).hover()
    page.mouse.down()
    tile(page, 11).hover()
    page.mouse.up()
    assert labels(page)[8:12] == ["positive"] * 4
    assert labels(page)[12] == ""


def test_a_key_marks_the_photo_that_has_the_focus_or_all_of_them_and_another_clears(mine, page):
    mine()
    tile(page, 3).focus()
    for key, label in (("1", "positive"), ("p", "positive"), ("2", "negative"), ("n", "negative")):
        page.keyboard.press("ArrowRight")
        for clear in ("0", "x"):
            page.keyboard.press(key)
            marked = focused(page)
            assert labels(page)[marked] == label
            page.keyboard.press(clear)
            assert labels(page)[marked] == ""
    page.keyboard.press("a")
    assert set(labels(page)) == {"positive"}
    page.keyboard.press("i")
    assert set(labels(page)) == {"negative"}
    page.keyboard.press("z")
    assert set(labels(page)) == {"positive"}
    page.keyboard.press("z")
    assert set(labels(page)) == {""}
    page.keyboard.press("y")
    assert set(labels(page)) == {"positive"}


def test_keys_are_for_the_photo_that_has_the_focus_whatever_has_moved_it(mine, page):
    mine()
    tile(page, 4).focus()  # as screen readers and voice control move it
    page.keyboard.press("1")
    assert labels(page)[4] == "positive"
    tile(page, 8).hover()
    page.mouse.down()
    tile(page, 10).hover()
    page.mouse.up()
    page.keyboard.press("2")
    assert labels(page)[8:11] == ["negative", "positive", "positive"]
    page.keyboard.press("ArrowRight")
    assert focused(page) == 9


def test_arrows_move_by_one_and_to_the_tile_below_or_above(mine, page):
    mine()
    page.keyboard.press("ArrowRight")
    assert focused(page) == 1
    above = tile(page, 1).bounding_box()
    page.keyboard.press("ArrowDown")
    below = tile(page, focused(page)).bounding_box()
    assert above["y"] + above["height"] < below["y"] < above["y"] + 2 * above["height"]
    middle = above["x"] + above["width"] / 2
    assert below["x"] <= middle <= below["x"] + below["width"]
    second = focused(page)
    page.keyboard.press("ArrowLeft")
    assert focused(page) == second - 1
    page.keyboard.press("ArrowUp")
    assert focused(page) == 0
    page.keyboard.press("ArrowUp")
    assert focused(page) == 0


def test_the_question_mark_shows_the_keys_and_names_like_html_are_shown_as_they_are(mine, page):
    mine()
    assert page.locator(".vde img[src='x']").count() == 0
    assert not page.locator(".vde-help").is_visible()
    page.keyboard.press("?")
    assert "large picture" in page.locator(".vde-help").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press(" ")
    assert "<img src=x onerror=alert(1)>" in page.get_by_role("dialog").inner_text()


def test_a_reload_brings_back_the_page_with_its_clicks_and_z_a_finished_one(mine, page):
    mine()
    first = photo_ids(page)
    for index in (0, 1, 2, 6, 6):
        tile(page, index).click()
    page.reload()
    page.wait_for_selector("button[data-photo-id]")
    assert photo_ids(page) == first
    assert labels(page) == [*["positive"] * 3, "", "", "", "negative", *[""] * 18]
    tile(page, 6).click()
    page.keyboard.press("Enter")
    wait_round(page, 2)
    assert "3 yes" in page.locator(".vde-counts").inner_text()
    page.reload()
    wait_round(page, 2)
    page.keyboard.press("z")
    wait_round(page, 1)
    assert photo_ids(page) == first
    assert labels(page) == ["positive"] * 3 + [""] * 22
    page.keyboard.press("y")
    wait_round(page, 2)


def test_clicks_survive_a_server_that_does_not_answer(mine, page):
    mine()
    for index in range(3):
        tile(page, index).click()
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The server does not answer. Your clicks are kept")
    assert labels(page)[:4] == ["positive"] * 3 + [""]
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    wait_round(page, 2)
    assert "3 yes" in page.locator(".vde-counts").inner_text()


def test_what_is_typed_into_a_box_that_closes_without_a_server_is_no_key_of_the_grid(mine, page):
    mine()
    state = "at => document.querySelector('[data-testid=stApp]').dataset.testConnectionState = at"
    page.evaluate(state, "PINGING_SERVER")
    page.evaluate("document.activeElement.blur()")
    for key in ("a", "Enter"):
        page.keyboard.press(key)
    assert set(labels(page)) == {""}
    assert page.locator(".vde").get_attribute("aria-busy") == "false"
    page.evaluate(state, "CONNECTED")
    page.keyboard.press("a")
    assert set(labels(page)) == {"positive"}


def test_rounds_finished_faster_than_the_script_runs_are_not_rolled_back(mine, page):
    concept = mine()
    with script_run(page):
        for number in range(1, 5):
            tile(page, 0).click()
            page.keyboard.press("Enter")
            wait_round(page, number + 1)
    assert page.locator("[data-round]").get_attribute("data-round") == "5"
    assert "4 yes" in page.locator(".vde-counts").inner_text()
    tile(page, 1).click()
    page.reload()
    wait_round(page, 5)
    assert labels(page)[1] == "positive"
    assert concept in page.url


def test_a_photo_without_a_picture_is_a_clear_tile(mine, page):
    mine()
    for _ in range(8):
        dead = page.locator('button[data-photo-id="yes-002"]')
        if dead.count():
            break
        page.keyboard.press("a")
        number = int(page.locator("[data-round]").get_attribute("data-round"))
        page.keyboard.press("Enter")
        wait_round(page, number + 1)
    page.wait_for_selector('button[data-photo-id="yes-002"][data-state="dead"]')
    assert "Picture not available" in dead.inner_text()


def test_what_is_set_is_kept_with_the_concept_and_clicks_stay_with_their_photos(app, mine, page):
    concept = mine()
    with script_run(page):
        page.get_by_role("button", name="Unmarked means: skip").click()
        page.wait_for_selector("text=Unmarked means: no")
    slider = page.get_by_role("slider", name="Threshold")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuenow") == "0.60"
    assert re.search(r"→ [\d,]+ photos? above it$", slider.get_attribute("aria-valuetext"))
    while (
        requests.get(f"{app.address}/api/concepts/{concept}", timeout=60).json()["threshold"] < 0.6
    ):
        wait_idle(page)
    page.reload()
    page.wait_for_selector("text=Unmarked means: no")
    assert slider.get_attribute("aria-valuenow") == "0.60"
    photo = tile(page, 0).get_attribute("data-photo-id")
    tile(page, 0).click()
    button = page.get_by_role("button", name="Next round", exact=True)
    assert button.inner_text() == "Next round (24 become no)"
    page.get_by_label("Photos per page").click()
    page.get_by_role("option", name="50 per page").click()
    wait_until(page, "document.querySelectorAll('button[data-photo-id]').length == 50")
    marked = page.locator("button[data-photo-id][data-label=positive]")
    assert marked.count() == 1
    assert marked.get_attribute("data-photo-id") == photo
    assert button.inner_text() == "Next round (49 become no)"
    tile(page, 0).focus()
    page.keyboard.press("Enter")
    wait_round(page, 2)
    assert "1 yes" in page.locator(".vde-counts").inner_text()
    assert "49 no" in page.locator(".vde-counts").inner_text()


def test_two_windows_on_one_concept_learn_of_each_other_and_lose_no_click(app, mine, page):
    concept = mine()
    other = page.context.new_page()
    other.goto(f"{app.address}/?concept={concept}")
    other.wait_for_selector("button[data-photo-id]")
    tile(page, 0).click()
    page.keyboard.press("Enter")
    wait_round(page, 2)
    # The other learns that it moved on before its page is answered again.
    other.evaluate("window.dispatchEvent(new Event('focus'))")
    other.get_by_role("button", name="Show its page").click()
    wait_round(other, 2)
    assert "1 yes" in other.locator(".vde-counts").inner_text()
    assert photo_ids(other) == photo_ids(page)
    # And when it is answered.
    tile(page, 0).click()
    page.keyboard.press("Enter")
    wait_round(page, 3)
    other.bring_to_front()
    tile(other, 1).click()
    other.get_by_role("button", name="Next round").click()
    other.get_by_role("button", name="Show its page").click()
    wait_round(other, 3)
    assert "3 yes" in other.locator(".vde-counts").inner_text()
    assert not other.get_by_role("button", name="Show its page").is_visible()


def test_a_phone_shows_two_columns_and_taps_mark(app, running_chromium):
    phone = {"width": 390, "height": 844}
    with fresh_page(running_chromium, viewport=phone, has_touch=True, is_mobile=True) as page:
        page.goto(f"{app.address}/?concept={app.concepts.pop()}")
        page.wait_for_selector("button[data-photo-id]")
        assert page.evaluate(COLUMNS) == 2
        for label in ("positive", "negative", ""):  # however quickly they come
            tile(page, 1).tap()  # the browser makes a click of it a moment later
            wait_until(
                page,
                "label => document.querySelectorAll('button[data-photo-id]')[1].dataset"
                ".label === label",
                arg=label,
            )
        page.get_by_role("button", name="Photo 2 large").tap()
        page.get_by_role("dialog").wait_for()


def test_a_finger_that_rests_on_a_photo_opens_it_and_marks_nothing(app, running_chromium):
    tablet = {"width": 820, "height": 1180}
    with fresh_page(running_chromium, viewport=tablet, has_touch=True, is_mobile=True) as page:
        page.goto(f"{app.address}/?concept={app.concepts.pop()}")
        page.wait_for_selector("button[data-photo-id]")
        wait_idle(page)
        box = tile(page, 1).bounding_box()
        finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session = page.context.new_cdp_session(page)
        down = {"type": "touchStart", "touchPoints": [finger]}
        session.send("Input.dispatchTouchEvent", down)
        page.wait_for_timeout(700)  # what is tested is time
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.get_by_role("dialog", name="Large picture").wait_for()
        assert set(labels(page)) == {""}
        page.get_by_role("button", name="Close").tap()
        tile(page, 1).tap()
        wait_until(page, "!!document.querySelector('[data-label=positive]')")


def test_what_the_grid_listens_to_ends_with_it(app, page):
    window = page.context.new_page()
    window.add_init_script(LISTENING)
    window.goto(f"{app.address}/?concept={app.concepts.pop()}")
    window.wait_for_selector("button[data-photo-id]")
    assert window.evaluate("heard.length") > 4
    assert not window.evaluate("heard.some(signal => signal.aborted)")
    window.get_by_role("link", name="Concepts").click()
    window.wait_for_selector("text=the latest first")
    wait_until(window, "!document.querySelector('.vde')")
    assert window.evaluate("heard.every(signal => signal.aborted)")
