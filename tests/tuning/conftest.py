"""A database with photos of classes that a head can learn to tell apart."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.vecdb.conftest import photos
from vecdb import Database, connect

# Beside other tests, threads of one product wait for each other longer than they work.
torch.set_num_threads(1)

CLASSES, EACH, DIM = 40, 12, 16


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with connect(f"chdb://{tmp_path_factory.mktemp('chdb')}") as database:
        yield database


@pytest.fixture
def database(opened: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database without collections, and an empty folder for heads."""
    monkeypatch.setenv("ENCODER_HEADS", str(tmp_path / "heads"))
    for info in opened.collections():
        opened.drop_collection(info.name)
    return opened


def noisy_classes(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows whose first four numbers tell the class under louder noise in the others."""
    random = np.random.default_rng(seed)
    classes = np.repeat(np.arange(CLASSES), EACH)
    rows = random.normal(size=(len(classes), DIM))
    rows[:, :4] = 0.25 * rows[:, :4] + random.normal(size=(CLASSES, 4))[classes]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), classes


def fill(database: Database, name: str = "animals", encoder: str = "by hand") -> None:
    """Put the noisy classes into a collection, labelled c00 to c39."""
    vectors, classes = noisy_classes()
    ids = [f"p{at:03}" for at in range(len(classes))]
    labels = [f"c{of:02}" for of in classes]
    database.create_collection(name, encoder, DIM).insert(photos(ids, vectors, label=labels))
