"""More like this, on the tiles of every page, in a real browser."""

import urllib.parse

import pytest

from tests.browser.harness import wait_idle, wait_until
from tests.browser.test_other_pages import judge

pytestmark = pytest.mark.browser
NESTED = "document.querySelectorAll('button button, button a, a button').length"


def tile(page, at):
    return page.locator("button[data-photo-id]").nth(at)


def use(page, at):
    """Press the control of a tile; returns the photo's id."""
    photo = tile(page, at).get_attribute("data-photo-id")
    tile(page, at).hover()
    page.locator(".vde-like").nth(at).click()
    return photo


def wait_search(page, photo):
    """Wait until the Search page shows what is like a photo: first of all the photo itself."""
    page.get_by_role("button", name="Start a concept").wait_for()
    wait_until(
        page,
        "id => document.querySelector('button[data-photo-id]')?.dataset.photoId === id",
        arg=photo,
    )

    def says_so(url):
        address = urllib.parse.urlsplit(url)
        asked = urllib.parse.parse_qs(address.query)
        return (address.path, asked) == ("/search", {"like": [photo], "collection": ["things"]})

    page.wait_for_url(says_so)


def test_m_on_mine_leads_to_search_and_clicks_that_were_not_sent_are_there_on_return(mine, page):
    concept = mine()
    tile(page, 0).click()
    tile(page, 4).click()
    tile(page, 4).click()
    page.keyboard.press("ArrowRight")
    photo = tile(page, 5).get_attribute("data-photo-id")
    page.keyboard.press("m")
    wait_search(page, photo)
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_selector('[data-round="1"]')
    page.wait_for_selector("button[data-photo-id][data-label=positive]")
    assert tile(page, 0).get_attribute("data-label") == "positive"
    assert tile(page, 4).get_attribute("data-label") == "negative"
    page.get_by_role("button", name="Next round").click()
    page.wait_for_selector('[data-round="2"]')
    assert "1 yes" in page.locator(".vde-counts").inner_text()
    assert "1 no" in page.locator(".vde-counts").inner_text()
    page.wait_for_url(f"**concept={concept}**")


def test_the_control_marks_nothing_takes_no_tab_stop_and_lies_in_no_button(mine, page):
    concept = mine()
    assert page.evaluate(NESTED) == 0
    control = page.locator(".vde-like").nth(3)
    assert control.evaluate("node => getComputedStyle(node).opacity") == "0"
    tile(page, 3).hover()
    wait_until(page, "getComputedStyle(document.querySelectorAll('.vde-like')[3]).opacity === '1'")
    tile(page, 3).focus()
    page.keyboard.press("Tab")
    assert not page.evaluate(
        "document.querySelector('.vde-tiles').contains(document.activeElement)"
    )
    photo = use(page, 3)
    wait_search(page, photo)
    for _ in range(4):  # an address without what it asks for may lie between
        before = page.url
        page.go_back()
        page.wait_for_url(lambda url, before=before: url != before)
        if concept in page.url:
            break
    page.wait_for_selector('[data-round="1"]')
    assert page.locator("button[data-photo-id][data-label=positive]").count() == 0


def test_labels_and_results_lead_to_search_and_an_audit_stays_blind(app, mine, page):
    concept = mine()
    judge(page, 1)
    for name in ("labels", "results"):
        page.goto(f"{app.address}/{name}?concept={concept}")
        tile(page, 2).wait_for()
        photo = use(page, 2)
        wait_search(page, photo)
    page.goto(f"{app.address}/audit?concept={concept}")
    page.get_by_role("button", name="Begin the audit").click()
    page.wait_for_selector("button[data-photo-id]")
    assert page.locator(".vde-like:visible").count() == 0
    page.keyboard.press("?")
    assert "undo" in page.locator(".vde-help").inner_text()
    assert "more like this" not in page.locator(".vde-help").inner_text()
    page.keyboard.press("m")
    page.keyboard.press("?")
    page.locator(".vde-help").wait_for(state="hidden")
    wait_idle(page)
    assert "view=audit" in page.url


def test_search_starts_anew_in_place_and_keeps_its_filters(app, page):
    page.goto(f"{app.address}/search?like=yes-050&description=yes-0&collection=things")
    page.get_by_role("button", name="Start a concept").wait_for(timeout=60_000)
    tile(page, 0).wait_for()
    photo = use(page, 7)
    wait_until(
        page,
        "id => document.querySelector('button[data-photo-id]').dataset.photoId === id",
        arg=photo,
    )
    page.wait_for_url(f"**like={photo}**")
    assert "description=yes-0" in page.url
    again = tile(page, 2).get_attribute("data-photo-id")
    page.keyboard.press("?")
    keys = page.locator(".vde-help").inner_text()
    assert "more like this" in keys
    assert "undo" not in keys
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    page.wait_for_url(f"**like={again}**")
