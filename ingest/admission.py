"""The first stage: let through the photos that are worth fetching."""

import threading
from collections.abc import Iterable, Iterator, Sequence

from ingest.errors import DamagedSource, Rejected, SourceError
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.naming import Naming
from ingest.photo import Photo
from ingest.progress import Tally
from vecdb import Collection

CHUNK = 5_000  # ids asked about at once
CHUNK_BYTES = 64 << 20  # of payloads held meanwhile


class Admission:
    """Leaves out what is stored, under way, or failed for good before.

    Args:
        retry_failed: let through what failed for good, too.
    """

    def __init__(
        self,
        collection: Collection,
        failures: Failures,
        tally: Tally,
        failure_list: FailureList,
        *,
        retry_failed: bool,
    ) -> None:
        self._collection = collection
        self._naming = Naming(collection)
        self._failures = failures
        self._tally = tally
        self._failure_list = failure_list
        self._retry_failed = retry_failed
        self._under_way: dict[str, str] = {}
        self._guard = threading.Lock()

    def admit(self, photos: Iterable[Photo]) -> Iterator[Photo | tuple[Photo, Rejected]]:
        """Yield the photos to fetch, and those whose rows cannot be used, with the reason."""
        for chunk in _chunks(photos):
            self._tally.add("seen", len(chunk))
            yield from self._admit(chunk)

    def _admit(self, chunk: Sequence[Photo]) -> Iterator[Photo | tuple[Photo, Rejected]]:
        usable: list[Photo] = []
        for photo in chunk:
            try:
                photo.check()
            except Rejected as rejected:
                yield photo, rejected
            else:
                usable.append(photo)
        photos = self._named([photo for photo in usable if photo.within])
        photos += self._unknown([photo for photo in usable if not photo.within])
        self._tally.add("skipped", len(usable) - len(photos))
        given_up = {} if self._retry_failed else self._failures.given_up(photos)
        self._tally.add("skipped", len(given_up))
        self._tally.add("failed_before", len(given_up))
        for photo in photos:
            if photo.id in given_up:
                self._failure_list.add(photo, given_up[photo.id])
                self.leave(photo)
            else:
                yield photo

    def _named(self, photos: Sequence[Photo]) -> list[Photo]:
        """Return the photos that are new, under ids of their own."""
        if not photos:
            return []
        with self._guard:
            claimed = dict(self._under_way)
        named = [photo for photo in self._naming.name(photos, claimed) if photo is not None]
        with self._guard:
            self._under_way |= {photo.id: claimed[photo.id] for photo in named}
        return named

    def _unknown(self, photos: Sequence[Photo]) -> list[Photo]:
        """Return the photos whose ids are new, each once."""
        with self._guard:
            fresh = {p.id: p for p in reversed(photos) if p.id not in self._under_way}
        # Asked after the look at what is under way: a photo that just left it is stored by now.
        known = self._collection.known_ids(list(fresh)) if fresh else set()
        found = [photo for photo in reversed(fresh.values()) if photo.id not in known]
        with self._guard:
            self._under_way |= {photo.id: "" for photo in found}
        return found

    def leave(self, photo: Photo) -> None:
        """Say that a photo is stored or has failed."""
        with self._guard:
            self._under_way.pop(photo.id, None)


def _chunks(photos: Iterable[Photo]) -> Iterator[list[Photo]]:
    chunk: list[Photo] = []
    size = 0
    try:
        for photo in photos:
            chunk.append(photo)
            size += len(photo.payload or b"")
            if len(chunk) >= CHUNK or size > CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
    except (SourceError, DamagedSource):
        yield chunk  # a source that breaks off has named these before
        raise
    if chunk:
        yield chunk
