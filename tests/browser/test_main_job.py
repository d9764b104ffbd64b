"""The main job, as a user does it: type, click, five rounds; the labels are in the database."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.harness import environment, fresh_page, have_chromium, running_app
from vecdb import connect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not have_chromium(), reason="no Chromium is installed"),
]


def test_five_rounds_of_clicks_are_stored_and_judged_photos_never_come_back(
    sample_data: Path, running_chromium: Any
) -> None:
    given: dict[str, int] = {}
    with (
        running_app(environment(sample_data, "sample")) as address,
        fresh_page(running_chromium) as page,
    ):
        page.goto(address)
        page.get_by_placeholder("What are you looking for?").fill("a dinosaur")
        page.keyboard.press("Enter")
        for number in range(1, 6):
            page.wait_for_selector(f'[data-round="{number}"]', timeout=240_000)
            tiles = page.locator("button[data-photo-id]")
            assert tiles.count() == 25
            for index in range(25):
                tile = tiles.nth(index)
                photo = tile.get_attribute("data-photo-id")
                assert photo not in given
                match = "dinosaur/" in photo
                tile.click(force=True)
                if not match:
                    tile.click(force=True)
                assert tile.get_attribute("data-label") == ("positive" if match else "negative")
                given[photo] = 1 if match else -1
            page.get_by_role("button", name="Next round").click()
        page.wait_for_selector('[data-round="6"]')
    with connect(environment(sample_data, "sample")["VECDB_DSN"]) as database:
        [concept] = database.concepts.list()
        stored = {row.photo_id: row.label for row in database.concepts.labels(concept.id)}
        assert stored == given
        assert concept.round == 6
        assert concept.prompt == "a dinosaur"
        # All 15 dinosaurs of 332 pictures were found on the way.
        assert sum(label == 1 for label in given.values()) == 15
