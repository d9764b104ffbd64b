"""Store vectors that exist already: no model is loaded and no picture fetched."""

import threading
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from commandline.words import count_things
from ingest.changes import keep_told
from ingest.errors import DamagedSource, Rejected, go_on_later
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.photo import Photo
from ingest.progress import ProgressCallback, Tally
from ingest.provenance import is_named_anew, is_told_by_others, mark_of
from ingest.row_naming import name_rows
from ingest.vectors import VectorSource
from vecdb import Collection
from vecdb.errors import BadPhotos, BadVector, QueryFailed, Unreachable
from vecdb.records import Origin

CHUNK = 1_000  # failures kept at once
MOST_REFUSED = 100_000  # rows; where none before was stored, none will be


class VectorImport:
    """Brings a collection in step with vectors that exist already.

    A row whose vector or columns are not as they were takes the place of what was stored of it; the
    second row of a photo does not count. A row whose vector cannot be stored is a failure, unless
    that is so of all rows: then the source is not what it should be.
    """

    def __init__(
        self,
        collection: Collection,
        failures: Failures,
        tally: Tally,
        failure_list: FailureList,
    ) -> None:
        self._collection = collection
        self._failures = failures
        self._tally = tally
        self._failure_list = failure_list
        self._refused: list[tuple[Photo, Rejected]] = []
        self._seen: set[int] = set()
        self._inserted = 0

    def store(
        self,
        vectors: VectorSource,
        limit: int | None,
        stop: threading.Event,
        progress: ProgressCallback | None,
    ) -> str | None:
        """Store all of them, or the first of them; return why it ended early, None where not."""
        self._collection.finish_replacing()
        error = None
        try:
            for rows in vectors.batches(limit, self._refuse):
                if stop.is_set():
                    break
                if rows.num_rows:
                    self._store(rows)
                if self._seen:
                    self._note_failures()
                elif len(self._refused) > MOST_REFUSED:
                    break
                if progress:
                    progress(self._tally.progress())
        except (DamagedSource, BadPhotos, BadVector) as broken:
            error = str(broken)
        except (Unreachable, QueryFailed) as broken:
            raise go_on_later(broken) from broken
        if self._refused:
            error = error or self._describe_refused()
        self._collection.index.build_when_large()
        return error

    def _refuse(self, photo: Photo, reason: str) -> None:
        self._refused.append((photo, Rejected(reason, permanent=False)))

    def _note_failures(self) -> None:
        """Count and keep the photos that were refused so far."""
        for start in range(0, len(self._refused), CHUNK):
            self._failures.add(self._refused[start : start + CHUNK])
        for photo, rejected in self._refused:
            self._tally.add("seen")
            self._tally.fail(rejected.reason, photo.id)
            self._failure_list.add(photo, rejected.reason)
        self._refused.clear()

    def _describe_refused(self) -> str:
        reasons = Counter(rejected.reason for _, rejected in self._refused)
        reason, count = reasons.most_common(1)[0]
        return (
            f"None of {count_things(len(self._refused), 'row')} can be stored ({count:,} {reason}):"
            " make the vectors again, or name another column of them with --vector-column."
        )

    def _store(self, rows: pa.Table) -> None:
        count = rows.num_rows
        ids = rows.column("id").to_pylist()
        with self._collection.inserting:  # what is known must not change until all is stored
            is_first = self._collection.count() == self._inserted  # all of it is this import's
            known = self._find_known(ids, is_first)
            rows, held = name_rows(self._collection.records, rows, known, is_first=is_first)
            self._note_renames(ids, rows, held)
            rows = self._first_of_each(rows)
            changed = _find_changed(rows, held) if held else []
            inserted = self._collection.insert(rows, normalize=True, more=True, known=held.keys())
            self._inserted += inserted
            if changed:
                self._replace(rows.take(pa.array(changed)), held)
        self._tally.add("seen", count)
        self._tally.add("inserted", inserted)
        self._tally.add("updated", len(changed))
        self._tally.add("skipped", count - inserted - len(changed))

    def _replace(self, rows: pa.Table, held: dict[str, Origin]) -> None:
        """Store rows in place of those of their ids; what others say of these stays."""
        named = zip(rows.column("id").to_pylist(), rows.column("named_by").to_pylist(), strict=True)
        told = [is_told_by_others(held[photo], table) for photo, table in named]
        if any(told):
            others = rows.filter(pa.array(told))
            self._collection.replace(keep_told(self._collection, others), normalize=True)
            rows = rows.filter(pa.array([not each for each in told]))
        if rows.num_rows:
            self._collection.replace(rows, normalize=True)

    def _find_known(self, ids: Sequence[str], is_first: bool) -> set[str]:
        """Return which ids are stored; to ask for a million would cost as much as to store them."""
        if is_first:
            ids = [photo for photo in ids if hash(photo) in self._seen]
        return self._collection.records.known_ids(ids)

    def _note_renames(self, before: Sequence[str], rows: pa.Table, held: dict[str, Origin]) -> None:
        for old, new in zip(before, rows.column("id").to_pylist(), strict=True):
            if old != new and new not in held:
                self._tally.rename(new)

    def _first_of_each(self, rows: pa.Table) -> pa.Table:
        """Leave out the rows of photos that rows before have named."""
        ids = rows.column("id").to_pylist()
        fresh = np.ones(len(ids), bool)
        for at, photo in enumerate(ids):
            key = hash(photo)
            if key in self._seen:
                fresh[at] = False
                self._tally.double(photo)
            self._seen.add(key)
        return rows if fresh.all() else rows.filter(pa.array(fresh))


def _find_changed(rows: pa.Table, held: dict[str, Origin]) -> list[int]:
    """Return the places of rows about stored photos that say something else now.

    The vectors of another source that is still there stay; those of pictures that were read do not.
    """
    told = zip(
        *(rows.column(name).to_pylist() for name in ("id", "url", "mark", "named_by")), strict=True
    )
    return [
        at
        for at, (photo, url, mark, table) in enumerate(told)
        if (origin := held.get(photo)) is not None
        and mark_of(origin, table) != mark
        # A photo of a folder is named by its file alone.
        and (_is_about(origin, table, url) if table else origin.url == url)
    ]


def _is_about(origin: Origin, table: str, url: str) -> bool:
    if table == origin.named_by or (origin.digest and url in {"", origin.url}):
        return True
    return bool(url) and origin.url == url and is_named_anew(table, origin.named_by)
