"""axe-core finds nothing serious on any page, in light and dark."""

from itertools import pairwise

import pytest
import requests
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.harness import kept_page, wait_still, wait_until

pytestmark = pytest.mark.browser
# Streamlit's own page shell: not ours to mend, and listed here so that nothing else hides in it.
SHELL = {
    "document-title",
    "html-has-lang",
    "landmark-one-main",
    "region",
}


VIOLATIONS = {"resultTypes": ["violations"], "rules": {name: {"enabled": False} for name in SHELL}}
# Each address, and what shows that its page is there and that of the one before it is not.
PAGES = {
    "": "[data-round]",
    "search": "text=300 photos in things, 100 shown",
    "search?like=yes-050": "text=Start a concept",
    "concepts": "text=of 300 photos above",
    "concepts?view=labels": "text=No labels of this kind yet",
    "concepts?view=audit": "text=Begin the audit",
    "concepts?view=results": "text=of 300 photos above",
    "concepts?view=new": "text=new matches since",
    "concepts?view=truth": "text=came without labels",
    "concepts?view=export": "text=Prepare",
    "data": "text=Add photos",
}
# Leads to an address as Back does, which loads nothing anew.
LEAD = """address => {
  history.pushState({}, '', address);
  window.dispatchEvent(new PopStateEvent('popstate'));
}"""
VIEWS = {
    "Sheets": "[data-class]",
    "Heat map": "[data-testid=stVegaLiteChart]",
    "Confusion": "text=The true classes of these pictures are not known",
    "One class": "button[data-photo-id]",
}


def serious(page):
    """What axe-core finds that keeps people out, a line each.

    Streamlit fades what a run has not drawn again yet: that is over before the look.
    """
    wait_still(page)
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", VIOLATIONS)
    return "\n".join(
        f"{finding['id']}: {finding['help']}: {node['html'][:200]}"
        for finding in found["violations"]
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    )


def serious_in_any(page):
    """What axe-core finds in light or in dark."""
    found = {}
    now = page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme")
    for scheme in ("dark", "light") if now == "dark" else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        wait_until(
            page,
            "scheme => getComputedStyle(document.querySelector('.stApp')).colorScheme === scheme",
            arg=scheme,
        )
        found[scheme] = serious(page)
    return "\n".join(f"{scheme}: {each}" for scheme, each in found.items() if each)


@pytest.fixture(scope="module")
def phone(running_chromium):
    size = {"width": 390, "height": 844}
    return running_chromium.new_context(viewport=size, has_touch=True, is_mobile=True)


def each_page(page, app):
    """Open one page after the other, with a concept; yields its address."""
    concept = f"concept={app.concepts[0]}"
    page.goto(f"{app.address}/?{concept}")
    for name, sign in PAGES.items():
        page.evaluate(LEAD, f"/{name}{'&' if '?' in name else '?'}{concept}")
        page.wait_for_selector(sign)
        yield name


def test_no_serious_finding_on_any_page(app, page):
    for name in each_page(page, app):
        assert not serious_in_any(page), name


HEADINGS = "Array.from(document.querySelectorAll('h1, h2, h3, h4'), one => Number(one.tagName[1]))"


def test_every_page_has_one_heading_above_all_and_leaves_no_step_out(app, page):
    for name in each_page(page, app):
        wait_still(page)
        first, *others = page.evaluate(HEADINGS)
        assert first == 1, name
        assert all(2 <= one <= before + 1 for before, one in pairwise([1, *others])), name


# The page scrolls in a part of it: the document itself is never wider than the window.
UPRIGHT = """![document.documentElement, document.querySelector('[data-testid=stMain]')]
  .some(part => part.scrollWidth > part.clientWidth)"""
SAY = """name => document.querySelectorAll('.vde-round, .vde-note, .vde-error').forEach(part => {
  part.hidden = false;
  part.textContent = name;
})"""


def test_no_serious_finding_on_a_phone_and_nothing_to_scroll_sideways(app, phone):
    with kept_page(phone, app.address) as page:
        for name in each_page(page, app):
            assert not serious(page), name
            wait_until(page, UPRIGHT)


@pytest.mark.parametrize("width", [390, 700, 1000])
@pytest.mark.parametrize("name", ["a house by the lake " * 8, "lake_house_" * 12])
def test_no_page_is_wider_than_its_window_however_long_a_concepts_name_is(app, page, name, width):
    page.set_viewport_size({"width": width, "height": 844})
    asked = {"text": name, "name": name, "collection": "things"}
    taught, begun = (
        requests.post(f"{app.address}/api/concepts", json=asked, timeout=60).json()["concept"]["id"]
        for _ in range(2)
    )
    address = f"{app.address}/api/concepts/{taught}/labels"
    answer = {"labels": [{"photo_id": "yes-003", "label": 1}]}
    requests.post(address, json=answer, timeout=60).raise_for_status()
    for address, sign in (
        ("", "text=Go on with"),
        (f"?concept={begun}", "text=was taught before"),
        ("concepts", "text=latest first"),
        (f"concepts?view=audit&concept={taught}", "text=Begin the audit"),
    ):
        page.goto(f"{app.address}/{address}")
        page.locator(sign).first.wait_for()
        wait_still(page)
        wait_until(page, UPRIGHT)
    page.goto(f"{app.address}/search")
    page.locator(".vde-round").wait_for()
    wait_still(page)
    page.evaluate(SAY, name)  # as of a collection of this name
    wait_until(page, UPRIGHT)


def test_no_serious_finding_in_any_view_of_classes(app, page):
    page.goto(f"{app.address}/classes")
    page.get_by_label("Classes, one a line").fill("cat\ndog", timeout=90_000)
    page.keyboard.press("Control+Enter")
    for view, sign in VIEWS.items():
        page.get_by_role("radio", name=view).click()
        page.locator(sign).first.wait_for()
        assert not serious_in_any(page), view


def test_no_serious_finding_in_what_opens_on_the_training_page(mine, page):
    mine()
    page.get_by_role("button", name="Unmarked means: skip").click()
    page.keyboard.press("?")
    assert not serious_in_any(page)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press(" ")
    page.get_by_role("dialog").wait_for()
    assert not serious_in_any(page)
