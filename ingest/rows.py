"""Photos with their pictures and vectors, as rows of the table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.photo import Photo, clean_values
from ingest.provenance import Statement, write_statements
from vecdb.photos import METADATA, photo_table, stored_extra


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
    lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    now = datetime.now(timezone.utc).replace(microsecond=0)
    rows = [_values(item, other, now) for item, other in zip(items, duplicate_of, strict=True)]
    return photo_table(rows, lists)


def _values(item: Item, duplicate_of: str, added_at: datetime) -> dict[str, Any]:
    photo = item.photo
    given = {**item.metadata, **photo.metadata}  # the source knows better than the file
    row: dict[str, Any] = {
        name: "" if kind == pa.string() else None for name, kind in METADATA.items()
    }
    row |= clean_values(given)
    # The source knows the original; a rendition's own size is only a stand-in for it.
    row["width"] = given.get("width") or item.width
    row["height"] = given.get("height") or item.height
    row |= stored_extra(clean_values({**item.extra, **photo.extra}))
    row |= {name: getattr(photo, name) for name in ("id", "url", "modified", "size", "named_by")}
    own = Statement(photo.source, photo.mark, tuple(photo.given))
    row |= write_statements([own], photo.named_by)
    return {**row, "digest": item.digest, "duplicate_of": duplicate_of, "added_at": added_at}
