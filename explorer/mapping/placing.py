"""Photos that were not laid out themselves, placed by their neighbours that were."""

import numpy as np

from explorer.mapping.neighbours import ROWS, nearest_rows

NEIGHBOURS = 5
# Main directions that neighbours are looked for in: a fifth of the time of all 512.
DIRECTIONS = 96
# Neighbours that lie farther off than this from the nearest are on another island: a photo between
# the two would lie in the sea.
ISLAND = 0.04
SHARPNESS = 30.0  # a neighbour whose cosine is .1 less counts a twentieth


class Anchors:
    """Laid out photos, ready to place others. Safe to share between threads."""

    def __init__(self, vectors: np.ndarray, positions: np.ndarray, groups: np.ndarray) -> None:
        """Take what others are placed by.

        Args:
            vectors: (n, d) float32 unit rows, n >= 1.
            positions: (n, 2) float32.
            groups: (n,) uint16.
        """
        self._mean = vectors.mean(axis=0)
        centred = vectors - self._mean
        _, directions = np.linalg.eigh(centred.T @ centred)
        self._directions = np.ascontiguousarray(directions[:, -DIRECTIONS:], np.float32)
        self._vectors = self._reduce(vectors)
        self._positions = positions
        self._groups = groups

    def place(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where photos lie, and their groups.

        Args:
            vectors: (m, d) float32 unit rows.

        Returns:
            (m, 2) float32 and (m,) uint16.
        """
        positions = np.empty((len(vectors), 2), np.float32)
        groups = np.empty(len(vectors), np.uint16)
        for start in range(0, len(vectors), ROWS):
            part = slice(start, start + ROWS)
            positions[part], groups[part] = self._place(vectors[part])
        return positions, groups

    def _place(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        k = min(NEIGHBOURS, len(self._vectors))
        numbers, cosines = nearest_rows(self._reduce(vectors), self._vectors, k)
        found = self._positions[numbers]
        off = np.linalg.norm(found - found[:, :1], axis=2)
        weights = np.exp(SHARPNESS * (cosines - cosines[:, :1])) * (off <= ISLAND)
        weights /= weights.sum(axis=1, keepdims=True)
        return (found * weights[:, :, None]).sum(axis=1), self._groups[numbers[:, 0]]

    def _reduce(self, vectors: np.ndarray) -> np.ndarray:
        reduced = (vectors - self._mean) @ self._directions
        lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
        return np.asarray(reduced / np.maximum(lengths, 1e-9), np.float32)
