"""The map in a real browser: made when it is first opened, looked at, and photos chosen on it."""

import io
import math
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
import requests

from tests.browser.harness import wait_for, wait_idle, wait_until
from tests.browser.test_accessibility import serious_in_any

pytestmark = pytest.mark.browser
PHOTOS = 300
# Where each photo is drawn while the whole map is seen: by number, in pixels of the page.
PLACES = """async () => {
  const address = performance.getEntriesByType('resource').map(entry => entry.name)
    .filter(name => name.includes('/points?')).at(-1);
  const bytes = await (await fetch(address)).arrayBuffer();
  const n = new Uint32Array(bytes, 0, 1)[0];
  const [x, y] = [new Uint16Array(bytes, 4 + 4 * n, n), new Uint16Array(bytes, 4 + 6 * n, n)];
  const box = document.querySelector('.vdm-stage').getBoundingClientRect();
  const [wide, high] = [Math.min(box.width, 2.4 * box.height) - 48, box.height - 48];
  return [...x].map((_, at) => [
    (x[at] / 65535 - 0.5) * wide + box.left + box.width / 2,
    (y[at] / 65535 - 0.5) * high + box.top + box.height / 2,
  ]);
}"""
BLUE = """() => {
  const canvas = document.querySelector('.vdm-stage canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === 20 && data[at + 1] === 80 && data[at + 2] === 220) found++;
  }
  return found;
}"""


def open_map(app, page, query=""):
    page.goto(f"{app.address}/search?view=map{query}")
    page.wait_for_selector(f'.vdm[data-drawn="{PHOTOS}"]', timeout=240_000)
    wait_idle(page)
    page.locator(".vdm-stage").scroll_into_view_if_needed()


@pytest.fixture
def opened(app, page):
    open_map(app, page)
    return page


def chosen(page):
    """Wait for the line that says how many photos are chosen; return the number."""
    line = page.get_by_text("chosen", exact=False).first
    line.wait_for()
    return int(line.text_content().split()[0])


def choose_loop(page, corners):
    """Draw a loop with the lasso through these corners, in pixels of the page."""
    page.get_by_role("button", name="Lasso").click()
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=6)
    page.mouse.up()


def around(places, left, right):
    """Return corners of a box around the photos whose x lies in a part of the stage."""
    inside = [place for place in places if left <= place[0] <= right]
    tops = [top for _, top in inside]
    low, high = min(tops) - 6, max(tops) + 6
    return [(left, low), (right, low), (right, high), (left, high), (left, low)]


def test_the_map_is_made_when_it_is_first_opened_and_shows_what_is_pointed_at(app, page):
    page.goto(f"{app.address}/search")
    # The browser lists 250 addresses, and a map that is long in the making asks for more.
    page.evaluate("performance.setResourceTimingBufferSize(10000)")
    page.get_by_role("radio", name="Map").click()
    page.wait_for_selector(f'.vdm[data-drawn="{PHOTOS}"]', timeout=240_000)
    page.get_by_text("This map was made on").wait_for()
    wait_idle(page)
    assert "view=map" in page.url
    assert page.locator(".vdm-name").count() > 1
    assert page.get_by_label("Colour by").locator("option").count() >= 1
    assert page.evaluate(BLUE) == 0
    page.locator(".vdm-stage").scroll_into_view_if_needed()
    # Pointing at a photo shows its picture and words.
    places = page.evaluate(PLACES)
    free = [p for p in places if all(math.dist(p, q) > 3 for q in places if q != p)]
    page.mouse.move(*free[0])
    card = page.locator(".vdm-card")
    card.wait_for()
    wait_until(page, "document.querySelector('.vdm-card img').naturalWidth > 0")
    assert "<img src=x onerror=alert(1)>" in card.text_content()
    box = page.locator(".vdm-stage").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    card.wait_for(state="hidden")
    # Zooming in shows the photos themselves, and none covers another.
    page.locator(".vdm-stage").focus()
    for _ in range(4):
        page.keyboard.press("+")
    thumbs = page.locator(".vdm-thumbs img")
    thumbs.first.wait_for(state="attached")
    wait_until(page, "document.querySelector('.vdm-thumbs img')?.naturalWidth > 0")
    boxes = thumbs.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = max(abs(one["x"] - other["x"]), abs(one["y"] - other["y"]))
            assert apart > 60


