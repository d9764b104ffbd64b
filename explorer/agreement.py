"""What several people say of the same photos of a concept."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from classifier import compute_kappa
from classifier.audit import Interval
from explorer.history import History


@dataclass(frozen=True)
class Agreement:
    """How far two people agree.

    Attributes:
        first, second: their names; the empty one is who gave none.
        both: how many photos both judged.
        same: how many of them alike.
        kappa: Cohen's, with its 95 % interval; None where it says nothing.
        differing: the photos that they judge differently.
    """

    first: str
    second: str
    both: int
    same: int
    kappa: Interval | None
    differing: tuple[str, ...]


def compare_people(history: History) -> list[Agreement]:
    """Compare every two people who judged some of the same photos, by name."""
    said = {person: history.labels_by(person) for person in history.people}
    return [
        compare_answers(first, second, said[first], said[second])
        for first, second in combinations(said, 2)
        if said[first].keys() & said[second].keys()
    ]


def compare_answers(
    first: str, second: str, said: dict[str, int], others: dict[str, int]
) -> Agreement:
    """Compare two people's answers, 1 or -1 by photo, on the photos that both judged."""
    both = [photo for photo in said if photo in others]
    differing = tuple(photo for photo in both if said[photo] != others[photo])
    kappa = compute_kappa(
        np.asarray([said[photo] for photo in both]), np.asarray([others[photo] for photo in both])
    )
    return Agreement(first, second, len(both), len(both) - len(differing), kappa, differing)


def find_disputed(history: History) -> dict[str, dict[str, int]]:
    """Return the photos that people judge differently: who says what, in order of writing."""
    said = {
        photo: {row.by: row.label for row in votes if row.label}
        for photo, votes in history.votes.items()
    }
    return {photo: answers for photo, answers in said.items() if len(set(answers.values())) > 1}
