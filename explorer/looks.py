"""What an ingest would read of a source, shown before it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingest import Options, Photo
from ingest.sources import preview
from ingest.sources.place import find_anew
from ingest.vectors import find_vectors
from vecdb.photos import SOURCE

SHOWN = 5


@dataclass(frozen=True)
class Look:
    """The start of a source.

    Attributes:
        choices: what was guessed, in one line; empty for a folder of pictures.
        columns: of a table, to choose others from.
        rows: the first five photos, as the collection would hold them.
        vectors: whether they have their vectors already.
    """

    choices: str
    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]
    vectors: bool = False


def look_at(source: str, options: Options) -> Look:
    """Read the start of a source; nothing is fetched, encoded or stored.

    Raises:
        SourceError: it is missing, of no known kind, or lacks a needed column.
        DamagedSource: it breaks off before its fifth photo.
    """
    vectors = find_vectors(find_anew(source), options.vector_column, options.table())
    if vectors is None:
        found = preview(source, options.table(), exclude=options.exclude)
        return Look(found.choices, found.columns, [_row(photo) for photo in found.photos])
    first = next(iter(vectors.batches()), None)
    rows = [] if first is None else _without_ours(first).slice(0, SHOWN).to_pylist()
    filled = [{name: value for name, value in row.items() if value} for row in rows]
    return Look(vectors.describe(), [], filled, vectors=True)


def _without_ours(rows: pa.Table) -> pa.Table:
    """Leave out the vectors, and what only tells later that a row has changed."""
    ours = {"vector", "within", *SOURCE}
    return rows.select([name for name in rows.column_names if name not in ours])


def _row(photo: Photo) -> dict[str, Any]:
    address = photo.address or ("(the picture itself)" if photo.payload else "")
    row = {"id": photo.id, "address": address, **photo.metadata, **photo.extra}
    if photo.broken:
        row["cannot be used"] = photo.broken
    return {name: value for name, value in row.items() if value not in (None, "")}
