"""Which photos of an export belong together: the same picture, nearly the same, the same source."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from explorer.exports.choice import Tell, say_nothing
from vecdb.hashing import pair_alike

BLOCK = 256
PAIRS = 100_000  # compared at once
WHOLE_BLOCK = 50  # pairs of a block that cost as much in one product as a pair by itself
DIRECTIONS = 64
SAMPLED = 2000  # photos that the directions are found from
SLACK = 1e-4  # rounding of unit vectors
FOLDER = "folder"
LARGE = 2  # a photographer with more than one photo in so many is no source to keep together

Row = dict[str, Any]


def join_families(keys: Iterable[np.ndarray], n: int) -> np.ndarray:
    """Number the families of photos that share a key, directly or through others.

    Args:
        keys: each (n,) or (m, n) whole numbers; photos with an equal one belong together, -1
            belongs to nobody.

    Returns:
        (n,) numbers from 0.
    """
    rows, columns, width = [], [], n
    for key in keys:
        for line in np.atleast_2d(key):
            has = np.flatnonzero(line >= 0)
            rows.append(has)
            columns.append(line[has] + width)
        width += int(key.max(initial=-1)) + 1
    left = np.concatenate([*rows, np.zeros(0, np.int64)])
    right = np.concatenate([*columns, np.zeros(0, np.int64)])
    graph = coo_matrix((np.ones(len(left), bool), (left, right)), shape=(width, width))
    return _numbered(connected_components(graph, directed=False)[1][:n])


def group_near(vectors: np.ndarray, near: float, tell: Tell = say_nothing) -> np.ndarray:
    """Number groups of photos whose cosines exceed `near`, directly or through others.

    Every pair is looked at, most of them only by a bound: the part of a cosine in the directions
    where the photos differ most, plus the product of the lengths that are left. Memory is that of
    one block of rows.

    Args:
        vectors: (n, d) float32 unit rows.
        tell: told how far it is.

    Returns:
        (n,) numbers.
    """
    n = len(vectors)
    group = np.arange(n)
    short = _shorten(vectors)
    for start in range(0, n, BLOCK):
        tell("Looking for near-duplicates", 1 - (1 - start / n) ** 2)
        left, right = _pairs_above(vectors, short, start, near)
        if len(left):
            group = _merge(group, left, right)
    return group


def _pairs_above(
    vectors: np.ndarray, short: np.ndarray, start: int, near: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of a block's photos with later ones whose cosines exceed `near`."""
    block = slice(start, start + BLOCK)
    maybe = short[block] @ short[start:].T > near - SLACK
    many = np.count_nonzero(maybe) * WHOLE_BLOCK > maybe.size
    if many:
        maybe = vectors[block] @ vectors[start:].T > near
    rows, columns = np.nonzero(maybe)
    later = rows < columns
    left, right = rows[later] + start, columns[later] + start
    if many:
        return left, right
    close = np.zeros(len(left), bool)
    for at in range(0, len(left), PAIRS):
        part = slice(at, at + PAIRS)
        close[part] = np.einsum("ij,ij->i", vectors[left[part]], vectors[right[part]]) > near
    return left[close], right[close]


def group_hashed(vectors: np.ndarray, near: float) -> np.ndarray:
    """Number groups as `group_near` does, by hashes: of pairs just above `near` some are missed.

    Args:
        vectors: (n, d) float32 unit rows.

    Returns:
        (n,) numbers.
    """
    one, other = pair_alike(vectors, near).T
    return _merge(np.arange(len(vectors)), one, other)


def _shorten(vectors: np.ndarray) -> np.ndarray:
    """Return (n, DIRECTIONS + 1) rows whose products are nowhere below the vectors' cosines."""
    if vectors.shape[1] <= DIRECTIONS:
        return vectors
    sample = vectors[:: max(1, len(vectors) // SAMPLED)]
    # Of the sample's main directions, from its second moments: a tenth of the decomposition's time.
    directions = np.linalg.eigh(sample.T @ sample)[1][:, -DIRECTIONS:]
    inside = vectors @ directions
    left = np.sqrt((1 - np.einsum("ij,ij->i", inside, inside)).clip(0))
    return np.column_stack([inside, left]).astype(np.float32)


def key_of_values(values: Sequence[Any]) -> np.ndarray:
    """Number values: equal ones alike, what is unknown (None, empty) -1."""
    numbers: dict[Any, int] = {}
    return np.array(
        [numbers.setdefault(v, len(numbers)) if v not in (None, "") else -1 for v in values],
        np.int64,
    )


def source_keys(rows: Sequence[Row]) -> tuple[np.ndarray, str]:
    """Number the sources of photos: the photographer, or one's day where there are many photos.

    Args:
        rows: photographer, camera and taken of each photo.

    Returns:
        (n,) numbers, -1 where nothing is known, and a sentence on photographers told by day.
    """
    people = key_of_values([row["photographer"] for row in rows])
    counts = np.bincount(people[people >= 0], minlength=1)
    busy = counts * LARGE > len(rows)
    keys: list[Any] = []
    for row, person in zip(rows, people, strict=True):
        if person >= 0 and not busy[person]:
            keys.append(row["photographer"])
        elif row["taken"] is not None:
            keys.append((row["photographer"], row["camera"], row["taken"].date()))
        else:
            keys.append(None)
    note = (
        "One photographer took more than half of the photos: theirs are kept together by the day "
        "they were taken, where that is known."
    )
    return key_of_values(keys), note if busy.any() else ""


def value_reader(name: str) -> Callable[[Row], Any]:
    """Return what reads the value of a column, or of the folder a photo lies in, from a row."""
    if name == FOLDER:
        return lambda row: row["url"].rpartition("/")[0]
    return lambda row: row.get(name, row["extra"].get(name))


def _merge(group: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    n = len(group)
    graph = coo_matrix((np.ones(len(left), bool), (group[left], group[right])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1][group], np.int64)


def _numbered(labels: np.ndarray) -> np.ndarray:
    return np.asarray(np.unique(labels, return_inverse=True)[1], np.int64)
