"""What is open stays open: in the next window, after a reload, on other pages, after a restart."""

import pytest

from tests.browser.conftest import build
from tests.browser.harness import environment, free_port, running_app

pytestmark = pytest.mark.browser


def test_a_concept_stays_open_in_windows_reloads_pages_and_after_a_restart(
    tmp_path, running_chromium
):
    first, second = build(tmp_path, 2)
    env, port = environment(tmp_path, "things"), free_port()
    context = running_chromium.new_context()

    def opens(page, address):
        page.goto(address)
        page.wait_for_selector("[data-round]", timeout=60_000)

    page, other = context.new_page(), context.new_page()
    with running_app(env, port) as address:
        opens(page, f"{address}/?concept={first}")
        opens(page, f"{address}/?concept={second}")
        page.locator("button[data-photo-id]").first.click()
        page.get_by_role("button", name="Next round").click()
        page.wait_for_selector('[data-round="2"]')
        page.reload()
        page.wait_for_selector('[data-round="2"]', timeout=60_000)
        page.get_by_role("link", name="Concepts").click()
        page.get_by_role("link", name="Train", exact=True).first.click()
        page.wait_for_selector('[data-round="2"]', timeout=60_000)
        opens(other, address)
        assert f"concept={second}" in other.url
        page.close()
        other.goto("about:blank")
    with running_app(env, port) as address:
        opens(other, address)
        other.wait_for_selector('[data-round="2"]')
        assert f"concept={second}" in other.url
        other.goto(f"{address}/results")
        other.get_by_text("of 300 photos above").wait_for(timeout=60_000)
        assert second in other.url
    context.close()
