"""The next page of a concept: candidates from SQL and a pool of random photos, the choice ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier import Candidates, Head, mine, wanted
from explorer.history import History
from explorer.memory import Known
from explorer.settings import Settings, Tile
from vecdb import Concept, Scope

# Skipped photos stay away for this many rounds, so that the next page does not show them again.
SKIPPED_ROUNDS = 3
# A bin a hundredth: the count above any threshold the page offers is exact.
BINS = 100


@dataclass(frozen=True)
class Standing:
    """Where a concept stands when page `number` is wanted: its new head and what led to it.

    `judged` (n, d) are the photos judged so far, `labels` (n,) 1 or -1, `history` every label of
    the concept; `concept` still holds the head before.
    """

    concept: Concept
    settings: Settings
    number: int
    head: Head
    judged: np.ndarray
    labels: np.ndarray
    history: History


@dataclass
class Mined:
    """A page, and what the survey told of the collection.

    `counts` (100,) is the histogram of probabilities; `agreement` the share of accepted photos that
    the head before accepted too.
    """

    tiles: list[Tile]
    upcoming: list[str]
    counts: list[int]
    agreement: float


def mine_page(known: Known, standing: Standing) -> Mined:
    """Choose the page; it is full as long as unjudged photos remain."""
    collection, concept = known.collection, standing.concept
    head, number, labels = standing.head, standing.number, standing.labels
    size = standing.settings.page_size
    # Before anything is judged the user sees what was asked for: the nearest photos.
    strategy = "mixed" if len(labels) else "top"
    need = wanted(strategy, size)
    history = standing.history
    for skipped in (history.skipped_since(number - SKIPPED_ROUNDS), []):
        # The latest answers may still be on their way into the table that the database looks at.
        exclude = [*history.last_answered(), *skipped]
        drawn = known.pool.draw(need.sample, number, {*history.judged, *exclude})
        found = collection.survey(
            head,
            Scope(exclude, concept.id),
            top=need.top,
            boundary=need.boundary,
            bins=BINS,
            before=concept if len(concept.weights) else None,
            cut=_margin(concept.threshold),
            at_hand=known.vectors,
        )
        known.remember(found.vectors)
        vectors = {**found.vectors, **dict(zip(drawn.ids, drawn.vectors, strict=True))}
        picks = mine(
            _candidates(found.top, vectors, collection.dim),
            _candidates(found.boundary, vectors, collection.dim),
            drawn,
            head=head,
            background=known.background,
            strategy=strategy,
            k=size,
            judged=standing.judged,
            labels=labels,
        )
        if len(picks) == size or not skipped:
            break
    counts = [int(count) for count in found.counts]
    chosen = {pick.id: vectors[pick.id] for pick in picks}
    upcoming = [photo for photo in found.top if photo not in chosen][:size]
    scores = head.probabilities(_stacked(vectors, list(chosen), collection.dim))
    tiles = [
        Tile(pick.id, pick.reason, score=round_score(score))
        for pick, score in zip(picks, scores, strict=True)
    ]
    return Mined(tiles, upcoming, counts, found.agreement)


def _margin(probability: float) -> float:
    """Return the margin of a probability; 0 and 1, which have none, become very small and large."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))


def _candidates(ids: list[str], vectors: Mapping[str, np.ndarray], dim: int) -> Candidates:
    return Candidates(ids, _stacked(vectors, ids, dim))


def _stacked(vectors: Mapping[str, np.ndarray], ids: Sequence[str], dim: int) -> np.ndarray:
    return np.asarray([vectors[photo] for photo in ids], np.float32).reshape(-1, dim)


def round_score(score: float | None) -> float | None:
    """Round a probability for keeping; None stays None."""
    return None if score is None else round(float(score), 4)
