"""axe-core finds nothing serious on any page, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.harness import fresh_page, wait_still

pytestmark = pytest.mark.browser
# Streamlit's own page shell: not ours to mend, and listed here so that nothing else hides in it.
SHELL = {
    "document-title",
    "html-has-lang",
    "landmark-one-main",
    "region",
}


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
        for finding in Axe().run(page).response["violations"]
        if finding["impact"] in {"serious", "critical"} and finding["id"] not in SHELL
        for node in finding["nodes"]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding(app, running_chromium, name, scheme):
    with fresh_page(running_chromium, color_scheme=scheme) as page:
        page.goto(f"{app.address}/{name}{'&' if '?' in name else '?'}concept={app.concepts[0]}")
        page.wait_for_selector("button[data-photo-id], input, [role=alert]")
        assert not serious(page)


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding_on_a_phone_and_nothing_to_scroll_sideways(app, running_chromium, name):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with fresh_page(running_chromium, **phone) as page:
        page.goto(f"{app.address}/{name}{'&' if '?' in name else '?'}concept={app.concepts[0]}")
        page.wait_for_selector("button[data-photo-id], input, [role=alert]")
        assert not serious(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_in_any_view_of_classes(app, running_chromium, scheme):
    with fresh_page(running_chromium, color_scheme=scheme) as page:
        page.goto(f"{app.address}/classes")
        page.get_by_label("Classes, one a line").fill("cat\ndog", timeout=90_000)
        page.keyboard.press("Control+Enter")
        for view, sign in VIEWS.items():
            page.get_by_role("radio", name=view).click()
            page.locator(sign).first.wait_for()
            assert not serious(page), view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_in_what_opens_on_the_training_page(app, running_chromium, scheme):
    with fresh_page(running_chromium, color_scheme=scheme) as page:
        page.goto(f"{app.address}/?concept={app.concepts.pop()}")
        page.wait_for_selector("button[data-photo-id]")
        page.get_by_role("button", name="Unmarked means: skip").click()
        page.keyboard.press("?")
        assert not serious(page)
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("1")
        page.keyboard.press(" ")
        page.get_by_role("dialog").wait_for()
        assert not serious(page)
