"""How good a ranking and how honest its probabilities are."""

import numpy as np
from numpy.typing import ArrayLike

from .errors import ClassifierError


def average_precision(positive: ArrayLike, scores: ArrayLike) -> float:
    """Area under the precision-recall steps; tied scores count as one step.

    Args:
        positive: (n,) bool.
        scores: (n,) higher is better.

    Returns:
        AP in [0, 1]; NaN where nothing is positive.

    Raises:
        ClassifierError: `positive` is not yes or no, `scores` is, or they differ in number.
    """
    given, ranked = np.asarray(positive), np.asarray(scores)
    if given.shape != ranked.shape or ranked.dtype == bool or not np.isin(given, (0, 1)).all():
        raise ClassifierError(
            "Average precision takes the photos that are positive, then as many scores; "
            "were they swapped?"
        )
    truth, values = given.astype(bool), ranked.astype(np.float64)
    if not truth.any():
        return float("nan")
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(order) - 1)
    found = np.cumsum(truth[order])[ends]
    gained = np.diff(found, prepend=0)
    return float((gained * found / (ends + 1)).sum() / truth.sum())


def calibration_error(positive: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Guo and others, 2017).

    Args:
        positive: (n,) bool.
        probabilities: (n,) in [0, 1].
        bins: number of bins.

    Returns:
        Mean absolute gap between what was promised and what came, weighted by photos; 0 is best.
    """
    truth = np.asarray(positive, dtype=np.float64)
    promised = np.asarray(probabilities, dtype=np.float64)
    which = np.minimum((promised * bins).astype(int), bins - 1)
    gaps = np.abs(
        np.bincount(which, truth, minlength=bins) - np.bincount(which, promised, minlength=bins)
    )
    return float(gaps.sum() / max(len(truth), 1))
