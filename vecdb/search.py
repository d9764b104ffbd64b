"""Pages of photos: nearest to a vector, nearest to a head's boundary, at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vecdb.connection import Connection
from vecdb.errors import BadVector
from vecdb.filter import Filter
from vecdb.hits import Hits, hits
from vecdb.statements import statement

# Beyond this many excluded ids a statement would grow without bound: then that many more rows
# are fetched and the excluded ones dropped here.
EXCLUDED_IN_STATEMENT = 1000


@dataclass(frozen=True)
class Scope:
    """Which photos a search may return: not these, not judged in this concept, and a filter."""

    exclude: Sequence[str] = ()
    exclude_concept: str | None = None
    where: Filter | None = None

    def values(self) -> dict[str, Any]:
        """Predicates of sql/filter with their parameters."""
        values = self.where.predicates() if self.where else {}
        if self.exclude and not self.overflows:
            values["exclude"] = list(self.exclude)
        if self.exclude_concept is not None:
            values["exclude_concept"] = self.exclude_concept
        return values

    @property
    def overflows(self) -> bool:
        """Too many excluded ids for the statement."""
        return len(self.exclude) > EXCLUDED_IN_STATEMENT


def condition(values: dict[str, Any], dialect: str) -> str:
    """Join the predicates of sql/filter into one SQL condition; 1 when there are none."""
    return " AND ".join(f"({statement(f'filter/{name}', dialect)})" for name in values) or "1"


def search(
    connection: Connection,
    table: str,
    name: str,
    parameters: dict[str, Any],
    k: int,
    dim: int,
    scope: Scope,
    *,
    with_vectors: bool = False,
) -> Hits:
    """Run sql/search/<name>.sql and return k photos, or all when fewer qualify."""
    values = scope.values()
    asked = k + len(scope.exclude) if scope.overflows else k
    found = connection.select(
        f"search/{name}",
        {**parameters, **values, "k": asked},
        table=table,
        columns=", vector" if with_vectors else "",
        condition=condition(values, connection.dialect),
    )
    if scope.overflows:
        banned = set(scope.exclude)
        rows = [
            at for at, photo in enumerate(found.column("id").to_pylist()) if photo not in banned
        ]
        found = found.take(rows[:k])
    return hits(found, dim)


def direction(numbers: Any, dim: int, what: str) -> list[float]:
    """Return a query vector or weights as plain numbers.

    Raises:
        BadVector: another shape than (dim,), or not finite.
    """
    array = np.asarray(numbers, dtype=np.float32)
    if array.shape != (dim,):
        raise BadVector(f"The {what} has shape {array.shape} where the collection needs ({dim},).")
    if not np.isfinite(array).all():
        raise BadVector(f"The {what} holds a number that is not finite.")
    return array.tolist()
