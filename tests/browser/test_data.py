"""The Data page: an ingest seen running, stopped, gone on with, and pictures dropped in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.harness import environment, fresh_page, have_chromium, running_app, wait_idle
from tests.browser.latency import picture
from tests.encoder.tiny_clip import save_tiny_clip
from tests.ingest.server import Host

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not have_chromium(), reason="no Chromium is installed"),
]
PICTURES = 1200


@pytest.fixture(scope="module")
def data_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    model = str(save_tiny_clip(data / "clip"))
    with running_app({**environment(data, "dropped"), "ENCODER": model}) as address:
        yield address


def add(page: Any, source: Path, table: str) -> None:
    page.get_by_label("Folder, or a TSV").fill(str(source))
    page.keyboard.press("Tab")
    page.get_by_label("Collection", exact=True).fill(table)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add to the collection").click()


def closing_words(page: Any) -> str:
    alert = page.locator("[data-testid=stAlert]").filter(has_text="inserted into").first
    return str(alert.inner_text(timeout=60_000)).replace(",", "")


def test_an_ingest_shows_its_progress_stops_when_told_and_goes_on(
    data_app: str, running_chromium: Any, tmp_path: Path
) -> None:
    addresses = tmp_path / "addresses.txt"
    with Host() as host, fresh_page(running_chromium) as page:
        slow = [f"{host.url}/slow/{at}.jpg" for at in range(PICTURES)]
        addresses.write_text("\n".join(slow))
        page.goto(f"{data_app}/data")
        add(page, addresses, "stopped")
        page.wait_for_selector(r"text=/[1-9][\d,]* of [\d,]+ photos/", timeout=60_000)
        assert page.get_by_role("progressbar").first.is_visible()
        page.get_by_role("button", name="Stop").click()
        stopped = closing_words(page)
        assert "Stopped: what was under way is stored" in stopped
        inserted = int(re.findall(r"(\d+) inserted", stopped)[0])
        assert 0 < inserted < PICTURES
        page.get_by_role("button", name="Add to the collection").click()
        page.wait_for_selector("text=/[1-9]\\d* photos/")
        page.wait_for_selector(
            f"text={PICTURES - inserted:,} inserted into stopped", timeout=60_000
        )
        assert f"{inserted} skipped" in closing_words(page)
        assert max(host.asked.values()) == 1


def test_dropped_pictures_become_a_collection(data_app: str, running_chromium: Any) -> None:
    rng = np.random.default_rng(1)
    files = [
        {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": picture(rng)} for name in "ab"
    ]
    files.append({"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    table = b"file,label\na.jpg,cat\nb.jpg,dog\n"
    files.append({"name": "photos.csv", "mimeType": "text/csv", "buffer": table})
    with fresh_page(running_chromium) as page:
        page.goto(f"{data_app}/data")
        page.locator("input[type=file]").set_input_files(files)
        page.get_by_text("photos.csv").wait_for()
        page.get_by_label("Collection", exact=True).fill("dropped")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Add to the collection").click()
        page.wait_for_selector("text=2 updated", timeout=60_000)
        page.get_by_text("photos.csv", exact=True).wait_for(state="detached")
        page.get_by_text("Earlier ingests").click()
        page.get_by_text("2 inserted into dropped, 0 skipped, 1 failed").wait_for()
        page.get_by_role("button", name="Open it").first.click()
        page.wait_for_selector("button[data-photo-id]")
        shown = page.locator("button[data-photo-id]").evaluate_all(
            "tiles => tiles.map(tile => tile.dataset.photoId.split('-').pop())"
        )
        assert sorted(shown) == ["a.jpg", "b.jpg"]


def test_a_second_person_sees_what_runs_waits_behind_it_and_both_are_told(
    data_app: str, running_chromium: Any, tmp_path: Path
) -> None:
    addresses = tmp_path / "addresses.txt"
    with (
        Host() as host,
        fresh_page(running_chromium) as one,
        fresh_page(running_chromium) as other,
    ):
        # So many that the first is under way until it is stopped, however slow the pages are.
        slow = [f"{host.url}/slow/{at}.jpg" for at in range(20 * PICTURES)]
        addresses.write_text("\n".join(slow))
        for page in (one, other):
            page.goto(f"{data_app}/data")
            page.get_by_role("button", name="Add to the collection").wait_for()
            wait_idle(page)
        add(one, addresses, "queue one")
        one.wait_for_selector("text=into queue_one, asked for by you")
        other.evaluate("window.dispatchEvent(new Event('focus'))")  # back from another window
        other.wait_for_selector("text=into queue_one, asked for by somebody")
        add(other, addresses, "queue two")
        other.wait_for_selector("text=In the queue: 1 ingest goes first")
        one.wait_for_selector("text=into queue_two, asked for by somebody")
        one.get_by_role("button", name="Remove").click()
        other.wait_for_selector("text=Waiting: 1", state="detached")
        one.get_by_role("button", name="Stop").click()
        other.wait_for_selector("text=Stopped: what was under way is stored", timeout=60_000)
