"""Pictures that cannot be had, for a while or for good; drops that nothing on the page takes."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.harness import wait_for, wait_idle, wait_until
from tests.browser.test_intake import picture

pytestmark = pytest.mark.browser
ANY = "[data-photo-id]:not([data-photo-id='yes-002'])"  # yes-002 has no picture
LOADED = f"[...document.querySelectorAll(`{ANY}`)].filter(one => one.dataset.state == 'loaded')"
STATES = f"[...document.querySelectorAll(`{ANY}`)].map(one => one.dataset.state)"


@pytest.mark.parametrize("answer", [None, 503])
def test_pictures_asked_for_while_the_server_is_gone_come_when_it_is_back(app, page, answer):
    # Streamlit's own connection stays: on a busy machine it learns of both too late.
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.abort() if answer is None else route.fulfill(status=answer)

    page.route("**/api/thumb/**", refuse)
    page.goto(f"{app.address}/search")
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    page.locator("button[data-photo-id]").first.click()
    wait_for(page, lambda: asked)
    page.wait_for_timeout(1500)
    assert set(page.evaluate(STATES)) == {"loading"}
    page.unroute_all()
    wait_until(page, f"{LOADED}.length >= 30")
    wait_until(page, "document.querySelector('.vde-viewer img').naturalWidth > 0")
    assert not page.locator(f"{ANY}[data-state=dead]").count()


def test_a_picture_that_is_nowhere_is_said_to_be_and_the_large_one_says_what_it_is(app, page):
    page.goto(f"{app.address}/search?place=yes-00")
    dead = page.locator("[data-photo-id='yes-002']")
    dead.get_by_text("Picture not available").wait_for()
    assert "yes-002" in dead.inner_text()
    dead.click()
    page.locator(".vde-viewer").get_by_text("there is no thumbnail of this photo").wait_for()
    page.keyboard.press("ArrowLeft")
    wait_until(page, "document.querySelector('.vde-viewer img').naturalWidth > 0")
    assert not page.locator(".vde-viewer").get_by_text("not available").is_visible()


def test_a_strip_names_a_picture_that_is_missing_without_a_broken_sign(app, page, mine):
    mine()
    page.locator("button[data-photo-id]").first.click()
    page.get_by_role("button", name="Next round").click()
    page.wait_for_selector('[data-round="2"]')
    page.route("**/api/thumb/**", lambda route: route.abort())
    page.goto(f"{app.address}/concepts")
    strips = page.locator(".stHtml img")
    strips.first.wait_for()
    wait_until(page, "[...document.querySelectorAll('.stHtml img')].every(one => one.complete)")
    shown = Image.open(io.BytesIO(strips.first.screenshot())).convert("RGB")
    colours = np.asarray(shown, int)
    assert np.ptp(colours, axis=2).max() < 12  # a browser's own sign is coloured
    assert np.ptp(colours) > 60  # its name is written there
    assert strips.first.get_attribute("title")


def drag(page, place, *, files=(), **texts):
    """Drop something as from another program: what the page leaves to the browser, it opens."""
    box = place.bounding_box()
    session = page.context.new_cdp_session(page)
    kinds = {"address": "text/uri-list", "text": "text/plain"}
    items = [{"mimeType": kinds[kind], "data": text} for kind, text in texts.items()]
    data = {"items": items, "files": [str(file) for file in files], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchDragEvent", {"type": step, "data": data, **at})
    session.detach()


@pytest.fixture
def teal(tmp_path: Path) -> Path:
    path = tmp_path / "teal.png"
    path.write_bytes(base64.b64decode(picture()))
    return path


@pytest.mark.parametrize("name", ["", "search", "concepts", "classes", "data"])
def test_what_is_dropped_where_nothing_takes_it_leaves_the_page_as_it_is(app, page, teal, name):
    page.goto(f"{app.address}/{name}")
    header = page.get_by_test_id("stHeader")
    header.wait_for()
    wait_idle(page)
    for given in ({"files": [teal]}, {"files": [__file__]}, {"address": "about:blank?gone"}):
        drag(page, header, **given)
        page.wait_for_timeout(300)
        assert page.url.startswith(f"{app.address}/{name}"), given
        assert len(page.context.pages) == 1, given
    wait_idle(page)


def test_a_picture_dropped_on_the_box_for_words_or_beside_an_uploader(app, page, teal):
    page.goto(f"{app.address}/search")
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    box = page.get_by_placeholder("Search by words")
    drag(page, box, text="a thing")
    wait_until(page, "[...document.querySelectorAll('input')].some(one => one.value === 'a thing')")
    drag(page, box, files=[teal])
    page.get_by_text("1 picture", exact=False).first.wait_for()
    page.goto(f"{app.address}/data")
    uploader = page.get_by_test_id("stFileUploaderDropzone").first
    uploader.wait_for()
    wait_idle(page)
    drag(page, uploader, files=[teal])
    page.get_by_text("teal.png").wait_for()
