"""What callers pass to a fit, read once: the usable answers and where they stood."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats, as_rows, as_vector, usable
from .errors import ClassifierError

LARGEST = 1e4
"""Number above which a vector cannot be meant as one of length one."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers that a fit can learn from.

    Attributes:
        direction: (d,) the anchor as it was given.
        rows: (n, d) judged photos, in single precision as they are stored.
        answers: (n,) 1.0 or -1.0.
        settled: (n,) bool, answers that the user has looked at twice.
        places: (n,) row numbers in what was passed.
        count: how many were passed, usable or not.
    """

    direction: Floats
    rows: NDArray[np.float32]
    answers: Floats
    settled: NDArray[np.bool_]
    places: NDArray[np.int64]
    count: int

    @classmethod
    def read(
        cls, anchor: ArrayLike, vectors: ArrayLike, labels: ArrayLike, settled: ArrayLike | None
    ) -> "Answers":
        """Leave out what nobody judged, and rows of zeros or NaN.

        Raises:
            DimensionMismatch: anchor and vectors differ in dimension.
            ClassifierError: vectors, labels and settled differ in number, or a vector is far from
                length one.
        """
        direction = as_vector(anchor, "anchor")
        rows = as_rows(vectors, len(direction), dtype=np.float32)
        signs = np.sign(np.nan_to_num(np.asarray(labels, dtype=np.float64)).ravel())
        twice = np.zeros(len(signs), bool) if settled is None else np.asarray(settled, bool).ravel()
        if not len(signs) == len(rows) == len(twice):
            raise ClassifierError(
                f"{len(rows)} vectors came with {len(signs)} labels and {len(twice)} marks of "
                "being settled; pass one each"
            )
        if np.abs(rows).max(initial=0) > LARGEST:
            raise ClassifierError("vectors are no unit rows; scale them to length one")
        kept = np.flatnonzero(usable(rows) & (signs != 0))
        return cls(direction, rows[kept], signs[kept], twice[kept], kept, len(rows))
