"""How well a space brings photos of one class together: R-precision, mean AP, intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

QUERIES_AT_ONCE = 512
RESAMPLES = 2000
QUANTILE = 1.96  # of the normal distribution, for 95 % on two sides


@dataclass(frozen=True, eq=False)
class Retrieval:
    """What each photo finds when it asks for others of its class among all the others.

    Attributes:
        rows: (q,) int64, the photos that asked: those whose class has another photo.
        r_precision: (q,) share of the class among the R nearest, R the class's other photos.
        average_precision: (q,) over the whole ranking.
        chance: (q,) what a random ranking has on average, R / (n - 1).
    """

    rows: NDArray[np.int64]
    r_precision: NDArray[np.float64]
    average_precision: NDArray[np.float64]
    chance: NDArray[np.float64]


def retrieve(vectors: NDArray[np.float32], classes: NDArray[np.int64]) -> Retrieval:
    """Rank all other photos by cosine for each photo.

    Args:
        vectors: (n, d) float32 unit rows.
        classes: (n,) class numbers.

    Returns:
        Retrieval of the q photos whose class has two photos or more; q may be 0.
    """
    _, class_of, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    others = sizes[class_of] - 1
    rows = np.flatnonzero(others > 0)
    precisions, averages = np.zeros(len(rows)), np.zeros(len(rows))
    for start in range(0, len(rows), QUERIES_AT_ONCE):
        asked = rows[start : start + QUERIES_AT_ONCE]
        scores = vectors[asked] @ vectors.T
        scores[np.arange(len(asked)), asked] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")[:, :-1]
        hits = class_of[order] == class_of[asked, None]
        found = np.cumsum(hits, axis=1)
        r = others[asked]
        at = slice(start, start + len(asked))
        precisions[at] = found[np.arange(len(asked)), r - 1] / r
        averages[at] = (found * hits / np.arange(1, hits.shape[1] + 1)).sum(axis=1) / r
    return Retrieval(rows, precisions, averages, others[rows] / max(len(classes) - 1, 1))


def interval(
    before: NDArray[np.float64], after: NDArray[np.float64], units: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean after, the mean before taken as it is.

    The differences are resampled, not the values: both were measured on the same photos. Of few
    units a bootstrap is too narrow, of two by nine times: its ends are moved out as Student's t
    asks for (Hesterberg, What Teachers Should Know About the Bootstrap, 2015). One unit tells
    nothing.

    Args:
        before, after: (q,) what each photo has before and after, 0 to 1.
        units: (q,) what is drawn together: the class of each photo, or its own number.

    Returns:
        Lower and upper end, 0 to 1.
    """
    _, unit_of, sizes = np.unique(units, return_inverse=True, return_counts=True)
    sums, count = np.bincount(unit_of, after - before), len(sizes)
    if count < 2:
        return 0.0, 1.0
    rng = np.random.default_rng(0)
    means = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        drawn = rng.integers(count, size=count)
        means[at] = sums[drawn].sum() / sizes[drawn].sum()
    gain = (after - before).mean()
    wider = t.ppf(0.975, count - 1) / QUANTILE * np.sqrt(count / (count - 1))
    ends = gain + wider * (np.percentile(means, [2.5, 97.5]) - gain)
    low, high = np.clip(before.mean() + ends, 0, 1)
    return float(low), float(high)


def share_interval(hits: NDArray[np.float64], units: NDArray[np.int64]) -> tuple[float, float]:
    """Return the 95 % interval of a share: a bootstrap, Wilson's where no hit differs.

    Args:
        hits: (q,) 1 or 0 of each query.
        units: (q,) what is drawn together: the picture of each query, or its own number.
    """
    share = hits.mean()
    if 0 < share < 1:
        return interval(np.zeros(len(hits)), hits, units)
    slack = QUANTILE**2 / (len(np.unique(units)) + QUANTILE**2)
    return (0.0, slack) if share == 0 else (1 - slack, 1.0)
