"""How well one concept does in the vectors of two encoders, on answers that were given already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier import Background, Head, average_precision, fit
from explorer.audits import AuditRecord

FOLDS = 5
SEEDS = 3


@dataclass(frozen=True)
class Score:
    """How well a concept does; None where too little was answered to tell.

    Attributes:
        held_out: mean average precision on answers that were left out of the fit, in folds.
        precision: at the threshold, by the last audit's answers.
        recall: at the threshold, by the last audit's answers.
    """

    held_out: float | None = None
    precision: float | None = None
    recall: float | None = None


def score_held_out(
    start: np.ndarray, background: Background, vectors: np.ndarray, labels: np.ndarray
) -> float | None:
    """Fit on four fifths of the answers and rank the rest, in turn; the mean of three divisions.

    Args:
        start: (d,) direction that the concept starts from.
        background: of the collection.
        vectors: (n, d) judged photos.
        labels: (n,) 1 or -1. The same labels in the same order are divided the same way, so that
            two encoders are asked the same questions.

    Returns:
        Mean average precision; None with fewer than two yes or two no.
    """
    folds = min(FOLDS, int((labels > 0).sum()), int((labels < 0).sum()))
    if folds < 2:
        return None
    found = []
    for seed in range(SEEDS):
        fold = _divide(labels, folds, seed)
        for left_out in range(folds):
            kept = fold != left_out
            head = fit(start, vectors[kept], labels[kept], background=background)
            scores = head.margins(vectors[~kept])
            found.append(average_precision(labels[~kept] > 0, scores))
    return float(np.mean(found))


def score_audited(
    record: AuditRecord, answers: Mapping[str, int], accepted: Mapping[str, bool]
) -> tuple[float | None, float | None]:
    """Return precision and recall by an audit's answers, each weighted by what it stands for.

    The photos were drawn for one head; weighted, they judge any other as fairly, though with a
    wider spread than its own audit would have.

    Args:
        record: the audit.
        answers: 1, -1, or 0 for not sure, by photo.
        accepted: whether the head takes a photo for a match; photos without are left out.

    Returns:
        Shares in [0, 1]; None where nothing is accepted, or nothing matches.
    """
    hits = accepts = matches = 0.0
    for part, photos in zip(record.plan.strata, record.photos, strict=True):
        asked = [photo for photo in photos if answers.get(photo) and photo in accepted]
        weight = part.size / len(asked) if asked else 0.0
        for photo in asked:
            yes = answers[photo] > 0
            hits += weight * (yes and accepted[photo])
            accepts += weight * accepted[photo]
            matches += weight * yes
    return hits / accepts if accepts else None, hits / matches if matches else None


def accepted_photos(head: Head, ids: Sequence[str], vectors: np.ndarray) -> dict[str, bool]:
    """Return whether a head takes each photo for a match."""
    likely = head.probabilities(vectors) >= head.threshold
    return {photo: bool(match) for photo, match in zip(ids, likely, strict=True)}


def _divide(labels: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Return the fold of each answer, with as many yes and no in each as can be."""
    fold = np.zeros(len(labels), np.int64)
    for at, sign in enumerate((1, -1)):
        rows = np.flatnonzero(np.sign(labels) == sign)
        rows = np.random.default_rng([seed, at]).permutation(rows)
        fold[rows] = np.arange(len(rows)) % folds
    return fold
