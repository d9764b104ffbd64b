"""Which answers would settle the most: the design of a page by its expected use.

Under the prior of the fit, an answer about one photo lowers the variance of every similar photo's
margin. The page is filled one by one with the photo that lowers the most variance where it matters,
near the boundary, given the photos judged or chosen before it. Copies and neighbours of what is
known gain nothing and so are left out by themselves. (V-optimal design; Yu, Bi and Tresp 2006.)
"""

import numpy as np
from scipy.special import expit

from .arrays import Floats
from .fit import BIAS_VARIANCE, pull_after


def most_telling(
    rows: Floats,
    margins: Floats,
    judged: Floats,
    judged_margins: Floats,
    matter: Floats,
    k: int,
    *,
    yes: int = 0,
) -> list[int]:
    """Choose photos whose answers would settle the most doubt among the candidates.

    Args:
        rows: (n, d) candidates in the fit's frame.
        margins: (n,) what the head says of them.
        judged: (m, d) photos already judged or on the page, in the same frame.
        judged_margins: (m,) what the head says of those.
        matter: (n,) how much each candidate's variance counts, >= 0.
        k: how many to choose.
        yes: how many photos were a yes when the head was fitted; the prior loosens with them.

    Returns:
        Row numbers, most telling first, at most k; ties keep row order.
    """
    pull = pull_after(yes)
    doubt = _covariance(rows, rows, pull)
    if len(judged):
        known = _covariance(judged, judged, pull)
        known[np.diag_indices_from(known)] += _noise(judged_margins)
        across = _covariance(rows, judged, pull)
        doubt -= across @ np.linalg.solve(known, across.T)
    noise = _noise(margins)
    left = np.ones(len(rows), dtype=bool)
    chosen: list[int] = []
    for _ in range(min(k, len(rows))):
        settled = matter @ doubt**2 / (np.maximum(doubt.diagonal(), 0) + noise)
        best = int(np.argmax(np.where(left, settled, -1.0)))
        left[best] = False
        chosen.append(best)
        doubt -= np.outer(doubt[:, best], doubt[best]) / (doubt[best, best] + noise[best])
    return chosen


def _covariance(left: Floats, right: Floats, pull: float) -> Floats:
    return np.asarray(left @ right.T / pull + BIAS_VARIANCE)


def _noise(margins: Floats) -> Floats:
    """How little one answer says where the head is sure already: inverse logistic curvature."""
    chance = expit(margins)
    return np.asarray(1 / np.maximum(chance * (1 - chance), 0.02))
