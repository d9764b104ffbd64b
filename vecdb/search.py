"""Pages of photos, always full where enough photos qualify, by the cheapest way that is right."""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.connection import Connection
from vecdb.errors import QueryFailed
from vecdb.filter import Filter, Predicate
from vecdb.heads import write_array, write_literal
from vecdb.hits import Hits, hits
from vecdb.photos import SOURCE
from vecdb.statements import statement
from vecdb.values import MOST, check_ids, check_whole

# Servers refuse a form field of 128 KiB, and a statement must not grow without bound.
EXCLUDED_BYTES_IN_STATEMENT = 32_768
# Photos to leave out are fetched too and dropped: of a small collection up to so many, of a larger
# one one in so many. Behind more, reading every vector is as quick; of a large one it is behind so
# many times the root of its photos, for a graph search costs by the square of what it fetches.
EXCLUDED_BEFORE_INDEX = 100
PHOTOS_PER_EXCLUDED = 200
EXCLUDED_BY_ROOT = 2.5
# Room the graph search keeps for each row asked for, and at least: 100 of 25,000 clustered vectors
# are found with recall .94 at 256 and .99 at 800.
ROOM_PER_ROW, LEAST_ROOM = 8, 256
# A condition that leaves at least this share of the photos is checked after the index.
BROAD = 0.5
# The engine's graphs refuse more searches at once than this machine has room for.
GRAPH_SEARCHES = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
CROWDED_RETRIES = 5


@dataclass(frozen=True)
class Scope:
    """Which photos a search may return: not these, not judged in this concept, and a filter."""

    exclude: Sequence[str] = ()
    exclude_concept: str | None = None
    where: Filter | None = None

    def __post_init__(self) -> None:
        check_ids(self.exclude)

    @property
    def exclude_bytes(self) -> int:
        """How long the excluded ids are in a statement."""
        return sum(len(photo.encode()) + 3 for photo in self.exclude)

    def predicates(self) -> list[Predicate]:
        """Return what must hold; excluded ids are not among it."""
        found = self.where.predicates() if self.where else []
        if self.exclude_concept is not None:
            found.append(Predicate("exclude_concept", {"exclude_concept": self.exclude_concept}))
        return found


EVERYTHING = Scope()


