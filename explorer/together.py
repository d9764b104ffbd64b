"""Several concepts of one collection at once: all that is said of each photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import BadInput
from explorer.mining import margin_of
from vecdb import Collection, Concept, CountedTogether

MOST = 50
"""Concepts scored at once; what a statement holds of them stays below 1 MB at 1,024 numbers."""


@dataclass(frozen=True)
class Together:
    """Photos with the probabilities of several concepts.

    Attributes:
        concepts: the concepts (m,), in the order asked.
        ids: the photos (n,).
        probabilities: (n, m) float32.
    """

    concepts: list[Concept]
    ids: list[str]
    probabilities: np.ndarray

    def accepted(self, row: int) -> list[Concept]:
        """Return the concepts that accept a photo, the surest first."""
        order = np.argsort(-self.probabilities[row], kind="stable")
        found = [(self.concepts[at], self.probabilities[row, at]) for at in order]
        return [concept for concept, score in found if score >= concept.threshold]


def list_together(
    collection: Collection,
    concepts: Sequence[Concept],
    *,
    every: Sequence[str] = (),
    no: Sequence[str] = (),
    limit: int = 100,
) -> Together:
    """List the photos that at least one concept accepts, those of most concepts first.

    Args:
        concepts: of this collection, fitted, 1 to 50.
        every, no: ids of those that must, and must not, accept a photo.

    Raises:
        BadInput: there are no concepts, too many, or those of another collection.
    """
    chosen = _check(collection, concepts)
    at = {concept.id: place for place, concept in enumerate(chosen)}
    found = collection.scores.list_together(
        chosen,
        [margin_of(concept.threshold) for concept in chosen],
        every=[at[concept] for concept in every],
        no=[at[concept] for concept in no],
        limit=limit,
    )
    return Together(chosen, found.ids, found.probabilities)


def count_together(collection: Collection, concepts: Sequence[Concept]) -> CountedTogether:
    """Count the photos that each concept accepts, and that at least one does.

    Raises:
        BadInput: see `list_together`.
    """
    chosen = _check(collection, concepts)
    cuts = [margin_of(concept.threshold) for concept in chosen]
    return collection.scores.count_together(chosen, cuts)


def _check(collection: Collection, concepts: Sequence[Concept]) -> list[Concept]:
    if not 1 <= len(concepts) <= MOST:
        raise BadInput(f"{len(concepts)} concepts were chosen: choose 1 to {MOST}.")
    for concept in concepts:
        if concept.collection != collection.name:
            raise BadInput(
                f"The concept {concept.name} is of the collection {concept.collection}: "
                f"choose concepts of {collection.name}."
            )
    return list(concepts)
