"""Give photos their ids: readable, the same at each run, and never another photo's.

A folder's photo is named by its path in the folder, a tar's by its key. Where another photo has
that id already, as two memory cards both have an IMG_0001.JPG, the folder's or the tar's own name
goes before it, then the name of the folder above, and so on.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from ingest.photo import Photo, id_of_path
from vecdb import Collection
from vecdb.addresses import local_path


class Naming:
    """The ids of one collection, and of the photos on their way into it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def name(self, photos: Sequence[Photo], claimed: dict[str, str]) -> list[Photo | None]:
        """Return each photo under its id, None for one that is stored or under way already.

        Args:
            claimed: what is under way, `identity` by id; the ids given are put in.
        """
        held = self._collection.origins({one for p in photos for one in (*p.former, p.id)})
        named: list[Photo | None] = [None] * len(photos)
        others: list[int] = []
        for at, photo in enumerate(photos):
            if any(_is_at(photo, held.get(one)) for one in (*photo.former, photo.id)):
                continue
            if photo.id in held or photo.id in claimed or set(photo.former) & set(held):
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
        return {name: digest for name, (_, digest) in self._collection.origins(ids).items()}

    def _name_others(
        self,
        photos: Sequence[Photo],
        others: Sequence[int],
        named: list[Photo | None],
        claimed: dict[str, str],
    ) -> None:
        """Name the photos whose first id is another photo's, or their own from another address."""
        files = {photos[at].url for at in others if photos[at].payload is None}
        stored = self._collection.stored_addresses(files) if files else set()
        every = {one for at in others for one in (*photos[at].former, *candidate_ids(photos[at]))}
        held = self._collection.origins(every)
        for at in others:
            photo = photos[at]
            if photo.payload is None and photo.url in stored:
                continue
            for one in (*photo.former, *candidate_ids(photo)):
                if one in claimed:
                    if claimed[one] == identity(photo):
                        break
                elif one in held:
                    if _is_same(photo, *held[one]):
                        break
                elif one not in photo.former:
                    named[at] = replace(photo, id=one)
                    claimed[one] = identity(photo)
                    break


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


def _is_at(photo: Photo, held: tuple[str, str] | None) -> bool:
    """Tell whether a stored photo is the very one at this address."""
    return held is not None and photo.payload is None and photo.url == held[0]


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
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False  # the fetch will say why it cannot be read
