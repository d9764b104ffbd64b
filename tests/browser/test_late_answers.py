"""Answers that are on their way: what is on the page stays true until they come, and after."""

import contextlib
import threading
import time

import pytest
import requests

from tests.browser.harness import wait_for, wait_idle, wait_until
from tests.browser.test_accessibility import LEAD
from tests.browser.test_intake import drop, picture
from tests.browser.test_map import PHOTOS, open_map
from tests.browser.test_marks import labels, tile, wait_round
from tests.browser.test_other_pages import judge

pytestmark = pytest.mark.browser

# As Streamlit leaves an event out where a newer one comes before its script could run.
DROP_EVENTS = "() => { const all = WebSocket.prototype; all.sent = all.send; all.send = () => {} }"
KEEP_EVENTS = "() => { WebSocket.prototype.send = WebSocket.prototype.sent }"

# Keeps what the server says from the page, as a slow line does.
HOLD_ANSWERS = """
window.heldAnswers = [];
window.readText = (data) => new TextDecoder().decode(data);
const hold = (listener) => function (event) {
  const tell = () => listener.call(this, event);
  if (window.isHeld) heldAnswers.push({ data: event.data, tell }); else tell();
};
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, listener, options) {
  listen.call(this, type, type === "message" ? hold(listener) : listener, options);
};
"""


@contextlib.contextmanager
def held(page, address, method="GET"):
    """Hold requests back until the end of the block; yields them."""
    asked, released = [], threading.Event()

    def hold(route):
        if released.is_set() or route.request.method != method:
            route.continue_()
        else:
            asked.append(route)

    page.route(address, hold)
    yield asked
    released.set()
    for route in asked:
        route.continue_()


def test_a_window_is_told_that_its_concept_moved_on_though_its_script_ran_meanwhile(
    app, mine, page
):
    concept = mine()
    wait_idle(page)
    with held(page, "**/mine/*") as asked:
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        wait_for(page, lambda: asked)
        page.get_by_role("button", name="Unmarked means: skip").click()
        page.get_by_role("button", name="Unmarked means: no").wait_for()
        wait_idle(page)
        address = f"{app.address}/mine/{concept}"
        first = requests.post(address, json={"turn": "show"}, timeout=60).json()
        shown = [{"id": one["id"], "reason": one["reason"]} for one in first["tiles"]]
        finish = {"turn": "finish", "round": 1, "shown": shown, "yes": [shown[0]["id"]], "no": []}
        requests.post(address, json=finish, timeout=60).raise_for_status()
    page.get_by_role("button", name="Show its page").click()
    wait_round(page, 2)


def test_a_page_of_a_concept_that_was_left_meanwhile_does_not_come_over_the_next(app, mine, page):
    first, second = mine(), app.concepts.pop()
    wait_idle(page)
    with held(page, "**/mine/*", "POST") as asked:
        tile(page, 0).click()
        page.keyboard.press("Enter")
        wait_for(page, lambda: asked)
        page.evaluate(LEAD, f"/?concept={second}")
        wait_until(page, "!document.querySelector('[data-label=positive]')")
        wait_idle(page)
    wait_round(page, 1)
    wait_idle(page)
    assert page.locator("[data-round]").get_attribute("data-round") == "1"
    assert f"concept={second}" in page.url
    stored = requests.get(f"{app.address}/api/concepts/{first}/labels", timeout=60).json()
    assert sum(row["label"] for row in stored["labels"]) == 1


def test_what_is_saved_while_another_concept_is_on_its_way_is_of_the_one_that_is_seen(
    app, mine, page
):
    page.add_init_script(HOLD_ANSWERS)
    first, given = mine(), judge(page, 1)
    second, others = mine(), judge(page, 1)
    page.goto(f"{app.address}/concepts?concept={first}&view=labels")
    tile(page, 0).wait_for()
    wait_idle(page)
    tile(page, 0).click()
    changed = tile(page, 0).get_attribute("data-photo-id")
    page.evaluate("window.isHeld = true")
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").first.click()  # what was answered last
    wait_until(
        page, f"heldAnswers.some(({{ data }}) => readText(data).includes('labels:{second}:'))"
    )
    page.get_by_role("button", name="Save changes").click()
    wait_for(page, lambda: stored(app, first) == given | {changed: -given[changed]})
    page.evaluate("window.isHeld = false; heldAnswers.splice(0).forEach((one) => one.tell())")
    wait_idle(page)
    assert stored(app, second) == others


def stored(app, concept):
    """Return the answers of a concept."""
    answer = requests.get(f"{app.address}/api/concepts/{concept}/labels", timeout=60)
    return {row["photo_id"]: row["label"] for row in answer.json()["labels"]}


def test_a_threshold_that_is_being_set_is_kept_though_the_next_page_comes(app, mine, page):
    concept = mine()
    wait_idle(page)
    slider = page.get_by_role("slider", name="Threshold")
    with held(page, "**/mine/*", "POST") as asked:
        page.keyboard.press("Enter")
        wait_for(page, lambda: asked)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
        page.mouse.down()
    wait_round(page, 2)
    wait_idle(page)
    assert slider.get_attribute("aria-valuenow") == "0.80"
    page.mouse.up()
    address = f"{app.address}/api/concepts/{concept}"
    wait_for(page, lambda: requests.get(address, timeout=60).json()["threshold"] == 0.8)


