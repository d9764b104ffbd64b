"""Mean and covariance of a collection's vectors, computed in SQL and kept."""

import contextlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from vecdb.connection import Connection
from vecdb.errors import AccessDenied

# The covariance of 512 numbers is known well enough from this many photos; all of a million
# would take minutes.
COVARIANCE_SAMPLE = 4000


@dataclass(frozen=True)
class PhotosExtent:
    """What tells that a collection's photos have changed; an equal one is the same photos."""

    count: int
    mark: int


@dataclass(frozen=True)
class Moments:
    """count photos; mean (d,) float32 of all; covariance (d, d) float32 of a uniform sample."""

    count: int
    mean: np.ndarray
    covariance: np.ndarray


def moments(connection: Connection, table: str, dim: int) -> Moments:
    """Return the moments of a collection, computing them where its photos have changed."""
    now = photos_extent(connection, table)
    count = now.count
    if count == 0:
        return Moments(0, np.zeros(dim, np.float32), np.zeros((dim, dim), np.float32))
    kept = connection.select(
        "moments/kept", {"collection": table, "photos": count, "extent": now.mark}
    )
    if kept.num_rows:
        mean, covariance = (
            np.array(kept.column(name)[0].values, dtype=np.float32)
            for name in ("mean", "covariance")
        )
        return Moments(count, mean, covariance.reshape(dim, dim))
    fresh = _compute(connection, table, dim)
    with contextlib.suppress(AccessDenied):  # who may only read works them out anew
        _keep(connection, table, fresh, now)
    return fresh


def photos_extent(connection: Connection, table: str) -> PhotosExtent:
    """Ask how far a collection's photos go; reads two narrow columns."""
    return PhotosExtent(**connection.select("photos/extent", table=table).to_pylist()[0])


def _compute(connection: Connection, table: str, dim: int) -> Moments:
    found = connection.select("moments/mean", table=table)
    mean = np.array(found.column("mean")[0].values, dtype=np.float64)
    products = connection.select("moments/products", {"sample": COVARIANCE_SAMPLE}, table=table)
    rows, columns = (products.column(name).to_numpy() - 1 for name in ("i", "j"))
    second = np.zeros((dim, dim))
    second[rows, columns] = (
        products.column("product").to_numpy() / products.column("rows")[0].as_py()
    )
    second = np.triu(second) + np.triu(second, 1).T
    centre = np.array(
        connection.select("moments/sample_mean", {"sample": COVARIANCE_SAMPLE}, table=table)
        .column("mean")[0]
        .values
    )
    covariance = second - np.outer(centre, centre)
    return Moments(
        int(found.column("count")[0].as_py()),
        mean.astype(np.float32),
        covariance.astype(np.float32),
    )


def _keep(connection: Connection, table: str, fresh: Moments, now: PhotosExtent) -> None:
    row = pa.table(
        {
            "collection": [table],
            "photos": pa.array([now.count], pa.uint64()),
            "extent": pa.array([now.mark], pa.uint64()),
            "mean": pa.array([fresh.mean], pa.list_(pa.float32())),
            "covariance": pa.array([fresh.covariance.ravel()], pa.list_(pa.float32())),
        }
    )
    connection.insert("moments", row)
