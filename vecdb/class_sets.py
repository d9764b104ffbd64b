"""Classes that people name, with every correction kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.connection import Connection
from vecdb.errors import UnknownClasses
from vecdb.labels import SEQUENCE, UTC_MICROSECONDS

CHANGEABLE = {"name", "collection", "prefix", "names", "templates", "threshold", "deleted"}


@dataclass(frozen=True)
class ClassSet:
    """Classes in words, and how far the work on them has come.

    Attributes:
        name: what the whole is called.
        collection, prefix: the photos they were made for.
        encoder: of the vectors that its corrections hold.
        names, templates: the classes, and what the names are put into.
        threshold: below this probability a photo is of no class.
        corrected: photos whose class somebody said.
    """

    id: str
    name: str
    collection: str
    encoder: str
    prefix: str
    names: Sequence[str]
    templates: Sequence[str]
    threshold: float
    created: datetime
    updated: datetime
    deleted: bool = False
    corrected: int = 0


@dataclass(frozen=True, eq=False)
class ClassCorrection:
    """What somebody said of a photo: its class, empty for none; vector (d,) float32."""

    name: str
    vector: np.ndarray


TAKEN_BACK = ClassCorrection("", np.zeros(0, np.float32))

# Inside the store the word list is its own method.
Sets = list[ClassSet]


class ClassSetStore:
    """Sets of classes and their corrections. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(
        self,
        name: str,
        collection: str,
        encoder: str,
        *,
        names: Sequence[str],
        templates: Sequence[str],
        prefix: str = "",
        threshold: float = 0.0,
    ) -> ClassSet:
        """Keep a new set of classes; durable on return."""
        now = datetime.now(timezone.utc)
        made = ClassSet(
            uuid.uuid4().hex, name, collection, encoder, prefix,
            list(names), list(templates), threshold, now, now,
        )  # fmt: skip
        return self._write(made)

    def get(self, set_id: str) -> ClassSet:
        """Return a set of classes, deleted or not.

        Raises:
            UnknownClasses: there is none with this id.
        """
        found = [*self._read(id=set_id), *self._read(id=set_id, deleted=1)] if set_id else []
        if not found:
            raise UnknownClasses(f"There are no classes {set_id!r}: open some from the list.")
        return found[0]

    def list(self, encoder: str = "", deleted: bool = False) -> Sets:
        """Return the sets made with one encoder or with any, the latest changed first."""
        return self._read(encoder=encoder, deleted=int(deleted))

    def update(self, set_id: str, **changes: Any) -> ClassSet:
        """Change some of name, collection, prefix, names, templates, threshold and deleted.

        Raises:
            UnknownClasses: there is none with this id.
            TypeError: another field is named.
        """
        wrong = sorted(set(changes) - CHANGEABLE)
        if wrong:
            raise TypeError(f"The {wrong[0]!r} of classes cannot be changed.")
        now = datetime.now(timezone.utc)
        return self._write(replace(self.get(set_id), **changes, updated=now))

    def correct(self, set_id: str, rows: Mapping[str, ClassCorrection | None]) -> ClassSet:
        """Append what was said of photos, by id, None where it is taken back; durable on return.

        Raises:
            UnknownClasses: there is none with this id.
        """
        self.get(set_id)  # and passes by what a server with a faster clock wrote
        if rows:
            self._connection.insert("class_corrections", _table(set_id, rows))
        return self.update(set_id)

    def corrections(self, set_id: str) -> dict[str, ClassCorrection]:
        """Return the last word on each photo by id, in the order in which they were given."""
        found = self._connection.select("class_corrections/current", {"set": set_id})
        return {
            row["photo_id"]: ClassCorrection(row["class"], np.array(row["vector"], np.float32))
            for row in found.to_pylist()
        }

    def _read(self, *, id: str = "", encoder: str = "", deleted: int = 0) -> Sets:
        parameters = {"id": id, "encoder": encoder, "deleted": deleted}
        found = self._connection.select("class_sets/list", parameters)
        rows = found.to_pylist()
        SEQUENCE.pass_by(max((row.pop("latest") for row in rows), default=0))
        return [ClassSet(**{**row, "deleted": bool(row["deleted"])}) for row in rows]

    def _write(self, made: ClassSet) -> ClassSet:
        row = {**vars(made), "version": SEQUENCE.take(1), "deleted": int(made.deleted)}
        self._connection.insert("class_sets", pa.Table.from_pylist([row], SCHEMA))
        return made


SCHEMA = pa.schema(
    {
        "id": pa.string(), "version": pa.uint64(), "name": pa.string(),
        "collection": pa.string(), "encoder": pa.string(), "prefix": pa.string(),
        "names": pa.list_(pa.string()), "templates": pa.list_(pa.string()),
        "threshold": pa.float64(), "created": UTC_MICROSECONDS, "updated": UTC_MICROSECONDS,
        "deleted": pa.uint8(),
    }
)  # fmt: skip


def _table(set_id: str, rows: Mapping[str, ClassCorrection | None]) -> pa.Table:
    count, now = len(rows), datetime.now(timezone.utc)
    said = [made or TAKEN_BACK for made in rows.values()]
    first = SEQUENCE.take(count)
    return pa.table(
        {
            "set_id": [set_id] * count,
            "photo_id": list(rows),
            "seq": pa.array(range(first, first + count), pa.uint64()),
            "class": [made.name for made in said],
            "vector": pa.array(
                [np.asarray(made.vector, np.float32) for made in said],
                pa.list_(pa.float32()),
            ),
            "created": pa.array([now] * count, UTC_MICROSECONDS),
        }
    )
