"""People who log in, at a real OpenID provider of this machine: who sees and does what."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.browser.conftest import App, build
from tests.browser.harness import (
    environment,
    free_port,
    fresh_page,
    have_chromium,
    running_app,
    wait_still,
)

ROLES = """
[roles]
own = ["ann@example.org", "eve@example.org"]
label = ["Ben@example.org", "bo@example.org"]
look = ["*@looks.example"]
"""
PEOPLE: dict[str, dict[str, object]] = {
    "ann": {"email": "ann@example.org", "email_verified": True},
    "ben": {"email": "ben@example.org"},
    "bo": {"email": "bo@example.org"},
    "cy": {"email": "cy@looks.example"},
    "dot": {"email": "dot@elsewhere.example"},
    "eve": {"email": "eve@example.org", "email_verified": False},
}


@contextlib.contextmanager
def running_provider() -> Iterator[str]:
    """Start an OpenID provider that knows PEOPLE; yield its address."""
    port = free_port()
    known = [json.dumps({"sub": name, **claims}) for name, claims in PEOPLE.items()]
    claims = [word for person in known for word in ("--user-claims", person)]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{address}/jwks", timeout=60).ok:
                    break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    if not have_chromium():
        pytest.skip("no Chromium is installed")
    data = tmp_path_factory.mktemp("login")
    concepts = build(data, 14)  # more than the tests take: one may run twice
    with running_provider() as provider:
        secrets = data / "secrets.toml"
        secrets.write_text(
            "[auth]\n"
            'redirect_uri = "http://localhost:{port}/oauth2callback"\n'
            'cookie_secret = "a secret of this test alone, long enough"\n'
            'client_id = "vde"\nclient_secret = "x"\n'
            f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
            '[auth.nobody]\nclient_id = "vde"\nclient_secret = "x"\n'
            f'server_metadata_url = "http://127.0.0.1:{free_port()}/configuration"\n{ROLES}'
        )
        env = {
            **environment(data, "things"),
            "STREAMLIT_SECRETS_FILES": str(secrets),
            "AUTHLIB_INSECURE_TRANSPORT": "1",
        }
        with running_app(env) as address:
            yield App(address, data, concepts)


pytestmark = pytest.mark.browser
Enter = Callable[[str], Any]


@pytest.fixture(scope="module")
def enter(app: App, running_chromium: Any) -> Iterator[Enter]:
    """Open a browser of somebody's own, in which they log in once."""
    pages: dict[str, Any] = {}
    with contextlib.ExitStack() as held:

        def log_in(name: str) -> Any:
            if name not in pages:
                pages[name] = held.enter_context(fresh_page(running_chromium))
                pass_login(app, pages[name], name)
            return pages[name]

        yield log_in


def pass_login(app: App, page: Any, name: str) -> None:
    page.goto(app.address)
    choose_person(app, page, name)


def choose_person(app: App, page: Any, name: str) -> None:
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(f"{app.address}/**")
    page.get_by_role("button", name="Log out").wait_for()


def thumbnail(app: App) -> str:
    return f"{app.address}/api/thumb/things/no-200"


def answer_first(app: App, page: Any, concept: str) -> str:
    """Mark the first photo of a concept's page, finish the page, and return the photo."""
    page.goto(f"{app.address}/?concept={concept}")
    tile = page.locator("button[data-photo-id]").first
    tile.wait_for()
    photo = str(tile.get_attribute("data-photo-id"))
    tile.click()
    page.get_by_role("button", name="Next round").click()
    page.locator('[data-round="2"]').wait_for()
    return photo


def labels_of(app: App, page: Any, concept: str) -> dict[str, str]:
    """Return who labelled what, as somebody's browser is told."""
    told = page.request.get(f"{app.address}/api/concepts/{concept}/labels").json()["labels"]
    return {row["photo_id"]: row["by"] for row in told if row["label"]}


