"""Put the photos of an export into families, by what their collection knows of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.errors import BadInput
from explorer.exports.choice import Choice, Tell, say_nothing
from explorer.exports.families import (
    FOLDER,
    group_hashed,
    group_near,
    join_families,
    key_of_values,
    source_keys,
    value_reader,
)
from vecdb import Collection
from vecdb.photos import MAPS, METADATA, describe_row

COMPARED = 100_000  # photos that are compared with each other for near-duplicates
HASHED = 500_000  # photos among which they are looked for by hashes, which miss some
# What tells that photos are the same one, or of one source.
TELLING = ("id", "url", "digest", "duplicate_of", "photographer", "camera", "taken")


def find_families(
    collection: Collection, ids: Sequence[str], choice: Choice, tell: Tell = say_nothing
) -> tuple[np.ndarray, list[str]]:
    """Find the photos that must not come into two splits.

    Returns:
        (n,) the number of each photo's family, and sentences on how they were found.

    Raises:
        BadInput: a column to keep together does not exist.
    """
    if len(choice.shares) == 1:
        return np.arange(len(ids)), []
    rows = _read_rows(collection, ids, choice.together)
    if len(ids) <= HASHED:
        known, vectors = collection.known_vectors([row["id"] for row in rows])
        held = set(known)  # those that were not deleted meanwhile
        rows = [row for row in rows if row["id"] in held]
    for name in choice.together:
        if name != FOLDER and all(name not in row and name not in row["extra"] for row in rows):
            raise BadInput(
                f"The collection {collection.name} has no column {name!r} to keep together."
            )
    sources, note = source_keys(rows)
    notes = [note] if note and not choice.together else []
    names = [*(row["id"] for row in rows), *(row["duplicate_of"] for row in rows)]
    keys = [
        *(key_of_values([row[name] for row in rows]) for name in ("digest", "url")),
        key_of_values(names).reshape(2, -1),
        sources,
        *(
            key_of_values([read(row) for row in rows])
            for read in map(value_reader, choice.together)
        ),
    ]
    if len(ids) <= COMPARED:
        keys.append(group_near(vectors, choice.near, tell))
    elif len(ids) <= HASHED:
        keys.append(group_hashed(vectors, choice.near))
    else:
        notes.append(
            f"Near-duplicates are those that the ingest noticed: more than {HASHED:,} photos "
            "are not compared with each other."
        )
    at = {photo: place for place, photo in enumerate(ids)}
    families = np.arange(len(ids)) + len(rows)  # photos that are gone meanwhile stand alone
    families[[at[row["id"]] for row in rows]] = join_families(keys, len(rows))
    return np.unique(families, return_inverse=True)[1], notes


def _read_rows(
    collection: Collection, ids: Sequence[str], together: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what tells families of the photos that exist, in no order."""
    own = [name for name in together if name in METADATA and name not in MAPS]
    extra = MAPS if set(together) - {*own, FOLDER} else {}
    names = list(dict.fromkeys([*TELLING, *own, *extra]))
    empty: dict[str, Any] = dict.fromkeys(MAPS, ())
    return [
        describe_row({**empty, **row})
        for table in collection.records.metadata(ids)
        for row in table.select(names).to_pylist()
    ]
