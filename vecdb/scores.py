"""A linear head over a whole collection, computed in SQL: histogram, counts, ranked lists."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.connection import Connection


@dataclass(frozen=True)
class Histogram:
    """How many photos have which probability: edges (bins + 1,) float64, counts (bins,) int64."""

    edges: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Scored:
    """Photos, the most believed first; scores (m,) float32 are probabilities."""

    ids: list[str]
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


def histogram(connection: Connection, table: str, head: dict[str, Any], bins: int) -> Histogram:
    """Count photos by probability in equal bins from 0 to 1."""
    found = connection.select("scores/histogram", {**head, "bins": bins}, table=table)
    counts = np.zeros(bins, dtype=np.int64)
    counts[found.column("bin").to_numpy()] = found.column("count").to_numpy()
    return Histogram(np.linspace(0, 1, bins + 1), counts)


def count_above(connection: Connection, table: str, head: dict[str, Any]) -> int:
    """Count the photos of at least head["probability"]."""
    found = connection.select("scores/count_above", head, table=table)
    return int(found.column("count")[0].as_py())


def above(
    connection: Connection, table: str, head: dict[str, Any], limit: int, offset: int
) -> Scored:
    """List the photos of at least head["probability"], best first."""
    return read_scored(
        connection.select("scores/above", {**head, "k": limit, "skip": offset}, table=table)
    )


def read_scored(found: pa.Table) -> Scored:
    """Read columns id and score of a query's answer."""
    scores = found.column("score").to_numpy().astype(np.float32)
    return Scored(found.column("id").to_pylist(), scores)
