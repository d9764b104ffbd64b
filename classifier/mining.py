"""Which photos to ask about next, each with the reason it was chosen.

Every strategy works on candidates that SQL can give at a million photos: the best by the head,
those nearest its boundary, a random sample. None of them sees the whole collection.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats, as_rows
from .errors import ClassifierError

Reason = Literal["top", "boundary", "random", "explore"]
STRATEGIES = ("mixed", "top", "boundary", "random", "diverse")
SAME_PICTURE = 0.98
"""Cosine from which two vectors count as one picture (a copy, a crop, the next frame)."""


@dataclass(frozen=True)
class Pick:
    """One photo for the next page and why it is there."""

    id: str
    reason: Reason


@dataclass(frozen=True, eq=False)
class Candidates:
    """Photos nobody has judged, best first: ids of n photos, vectors (n, d) unit rows."""

    ids: Sequence[str]
    vectors: NDArray[np.float32]

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.vectors):
            raise ClassifierError(f"{len(self.ids)} ids came with {len(self.vectors)} vectors")


@dataclass(frozen=True)
class Wanted:
    """How many candidates of each source a strategy can use for a page."""

    top: int
    boundary: int
    sample: int


def wanted(strategy: str = "mixed", k: int = 25) -> Wanted:
    """Say what to fetch before `mine`: 0 means the source is not read.

    Raises:
        ClassifierError: the strategy is unknown.
    """
    deep = max(8 * k, 200)
    sizes = {
        "mixed": Wanted(deep, 4 * k, 2 * k),
        "top": Wanted(k, 0, 0),
        "boundary": Wanted(0, k, 0),
        "random": Wanted(0, 0, k),
        "diverse": Wanted(deep, 0, 0),
    }
    if strategy not in sizes:
        raise ClassifierError(f"unknown strategy {strategy!r}; use one of {', '.join(STRATEGIES)}")
    return sizes[strategy]


def mine(
    top: Candidates,
    boundary: Candidates,
    sample: Candidates,
    *,
    strategy: str = "mixed",
    k: int = 25,
    judged: ArrayLike = (),
    labels: ArrayLike = (),
) -> list[Pick]:
    """Choose the next page among candidates.

    Args:
        top: unjudged photos, best by the head first.
        boundary: unjudged photos, nearest to the head's boundary first.
        sample: unjudged photos drawn at random.
        strategy: one of STRATEGIES.
        k: page size; fewer come back when fewer remain.
        judged: (m, d) vectors of the photos judged so far.
        labels: (m,) their answers, 1 or -1, in the order they were given.

    Returns:
        m <= k picks without repetition, in the order to show them.

    Raises:
        ClassifierError: the strategy is unknown.
    """
    wanted(strategy, k)
    if strategy in ("top", "boundary", "random"):
        source = {"top": top, "boundary": boundary, "random": sample}[strategy]
        return _plain(source, strategy, k)  # type: ignore[arg-type]
    page = _Page(k, judged)
    if strategy == "diverse":
        page.fill(top, "top", k)
        return page.picks
    cold = len(np.ravel(labels)) > 0 and not (np.ravel(labels) > 0).any()
    if cold:
        page.fill(_spread(top), "explore", k - k // 3)
        page.fill(sample, "random", k)
    page.fill(top, "top", max(1, round(k * 2 / 3)))
    page.fill(boundary, "boundary", k)
    for source, reason in ((top, "top"), (boundary, "boundary"), (sample, "random")):
        page.fill(source, reason, k)  # type: ignore[arg-type]
    return page.picks


def _plain(source: Candidates, reason: Reason, k: int) -> list[Pick]:
    return [Pick(id, reason) for id in list(source.ids)[:k]]


def _spread(top: Candidates) -> Candidates:
    """Take every n-th of the deep list, so that a page of them reaches to its end."""
    steps = max(1, len(top.ids) // 25)
    return Candidates(list(top.ids)[::steps], top.vectors[::steps])


class _Page:
    """A page being filled: no photo twice, no near-duplicate of one on it or one judged."""

    def __init__(self, k: int, judged: ArrayLike) -> None:
        self.k = k
        self.picks: list[Pick] = []
        self._seen: list[Floats] = list(np.atleast_2d(np.asarray(judged, dtype=np.float64)))
        self._ids: set[str] = set()

    def fill(self, source: Candidates, reason: Reason, upto: int) -> None:
        """Append fresh photos of the source until the page holds `upto`."""
        for id, vector in self._fresh(source):
            if len(self.picks) >= min(upto, self.k):
                return
            self._ids.add(id)
            self._seen.append(vector)
            self.picks.append(Pick(id, reason))

    def _fresh(self, source: Candidates) -> Iterator[tuple[str, Floats]]:
        if not len(source.ids):
            return
        dim = np.shape(source.vectors)[1]
        for id, vector in zip(source.ids, as_rows(source.vectors, dim), strict=True):
            if id not in self._ids and not self._has_like(vector):
                yield id, vector

    def _has_like(self, vector: Floats) -> bool:
        known = [other for other in self._seen if len(other) == len(vector)]
        return bool(known) and float(np.max(np.asarray(known) @ vector)) > SAME_PICTURE