def test_without_a_login_nothing_is_shown_and_nothing_is_answered(app, page):
    for path in ("", "search", "concepts", "data", "labels"):
        page.goto(f"{app.address}/{path}")
        page.get_by_role("button", name="Log in", exact=True).wait_for()
        assert page.locator("button[data-photo-id]").count() == 0
        assert not page.get_by_text("Train", exact=True).count()
    concept = app.concepts[0]
    for answer in (
        page.request.get(thumbnail(app)),
        page.request.get(f"{app.address}/api/collections"),
        page.request.get(f"{app.address}/api/concepts/{concept}/labels"),
        page.request.get(f"{app.address}/api/original/things?id=no-200"),
        page.request.post(f"{app.address}/mine/{concept}", data={"turn": "undo"}),
        page.request.post(f"{app.address}/api/concepts/{concept}/undo", data={}),
        page.request.post(f"{app.address}/knn-service", data={"text": "x"}),
    ):
        assert answer.status == 401, answer.url
        assert answer.json()["error"].startswith("Log in on this app's pages first")


def test_two_people_label_at_once_and_each_answer_is_its_givers(app, enter):
    ann, ben = enter("ann"), enter("ben")
    first, second = app.concepts.pop(), app.concepts.pop()
    chosen = answer_first(app, ann, first), answer_first(app, ben, second)
    ann.get_by_text("ann@example.org owns this app.").wait_for()
    ben.get_by_text("ben@example.org may label.").wait_for()
    assert labels_of(app, ben, first) == {chosen[0]: "ann@example.org"}
    assert labels_of(app, ann, second) == {chosen[1]: "ben@example.org"}
    # A name that is sent, or kept by the browser, does not stand for the one who logged in.
    ben.context.add_cookies([{"name": "vde_person", "value": "ann", "url": app.address}])
    sent = {"labels": [{"photo_id": "no-250", "label": -1}], "by": "ann@example.org"}
    told = ben.request.post(f"{app.address}/api/concepts/{second}/labels", data=sent)
    assert told.ok
    assert labels_of(app, ben, second)["no-250"] == "ben@example.org"


def test_who_logs_in_next_in_one_browser_finds_nothing_of_who_was_there(app, page):
    pass_login(app, page, "ben")
    concept = app.concepts.pop()
    page.goto(f"{app.address}/?concept={concept}")
    tile = page.locator("button[data-photo-id]").first
    tile.wait_for()
    photo = tile.get_attribute("data-photo-id")
    tile.click()
    page.locator('button[data-label="positive"]').first.wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(lambda url: not url.startswith(app.address))
    pass_login(app, page, "bo")
    page.get_by_text("bo@example.org may label.").wait_for()
    assert page.locator("[data-round]").count() == 0  # the concept that ben had open
    page.goto(f"{app.address}/?concept={concept}")
    mine = page.locator(f'button[data-photo-id="{photo}"]')
    mine.wait_for()
    assert mine.get_attribute("data-label") == ""
    assert page.request.get(thumbnail(app)).ok


def test_who_may_label_opens_no_folder_of_the_server(app, enter):
    page = enter("ben")
    page.goto(f"{app.address}/data")
    page.get_by_text("As ben@example.org you may not change collections").wait_for()
    assert page.get_by_label("Folder, or a TSV").count() == 0
    assert page.get_by_role("link", name="Data").count() == 0
    page.goto(f"{app.address}/concepts")
    page.get_by_text("ben@example.org may label.").wait_for()
    assert page.get_by_text("Change the encoder").count() == 0


