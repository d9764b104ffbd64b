"""What a part's table tells of its photos: a column for everything that the source says."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ingest.rows import Item, table
from vecdb.photos import MAPS, SOURCE

# Marks tables of this program: their columns are the collection's own, under their own names.
MARK = b"visual-dataset-explorer"
WHERE = ("within", "named_by")  # where an id comes from
NOT_OURS = {"vector", "duplicate_of", "added_at", *MAPS, *SOURCE}


def describe_photos(items: Sequence[Item]) -> pa.Table:
    """Make a part's table: id, url, WHERE, the collection's columns, then the source's own.

    A column of the source's that has values of several kinds, words and numbers, is one of words.
    """
    rows = table(items, [""] * len(items)) if items else None
    columns: dict[str, Any] = {"id": pa.array([], pa.string()), "url": pa.array([], pa.string())}
    if rows is not None:
        columns = {name: rows[name] for name in rows.column_names if name not in NOT_OURS}
        for name in WHERE:
            columns[name] = pa.array([getattr(item.photo, name) for item in items], pa.string())
        columns |= _flatten(rows)
    return pa.table(columns).replace_schema_metadata({MARK: b"1"})


def _flatten(rows: pa.Table) -> dict[str, pa.Array]:
    values: dict[str, list[Any]] = {}
    kinds: dict[str, set[str]] = {}
    for kind in MAPS:
        for at, pairs in enumerate(rows[kind].to_pylist()):
            for name, value in pairs or ():
                kinds.setdefault(name, set()).add(kind)
                values.setdefault(name, [None] * rows.num_rows)[at] = value
    taken = {*rows.column_names, *WHERE} - (SOURCE.keys() - {*WHERE})
    return {
        name if name not in taken else f"source_{name}": _column(values[name], kinds[name])
        for name in sorted(values)
    }


def _column(values: list[Any], kinds: set[str]) -> pa.Array:
    if len(kinds) == 1:
        return pa.array(values, MAPS[next(iter(kinds))].item_type)
    return pa.array([None if value is None else str(value) for value in values], pa.string())
