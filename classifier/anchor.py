"""Where a concept starts: phrases with weights, example pictures, or both."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats, as_rows, as_vector, usable
from .errors import ClassifierError, DimensionMismatch, NoAnchor


def unit(vector: Floats) -> Floats:
    """Scale (d,) to length one; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def anchor(
    phrases: Sequence[tuple[ArrayLike, float]] = (),
    examples: ArrayLike | None = None,
    *,
    mean: ArrayLike | None = None,
) -> NDArray[np.float32]:
    """Blend phrases and pictures into the direction a concept starts from.

    Args:
        phrases: (vector (d,), weight) pairs; a negative weight says what is not meant.
        examples: (m, d) picture vectors, or None.
        mean: (d,) mean of the collection; what all its pictures share is taken off the examples,
            so that phrases and pictures, which live apart in CLIP's space, add up in proportion.

    Returns:
        (d,) float32, unit length: one phrase gives back its own direction.

    Raises:
        NoAnchor: nothing usable was given, or phrases and pictures cancel out.
        DimensionMismatch: the vectors differ in dimension.
        ClassifierError: a weight is no number.
    """
    texts = [(as_vector(vector, "phrase"), float(weight)) for vector, weight in phrases]
    pictures = None if examples is None else np.atleast_2d(np.asarray(examples, dtype=np.float64))
    if not texts and (pictures is None or pictures.size == 0):
        raise NoAnchor
    dim = len(texts[0][0]) if texts else (pictures.shape[1] if pictures is not None else 0)
    blend = np.zeros(dim)
    for vector, weight in texts:
        if len(vector) != dim:
            raise DimensionMismatch(dim, len(vector), "phrase")
        if not np.isfinite(weight):
            raise ClassifierError(f"{weight} is no weight of a phrase; give a number such as -0.5")
        blend += weight * unit(vector)
    if pictures is not None and pictures.size:
        rows = as_rows(pictures, dim, "examples")
        rows = rows[usable(rows)]
        if len(rows):
            shared = as_vector(mean, "mean") if mean is not None else np.zeros(dim)
            blend = unit(blend) + unit(rows.mean(axis=0) - shared)
    if np.linalg.norm(blend) < 1e-6:
        raise NoAnchor(
            "The phrases and pictures cancel out or weigh nothing: change a weight or a phrase."
        )
    return unit(blend).astype(np.float32)
