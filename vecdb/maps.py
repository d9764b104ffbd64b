"""Maps of collections: where each photo lies in two dimensions, as it was worked out once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import numpy as np
import pyarrow as pa

from vecdb.collection import Collection
from vecdb.connection import Connection
from vecdb.heads import LinearHead, head_parameters
from vecdb.hits import matrix
from vecdb.labels import SEQUENCE, UTC_MICROSECONDS

POINTS_IN_INSERT = 100_000


@dataclass(frozen=True)
class Layout:
    """A finished map: the names of its groups, and where each name stands (from 0 to 1)."""

    version: int
    made: datetime
    names: list[str]
    xs: list[float]
    ys: list[float]


@dataclass(frozen=True)
class Placed:
    """Photos on a map.

    `positions` is (n, 2) float32 from 0 to 1, `groups` (n,) uint16 numbers of groups.
    """

    ids: pa.Array
    positions: np.ndarray
    groups: np.ndarray


@dataclass(frozen=True)
class Unplaced:
    """Photos to place: ids, revisions (n,) uint64, vectors (n, d) float32."""

    ids: pa.Array
    revisions: np.ndarray
    vectors: np.ndarray


class MapStore:
    """The maps of all collections. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, collection: str) -> Layout | None:
        """Return a collection's map, None where it has none."""
        found = self._connection.select("map/current", {"collection": collection}).to_pylist()
        return Layout(**found[0]) if found else None

    def begin(self) -> int:
        """Return the version of a new map: higher than all before."""
        return SEQUENCE.take(1)

    def add(self, collection: str, version: int, photos: Unplaced, placed: Placed, *,
            anchors: bool) -> None:  # fmt: skip
        """Store where photos lie; durable on return.

        Args:
            anchors: whether others are to be placed by them.
        """
        n = len(placed.ids)
        rows = pa.table(
            {
                "collection": pa.array([collection] * n, pa.string()),
                "version": pa.array([version] * n, pa.uint64()),
                "photo_id": placed.ids,
                "revision": photos.revisions,
                "x": placed.positions[:, 0].astype(np.float32),
                "y": placed.positions[:, 1].astype(np.float32),
                "place": placed.groups.astype(np.uint16),
                "anchor": pa.array([int(anchors)] * n, pa.uint8()),
            }
        )
        for start in range(0, n, POINTS_IN_INSERT):
            self._connection.insert("map_points", rows.slice(start, POINTS_IN_INSERT))

    def finish(
        self, collection: str, version: int, names: Sequence[str], positions: np.ndarray
    ) -> None:
        """Make a map, whose points are stored, the collection's; earlier ones are removed.

        Args:
            names: of its groups, by number.
            positions: (groups, 2), where the names stand.
        """
        columns = positions.astype(np.float32).reshape(-1, 2).T
        row = {
            "collection": [collection],
            "version": pa.array([version], pa.uint64()),
            "made": pa.array([datetime.now(timezone.utc)], UTC_MICROSECONDS),
            "names": pa.array([list(names)], pa.list_(pa.string())),
            "xs": pa.array([columns[0].tolist()], pa.list_(pa.float32())),
            "ys": pa.array([columns[1].tolist()], pa.list_(pa.float32())),
        }
        self._connection.insert("map_layouts", pa.table(row))
        self.forget(collection, version)

    def forget(self, collection: str, kept: int = 0) -> None:
        """Remove the maps of a collection, but for the version that is kept."""
        values = {"collection": collection, "kept": kept}
        self._connection.run("map/forget_layouts", values)
        self._connection.run("map/forget_points", values)

    def points(self, collection: str, version: int) -> Placed:
        """Return the photos of a map that still exist as they were placed.

        Their order is as good as random and stays: the first n are a sample.
        """
        values = {"collection": collection, "version": version}
        found = self._connection.select("map/points", values, table=collection)
        return _read_placed(found, found.column("id").combine_chunks().cast(pa.string()))

    def count(self, collection: str, version: int) -> int:
        """Return how many points a map has, those of photos that are gone too."""
        values = {"collection": collection, "version": version}
        return int(self._connection.select("map/count", values).column("count")[0].as_py())

    def anchors(self, collection: Collection, version: int) -> tuple[Placed, np.ndarray]:
        """Return the photos that others are placed by, without ids, and their vectors (n, d)."""
        values = {"collection": collection.name, "version": version}
        found = self._connection.select("map/anchors", values, table=collection.name)
        return _read_placed(found, pa.array([], pa.string())), matrix(found, collection.dim)

    def sample(self, collection: Collection, k: int) -> Unplaced:
        """Return k photos drawn uniformly, in the order that `points` has them."""
        found = self._connection.select("map/sample", {"k": k}, table=collection.name)
        return _read_unplaced(found, collection.dim)

    def unplaced(self, collection: Collection, version: int, k: int) -> Iterator[Unplaced]:
        """Yield the photos that a map lacks, or has as they were before, k at a time."""
        values = {"collection": collection.name, "version": version}
        for page in self._connection.pages("map/unplaced", k, values, table=collection.name):
            yield _read_unplaced(page, collection.dim)

    def labels(self, collection: str) -> tuple[pa.Array, pa.Array]:
        """Return the ids of all photos and their labels, empty where there is none."""
        return _read_values(self._connection.select("map/labels", table=collection))

    def dates(self, collection: str) -> tuple[pa.Array, pa.Array]:
        """Return the ids of photos whose time is known, and when: seconds since 1970."""
        return _read_values(self._connection.select("map/dates", table=collection))

    def probabilities(self, collection: Collection, head: LinearHead) -> tuple[pa.Array, pa.Array]:
        """Return the ids of all photos and a head's probability for each."""
        parameters = head_parameters(head, collection.dim)
        found = self._connection.select("map/probabilities", parameters, table=collection.name)
        return _read_values(found)

    def count_known(self, collection: str) -> tuple[int, int]:
        """Return how many photos of a collection have a label, and how many a time."""
        row = self._connection.select("map/known", table=collection).to_pylist()[0]
        return row["labelled"], row["dated"]


def _read_placed(found: pa.Table, ids: pa.Array) -> Placed:
    columns = [found.column(name).to_numpy().astype(np.float32) for name in ("x", "y")]
    groups = found.column("place").to_numpy().astype(np.uint16)
    return Placed(ids, np.stack(columns, axis=1), groups)


def _read_unplaced(found: pa.Table, dim: int) -> Unplaced:
    ids = found.column("id").combine_chunks().cast(pa.string())
    return Unplaced(ids, found.column("revision").to_numpy(), matrix(found, dim))


def _read_values(found: pa.Table) -> tuple[pa.Array, pa.Array]:
    ids = found.column("id").combine_chunks().cast(pa.string())
    return ids, found.column("value").combine_chunks()
