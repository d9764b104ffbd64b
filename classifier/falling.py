"""How many photos of each stratum of a ranking match, where the share falls from one to the next.

A ranking that is worth anything holds fewer matches the deeper one looks. Saying so lets every
answer speak for its neighbours: a hundred photos asked about without a match say that the thousands
behind them hold few, though only three of those were asked about.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from .arrays import Floats

STEP = 0.1
LOG_ODDS = np.arange(-16.0, 10.0, STEP)
"""Shares of matches considered, as log odds: one in nine million to all but one in 20,000."""
LEAST = 1e-200
"""Chance that every one of the log odds keeps, so that none is zero by rounding."""
FALLS = (0.5, 1.0, 2.0, 4.0)
"""Mean falls of the log odds from one stratum to the next, equally likely before any answer."""


def draw_matches(
    sizes: Sequence[int],
    yes: Sequence[int],
    no: Sequence[int],
    draws: int,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw how many photos of each stratum match, given what was answered in it.

    The first stratum's share has Jeffreys' prior; the log odds of each further one lie below the
    last by an exponential fall. On a grid of log odds this is a hidden Markov chain, drawn from
    exactly, forward filtering and backward sampling (Carter and Kohn, 1994). Photos not asked about
    are drawn given the share, so that a stratum asked in full is certain.

    Args:
        sizes: photos of each of s strata, the highest scores first.
        yes: answers in each that say match.
        no: answers in each that say no match.
        draws: how many to draw.
        random: source of chance.

    Returns:
        (draws, s) matches.
    """
    total, right, wrong = np.array([sizes, yes, no], np.int64).reshape(3, -1)
    logs = np.outer(right, log_expit(LOG_ODDS)) + np.outer(wrong, log_expit(-LOG_ODDS))
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    filtered = [_filter(likelihood, _fall(mean)) for mean in FALLS]
    evidence = np.array([weight for _, weight in filtered])
    chances = np.exp(evidence - evidence.max())
    times = random.multinomial(draws, chances / chances.sum())
    states = [
        _sample(shares, _fall(mean), count, random)
        for (shares, _), mean, count in zip(filtered, FALLS, times, strict=True)
    ]
    odds = LOG_ODDS[np.concatenate(states)] + STEP * (random.random((draws, len(total))) - 0.5)
    return np.asarray(right + random.binomial(total - right - wrong, expit(odds)))


def _filter(likelihood: Floats, fall: Floats) -> tuple[Floats, float]:
    """Chances (s, g) of each stratum's log odds given the answers down to it, and log evidence."""
    chances = np.exp(0.5 * (log_expit(LOG_ODDS) + log_expit(-LOG_ODDS)))  # Jeffreys'
    chances, evidence, filtered = chances / chances.sum(), 0.0, np.empty_like(likelihood)
    for row, likely in enumerate(likelihood):
        chances = (chances @ fall if row else chances) * likely
        evidence += np.log(chances.sum())
        filtered[row] = chances = np.maximum(chances / chances.sum(), LEAST)
    return filtered, evidence


def _sample(
    filtered: Floats, fall: Floats, count: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw grid places (count, s) of all strata, the deepest first."""
    grid, places = len(LOG_ODDS), np.empty((count, len(filtered)), np.int64)
    behind = np.zeros(count, np.int64)
    for row in reversed(range(len(filtered))):
        deepest = row == len(filtered) - 1
        upto = np.cumsum(filtered[row] * (1.0 if deepest else fall.T), axis=-1).reshape(-1, grid)
        # One sorted line holds the distributions for all places behind, each a whole number on.
        line = (upto / upto[:, -1:] + np.arange(len(upto))[:, None]).ravel()
        found = np.searchsorted(line, behind + random.random(count)) - behind * grid
        places[:, row] = behind = np.minimum(found, grid - 1)
    return places


@cache
def _fall(mean: float) -> Floats:
    """Chances (g, g) of falling from one of the log odds (rows) to another."""
    down = LOG_ODDS[:, None] - LOG_ODDS
    chances = np.where(down > -STEP / 2, np.exp(-np.abs(down) / mean), 0.0)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))
