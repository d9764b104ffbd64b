"""The next page of a concept: candidates from SQL and a pool of random photos, the choice ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifier import (
    ASKED_A_PAGE,
    Candidates,
    Head,
    asked_from,
    doubtful_answers,
    mine,
    plan_candidates,
)
from explorer.history import SURE, History
from explorer.memory import Known
from explorer.settings import Settings, Tile
from vecdb import Concept, Scope
from vecdb.survey import SurveyPlan

# Skipped photos stay away for this many rounds, so that the next page does not show them again.
SKIPPED_ROUNDS = 3
# A bin a hundredth: the count above any threshold the page offers is exact.
BINS = 100


@dataclass(frozen=True)
class Standing:
    """Where a concept stands when page `number` is wanted: its new head and what led to it.

    `ids` name the photos judged so far, `judged` (n, d) are their vectors, `labels` (n,) 1 or -1,
    `settled` (n,) bool tells which were asked about again, `left_out` (n,) what the others say of
    each answer; `history` is every label of the concept; `concept` still holds the head before.
    """

    concept: Concept
    settings: Settings
    number: int
    head: Head
    ids: list[str]
    judged: np.ndarray
    labels: np.ndarray
    settled: np.ndarray
    left_out: np.ndarray
    history: History


@dataclass
class Mined:
    """A page, and what the survey told of the collection.

    `rows` are what tiles say of the photos that exist; `counts` (100,) is the histogram of
    probabilities; `agreement` the share of accepted photos that the head before accepted too.
    """

    tiles: list[Tile]
    rows: list[dict[str, Any]]
    upcoming: list[str]
    counts: list[int]
    agreement: float


def mine_page(known: Known, standing: Standing) -> Mined:
    """Choose the page; it is full as long as unjudged photos remain."""
    while True:
        before = set(known.gone)  # another's round may find the same photos gone meanwhile
        mined = _choose(known, standing)
        if known.notice_deleted([t.photo_id for t in mined.tiles], mined.rows) <= before:
            return mined


def _choose(known: Known, standing: Standing) -> Mined:
    collection, concept = known.collection, standing.concept
    head, number, labels = standing.head, standing.number, standing.labels
    again = _ask_again(known, standing)
    size = standing.settings.page_size - len(again)
    # Before anything is judged the user sees what was asked for: the nearest photos, none twice.
    strategy = "mixed" if len(labels) else "diverse"
    need = plan_candidates(strategy, size)
    history = standing.history
    for skipped in (history.skipped_since(number - SKIPPED_ROUNDS), []):
        # The latest answers may still be on their way into the table that the database looks at.
        exclude = [*history.last_answered(), *skipped]
        drawn = known.pool.draw(need.sample, number, {*history.answered, *exclude, *known.gone})
        found = known.survey(
            head,
            SurveyPlan(
                need.top,
                need.boundary,
                BINS,
                before=concept if len(concept.weights) else None,
                cut=margin_of(concept.threshold),
            ),
            Scope(exclude, concept.id),
            history.answered,
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
    known.remember(chosen)  # the next fit asks for them, those drawn from the pool too
    upcoming = [photo for photo in found.top if photo not in chosen][:size]
    scores = head.probabilities(_stack(vectors, list(chosen), collection.dim))
    tiles = [
        Tile(pick.id, pick.reason, score=round_score(score))
        for pick, score in zip(picks, scores, strict=True)
    ]
    tiles += again
    rows = known.describe_photos([tile.photo_id for tile in tiles])
    return Mined(tiles, rows, upcoming, counts, found.agreement)


def doubt_answers(known: Known, standing: Standing) -> list[str]:
    """Return the judged photos whose answers look like slips, the most doubtful first."""
    if standing.settings.anchor is None:
        return []
    doubted = doubtful_answers(
        np.asarray(standing.settings.anchor, np.float32),
        standing.judged,
        standing.labels,
        background=known.background,
        settled=standing.settled,
        left_out=standing.left_out,
    )
    return [standing.ids[row] for row in doubted]


def _ask_again(known: Known, standing: Standing) -> list[Tile]:
    """Return tiles that ask about answers again, each with the mark that was given."""
    size = standing.settings.page_size
    if len(standing.labels) < asked_from(size):
        return []
    most = min(ASKED_A_PAGE, size // 4)
    at = {photo: row for row, photo in enumerate(standing.ids)}
    closed = standing.history.asked_again | known.gone
    doubted = [photo for photo in doubt_answers(known, standing) if photo not in closed][:most]
    scores = standing.head.probabilities(standing.judged[[at[photo] for photo in doubted]])
    return [
        Tile(photo, SURE, int(standing.labels[at[photo]]), round_score(score))
        for photo, score in zip(doubted, scores, strict=True)
    ]


def margin_of(probability: float) -> float:
    """Return the margin of a probability; 0 and 1, which have none, become very small and large."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))


def _candidates(ids: list[str], vectors: Mapping[str, np.ndarray], dim: int) -> Candidates:
    return Candidates(ids, _stack(vectors, ids, dim))


def _stack(vectors: Mapping[str, np.ndarray], ids: Sequence[str], dim: int) -> np.ndarray:
    return np.asarray([vectors[photo] for photo in ids], np.float32).reshape(-1, dim)


def round_score(score: float | None) -> float | None:
    """Round a probability for keeping; None stays None."""
    return None if score is None else round(float(score), 4)
