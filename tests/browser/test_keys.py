"""The keys on other keyboards, and with Caps Lock: what counts is the key that was meant."""

import pytest

from tests.browser.harness import wait_idle, wait_still, wait_until
from tests.browser.test_marks import focused, labels, wait_round

pytestmark = pytest.mark.browser
PRESS = """([key, code, shift, ctrl]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown',
    { key, code, shiftKey: shift, ctrlKey: ctrl, bubbles: true, cancelable: true }))"""

RINGED = """(() => {
  const here = document.activeElement.closest('a, label') ?? document.activeElement;
  return [here.innerText, getComputedStyle(here).outlineStyle === 'solid'];
})()"""

NAMED = """(() => {
  const here = document.activeElement;
  return here.matches("button, input, textarea")
    ? here.ariaLabel || here.labels?.[0]?.innerText || here.innerText
    : "";
})()"""


def press(page, key, code, *, shift=False, ctrl=False):
    page.evaluate(PRESS, [key, code, shift, ctrl])


LAYOUTS = [
    ("Caps Lock", "P", "KeyP", "positive"),
    ("Caps Lock", "N", "KeyN", "negative"),
    ("Russian", "з", "KeyP", "positive"),
    ("Russian", "Т", "KeyN", "negative"),
    ("Greek", "π", "KeyP", "positive"),
    ("Hebrew", "פ", "KeyP", "positive"),
    ("French digits", "&", "Digit1", "positive"),
    ("French digits", "é", "Digit2", "negative"),
    ("Czech digits", "+", "Digit1", "positive"),
    ("Arabic digits", "١", "Digit1", "positive"),
    ("number pad", "2", "Numpad2", "negative"),
    ("Dvorak, where p stands elsewhere", "p", "KeyR", "positive"),
]


def test_a_photo_is_marked_on_every_layout_and_a_latin_letter_means_itself(mine, page):
    mine()
    page.keyboard.press("ArrowRight")
    press(page, "q", "KeyA")  # French: the key of q is where others have a
    assert set(labels(page)) == {""}
    press(page, "!", "Digit1", shift=True)
    assert set(labels(page)) == {""}
    for layout, key, code, label in LAYOUTS:
        page.keyboard.press("ArrowRight")
        press(page, key, code)
        assert labels(page)[focused(page)] == label, layout


def test_undo_and_help_are_found_on_another_layout(mine, page):
    mine()
    page.keyboard.press("a")
    press(page, "я", "KeyZ", ctrl=True)
    assert set(labels(page)) == {""}
    press(page, "?", "Digit7", shift=True)
    assert page.locator(".vde-help").is_visible()
    page.keyboard.press("ArrowRight")
    assert focused(page) == 1
    page.keyboard.press("Enter")
    wait_round(page, 2)


def test_the_focus_stays_where_it_was_when_a_page_was_answered_and_the_page_is_told(mine, page):
    mine()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    wait_round(page, 2)
    assert focused(page) == 0
    assert page.get_by_role("status").filter(has_text="Round 2").count() == 1
    for name, number in (("Next round", 3), ("Undo", 2)):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        wait_round(page, number)
        assert page.evaluate("document.activeElement.innerText").startswith(name)


def test_neither_a_held_key_nor_a_double_click_answers_a_page_that_nobody_has_seen(mine, page):
    mine()
    button = page.get_by_role("button", name="Next round")
    for number, hold in enumerate(
        [lambda: page.locator("[data-photo-id]").first.focus(), button.focus]
    ):
        hold()
        page.keyboard.down("Enter")
        wait_round(page, number + 2)
        for _ in range(3):
            page.keyboard.down("Enter")  # held: the page has come meanwhile
        page.keyboard.up("Enter")
    box = button.bounding_box()
    page.mouse.click(box["x"] + 9, box["y"] + 9)
    wait_round(page, 4)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-round]").get_attribute("data-round") == "4"


def test_after_a_click_on_next_round_space_is_for_the_photos(mine, page):
    mine()
    page.get_by_role("button", name="Next round").click()
    wait_round(page, 2)
    page.keyboard.press(" ")
    page.get_by_role("dialog", name="Large picture").wait_for()
    assert page.locator('[data-round="2"]').count() == 1


def test_keys_have_led_to_a_link_or_a_switch_that_can_be_told(app, page):
    page.goto(f"{app.address}/search")
    page.get_by_label("Fold near-duplicates").wait_for()
    wait_idle(page)
    ringed: list[list[object]] = []
    while len(ringed) < 12:
        page.keyboard.press("Tab")
        ringed.append(page.evaluate(RINGED))
    assert ["Search", True] in ringed
    assert ["Fold near-duplicates", True] in ringed


@pytest.mark.parametrize(
    ("where", "name", "first", "following"),
    [
        ("", "Refine", "More phrases, one a line", "Photos per page"),
        ("search", "Refine", "More phrases, one a line", "Filters"),
        ("search", "Filters", "File name or folder holds", "Fold near-duplicates"),
        ("concepts", "Open a saved concept", "Upload", None),
    ],
)
def test_tab_leads_from_a_button_into_what_it_opens_and_on_from_there(
    app, page, where, name, first, following
):
    page.goto(f"{app.address}/{where}")
    button = page.get_by_role("button", name=name)
    button.wait_for()
    wait_idle(page)
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_text(first).first.wait_for()
    wait_still(page)
    page.keyboard.press("Tab")
    assert first in page.evaluate(NAMED)
    page.keyboard.press("Shift+Tab")
    assert name in page.evaluate(NAMED)
    for _ in range(40):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.closest('[data-testid=stPopoverBody]')"):
            break
    if following:
        assert following in page.evaluate(NAMED)
    page.keyboard.press("Escape")
    assert name in page.evaluate(NAMED)


def test_keys_within_what_a_button_opened_mark_no_photo_behind_it(mine, page):
    mine()
    page.get_by_role("button", name="Refine").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Start with these").focus()
    for key in ("1", "a", "ArrowDown", "f"):
        page.keyboard.press(key)
    assert "Start with these" in page.evaluate(NAMED)
    assert page.locator("[data-label=positive]").count() == 0


def test_the_focus_goes_to_what_stands_before_a_button_that_its_own_press_took_away(
    mine, app, page
):
    page.goto(f"{app.address}/search?like=yes-050")
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    clear = page.get_by_role("button", name="Clear", exact=True)
    clear.focus()
    page.keyboard.press("Enter")
    clear.wait_for(state="detached")
    wait_until(page, f"{NAMED} === 'Map'")
    mine()
    page.goto(f"{app.address}/concepts")
    page.get_by_role("button", name="More").first.wait_for()
    wait_idle(page)
    page.get_by_role("button", name="More").first.focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo the deletion").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo the deletion").wait_for(state="detached")
    wait_until(page, f"{NAMED}.includes('Open a saved concept')")


def test_the_photos_of_an_audit_have_the_focus_once_its_button_is_gone(mine, app, page):
    concept = mine()
    page.goto(f"{app.address}/concepts?concept={concept}&view=audit")
    page.get_by_role("button", name="Begin the audit").focus()
    page.keyboard.press("Enter")
    wait_until(page, "!!document.activeElement.dataset.photoId")
    for key in ("1", "ArrowRight", "1"):
        page.keyboard.press(key)
    assert labels(page)[:3] == ["positive", "positive", ""]


def test_enter_opens_a_photo_where_a_click_does(app, page):
    page.goto(f"{app.address}/search?like=yes-050")
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    page.locator("button[data-photo-id]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Large picture")
    dialog.wait_for()
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert focused(page) == 1
