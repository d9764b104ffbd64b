"""The large picture, opened and used by mouse and by keyboard, in a real browser."""

import os
import subprocess

import pytest
from PIL import Image

from tests.browser.harness import (
    ROOT,
    environment,
    fresh_page,
    kept_page,
    running_app,
    wait_idle,
    wait_until,
)
from tests.browser.test_marks import focused, labels, tile
from tests.warm import python

pytestmark = pytest.mark.browser


def dialog(page):
    return page.get_by_role("dialog", name="Large picture")


def large(page):
    """The address of the large picture."""
    return dialog(page).locator("img").get_attribute("src")


SHOWN = """([address, wanted]) =>
  (document.querySelector('.vde-viewer img').getAttribute('src') === address) === wanted"""


def test_keys_open_the_photo_with_its_words_mark_it_and_close_what_is_open(mine, page):
    mine()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    assert dialog(page).is_visible()
    assert "Ada" in dialog(page).inner_text()
    assert "640 × 480" in dialog(page).inner_text()
    page.keyboard.press("1")
    assert "✓ yes" in dialog(page).inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    assert not dialog(page).is_visible()
    assert labels(page)[1] == "positive"
    assert focused(page) == 2
    # Escape closes the list of keys too, and from where the focus is on a control.
    page.keyboard.press("?")
    assert page.locator(".vde-help").is_visible()
    page.get_by_placeholder("What are you looking for?").focus()
    page.keyboard.press("Escape")
    assert not page.locator(".vde-help").is_visible()
    tile(page, 0).hover()
    page.locator(".vde-large").first.click()
    dialog(page).get_by_role("button", name="✓ Yes").focus()
    page.keyboard.press("Escape")
    assert not dialog(page).is_visible()


def test_a_finger_that_sweeps_aside_leads_to_the_next_photo_and_the_one_before(
    app, running_chromium
):
    phone = {"width": 390, "height": 844}
    with fresh_page(running_chromium, viewport=phone, has_touch=True, is_mobile=True) as page:
        page.goto(f"{app.address}/?concept={app.concepts.pop()}")
        page.get_by_role("button", name="Photo 1 large").tap()
        dialog(page).wait_for()
        send = page.context.new_cdp_session(page).send

        def sweep(*moves, fingers=1):
            """Move fingers from the middle of the picture by each of some ways, across and down."""
            for kind, moved in (("Start", (0, 0)), *(("Move", way) for way in moves)):
                places = [
                    {"x": 195 + 40 * at + moved[0], "y": 300 + moved[1]} for at in range(fingers)
                ]
                send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": places})
            send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        one = large(page)
        sweep((-40, 3), (-120, 6))
        wait_until(page, SHOWN, arg=[one, False])
        sweep((40, 3), (120, 6))
        wait_until(page, SHOWN, arg=[one, True])
        for moves, fingers in (([(-20, 0)], 1), ([(-60, 90)], 1), ([(-80, 0)], 2), ([(90, 0)], 1)):
            sweep(*moves, fingers=fingers)
        page.wait_for_timeout(300)  # what is tested is that nothing comes
        assert large(page) == one
        assert not page.locator("[data-label=positive]").count()


def test_it_closes_when_the_page_below_it_becomes_another(app, page):
    page.goto(app.address)
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    page.get_by_placeholder("What are you looking for?").fill("a boat")
    page.get_by_placeholder("What are you looking for?").press("Enter")
    tile(page, 0).click()  # before the first page of the boats has come
    assert dialog(page).is_visible()
    page.get_by_role("button", name="Next round").wait_for()
    dialog(page).wait_for(state="hidden")
    wait_idle(page)
    assert not dialog(page).is_visible()
    assert focused(page) == 0


def test_it_can_be_closed_in_a_window_of_any_size(mine, page):
    mine()
    for width, height in ((390, 844), (640, 400), (844, 390), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("ArrowRight")
        page.keyboard.press(" ")
        assert dialog(page).is_visible()
        close = dialog(page).get_by_role("button", name="Close").bounding_box()
        page.mouse.click(close["x"] + close["width"] / 2, close["y"] + close["height"] / 2)
        assert not dialog(page).is_visible(), (width, height)


def test_the_corner_of_a_tile_a_double_click_or_space_opens_it_and_marks_nothing(mine, page):
    mine()
    tile(page, 7).hover()
    page.locator(".vde-large").nth(7).click()
    assert large(page) == tile(page, 7).locator("img").get_attribute("src")
    assert set(labels(page)) == {""}
    page.keyboard.press("Escape")
    tile(page, 3).click()
    tile(page, 6).dblclick()
    assert large(page) == tile(page, 6).locator("img").get_attribute("src")
    assert [label for label in labels(page) if label] == ["positive"]
    page.keyboard.press("Escape")
    # Two clicks apart still mark a no.
    tile(page, 6).click()
    tile(page, 6).click(delay=300)
    assert labels(page)[6] == "negative"
    assert not dialog(page).is_visible()
    # Space opens the photo under the pointer until the arrows are used.
    tile(page, 9).hover()
    page.keyboard.press(" ")
    assert large(page) == tile(page, 9).locator("img").get_attribute("src")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    assert large(page) == tile(page, 8).locator("img").get_attribute("src")


def test_yes_no_next_and_previous_are_buttons_and_the_keys_go_on_working(mine, page):
    mine()
    page.keyboard.press(" ")
    button = dialog(page).get_by_role("button")
    assert button.filter(has_text="Previous").is_disabled()
    button.filter(has_text="Yes").click()
    button.filter(has_text="Next").click()
    button.filter(has_text="No").click()
    button.filter(has_text="Next").click()
    button.filter(has_text="Yes").click()
    button.filter(has_text="Yes").click()
    assert labels(page)[:4] == ["positive", "negative", "", ""]
    page.keyboard.press("2")
    page.keyboard.press(" ")
    assert labels(page)[:4] == ["positive", "negative", "negative", ""]
    assert not dialog(page).is_visible()
    # A button that has the focus is pressed by space, as buttons are.
    page.keyboard.press(" ")
    button.filter(has_text="Yes").focus()
    page.keyboard.press(" ")
    assert labels(page)[2] == "positive"
    assert dialog(page).is_visible()


def test_a_file_of_this_machine_is_shown_itself_with_its_path_and_can_be_opened(tmp_path, profile):
    folder = tmp_path / "My Photos & more"
    folder.mkdir()
    Image.new("RGB", (1600, 1200), "teal").save(folder / "été #1 100%.jpg")
    env = {**environment(tmp_path / "data", "mine"), "ENCODER": "offline"}
    command = [*python(), "-m", "ingest", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=True, capture_output=True)
    with running_app(env) as address, kept_page(profile, address) as page:
        page.goto(address)
        page.locator("button[data-photo-id]").click()
        wait_until(page, "document.querySelector('.vde-viewer img').naturalWidth === 1600")
        assert str(folder / "été #1 100%.jpg") in dialog(page).inner_text()
        link = dialog(page).get_by_role("link", name="Open the original").get_attribute("href")
        assert page.request.get(link).body() == (folder / "été #1 100%.jpg").read_bytes()
