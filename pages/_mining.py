"""The next page of a concept: candidates from SQL and a pool of random photos, the choice ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier import Candidates, Head, mine, wanted
from pages._history import latest_labels
from pages._memory import Known
from vecdb import Collection, Concept, Label

# Skipped photos stay away for this many rounds, so that the next page does not show them again.
SKIPPED_ROUNDS = 3
# A bin a hundredth: the count above any threshold the page offers is exact.
BINS = 100


@dataclass(frozen=True)
class Tile:
    """A photo on a page: why it is there, its probability, the mark (1, 0, -1) it opens with."""

    photo_id: str
    reason: str
    mark: int = 0
    score: float | None = None


@dataclass(frozen=True)
class Standing:
    """Where a concept stands when page `number` is wanted: its new head and what led to it.

    `judged` (n, d) are the photos judged so far, `labels` (n,) 1 or -1, `history` every label of
    the concept, oldest first; `concept` still holds the head before.
    """

    concept: Concept
    number: int
    head: Head
    judged: np.ndarray
    labels: np.ndarray
    history: Sequence[Label]


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
    size = int(concept.settings.get("page_size", 25))
    # Before anything is judged the user sees what was asked for: the nearest photos.
    strategy = str(concept.settings.get("strategy", "mixed")) if len(labels) else "top"
    need = wanted(strategy, size)
    answered = {photo for photo, label in latest_labels(standing.history).items() if label}
    for skipped in (_skipped(standing.history, number), []):
        # The latest answers may still be on their way into the table that the database looks at.
        exclude = [*_latest_answered(standing.history), *skipped]
        drawn = known.pool.draw(need.sample, number, answered | set(exclude))
        if len(drawn.ids) < need.sample and strategy == "random":
            drawn = _drawn(collection, need.sample, number, exclude, concept.id)
        found = collection.survey(
            head.weights,
            head.bias,
            top=need.top,
            boundary=need.boundary,
            bins=BINS,
            before=(concept.weights, concept.bias) if len(concept.weights) else None,
            cut=_margin(concept.threshold),
            exclude=exclude,
            exclude_concept=concept.id,
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
        Tile(pick.id, pick.reason, score=rounded(score))
        for pick, score in zip(picks, scores, strict=True)
    ]
    return Mined(tiles, upcoming, counts, found.agreement)


def _drawn(
    collection: Collection, k: int, seed: int, exclude: Sequence[str], concept_id: str
) -> Candidates:
    """Draw from the whole collection: the pool at hand has been judged to its end."""
    found = collection.sample_hits(
        k, seed=seed, exclude=exclude, exclude_concept=concept_id, with_vectors=True
    )
    assert found.vectors is not None
    return Candidates(found.ids, found.vectors)


def _margin(probability: float) -> float:
    """Return the margin of a probability; 0 and 1, which have none, become very small and large."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))


def _latest_answered(history: Sequence[Label]) -> list[str]:
    """Return the photos answered by the latest action."""
    return [row.photo_id for row in history if row.label and row.action == history[-1].action]


def _skipped(history: Sequence[Label], number: int) -> list[str]:
    """Return the photos shown lately and left unmarked."""
    latest = {row.photo_id: row for row in history}
    return [
        row.photo_id
        for row in latest.values()
        if row.label == 0
        and row.round >= number - SKIPPED_ROUNDS
        and row.action.startswith("round:")
    ]


def _candidates(ids: list[str], vectors: Mapping[str, np.ndarray], dim: int) -> Candidates:
    return Candidates(ids, _stacked(vectors, ids, dim))


def _stacked(vectors: Mapping[str, np.ndarray], ids: Sequence[str], dim: int) -> np.ndarray:
    return np.asarray([vectors[photo] for photo in ids], np.float32).reshape(-1, dim)


def rounded(score: float | None) -> float | None:
    """Round a probability for keeping; None stays None."""
    return None if score is None else round(float(score), 4)
