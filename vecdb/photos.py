"""The photos table: its columns, and the check every row passes on its way in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vecdb.errors import BadPhotos, BadVector

UNIT_TOLERANCE = 1e-3
# Ids are typed and written one a line, and stand in addresses: nothing in them may break a line,
# and C0 and C1 controls do not survive every browser and file on the way.
UNWRITABLE = r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]"

MAPS = {
    "extra": pa.map_(pa.string(), pa.string()),
    "extra_numbers": pa.map_(pa.string(), pa.float64()),
    "extra_times": pa.map_(pa.string(), pa.timestamp("ms", "UTC")),
    "extra_flags": pa.map_(pa.string(), pa.bool_()),
}
METADATA = {
    "width": pa.uint32(),
    "height": pa.uint32(),
    "description": pa.string(),
    "photographer": pa.string(),
    "camera": pa.string(),
    "country": pa.string(),
    "city": pa.string(),
    "taken": pa.timestamp("s", "UTC"),
    "views": pa.uint64(),
    "downloads": pa.uint64(),
    "label": pa.string(),
    "digest": pa.string(),
    "duplicate_of": pa.string(),
    **MAPS,
    "added_at": pa.timestamp("s", "UTC"),
}
# What tells that a photo's file or its row in the source has changed.
SOURCE = {
    "modified": pa.float64(),
    "size": pa.uint64(),
    "mark": pa.uint64(),
    "given": pa.list_(pa.string()),
    "named_by": pa.string(),
    "revision": pa.uint64(),
}
# What has stood for unknown, and is stored as NULL.
UNKNOWN = {"width": 0, "height": 0, "label": ""}
EXACT_WHOLE = 2**53  # above, a whole number is not kept exactly as a Float64
Extra = str | float | int | bool | datetime
NEEDED = {"id": pa.string(), "url": pa.string()}
COLUMNS = frozenset({*NEEDED, "vector", *METADATA, *SOURCE})


def is_unit(vector: np.ndarray) -> bool:
    """Tell whether a vector (d,) has the length that is stored, one within UNIT_TOLERANCE."""
    return bool(abs(np.linalg.norm(vector) - 1) <= UNIT_TOLERANCE)


def photo_table(rows: Sequence[Mapping[str, Any]], vectors: pa.ChunkedArray | pa.Array) -> pa.Table:
    """Make the table that `check_photos` takes.

    Args:
        rows: every column of each photo but its vector and revision; others are left out.
        vectors: one list of numbers a row.
    """
    columns = {
        name: pa.array([row[name] for row in rows], kind)
        for name, kind in {**NEEDED, **METADATA, **SOURCE}.items()
        if name != "revision"
    }
    return pa.table({**columns, "vector": vectors})


def check_photos(photos: pa.Table, dim: int, *, normalize: bool = False) -> pa.Table:
    """Return the rows as the table stores them, each id once (its first row).

    Args:
        photos: columns id, url, vector and any of METADATA and SOURCE; vector a list or
            fixed-size list of `dim` numbers.
        normalize: scale every vector to unit length instead of refusing other lengths.

    Raises:
        BadPhotos: it is no table, a column is missing or unknown, an id is empty, null or holds a
            control character, a value does not fit.
        BadVector: a vector has another dimension, holds a NaN or infinity, or is not of unit
            length within 1e-3 (with normalize: is zero).
    """
    if not isinstance(photos, pa.Table):
        raise BadPhotos(
            f"Photos come as a pyarrow.Table with id, url and vector, not as {photos!r:.80}."
        )
    missing = sorted({*NEEDED, "vector"} - set(photos.column_names))
    unknown = sorted(set(photos.column_names) - COLUMNS)
    if missing or unknown:
        wrong = f"lacks the column {missing[0]!r}" if missing else f"has a column {unknown[0]!r}"
        raise BadPhotos(
            f"The table of photos {wrong}: it needs id, url and vector, may have "
            + ", ".join(METADATA)
            + ", and everything else belongs into extra."
        )
    photos = photos.combine_chunks()
    columns = {name: _column(photos, name) for name in photos.column_names if name != "vector"}
    ids = columns["id"]
    if ids.null_count or pc.any(pc.equal(ids, "")).as_py():
        raise BadPhotos("A photo has an empty id: give every photo a text that names it.")
    at = pc.index(pc.match_substring_regex(ids, UNWRITABLE), True).as_py()
    if at >= 0:
        raise BadPhotos(
            f"The photo id {ids[at].as_py()[:80]!a} holds a line break or another control "
            "character: give the photo an id that fits on a line."
        )
    columns.setdefault("added_at", _now(len(ids)))
    vectors = _unit(_matrix(photos.column("vector"), ids, dim), ids, normalize)
    columns["vector"] = _lists(vectors)
    table = pa.table(columns)
    first = _first_rows(ids)
    return table if len(first) == len(ids) else table.take(pa.array(first))


def describe_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a stored row of metadata as a person would write it: one `extra` of typed values."""
    extra: dict[str, Extra] = {}
    for name in MAPS:
        extra |= row[name]
    for name, value in extra.items():
        if isinstance(value, float) and value.is_integer():
            extra[name] = int(value)
    known = {name: value for name, value in row.items() if name not in MAPS}
    return {**known, "extra": dict(sorted(extra.items()))}


