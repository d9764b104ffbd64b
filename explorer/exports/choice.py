"""What is exported of a concept: which photos, what is known of each, and its split."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from explorer.errors import BadInput
from explorer.exports.splits import SPLITS
from explorer.folding import NEAR
from explorer.limits import check_number, check_whole
from vecdb import Collection, Concept

MATCHES, LABELS, BOTH = PHOTOS = ("matches", "labels", "both")
SHARES = (0.8, 0.1, 0.1)
SLACK = 0.02  # of shares that were rounded

Tell = Callable[[str, float], None]
"""Is told what is being done and which share of it is; what it raises stops the export."""


def say_nothing(_what: str, _share: float) -> None:
    """Let an export go on silently."""


@dataclass(frozen=True)
class Choice:
    """What somebody wants exported.

    Attributes:
        photos: "matches", the photos above the threshold; "labels", those that were answered;
            "both".
        negatives: how many photos below the threshold, drawn at random, go along as a no.
        shares: of the splits train, validation and test: of 1, of 100, or whole numbers.
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
        total = sum(self.shares)
        if (
            any(share % 1 for share in self.shares)
            and min(abs(total - 1), abs(total - 100)) > SLACK
        ):
            given = ", ".join(f"{share:g}" for share in self.shares)
            raise BadInput(
                f"The shares of the split, {given}, add up to {total:g}: make that 1, or give "
                "whole numbers such as 80,10,10."
            )
        check_whole("negatives", self.negatives)
        check_whole("seed", self.seed, most=2**63 - 1)
        check_number("near", self.near, 0, 1)


@dataclass(frozen=True)
class Selected:
    """The photos of an export, best first, n in all.

    Attributes:
        ids, scores, answers, matches, splits: of each photo its id, probability (n,), what the
            user answered (n,) 1, -1 or 0, whether it reaches the threshold (n,), and the row of its
            split in SPLITS (n,).
        notes: sentences on what was done.
        gone: ids of photos that were deleted while the export was written.
        tell: told how far it is.
    """

    collection: Collection
    concept: Concept
    ids: list[str]
    scores: np.ndarray
    answers: np.ndarray
    matches: np.ndarray
    splits: np.ndarray
    notes: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    tell: Tell = say_nothing

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
