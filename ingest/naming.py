"""Give photos their ids: readable, the same at each run, and never another photo's.

A folder's photo is named by its path in the folder, a tar's by its key, a table's by its id there.
Where another photo has that id already, as two memory cards both have an IMG_0001.JPG and two
tables number their rows from 0, the folder's, tar's or table's own name goes before it, then the
name of the folder above, and so on.
"""

import hashlib
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ingest.changes import Known
from ingest.files import file_digest, is_gone
from ingest.photo import Photo, id_of_path
from ingest.provenance import is_told_by
from vecdb import Collection
from vecdb.addresses import local_path, path_of
from vecdb.records import Origin

NOTED = 1_000_000  # ids kept in memory, some 80 MB


class Claim(NamedTuple):
    """What has an id while it is under way: what tells it from others, its picture, its source."""

    identity: str
    picture: str
    source: str


class Naming:
    """The ids of one collection, and of the photos on their way into it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._was_empty = collection.count() == 0
        self._sources: set[str] = set()
        # What was taken out with answers: digests by id, and ids by digest.
        self._removed: dict[str, str] = {}
        self._removed_ids: dict[str, list[str]] = {}
        self._removed_sizes: set[int] = set()
        for row in collection.records.removals():
            self._removed[row["photo_id"]] = row["digest"]
            self._removed_ids.setdefault(row["digest"], []).append(row["photo_id"])
            self._removed_sizes.add(row["size"])
        self.returned: set[str] = set()  # ids of those that came back
        self._found: set[int] = set()  # what tars and tables named so far, by hash

    def name(
        self, photos: Sequence[Photo], claimed: dict[str, Claim]
    ) -> list[Photo | Known | None]:
        """Return each photo under its id, as `Known` where it is stored, None where under way.

        Args:
            claimed: what is under way by id; the ids given are put in.
        """
        held = self._collection.records.origins({one for p in photos for one in (*p.former, p.id)})
        named: list[Photo | Known | None] = [None] * len(photos)
        others: list[int] = []
        new = [photo for photo in photos if photo.id not in held]
        moved = self._find_moved(new) | self._find_at_address(new)
        for at, photo in enumerate(photos):
            ids = (*photo.former, photo.id)
            one = next((one for one in ids if one in held and _is_surely(photo, held[one])), None)
            if one is not None:
                named[at] = Known(photo if one == photo.id else replace(photo, id=one), held[one])
            elif photo.address in moved:
                named[at] = moved[photo.address]
            elif back := self._find_removed(photo):
                named[at] = replace(photo, id=back)
                claimed[back] = claim(photo)
                del self._removed[back]
                self.returned.add(back)
            elif (
                photo.id in held
                or photo.id in claimed
                or set(photo.former) & set(held)
                or (photo.id in self._removed and not photo.is_remote)
            ):
                others.append(at)
            else:
                named[at] = photo
                claimed[photo.id] = claim(photo)
        self._note(named)
        if others:
            self._name_others(photos, others, named, claimed)
        return named

    def _note(self, named: Sequence[Photo | Known | None]) -> None:
        """Remember the ids of pictures that are no files, so that no other is taken for them."""
        photos = (one.photo if isinstance(one, Known) else one for one in named)
        ids = (photo.id for photo in photos if photo is not None and photo.payload is not None)
        self._found.update(map(hash, itertools.islice(ids, max(0, NOTED - len(self._found)))))

    def _name_others(
        self,
        photos: Sequence[Photo],
        others: Sequence[int],
        named: list[Photo | Known | None],
        claimed: dict[str, Claim],
    ) -> None:
        """Name the photos whose first id is another photo's, or their own from another address."""
        stored = self._at_addresses({photos[at].url for at in others if photos[at].payload is None})
        every = {one for at in others for one in (*photos[at].former, *candidate_ids(photos[at]))}
        held = self._collection.records.origins([*every, *itertools.chain(*stored.values())])
        for at in others:
            photo = photos[at]
            at_address = (one for one in stored.get(photo.url, ()) if _may_be(photo, one))
            if photo.payload is None and (one := next(at_address, None)):
                named[at] = Known(replace(photo, id=one), held[one])
                continue
            every_id = (*photo.former, *candidate_ids(photo))
            if any(_is_under_way(photo, claimed[one]) for one in every_id if one in claimed):
                continue
            known = self._find_same(photo, {one: held[one] for one in every_id if one in held})
            if known is not None:
                named[at] = Known(replace(photo, id=known), held[known])
                self._note([named[at]])
                continue
            ids = candidate_ids(photo)
            taken = held.keys() | claimed.keys() | self._removed.keys()
            free = next(one for one in ids if one not in taken)
            named[at] = replace(photo, id=free)
            self._note([named[at]])
            claimed[free] = claim(photo)

    def _find_same(self, photo: Photo, held: dict[str, Origin]) -> str | None:
        """Return the id under which a photo is stored, by its bytes, else by who named it."""
        for one, origin in held.items():
            if _is_same(photo, origin):
                return one
        unknown = {""} if not photo.within else set()  # an id of a table's own, stored before
        for one, origin in held.items():
            # Another picture of a tar is another one, and a row's number may be another row's now.
            is_another = photo.within and (
                hash(one) in self._found or (one in photo.former and one != photo.id)
            )
            if photo.named_by and origin.named_by in {photo.named_by, *unknown} and not is_another:
                return one
        return None

    def _at_addresses(self, urls: set[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one, url in self._collection.records.at_addresses(sorted(urls)):
            found.setdefault(url, []).append(one)
        return found

    def find_listed(self, photos: Sequence[Photo]) -> dict[str, Known]:
        """Find photos that are named by their addresses now, and were by ids of their own before.

        Returns:
            The photos by the ids that they would have now.
        """
        listed = [photo for photo in photos if photo.told_by or photo.id == photo.address]
        at_address = self._find_at_address(listed)
        return {p.id: at_address[p.address] for p in listed if p.address in at_address}

    def _find_at_address(self, photos: Sequence[Photo]) -> dict[str, Known]:
        """Find photos whose pictures are stored already, under ids that others gave.

        Rows of one table with ids of their own are photos of their own.

        Returns:
            The photos by their address.
        """
        self._sources |= {photo.source for photo in photos}
        if self._was_empty and len(self._sources) < 2:
            return {}
        photos = [photo for photo in photos if photo.payload is None and not _is_file(photo)]
        stored = self._at_addresses({photo.url for photo in photos})
        held = self._collection.records.origins([*itertools.chain(*stored.values())])
        found: dict[str, Known] = {}
        for photo in photos:
            ids = (one for one in stored.get(photo.url, ()) if one in held)
            others = [
                one for one in ids if not photo.named_by or held[one].named_by != photo.named_by
            ]
            if others:  # of several the one that it told of before
                one = min(others, key=lambda one: not is_told_by(held[one], photo.source))
                about = replace(photo, id=one, named_by="", told_by=photo.source)
                found[photo.address] = Known(about, held[one])
        return found

    def _find_moved(self, photos: Sequence[Photo]) -> dict[str, Known]:
        """Find the files that are stored under other ids, from here or from where they are gone.

        What lies in a linked folder is here by whichever way.

        Returns:
            The photos by their address now.
        """
        files = [photo for photo in photos if _is_file(photo) and photo.size]
        gone: dict[int, list[dict[str, Any]]] = {}
        there: dict[str, str] = {}  # addresses of stored files, by where they really lie
        folders: dict[str, str] = {}
        if files:
            for row in self._collection.records.files_of_sizes(photo.size for photo in files):
                path = local_path(row["url"])
                if not row["digest"] or path is None:
                    continue
                if is_gone(path):
                    gone.setdefault(row["size"], []).append(row)
                else:
                    there[_resolve(path, folders)] = row["url"]
        urls = {photo.url: photo.url for photo in files}
        if there:
            urls |= {p.url: there.get(_resolve(path_of(p.address), folders), p.url) for p in files}
        moved: dict[str, Known] = {}
        stored = self._at_addresses(set(urls.values()))
        held = (
            self._collection.records.origins([*itertools.chain(*stored.values())]) if stored else {}
        )
        for photo in files if gone or stored else ():
            if (url := urls[photo.url]) in stored:
                one = stored[url][0]
                moved[photo.address] = Known(replace(photo, id=one), held[one])
                continue
            rows = gone.get(photo.size)
            digest = file_digest(photo.address) if rows else ""
            for row in rows or ():
                if row["digest"] == digest:
                    origin = Origin(row["url"], digest, 0.0, row["size"])
                    moved[photo.address] = Known(replace(photo, id=row["id"]), origin)
                    gone[photo.size].remove(row)
                    break
        return moved

    def _find_removed(self, photo: Photo) -> str | None:
        """Return the id that this picture was taken out under, with its answers.

        Of one that lay in the folder twice, each file gets its own.
        """
        is_of_size = _is_file(photo) and photo.size in self._removed_sizes
        if not is_of_size and photo.id not in self._removed:
            return None
        digest = _digest(photo)
        if self._removed.get(photo.id) == digest:
            return photo.id
        ids = self._removed_ids.get(digest, ()) if is_of_size else ()
        free = (one for one in ids if one in self._removed)
        return next((one for one in free if is_gone(Path(photo.within, one))), None)


def _resolve(path: Path, folders: dict[str, str]) -> str:
    """Return where a file really lies; one that is a link itself is a photo of its own.

    Args:
        folders: where those looked at before lie.
    """
    folder, name = os.path.split(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    return os.path.join(folders[folder], name)


def identity(photo: Photo) -> str:
    """Return what tells a photo from others that want its id: its table, its file, or its bytes."""
    if photo.named_by and not photo.within:
        return photo.named_by
    return photo.picture


def claim(photo: Photo) -> Claim:
    """Return what is kept of a photo while it is under way."""
    return Claim(identity(photo), photo.picture, photo.source)


def _is_under_way(photo: Photo, claimed: Claim) -> bool:
    """Tell whether this photo has the id already: the same picture, or the same row's."""
    own = claim(photo)
    return own.identity == claimed.identity or own.picture == claimed.picture


def candidate_ids(photo: Photo) -> Iterator[str]:
    """Yield the ids that a photo may have, the readable ones first, the last one its alone."""
    yield photo.id
    folder, _, table = photo.named_by.replace("\\", "/").rpartition("/")
    within = photo.within or f"{folder}/{table.partition('.')[0]}"
    names = [name for name in within.replace("\\", "/").split("/") if name]
    for count in range(1, len(names) + 1):
        yield id_of_path("/".join([*names[-count:], photo.id]))
    yield id_of_path(f"{photo.id} {hashlib.sha256(identity(photo).encode()).hexdigest()[:12]}")


def _digest(photo: Photo) -> str:
    return photo.picture if photo.payload is not None else file_digest(photo.address)


def _is_file(photo: Photo) -> bool:
    """Tell whether a photo is named by where its file lies."""
    return photo.payload is None and bool(photo.within)


def _may_be(photo: Photo, stored: str) -> bool:
    """Tell whether a photo at this address may be this one: a table's may have another name now."""
    return _is_file(photo) or stored.endswith(f"/{photo.id}")


def _is_surely(photo: Photo, held: Origin) -> bool:
    """Tell whether a stored photo is the very one: at this address, of this table, these bytes."""
    if photo.payload is None:
        return photo.url == held.url or (not photo.within and photo.named_by == held.named_by)
    return photo.picture == held.digest


def _is_same(photo: Photo, held: Origin) -> bool:
    """Tell whether a stored photo has the bytes of this one; where that is not known, it has."""
    if not held.digest:
        return bool(photo.within)
    if photo.payload is not None:
        return photo.picture == held.digest
    path, old = local_path(photo.address), local_path(held.url)
    if path is None:
        return False
    try:
        if old is not None and os.path.getsize(old) != path.stat().st_size:
            return False
    except OSError:
        pass  # the old file is gone: the folder may have been renamed
    return file_digest(photo.address) == held.digest
