"""The keys on other keyboards, and with Caps Lock: what counts is the key that was meant."""

import pytest

from tests.browser.test_marks import focused, labels, wait_round

pytestmark = pytest.mark.browser
PRESS = """([key, code, shift, ctrl]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown',
    { key, code, shiftKey: shift, ctrlKey: ctrl, bubbles: true, cancelable: true }))"""


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
