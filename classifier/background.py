"""What a fit may know of the collection without seeing it whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import as_rows, usable
from .errors import ClassifierError


@dataclass(frozen=True, eq=False)
class Background:
    """Moments of a collection and a random sample of it; both come from SQL.

    Attributes:
        mean: (d,) mean vector.
        covariance: (d, d), or None where only a sample is at hand.
        sample: (b, d) uniform random photos, judged or not; 200 to 500 are plenty, may be empty.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64] | None
    sample: NDArray[np.float64]

    @property
    def dim(self) -> int:
        """Dimension of the collection's vectors."""
        return len(self.mean)


def background_of(vectors: ArrayLike, *, sample: int = 500) -> Background:
    """Describe a set of photos held in memory.

    Args:
        vectors: (n, d) unit rows in random order, n >= 1.
        sample: how many rows, from the front, stand for the collection.

    Returns:
        Background with the mean, covariance and first rows of the usable vectors.

    Raises:
        ClassifierError: vectors are no rows of numbers, or none is usable.
    """
    given = np.asarray(vectors)
    rows = as_rows(given, given.shape[-1] if given.ndim else 0)
    rows = rows[usable(rows)]
    if not len(rows):
        raise ClassifierError("a background needs a vector that is finite and not zero")
    mean = rows.mean(axis=0)
    centred = rows - mean
    return Background(mean, centred.T @ centred / max(len(rows) - 1, 1), rows[:sample])
