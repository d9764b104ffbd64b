"""Where the tiles stand: whole pictures in full rows, squares on request, nothing that jumps."""

import io
import threading
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from explorer import Explorer
from tests.browser.conftest import ODD
from tests.browser.harness import (
    environment,
    fresh_page,
    kept_page,
    running_app,
    wait_for,
    wait_idle,
    wait_still,
    wait_until,
)
from vecdb import Store

pytestmark = pytest.mark.browser
SHAPES = [(640, 480), (480, 640), (1600, 400), (300, 900), (500, 500)]
BOXES = """[...document.querySelectorAll('.vde-cell')].map(cell => {
  const box = cell.getBoundingClientRect();
  return [box.left, box.top, box.width, box.height];
})"""


@pytest.fixture(scope="module")
def shapes_app(tmp_path_factory):
    """An app on pictures of many shapes; its address, and that of a concept of 25 a page."""
    data = tmp_path_factory.mktemp("shapes")
    env = environment(data, "shapes")
    ids = [f"p{at:03d}" for at in range(120)]
    sizes = [SHAPES[at % 5] for at in range(120)]
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(120, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    jpegs = []
    for size in SHAPES:
        buffer = io.BytesIO()
        Image.new("RGB", size, "teal").save(buffer, "JPEG")
        jpegs.append(buffer.getvalue())
    Store(env["VECDB_STORE"]).put_thumbnails(
        "shapes", ((photo, photo, jpegs[at % 5]) for at, photo in enumerate(ids))
    )
    with Explorer(env["VECDB_DSN"], store=env["VECDB_STORE"]) as explorer:
        collection = explorer.database.create_collection("shapes", "offline", 512)
        columns = {
            "width": pa.array([w for w, _ in sizes], pa.uint32()),
            "height": pa.array([h for _, h in sizes], pa.uint32()),
        }
        collection.insert(
            pa.table({"id": ids, "url": [""] * 120, "vector": list(vectors), **columns})
        )
        concept = explorer.rounds.begin(collection, "a shape", vectors[0]).concept.id
    with running_app(env) as address:
        yield address, f"{address}/?concept={concept}"


@pytest.fixture
def shapes(shapes_app, profile):
    """A page of that concept that nobody has opened yet, and its address."""
    address, concept = shapes_app
    with kept_page(profile, address) as opened:
        yield opened, concept


def open_page(page, address):
    """Open it, and wait until nothing more comes that makes its place narrower."""
    page.goto(address)
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)


def boxes(page):
    return np.array(page.evaluate(BOXES))


def rows_of(found):
    """Split boxes by their tops."""
    return [found[found[:, 1] == top] for top in np.unique(found[:, 1])]


PLACED = """async ([count, width]) => {
  const { placeSquares } = await import(document.querySelector('link[href$="layout.js"]').href);
  return placeSquares(count, { width, room: 810, endless: false })
    .map(box => [box.row, box.left + box.width, box.width]);
}"""

RAGGED = """async () => {
  const { placeWhole } = await import(document.querySelector('link[href$="layout.js"]').href);
  const shapes = [1.5, 0.67, 1.33, 1.78, 1, 1.5, 0.75, 1.5, 1.33, 0.67, 1.5, 1.78];
  const places = [[960, 4], [960, 9], [1392, 6], [1392, 9], [1392, 12], [1872, 12]];
  return places.flatMap(([width, count]) => {
    const boxes = placeWhole(shapes.slice(0, count), { width, room: 810, endless: false });
    const ends = Object.values(Object.groupBy(boxes, box => box.row)).map(row => row.at(-1));
    return ends.map(box => width - box.left - box.width);
  });
}"""

FEW = """async count => {
  const { placeWhole } = await import(document.querySelector('link[href$="layout.js"]').href);
  return placeWhole(Array(count).fill(1.5), { width: 1390, room: 810, endless: false })
    .map(box => box.height);
}"""


def test_a_page_is_as_wide_with_a_scroll_bar_as_without(shapes):
    # Where rows fit in one of the two alone, the page would turn from one to the other for ever.
    # A headless browser hides its scroll bars: their room alone can be seen.
    page, address = shapes
    open_page(page, address)
    main = "getComputedStyle(document.querySelector('[data-testid=stMain]'))"
    assert page.evaluate(f"{main}.scrollbarGutter") == "stable"


