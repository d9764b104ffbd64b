from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from vecdb import Collection, Database, connect


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with connect(f"chdb://{tmp_path}/db") as opened:
        yield opened


@pytest.fixture
def axes(database: Database) -> Collection:
    """Four photos a, b, c, d on the four axes."""
    collection = database.create_collection("axes", "by hand", 4)
    collection.insert(photos("abcd", np.eye(4)))
    return collection


def photos(ids, vectors, **metadata) -> pa.Table:
    vectors = np.asarray(vectors, dtype=np.float32)
    flat = pa.array(np.ascontiguousarray(vectors).ravel())
    return pa.table(
        {
            "id": list(ids),
            "url": [f"https://example.org/{at}.jpg" for at in range(len(vectors))],
            "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
            **metadata,
        }
    )


def unit(n: int, d: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def many(database: Database, n: int = 500, d: int = 16) -> tuple[Collection, list[str], np.ndarray]:
    collection = database.create_collection("many", "by chance", d)
    ids, vectors = [f"p{at:05}" for at in range(n)], unit(n, d)
    collection.insert(photos(ids, vectors))
    return collection, ids, vectors
