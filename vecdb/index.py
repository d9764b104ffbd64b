"""The vector index of a collection: its state, its building and its removal."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from vecdb.connection import Connection
from vecdb.errors import IndexFailed, QueryFailed

POLL_SECONDS = 0.5


@dataclass(frozen=True)
class IndexStatus:
    """What the engine says of an index.

    `kind` is empty without one; `rows` photos in all, `indexed` of them under the index;
    `progress` 0 to 1 of a build going on; `failure` why the last build failed, else empty;
    `bytes` on disk, 0 where the engine does not say.
    """

    kind: str
    rows: int
    indexed: int
    progress: float
    building: bool
    failure: str
    bytes: int

    @property
    def serves(self) -> bool:
        """Worth asking: most photos are under the index, the rest is read in full."""
        return bool(self.kind) and self.indexed * 2 > self.rows


def index_status(connection: Connection, table: str) -> IndexStatus:
    """Ask the engine about a collection's index."""
    row = connection.select("index/status", {"table": table}).to_pylist()[0]
    return IndexStatus(**{**row, "building": bool(row["building"])})


def build_index(
    connection: Connection,
    table: str,
    dim: int,
    *,
    wait: bool = True,
    progress: Callable[[IndexStatus], None] | None = None,
) -> IndexStatus:
    """Index a collection; searches and inserts go on meanwhile.

    Args:
        wait: return when the index is ready, not at once.
        progress: called with the state twice a second while waiting.

    Raises:
        IndexFailed: the engine could not build it.
    """
    if connection.dialect == "myscale":
        _add_myscale(connection, table)
    else:
        if not index_status(connection, table).kind:
            connection.run("index/merge", table=table)
        connection.run("index/add", table=table, dim=str(dim))
        connection.run("index/build", table=table)
    status = index_status(connection, table)
    while wait and status.building and not status.failure:
        if progress:
            progress(status)
        time.sleep(POLL_SECONDS)
        status = index_status(connection, table)
    if status.failure:
        raise IndexFailed(
            f"The index of {table} could not be built ({status.failure[:200]}): free memory or "
            f"disk, then run python -m vecdb index --table {table} again."
        )
    return status


def drop_index(connection: Connection, table: str) -> None:
    """Remove a collection's index, stopping a build; without one nothing happens."""
    if not index_status(connection, table).kind:
        return
    if connection.dialect != "myscale":
        connection.run("index/stop", {"table": table})
    connection.run("index/drop", table=table)


def _add_myscale(connection: Connection, table: str) -> None:
    if index_status(connection, table).kind:
        return
    try:
        connection.run("index/add", table=table)
    except QueryFailed as error:
        if "index type" not in str(error).lower():
            raise
        connection.run("index/add_scann", table=table)
