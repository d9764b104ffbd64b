"""Notice near-duplicates: photos whose vectors nearly coincide with one that is already there."""

import numpy as np

from vecdb import Collection
from vecdb.hashing import Buckets, Planes

NEAR = 0.97  # cosine
# Photos remembered, 0.1 kB each; of more the earliest are forgotten.
REMEMBERED = 4_000_000
# Candidates that a photo is really compared with.
COMPARED = 3
# Vectors kept as they are, for most copies come soon after one another.
RECENT = 16_384
# How far photos lie at least from what they are hashed around, on average: those that are all
# alike, or a single one, would lie at their own centre, where any side is as good as another.
CLOSEST = 0.6
PAGE = 20_000


class Neighbours:
    """Hashes of a collection's photos: a new one costs the same however many there are.

    Two photos whose cosine is .99 are noticed surely, at .975 nineteen times of twenty.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._buckets = Buckets(REMEMBERED)
        self._ids: list[str] = []
        self._recent = np.zeros((RECENT, collection.dim), np.float32)
        self._recent_row = np.full(RECENT, -1, np.int64)
        self._count = 0
        self._planes: Planes | None = None

    def note(self, ids: list[str], vectors: np.ndarray) -> list[str]:
        """Remember photos, and say of which earlier photo each is a near-duplicate.

        Args:
            ids: of n new photos.
            vectors: (n, d) float32, unit rows.

        Returns:
            n ids, empty where there is no near-duplicate.
        """
        planes = self._planes or self._read(vectors)
        codes = planes.hash_vectors(vectors)
        best, at = self._best(vectors, self._buckets.find(codes, COMPARED))
        found = [self._ids[i] if cosine > NEAR else "" for cosine, i in zip(best, at, strict=True)]
        among = np.tril(vectors @ vectors.T, k=-1)
        for row in np.flatnonzero(among.max(axis=1, initial=0) > np.maximum(best, NEAR)):
            found[row] = ids[int(among[row].argmax())]
        self._remember(ids, vectors, planes)
        return found

    def _best(self, vectors: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Compare each vector with its candidates; return the best cosine and its row."""
        held = self._vectors(np.unique(rows[rows >= 0]))
        best = np.full(len(vectors), -1, np.float32)
        at = np.zeros(len(vectors), np.int64)
        for number, candidates in enumerate(rows):
            for row in candidates:
                other = held.get(int(row))
                cosine = -1.0 if other is None else float(vectors[number] @ other)
                if cosine > best[number]:
                    best[number], at[number] = cosine, row
        return best, at

    def _vectors(self, rows: np.ndarray) -> dict[int, np.ndarray]:
        """Return the vectors of rows: the recent ones from memory, the others from the database."""
        is_recent = self._recent_row[rows % RECENT] == rows
        held = {int(row): self._recent[row % RECENT] for row in rows[is_recent]}
        asked = {self._ids[row]: int(row) for row in rows[~is_recent]}
        if asked:
            known, vectors = self._collection.known_vectors(list(asked))
            held |= {asked[photo]: vector for photo, vector in zip(known, vectors, strict=True)}
        return held

    def _read(self, first: np.ndarray) -> Planes:
        """Hash what the collection holds, around its centre, or that of the first photos."""
        drawn = self._collection.sample(2000, seed=0, with_vectors=True).vectors
        centre = (first if drawn is None or not len(drawn) else drawn).mean(axis=0)
        square = max(float(centre @ centre), 1e-9)
        centre *= 1 - np.sqrt(max(0.0, 1 - (1 - CLOSEST**2) / square))
        self._planes = planes = Planes(centre)
        for ids, vectors in self._collection.pages_of_vectors(PAGE):
            self._remember(ids, vectors, planes)
        return planes

    def _remember(self, ids: list[str], vectors: np.ndarray, planes: Planes) -> None:
        rows = self._buckets.add(planes.hash_vectors(vectors))
        for row, photo in zip(rows, ids, strict=True):
            if row == len(self._ids):
                self._ids.append(photo)
            else:
                self._ids[row] = photo
        last = slice(-RECENT, None)
        self._recent[rows[last] % RECENT] = vectors[last]
        self._recent_row[rows[last] % RECENT] = rows[last]
