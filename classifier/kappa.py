"""How far two people agree who judged the same photos."""

import numpy as np

from classifier.audit import Interval

DRAWS = 20_000


def compute_kappa(first: np.ndarray, second: np.ndarray) -> Interval | None:
    """Return Cohen's kappa of two people's answers, with its 95 % interval.

    Kappa is the agreement beyond what chance alone would give (Cohen 1960). The interval is
    Bayesian: 2.5 and 97.5 % of kappa under a Dirichlet(1/2, ...) prior on the four kinds of pairs
    (Basu, Banerjee and Sen 2000), so that it is honest for a few photos, too, also where all agree.

    Args:
        first, second: (n,) answers to the same photos, 1 yes, -1 no.

    Returns:
        None where kappa says nothing: without photos, or where both gave one answer only.
    """
    yes, other = np.asarray(first) > 0, np.asarray(second) > 0
    pairs = np.bincount(2 * yes.astype(np.int64) + other, minlength=4)
    if len(yes) in (pairs[0], pairs[3]):
        return None
    value = float(_kappa_of(pairs[None] / pairs.sum())[0])
    drawn = np.random.default_rng(0).dirichlet(pairs + 0.5, DRAWS)
    low, high = np.quantile(_kappa_of(drawn), [0.025, 0.975])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def _kappa_of(shares: np.ndarray) -> np.ndarray:
    """Return kappa (m,) of shares (m, 4) of the pairs no-no, no-yes, yes-no, yes-yes."""
    agreed = shares[:, 0] + shares[:, 3]
    first, second = shares[:, 2] + shares[:, 3], shares[:, 1] + shares[:, 3]
    by_chance = first * second + (1 - first) * (1 - second)
    return (agreed - by_chance) / (1 - by_chance)
