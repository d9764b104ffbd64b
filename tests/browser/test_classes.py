"""The Classes page in a real browser, on the sample's drawn animals with the offline encoder."""

import re

import pytest

from tests.browser.harness import environment, fresh_page, running_app

pytestmark = pytest.mark.browser


@pytest.fixture
def page(sample_data, running_chromium):
    with (
        running_app(environment(sample_data, "sample")) as address,
        fresh_page(running_chromium) as opened,
    ):
        opened.goto(f"{address}/classes")
        opened.get_by_label("Only ids that start with").wait_for(timeout=120_000)
        yield opened


def right(page):
    """The share of drawings put into their class, as the page says it, per cent."""
    words = page.get_by_text("with a known class").inner_text()
    return float(words.partition(": ")[2].partition("%")[0])


def test_drawn_animals_are_classified_shown_and_corrected_by_clicking(page):
    page.get_by_label("Only ids that start with").fill("drawings/")
    page.keyboard.press("Enter")
    page.get_by_text("234 photos into 13 classes").wait_for(timeout=60_000)
    before = right(page)
    assert before > 20
    page.locator("[data-class]").nth(12).wait_for()
    page.get_by_role("radio", name="Heat map").click()
    page.locator(
        "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"
    ).first.wait_for()
    page.get_by_role("radio", name="Confusion").click()
    page.get_by_text("Rows: the true class").wait_for()
    page.get_by_role("radio", name="One class").click()
    choose(page, "Class", "insect")
    page.get_by_text(re.compile(r"^insect: \d+ photos")).wait_for()
    choose(page, "Photos marked ✓ are really", "fish")
    tiles = page.locator("button[data-photo-id*='/fish/']")
    tiles.first.wait_for()
    moved = []
    for tile in tiles.all()[:6]:
        moved.append(tile.get_attribute("data-photo-id"))
        tile.click()
    page.get_by_role("button", name="Correct").click()
    page.get_by_text(f"{len(moved)} corrected so far").wait_for(timeout=30_000)
    assert right(page) > before
    choose(page, "Class", "fish")
    for photo in moved:
        page.locator(f"button[data-photo-id='{photo}']").wait_for()


def choose(page, label, option):
    """Choose from a list; a list that a finishing run closed again is opened once more."""
    wanted = page.get_by_role("option", name=re.compile(rf"^{option}\b"))
    for _ in range(3):
        page.get_by_label(label, exact=True).click()
        page.wait_for_timeout(500)
        if wanted.count():
            break
    wanted.click()
