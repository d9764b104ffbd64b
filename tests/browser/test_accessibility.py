"""axe-core finds nothing serious on any page, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.harness import fresh_page

pytestmark = pytest.mark.browser
# Streamlit's own page shell: not ours to mend, and listed here so that nothing else hides in it.
SHELL = {
    "document-title",
    "html-has-lang",
    "landmark-one-main",
    "region",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["", "labels", "audit", "results", "concepts", "data"])
def test_no_serious_finding(app, running_chromium, name, scheme):
    with fresh_page(running_chromium, color_scheme=scheme) as page:
        page.goto(f"{app.address}/{name}?concept={app.concepts[0]}")
        page.wait_for_selector("button[data-photo-id], input, [role=alert]")
        page.wait_for_timeout(1500)
        found = Axe().run(page).response["violations"]
    serious = [
        f"{finding['id']}: {finding['help']}: {node['html'][:200]}"
        for finding in found
        if finding["impact"] in {"serious", "critical"} and finding["id"] not in SHELL
        for node in finding["nodes"]
    ]
    assert not serious, "\n".join(serious)
