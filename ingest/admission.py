"""The first stage: let through the photos that are worth fetching."""

import threading
from collections.abc import Iterable, Iterator, Sequence

from ingest.errors import DamagedSource, Rejected, SourceError
from ingest.failures import Failures
from ingest.photo import Photo
from ingest.progress import Tally
from vecdb import Collection

CHUNK = 5_000  # ids asked about at once
CHUNK_BYTES = 64 << 20  # of payloads held meanwhile


class Admission:
    """Passes over what is stored, under way, or failed for good before.

    Args:
        retry_failed: let through what failed for good, too.
    """

    def __init__(
        self, collection: Collection, failures: Failures, tally: Tally, *, retry_failed: bool
    ) -> None:
        self._collection = collection
        self._failures = failures
        self._tally = tally
        self._retry_failed = retry_failed
        self._under_way: set[str] = set()
        self._guard = threading.Lock()

    def admit(self, photos: Iterable[Photo]) -> Iterator[Photo | tuple[Photo, Rejected]]:
        """Yield the photos to fetch, and those whose rows cannot be used, with the reason."""
        for chunk in _chunks(photos):
            self._tally.add("seen", len(chunk))
            yield from self._admit(chunk)

    def _admit(self, chunk: Sequence[Photo]) -> Iterator[Photo | tuple[Photo, Rejected]]:
        fresh: dict[str, Photo] = {}
        for photo in chunk:
            try:
                photo.check()
            except Rejected as rejected:
                yield photo, rejected
                continue
            with self._guard:
                again = photo.id in self._under_way or photo.id in fresh
            if again:
                self._tally.add("skipped")
            else:
                fresh[photo.id] = photo
        # Asked after the look at what is under way: a photo that just left it is stored by now.
        known = self._collection.known_ids(list(fresh)) if fresh else set()
        photos = [photo for photo in fresh.values() if photo.id not in known]
        given_up = set() if self._retry_failed else self._failures.given_up(photos)
        self._tally.add("skipped", len(known) + len(given_up))
        self._tally.add("failed_before", len(given_up))
        for photo in photos:
            if photo.id not in given_up:
                with self._guard:
                    self._under_way.add(photo.id)
                yield photo

    def leave(self, photo: Photo) -> None:
        """Say that a photo is stored or has failed."""
        with self._guard:
            self._under_way.discard(photo.id)


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