@dataclass(frozen=True)
class Search:
    """One search: sql/search/<name>.sql, k rows of a collection of dim numbers.

    `query` is the vector (dim,) of length 1 that the nearest are looked for.
    """

    connection: Connection
    table: str
    dim: int
    name: str
    parameters: dict[str, Any]
    k: int
    scope: Scope = EVERYTHING
    with_vectors: bool = False
    with_photos: bool = False
    query: np.ndarray | None = None

    def __post_init__(self) -> None:
        check_whole("k", self.k, 0, MOST)

    def exact(self) -> Hits:
        """Read every vector."""
        asked, exclude = self.scope.predicates(), self.scope.exclude
        if self._name_excluded():
            asked.append(Predicate("exclude", {"exclude": list(exclude)}))
            return self._kept(self._select(self.name, asked, self.k, self._query()), ())
        found = self._select(self.name, asked, self.k + len(exclude), self._query())
        return self._kept(found, exclude)

    def indexed(self, photos: int) -> Hits:
        """Ask the index, and read every vector where it cannot answer well.

        Args:
            photos: how many the collection holds, more or less.
        """
        page, fetch = self._for_index(photos)
        if fetch is None or self.query is None:
            return self.exact()
        literal = write_literal(self.query)
        predicates = page.scope.where.predicates() if page.scope.where else []
        asked = page.k + len(page.scope.exclude)
        room = max(LEAST_ROOM, ROOM_PER_ROW * asked)
        found = page._select_crowded(
            predicates, asked, fetch=f"{fetch:.1f}", literal=literal, room=str(room)
        )
        answer = page._kept(found, page.scope.exclude) if found is not None else None
        # Fewer than k means that nothing more qualifies, or that the index looked too near.
        return answer if answer is not None and len(answer) == self.k else self.exact()

    def _name_excluded(self) -> bool:
        """Whether excluded ids go into the statement: else they are fetched too and dropped here.

        Fetching 500 rows more costs less than looking every row up among 500 ids, but not where
        their vectors come along.
        """
        return self.with_vectors and 0 < self.scope.exclude_bytes <= EXCLUDED_BYTES_IN_STATEMENT

    def _for_index(self, photos: int) -> tuple["Search", float | None]:
        """Return the search with a concept's photos named, and how much to over-fetch, or None."""
        scope, connection = self.scope, self.connection
        if scope.exclude_concept is not None:
            judged = connection.select("labels/judged", {"concept": scope.exclude_concept})
            excluded = [*scope.exclude, *judged.column("photo_id").to_pylist()]
            scope = replace(scope, exclude=excluded, exclude_concept=None)
        page = replace(self, scope=scope)
        most = min(photos / PHOTOS_PER_EXCLUDED, EXCLUDED_BY_ROOT * photos**0.5)
        if len(scope.exclude) > max(EXCLUDED_BEFORE_INDEX, most):
            return page, None
        if scope.where is None or not scope.where.predicates() or connection.dialect == "myscale":
            return page, 1.0
        share = count_matching(connection, self.table, scope) / max(
            1, count_matching(connection, self.table, EVERYTHING)
        )
        return page, 2 / share if share >= BROAD else None

    def _select_crowded(
        self, predicates: list[Predicate], asked: int, **parts: str
    ) -> pa.Table | None:
        for attempt in range(CROWDED_RETRIES):
            try:
                with GRAPH_SEARCHES:
                    return self._select("indexed", predicates, asked, {}, **parts)
            except QueryFailed as error:
                # Other processes of a server search too; their number is not ours to limit.
                if "Too many threads" not in str(error):
                    raise
                time.sleep(0.01 * 2**attempt)
        return None

    def _select(
        self,
        name: str,
        predicates: list[Predicate],
        asked: int,
        query: dict[str, str],
        **parts: str,
    ) -> pa.Table:
        return self.connection.select(
            f"search/{name}",
            {**self.parameters, **query, **parameters(predicates), "k": asked},
            table=self.table,
            columns=self._columns(),
            where=where_clause(predicates, self.connection.dialect),
            **parts,
        )

    def _query(self) -> dict[str, str]:
        return {} if self.query is None else {"q": write_array(self.query)}

    def _columns(self) -> str:
        if not self.with_photos:
            return ", vector" if self.with_vectors else ""
        left_out = ["id", *SOURCE] if self.with_vectors else ["id", "vector", *SOURCE]
        return f", * EXCEPT ({', '.join(left_out)})"

    def _kept(self, found: pa.Table, excluded: Sequence[str]) -> Hits:
        if found.num_rows > self.k or excluded:
            banned = set(excluded)
            ids = found.column("id").to_pylist()
            rows = [at for at, photo in enumerate(ids) if photo not in banned]
            found = found.take(np.array(rows[: self.k], np.int64))
        return hits(found, self.dim)


def where_clause(predicates: Sequence[Predicate], dialect: str) -> str:
    """Join predicates into a WHERE or what the dialect has for it."""
    if not predicates:
        return ""
    return statement("where", dialect, condition=join_predicates(predicates, dialect))


def join_predicates(predicates: Sequence[Predicate], dialect: str) -> str:
    """Return the condition that all predicates hold, in SQL."""
    texts = []
    for asked in predicates:
        text = statement(f"filter/{asked.file}", dialect, **asked.parts)
        texts.append(statement("filter/not", dialect, predicate=text) if asked.negated else text)
    return " AND ".join(f"({text})" for text in texts)


def parameters(predicates: Sequence[Predicate]) -> dict[str, Any]:
    """Return the values of all parameters of some predicates."""
    return {name: value for asked in predicates for name, value in asked.values.items()}


def count_matching(connection: Connection, table: str, scope: Scope) -> int:
    """How many photos are in a scope."""
    asked = scope.predicates()
    where = where_clause(asked, connection.dialect)
    found = connection.select("photos/count", parameters(asked), table=table, where=where)
    return int(found.column("count")[0].as_py())
