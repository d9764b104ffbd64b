"""Choose the photos of an export, and put them into splits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from classifier import Head
from explorer.errors import NothingThere
from explorer.exports.choice import LABELS, MATCHES, Choice, Selected, Tell, say_nothing
from explorer.exports.grouping import find_families
from explorer.exports.splits import SPLITS, assign_splits
from explorer.fitting import head_of
from explorer.history import read_history
from vecdb import Collection, Concept

if TYPE_CHECKING:
    from explorer.explorer import Explorer

ALL = 10_000_000


def select_photos(
    explorer: "Explorer", concept: Concept, choice: Choice, tell: Tell = say_nothing
) -> Selected:
    """Choose the photos of an export, and put them into splits.

    Args:
        tell: told how far the export is, from now to its end.

    Raises:
        NotFitted: the concept has no head yet.
        NothingThere: there is no such photo.
        BadInput: a column to keep together does not exist.
    """
    collection = explorer.database.collection(concept.collection)
    concept = explorer.concepts.get_fitted(concept.id)
    head = head_of(concept)
    tell("Scoring the collection", 0.0)
    answers = read_history(explorer.concepts, concept).judged
    scores: dict[str, float] = {}
    if choice.photos != LABELS:
        found = collection.scores.above(head, concept.threshold, limit=ALL)
        scores |= zip(found.ids, map(float, found.scores), strict=True)
    if choice.photos != MATCHES:
        scores |= _score(collection, head, [photo for photo in answers if photo not in scores])
    if choice.negatives:
        scores |= _draw_negatives(collection, head, {*scores, *answers}, choice)
    if not scores:
        raise NothingThere(_describe_nothing(concept, choice))
    ids = sorted(scores, key=lambda photo: (-scores[photo], photo))
    probabilities = np.array([scores[photo] for photo in ids], np.float32)
    given = np.array([answers.get(photo, 0) for photo in ids], np.int8)
    selected = Selected(
        collection,
        concept,
        ids,
        probabilities,
        given,
        probabilities >= np.float32(concept.threshold),
        np.zeros(len(ids), np.int8),
        tell=tell,
    )
    families, notes = find_families(collection, ids, choice, tell)
    selected.notes.extend(notes)
    selected.splits[:] = assign_splits(
        selected.positive.astype(np.int64), families, choice.shares, choice.seed
    )
    selected.notes.extend(_describe_lacks(selected, choice.shares))
    return selected


def _describe_lacks(selected: Selected, shares: Sequence[float]) -> Iterator[str]:
    """Yield which splits are empty, or lack one of the two classes that the photos have."""
    for at, (name, share) in enumerate(zip(SPLITS, shares, strict=False)):
        held = selected.splits == at
        if share and not held.any():
            yield f"The split {name} is empty: the photos are too few, or belong together."
        elif share and len(set(selected.positive[held])) < len(set(selected.positive)):
            lack = "no" if selected.positive[held][0] else "yes"
            yield f"No photo of the split {name} is a {lack}: they are too few, or belong together."


def _score(collection: Collection, head: Head, ids: Sequence[str]) -> dict[str, float]:
    known, vectors = collection.known_vectors(ids)
    return dict(zip(known, map(float, head.probabilities(vectors)), strict=True)) if known else {}


def _draw_negatives(
    collection: Collection, head: Head, chosen: set[str], choice: Choice
) -> dict[str, float]:
    """Draw photos below the threshold; of a collection with fewer, all."""
    drawn: dict[str, float] = {}
    asked = choice.negatives + len(chosen)
    while len(drawn) < choice.negatives:
        found = collection.sample(min(asked, ALL), seed=choice.seed, with_vectors=True)
        assert found.vectors is not None
        for photo, score in zip(found.ids, head.probabilities(found.vectors), strict=True):
            if photo not in chosen and score < head.threshold and len(drawn) < choice.negatives:
                drawn[photo] = float(score)
        if len(found) < asked:
            break
        asked *= 2
    return drawn


def _describe_nothing(concept: Concept, choice: Choice) -> str:
    if choice.photos == LABELS:
        return (
            f"Nobody has answered about a photo of {concept.name!r}: there is no label to export."
        )
    return (
        f"No photo reaches the threshold {concept.threshold:.2f} of {concept.name!r}: lower it, or "
        "export its labels."
    )
