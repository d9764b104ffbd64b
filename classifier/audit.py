"""An honest estimate of precision, recall and matches from a few well-chosen questions.

Clicked pages say nothing fair of a classifier: they were chosen by it. An audit draws anew, at
random within strata of the ranking, and weights every answer by how many photos it stands for.
"""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .errors import ClassifierError
from .falling import draw_matches

DRAWS = 4000
FEWEST = 4
"""Photos asked about in every stratum, however unlikely a match is there."""
BELOW = 0.7
"""Questions asked below the threshold for each one above it."""


@dataclass(frozen=True)
class Stratum:
    """Photos of one stretch of the ranking: ranks start .. stop - 1, rank 0 the highest score."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many photos it holds."""
        return self.stop - self.start


@dataclass(frozen=True)
class Audit:
    """What to ask: for each stratum the ranks drawn, in the order drawn.

    A larger audit with the same seed begins with the smaller one's ranks, so no answer is wasted.
    """

    accepted: int
    strata: tuple[Stratum, ...]
    ranks: tuple[tuple[int, ...], ...]

    @property
    def questions(self) -> int:
        """How many photos are asked about."""
        return sum(len(ranks) for ranks in self.ranks)


@dataclass(frozen=True)
class Interval:
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Findings:
    """Precision and recall at the threshold, and the number of true matches in the collection.

    Attributes:
        precision: None where no photo is at or above the threshold.
        recall: None where no answer was a yes: there is nothing to tell it by.
    """

    precision: Interval | None
    recall: Interval | None
    matches: Interval


def strata(total: int, accepted: int) -> tuple[Stratum, ...]:
    """Cut the ranking where it matters: in halves above the threshold, in ever longer steps below.

    Args:
        total: photos in the collection.
        accepted: those at or above the threshold.

    Returns:
        Strata that cover all ranks once; none reaches across the threshold.

    Raises:
        ClassifierError: they are no whole numbers, or accepted is not within 0 .. total.
    """
    total, accepted = _whole("total", total), _whole("accepted", accepted)
    if not 0 <= accepted <= total:
        raise ClassifierError(f"{accepted} accepted of {total} photos; count them again")
    edges = [0, accepted // 2, accepted]
    step = max(accepted // 2, 20)
    while edges[-1] < total:
        edges.append(min(edges[-1] + step, total))
        step *= 3
    return tuple(Stratum(a, b) for a, b in pairwise(edges) if b > a)


def plan(total: int, accepted: int, *, width: float = 0.1, seed: int = 0) -> Audit:
    """Say which photos to ask about so that precision is known to +- `width`.

    Above the threshold are asked as many as a precision of .8 would need; below it fewer, by the
    root of each stratum's size, which is best where the matches thin out as the strata grow.

    Args:
        total: photos in the collection.
        accepted: those at or above the threshold, from SQL.
        width: wanted half-width of the 95 % interval of precision, 0 < width < 1.
        seed: of the random draw.

    Returns:
        Audit; its ranks are positions in the ranking by score, for SQL's OFFSET.

    Raises:
        ClassifierError: a number is out of range, or one that counts is not whole.
    """
    accepted, seed = _whole("accepted", accepted), _whole("seed", seed)
    if not isinstance(width, Real) or not 0 < width < 1:
        raise ClassifierError(f"width {width} is no half-width of a share; use for example 0.1")
    parts = strata(total, accepted)
    share = int(np.ceil(0.16 * (1.96 / width) ** 2))
    above = [part.size if part.stop <= accepted else 0 for part in parts]
    below = [0.0 if part.stop <= accepted else float(np.sqrt(part.size)) for part in parts]
    ranks = []
    for index, part in enumerate(parts):
        weights, asked = (above, share) if part.stop <= accepted else (below, BELOW * share)
        wanted = int(np.ceil(asked * weights[index] / max(sum(weights), 1e-9)))
        order = np.random.default_rng((seed, index)).permutation(part.size)
        ranks.append(tuple((part.start + order[: max(wanted, FEWEST)]).tolist()))
    return Audit(accepted, parts, tuple(ranks))


def count_given(audit: Audit, labels: Mapping[int, int]) -> dict[int, int]:
    """Return the labels given before an audit that may count as answers in it.

    The draw is random over all photos, judged or not, so a label says as much as an answer given
    now. It is taken for right unless it lies on the other side of the threshold: then it may be a
    slip, and the photo should be asked about like any other.

    Args:
        audit: what would be asked.
        labels: 1 yes, -1 no, by rank; those of photos that were not drawn are of no use.
    """
    drawn = (rank for ranks in audit.ranks for rank in ranks)
    sides = {rank: 1 if rank < audit.accepted else -1 for rank in drawn}
    return {rank: side for rank, side in sides.items() if labels.get(rank) == side}


def estimate(audit: Audit, answers: Sequence[Sequence[int]], *, seed: int = 0) -> Findings:
    """Turn the answers into precision, recall and matches with 95 % intervals.

    The matches of all strata are drawn together (`draw_matches`), supposing only that their share
    does not rise from one stratum to the next below, and so that a stratum asked in full is
    certain. The estimates are the draws' medians; docs/measurements/learning.md has figures.

    Args:
        audit: what was asked.
        answers: for each stratum the answers to its ranks in their order: 1 yes, -1 no, 0 skipped.
        seed: of the draws.

    Returns:
        Findings; precision and recall are shares in [0, 1], or None.

    Raises:
        ClassifierError: answers and ranks differ in number.
    """
    if [len(given) for given in answers] != [len(asked) for asked in audit.ranks]:
        raise ClassifierError("an audit needs one answer (1, -1 or 0) for each of its ranks")
    drawn = draw_matches(
        [part.size for part in audit.strata],
        [sum(answer > 0 for answer in given) for given in answers],
        [sum(answer < 0 for answer in given) for given in answers],
        DRAWS,
        np.random.default_rng(seed),
    )
    accepted = np.array([part.stop <= audit.accepted for part in audit.strata], bool)
    above, matches = drawn[:, accepted].sum(axis=1), drawn.sum(axis=1)
    is_any = any(answer > 0 for given in answers for answer in given)
    return Findings(
        _interval(above / audit.accepted) if audit.accepted else None,
        _interval(above / matches) if is_any else None,  # what was a yes is in every draw
        _interval(matches),
    )


def _whole(name: str, value: Any) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ClassifierError(f"{name} must be a whole number from 0, not {value!r:.40}")
    return number


def _interval(draws: Floats | NDArray[np.int64]) -> Interval:
    low, value, high = np.quantile(draws, (0.025, 0.5, 0.975))
    return Interval(float(value), float(low), float(high))
