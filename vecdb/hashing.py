"""Hashes that near vectors share, so that what is near is found without comparing with everything.

Random planes through the centre (Charikar, 2002): two vectors an angle a apart lie on the same side
of a plane with probability 1 - a / pi. A code is 16 keys of 16 sides each; near vectors share some
key, and most sides.
"""

import numpy as np
from numpy.typing import NDArray

TABLES, BITS = 16, 16
# The latest photos of a bucket; 134 MB of row numbers in all, taken as they are written.
BUCKET = 32
# Of 256 sides as many may differ: 45 degrees around the centre.
FAR = 64
Codes = NDArray[np.uint16]


class Planes:
    """The planes around one centre (d,): the mean of what will be hashed, or about it."""

    def __init__(self, centre: np.ndarray) -> None:
        normals = np.random.default_rng(0).normal(size=(len(centre), TABLES * BITS))
        self._normals = normals.astype(np.float32)
        self._offsets = np.asarray(centre, np.float32) @ self._normals

    def hash_vectors(self, vectors: np.ndarray) -> Codes:
        """Return the codes (n, 16) uint16 of vectors (n, d)."""
        sides = vectors @ self._normals > self._offsets
        packed = np.packbits(sides.reshape(len(vectors), TABLES, BITS), axis=2)
        return np.ascontiguousarray(packed).view(np.uint16)[:, :, 0]


def count_differing(one: Codes, other: Codes) -> np.ndarray:
    """Return on how many of 256 sides codes (..., 16) differ."""
    return np.bitwise_count(one ^ other).sum(axis=-1, dtype=np.int64)


class Buckets:
    """Codes of numbered rows, found by any of their keys; the latest of each bucket are kept.

    Rows are numbered 0 .. most - 1 in the order in which they come, and then from 0 again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._codes = np.zeros((min(most, 1024), TABLES), np.uint16)
        # One more than the row's number; 0 is free.
        self._slots = np.zeros((TABLES, 1 << BITS, BUCKET), np.int32)
        self._next = np.zeros((TABLES, 1 << BITS), np.uint8)
        self._count = 0

    def add(self, codes: Codes) -> NDArray[np.int64]:
        """Keep codes (n, 16); return the numbers (n,) of their rows."""
        rows = (self._count + np.arange(len(codes))) % self._most
        self._grow(self._count + len(codes))
        self._codes[rows] = codes
        for table in range(TABLES):
            self._file(table, codes[:, table], rows)
        self._count += len(codes)
        return rows

    def find(self, codes: Codes, k: int) -> NDArray[np.int64]:
        """Return the rows (n, k) that share a key and most sides, nearest first, -1 for none."""
        found = self._slots[np.arange(TABLES)[None], codes].reshape(len(codes), -1).astype(np.int64)
        found -= 1
        apart = count_differing(self._codes[found], codes[:, None])
        apart[found < 0] = FAR + 1
        best = np.full((len(codes), k), -1, np.int64)
        taken = np.arange(len(codes))
        for column in range(k):
            at = apart.argmin(axis=1)
            near = apart[taken, at] <= FAR
            best[near, column] = found[near, at[near]]
            # A row is in several of the buckets.
            apart[found == best[:, column : column + 1]] = FAR + 1
        return best

    def _file(self, table: int, keys: NDArray[np.uint16], rows: NDArray[np.int64]) -> None:
        """Put rows into one table's buckets, each behind those of the same key before it."""
        order = np.argsort(keys, kind="stable")
        ranked = keys[order]
        _, first, sizes = np.unique(ranked, return_index=True, return_counts=True)
        behind = np.arange(len(keys)) - np.repeat(first, sizes)
        at = self._next[table, ranked] + behind
        self._slots[table, ranked, at % BUCKET] = rows[order] + 1
        self._next[table, ranked[first]] = (at[first] + sizes) % BUCKET

    def _grow(self, count: int) -> None:
        wanted = min(count, self._most)
        if wanted > len(self._codes):
            larger = np.zeros(
                (min(self._most, max(wanted, 2 * len(self._codes))), TABLES), np.uint16
            )
            larger[: len(self._codes)] = self._codes
            self._codes = larger


def pair_alike(vectors: np.ndarray, near: float) -> NDArray[np.int64]:
    """Return pairs of rows (m, 2) whose cosine exceeds `near`, found by their codes.

    Args:
        vectors: (n, d) float32 unit rows.

    Returns:
        Row numbers, the smaller first, each pair perhaps several times. Of copies of a picture none
        is missed; of pairs just above `near` some are, but seldom both ways to a third.
    """
    codes = Planes(vectors.mean(axis=0)).hash_vectors(vectors)
    pairs = []
    for table in range(TABLES):
        order = np.argsort(codes[:, table], kind="stable")
        keys = codes[order, table]
        for step in range(1, BUCKET):
            same = np.flatnonzero(keys[step:] == keys[:-step])
            if not len(same):
                break
            one, other = order[same], order[same + step]
            close = count_differing(codes[one], codes[other]) <= FAR
            pairs.append(np.stack([one[close], other[close]], axis=1))
    found = np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0) if pairs else np.zeros((0, 2))
    found = found.astype(np.int64)
    cosines = np.einsum("nd,nd->n", vectors[found[:, 0]], vectors[found[:, 1]])
    return found[cosines > near]
