"""What is exported of a concept: which photos, what is known of each, and its split."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier import Head
from explorer.errors import BadInput, NothingThere
from explorer.exports.families import (
    FOLDER,
    group_near,
    join_families,
    key_of_values,
    source_keys,
    value_reader,
)
from explorer.exports.splits import SPLITS, assign_splits
from explorer.folding import NEAR
from explorer.rounds import head_of
from vecdb import Collection, Concept
from vecdb.photos import MAPS, METADATA, describe_row

if TYPE_CHECKING:
    from explorer.explorer import Explorer

MATCHES, LABELS, BOTH = PHOTOS = ("matches", "labels", "both")
ALL = 10_000_000
COMPARED = 100_000  # photos that are compared with each other for near-duplicates
SHARES = (0.8, 0.1, 0.1)
# What tells that photos are the same one, or of one source.
TELLING = ("id", "url", "digest", "duplicate_of", "photographer", "camera", "taken")


@dataclass(frozen=True)
class Choice:
    """What somebody wants exported.

    Attributes:
        photos: "matches", the photos above the threshold; "labels", those that were answered;
            "both".
        negatives: how many photos below the threshold, drawn at random, go along as a no.
        shares: of the splits train, validation and test.
        seed: of the splits and of the random photos.
        together: columns whose equal values never come into two splits; "folder" is one, too.
        near: cosine above which photos are near-duplicates, which never come into two splits.
    """

    photos: str = BOTH
    negatives: int = 0
    shares: tuple[float, ...] = SHARES
    seed: int = 0
    together: tuple[str, ...] = ()
    near: float = NEAR

    def __post_init__(self) -> None:
        if self.photos not in PHOTOS:
            raise BadInput(
                f"{self.photos!r} cannot be exported: choose one of {', '.join(PHOTOS)}."
            )
        finite = all(np.isfinite(share) and share >= 0 for share in self.shares)
        if not 1 <= len(self.shares) <= len(SPLITS) or not finite or not sum(self.shares):
            raise BadInput(
                "The split is one to three shares, of train, validation and test, none below "
                "zero: for example 0.8,0.1,0.1."
            )
        if self.negatives < 0:
            raise BadInput("The number of negatives is below zero: give 0 or more.")


@dataclass(frozen=True)
class Selected:
    """The photos of an export, best first, n in all.

    Attributes:
        ids, scores, answers, matches, splits: of each photo its id, probability (n,), what the
            user answered (n,) 1, -1 or 0, whether it reaches the threshold (n,), and the row of its
            split in SPLITS (n,).
        notes: sentences on what was done.
    """

    collection: Collection
    concept: Concept
    ids: list[str]
    scores: np.ndarray
    answers: np.ndarray
    matches: np.ndarray
    splits: np.ndarray
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def positive(self) -> np.ndarray:
        """Which photos are a yes (n,) bool: by their answer, else by the threshold."""
        return np.where(self.answers == 0, self.matches, self.answers > 0)

    @property
    def class_names(self) -> tuple[str, str]:
        """What no and yes are called."""
        return f"not {self.concept.name}", self.concept.name

    def class_of(self, at: int) -> str:
        """Return what a photo's class is called."""
        answer = self.answers[at]
        return self.class_names[int(answer > 0 if answer else self.matches[at])]


def select_photos(explorer: "Explorer", concept: Concept, choice: Choice) -> Selected:
    """Choose the photos of an export, and put them into splits.

    Raises:
        NotFitted: the concept has no head yet.
        NothingThere: there is no such photo.
        BadInput: a column to keep together does not exist.
    """
    collection = explorer.database.collection(concept.collection)
    concept = explorer.concepts.get_fitted(concept.id)
    head = head_of(concept)
    answers = {row.photo_id: row.label for row in explorer.concepts.labels(concept.id) if row.label}
    scores: dict[str, float] = {}
    if choice.photos != LABELS:
        found = collection.above(head, concept.threshold, limit=ALL)
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
    )
    families = _find_families(selected, choice)
    selected.splits[:] = assign_splits(
        selected.positive.astype(np.int64), families, choice.shares, choice.seed
    )
    return selected


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


def _find_families(selected: Selected, choice: Choice) -> np.ndarray:
    n = len(selected)
    if len(choice.shares) == 1:
        return np.arange(n)
    rows = _read_rows(selected, choice.together)
    for name in choice.together:
        if name != FOLDER and all(name not in row and name not in row["extra"] for row in rows):
            raise BadInput(f"{selected.collection.name} has no column {name!r} to keep together.")
    at = {photo: place for place, photo in enumerate(selected.ids)}
    keys = [key_of_values([row[name] for row in rows]) for name in ("digest", "url")]
    names = [*(row["id"] for row in rows), *(row["duplicate_of"] for row in rows)]
    keys.append(key_of_values(names).reshape(2, -1))
    sources, note = source_keys(rows)
    keys += [sources, *(key_of_values(list(map(value_reader(n), rows))) for n in choice.together)]
    if n <= COMPARED:
        keys.append(group_near(selected.collection.vectors([r["id"] for r in rows]), choice.near))
    else:
        selected.notes.append(
            f"Near-duplicates are those that the ingest noticed: more than {COMPARED:,} photos "
            "are not compared with each other."
        )
    if note and not choice.together:
        selected.notes.append(note)
    families = np.arange(n) + len(rows)  # photos that are gone meanwhile stand alone
    families[[at[row["id"]] for row in rows]] = join_families(keys, len(rows))
    return np.unique(families, return_inverse=True)[1]


def _read_rows(selected: Selected, together: Sequence[str]) -> list[dict[str, Any]]:
    """Return what tells families of the photos that exist, in no order."""
    own = [name for name in together if name in METADATA and name not in MAPS]
    extra = MAPS if set(together) - {*own, FOLDER} else {}
    names = list(dict.fromkeys([*TELLING, *own, *extra]))
    empty: dict[str, Any] = dict.fromkeys(MAPS, ())
    return [
        describe_row({**empty, **row})
        for table in selected.collection.records.metadata(selected.ids)
        for row in table.select(names).to_pylist()
    ]
