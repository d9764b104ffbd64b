"""A head in closed form: what tells classes apart is stretched, what differs within them shrunk.

Linear discriminant analysis with the covariance within classes shrunk towards a multiple of the
identity (Friedman, Regularized Discriminant Analysis, 1989), and the directions between classes
weighed by how far classes lie apart there (Ioffe, Probabilistic LDA, 2006) in place of being the
only ones kept: classes never seen lie in the others.
"""

import numpy as np
from numpy.typing import NDArray

SHRINK = 1.0
"""Multiple of the identity, in mean variances within classes, that is added to the covariance."""
WITHIN = 0.3
"""Variance between classes, in variances within, at which a direction has half of its weight."""
KEPT = 0.65
"""Weight of a direction that tells no classes apart; the best ones come close to 1 more."""


def discriminant(
    vectors: NDArray[np.float32], classes: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Work out the head of a labelled set.

    Args:
        vectors: (n, d) float32 unit rows.
        classes: (n,) class numbers.

    Returns:
        Weights (d, d) and bias (d,) of `SimilarityHead`, which takes the photos' mean off; None
        where no class differs within itself, or all lie in one place.
    """
    dim = vectors.shape[1]
    mean = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - mean
    within, between = np.zeros((dim, dim)), np.zeros((dim, dim))
    names = np.unique(classes)
    for name in names:
        rows = centred[classes == name]
        centre = rows.mean(axis=0)
        between += len(rows) * np.outer(centre, centre)
        within += (rows - centre).T @ (rows - centre)
    within /= max(1, len(vectors) - len(names))
    usual = float(np.trace(within)) / dim
    if usual < 1e-12 or np.trace(between) < 1e-12:
        return None
    variances, axes = np.linalg.eigh(within + SHRINK * usual * np.eye(dim))
    whiten = (axes / np.sqrt(variances)) @ axes.T
    apart, directions = np.linalg.eigh(whiten @ (between / len(vectors)) @ whiten)
    apart = apart.clip(0)
    weighed = (directions * (KEPT + np.sqrt(apart / (apart + WITHIN)))) @ directions.T
    # Vectors keep about their length, so that the head is written as what it adds to them.
    moved = (weighed @ whiten) * np.sqrt(usual)
    weights = moved - np.eye(dim)
    return weights.astype(np.float32), (-moved @ mean).astype(np.float32)
