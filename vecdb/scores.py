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
class Place:
    """A place in a ranking: the bits of the score there, and the photo's id."""

    bits: int
    photo: str


BEGINNING = Place(2**64 - 1, "")


@dataclass(frozen=True)
class Scored:
    """Photos, the most believed first; scores (m,) float32 are probabilities.

    `last` is the place of the last, behind which a listing goes on.
    """

    ids: list[str]
    scores: np.ndarray
    last: Place | None = None

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


def count_between(
    connection: Connection, table: str, head: dict[str, Any], after: str, upto: str | None
) -> int:
    """Count as `count_above` does, the photos with ids in (after, upto] alone, None for no end."""
    ids = {"after": after, "upto": upto or "", "is_last": int(upto is None)}
    found = connection.select("scores/count_between", {**head, **ids}, table=table)
    return int(found.column("count")[0].as_py())


def above(
    connection: Connection,
    table: str,
    head: dict[str, Any],
    limit: int,
    offset: int,
    after: Place | None,
) -> Scored:
    """List the photos of at least head["probability"], best first, behind a place."""
    place = after or BEGINNING
    values = {**head, "k": limit, "skip": offset, "below": place.bits, "after": place.photo}
    return read_scored(connection.select("scores/above", values, table=table))


def read_scored(found: pa.Table) -> Scored:
    """Read columns id, score and perhaps place of a query's answer."""
    scores = found.column("score").to_numpy().astype(np.float32)
    ids = found.column("id").to_pylist()
    if "place" not in found.column_names or not ids:
        return Scored(ids, scores)
    return Scored(ids, scores, Place(int(found.column("place")[-1].as_py()), ids[-1]))
