"""The Search page in a real browser: scrolling, likeness, filters, the address, a concept."""

import io
import json

import pytest
from PIL import Image

from tests.browser.harness import script_run, wait_idle, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def search(app, page):
    def open_with(query=""):
        page.goto(f"{app.address}/search{query}")
        page.wait_for_selector("button[data-photo-id]")

    return open_with


def ids(page):
    return page.evaluate(
        "[...document.querySelectorAll('button[data-photo-id]')].map(tile => tile.dataset.photoId)"
    )


def test_a_photo_opened_large_leads_to_more_like_it_which_scrolling_shows_to_the_last(search, page):
    search("?fold=no")
    first = ids(page)[0]
    page.locator("button[data-photo-id]").first.click()
    page.get_by_role("button", name="More like this").click()
    page.get_by_role("button", name="Start a concept").wait_for()
    wait_until(
        page,
        "id => document.querySelector('button[data-photo-id]').dataset.photoId === id",
        arg=first,
    )
    assert page.locator(".vde-score").first.text_content() == "1.00"
    # The address says so.
    page.wait_for_url("**like=**")
    shared = page.url
    shown = ids(page)
    page.goto("about:blank")
    page.goto(shared)
    page.wait_for_selector("button[data-photo-id]")
    assert ids(page) == shown
    assert len(shown) == 100
    for count in (200, 300):
        page.locator("button[data-photo-id]").last.scroll_into_view_if_needed()
        wait_until(
            page,
            "count => document.querySelectorAll('button[data-photo-id]').length === count",
            arg=count,
        )
    assert len(set(ids(page))) == 300


def test_filters_in_the_address_narrow_a_search_that_is_exported_and_starts_a_concept(search, page):
    search("?like=yes-050&description=yes-01&fold=no")
    page.get_by_text("10 photos satisfy the filters, 10 shown").wait_for()
    assert {photo[:6] for photo in ids(page)} == {"yes-01"}
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="JSON").click()
    with open(started.value.path(), encoding="utf-8") as file:
        rows = json.load(file)
    assert [row["id"] for row in rows] == ids(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start a concept").click()
    page.wait_for_selector('[data-round="1"]')
    page.wait_for_url("**concept=**")
    wait_idle(page)
    page.go_back()
    page.get_by_text("10 photos satisfy the filters, 10 shown").wait_for()
    page.wait_for_url("**like=yes-050**")


def test_words_are_searched_for_and_clear_clears_everything_that_is_looked_for(search, page):
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    search()
    for _ in range(3):
        page.get_by_placeholder("Search by words").fill("a dog")
        page.keyboard.press("Enter")
        page.get_by_text("a dog", exact=True).wait_for(timeout=90_000)
        page.get_by_role("button", name="Start a concept").wait_for()
        page.wait_for_url("**text=a+dog**")
        page.get_by_role("button", name="Refine").click()
        page.locator("input[type=file]").first.set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()}
        )
        page.get_by_text("1 picture").wait_for()
        # Typed and left without Enter: the click on Clear is what commits it.
        page.get_by_label("More phrases, one a line").fill("+ wooden")
        clear = page.get_by_role("button", name="Clear", exact=True)
        with script_run(page):
            clear.click(force=True)
            page.keyboard.press("Escape")
        if clear.count():
            clear.click()
        page.get_by_text("a dog").wait_for(state="detached")
        wait_until(page, "!location.search.includes('more=')")
        wait_idle(page)  # the boxes of before are gone
        assert page.get_by_placeholder("Search by words").input_value() == ""
        page.get_by_role("button", name="Refine").click()
        assert page.get_by_label("More phrases, one a line").input_value() == ""
        assert page.get_by_text("a.png").count() == 0
        page.keyboard.press("Escape")
    assert page.get_by_role("button", name="Start a concept").count() == 0


def test_back_leads_through_the_searches_to_the_page_before(search, app, page):
    page.goto(app.address)
    page.get_by_role("link", name="Search").click()
    page.get_by_placeholder("Search by words").wait_for()
    more = page.get_by_label("Ids of photos to find more like, one a line")
    for photo in ("yes-050", "yes-060"):
        page.get_by_role("button", name="Refine").click()
        more.fill(photo)
        page.keyboard.press("Control+Enter")
        page.wait_for_url(f"**like={photo}**")
        page.keyboard.press("Escape")
    page.go_back()
    page.get_by_text("like yes-050").wait_for()
    page.go_forward()
    page.get_by_text("like yes-060").wait_for()
    page.go_back()
    page.get_by_text("like yes-050").wait_for()
    page.go_back()
    page.get_by_role("button", name="Start a concept").wait_for(state="detached")
    page.go_back()
    page.get_by_placeholder("What are you looking for?").wait_for()
    assert page.url.rstrip("/") == app.address


def test_back_leads_from_a_concept_to_the_page_before_however_many_rounds_it_has(mine, app, page):
    page.goto(f"{app.address}/search?like=yes-050")
    page.get_by_text("like yes-050").wait_for()
    concept = mine()
    entries = page.evaluate("history.length")
    for number in (2, 3):
        with script_run(page):
            page.keyboard.press("Enter")
            page.wait_for_selector(f'[data-round="{number}"]')
    assert page.evaluate("history.length") == entries
    assert page.url == f"{app.address}/?concept={concept}"
    page.go_back()
    page.get_by_text("like yes-050").wait_for()


def test_a_picture_of_the_camera_is_searched_with_and_can_be_forgotten(search, page):
    search()
    page.get_by_role("button", name="Refine").click()
    page.get_by_text("Use the camera").click()
    wait_until(page, "document.querySelector('video')?.videoWidth > 0")
    page.get_by_role("button", name="Take Photo").click()
    page.get_by_text("1 picture", exact=True).wait_for(timeout=90_000)
    wait_until(page, "document.querySelector('.vde-score:not(:empty)')")
    assert "like=" not in page.url
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_text("1 picture", exact=True).wait_for(state="detached")
    wait_until(page, "!document.querySelector('.vde-score:not(:empty)')")


NO_PICTURE = {"name": "torn.png", "mimeType": "image/png", "buffer": b"\x89PNG torn"}


def test_an_upload_that_is_no_picture_is_said_in_words(search, page):
    search()
    page.get_by_role("button", name="Refine").click()
    page.locator("input[type=file]").first.set_input_files(NO_PICTURE)
    page.get_by_text("torn.png: The picture cannot be read").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_placeholder("What are you looking for?").wait_for()
    wait_idle(page)
    page.get_by_role("button", name="Refine").click()
    page.locator("input[type=file]").first.set_input_files(NO_PICTURE)
    page.get_by_text("torn.png").wait_for()
    page.get_by_role("button", name="Start with these").click()
    page.get_by_text("The picture cannot be read").wait_for()


def test_a_mistake_is_said_in_words(app, page):
    page.goto(f"{app.address}/search?like=no%20such%20photo")
    page.get_by_text("holds no photo 'no such photo'").wait_for()
