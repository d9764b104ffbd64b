"""The Data page: a similarity head is trained, measured, served and deleted."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.harness import environment, fresh_page, have_chromium, running_app
from tests.tuning.conftest import fill
from vecdb import connect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not have_chromium(), reason="no Chromium is installed"),
]


@pytest.fixture(scope="module")
def tuning_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("tuning")
    # Beside other tests, threads of one product wait for each other longer than they work.
    own = {"ENCODER_HEADS": str(data / "heads"), "OMP_NUM_THREADS": "1"}
    env = {**environment(data, "animals"), **own}
    with connect(env["VECDB_DSN"]) as database:
        fill(database)
    with running_app(env) as address:
        yield address


def train(page: Any, name: str) -> None:
    page.get_by_label("Name of the head").fill(name)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Train", exact=True).click()


def test_a_head_is_trained_measured_served_and_deleted(
    tuning_app: str, running_chromium: Any
) -> None:
    with fresh_page(running_chromium) as page:
        page.goto(f"{tuning_app}/data")
        page.get_by_text("Bring alike photos closer").click()
        train(page, "")
        page.get_by_text("Name the head, look for example").wait_for()
        train(page, "two words")
        page.get_by_text("'two words' cannot name a head").wait_for()
        page.get_by_label("Serve it whatever was measured").check(force=True)
        train(page, "look")
        page.get_by_text("animals__look is ready").wait_for(timeout=180_000)
        page.get_by_text("On classes never seen: R-precision").wait_for()
        page.get_by_role("button", name="Delete animals__look and its head").click()
        page.get_by_role("button", name="Delete animals__look").wait_for(state="detached")
