"""The rows of an export: what is known of each photo, in its types, whatever they hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Collection as Names
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.exports.choice import Selected
from explorer.exports.splits import SPLITS
from vecdb import Collection
from vecdb.addresses import local_path
from vecdb.photos import MAPS, METADATA, describe_row

BATCH = 1000
DIGITS = 6  # of scores
OWN = {
    "id": pa.string(),
    "url": pa.string(),
    "split": pa.string(),
    "class": pa.string(),
    "answer": pa.int8(),
    "score": pa.float64(),
    "matches": pa.bool_(),
}
TIME = pa.timestamp("ms", "UTC")  # Parquet has no seconds
KNOWN = {
    name: TIME if pa.types.is_timestamp(kind) else kind
    for name, kind in METADATA.items()
    if name not in MAPS
}
KINDS = {
    "word": pa.string(),
    "number": pa.float64(),
    "whole": pa.int64(),
    "time": TIME,
    "flag": pa.bool_(),
}
# Names that formats give columns of theirs.
TAKEN = {*OWN, *KNOWN, "image", "file_name", "vector"}
CONTENT = "source_"
Spell = Callable[[str], str]


class Known:
    """What a collection knows of its photos, the source's own columns beside ours."""

    def __init__(
        self, collection: Collection, taken: Names[str] = TAKEN, spell: Spell = str
    ) -> None:
        """Say whose photos.

        Args:
            taken: names that no column of the source's own may have.
            spell: writes the name of a source's own column as the form can have it.
        """
        self._collection = collection
        self._kinds = _column_kinds(collection)
        self._names = _name_columns(self._kinds, taken, spell)
        extra = {self._names[name]: kind for name, kind in self._kinds.items()}
        self.schema = {**KNOWN, **extra}

    def describe(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return by id what is known of the photos that still exist: `id`, `url` and the schema."""
        found = {}
        for start in range(0, len(ids), BATCH):
            for table in self._collection.records.metadata(list(ids[start : start + BATCH])):
                for stored in table.to_pylist():
                    found[stored["id"]] = self._row(stored)
        return found

    def _row(self, stored: dict[str, Any]) -> dict[str, Any]:
        row = describe_row(stored)
        extra = row.pop("extra")
        own = {
            self._names[name]: self._value(name, value)
            for name, value in extra.items()
            if name in self._names  # what an ingest has brought since is of the next export
        }
        columns = {**dict.fromkeys(self.schema), **row, **own}
        return {"id": row["id"], "url": given_address(row["url"])} | {
            name: columns[name] for name in self.schema
        }

    def _value(self, name: str, value: Any) -> Any:
        kind = self._kinds[name]
        if kind == pa.string() and not isinstance(value, str):
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
        return value


class Rows:
    """The rows of one export; every batch has the same schema."""

    def __init__(self, selected: Selected, spell: Spell = str) -> None:
        """Say whose rows, and how the form can have the names of a source's own columns."""
        self._selected = selected
        self._given = 0  # photos, of all splits
        self._known = Known(selected.collection, spell=spell)
        self.schema = pa.schema({**OWN, **self._known.schema})

    def batches(self, split: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the photos that still exist in the order of the export, of one split or of all."""
        chosen = self._selected
        wanted = np.arange(len(chosen.ids))
        if split is not None:
            wanted = wanted[chosen.splits == split]
        for start in range(0, len(wanted), BATCH):
            chosen.tell("Writing", self._given / len(chosen))
            part = wanted[start : start + BATCH]
            ids = [chosen.ids[at] for at in part]
            found = self._known.describe(ids)
            chosen.gone.update(photo for photo in ids if photo not in found)
            rows = [
                {**found[photo], **self._answered(int(at))}
                for at, photo in zip(part, ids, strict=True)
                if photo in found
            ]
            self._given += len(part)
            yield pa.RecordBatch.from_pylist(rows, self.schema)

    def _answered(self, at: int) -> dict[str, Any]:
        chosen = self._selected
        return {
            "split": SPLITS[chosen.splits[at]],
            "class": chosen.class_of(at),
            "answer": int(chosen.answers[at]) or None,
            "score": round(float(chosen.scores[at]), DIGITS),
            "matches": bool(chosen.matches[at]),
        }


def given_address(url: str) -> str:
    """Return the address of a photo as its source wrote it: of a file here its plain path."""
    path = local_path(url)
    if path is None:
        return url
    text = str(path)
    # A name that is no UTF-8 stays percent-encoded.
    return text if text.isprintable() else url


def _name_columns(names: Iterable[str], taken: Names[str], spell: Spell) -> dict[str, str]:
    """Return what a source's own columns are called: each otherwise, as itself where it can be.

    One may be called as one of ours: `split` of a set that has its own.
    """
    kept = {name for name in names if name not in taken and spell(name) == name}
    used, found = {*taken, *kept}, {}
    for name in names:
        own = spell(CONTENT + name if name in taken else name)
        while name not in kept and own in used:
            own = spell(CONTENT + own)
        used.add(own)
        found[name] = own
    return found


def _column_kinds(collection: Collection) -> dict[str, pa.DataType]:
    """Return the type of each of the source's own columns; of mixed kinds, words."""
    found = {}
    for name, kinds in collection.records.extra_kinds().items():
        found[name] = KINDS[next(iter(kinds))] if len(kinds) == 1 else pa.string()
    return found
