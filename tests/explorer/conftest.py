"""A small collection with known answers, in a real embedded database."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer.rounds import Rounds
from vecdb import Collection, Database, connect

DIM = 16
PHOTOS = 120
MATCHES = 30


def small_collection() -> tuple[list[str], np.ndarray]:
    """Return 120 unit vectors (120, 16); the first 30, `yes-...`, lie around one direction."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(PHOTOS, DIM)).astype(np.float32)
    vectors[:MATCHES, 0] += 4
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{'yes' if at < MATCHES else 'no'}-{at:03d}" for at in range(PHOTOS)]
    return ids, vectors


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    ids, vectors = small_collection()
    with connect(f"chdb://{tmp_path}/chdb") as database:
        collection = database.create_collection("things", "offline", DIM)
        collection.insert(
            pa.table(
                {"id": ids, "url": [f"/{photo}.jpg" for photo in ids], "vector": list(vectors)}
            )
        )
        yield database


@pytest.fixture
def collection(database: Database) -> Collection:
    return database.collection("things")


@pytest.fixture
def rounds(database: Database) -> Rounds:
    return Rounds(database)