def set_threshold(page):
    """Click the slider of the threshold at .8, and return it."""
    slider = page.get_by_role("slider", name="Threshold")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    return slider


def test_a_threshold_set_just_as_the_next_page_comes_is_kept(app, mine, page):
    concept = mine()
    wait_idle(page)
    page.evaluate(
        "() => { window.frames_ = []; window.requestAnimationFrame = one => frames_.push(one) }"
    )
    page.locator(".vde-action").click()
    wait_round(page, 2)
    page.evaluate(DROP_EVENTS)
    slider = set_threshold(page)
    page.evaluate(KEEP_EVENTS)
    page.evaluate("() => { while (frames_.length) frames_.shift()() }")
    address = f"{app.address}/api/concepts/{concept}"
    wait_for(page, lambda: requests.get(address, timeout=60).json()["threshold"] == 0.8)
    wait_idle(page)
    assert slider.get_attribute("aria-valuenow") == "0.80"


def test_a_threshold_set_just_before_the_page_is_answered_goes_along_with_the_answers(
    app, mine, page
):
    concept = mine()
    wait_idle(page)
    page.evaluate(DROP_EVENTS)
    slider = set_threshold(page)
    page.evaluate(KEEP_EVENTS)
    page.locator(".vde-action").click()
    wait_round(page, 2)
    wait_idle(page)
    assert slider.get_attribute("aria-valuenow") == "0.80"
    address = f"{app.address}/api/concepts/{concept}"
    assert requests.get(address, timeout=60).json()["threshold"] == 0.8


def test_a_picture_dropped_while_the_next_page_is_on_its_way_is_not_lost_in_silence(mine, page):
    mine()
    with held(page, "**/mine/*", "POST") as asked:
        page.keyboard.press("Enter")
        wait_for(page, lambda: asked)
        assert drop(page, [["teal.png", "image/png", picture()]])
        page.get_by_text("drop or paste it again").wait_for()
    wait_round(page, 2)
    assert page.get_by_text("drop or paste it again").is_visible()


BUSY = """() => window.addEventListener('click', () => {
  const until = performance.now() + 500;
  while (performance.now() < until);
}, { once: true })"""


def test_a_double_click_is_one_however_long_the_page_takes_to_hear_of_it(mine, page):
    mine()
    page.evaluate(BUSY)
    box = tile(page, 6).bounding_box()
    at = {"x": box["x"] + 20, "y": box["y"] + box["height"] / 2, "button": "left"}
    session = page.context.new_cdp_session(page)
    begun = time.time()
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            moment = {"timestamp": begun + count / 10, "clickCount": count}
            session.send("Input.dispatchMouseEvent", {"type": kind, **at, **moment})
    page.get_by_role("dialog", name="Large picture").wait_for()
    assert set(labels(page)) == {""}


ASKED_FOR = """async ([first, second]) => {
  const preload = document.querySelector('link[href$="/points.js"]');
  const source = window.source = new (await import(preload.href)).Source();
  source.open({ stamp: 'one', photos: 'photos-of-a-test' });
  window.described = 0;
  for (const rows of [first, second]) source.describe(rows).then(() => { window.described += 1; });
}"""


@pytest.mark.parametrize("stamp", ["one", "two"])
def test_a_photo_that_is_asked_for_already_is_waited_for_and_one_of_the_map_before_forgotten(
    app, page, stamp
):
    open_map(app, page)
    row = {"row": 1, "id": "a", "src": "", "caption": "a", "group": ""}
    asked = []
    page.route("**/photos-of-a-test?*", lambda route: asked.append(route))
    page.evaluate(ASKED_FOR, [[0, 1], [1]])
    wait_for(page, lambda: asked)
    page.evaluate("stamp => source.open({ stamp, photos: 'photos-of-a-test' })", stamp)
    assert page.evaluate("described") == 0
    asked[0].fulfill(json=[row])
    wait_until(page, "described === 2")
    assert len(asked) == 1
    assert page.evaluate("source.known.size") == (stamp == "one")


def test_what_is_in_the_middle_of_the_map_is_not_called_nothing_before_it_is_known(app, page):
    open_map(app, page)
    said = page.locator(".vdm-live")
    page.locator(".vdm-stage").focus()
    with held(page, "**/photos?*") as asked:
        for _ in range(2):
            page.keyboard.press("0")
        wait_for(page, lambda: asked)
        assert said.text_content() == ""
    wait_until(page, "document.querySelector('.vdm-live').textContent.includes(', in ')")


def test_points_that_did_not_come_are_asked_for_again_with_the_next_move(app, page):
    open_map(app, page)
    page.route("**/points?*", lambda route: route.abort())
    page.reload()
    page.get_by_text("The server does not answer: try again in a moment.").wait_for()
    page.unroute_all()
    page.locator(".vdm-stage").focus()
    page.keyboard.press("0")
    page.wait_for_selector(f'.vdm[data-drawn="{PHOTOS}"]')
    wait_until(page, "!document.querySelector('.vdm-note').textContent")


CORNER = (
    "document.querySelector('.vdm-stage canvas').getContext('2d').getImageData(1, 1, 1, 1).data"
)


def test_the_map_takes_the_pages_colour_whenever_that_comes(app, page):
    open_map(app, page)
    map_ = page.locator(".vdm")
    map_.evaluate("map => map.style.setProperty('--paper', 'rgb(1, 2, 3)')")
    wait_until(page, f"[...{CORNER}].slice(0, 3).join() === '1,2,3'")
