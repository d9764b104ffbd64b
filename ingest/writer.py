"""The last stage: thumbnails and vectors into the store, rows and failures into the database."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from ingest.errors import IngestError, Rejected
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.neighbours import Neighbours
from ingest.photo import Photo
from ingest.progress import Tally
from ingest.rows import Item, stacked, table
from vecdb import Collection, Store, VecdbError
from vecdb.errors import BadPhotos, BadVector, QueryFailed, Unreachable

T = TypeVar("T")
Failed = tuple[Photo, Rejected]
ATTEMPTS = 5
FIRST_PAUSE = 1.0  # seconds; doubled for each further attempt: a server may be restarting


class Writer:
    """Stores what the stages before it made. One thread calls it."""

    def __init__(
        self,
        collection: Collection,
        store: Store,
        failures: Failures,
        tally: Tally,
        warn: Callable[[str], None],
        failure_list: FailureList,
    ) -> None:
        self._collection = collection
        self._store = store
        self._failures = failures
        self._tally = tally
        self._warn = warn
        self._failure_list = failure_list
        self._neighbours = Neighbours(collection)
        self._stores = True

    def write(self, results: Sequence[Item | Failed]) -> None:
        """Store items and failures, durably.

        Raises:
            IngestError: the database does not take them.
        """
        items = [result for result in results if isinstance(result, Item)]
        failed = [result for result in results if not isinstance(result, Item)]
        if items:
            self._keep(items)
            duplicate_of = self._patiently(lambda: self._near(items))
            failed += self._insert(items, duplicate_of)
        self._patiently(lambda: self._failures.add(failed))
        for photo, rejected in failed:
            self._tally.fail(rejected.reason, photo.id or photo.address)
            self._failure_list.add(photo, rejected.reason)

    def _near(self, items: Sequence[Item]) -> list[str]:
        return self._neighbours.note([item.photo.id for item in items], stacked(items))

    def _keep(self, items: Sequence[Item]) -> None:
        """Put thumbnails and vectors into the store, before the rows that rely on them."""
        if not self._stores:
            return
        new = [item for item in items if not item.is_cached]
        try:
            self._store.put_thumbnails(
                self._collection.name,
                [(item.photo.id, item.digest, item.thumbnail) for item in items],
            )
            if new:
                digests = [item.digest for item in new]
                self._store.put_vectors(self._collection.encoder_key, digests, stacked(new))
        except (VecdbError, OSError) as error:
            # The store is a convenience: a full disk there must not keep photos out of the table.
            self._stores = False
            self._warn(f"Thumbnails and cached vectors are not kept any more: {error}")

    def _insert(self, items: Sequence[Item], duplicate_of: Sequence[str]) -> list[Failed]:
        try:
            rows = table(items, duplicate_of)
            inserted = self._patiently(lambda: self._collection.insert(rows))
        except (BadPhotos, BadVector) as error:
            if len(items) == 1:
                return [(items[0].photo, Rejected(f"refused: {error}", permanent=True))]
            half = len(items) // 2
            return self._insert(items[:half], duplicate_of[:half]) + self._insert(
                items[half:], duplicate_of[half:]
            )
        self._tally.add("inserted", inserted)
        self._tally.add("skipped", len(items) - inserted)
        self._tally.add("duplicates", sum(1 for other in duplicate_of if other))
        return []

    def _patiently(self, action: Callable[[], T]) -> T:
        """Do it, again for some 15 s while the database does not answer or fails in passing."""
        for attempt in range(ATTEMPTS):
            try:
                return action()
            except (Unreachable, QueryFailed) as error:
                passing = not isinstance(error, QueryFailed) or error.transient
                if attempt == ATTEMPTS - 1 or not passing:
                    raise IngestError(
                        f"{error} What was stored is safe: the same ingest again goes on from here."
                    ) from error
                time.sleep(FIRST_PAUSE * 2**attempt)
        raise AssertionError("unreachable")
