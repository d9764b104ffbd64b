"""Notice near-duplicates: photos whose vectors nearly coincide with one that is already there."""

import numpy as np

from vecdb import Collection

NEAR = 0.97  # cosine
REMEMBERED = 200_000
BLOCK = 16_384


class Neighbours:
    """The latest vectors of a collection, up to 200,000, in memory.

    A query against each of the few hundred rows of an insert would cost more than their encoding;
    one matrix product costs next to nothing. Beyond 200,000 photos the earliest are forgotten.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._ids: list[str] = []
        # Whole from the start: memory is taken row by row as it is written, and never twice.
        self._vectors = np.empty((REMEMBERED, collection.dim), np.float32)
        self._next = 0
        self._is_read = False

    def note(self, ids: list[str], vectors: np.ndarray) -> list[str]:
        """Remember photos, and say of which earlier photo each is a near-duplicate.

        Args:
            ids: of n new photos.
            vectors: (n, d) float32, unit rows.

        Returns:
            n ids, empty where there is no near-duplicate.
        """
        if not self._is_read:
            self._read()
        best, at = self._best(vectors)
        found = [self._ids[i] if cosine > NEAR else "" for cosine, i in zip(best, at, strict=True)]
        among = np.tril(vectors @ vectors.T, k=-1)
        for row in np.flatnonzero(among.max(axis=1, initial=0) > np.maximum(best, NEAR)):
            found[row] = ids[int(among[row].argmax())]
        self._remember(ids, vectors)
        return found

    def _best(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        best = np.full(len(vectors), -1, np.float32)
        at = np.zeros(len(vectors), np.int64)
        for start in range(0, len(self._ids), BLOCK):
            cosines = vectors @ self._vectors[start : min(start + BLOCK, len(self._ids))].T
            column = cosines.argmax(axis=1)
            value = cosines[np.arange(len(vectors)), column]
            better = value > best
            best[better], at[better] = value[better], column[better] + start
        return best, at

    def _read(self) -> None:
        self._is_read = True
        ids = self._collection.sample(REMEMBERED, seed=0).ids
        for start in range(0, len(ids), BLOCK):
            part = ids[start : start + BLOCK]
            self._remember(part, self._collection.vectors(part))

    def _remember(self, ids: list[str], vectors: np.ndarray) -> None:
        for photo_id, vector in zip(ids, vectors, strict=True):
            if len(self._ids) < REMEMBERED:
                self._vectors[len(self._ids)] = vector
                self._ids.append(photo_id)
            else:
                self._vectors[self._next] = vector
                self._ids[self._next] = photo_id
                self._next = (self._next + 1) % REMEMBERED
