"""What is open stays open: in the next window, after a reload, on other pages, after a restart."""

import pytest

from tests.browser.conftest import build
from tests.browser.harness import (
    PATIENCE,
    environment,
    free_port,
    fresh_page,
    running_app,
    script_run,
    wait_idle,
    wait_until,
)

pytestmark = pytest.mark.browser


def test_a_concept_stays_open_in_windows_reloads_pages_and_after_a_restart(
    tmp_path, running_chromium
):
    first, second = build(tmp_path, 2)
    env, port = environment(tmp_path, "things"), free_port()
    context = running_chromium.new_context()
    context.set_default_timeout(1000 * PATIENCE)

    def opens(page, address):
        page.goto(address)
        page.wait_for_selector("[data-round]")

    page, other = context.new_page(), context.new_page()
    with running_app(env, port) as address:
        opens(page, f"{address}/?concept={first}")
        opens(page, f"{address}/?concept={second}")
        page.locator("button[data-photo-id]").first.click()
        page.get_by_role("button", name="Next round").click()
        page.wait_for_selector('[data-round="2"]')
        page.reload()
        page.wait_for_selector('[data-round="2"]')
        page.get_by_role("link", name="Concepts").click()
        page.get_by_role("link", name="Train", exact=True).first.click()
        page.wait_for_selector('[data-round="2"]')
        opens(other, address)
        other.wait_for_url(f"**concept={second}**")
        page.close()
        other.goto("about:blank")
    with running_app(env, port) as address:
        opens(other, address)
        other.wait_for_selector('[data-round="2"]')
        other.wait_for_url(f"**concept={second}**")
        other.goto(f"{address}/results")
        other.get_by_text("of 300 photos above").wait_for()
        other.wait_for_url(f"**{second}**")
    context.close()


def choose(page, control, option):
    page.get_by_role("combobox", name=control, exact=True).click()
    with script_run(page):
        page.get_by_role("option", name=option, exact=True).click()