def stored_extra(extra: Mapping[str, Extra | None]) -> dict[str, list[tuple[str, Any]]]:
    """Part typed values into the maps that the table keeps them in.

    A whole number that a Float64 does not hold exactly, such as a long id, is kept as a word.
    """
    maps: dict[str, list[tuple[str, Any]]] = {name: [] for name in MAPS}
    for name, value in extra.items():
        if value is None:  # unknown, as a script has it
            continue
        if isinstance(value, bool):
            maps["extra_flags"].append((name, value))
        elif isinstance(value, datetime):
            maps["extra_times"].append((name, value))
        elif isinstance(value, str) or (abs(value) > EXACT_WHOLE and isinstance(value, int)):
            maps["extra"].append((name, str(value)))
        else:
            maps["extra_numbers"].append((name, float(value)))
    return maps


def _column(photos: pa.Table, name: str) -> pa.Array:
    wanted = {**NEEDED, **METADATA, **SOURCE}[name]
    try:
        column = photos.column(name).cast(wanted)
    except pa.ArrowInvalid as error:
        raise BadPhotos(f"The photos' column {name!r} does not fit {wanted}: {error}.") from error
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], wanted)
    if name not in UNKNOWN:
        return whole
    unknown = pc.equal(whole, pa.scalar(UNKNOWN[name], wanted))
    return pc.if_else(unknown, pa.scalar(None, wanted), whole)


def _now(n: int) -> pa.Array:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    return pa.array([now] * n, METADATA["added_at"])


def _matrix(column: pa.ChunkedArray, ids: pa.Array, dim: int) -> np.ndarray:
    if column.null_count:
        at = pc.index(pc.is_null(column), True).as_py()
        raise BadVector(f"Photo {ids[at].as_py()!r} has no vector.")
    lengths = pc.list_value_length(column)
    wrong = pc.index(pc.not_equal(lengths, dim), True).as_py() if len(column) else -1
    if wrong >= 0:
        raise BadVector(
            f"Photo {ids[wrong].as_py()!r} has a vector of {lengths[wrong].as_py()} numbers where "
            f"the collection holds {dim}: embed it with the collection's own encoder."
        )
    flat = pc.list_flatten(column).cast(pa.float32()).to_numpy()
    return flat.reshape(len(column), dim)


def _unit(vectors: np.ndarray, ids: pa.Array, normalize: bool) -> np.ndarray:
    # One pass for both checks: a NaN or an infinity makes the row's length one too.
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    for wrong in np.flatnonzero(~np.isfinite(lengths))[:1]:
        raise BadVector(f"Photo {ids[int(wrong)].as_py()!r} has a vector that is not finite.")
    off = lengths == 0 if normalize else np.abs(lengths - 1) > UNIT_TOLERANCE
    for wrong in np.flatnonzero(off)[:1]:
        raise BadVector(
            f"Photo {ids[int(wrong)].as_py()!r} has a vector of length {lengths[wrong]:.4g}: "
            "vectors must have length 1 (normalize=True scales all but zero vectors)."
        )
    return vectors / lengths[:, None] if normalize else vectors


def _lists(vectors: np.ndarray) -> pa.Array:
    # Plain lists: servers of MyScale's age do not read Arrow's fixed-size ones.
    flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
    ends = np.arange(len(vectors) + 1, dtype=np.int64) * vectors.shape[1]
    return pa.LargeListArray.from_arrays(ends, flat)


def _first_rows(ids: pa.Array) -> np.ndarray:
    rows = pa.table({"id": ids, "row": np.arange(len(ids))})
    first = rows.group_by("id", use_threads=False).aggregate([("row", "min")])
    return np.sort(first.column("row_min").to_numpy())
