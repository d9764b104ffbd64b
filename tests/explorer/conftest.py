"""A small collection with known answers, in a real embedded database."""

import random
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer.rounds import Rounds
from vecdb import Collection, Database, connect

DIM = 16
PHOTOS = 120


def small_collection(photos: int = PHOTOS) -> tuple[list[str], np.ndarray]:
    """Return unit vectors (photos, 16); the first quarter, `yes-...`, lie around one direction."""
    rng = np.random.default_rng(0)
    matches = photos // 4
    vectors = rng.normal(size=(photos, DIM)).astype(np.float32)
    vectors[:matches, 0] += 4
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{'yes' if at < matches else 'no'}-{at:03d}" for at in range(photos)]
    return ids, vectors


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond some bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(autouse=True)
def same_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let audits draw the same photos in every run: one interval in twenty misses the truth."""
    monkeypatch.setattr("random.SystemRandom", lambda: random.Random(1))


@pytest.fixture
def photos() -> int:
    """How many photos the collection holds; a test file may ask for more."""
    return PHOTOS


@pytest.fixture(scope="session")
def small_databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one database with the collection of each size, for tests to copy."""
    return tmp_path_factory.mktemp("small")


@pytest.fixture
def database(small_databases: Path, tmp_path: Path, photos: int) -> Iterator[Database]:
    made = small_databases / str(photos)
    if not made.exists():
        fill(made, photos)
    shutil.copytree(made, tmp_path / "chdb", symlinks=True)
    with connect(f"chdb://{tmp_path}/chdb") as database:
        yield database


def fill(folder: Path, photos: int) -> None:
    """Make a database with the small collection in a folder."""
    ids, vectors = small_collection(photos)
    with connect(f"chdb://{folder}") as database:
        collection = database.create_collection("things", "offline", DIM)
        collection.insert(
            pa.table(
                {"id": ids, "url": [f"/{photo}.jpg" for photo in ids], "vector": list(vectors)}
            )
        )


@pytest.fixture
def collection(database: Database) -> Collection:
    return database.collection("things")


@pytest.fixture
def rounds(database: Database) -> Rounds:
    return Rounds(database)
