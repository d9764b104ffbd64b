"""The vector index of a collection: its state, its building and its removal."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from vecdb.cluster import name_stored
from vecdb.connection import Connection
from vecdb.errors import DiskFull, IndexFailed, QueryFailed
from vecdb.failures import LOG, plain_words
from vecdb.search import EVERYTHING, count_matching

POLL_SECONDS = 0.5
STATUS_SECONDS = 30.0
MOVING_SECONDS = 2.0
# Reading every vector is quick enough up to about here.
INDEX_ABOVE = 200_000


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


class VectorIndex:
    """The index of one collection; its state is asked of the engine twice a minute at most.

    Attributes:
        above: passing this many photos, a collection gets an index by itself; None never.
    """

    def __init__(self, connection: Connection, table: str, dim: int) -> None:
        self._connection = connection
        self._table = table
        self._stored = name_stored(connection, table)
        self._dim = dim
        self._known: IndexStatus | None = None
        self._known_until = 0.0
        self.above: int | None = INDEX_ABOVE

    @property
    def serves(self) -> bool:
        """Whether searches may ask it, as far as is known."""
        return self._recent().serves

    @property
    def exists(self) -> bool:
        """Whether there is one, complete or not, as far as is known."""
        return bool(self._recent().kind)

    @property
    def photos(self) -> int:
        """How many photos its table holds, as far as is known."""
        return self._recent().rows

    @property
    def insert_settings(self) -> dict[str, Any]:
        """With what settings rows are stored beside it."""
        if self._connection.dialect == "clickhouse" and self.exists:
            # New rows are read in full until a merge takes them into a graph: building one for
            # each insert would make it some thirty times slower.
            return {"materialize_skip_indexes_on_insert": 0}
        return {}

    def status(self) -> IndexStatus:
        """Return its state, asked of the engine now."""
        self._known_until = 0
        return self._recent()

    def build(
        self, *, wait: bool = True, progress: Callable[[IndexStatus], None] | None = None
    ) -> IndexStatus:
        """Build it; searches and inserts go on meanwhile.

        Args:
            wait: return when it is ready, not at once.
            progress: called with the state twice a second while waiting.

        Raises:
            IndexFailed: the engine could not build it.
        """
        if self._connection.dialect == "myscale":
            self._add_myscale()
        else:
            if f", {self._dim}," not in self.status().kind:
                self.drop()  # one of another dimension, which fails at every photo
                self._connection.run("index/merge", table=self._stored)
            self._connection.run("index/add", table=self._stored, dim=str(self._dim))
            self._connection.run("index/build", table=self._stored)
        status = self.status()
        while wait and status.building and not status.failure:
            if progress:
                progress(status)
            time.sleep(POLL_SECONDS)
            status = self.status()
        if status.failure:
            raise IndexFailed(
                f"The index of {self._table} could not be built ({status.failure[:200]}): free "
                f"memory or disk, then run python -m vecdb index --table {self._table} again."
            )
        return status

    def build_when_large(self) -> None:
        """Begin to build the index that a collection of more than `above` photos lacks."""
        if (
            self.above is None
            or count_matching(self._connection, self._table, EVERYTHING) <= self.above
        ):
            return
        if not self.status().kind:
            with suppress(DiskFull):  # the photos are stored: the next ones may find room for it
                self.build(wait=False)

    def drop(self) -> None:
        """Remove it, stopping a build; searches read every vector afterwards."""
        if self.status().kind:
            if self._connection.dialect != "myscale":
                self._connection.run("index/stop", {"table": self._stored})
            self._connection.run("index/drop", table=self._stored)
        self._known_until = 0

    def _recent(self) -> IndexStatus:
        # Every search needs it, and asking the engine takes longer than a search.
        now = time.monotonic()
        if self._known is None or now > self._known_until:
            answer = self._connection.select("index/status", {"table": self._table})
            row = answer.to_pylist()[0]
            words = plain_words(row["failure"])
            if words and (self._known is None or self._known.failure != words):
                LOG.warning("%s", row["failure"])
            told = {"building": bool(row["building"]), "failure": words}
            self._known = IndexStatus(**{**row, **told})
            moving = self._known.kind and not self._known.serves
            self._known_until = now + (MOVING_SECONDS if moving else STATUS_SECONDS)
        return self._known

    def _add_myscale(self) -> None:
        if self.status().kind:
            return
        try:
            self._connection.run("index/add", table=self._table)
        except QueryFailed as error:
            if "index type" not in str(error).lower():
                raise
            self._connection.run("index/add_scann", table=self._table)
