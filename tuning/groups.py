"""Which photos belong together: labels of a table, answers in concepts, corrections of classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning.errors import TooFewPhotos
from vecdb import Collection, Database

MOST_OF_A_CLASS = 500
# 100 MB of 512 numbers; beyond, whole classes are left out.
MOST_PHOTOS = 50_000


@dataclass(frozen=True, eq=False)
class Groups:
    """Photos with the class each belongs to.

    Attributes:
        vectors: (n, d) float32 unit rows.
        classes: (n,) int64, rows of `names`.
        names: of the classes.
        by: what told the classes: label, concept or classes.
    """

    vectors: NDArray[np.float32]
    classes: NDArray[np.int64]
    names: list[str]
    by: str


def group_by_label(collection: Collection) -> Groups:
    """Take the photos that have one label; many photos of one label are drawn from.

    Raises:
        TooFewPhotos: no photo has one label.
    """
    ids, labels = collection.records.labelled(MOST_OF_A_CLASS)
    return read_groups(collection, dict(zip(ids, labels, strict=True)), "label")


def group_by_concept(database: Database, collection: Collection) -> Groups:
    """Take the photos answered yes in a concept; those of several concepts are left out.

    Raises:
        TooFewPhotos: no concept of the collection has a yes.
    """
    found: dict[str, list[str]] = {}
    for concept in database.concepts.list(collection.name):
        for answer in database.concepts.labels(concept.id):
            if answer.label == 1:
                found.setdefault(answer.photo_id, []).append(concept.name)
    alone = {photo: names[0] for photo, names in found.items() if len(set(names)) == 1}
    return read_groups(collection, alone, "concept")


def read_groups(collection: Collection, class_of: Mapping[str, str], by: str) -> Groups:
    """Read the vectors of photos whose class is known; photos that are gone are left out.

    Of a picture and its near-duplicates that the ingest noticed one is taken: the others would
    measure on photos never seen what was learnt from it.

    Args:
        class_of: class by photo id; photos without one are not in it.

    Raises:
        TooFewPhotos: none of the photos is in the collection.
    """
    ids, vectors = collection.known_vectors(_drop_copies(collection, _whole_classes(class_of)))
    if not ids:
        raise TooFewPhotos(
            f"No photo of {collection.name} has a class by {by}: label photos first, or choose "
            "otherwise what is alike (--by of the command)."
        )
    names, classes = np.unique([class_of[photo] for photo in ids], return_inverse=True)
    return Groups(vectors, classes.astype(np.int64), names.tolist(), by)


def _drop_copies(collection: Collection, ids: Sequence[str]) -> list[str]:
    columns = ["id", "digest", "duplicate_of"]
    rows = (
        row
        for table in collection.records.metadata(ids)
        for row in table.select(columns).to_pylist()
    )
    names = {row["id"]: {row["duplicate_of"] or row["id"], row["digest"]} - {""} for row in rows}
    kept, seen = [], set[str]()
    for photo in ids:
        if seen.isdisjoint(names.get(photo, ())):
            kept.append(photo)
        seen |= names.get(photo, set())
    return kept


def _whole_classes(class_of: Mapping[str, str]) -> Sequence[str]:
    members: dict[str, list[str]] = {}
    for photo, name in class_of.items():
        members.setdefault(name, []).append(photo)
    kept: list[str] = []
    for name in np.random.default_rng(0).permutation(sorted(members)):
        if kept and len(kept) + len(members[name]) > MOST_PHOTOS:
            break
        kept += members[name][:MOST_PHOTOS]
    return kept
