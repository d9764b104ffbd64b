"""Photos with their pictures and vectors, as rows of the table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.changes import given_by, mark_of
from ingest.photo import Photo, clean
from vecdb.photos import METADATA, stored_extra


@dataclass
class Item:
    """A photo on its way through the stages, which fill in what they learn."""

    photo: Photo
    data: bytes | None = None
    width: int = 0
    height: int = 0
    digest: str = ""
    thumbnail: bytes = b""
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    pixels: np.ndarray | None = None
    vector: np.ndarray | None = None
    is_cached: bool = False


def stack_vectors(items: Sequence[Item]) -> np.ndarray:
    """Return the items' vectors as (n, d) float32."""
    return np.stack([item.vector for item in items if item.vector is not None])


def table(items: Sequence[Item], duplicate_of: Sequence[str]) -> pa.Table:
    """Make the rows for `Collection.insert`."""
    vectors = stack_vectors(items)
    columns: dict[str, pa.Array] = {
        "id": pa.array([item.photo.id for item in items], pa.string()),
        "url": pa.array([item.photo.url for item in items], pa.string()),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
    }
    now = datetime.now(timezone.utc).replace(microsecond=0)
    values = [_values(item, other, now) for item, other in zip(items, duplicate_of, strict=True)]
    for name, kind in METADATA.items():
        columns[name] = pa.array([row[name] for row in values], kind)
    photos = [item.photo for item in items]
    columns["modified"] = pa.array([photo.modified for photo in photos], pa.float64())
    columns["size"] = pa.array([photo.size for photo in photos], pa.uint64())
    columns["mark"] = pa.array([mark_of(photo) for photo in photos], pa.uint64())
    columns["named_by"] = pa.array([photo.named_by for photo in photos], pa.string())
    columns["given"] = pa.array([given_by(photo) for photo in photos], pa.list_(pa.string()))
    return pa.table(columns)


def _values(item: Item, duplicate_of: str, added_at: datetime) -> dict[str, Any]:
    given = {**item.metadata, **item.photo.metadata}  # the source knows better than the file
    row: dict[str, Any] = {
        name: "" if kind == pa.string() else None for name, kind in METADATA.items()
    }
    row |= {name: clean(v) if isinstance(v, str) else v for name, v in given.items()}
    # The source knows the original; a rendition's own size is only a stand-in for it.
    row["width"] = given.get("width") or item.width
    row["height"] = given.get("height") or item.height
    extra = {
        clean(name): clean(value) if isinstance(value, str) else value
        for name, value in {**item.extra, **item.photo.extra}.items()
    }
    row |= {**stored_extra(extra), "added_at": added_at}
    return {**row, "digest": item.digest, "duplicate_of": duplicate_of}