def go_to(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()
    wait_until(page, f"location.pathname.endsWith('{'/' if name == 'Train' else name.lower()}')")
    wait_idle(page)


def value_of(page, control):
    return page.get_by_role("combobox", name=control, exact=True).input_value()


def test_a_collection_stays_chosen_on_every_page_though_another_is_listed_first(app, page):
    page.goto(app.address)
    page.get_by_placeholder("What are you looking for?").wait_for()
    wait_idle(page)
    for chosen in ("a_few", "things"):
        choose(page, "Collection", chosen)
        for name in ("Search", "Classes", "Train", "Concepts", "Data", "Search", "Train"):
            go_to(page, name)
            if name != "Concepts":
                assert value_of(page, "Which" if name == "Data" else "Collection") == chosen, name
        page.reload()
        page.get_by_placeholder("What are you looking for?").wait_for()
        assert value_of(page, "Collection") == chosen
        page.goto(f"{app.address}/data")
        page.get_by_label("Collection", exact=True).wait_for()
        assert page.get_by_label("Collection", exact=True).input_value() == chosen
        page.goto(app.address)
        page.get_by_placeholder("What are you looking for?").wait_for()
        wait_idle(page)


def test_the_phrase_and_the_page_size_are_there_after_another_page(mine, page):
    mine()
    wait_idle(page)
    phrase = page.get_by_placeholder("What are you looking for?")
    typed = phrase.input_value()
    assert typed
    choose(page, "Photos per page", "50 per page")
    for name in ("Search", "Concepts", "Train"):
        go_to(page, name)
    assert phrase.input_value() == typed
    assert value_of(page, "Photos per page") == "50 per page"
    wait_until(page, "document.querySelectorAll('button[data-photo-id]').length === 50")


def test_going_back_leads_from_an_opened_concept_to_the_list(mine, app, page):
    mine()
    page.goto(f"{app.address}/concepts")
    opened = page.get_by_text("All concepts", exact=True)
    open_first = page.get_by_role("button", name="Open", exact=True).first
    open_first.click()
    opened.wait_for()
    wait_until(page, "location.search.includes('concept=')")
    wait_idle(page)
    page.go_back()
    opened.wait_for(state="hidden")
    open_first.wait_for()
    go_to(page, "Train")
    page.wait_for_selector("[data-round]")  # it is still the one that is open


def test_going_back_leads_from_a_concept_to_the_start_page_and_forward_to_it_as_it_was(mine, page):
    mine()
    page.locator("button[data-photo-id]").first.click()
    page.get_by_role("button", name="Next round").click()
    page.wait_for_selector('[data-round="2"]')
    phrase = page.get_by_placeholder("What are you looking for?")
    typed = phrase.input_value()
    with script_run(page):
        page.get_by_role("button", name="New", exact=True).click()
    with script_run(page):
        page.get_by_role("button", name=": 1 yes, 0 no").first.click()
    page.wait_for_selector('[data-round="2"]')
    page.locator("button[data-photo-id]").first.click()
    page.go_back()
    page.wait_for_selector("[data-round]", state="hidden")
    wait_idle(page)
    assert phrase.input_value() == ""
    page.go_forward()
    page.wait_for_selector('[data-round="2"]')
    wait_idle(page)
    assert phrase.input_value() == typed
    assert page.locator("[data-label=positive]").count() == 1


CONNECTED = "!!document.querySelector('[data-test-connection-state=CONNECTED]')"


def test_what_is_pressed_while_the_server_is_gone_is_told_and_no_click_is_lost(
    tmp_path, running_chromium
):
    [concept] = build(tmp_path, 1)
    env, port = environment(tmp_path, "things"), free_port()
    with fresh_page(running_chromium) as page:
        save = page.locator(".vde-action")
        with running_app(env, port) as address:
            page.goto(f"{address}/concepts?concept={concept}&view=audit")
            page.get_by_role("button", name="Begin the audit").click()
            page.locator("button[data-photo-id]").first.click()
        wait_until(page, f"!{CONNECTED}")
        save.evaluate("button => button.click()")  # Streamlit's own words lie above it
        page.get_by_text("The server does not answer").wait_for()
        with running_app(env, port):
            wait_until(page, CONNECTED)
            save.evaluate("button => button.click()")
            page.get_by_text("The server was started anew").wait_for()
            assert page.locator("[data-label=positive]").count() == 1
            save.click()
            page.get_by_text("25 of").wait_for()


PRESS = """name => {
  const look = setInterval(() => {
    if (!document.querySelector('[data-test-connection-state=CONNECTED]')) return;
    const buttons = [...document.querySelectorAll('button')];
    const button = buttons.find(one => one.innerText.trim() === name);
    if (!button) return;
    clearInterval(look);
    button.click();
  }, 5);
}"""


def test_a_button_pressed_before_the_new_server_knows_it_is_told(tmp_path, running_chromium):
    build(tmp_path, 1)
    env, port = environment(tmp_path, "things"), free_port()
    with fresh_page(running_chromium) as page:
        clear = page.get_by_role("button", name="Clear", exact=True)
        with running_app(env, port) as address:
            page.goto(f"{address}/search?like=yes-050")
            clear.wait_for()
            wait_idle(page)
        page.get_by_text("Connection error").wait_for()
        assert not page.get_by_text("yourscript").is_visible()
        page.evaluate(PRESS, "Clear")
        with running_app(env, port):
            told = page.get_by_text("The server was started anew")
            told.wait_for()
            wait_idle(page)  # a press before the first run has drawn the button is told again
            clear.click()
            clear.wait_for(state="hidden")
            told.wait_for(state="hidden")


def test_a_choice_on_the_map_is_told_while_the_server_is_gone_and_heard_of_a_new_one(
    tmp_path, running_chromium
):
    build(tmp_path, 1)
    env, port = environment(tmp_path, "things"), free_port()
    with fresh_page(running_chromium) as page:
        choose = page.get_by_role("button", name="Choose what is seen", include_hidden=True)
        with running_app(env, port) as address:
            page.goto(f"{address}/search?view=map")
            page.get_by_text("This map was made on").wait_for(timeout=120_000)
            choose.wait_for(state="attached")
        wait_until(page, f"!{CONNECTED}")
        choose.evaluate("button => button.click()")
        page.get_by_text("choose again in a moment").wait_for()
        page.evaluate(PRESS, "Choose what is seen")
        with running_app(env, port):
            page.get_by_text("300 photos chosen").wait_for()


def test_a_file_that_is_offered_is_the_new_servers_without_another_press(
    tmp_path, running_chromium
):
    build(tmp_path, 1)
    env, port = environment(tmp_path, "things"), free_port()
    with fresh_page(running_chromium) as page:
        export = page.get_by_role("button", name="Export", exact=True)
        with running_app(env, port) as address:
            page.goto(f"{address}/search?like=yes-050")
            export.click()
            page.get_by_role("button", name="JSON").wait_for()
            wait_idle(page)
        page.get_by_text("Connection error").wait_for()
        with running_app(env, port):
            wait_until(page, "document.body.dataset.outdated !== undefined")
            wait_until(page, "document.body.dataset.outdated === undefined")
            wait_idle(page)
            json = page.get_by_role("button", name="JSON")
            if not json.is_visible():
                export.click()
            with page.expect_download() as found:
                json.click()
            assert "yes-050" in found.value.path().read_text()


def test_train_opens_the_collection_that_its_address_names_until_another_one_is_chosen(
    mine, app, page
):
    mine()
    page.goto(f"{app.address}/?collection=a_few")
    wait_until(page, "document.querySelectorAll('button[data-photo-id]').length === 9")
    assert value_of(page, "Collection") == "a_few"
    choose(page, "Collection", "things")
    page.wait_for_url(lambda url: "collection=" not in url)
    wait_until(page, "document.querySelectorAll('button[data-photo-id]').length > 9")
    assert value_of(page, "Collection") == "things"
    page.goto(f"{app.address}/?collection=gone")
    page.get_by_text("There is no collection gone: this is things.").wait_for()
