"""What a search gives back."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Hits:
    """Photos, best first.

    `distances` (m,) float32: cosine distance for `nearest`, |margin| for `boundary`, 0 for a
    sample; `vectors` (m, d) float32 where they were asked for.
    """

    ids: list[str]
    distances: np.ndarray
    vectors: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.ids)


def hits(table: pa.Table, dim: int) -> Hits:
    """Read columns id, dist and perhaps vector of a query's answer."""
    vectors = matrix(table, dim) if "vector" in table.column_names else None
    distances = table.column("dist").to_numpy().astype(np.float32)
    return Hits(table.column("id").to_pylist(), distances, vectors)


def matrix(table: pa.Table, dim: int) -> np.ndarray:
    """Return the column vector as (n, dim) float32."""
    flat = pc.list_flatten(table.column("vector"))
    return flat.to_numpy().astype(np.float32, copy=False).reshape(-1, dim)