def test_no_name_of_a_group_covers_the_photo_in_its_middle(app, page):
    page.goto(f"{app.address}/search?view=map&collection=a_few")
    page.wait_for_selector('.vdm[data-drawn="9"]', timeout=240_000)
    wait_idle(page)
    names = [name.bounding_box() for name in page.locator(".vdm-name:visible").all()]
    assert names
    for x, y in page.evaluate(PLACES):
        for box in names:
            right, down = x - box["x"] - box["width"] / 2, y - box["y"] - box["height"] / 2
            assert math.hypot(right, down) > 10


def test_a_lasso_chooses_the_photos_inside_it_to_look_at_and_to_start_a_concept_from(opened):
    places = sorted(opened.evaluate(PLACES))
    left, right = places[0][0] - 5, (places[149][0] + places[150][0]) / 2
    expected = sum(left < x < right for x, _ in places)
    choose_loop(opened, around(places, left, right))
    assert abs(chosen(opened) - expected) <= 3
    opened.wait_for_selector("button[data-photo-id]")
    assert opened.locator("button[data-photo-id]").count() == 60
    opened.get_by_role("button", name="Clear", exact=True).click()
    wait_until(opened, "!document.querySelector('button[data-photo-id]')")
    wait_idle(opened)
    opened.locator(".vdm-stage").scroll_into_view_if_needed()
    places = opened.evaluate(PLACES)
    xs = sorted(x for x, _ in places)
    choose_loop(opened, around(places, xs[0] - 5, xs[-1] + 5))
    assert chosen(opened) == PHOTOS
    opened.get_by_role("button", name="Start a concept").click()
    opened.wait_for_selector('[data-round="1"]')
    opened.wait_for_url("**concept=**")


def test_what_is_chosen_gets_an_answer_that_is_taken_back_and_a_concept_colours(app, page, mine):
    concept = mine()
    page.get_by_role("link", name="Search", exact=True).first.click()
    page.get_by_role("radio", name="Map").click()
    page.wait_for_selector(f'.vdm[data-drawn="{PHOTOS}"]', timeout=240_000)
    wait_until(
        page,
        "[...document.querySelectorAll('.vdm-name')]"
        ".some(name => name.style.visibility === 'visible')",
    )
    page.locator(".vdm-name:visible").first.click()
    count = chosen(page)
    assert 0 < count < PHOTOS
    page.get_by_role("button", name="✓ Yes").click()
    page.get_by_text("marked yes in").wait_for()
    address = f"{app.address}/api/concepts/{concept}/labels"
    labels = requests.get(address, timeout=30).json()["labels"]
    assert [row["label"] for row in labels] == [1] * count
    # The same button clears it, as in the large picture.
    page.get_by_role("button", name="✓ Yes: clear").click()
    page.get_by_text(f"{count} photos cleared in").wait_for()
    assert {row["label"] for row in requests.get(address, timeout=30).json()["labels"]} == {0}
    page.get_by_role("button", name="✕ No", exact=True).click()
    page.get_by_text("marked no in").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    labels = requests.get(address, timeout=30).json()["labels"]
    assert [row["label"] for row in labels] == [0] * count
    # Photos are coloured by a concept without a run of the page.
    option = page.locator(f"option[value='probability:{concept}']")
    option.wait_for(state="attached")
    wait_idle(page)
    page.get_by_label("Colour by").select_option(f"probability:{concept}")
    page.locator(".vdm-ramp").wait_for()
    assert page.locator(".vdm-ends").text_content() == "0 %100 %"


def test_what_a_search_finds_stands_out_and_the_line_says_so(app, page):
    open_map(app, page, "&like=yes-050&description=yes-01")
    page.get_by_text("The 10 photos nearest to like yes-050 stand out.").wait_for()
    wait_until(page, f"({BLUE})() > 0")
    open_map(app, page, "&description=yes-01")
    page.get_by_text("Those that satisfy the filters stand out: 10 photos.").wait_for()


