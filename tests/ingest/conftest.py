import threading
from pathlib import Path

import pytest

from ingest import Options, run
from ingest.deadline import Watch
from ingest.fetch import Fetcher, Patience
from tests.encoder.tiny_clip import save_tiny_clip
from tests.ingest.server import Host
from vecdb import Store, connect


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory) -> str:
    """The name of a CLIP of random weights: 24 dimensions, pictures of 32 pixels."""
    return str(save_tiny_clip(tmp_path_factory.mktemp("models") / "tiny-clip"))


@pytest.fixture
def host():
    with Host() as server:
        yield server


@pytest.fixture
def impatient() -> Patience:
    """Timeouts short enough for tests, large enough for a busy machine."""
    return Patience(connect=2, read=1, whole=2, attempts=3, backoff=0.05, longest_wait=2)


@pytest.fixture
def fetcher(impatient):
    with Watch() as watch:
        yield Fetcher(watch, threading.Event(), impatient)


@pytest.fixture
def database(embedded):
    with connect(embedded) as opened:
        yield opened


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(Path(tmp_path) / "store")


# It asks again soon, and gives up late: a host in this process is silent while a model is loaded.
TWICE = Patience(attempts=2, backoff=0.05)


@pytest.fixture
def ingest(database, store, tiny_clip):
    """Run an ingest into the table `photos` of a database that stays open."""

    def call(source, **given):
        options = Options(**{"patience": TWICE, **given.pop("options", {})})
        given = {"table": "photos", "encoder": tiny_clip, "options": options, **given}
        return run(source, database=database, store=store, **given)

    return call
