"""Photos that could not be ingested: rows that are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import pyarrow as pa

from vecdb.connection import Connection
from vecdb.labels import UTC_MICROSECONDS
from vecdb.records import split_ids
from vecdb.statements import check_table_name


@dataclass(frozen=True)
class Failure:
    """One failure of one photo; `permanent` where trying the same address again is in vain.

    `attempts` counts the runs that tried it; `created` (UTC) is set by the database; `reader` names
    what could not read the picture, where another version of it may, and tells its file apart.
    """

    photo_id: str
    url: str
    reason: str
    permanent: bool
    attempts: int = 1
    reader: str = ""
    created: datetime | None = None


class FailureStore:
    """The failures of every collection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, collection: str, failures: Sequence[Failure]) -> None:
        """Append failures; they are durable on return."""
        if not failures:
            return
        now = datetime.now(timezone.utc)
        columns = {
            "collection": [collection] * len(failures),
            "photo_id": [failure.photo_id for failure in failures],
            "url": [failure.url for failure in failures],
            "reason": [failure.reason for failure in failures],
            "permanent": pa.array([int(f.permanent) for f in failures], pa.uint8()),
            "attempts": pa.array([failure.attempts for failure in failures], pa.uint32()),
            "reader": [failure.reader for failure in failures],
            "created": pa.array([now] * len(failures), UTC_MICROSECONDS),
        }
        self._connection.insert("ingest_failures", pa.table(columns))

    def latest(self, collection: str, ids: Sequence[str]) -> dict[str, Failure]:
        """Return the last failure of each of these photos that ever failed, by id."""
        return {
            failure.photo_id: failure
            for part in split_ids(ids)
            for failure in _failures(
                self._connection.select("failures/latest", {"collection": collection, "ids": part})
            )
        }

    def list(self, collection: str, *, reason: str = "", limit: int = 100) -> Sequence[Failure]:
        """Return the last failure of each photo that is still missing, the newest first.

        Args:
            reason: only those that failed for it last; all where empty.
        """
        values = {"collection": collection, "reason": reason, "limit": limit}
        return _failures(
            self._connection.select("failures/list", values, table=check_table_name(collection))
        )

    def counts(self, collection: str) -> dict[str, int]:
        """Count the photos that are missing because they failed, by reason, most first."""
        found = self._connection.select(
            "failures/counts", {"collection": collection}, table=check_table_name(collection)
        )
        return {row["reason"]: row["photos"] for row in found.to_pylist()}


def _failures(table: pa.Table) -> Sequence[Failure]:
    return [Failure(**{**row, "permanent": bool(row["permanent"])}) for row in table.to_pylist()]
