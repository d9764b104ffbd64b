"""Which answers would settle the most: the design of a page by its expected use.

Under the prior of the fit, an answer about one photo lowers the variance of every similar photo's
margin. The page is filled one by one with the photo that lowers the most variance where it matters,
near the boundary, given the photos judged or chosen before it. Copies and neighbours of what is
known gain nothing and so are left out by themselves. (V-optimal design; Yu, Bi and Tresp 2006.)
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from .arrays import Floats, add_ones
from .primal import half_covariance
from .prior import BIAS_VARIANCE, prior_precision, pull_after
from .unlocked import solve_half

MOST_NOISE = 50.0
"""Variance of the answer that says least: no head is believed to be surer of a photo."""
MANY_JUDGED = 256
"""Judged photos beyond which photos of MOST_NOISE are left out, of the judged and, once there was a
yes, the candidates: they say next to nothing about the photos in doubt, and are most of a long
session's. Without a yes the head is sure of the wrong photos, and all stay."""
FEWEST_CANDIDATES = 200
"""Candidates that stay nonetheless, the least sure: some pages have none in doubt."""


def most_telling(
    rows: NDArray[np.floating],
    margins: Floats,
    judged: NDArray[np.floating],
    judged_margins: Floats,
    matter: Floats,
    k: int,
    *,
    yes: int = 0,
) -> Iterator[int]:
    """Choose photos whose answers would settle the most doubt among the candidates, one by one.

    Args:
        rows: (n, d) candidates in the fit's frame.
        margins: (n,) what the head says of them.
        judged: (m, d) photos already judged or on the page, in the same frame.
        judged_margins: (m,) what the head says of those.
        matter: (n,) how much each candidate's variance counts, >= 0.
        k: how many to choose at most.
        yes: how many photos were a yes when the head was fitted; the prior loosens with them.

    Yields:
        Row numbers, most telling first; ties keep row order.
    """
    known, noise = _noise(judged_margins), _noise(margins)
    places, rest = np.arange(len(rows)), np.zeros(0, np.int64)
    if len(judged) > MANY_JUDGED:
        telling = known < MOST_NOISE
        judged, known = judged[telling], known[telling]
    if len(judged_margins) > MANY_JUDGED and yes:
        count = max(FEWEST_CANDIDATES, int((noise < MOST_NOISE).sum()))
        order = np.argsort(np.abs(margins), kind="stable")
        places, rest = np.sort(order[:count]), order[count:]
        rows, matter, noise = rows[places], matter[places], noise[places]
    doubt = conditional_covariance(rows, judged, known, pull_after(yes))
    variance = doubt.diagonal().astype(np.float64)
    useful = matter @ doubt**2
    left = np.ones(len(rows), dtype=bool)
    # What the chosen photos settle is kept as columns beside `doubt`, which stays as it is: a
    # product with it costs a fifth of taking every choice out of the whole matrix.
    taken = np.zeros((len(rows), min(k, len(rows))), np.float32)
    for step in range(taken.shape[1]):
        gain = useful / (np.maximum(variance, 0) + noise)
        best = int(np.argmax(np.where(left, gain, -1.0)))
        left[best] = False
        yield int(places[best])
        before = taken[:, :step]
        column = doubt[best] - before @ before[best]
        column /= np.sqrt(column[best] + noise[best])
        weighted = np.asarray(matter * column, np.float32)
        across = doubt @ weighted - before @ (before.T @ weighted)
        useful += column**2 * (weighted @ column) - 2 * column * across
        variance -= column**2
        taken[:, step] = column
    yield from rest[: k - taken.shape[1]].tolist()


def conditional_covariance(
    rows: NDArray[np.floating], judged: NDArray[np.floating], noise: Floats, pull: float
) -> NDArray[np.float32]:
    """Return the covariance (n, n) float32 of the candidates' margins, given the judged photos.

    The same by either way: through the judged photos (Gaussian process) where they are few, through
    the weights (Bayesian regression) where they outnumber the dimensions. Single precision halves
    the time; it is off by some 1e-4, where an answer's noise is 4 at least.
    """
    if len(judged) > rows.shape[1]:
        held = prior_precision(pull, rows.shape[1])
        half = half_covariance(add_ones(judged), 1 / noise, add_ones(rows), held)
        return np.asarray(half.T @ half)
    near, known = np.asarray(rows, np.float32), np.asarray(judged, np.float32)
    doubt = _covariance(near, near, pull)
    if len(known):
        kernel = _covariance(known, known, pull)
        kernel[np.diag_indices_from(kernel)] += np.asarray(noise, np.float32)
        half = solve_half(kernel, _covariance(known, near, pull))
        doubt -= half.T @ half
    return doubt


def _covariance(
    left: NDArray[np.float32], right: NDArray[np.float32], pull: float
) -> NDArray[np.float32]:
    return np.asarray(left @ right.T / np.float32(pull) + np.float32(BIAS_VARIANCE))


def _noise(margins: Floats) -> Floats:
    """How little one answer says where the head is sure already: inverse logistic curvature."""
    chance = expit(margins)
    return np.asarray(1 / np.maximum(chance * (1 - chance), 1 / MOST_NOISE))
