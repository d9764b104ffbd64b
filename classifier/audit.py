"""An honest estimate of precision, recall and matches from a few well-chosen questions.

Clicked pages say nothing fair of a classifier: they were chosen by it. An audit draws anew, at
random within strata of the ranking, and weights every answer by how many photos it stands for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .errors import ClassifierError

DRAWS = 4000
FEWEST = 4
"""Photos asked about in every stratum, however unlikely a match is there."""
SUPPOSED = (0.6, 1.0)
"""Matches supposed below the threshold before any answer, for the two ends of an interval."""


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
    """Precision and recall at the threshold, and the number of true matches in the collection."""

    precision: Interval
    recall: Interval
    matches: Interval


def strata(total: int, accepted: int) -> tuple[Stratum, ...]:
    """Cut the ranking where it matters: in halves above the threshold, in ever longer steps below.

    Args:
        total: photos in the collection.
        accepted: those at or above the threshold.

    Returns:
        Strata that cover all ranks once; none reaches across the threshold.

    Raises:
        ClassifierError: accepted is not within 0 .. total.
    """
    if not 0 <= accepted <= total:
        raise ClassifierError(f"{accepted} accepted of {total} photos; count them again")
    edges = [0, accepted // 2, accepted]
    step = max(accepted, 20)
    while edges[-1] < total:
        edges.append(min(edges[-1] + step, total))
        step *= 4
    return tuple(Stratum(a, b) for a, b in pairwise(edges) if b > a)


def plan(total: int, accepted: int, *, width: float = 0.1, seed: int = 0) -> Audit:
    """Say which photos to ask about so that precision is known to +- `width`.

    Half of the questions go above the threshold, as many as a precision of .8 would need; the other
    half below it, by the root of each stratum's size, which is best where the matches thin out as
    the strata grow.

    Args:
        total: photos in the collection.
        accepted: those at or above the threshold, from SQL.
        width: wanted half-width of the 95 % interval of precision, 0 < width < 1.
        seed: of the random draw.

    Returns:
        Audit; its ranks are positions in the ranking by score, for SQL's OFFSET.

    Raises:
        ClassifierError: a number is out of range.
    """
    if not 0 < width < 1:
        raise ClassifierError(f"width {width} is no half-width of a share; use for example 0.1")
    parts = strata(total, accepted)
    share = int(np.ceil(0.16 * (1.96 / width) ** 2))
    above = [part.size if part.stop <= accepted else 0 for part in parts]
    below = [0.0 if part.stop <= accepted else float(np.sqrt(part.size)) for part in parts]
    ranks = []
    for index, part in enumerate(parts):
        weights = above if part.stop <= accepted else below
        wanted = int(np.ceil(share * weights[index] / max(sum(weights), 1e-9)))
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

    Each stratum's share of matches is drawn from its posterior, and the photos not asked about are
    drawn given that share, so that a stratum asked in full is certain. Above the threshold the
    prior is Jeffreys'. Below it, half a match for each of many strata without a yes would add up to
    matches that nobody saw, so one supposed match is divided among them all. A lone yes deep down
    stands for hundreds of photos, though, and there a prior that supposes less tells more: the two
    ends of an interval are therefore read from two priors (Walley's imprecise beta model), fewer
    supposed matches for the end with few, more for the end with many; docs/measurements/learning.md
    has figures.

    Args:
        audit: what was asked.
        answers: for each stratum the answers to its ranks in their order: 1 yes, -1 no, 0 skipped.
        seed: of the draws.

    Returns:
        Findings; precision and recall are shares in [0, 1], NaN-free even where nothing matched.

    Raises:
        ClassifierError: answers and ranks differ in number.
    """
    if [len(given) for given in answers] != [len(asked) for asked in audit.ranks]:
        raise ClassifierError("an audit needs one answer (1, -1 or 0) for each of its ranks")
    random = np.random.default_rng(seed)
    above, fewer, more = np.zeros((3, DRAWS))
    point_above = point_below = 0.0
    deeper = sum(part.stop > audit.accepted for part in audit.strata)
    for part, given in zip(audit.strata, answers, strict=True):
        yes, no = sum(a > 0 for a in given), sum(a < 0 for a in given)
        if part.stop <= audit.accepted:
            drawn = _matches(random, part.size, yes, no, 0.5)
            above, point_above = above + drawn, point_above + _point(part, yes, no, drawn)
            continue
        low, high = (supposed / deeper for supposed in SUPPOSED)
        fewer = fewer + _matches(random, part.size, yes, no, low)
        drawn = _matches(random, part.size, yes, no, max(high, 0.5) if yes else high)
        more, point_below = more + drawn, point_below + _point(part, yes, no, drawn)
    size, matches = max(audit.accepted, 1), point_above + point_below
    return Findings(
        _interval(point_above / size, above / size, above / size),
        _interval(
            point_above / matches if matches else 1.0, _share(above, more), _share(above, fewer)
        ),
        _interval(matches, above + fewer, above + more),
    )


def _point(part: Stratum, yes: int, no: int, drawn: Floats) -> float:
    """Single best guess at a stratum's matches; the prior's where every question was skipped."""
    return part.size * yes / (yes + no) if yes + no else float(drawn.mean())


def _share(above: Floats, below: Floats) -> Floats:
    """Recall of each draw; 1 where nothing matches at all."""
    return np.divide(above, above + below, out=np.ones(DRAWS), where=above + below > 0)


def _matches(
    random: np.random.Generator, size: int, yes: int, no: int, supposed: float
) -> NDArray[np.float64]:
    """Draw how many of a stratum's photos match: (DRAWS,)."""
    share = random.beta(yes + supposed, no + 0.5, DRAWS)
    return yes + random.binomial(size - yes - no, share).astype(np.float64)


def _interval(value: float, low_end: Floats, high_end: Floats) -> Interval:
    low, high = np.quantile(low_end, 0.025), np.quantile(high_end, 0.975)
    return Interval(float(value), float(min(low, value)), float(max(high, value)))