def test_keys_choose_what_is_seen_which_goes_out_as_a_file_with_its_places(opened):
    assert not serious_in_any(opened)
    opened.locator(".vdm-stage").focus()
    opened.keyboard.press("Enter")
    assert chosen(opened) == PHOTOS
    opened.wait_for_selector("button[data-photo-id]")
    assert not serious_in_any(opened)
    opened.get_by_role("button", name="Export").click()
    with opened.expect_download() as download:
        opened.get_by_role("button", name="CSV").click()
    table = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    assert len(table) == PHOTOS
    assert table["id"].is_unique
    assert {"x", "y", "group", "photographer"} <= set(table.columns)
    assert table[["x", "y"]].min().min() >= 0
    assert table[["x", "y"]].max().max() <= 1
    # Escape lets go what is chosen, arrows say what is in the middle.
    opened.keyboard.press("Escape")
    opened.get_by_test_id("stPopoverBody").wait_for(state="hidden")
    opened.locator(".vdm-stage").focus()
    opened.keyboard.press("Escape")
    wait_until(opened, "!document.querySelector('button[data-photo-id]')")
    opened.keyboard.press("ArrowLeft")
    wait_until(opened, "document.querySelector('.vdm-live').textContent.length > 0")


@pytest.mark.parametrize("sampled", [False, True])
def test_from_an_empty_part_a_button_leads_back_to_the_whole(opened, sampled):
    few = 200 if sampled else PHOTOS  # of a large collection the browser holds a sample

    def cut(route):
        asked = parse_qs(urlsplit(route.request.url).query)
        whole = asked["left"] == asked["top"] == ["0"] and asked["right"] == ["1"]
        body, kept = route.fetch().body(), few if whole else 0
        columns = [(4, 4), (4 + 4 * PHOTOS, 2), (4 + 6 * PHOTOS, 2), (4 + 8 * PHOTOS, 1)]
        parts = [body[start : start + size * kept] for start, size in columns]
        route.fulfill(body=b"".join([kept.to_bytes(4, "little"), *parts]))

    if sampled:
        opened.route("**/points?*", cut)
        opened.reload()
        opened.wait_for_selector(f'.vdm[data-drawn="{few}"]')
        opened.locator(".vdm-stage").scroll_into_view_if_needed()
    back = opened.get_by_role("button", name="No photos here")
    assert not back.is_visible()
    box = opened.locator(".vdm-stage").bounding_box()
    opened.mouse.move(box["x"] + 2, box["y"] + 2)
    for _ in range(12):
        opened.mouse.wheel(0, -400)
    back.click()
    opened.wait_for_selector(f'.vdm[data-drawn="{few}"]')
    wait_until(opened, "document.querySelector('.vdm-back').hidden")


def test_a_map_whose_points_are_on_their_way_is_not_called_empty(opened):
    asked = []
    opened.route("**/points?*", lambda route: asked.append(route))
    opened.reload()
    wait_until(opened, "document.querySelector('.vdm-stage')?.clientWidth > 0")
    opened.wait_for_timeout(600)  # several times as long as a map stands still before it is judged
    wait_for(opened, lambda: asked)
    assert not opened.get_by_role("button", name="No photos here").is_visible()
    for route in asked:
        route.continue_()
    opened.wait_for_selector(f'.vdm[data-drawn="{PHOTOS}"]')


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_what_the_colours_mean_stands_below_the_map_and_covers_no_photo(opened, width):
    opened.set_viewport_size({"width": width, "height": 844})
    wait_until(opened, f"document.querySelector('.vdm-stage').clientWidth < {width}")
    wait_idle(opened)
    stage, legend = (opened.locator(f".vdm-{part}").bounding_box() for part in ("stage", "legend"))
    assert legend["height"] > 20
    assert legend["y"] >= stage["y"] + stage["height"]


def test_another_collection_chosen_on_the_map_opens_its_map(opened, app):
    opened.get_by_role("combobox", name="Collection").click()
    opened.get_by_role("option", name="a_few", exact=True).click()
    wait_for(opened, lambda: "collection=a_few" in opened.url)
    wait_idle(opened)
    assert opened.get_by_role("combobox", name="Collection").input_value() == "a_few"
    assert "view=map" in opened.url
    assert opened.locator("button[data-photo-id]").count() == 0  # Photos shows them at once


def test_in_high_contrast_the_legend_keeps_its_colours_and_what_is_pressed_is_seen(opened):
    page = opened
    page.emulate_media(forced_colors="active")
    shade = "name => getComputedStyle(document.querySelector(name)).backgroundColor"
    swatches = page.locator(".vdm-swatch").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(swatches)) == len(swatches) > 1
    pressed, other = (
        page.evaluate(shade, f".vdm .vde-quiet[aria-pressed={is_so}]")
        for is_so in ("true", "false")
    )
    assert pressed != other
    page.emulate_media(forced_colors="none")
