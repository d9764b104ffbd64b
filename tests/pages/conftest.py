"""The app's settings on a folder of a test's own, and a concept in it."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.delta_generator import DeltaGenerator

from explorer import Rounds, Settings
from pages._current import shared_explorer
from tests.explorer.conftest import small_collection
from vecdb import connect

DIM = 512


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """Read what the installed packages say of components once, not for each page that is run."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page that is run as a script hear of no browser, and of no other pages to link to."""
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: None)
    for place in (st, DeltaGenerator):
        monkeypatch.setattr(place, "page_link", lambda *place, **link: None)


def listen(monkeypatch: pytest.MonkeyPatch, beginning: str) -> tuple[list[str], Event]:
    """Return what pages say in blue boxes from now on, and what tells of words so begun."""
    said: list[str] = []
    heard, info = Event(), DeltaGenerator.info

    def say(place, words, **options):
        said.append(words)
        if words.startswith(beginning):
            heard.set()
        return info(place, words, **options)

    monkeypatch.setattr(DeltaGenerator, "info", say)
    return said, heard


@pytest.fixture
def empty(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The app's settings on an empty folder."""
    monkeypatch.setenv("VECDB_DSN", embedded)
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("VECDB_TABLE", "things")
    shared_explorer().close()
    yield tmp_path
    shared_explorer().close()


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of a database with a concept that is begun, for tests to copy."""
    return tmp_path_factory.mktemp("begun") / "chdb"


@pytest.fixture
def concept(empty: Path, begun: Path) -> str:
    """A collection of the offline encoder's dimension, and a concept on it."""
    if not begun.exists():
        begin(begun)
    shutil.rmtree(empty / "chdb")
    shutil.copytree(begun, empty / "chdb", symlinks=True)
    [made] = shared_explorer().concepts.list()
    return made.id


def begin(folder: Path) -> None:
    """Make a database with the small collection and a concept in a folder."""
    ids, small = small_collection()
    vectors = np.zeros((len(ids), DIM), np.float32)
    vectors[:, : small.shape[1]] = small
    with connect(f"chdb://{folder}") as database:
        collection = database.create_collection("things", "offline", DIM)
        collection.insert(pa.table({"id": ids, "url": [""] * len(ids), "vector": list(vectors)}))
        Rounds(database).begin(collection, "a thing", vectors[0], Settings(page_size=9))
