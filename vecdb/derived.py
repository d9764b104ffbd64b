"""Collections derived from others: the same photos, each vector moved by a function.

A collection `T__NAME` whose encoder is `<encoder of T>+NAME` is derived from T.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from vecdb.collection import Collection
from vecdb.connection import Connection
from vecdb.hits import matrix

# 40 MB of 512 numbers: what is in memory at once, however large the collection.
ROWS_AT_ONCE = 20_000
STALE_AT_ONCE = 1_000
Transform = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Followed:
    """How many photos of a derived collection were removed and added, of how many to add."""

    removed: int
    added: int
    missing: int


def derived_name(source: str, name: str) -> str:
    """Return the name of the collection derived from `source` by NAME."""
    return f"{source}__{name}"


def source_of(name: str, encoder: str) -> tuple[str, str] | None:
    """Return name and encoder of what a collection could be derived from, None where nothing."""
    source, _, head = name.rpartition("__")
    before, _, behind = encoder.rpartition("+")
    return (source, before) if source and before and head == behind else None


def follow(
    connection: Connection,
    source: Collection,
    derived: Collection,
    transform: Transform,
    *,
    progress: Callable[[Followed], None] = lambda followed: None,
    stop: threading.Event | None = None,
) -> Followed:
    """Bring a derived collection to what its source holds; safe to break off and to repeat.

    Args:
        transform: (n, d) float32 vectors of the source to (n, d) float32 unit rows.
        progress: called after each page of photos.
        stop: set it from elsewhere to return after the page under way.
    """
    tables = {"source": source.name, "derived": derived.name}
    removed = _remove_stale(connection, derived, tables)
    counted = connection.select("derived/count_missing", {}, **tables)
    done = Followed(removed, 0, int(counted.column("count")[0].as_py()))
    progress(done)
    for page in connection.pages("derived/missing", ROWS_AT_ONCE, {}, **tables):
        if stop is not None and stop.is_set():
            break
        added = derived.insert(_move(page, derived.dim, transform))
        done = Followed(removed, done.added + added, done.missing)
        progress(done)
    return done


def _remove_stale(connection: Connection, derived: Collection, tables: dict[str, str]) -> int:
    removed = 0
    while True:
        stale = connection.select("derived/stale", {"k": STALE_AT_ONCE}, **tables)
        if not stale.num_rows:
            return removed
        removed += derived.delete(stale.column("id").to_pylist())


def _move(page: pa.Table, dim: int, transform: Transform) -> pa.Table:
    moved = np.ascontiguousarray(transform(matrix(page, dim)), np.float32)
    at = page.column_names.index("vector")
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(moved.ravel()), dim)
    return page.set_column(at, "vector", vectors)