def test_who_may_look_sees_everything_and_changes_nothing(app, enter, page):
    pass_login(app, page, "cy")
    ann = enter("ann")
    concept = app.concepts.pop()
    photo = answer_first(app, ann, concept)
    page.goto(f"{app.address}/train")
    page.get_by_text("As cy@looks.example you may not label photos or change concepts").wait_for()
    page.goto(app.address)
    page.get_by_text("300 photos in things").wait_for()  # Search, not a refusal
    page.goto(f"{app.address}/?concept={concept}")  # what ann has sent on
    page.wait_for_url(f"{app.address}/concepts?concept={concept}")
    page.locator("button[data-photo-id]").first.wait_for()
    for view, shown in (("labels", f'button[data-photo-id="{photo}"]'), ("results", "input")):
        page.goto(f"{app.address}/concepts?concept={concept}&view={view}")
        page.locator(shown).first.wait_for()
        assert page.get_by_role("button", name="Save changes").count() == 0
    assert page.request.get(thumbnail(app)).ok
    assert page.request.get(f"{app.address}/api/concepts/{concept}/page").ok
    for path, sent in (
        (f"mine/{concept}", {"turn": "undo"}),
        (f"api/concepts/{concept}/undo", {}),
        (f"api/concepts/{concept}/labels", {"labels": [{"photo_id": "no-250", "label": 1}]}),
        ("api/concepts", {"photo_ids": ["no-250"]}),
    ):
        answer = page.request.post(f"{app.address}/{path}", data=sent)
        assert answer.status == 403
        words = "As cy@looks.example you may not label photos or change concepts: ask an owner"
        assert answer.json()["error"].startswith(words)
    assert labels_of(app, ann, concept) == {photo: "ann@example.org"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dot", "dot@elsewhere.example may not use this app"),
        ("eve", "tells no confirmed e-mail address"),
    ],
)
def test_a_login_without_a_role_is_told_so_and_shown_nothing(app, page, name, words):
    pass_login(app, page, name)
    page.get_by_text(words).wait_for()
    for path in ("data", "search"):
        page.goto(f"{app.address}/{path}")
        page.get_by_text(words).wait_for()
        assert page.locator("button[data-photo-id]").count() == 0
    for path in ("api/collections", "api/thumb/things/no-200"):
        assert page.request.get(f"{app.address}/{path}").status in {401, 403}


def test_a_cookie_that_this_app_has_not_signed_is_nobodys(app, page):
    forged = json.dumps({"is_logged_in": True, "email": "ann@example.org"})
    page.context.add_cookies([{"name": "_streamlit_user", "value": forged, "url": app.address}])
    assert page.request.get(f"{app.address}/api/collections").status == 401
    page.goto(app.address)
    page.get_by_role("button", name="Log in", exact=True).wait_for()


def test_two_people_judge_the_same_photos_and_see_where_they_differ(app, enter):
    ann, ben = enter("ann"), enter("ben")
    concept = app.concepts.pop()
    photo = answer_first(app, ann, concept)
    ben.goto(f"{app.address}/concepts?concept={concept}&view=labels")
    tile = ben.locator(f'button[data-photo-id="{photo}"]')
    tile.wait_for()
    ben.get_by_role("combobox", name="By").click()
    ben.get_by_role("option", name="Not judged by you yet").click()
    ben.locator(f'button[data-photo-id="{photo}"][data-label=""]').wait_for()  # ann's is hidden
    tile.click()
    tile.click()
    ben.get_by_role("button", name="Save changes").click()
    ben.get_by_text("You have judged every photo that others have.").wait_for()
    differing = f"/api/concepts/{concept}/agreement"
    [pair] = ben.request.get(app.address + differing).json()["pairs"]
    assert (pair["both"], pair["differing"]) == (1, [photo])
    ben.goto(f"{app.address}/concepts?concept={concept}&view=labels")
    ben.get_by_role("radio", name="Differing").click()
    said = f'[data-photo-id="{photo}"][data-reason="ann@example.org ✓, ben@example.org ✕"]'
    ben.locator(said).wait_for()
    counted = f"{app.address}/api/concepts/{concept}"
    assert ben.request.get(counted).json()["no"] == 1  # even: the later answer
    ben.get_by_text("2 people").click()
    ben.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()
    wait_still(ben)
    ben.get_by_role("combobox", name="The concept learns from").click()
    ben.get_by_role("option", name="ann@example.org", exact=True).click()
    ben.locator(f'button[data-photo-id="{photo}"][data-label="positive"]').wait_for()
    found = ben.request.get(counted).json()
    assert (found["yes"], found["no"]) == (1, 0)


