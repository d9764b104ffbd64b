"""One app for the browser tests, on a small collection, with a fresh concept for each test."""

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer.rounds import Rounds
from tests.browser.harness import (
    environment,
    have_chromium,
    kept_page,
    no_script_error,
    running_app,
    wait_until,
)
from tests.browser.latency import DIM, picture
from vecdb import Store, connect

ROWS = 300
ODD = '<img src=x onerror=alert(1)> "quoted" \'\u202eشرق\u202c 🐈 &amp;'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a test once more whose page was too slow, as it is on a busy machine; `R` tells of it.

    A widget that was drawn anew stands beside the one before it while its script still runs.
    """
    slow = ["TimeoutError", "strict mode violation"]
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=slow))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what its page said."""
    report = yield
    page: Any = item.funcargs.get("page")
    if page is not None and call.excinfo is not None and call.when == "call":
        with contextlib.suppress(Exception):  # the browser may be what failed
            script = page.get_by_test_id("stApp").get_attribute("data-test-script-state")
            said = page.locator("body").inner_text(timeout=2_000)
            report.sections.append(("Page", f"{page.url}, script {script}:\n{said}"))
    return report


@dataclass
class App:
    """A running app, its files, and concepts that nobody has opened yet."""

    address: str
    data: Path
    concepts: list[str]


def build(data: Path, concepts: int) -> list[str]:
    """Store 300 photos and begin so many concepts on them; nine are a collection of their own too.

    A third of the photos is `yes-...`, one has an odd name, one no picture.
    """
    env = environment(data, "things")
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(ROWS, DIM)).astype(np.float32)
    vectors[:100] += 1.5 * rng.normal(size=DIM).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{'yes' if at < 100 else 'no'}-{at:03d}" for at in range(ROWS)]
    ids[1] = f"yes-{ODD}"
    store = Store(env["VECDB_STORE"])
    store.put_thumbnails("things", ((i, i, picture(rng)) for i in ids if i != "yes-002"))
    anchor = vectors[:100].mean(axis=0)
    with connect(env["VECDB_DSN"]) as database:
        collection = database.create_collection("things", "offline", DIM)
        collection.insert(
            pa.table(
                {
                    "id": ids,
                    "url": [""] * ROWS,
                    "vector": list(vectors),
                    "description": [f"{ODD} {i}" for i in ids],
                    "photographer": ["Ada"] * ROWS,
                    "width": pa.array([640] * ROWS, pa.uint32()),
                    "height": pa.array([480] * ROWS, pa.uint32()),
                }
            )
        )
        few = database.create_collection("a_few", "offline", DIM)
        few.insert(pa.table({"id": ids[:9], "url": [""] * 9, "vector": list(vectors[:9])}))
        first = Rounds(database).begin(collection, f"{ODD} 0", anchor).concept.id
        # Each is as fresh as the first, whose page is mined once.
        others = (database.concepts.duplicate(first, f"{ODD} {at}") for at in range(1, concepts))
        return [first, *(concept.id for concept in others)]


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[App]:
    if not have_chromium():
        pytest.skip("no Chromium is installed")
    data = tmp_path_factory.mktemp("app")
    tests = [test for test in request.session.items if isinstance(test, pytest.Function)]
    # One for each test, some for those that take two, and one that all may look at.
    concepts = build(data, 5 + sum("app" in test.fixturenames for test in tests))
    with running_app(environment(data, "things")) as address:
        yield App(address, data, concepts)


@pytest.fixture
def page(app: App, profile: Any) -> Iterator[Any]:
    """A browser page that fails its test when the browser reports a script error."""
    with kept_page(profile, app.address) as opened, no_script_error(opened):
        yield opened


@pytest.fixture
def mine(app: App, page: Any) -> Callable[[], str]:
    """Open a fresh concept on the Mine page; returns its id."""

    def open_fresh() -> str:
        concept = app.concepts.pop()
        page.goto(f"{app.address}/?concept={concept}")
        page.wait_for_selector("button[data-photo-id]")
        wait_until(page, "document.querySelector('.vde').getAttribute('aria-busy') == 'false'")
        return concept

    return open_fresh
