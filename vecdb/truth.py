"""The labels that photos came with, held against what a concept says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vecdb.concept import Concept
from vecdb.connection import Connection
from vecdb.heads import head_parameters


@dataclass(frozen=True)
class Agreement:
    """How many photos match and have a label, match alone, have it alone, do neither."""

    both: int
    above: int
    below: int
    neither: int

    @property
    def labelled(self) -> int:
        """How many photos have any label: the others are left out."""
        return self.both + self.above + self.below + self.neither

    @property
    def precision(self) -> float | None:
        """Share of the matches that have the label, None without a match."""
        matches = self.both + self.above
        return self.both / matches if matches else None

    @property
    def recall(self) -> float | None:
        """Share of the photos with the label that match, None without such a photo."""
        truth = self.both + self.below
        return self.both / truth if truth else None


@dataclass(frozen=True)
class Difference:
    """A photo on which score and label differ: the label as stored, and whether it is the one."""

    id: str
    label: str
    score: float
    truth: bool


class TruthStore:
    """The labels that the photos of all collections came with. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def labels(self, collection: str) -> dict[str, int]:
        """Return how many photos have each label, the most frequent first; `cat|dog` are two."""
        found = self._connection.select("truth/labels", table=collection)
        names, counts = (found.column(name).to_pylist() for name in ("name", "count"))
        return dict(zip(names, counts, strict=True))

    def agreement(self, concept: Concept, label: str) -> Agreement:
        """Count how a concept's matches and a label agree."""
        found = self._connection.select(
            "truth/counts", _parameters(concept, label), table=concept.collection
        )
        return Agreement(**found.to_pylist()[0])

    def differences(
        self, concept: Concept, label: str, *, sides: Sequence[int] = (0, 1), limit: int
    ) -> list[Difference]:
        """List the photos on which they differ, the likeliest errors first.

        Args:
            sides: 0 for matches without the label, 1 for photos with the label that do not match.
        """
        parameters = {**_parameters(concept, label), "sides": list(sides), "k": limit}
        found = self._connection.select("truth/differences", parameters, table=concept.collection)
        return [
            Difference(row["id"], row["own"], row["score"], bool(row["truth"]))
            for row in found.to_pylist()
        ]


def _parameters(concept: Concept, label: str) -> dict[str, Any]:
    about = {"probability": float(concept.threshold), "label": label}
    return {**head_parameters(concept, len(concept.weights)), **about}