def test_a_window_follows_who_logs_out_and_in_in_another_one(app, page):
    pass_login(app, page, "ben")
    concept = app.concepts.pop()
    page.goto(f"{app.address}/?concept={concept}")
    tile = page.locator("button[data-photo-id]").first
    tile.click()
    photo = str(tile.get_attribute("data-photo-id"))
    mine = page.locator(f'button[data-photo-id="{photo}"][data-label="positive"]')
    other = page.context.new_page()
    other.goto(f"{app.address}/concepts")
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url(lambda url: not url.startswith(app.address))
    page.get_by_role("button", name="Next round").click()
    page.get_by_text("You are logged out. Your clicks are kept in this browser").wait_for()
    pass_login(app, other, "bo")
    page.get_by_role("button", name="Next round").click()
    page.get_by_text("bo@example.org has logged in to this browser meanwhile").wait_for()
    assert not labels_of(app, other, concept)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.get_by_text("bo@example.org may label.").wait_for()
    page.locator("button[data-photo-id]").first.wait_for()
    assert concept not in page.url
    assert mine.count() == 0
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url(lambda url: not url.startswith(app.address))
    page.evaluate("dispatchEvent(new Event('focus'))")
    choose_person(app, page, "ben")
    mine.wait_for()
    page.get_by_role("button", name="Next round").click()
    page.locator('[data-round="2"]').wait_for()
    assert labels_of(app, page, concept)[photo] == "ben@example.org"


def test_an_address_that_was_sent_on_opens_once_its_reader_has_logged_in(app, page):
    sent = f"{app.address}/concepts?concept={app.concepts[0]}&view=labels"
    page.goto(sent)
    choose_person(app, page, "cy")
    page.wait_for_url(sent)
    page.get_by_text("cy@looks.example may look.").wait_for()


def test_a_provider_that_does_not_answer_is_told_where_one_would_log_in(app, page):
    page.goto(app.address)
    page.get_by_role("button", name="Log in with nobody").click()
    page.get_by_text("The login does not answer: try again in a moment").wait_for()
    pass_login(app, page, "ben")


@pytest.mark.parametrize("way", ["refused", "forged"])
def test_a_login_that_came_to_nothing_is_told_until_the_next_one_succeeds(app, page, way):
    sent = f"{app.address}/concepts?concept={app.concepts[0]}&view=labels"
    page.goto(sent)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="cy", exact=True).wait_for()
    state = parse_qs(urlsplit(page.url).query)["state"][0]
    told = "error=access_denied" if way == "refused" else "code=forged"
    page.goto(f"{app.address}/oauth2callback?state={state}&{told}")
    page.get_by_text("The login did not succeed: try again").wait_for()
    assert "login_failed" not in page.url
    choose_person(app, page, "cy")
    page.wait_for_url(sent)
    assert not page.get_by_text("The login did not succeed").count()


def test_a_slip_in_the_settings_opens_a_running_app_to_nobody(app, page):
    settings = app.data / "secrets.toml"
    kept = settings.read_text()
    try:
        settings.write_text("[auth")
        for _ in range(30):  # Streamlit looks after the file ten times a second
            answer = requests.get(f"{app.address}/api/collections", timeout=60)
            assert answer.status_code == 401
            time.sleep(0.1)
        page.goto(app.address)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.get_by_text("The login does not answer: try again in a moment").wait_for()
    finally:
        settings.write_text(kept)
    time.sleep(1)
    pass_login(app, page, "ben")
