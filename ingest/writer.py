"""The last stage: thumbnails and vectors into the store, rows and failures into the database."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import pyarrow as pa

from ingest.changes import Changes, keep_others, store_changes
from ingest.errors import Rejected, go_on_later
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.neighbours import Neighbours
from ingest.photo import Photo
from ingest.progress import Tally
from ingest.rows import Item, stack_vectors, table
from vecdb import Collection, Store, VecdbError
from vecdb.errors import BadPhotos, BadVector, QueryFailed, Unreachable
from vecdb.store import keep_if_possible

T = TypeVar("T")
Failed = tuple[Photo, Rejected]
ATTEMPTS = 5
OVERTAKEN = "another ingest gave its id away meanwhile: ingest it again"
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
        self.replaced: set[str] = set()  # digests of pictures that others took the place of

    def write(self, results: Sequence[Item | Changes | Failed]) -> None:
        """Store items, changed rows and failures, durably.

        Raises:
            IngestError: the database does not take them.
        """
        items = [result for result in results if isinstance(result, Item)]
        failed = [result for result in results if isinstance(result, tuple)]
        for changes in results:
            if isinstance(changes, Changes):
                self._change(changes)
        if items:
            self._keep(items)
            duplicate_of = self._patiently(lambda: self._near(items))
            failed += self._insert(items, duplicate_of)
        self._patiently(lambda: self._failures.add(failed))
        for photo, rejected in failed:
            self._tally.fail(rejected.reason, photo.id or photo.address)
            self._failure_list.add(photo, rejected.reason)

    def _near(self, items: Sequence[Item]) -> list[str]:
        ids = [item.photo.id for item in items]
        found = self._neighbours.note(ids, stack_vectors(items))
        # A picture that changed a little is near to what it was.
        return ["" if other == own else other for own, other in zip(ids, found, strict=True)]

    def _change(self, changes: Changes) -> None:
        updated, same = self._patiently(lambda: store_changes(self._collection, changes.photos))
        if changes.are_added:
            self._tally.add("added", updated)
            return
        self._tally.add("updated", updated)
        self._tally.add("skipped", same)

    def _replace(self, items: Sequence[Item], rows: pa.Table) -> None:
        """Store photos in place of what their ids stood for, and remember what that was."""
        ids = [item.photo.id for item in items]
        before = self._patiently(lambda: self._collection.records.digests(ids))
        photos = [item.photo for item in items]
        rows = self._patiently(lambda: keep_others(self._collection, photos, rows))
        self._patiently(lambda: self._collection.replace(rows))
        now = {item.photo.id: item.digest for item in items}
        self.replaced |= {digest for one, digest in before.items() if digest != now[one]}
        self._tally.add("updated", len(items))

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
                self._store.put_vectors(self._collection.encoder_key, digests, stack_vectors(new))
        except (VecdbError, OSError) as error:
            # The store is a convenience: a full disk there must not keep photos out of the table.
            self._stores = False
            self._warn(f"Thumbnails and cached vectors are not kept any more: {error}")

    def _insert(self, items: Sequence[Item], duplicate_of: Sequence[str]) -> list[Failed]:
        new = [at for at, item in enumerate(items) if not item.photo.replaces]
        try:
            rows = table(items, duplicate_of)
            if len(new) < len(items):
                old = [at for at in range(len(items)) if at not in set(new)]
                self._replace([items[at] for at in old], rows.take(pa.array(old, pa.int64())))
                items, rows = [items[at] for at in new], rows.take(pa.array(new, pa.int64()))
                duplicate_of = [duplicate_of[at] for at in new]
            inserted = self._patiently(lambda: self._collection.insert(rows))
        except (BadPhotos, BadVector) as error:
            if len(items) == 1:
                return [(items[0].photo, Rejected(f"refused: {error}", permanent=True))]
            half = len(items) // 2
            return self._insert(items[:half], duplicate_of[:half]) + self._insert(
                items[half:], duplicate_of[half:]
            )
        failed = self._find_overtaken(items) if inserted < len(items) else []
        self._tally.add("inserted", inserted)
        self._tally.add("skipped", len(items) - inserted - len(failed))
        self._tally.add("duplicates", sum(1 for other in duplicate_of if other))
        return failed

    def _find_overtaken(self, items: Sequence[Item]) -> list[Failed]:
        """Return the photos whose ids other photos got from another ingest at the same time."""
        ids = [item.photo.id for item in items]
        held = self._patiently(lambda: self._collection.records.digests(ids))
        rejected = Rejected(OVERTAKEN, permanent=False)
        taken = [i.photo for i in items if held.get(i.photo.id) not in {None, "", i.digest}]
        if self._stores:  # what was put there is not their pictures
            theirs = {photo.id: held[photo.id] for photo in taken}
            with keep_if_possible():
                self._store.show_pictures(self._collection.name, theirs)
        return [(photo, rejected) for photo in taken]

    def _patiently(self, action: Callable[[], T]) -> T:
        """Do it, again for some 15 s while the database does not answer or fails in passing."""
        for attempt in range(ATTEMPTS):
            try:
                return action()
            except (Unreachable, QueryFailed) as error:
                passing = not isinstance(error, QueryFailed) or error.transient
                if attempt == ATTEMPTS - 1 or not passing:
                    raise go_on_later(error) from error
                time.sleep(FIRST_PAUSE * 2**attempt)
        raise AssertionError("unreachable")
