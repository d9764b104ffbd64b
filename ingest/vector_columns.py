"""Columns beside vectors, read as a whole: what `ingest.sources` makes of them cell by cell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.photo import LONGEST_TEXT
from ingest.sources.addresses import first_address
from ingest.sources.cells import EMPTY
from ingest.sources.values import READERS, read_text
from vecdb.photos import MAPS
from vecdb.photos import METADATA as STORED

YEARS = (-62_135_596_800_000, 253_402_300_799_999)  # 1 to 9999, in milliseconds since 1970
SEVERAL = r"""[#|;,\s<>\[\]'"]"""  # where an address is not all of its cell


def is_plain(kind: pa.DataType) -> bool:
    """Tell whether a column holds one number, time, word, true or false in each row."""
    types = pa.types
    return (
        types.is_integer(kind)
        or types.is_boolean(kind)
        or types.is_null(kind)
        or types.is_float32(kind)
        or types.is_float64(kind)
        or types.is_timestamp(kind)
        or types.is_date(kind)
        or is_text(kind)
    )


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column holds words."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def without_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column with null where a cell says nothing, as `is_empty` has it.

    Raises:
        ValueError: a text is to be cut, or may be a vector.
    """
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if not is_text(column.type):
        return column
    if (pc.max(pc.utf8_length(column)).as_py() or 0) > LONGEST_TEXT:
        raise ValueError("a long text")
    words = pc.utf8_trim_whitespace(column)
    if pc.any(pc.match_substring_regex(words, r"^(array|tensor)?\(?[\[(]")).as_py():
        raise ValueError("perhaps a vector")
    empty = pc.is_in(pc.utf8_lower(words), pa.array(sorted(EMPTY), column.type))
    empty = pc.or_(empty, pc.equal(words, "NA"))
    return pc.if_else(empty, pa.scalar(None, column.type), column)


def read_addresses(column: pa.ChunkedArray) -> list[str]:
    """Return the first address of each cell."""
    if pc.any(pc.match_substring_regex(column, SEVERAL)).as_py():
        return list(map(first_address, column.to_pylist()))
    return list(pc.fill_null(column, "").to_pylist())


def read_column(column: pa.ChunkedArray, target: str) -> Any:
    """Read a column as one of the collection's.

    Raises:
        ValueError: a cell does not fit, and is to be kept as it is.
    """
    if is_text(column.type) and target not in READERS:
        return pc.fill_null(pc.utf8_trim_whitespace(column), "")
    read = READERS.get(target, read_text)
    values = [None if cell is None else read(cell) for cell in column.to_pylist()]
    if values.count(None) > column.null_count:
        raise ValueError("a cell that does not fit")
    return pa.array([nothing_of(target) if v is None else v for v in values], STORED[target])


def nothing_of(target: str) -> str | None:
    """Return what stands for nothing in a column of the collection."""
    return "" if STORED[target] == pa.string() and target != "label" else None


def read_extras(batch: pa.Table, names: Sequence[str]) -> dict[str, pa.Array]:
    """Put further columns into the typed maps: every row's pairs of name and value.

    Raises:
        ValueError: a number is not kept exactly, or a time is out of all range.
    """
    kinds: dict[str, list[str]] = {name: [] for name in MAPS}
    for name in names:
        kind = batch.column(name).type
        if pa.types.is_boolean(kind):
            kinds["extra_flags"].append(name)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            kinds["extra_numbers"].append(name)
        elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            kinds["extra_times"].append(name)
        elif is_text(kind):
            kinds["extra"].append(name)
    return {kind: _pairs(batch, held, MAPS[kind]) for kind, held in kinds.items() if held}


def _pairs(batch: pa.Table, names: Sequence[str], kind: pa.MapType) -> pa.Array:
    asked = pc.CastOptions(kind.item_type, allow_time_truncate=True)
    columns = [batch.column(name).cast(options=asked).combine_chunks() for name in names]
    valid = np.stack([np.asarray(column.is_valid()) for column in columns], axis=1)
    n, k = valid.shape
    # Row by row: the value of column j in row r lies at j * n + r of all columns in turn.
    order = (np.arange(k)[None, :] * n + np.arange(n)[:, None])[valid]
    values = pa.concat_arrays(columns).take(pa.array(order))
    keys = pa.array(np.tile(np.asarray(names, object), (n, 1))[valid], pa.string())
    offsets = np.concatenate([[0], valid.sum(axis=1).cumsum()]).astype(np.int32)
    return pa.MapArray.from_arrays(pa.array(offsets), keys, values)


def is_within_range(column: pa.Array) -> bool:
    """Tell whether numbers are finite, and milliseconds since 1970 of a year that Python has."""
    if pa.types.is_floating(column.type):
        return not pc.any(pc.is_inf(column)).as_py()
    if not pa.types.is_timestamp(column.type) or len(column) == column.null_count:
        return True
    range_ = pc.min_max(column.cast(pa.int64())).as_py()
    return bool(YEARS[0] <= range_["min"] and range_["max"] <= YEARS[1])
