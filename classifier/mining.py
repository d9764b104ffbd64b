"""Which photos to ask about next, each with the reason it was chosen.

Every strategy works on candidates that SQL can give at a million photos: the best by the head,
those nearest its boundary, a random sample. None of them sees the whole collection.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from .arrays import as_rows, usable
from .background import Background
from .candidates import Candidates, Page, Pick, Reason
from .doubt import most_telling
from .errors import ClassifierError
from .frame import frame_of
from .head import Head

STRATEGIES = ("mixed", "top", "boundary", "random", "diverse")
TOP_SHARE = 0.4
"""Part of a mixed page that goes to the photos the head believes in most."""
FIRST_SHARPNESS = 2.5
"""How much surer than its prior the prompt is taken to be on the first page; 1.5 to 3 is flat."""


@dataclass(frozen=True)
class Wanted:
    """How many candidates of each source to fetch for a page; 0 means it is not read."""

    top: int
    boundary: int
    sample: int


def plan_candidates(strategy: str = "mixed", k: int = 25) -> Wanted:
    """Say what to fetch before `mine`.

    Raises:
        ClassifierError: the strategy is unknown.
    """
    deep = max(8 * k, 200)
    sizes = {
        "mixed": Wanted(top=deep, boundary=max(4 * k, 100), sample=200),
        "top": Wanted(top=k, boundary=0, sample=0),
        "boundary": Wanted(top=0, boundary=k, sample=0),
        "random": Wanted(top=0, boundary=0, sample=k),
        "diverse": Wanted(top=deep, boundary=0, sample=0),
    }
    if strategy not in sizes:
        raise ClassifierError(f"unknown strategy {strategy!r}; use one of {', '.join(STRATEGIES)}")
    return sizes[strategy]


def mine(
    top: Candidates,
    boundary: Candidates,
    sample: Candidates,
    *,
    head: Head,
    background: Background | None = None,
    strategy: str = "mixed",
    k: int = 25,
    judged: ArrayLike = (),
    labels: ArrayLike = (),
) -> list[Pick]:
    """Choose the next page among candidates.

    "mixed" gives two fifths of the page to the top and the rest to the photos whose answers would
    settle the most (see doubt.py); while no photo has been a yes it explores instead.

    Args:
        top: unjudged photos, best by the head first.
        boundary: unjudged photos, nearest to the head's boundary first.
        sample: unjudged photos drawn at random.
        head: the head of this round.
        background: what is known of the collection, as given to `fit`.
        strategy: one of STRATEGIES.
        k: page size; fewer come back when fewer remain.
        judged: (m, d) vectors of the photos judged so far.
        labels: (m,) their answers, 1 or -1.

    Returns:
        m <= k picks without repetition, in the order to show them.

    Raises:
        ClassifierError: the strategy is unknown, or judged and labels differ in number.
        DimensionMismatch: candidates or judged photos are not of the head's dimension.
    """
    plan_candidates(strategy, k)
    pool = _Pool.of(top, boundary, sample, head.dim)
    seen = as_rows(judged, head.dim, "judged photos", dtype=np.float32)
    if len(seen) != np.size(labels):
        raise ClassifierError(f"{len(seen)} judged photos came with {np.size(labels)} labels")
    seen = seen[usable(seen)]
    if strategy in ("top", "boundary", "random"):
        page = Page(pool.ids, pool.rows, seen[:0], k)
        page.fill_with_copies(pool.sources[strategy], _REASON[strategy])
        return page.picks
    page = Page(pool.ids, pool.rows, seen, k)
    if strategy == "mixed":
        _fill_mixed(page, pool, head, background, seen, yes=_yes(labels), k=k)
    page.fill(pool.sources["top"], "top", k)
    for name, order in pool.sources.items():
        page.fill(order, _REASON[name], k)
    page.fill_with_copies(range(len(pool.ids)), "top")
    return page.picks


_REASON: dict[str, Reason] = {"top": "top", "boundary": "boundary", "random": "random"}


@dataclass(frozen=True, eq=False)
class _Pool:
    """All candidates once: ids (n,), rows (n, d), and each source as row numbers in its order."""

    ids: list[str]
    rows: NDArray[np.float32]
    sources: dict[str, list[int]]

    @classmethod
    def of(cls, top: Candidates, boundary: Candidates, sample: Candidates, dim: int) -> "_Pool":
        named = {"top": top, "boundary": boundary, "random": sample}
        ids = [id for source in named.values() for id in source.ids]
        rows = np.vstack(
            [as_rows(source.vectors, dim, dtype=np.float32) for source in named.values()]
        )
        first: dict[str, int] = {}
        for row, id in enumerate(ids):
            first.setdefault(id, row)
        place = {id: row for row, id in enumerate(first)}
        sources = {name: [place[id] for id in source.ids] for name, source in named.items()}
        return cls(list(first), rows[list(first.values())], sources)


def _yes(labels: ArrayLike) -> int | None:
    """How many answers were a yes; None before any answer."""
    answers = np.asarray(labels, dtype=np.float64).ravel()
    return int((answers > 0).sum()) if len(answers) else None


def _fill_mixed(
    page: Page,
    pool: _Pool,
    head: Head,
    background: Background | None,
    judged: NDArray[np.float32],
    *,
    yes: int | None,
    k: int,
) -> None:
    cold = yes == 0  # answers came, and not one of them was a yes
    if not cold:
        page.fill(pool.sources["top"], "top", round(TOP_SHARE * k))
    frame = frame_of(background, pool.rows)
    margins = head.margins(pool.rows)
    if not len(judged) and len(margins):
        # Before any answer the bias is a guess: call the last photo of a plain page an even bet.
        margins = FIRST_SHARPNESS * (margins - np.sort(margins)[-min(k, len(margins))])
    chance = expit(margins)
    # Exploring, doubt counts alike everywhere: the head has shown that it looks in the wrong place.
    matter = np.ones(len(margins)) if cold else chance * (1 - chance)
    fresh = np.asarray(page.fresh(), dtype=np.int64)
    known = np.vstack([judged, pool.rows[page.chosen]])
    known_margins = head.margins(known)
    order = most_telling(
        frame.into(pool.rows[fresh]),
        margins[fresh],
        frame.into(known),
        known_margins,
        matter[fresh],
        2 * k,
        yes=yes or 0,
    )
    page.fill((int(fresh[row]) for row in order), "explore" if cold else "boundary", k)
