"""What a search gives back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vecdb.photos import describe_row


@dataclass(frozen=True)
class Hits:
    """Photos, best first.

    `distances` (m,) float32: cosine distance for `nearest`, |margin| for `boundary`, 0 for a
    sample; `vectors` (m, d) float32 and `photos`, what `Collection.photos` tells of each, where
    they were asked for.
    """

    ids: list[str]
    distances: np.ndarray
    vectors: np.ndarray | None = None
    photos: list[dict[str, Any]] | None = None

    def __len__(self) -> int:
        return len(self.ids)


def hits(table: pa.Table, dim: int) -> Hits:
    """Read columns id, dist, perhaps vector and perhaps all others of a query's answer."""
    vectors = matrix(table, dim) if "vector" in table.column_names else None
    distances = table.column("dist").to_numpy().astype(np.float32)
    ids = table.column("id").to_pylist()
    if "url" not in table.column_names:
        return Hits(ids, distances, vectors)
    rows = table.select([name for name in table.column_names if name not in {"dist", "vector"}])
    return Hits(ids, distances, vectors, [describe_row(row) for row in rows.to_pylist()])


def matrix(table: pa.Table, dim: int) -> np.ndarray:
    """Return the column vector as (n, dim) float32."""
    flat = pc.list_flatten(table.column("vector"))
    return flat.to_numpy().astype(np.float32, copy=False).reshape(-1, dim)
