"""axe-core finds nothing serious on any page, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

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
PAGES = ["", "search", "search?like=yes-050", "labels", "audit", "results", "concepts", "data"]
PAGES += [f"concepts?view={view}" for view in ("new", "truth", "export")]


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
    return "\n".join(
        f"{finding['id']}: {finding['help']}: {node['html'][:200]}"
        for finding in Axe().run(page, options=VIOLATIONS).response["violations"]
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    )


def serious_in_any(page):
    """What axe-core finds in light or in dark."""
    found = {}
    for scheme in ("light", "dark"):
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


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding(app, profile, name):
    with kept_page(profile, app.address) as page:
        page.goto(f"{app.address}/{name}{'&' if '?' in name else '?'}concept={app.concepts[0]}")
        page.wait_for_selector("button[data-photo-id], input, [role=alert]")
        assert not serious_in_any(page)


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding_on_a_phone_and_nothing_to_scroll_sideways(app, phone, name):
    with kept_page(phone, app.address) as page:
        page.goto(f"{app.address}/{name}{'&' if '?' in name else '?'}concept={app.concepts[0]}")
        page.wait_for_selector("button[data-photo-id], input, [role=alert]")
        assert not serious(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_serious_finding_in_any_view_of_classes(app, profile):
    with kept_page(profile, app.address) as page:
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
