"""The next page of a concept: candidates from SQL and a pool of random photos, the choice ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from classifier import Background, Candidates, Head, mine, wanted
from pages._history import latest_labels
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
class Pool:
    """Random photos of a collection at hand: ids, vectors (n, d) float32 in the same order."""

    ids: list[str]
    vectors: np.ndarray

    def draw(self, k: int, seed: int, without: set[str]) -> Candidates:
        """Draw up to k of them, others for each seed."""
        order = np.random.default_rng(seed).permutation(len(self.ids))
        rows = [int(at) for at in order if self.ids[at] not in without][:k]
        return Candidates([self.ids[at] for at in rows], self.vectors[rows])


@dataclass
class Mined:
    """A page, the vectors of its photos, and what the survey told of the collection.

    `counts` (100,) is the histogram of probabilities; `agreement` the share of accepted photos that
    the head before accepted too.
    """

    tiles: list[Tile]
    upcoming: list[str]
    counts: list[int]
    agreement: float
    vectors: dict[str, np.ndarray] = field(default_factory=dict)


def mine_page(
    collection: Collection,
    concept: Concept,
    head: Head,
    background: Background,
    pool: Pool,
    judged: np.ndarray,
    labels: np.ndarray,
    number: int,
    history: Sequence[Label],
) -> Mined:
    """Choose the page of round `number`; it is full as long as unjudged photos remain.

    Args:
        judged: (n, d) vectors of the photos judged so far; labels: (n,) 1 or -1.
        history: every label of the concept, oldest first.
    """
    size = int(concept.settings.get("page_size", 25))
    # Before anything is judged the user sees what was asked for: the nearest photos.
    strategy = str(concept.settings.get("strategy", "mixed")) if len(labels) else "top"
    need = wanted(strategy, size)
    known = len(concept.weights) > 0
    answered = {photo for photo, label in latest_labels(history).items() if label}
    for exclude in (_skipped(history, number), []):
        drawn = pool.draw(need.sample, number, answered | set(exclude))
        enough = len(drawn.ids) == need.sample or strategy != "random"
        found = collection.survey(
            head.weights,
            head.bias,
            top=need.top,
            boundary=need.boundary,
            sample=0 if enough else need.sample,
            seed=number,
            bins=BINS,
            before=(concept.weights, concept.bias) if known else None,
            cut=_margin(concept.threshold),
            exclude=exclude,
            exclude_concept=concept.id,
        )
        vectors = {**found.vectors, **dict(zip(drawn.ids, drawn.vectors, strict=True))}
        picks = mine(
            _candidates(found.top, vectors, collection.dim),
            _candidates(found.boundary, vectors, collection.dim),
            drawn if enough else _candidates(found.sample, vectors, collection.dim),
            head=head,
            background=background,
            strategy=strategy,
            k=size,
            judged=judged,
            labels=labels,
        )
        if len(picks) == size or not exclude:
            break
    counts = [int(count) for count in found.counts]
    chosen = {pick.id: vectors[pick.id] for pick in picks}
    upcoming = [photo for photo in found.top if photo not in chosen][:size]
    scores = head.probabilities(_stacked(vectors, list(chosen), collection.dim))
    tiles = [
        Tile(pick.id, pick.reason, score=rounded(score))
        for pick, score in zip(picks, scores, strict=True)
    ]
    return Mined(tiles, upcoming, counts, found.agreement, chosen)


def _margin(probability: float) -> float:
    """Return the margin of a probability; 0 and 1, which have none, become very small and large."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))


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
