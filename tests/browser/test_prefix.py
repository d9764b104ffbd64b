"""The app below a path, as behind a reverse proxy that forwards nothing else."""

from urllib.parse import quote, urlsplit

import pytest

from tests.browser.conftest import build
from tests.browser.harness import environment, fresh_page, running_app, wait_until

pytestmark = pytest.mark.browser
PICTURES = "[...document.images].filter(picture => picture.naturalWidth > 0).length"


@pytest.mark.parametrize("below", ["vde", "my fötos"])
def test_every_address_of_every_page_stays_below_the_prefix(tmp_path, running_chromium, below):
    concepts = build(tmp_path, 1)
    env = {**environment(tmp_path, "things"), "STREAMLIT_SERVER_BASE_URL_PATH": below}
    with running_app(env) as address, fresh_page(running_chromium) as page:
        asked = []
        page.on("request", lambda request: asked.append(urlsplit(request.url)))
        page.goto(f"{address}/?concept={concepts[0]}")
        wait_until(page, f"{PICTURES} > 20")
        page.locator("button[data-photo-id]").first.click()
        page.get_by_role("button", name="Next round").click()
        page.wait_for_selector('[data-round="2"]')
        for name in ("search?like=yes-050", "concepts"):
            page.goto(f"{address}/{name}")
            wait_until(page, f"{PICTURES} > 0")
        server = urlsplit(address)
        ours = [part.path for part in asked if part.netloc == server.netloc]
        assert any(path.startswith(f"/{quote(below)}/mine/") for path in ours)
        assert [path for path in ours if not path.startswith(f"/{quote(below)}/")] == []
        # What is open is kept for this app alone, whatever others the host has.
        page.goto(f"{address}/")
        wait_until(page, f"{PICTURES} > 20")
        assert f"concept={concepts[0]}" in page.url
        kept = [cookie for cookie in page.context.cookies() if cookie["name"].startswith("vde_")]
        assert {cookie["path"] for cookie in kept} == {f"/{quote(below)}"}
        assert all(cookie["name"].endswith(f"{server.port}{quote(below)}") for cookie in kept)
