"""Which photos teach, which choose the best epoch, and which only measure."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning.errors import TooFewPhotos

Rows = NDArray[np.int64]
# Fewer classes than this are all taught: holding some out would leave too few to tell apart.
LEAST_TO_HOLD_OUT = 6
# Fewer unseen classes than this say little: other classes have to be unseen in turn.
FEW_UNSEEN = 10
TEST_PHOTOS = 0.25
CHOOSING_PHOTOS = 0.15
CHOOSING_CLASSES = 0.2


@dataclass(frozen=True, eq=False)
class Division:
    """Row numbers of a labelled set; no photo is in two of the parts.

    Attributes:
        train: photos that are learnt from.
        choosing_classes: all photos of classes held out to choose the best epoch; may be empty.
        choosing_photos: photos held out for the same, of classes that are learnt.
        unseen_classes: all photos of classes that are only measured; may be empty.
        unseen_photos: photos that are only measured, of classes that are learnt.
        turns: divisions of the set after which every class was unseen once; 1 where so many are
            unseen in one that the others may rest.
    """

    train: Rows
    choosing_classes: Rows
    choosing_photos: Rows
    unseen_classes: Rows
    unseen_photos: Rows
    turns: int = 1

    @property
    def choosing(self) -> list[Rows]:
        """The parts that choose, those that hold any photo."""
        return [rows for rows in (self.choosing_classes, self.choosing_photos) if len(rows)]


def divide(classes: NDArray[np.int64], *, unseen: float, seed: int, turn: int = 0) -> Division:
    """Divide a labelled set, the same way for the same seed and turn.

    Args:
        classes: (n,) class numbers.
        unseen: share of the classes that are never learnt, 0 to below 1.
        turn: 0 to below `turns`; in each of them other classes are unseen.

    Raises:
        TooFewPhotos: fewer than two classes have two photos, or nothing can be held out.
    """
    names, sizes = np.unique(classes, return_counts=True)
    usable = names[sizes >= 2]
    if len(usable) < 2:
        few = "No class has" if not len(usable) else "Only 1 class has"
        raise TooFewPhotos(
            f"{few} two photos or more, and a head learns what tells classes apart: label photos "
            "of at least 2 classes."
        )
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(usable)
    measured = _held_out(len(shuffled), unseen)
    shuffled = np.roll(shuffled, -turn * measured)
    choosing = _held_out(len(shuffled) - measured, CHOOSING_CLASSES)
    parts: dict[str, list[Rows]] = {"test": [], "choose": [], "train": []}
    for name in shuffled[measured + choosing :]:
        rows = rng.permutation(np.flatnonzero(classes == name))
        test, choose = _photos_held_out(len(rows))
        parts["test"].append(rows[:test])
        parts["choose"].append(rows[test : test + choose])
        parts["train"].append(rows[test + choose :])
    if not choosing and not sum(map(len, parts["choose"])):
        counts = itertools.count(LEAST_TO_HOLD_OUT)
        enough = next(n for n in counts if n - _held_out(n, unseen) >= LEAST_TO_HOLD_OUT)
        raise TooFewPhotos(
            "There is nothing to hold out to choose the best epoch by: label at least 6 photos a "
            f"class, or {enough} classes and more."
        )
    return Division(
        np.sort(np.concatenate(parts["train"])),
        np.flatnonzero(np.isin(classes, shuffled[measured : measured + choosing])),
        np.sort(np.concatenate(parts["choose"])),
        np.flatnonzero(np.isin(classes, shuffled[:measured])),
        np.sort(np.concatenate(parts["test"])),
        math.ceil(len(shuffled) / measured) if 0 < measured < FEW_UNSEEN else 1,
    )


def _held_out(classes: int, share: float) -> int:
    return max(2, round(share * classes)) if classes >= LEAST_TO_HOLD_OUT and share else 0


def _photos_held_out(photos: int) -> tuple[int, int]:
    # A photo alone finds none of its class: two are held out or none, and two are left to learn.
    test = max(2, round(TEST_PHOTOS * photos)) if photos >= 4 else 0
    choose = max(2, round(CHOOSING_PHOTOS * photos)) if photos >= 6 else 0
    return test, choose
