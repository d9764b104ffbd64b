"""Photos with their pictures and vectors, as rows of the table."""

from collections.abc import Mapping, Sequence
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
    row |= name_size(given, item.width, item.height)
    row |= stored_extra(clean_values({**item.extra, **photo.extra}))
    row |= {name: getattr(photo, name) for name in ("id", "url", "modified", "size", "named_by")}
    own = Statement(photo.source, photo.mark, tuple(photo.given))
    row |= write_statements([own], photo.named_by)
    return {**row, "digest": item.digest, "duplicate_of": duplicate_of, "added_at": added_at}


def name_size(given: Mapping[str, Any], width: int, height: int) -> dict[str, int]:
    """Return a photo's size: what its source says of the original, whose copy this may be.

    What is smaller than the copy is no size in pixels, as that of a painting in centimetres, or is
    that of a picture before it was turned upright.
    """
    told = given.get("width") or width, given.get("height") or height
    if told[0] < width or told[1] < height:
        told = width, height
    return dict(zip(("width", "height"), told, strict=True))
