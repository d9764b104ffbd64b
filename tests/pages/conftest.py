"""The app's settings on a folder of a test's own, and a concept in it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer import Rounds, Settings
from pages._current import shared_explorer
from tests.explorer.conftest import small_collection

DIM = 512


@pytest.fixture
def empty(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The app's settings on an empty folder."""
    monkeypatch.setenv("VECDB_DSN", embedded)
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("VECDB_TABLE", "things")
    shared_explorer().close()
    yield tmp_path
    shared_explorer().close()


@pytest.fixture
def concept(empty: Path) -> str:
    """A collection of the offline encoder's dimension, and a concept on it."""
    ids, small = small_collection()
    vectors = np.zeros((len(ids), DIM), np.float32)
    vectors[:, : small.shape[1]] = small
    collection = shared_explorer().database.create_collection("things", "offline", DIM)
    collection.insert(pa.table({"id": ids, "url": [""] * len(ids), "vector": list(vectors)}))
    begun = Rounds(shared_explorer().database).begin(
        collection, "a thing", vectors[0], Settings(page_size=9)
    )
    return begun.concept.id
