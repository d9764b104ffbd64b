"""Take photos and collections out for good: rows, thumbnails, cached vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

from vecdb.collection import Collection
from vecdb.database import Database
from vecdb.store import Store


@dataclass(frozen=True)
class Removed:
    """What was taken out.

    Attributes:
        photos: how many.
        labelled: how many of them had labels.
        concepts: the names of the concepts that the labels belong to.
    """

    photos: int
    labelled: int
    concepts: tuple[str, ...]

    def describe(self) -> str:
        """Say in one sentence what was taken out."""
        text = f"{self.photos:,} photo{'' if self.photos == 1 else 's'} taken out"
        if self.labelled:
            names = ", ".join(f"'{name}'" for name in self.concepts)
            text += f", {self.labelled:,} of them had labels in {names}"
        return f"{text}."


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

    Raises:
        UnknownCollection: there is none of that name.
    """
    collection = database.collection(name)
    digests = collection.records.digests(ids)
    found = list(digests)
    removed = find_labelled(database, name, found)
    if found:
        collection.delete(found)
        _delete_derived(database, name, found)
        drop_kept(database, store, name, digests)
    return removed


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
    drop_kept(database, store, name, digests, encoders)
    return removed


def drop_kept(
    database: Database,
    store: Store,
    name: str,
    digests: dict[str, str],
    encoders: Sequence[str] | None = None,
) -> None:
    """Drop thumbnails and cached vectors of photos that went, unless others are the same picture.

    Args:
        digests: of the pictures, by photo.
        encoders: whose vectors are dropped; those of every collection by default.
    """
    store.drop_thumbnails(name, digests)
    drop_pictures(database, store, set(digests.values()), encoders)


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


def _delete_derived(database: Database, name: str, ids: Sequence[str]) -> None:
    for info in database.derived(name):
        database.collection(info.name).delete(ids)
        _delete_derived(database, info.name, ids)


def _collections(database: Database) -> list[Collection]:
    return [database.collection(info.name) for info in database.collections()]


def _encoders(database: Database) -> list[str]:
    return sorted({collection.encoder_key for collection in _collections(database)})
