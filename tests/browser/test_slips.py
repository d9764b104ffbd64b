"""An answer that looks like a slip comes back on a later page, in a real browser."""

import pytest

from tests.browser.harness import click_answers
from tests.browser.test_marks import wait_round

pytestmark = pytest.mark.browser


def answer_truly(page, wrong=None):
    """Mark the tiles that stand open by their ids, one of them wrongly; leave marked ones alone."""
    click_answers(page, lambda photo: photo.startswith("yes") and photo != wrong)


def test_a_slip_comes_back_under_sure_with_its_mark_and_can_be_turned_round(mine, page):
    mine()
    wrong = page.locator('button[data-photo-id^="yes-0"]').nth(3).get_attribute("data-photo-id")
    answer_truly(page, wrong)
    again = page.locator(f'button[data-photo-id="{wrong}"]')
    for number in range(2, 10):
        page.keyboard.press("Enter")
        wait_round(page, number)
        if again.count():
            break
        answer_truly(page)
    assert again.get_attribute("data-reason") == "sure?"
    assert again.get_attribute("data-label") == "negative"
    assert page.locator('[data-reason="sure?"]').count() <= 2
    again.click()
    again.click()
    assert again.get_attribute("data-label") == "positive"
    answer_truly(page)
    page.keyboard.press("Enter")
    wait_round(page, number + 1)
    assert not again.count()