def test_few_photos_are_not_much_larger_than_many(shapes):
    page, address = shapes
    open_page(page, address)
    assert max(max(page.evaluate(FEW, count)) for count in (1, 2, 3, 5)) <= 260
    # Nor do their rows end before the page does, one a little higher than another.
    assert max(page.evaluate(RAGGED)) == pytest.approx(0, abs=1)


RESIZE = """width => new Promise(done => {
  document.querySelector('.vde-tiles').style.width = `${width}px`;
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""


def test_no_tile_moves_when_pictures_arrive_or_photos_are_marked(shapes):
    page, address = shapes
    held, arriving = [], threading.Event()
    page.route(
        "**/api/thumb/**",
        lambda route: route.continue_() if arriving.is_set() else held.append(route),
    )
    open_page(page, address)
    before = boxes(page)
    wait_for(page, lambda: held)
    arriving.set()
    for route in held:
        route.continue_()
    wait_until(page, "document.querySelectorAll('button[data-state=loaded]').length === 25")
    page.keyboard.press("a")
    assert np.array_equal(before, boxes(page))


def test_a_width_that_ends_between_two_pixels_breaks_no_row(shapes):
    page, address = shapes
    open_page(page, address)
    for width in (993.5, 993.7, 1200.9):
        page.evaluate(RESIZE, width)
        for row in rows_of(boxes(page)):
            assert row[-1][0] + row[-1][2] - row[0][0] == pytest.approx(width, abs=2)


def test_pictures_are_whole_in_full_rows_and_squares_remain_a_choice_that_is_remembered(shapes):
    page, address = shapes
    open_page(page, address)
    found = boxes(page)
    width = page.locator(".vde-tiles").bounding_box()["width"]
    rows = rows_of(found)
    assert sum(len(row) for row in rows) == 25
    for row in rows:
        assert row[-1][0] + row[-1][2] - row[0][0] == pytest.approx(width, abs=2)
        assert np.ptp(row[:, 3]) < 0.1
    ids = page.evaluate(
        "[...document.querySelectorAll('button[data-photo-id]')].map(t => t.dataset.photoId)"
    )
    for photo, (_, _, w, h) in zip(ids, found, strict=True):
        across, down = SHAPES[int(photo[1:]) % 5]
        assert w / h == pytest.approx(min(3, max(0.45, across / down)), rel=0.02)
    page.get_by_role("button", name="Crop photos to squares").click()
    open_page(page, address)
    found = boxes(page)
    assert found[:, 2] == pytest.approx(found[:, 3], abs=0.1)
    assert np.ptp(found[:, 2]) < 0.2 * found[:, 2].max()
    page.keyboard.press("f")
    assert np.ptp(boxes(page)[:, 2]) > 50
    # Squares fill every row at the usual widths.
    for width in (976, 1232, 1318, 1392, 1488, 1632, 1872, 2512):
        for count in (25, 50, 100):
            placed = np.array(page.evaluate(PLACED, [count, width]))
            assert len(placed) == count
            for row in np.unique(placed[:, 0]):
                ends = placed[placed[:, 0] == row, 1].max()
                assert ends == pytest.approx(width, abs=1), (width, count, row)
            assert placed[:, 2].min() > 0.75 * placed[:, 2].max()


# Where the page of a round stands, frame by frame until its script has run.
WATCH = """round => {
  performance.clearMarks();
  const tops = window.tops = new Set();
  const watch = () => {
    if (window.tops !== tops) return;
    const top = one => document.querySelector(one)?.getBoundingClientRect().top;
    if (document.querySelector(`[data-round="${round}"]`)) {
      tops.add(`${top('.vde-bar')} ${top('.vde-tiles')} ${top('.vde-advice')}`);
    }
    requestAnimationFrame(watch);
  };
  watch();
}"""


def wait_for_round(page, number):
    """Wait until a round's page is shown, which WATCH waits for, and its script has brought it too.

    Not by `script_run`: a run that ends before the browser has drawn its begin is not seen there.
    """
    page.wait_for_selector(f'[data-round="{number}"]')
    wait_until(page, "performance.getEntriesByName('vde:received').length > 1")
    wait_idle(page)


def test_next_round_shows_the_top_of_the_new_page_and_undo_the_first_where_it_stays(mine, page):
    page.set_viewport_size({"width": 1000, "height": 500})
    mine()
    wait_idle(page)
    assert page.locator(".st-key-first_page").is_visible()
    last = page.locator("button[data-photo-id]").last
    last.click()
    last.scroll_into_view_if_needed()
    page.evaluate(WATCH, 2)
    page.keyboard.press("Enter")
    wait_for_round(page, 2)
    page.wait_for_selector(".st-key-first_page", state="detached")
    bar = page.locator(".vde-bar").bounding_box()
    tiles = page.locator(".vde-tiles").bounding_box()
    assert bar["y"] + bar["height"] - 1 <= tiles["y"] < bar["y"] + bar["height"] + 30
    assert 0 < page.locator(".vde-advice").bounding_box()["y"] < 500
    assert len(page.evaluate("[...window.tops]")) == 1, "the page moved after it was shown"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate(WATCH, 1)
    page.get_by_role("button", name="Undo").click()
    wait_for_round(page, 1)
    assert len(page.evaluate("[...window.tops]")) == 1, "the page moved after it was shown"


CUT = """[...document.querySelectorAll('[data-testid=stColumn] :is(button, label, input), '
  + '[data-testid=stColumn] :is(button, label) *, [data-testid=stButtonGroup] *')]
  .filter(part => part.clientWidth > 9 && part.scrollWidth > part.clientWidth + 1 &&
    getComputedStyle(part).overflowX !== 'visible')
  .map(part => part.textContent || part.value)"""


def test_every_view_of_a_concept_is_in_sight_on_a_phone(app, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{app.address}/concepts?concept={app.concepts[-1]}")
    page.get_by_role("radio", name="Export").wait_for()
    wait_idle(page)
    for name in ("Results", "New", "Labels", "Audit", "Own labels", "Export"):
        box = page.get_by_role("radio", name=name, exact=True).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360

        border = "(one) => getComputedStyle(one).borderLeftColor.replace(/[^,]*,/g, '')"
        view = page.get_by_role("radio", name=name, exact=True)
        assert view.evaluate(border) != " 0)", f"the left edge of {name} is not drawn"


PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize("browser", [None, PHONE])
def test_a_link_of_the_menu_that_lies_over_the_page_closes_it(app, running_chromium, browser):
    size = {"width": 740, "height": 800}
    with fresh_page(running_chromium, viewport=size, user_agent=browser) as page:
        page.goto(f"{app.address}/search")
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebarNavLink").get_by_text("Concepts").click()
        page.get_by_role("heading", name="Concepts").wait_for()
        wait_still(page)
        assert page.get_by_test_id("stSidebar").get_attribute("data-collapsed") == "true"


def test_the_first_photos_of_a_search_stand_in_a_phones_upper_half(app, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.address}/search?text=a")
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    assert page.get_by_role("button", name="Refine").is_visible()
    assert page.locator(".vde-cell").first.bounding_box()["y"] < 450


@pytest.mark.parametrize("width", [390, 1440])
def test_where_no_photo_is_shown_no_way_to_show_them_is_offered(app, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{app.address}/search?label=none")
    page.get_by_text("No photo satisfies all of this").wait_for()
    wait_idle(page)
    offered = page.locator(".vde-bar button")
    assert [button.inner_text() for button in offered.all() if button.is_visible()] == []


def test_a_switch_is_as_high_as_the_box_beside_it(app, page):
    page.goto(f"{app.address}/search")
    page.get_by_role("radio", name="Map").wait_for()
    wait_idle(page)
    switch = page.get_by_role("radio", name="Map").bounding_box()
    box = page.get_by_role("button", name="Filters").bounding_box()
    assert [switch["y"], switch["height"]] == pytest.approx([box["y"], box["height"]], abs=2)


@pytest.mark.parametrize("width", [720, 1000, 1280, 1440])
def test_no_controls_words_are_cut_in_a_narrow_window(mine, app, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    concept = mine()
    controls = page.locator("[data-testid=stHorizontalBlock]").first
    for place in ("", "search?text=a", f"concepts?concept={concept}&view=labels", "classes"):
        if place:
            page.goto(f"{app.address}/{place}")
        page.get_by_test_id("stColumn").first.wait_for()
        wait_idle(page)
        cut = [words for words in page.evaluate(CUT) if ODD[:4] not in words]  # but for names
        assert cut == [], place
        if not place and width > 720:
            assert controls.bounding_box()["height"] < 60


OVER = """[...document.querySelectorAll('[data-testid=stColumn]')]
  .filter(column => column.scrollWidth > column.clientWidth + 1)
  .map(column => column.innerText)"""


@pytest.mark.parametrize("width", [660, 720, 1000, 1010])
def test_no_column_lies_over_the_next(mine, app, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    concept = mine()
    views = [f"concepts?concept={concept}&view={view}" for view in ("export", "labels", "audit")]
    for place in ("search?text=a", *views, "classes", "data"):
        page.goto(f"{app.address}/{place}")
        page.get_by_test_id("stColumn").first.wait_for()
        wait_idle(page)
        assert page.evaluate(OVER) == [], place


SAID = "getComputedStyle(document.querySelector('[data-testid=stHeader]'), '::after')"


def test_a_page_that_is_long_in_coming_says_that_it_works(app, page):
    page.goto(f"{app.address}/search")
    page.wait_for_selector("button[data-photo-id]")
    wait_idle(page)
    assert page.evaluate(f"{SAID}.content") == "none"
    running = "app => { app.dataset.testScriptState = 'running'; }"
    page.get_by_test_id("stApp").evaluate(running)
    assert page.evaluate(f"{SAID}.opacity") == "0"
    wait_until(page, f"{SAID}.opacity === '1'")
    assert "Working" in page.evaluate(f"{SAID}.content")


SHADES = """(parts => parts.map(part =>
  getComputedStyle(document.querySelector(part)).backgroundColor))([
  'body', '[data-testid=stSlider] [role=group] > div > :first-child',
  '.stCheckbox :has(> [role=switch]:checked) + div', '[role=radio][aria-checked=true]',
  '[role=radio][aria-checked=false]'])"""


@pytest.mark.parametrize("reason", ["round 1", "boundary"])
@pytest.mark.parametrize("touch", [False, True])
def test_what_stands_on_a_narrow_photo_does_not_overlap(app, running_chromium, touch, reason):
    size = {"width": 390, "height": 844}
    with fresh_page(running_chromium, viewport=size, is_mobile=touch, has_touch=touch) as page:
        page.goto(f"{app.address}/?concept={app.concepts[-1]}")
        page.wait_for_selector(".vde-reason", state="attached")
        wait_idle(page)
        says = page.locator(".vde-reason").first
        says.evaluate("(one, words) => { one.textContent = words; }", reason)
        page.locator(".vde-cell").first.evaluate("cell => { cell.style.width = '81px'; }")
        page.locator("[data-photo-id]").first.hover()
        *shown, whole = page.locator(
            ".vde-cell >> nth=0 >> :is(.vde-rank, .vde-score, .vde-reason, .vde-like)"
        ).evaluate_all("""all => [...all.map(one => {
          const { left, right, top, bottom } = one.getBoundingClientRect();
          return [left, right, top, bottom];
        }), all.every(one => one.scrollWidth <= one.clientWidth)]""")
        for one, other in combinations(shown, 2):
            apart = max(one[0], other[0]) >= min(one[1], other[1])
            assert apart or max(one[2], other[2]) >= min(one[3], other[3])
        assert whole or not touch


def test_in_high_contrast_sliders_switches_and_what_is_chosen_are_seen(mine, app, page):
    concept = mine()
    page.get_by_role("button", name="Next round").click()
    page.wait_for_selector('[data-round="2"]')
    page.emulate_media(forced_colors="active")
    page.goto(f"{app.address}/concepts?concept={concept}&view=results")
    page.get_by_test_id("stSlider").wait_for()
    wait_idle(page)
    paper, track, switch, chosen, other = page.evaluate(SHADES)
    assert paper not in {track, switch}
    assert chosen != other
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("width", [768, 820, 1280])
def test_next_round_stands_at_the_right_of_the_first_line(mine, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    mine()
    wait_idle(page)
    action = page.locator(".vde-action").bounding_box()
    title, bar = page.locator(".vde-round").bounding_box(), page.locator(".vde-bar").bounding_box()
    assert abs(action["x"] + action["width"] - bar["x"] - bar["width"]) < 2
    assert abs(action["y"] + action["height"] / 2 - title["y"] - title["height"] / 2) < 10


def test_the_buttons_of_a_table_cover_nothing_where_fingers_have_them_in_sight(
    app, running_chromium
):
    phone = {"width": 390, "height": 844}
    with fresh_page(running_chromium, viewport=phone, has_touch=True, is_mobile=True) as page:
        page.goto(f"{app.address}/data")
        buttons = page.get_by_test_id("stElementToolbar").first
        buttons.wait_for()
        wait_idle(page)
        header = page.get_by_test_id("stHeader").bounding_box()
        assert buttons.bounding_box()["y"] >= header["y"] + header["height"]
