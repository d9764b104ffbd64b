"""The first stage: let through the photos that are worth fetching."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ingest.changes import Changes, Known, find_change
from ingest.errors import DamagedSource, Rejected, SourceError
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.files import look_at_file
from ingest.naming import Claim, Naming, claim
from ingest.photo import Photo
from ingest.progress import Tally
from vecdb import Collection

CHUNK = 5_000  # ids asked about at once
REMEMBERED = 1_000_000  # photos of a source among which a second row is noticed, some 120 MB
CHUNK_BYTES = 64 << 20  # of payloads held meanwhile
TICK = 0.5  # seconds between two looks whether the run was stopped


class Admission:
    """Leaves out what is stored and unchanged, under way, or failed for good before.

    What a further table of the source says of a photo is added to it once that is stored.

    Args:
        stop: where it is set, nothing under way is waited for.
        retry_failed: let through what failed for good, too.

    Attributes:
        is_listed_whole: whether every file and folder of the source could be looked at so far.
    """

    def __init__(
        self,
        collection: Collection,
        failures: Failures,
        tally: Tally,
        failure_list: FailureList,
        *,
        stop: threading.Event,
        retry_failed: bool,
    ) -> None:
        self._collection = collection
        self._naming = Naming(collection)
        self._failures = failures
        self._tally = tally
        self._failure_list = failure_list
        self._retry_failed = retry_failed
        self._stop = stop
        self._under_way: dict[str, Claim] = {}
        self._sources: dict[str, tuple[str, ...]] = {}  # and those that were read before it
        self._seen: dict[int, str] = {}  # photos, by hash, and which source spoke last
        self._failed: dict[int, str] = {}  # pictures, by hash, and which source told of them
        self.is_listed_whole = True
        self._guard = threading.Lock()
        self._left = threading.Condition(self._guard)

    def admit(self, photos: Iterable[Photo]) -> Iterator[Photo | Changes | tuple[Photo, Rejected]]:
        """Yield photos to fetch, rows to store anew, and those that cannot be used, with why."""
        for chunk in _chunks(photos):
            if self._stop.is_set():
                return
            self._tally.add("seen", len(chunk))
            yield from self._admit(chunk)

    def _admit(self, chunk: Sequence[Photo]) -> Iterator[Photo | Changes | tuple[Photo, Rejected]]:
        usable: list[Photo] = []
        for photo in chunk:
            try:
                photo.check()
            except Rejected as rejected:
                self.is_listed_whole &= photo.broken is None
                yield photo, rejected
            else:
                usable.append(look_at_file(photo))
        self._wait_for_others(usable)
        if self._stop.is_set():
            return  # what is still under way is no second row
        told, usable = len(usable), [photo for photo in usable if not self._has_failed(photo)]
        self._tally.tell_again(told - len(usable))
        found = self._name([photo for photo in usable if photo.within or photo.named_by])
        found += self._look_up([photo for photo in usable if not (photo.within or photo.named_by)])
        found = self._first_of_each(found)
        photos = [photo for photo in found if isinstance(photo, Photo)]
        changes = [find_change(known) for known in found if isinstance(known, Known)]
        # Whichever source told of it first has asked for a picture that changed, or it failed.
        anew = [p for p in changes if p is not None and p.replaces and p.adds_to is None]
        rows = [photo for photo in changes if photo is not None and not photo.replaces]
        added = sum(isinstance(one, Known) and one.photo.adds_to is not None for one in found)
        own = [photo for photo in rows if photo.adds_to is None]
        self._tally.tell_again(added)
        self._tally.add("skipped", len(usable) - added - len(photos) - len(anew) - len(own))
        photos += anew
        given_up = {} if self._retry_failed else self._failures.given_up(photos)
        self._tally.add("skipped", len(given_up))
        self._tally.add("failed_before", len(given_up))
        with self._guard:
            self._under_way |= {photo.id: claim(photo) for photo in (*photos, *rows)}
        for photo in photos:
            if photo.id in given_up:
                self._failure_list.add(photo, given_up[photo.id])
                self.fail(photo)
                self.leave(photo)
            else:
                yield photo
        for are_added in (False, True):
            if of_kind := tuple(
                photo for photo in rows if (photo.adds_to is not None) == are_added
            ):
                yield Changes(of_kind, are_added)

    def _name(self, photos: Sequence[Photo]) -> list[Photo | Known]:
        """Return the photos that are new, under ids of their own, and those that are stored."""
        if not photos:
            return []
        with self._guard:
            claimed = dict(self._under_way)
        found = self._naming.name(photos, claimed)
        for photo, named in zip(photos, found, strict=True):
            if named is None:
                self._tally.double(photo.id)
            elif isinstance(named, Photo) and named.id in self._naming.returned:
                self._tally.add("returned")
            elif isinstance(named, Photo) and named.id != photo.id:
                self._tally.rename(named.id)
        return [one for one in found if one is not None]

    def _look_up(self, photos: Sequence[Photo]) -> list[Photo | Known]:
        """Return the photos, as `Known` where they are stored."""
        with self._guard:
            free = [photo for photo in photos if photo.id not in self._under_way]
            under_way = [photo.id for photo in photos if photo.id in self._under_way]
        for photo_id in under_way:
            self._tally.double(photo_id)
        # Asked after the look at what is under way: a photo that just left it is stored by now.
        held = self._collection.records.origins({photo.id for photo in free}) if free else {}
        known = {photo.id: Known(photo, held[photo.id]) for photo in free if photo.id in held}
        known |= self._naming.find_listed([photo for photo in free if photo.id not in held])
        return [known.get(photo.id, photo) for photo in free]

    def _wait_for_others(self, photos: Sequence[Photo]) -> None:
        """Wait until photos are stored of which another table told that was read before."""
        sources = {photo.picture: photo.source for photo in photos}

        def is_waited_for() -> bool:
            claims = self._under_way.values()
            return any(sources.get(one.picture, one.source) != one.source for one in claims)

        with self._left:
            while is_waited_for() and not self._stop.is_set():
                self._left.wait(TICK)

    def _first_of_each(self, found: Sequence[Photo | Known]) -> list[Photo | Known]:
        """Return the first row of each photo in each table.

        What a later row of the same table says of it does not count.
        """
        firsts: list[Photo | Known] = []
        for one in found:
            photo = one if isinstance(one, Photo) else one.photo
            earlier = self._sources.setdefault(photo.source, tuple(self._sources))
            key = hash(photo.id)
            last = self._seen.get(key)
            if last == photo.source:
                self._tally.double(photo.id)
                continue
            if last is not None or len(self._seen) < REMEMBERED:
                self._seen[key] = photo.source
            if last is not None and isinstance(one, Known):
                one = replace(one, photo=replace(photo, adds_to=earlier))
            firsts.append(one)
        return firsts

    def fail(self, photo: Photo) -> None:
        """Say that a picture cannot be read, whatever else is told of it."""
        if len(self._failed) < REMEMBERED:
            self._failed[hash(photo.picture)] = photo.source

    def _has_failed(self, photo: Photo) -> bool:
        """Tell whether a picture failed of which another source told before."""
        return self._failed.get(hash(photo.picture), photo.source) != photo.source

    def leave(self, photo: Photo) -> None:
        """Say that a photo is stored, anew perhaps, or has failed."""
        with self._left:
            self._under_way.pop(photo.id, None)
            self._left.notify()


def _chunks(photos: Iterable[Photo]) -> Iterator[list[Photo]]:
    """Yield photos in parts, in each of which one source tells of a photo."""
    chunk: list[Photo] = []
    later: list[Photo] = []  # what other sources tell of photos in it
    told: dict[str, str] = {}  # pictures in it, and by which source
    size = 0
    try:
        for photo in photos:
            is_again = told.setdefault(photo.picture, photo.source) != photo.source
            (later if is_again else chunk).append(photo)
            size += len(photo.payload or b"")
            if len(chunk) + len(later) >= CHUNK or size > CHUNK_BYTES:
                yield chunk
                yield from _chunks(later)
                chunk, later, told, size = [], [], {}, 0
    except (SourceError, DamagedSource):
        yield chunk  # a source that breaks off has named these before
        yield from _chunks(later)
        raise
    if chunk:
        yield chunk
        yield from _chunks(later)
