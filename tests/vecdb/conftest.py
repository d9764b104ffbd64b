import os
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.servers import Servers, emptied, fresh_database
from vecdb import Collection, Database, connect

# `make test-fast` takes the first two: the others are spoken to by the same client.
BACK_ENDS = [
    "chdb",
    "clickhouse",
    pytest.param("cluster", marks=pytest.mark.slow),
    pytest.param("myscale", marks=pytest.mark.slow),
]
LIVE = os.environ.get("VECDB_TEST_DSN")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    started = Servers(tmp_path_factory)
    yield started
    started.stop()


@pytest.fixture(scope="module", params=[*BACK_ENDS, *(["live"] if LIVE else [])])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database of each kind, one after the other; opening takes a second, so modules share."""
    if request.param == "chdb":
        with connect(f"chdb://{tmp_path_factory.mktemp('chdb')}") as database:
            yield database
        return
    servers = request.getfixturevalue("servers")
    server = LIVE if request.param == "live" else servers.dsn(request.param)
    assert server is not None
    with fresh_database(server) as dsn, connect(dsn) as database:
        yield database


@pytest.fixture
def database(opened: Database) -> Iterator[Database]:
    """An empty database of each kind."""
    yield Database(opened._connection)
    emptied(opened)


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
