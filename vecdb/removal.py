"""Take photos and collections out for good: rows, thumbnails, cached vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from vecdb.collection import Collection
from vecdb.database import Database
from vecdb.errors import StoreUnusable
from vecdb.store import Store


@dataclass(frozen=True)
class Removed:
    """What was taken out.

    Attributes:
        photos: how many.
        labelled: how many of them had labels.
        concepts: the names of the concepts that the labels belong to.
        left: why thumbnails and cached vectors of them stay in the store; empty where none does.
    """

    photos: int
    labelled: int
    concepts: tuple[str, ...]
    left: str = ""

    def describe(self) -> str:
        """Say in one sentence what was taken out."""
        text = f"{self.photos:,} photo{'' if self.photos == 1 else 's'} taken out"
        if self.labelled:
            names = ", ".join(f"'{name}'" for name in self.concepts)
            text += f", {self.labelled:,} of them had labels in {names}"
        left = f" Their thumbnails and cached vectors are still there. {self.left}"
        return f"{text}.{left if self.left else ''}"


@dataclass(frozen=True)
class Kept:
    """All that is kept of some photos, held in memory so that they can be put back.

    Attributes:
        collection: where they are.
        rows: everything stored of them, by collection: also of those derived from it.
        thumbnails: (photo id, digest, JPEG) each.
        vectors: cached ones (d,) float32, by encoder and digest.
    """

    collection: str
    rows: dict[str, list[pa.Table]]
    thumbnails: tuple[tuple[str, str, bytes], ...]
    vectors: dict[str, dict[str, np.ndarray]]


def find_labelled(database: Database, collection: str, ids: Sequence[str]) -> Removed:
    """Tell how many of some photos have labels, and in which concepts."""
    wanted = set(ids)
    labelled: set[str] = set()
    names: list[str] = []
    for concept in database.concepts.list(collection):
        found = {
            label.photo_id
            for label in database.concepts.labels(concept.id)
            if label.label and label.photo_id in wanted
        }
        if found:
            labelled |= found
            names.append(concept.name or concept.prompt)
    return Removed(len(wanted), len(labelled), tuple(names))


def remove_photos(database: Database, store: Store, name: str, ids: Sequence[str]) -> Removed:
    """Take photos out of a collection and of those derived from it, with all that is kept of them.

    Answers stay, and count again once the same picture comes back.

    Raises:
        UnknownCollection: there is none of that name.
    """
    collection = database.collection(name)
    digests = collection.records.digests(ids)
    found = list(digests)
    removed = find_labelled(database, name, found)
    if found:
        all_of_them = (name, *list_derived(database, name))
        collection.records.note_removals(found, all_of_them)
        for each in all_of_them:
            database.collection(each).delete(found)
        removed = _drop_too(removed, database, store, name, digests)
    return removed


def keep_photos(database: Database, store: Store, name: str, ids: Sequence[str]) -> Kept:
    """Return all that `remove_photos` would take out, for `restore_photos`.

    Raises:
        UnknownCollection: there is none of that name.
    """
    digests = database.collection(name).records.digests(ids)
    small = ((photo, digest, store.thumbnail(name, photo)) for photo, digest in digests.items())
    return Kept(
        name,
        {
            each: database.collection(each).records.whole(ids)
            for each in (name, *list_derived(database, name))
        },
        tuple((photo, digest, jpeg) for photo, digest, jpeg in small if jpeg is not None),
        {
            encoder: store.vectors(encoder, set(digests.values()) - {""})
            for encoder in _encoders(database)
        },
    )


def restore_photos(database: Database, store: Store, kept: Kept) -> int:
    """Put photos back as they were; those that were stored again meanwhile stay as they are.

    Returns:
        How many photos are back.

    Raises:
        UnknownCollection: their collection is gone.
        StoreUnusable: the photos are back, but what the store held of them is not; done once more
            this tries it again.
    """
    # The rows first: a store that takes no more must not keep photos out.
    collection = database.collection(kept.collection)
    back = sum(collection.insert(rows) for rows in kept.rows[kept.collection])
    for name in list_derived(database, kept.collection):
        for rows in kept.rows.get(name, ()):
            database.collection(name).insert(rows)
    try:
        _put_back(database, store, kept)
    except StoreUnusable as error:
        raise StoreUnusable(
            f"The photos are back, without their thumbnails. {error} Then undo once more."
        ) from error
    return back


def _put_back(database: Database, store: Store, kept: Kept) -> None:
    store.put_thumbnails(kept.collection, kept.thumbnails)
    shown = [photo for photo, _, _ in kept.thumbnails]
    for other in _in_other_encoders(database, kept.collection):
        store.take_back_thumbnails(kept.collection, other.name, shown)
    for encoder, vectors in kept.vectors.items():
        if vectors:
            store.put_vectors(encoder, list(vectors), np.stack(list(vectors.values())))


def remove_collection(database: Database, store: Store, name: str) -> Removed:
    """Take out a collection, those derived from it, and all that is kept of their photos.

    Raises:
        UnknownCollection: there is none of that name.
    """
    collection = database.collection(name)
    digests = collection.records.digests(list(collection.records.addresses_under("")))
    removed = find_labelled(database, name, list(digests))
    encoders = _encoders(database)
    for info in database.derived(name):
        remove_collection(database, store, info.name)
    database.drop_collection(name)
    return _drop_too(removed, database, store, name, digests, encoders)


def _drop_too(
    removed: Removed,
    database: Database,
    store: Store,
    name: str,
    digests: dict[str, str],
    encoders: Sequence[str] | None = None,
) -> Removed:
    """Drop what is kept of photos that went; they are gone, whether the store takes that or not.

    The same photos in another encoder's collection, `NAME__...`, keep their thumbnails.

    Args:
        digests: of the pictures, by photo.
        encoders: whose vectors are dropped; those of every collection by default.
    """
    try:
        for other in _in_other_encoders(database, name):
            store.hand_on_thumbnails(name, other.name, other.records.known_ids(digests))
        store.drop_thumbnails(name, digests)
        drop_pictures(database, store, set(digests.values()), encoders)
    except StoreUnusable as error:
        return replace(removed, left=str(error))
    return removed


def drop_pictures(
    database: Database, store: Store, digests: set[str], encoders: Sequence[str] | None = None
) -> None:
    """Drop thumbnails and cached vectors of pictures, by digest, that no photo is any more."""
    wanted = sorted(digests - {""})
    used: set[str] = set()
    for other in _collections(database):
        used |= other.records.digests_in_use(wanted)
    left = [digest for digest in wanted if digest not in used]
    if left:
        store.drop_pictures(left, encoders or _encoders(database))


def list_derived(database: Database, name: str) -> list[str]:
    """Return the collections derived from one, and those derived from these."""
    found = [info.name for info in database.derived(name)]
    return found + [further for each in found for further in list_derived(database, each)]


def _in_other_encoders(database: Database, name: str) -> list[Collection]:
    """Return the collections that hold photos of one and show its thumbnails."""
    return [each for each in _collections(database) if each.name.startswith(f"{name}__")]


def _collections(database: Database) -> list[Collection]:
    return [database.collection(info.name) for info in database.collections()]


def _encoders(database: Database) -> list[str]:
    return sorted({collection.encoder_key for collection in _collections(database)})
