"""Give photos their ids: readable, the same at each run, and never another photo's.

A folder's photo is named by its path in the folder, a tar's by its key. Where another photo has
that id already, as two memory cards both have an IMG_0001.JPG, the folder's or the tar's own name
goes before it, then the name of the folder above, and so on.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from ingest.changes import Known, file_digest, is_gone
from ingest.photo import Photo, id_of_path
from vecdb import Collection
from vecdb.addresses import local_path
from vecdb.records import Origin


class Naming:
    """The ids of one collection, and of the photos on their way into it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def name(self, photos: Sequence[Photo], claimed: dict[str, str]) -> list[Photo | Known | None]:
        """Return each photo under its id, as `Known` where it is stored, None where under way.

        Args:
            claimed: what is under way, `identity` by id; the ids given are put in.
        """
        held = self._collection.records.origins({one for p in photos for one in (*p.former, p.id)})
        named: list[Photo | Known | None] = [None] * len(photos)
        others: list[int] = []
        moved = self._find_moved([photo for photo in photos if photo.id not in held])
        for at, photo in enumerate(photos):
            ids = (*photo.former, photo.id)
            one = next((one for one in ids if _is_at(photo, held.get(one))), None)
            if one is not None:
                named[at] = Known(photo if one == photo.id else replace(photo, id=one), held[one])
            elif photo.address in moved:
                named[at] = moved[photo.address]
            elif photo.id in held or photo.id in claimed or set(photo.former) & set(held):
                others.append(at)
            else:
                named[at] = photo
                claimed[photo.id] = identity(photo)
        if others:
            self._name_others(photos, others, named, claimed)
        return named

    def name_rows(self, rows: pa.Table) -> pa.Table:
        """Return rows with vectors, with names before the ids that other pictures have already.

        Args:
            rows: id, url and, of rows that `ingest.embed` made, digest and within, which goes.
        """
        if "within" not in rows.column_names:
            return rows
        told = rows.select(["id", "url", "within", "digest"]).to_pylist()
        held = self._digests([row["id"] for row in told])
        photos = {
            at: Photo(row["id"], row["url"], within=row["within"])
            for at, row in enumerate(told)
            if row["within"]
            and (held.setdefault(row["id"], row["digest"]) or row["digest"]) != row["digest"]
        }
        held |= self._digests([name for photo in photos.values() for name in candidate_ids(photo)])
        for at, photo in photos.items():
            row = told[at]
            free = (
                name
                for name in candidate_ids(photo)
                if (held.setdefault(name, row["digest"]) or row["digest"]) == row["digest"]
            )
            row["id"] = next(free, f"{photo.id} {row['digest'][:12]}")
        ids = pa.array([row["id"] for row in told], pa.string())
        at = rows.column_names.index("id")
        return rows.set_column(at, "id", ids).drop_columns("within")

    def _digests(self, ids: Sequence[str]) -> dict[str, str]:
        return {
            name: origin.digest for name, origin in self._collection.records.origins(ids).items()
        }

    def _name_others(
        self,
        photos: Sequence[Photo],
        others: Sequence[int],
        named: list[Photo | Known | None],
        claimed: dict[str, str],
    ) -> None:
        """Name the photos whose first id is another photo's, or their own from another address."""
        files = {photos[at].url for at in others if photos[at].payload is None}
        stored = self._at_addresses(files)
        every = {one for at in others for one in (*photos[at].former, *candidate_ids(photos[at]))}
        held = self._collection.records.origins([*every, *stored.values()])
        for at in others:
            photo = photos[at]
            if photo.payload is None and photo.url in stored:
                one = stored[photo.url]
                named[at] = Known(replace(photo, id=one), held[one])
                continue
            for one in (*photo.former, *candidate_ids(photo)):
                if one in claimed:
                    if claimed[one] == identity(photo):
                        break
                elif one in held:
                    if _is_same(photo, held[one].url, held[one].digest):
                        named[at] = Known(replace(photo, id=one), held[one])
                        break
                elif one not in photo.former:
                    named[at] = replace(photo, id=one)
                    claimed[one] = identity(photo)
                    break

    def _at_addresses(self, urls: set[str]) -> dict[str, str]:
        return {url: one for one, url in self._collection.records.at_addresses(sorted(urls))}

    def _find_moved(self, photos: Sequence[Photo]) -> dict[str, Known]:
        """Find the files that are stored under other ids, from here or from where they are gone.

        Returns:
            The photos by their address now.
        """
        files = [photo for photo in photos if photo.payload is None and photo.size]
        gone: dict[int, list[dict[str, Any]]] = {}
        if files:
            for row in self._collection.records.files_of_sizes(photo.size for photo in files):
                path = local_path(row["url"])
                if row["digest"] and path is not None and is_gone(path):
                    gone.setdefault(row["size"], []).append(row)
        moved: dict[str, Known] = {}
        stored = self._at_addresses({photo.url for photo in files})
        held = self._collection.records.origins(stored.values()) if stored else {}
        for photo in files if gone or stored else ():
            if photo.url in stored:
                one = stored[photo.url]
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


def identity(photo: Photo) -> str:
    """Return what tells a photo from others that want its id: its file, or its bytes."""
    return photo.url if photo.payload is None else hashlib.sha256(photo.payload).hexdigest()


def candidate_ids(photo: Photo) -> Iterator[str]:
    """Yield the ids that a photo may have, the readable ones first, the last one its alone."""
    yield photo.id
    names = [name for name in photo.within.replace("\\", "/").split("/") if name]
    for count in range(1, len(names) + 1):
        yield id_of_path("/".join([*names[-count:], photo.id]))
    yield id_of_path(f"{photo.id} {hashlib.sha256(identity(photo).encode()).hexdigest()[:12]}")


def _is_at(photo: Photo, held: Origin | None) -> bool:
    """Tell whether a stored photo is the very one at this address."""
    return held is not None and photo.payload is None and photo.url == held.url


def _is_same(photo: Photo, url: str, digest: str) -> bool:
    """Tell whether a stored photo has the bytes of this one; where that is not known, it has."""
    if not digest:
        return True
    if photo.payload is not None:
        return identity(photo) == digest
    path, old = local_path(photo.address), local_path(url)
    if path is None:
        return False
    try:
        if old is not None and os.path.getsize(old) != path.stat().st_size:
            return False
    except OSError:
        pass  # the old file is gone: the folder may have been renamed
    return file_digest(photo.address) == digest
