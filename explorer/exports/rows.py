"""The rows of an export: what is known of each photo, in its types, whatever they hold."""

from collections.abc import Callable, Iterable, Iterator
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


class Rows:
    """The rows of one export; every batch has the same schema."""

    def __init__(self, selected: Selected, spell: Spell = str) -> None:
        """Say whose rows.

        Args:
            spell: writes the name of a source's own column as the form can have it.
        """
        self._selected = selected
        self._given = 0  # photos, of all splits
        self._kinds = _column_kinds(selected.collection)
        self._names = _name_columns(self._kinds, spell)
        extra = {self._names[name]: kind for name, kind in self._kinds.items()}
        self.schema = pa.schema({**OWN, **KNOWN, **extra})

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
            tables = chosen.collection.records.metadata(ids)
            found = {row["id"]: row for table in tables for row in table.to_pylist()}
            rows = [
                self._row(int(at), found[photo])
                for at, photo in zip(part, ids, strict=True)
                if photo in found
            ]
            self._given += len(part)
            yield pa.RecordBatch.from_pylist(rows, self.schema)

    def _row(self, at: int, stored: dict[str, Any]) -> dict[str, Any]:
        chosen = self._selected
        row = describe_row(stored)
        extra = row.pop("extra")
        answer = int(chosen.answers[at])
        return {
            **row,
            **{self._names[name]: self._value(name, value) for name, value in extra.items()},
            "url": given_address(row["url"]),
            "split": SPLITS[chosen.splits[at]],
            "class": chosen.class_of(at),
            "answer": answer or None,
            "score": round(float(chosen.scores[at]), DIGITS),
            "matches": bool(chosen.matches[at]),
        }

    def _value(self, name: str, value: Any) -> Any:
        kind = self._kinds[name]
        if kind == pa.string() and not isinstance(value, str):
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
        return value


def given_address(url: str) -> str:
    """Return the address of a photo as its source wrote it: of a file here its plain path."""
    path = local_path(url)
    if path is None:
        return url
    text = str(path)
    # A name that is no UTF-8 stays percent-encoded.
    return text if text.isprintable() else url


def _name_columns(names: Iterable[str], spell: Spell) -> dict[str, str]:
    """Return what a source's own columns are called: each otherwise, as itself where it can be.

    One may be called as one of ours: `split` of a set that has its own.
    """
    kept = {name for name in names if name not in TAKEN and spell(name) == name}
    used, found = {*TAKEN, *kept}, {}
    for name in names:
        own = spell(CONTENT + name if name in TAKEN else name)
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
