"""Rows with vectors as the collection takes them, with what their tables tell of the photos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.embed.rows import MARK, WHERE
from ingest.photo import address_of, id_of_path, short_id
from ingest.sources.addresses import Locator, is_web
from ingest.sources.names import ADDRESSES, IDS, METADATA, usual
from ingest.sources.values import READERS
from vecdb.photos import MAPS
from vecdb.photos import METADATA as STORED


def shape_rows(batch: pa.Table, column: str, locator: Locator, number: int) -> pa.Table:
    """Return rows as the collection takes them; `number` is the first row's."""
    if MARK in (batch.schema.metadata or {}):
        return _read_own(batch, column)
    lower = {usual(name): name for name in reversed(batch.column_names) if name}
    used = {column}
    address = next((lower[name] for name in ADDRESSES if name in lower), None)
    own = next((lower[name] for name in IDS if name in lower), None)
    used |= {name for name in (address, own) if name}
    texts = _texts(batch, address) if address else [""] * batch.num_rows
    web = [is_web(text) for text in texts]
    urls = [
        text if on_web else _file_url(locator, text)
        for text, on_web in zip(texts, web, strict=True)
    ]
    if own:
        ids = [short_id(name) for name in _texts(batch, own)]
    else:
        ids = [
            short_id(text) if on_web else id_of_path(text)
            for text, on_web in zip(texts, web, strict=True)
        ]
    columns: dict[str, Any] = {
        "id": [photo or f"row-{number + at}" for at, photo in enumerate(ids)],
        "url": urls,
        "vector": batch.column(column),
    }
    for target, sources in METADATA.items():
        source = next((lower[name] for name in sources if name in lower), None)
        if source and source not in used:
            used.add(source)
            read = READERS.get(target, lambda value: "" if value is None else str(value))
            values = [None if v is None else read(v) for v in batch.column(source).to_pylist()]
            empty = "" if STORED[target] == pa.string() and target != "label" else None
            columns[target] = pa.array([empty if v is None else v for v in values], STORED[target])
    columns |= _extras(batch, [name for name in batch.column_names if name and name not in used])
    return pa.table(columns)


def _read_own(batch: pa.Table, column: str) -> pa.Table:
    """Return rows of `ingest.embed`, whose columns are the collection's; WHERE stays."""
    kept = [name for name in batch.column_names if name in {"id", "url", *WHERE, *STORED}]
    columns: dict[str, Any] = {name: batch.column(name) for name in kept}
    columns["vector"] = batch.column(column)
    extras = [name for name in batch.column_names if name not in {*kept, column}]
    return pa.table(columns | _extras(batch, extras))


def _texts(batch: pa.Table, name: str) -> list[str]:
    column = batch.column(name)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column, "").to_pylist()


def _file_url(locator: Locator, text: str) -> str:
    if not text:
        return ""
    found = locator.locate(text)
    return found if "://" in found else Path(address_of(Path(found))).absolute().as_uri()


def _extras(batch: pa.Table, names: Sequence[str]) -> dict[str, pa.Array]:
    """Put further columns into the typed maps: every row's pairs of name and value."""
    kinds: dict[str, list[str]] = {name: [] for name in MAPS}
    for name in names:
        kind = batch.column(name).type
        if pa.types.is_boolean(kind):
            kinds["extra_flags"].append(name)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            kinds["extra_numbers"].append(name)
        elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            kinds["extra_times"].append(name)
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            kinds["extra"].append(name)
    return {kind: _pairs(batch, held, MAPS[kind]) for kind, held in kinds.items() if held}


def _pairs(batch: pa.Table, names: Sequence[str], kind: pa.MapType) -> pa.Array:
    columns = [batch.column(name).cast(kind.item_type).combine_chunks() for name in names]
    valid = np.stack([np.asarray(column.is_valid()) for column in columns], axis=1)
    n, k = valid.shape
    # Row by row: the value of column j in row r lies at j * n + r of all columns in turn.
    order = (np.arange(k)[None, :] * n + np.arange(n)[:, None])[valid]
    values = pa.concat_arrays(columns).take(pa.array(order))
    keys = pa.array(np.tile(np.asarray(names, object), (n, 1))[valid], pa.string())
    offsets = np.concatenate([[0], valid.sum(axis=1).cumsum()]).astype(np.int32)
    return pa.MapArray.from_arrays(pa.array(offsets), keys, values)
