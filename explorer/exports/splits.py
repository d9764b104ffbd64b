"""Parts of a data set to train on, to validate with and to test with."""

from collections.abc import Sequence

import numpy as np

SPLITS = ("train", "validation", "test")


def assign_splits(
    classes: np.ndarray, families: np.ndarray, shares: Sequence[float], seed: int
) -> np.ndarray:
    """Put photos into splits, each class by the same shares and no family into two of them.

    Large families first, each where it leaves the least squared error; single photos then fill
    what is missing of each class exactly. No split with a share stays empty while there are
    families enough of a class. Source of the rule: Sechidis et al., "On the Stratification of
    Multi-Label Data", 2011, applied to families.

    Args:
        classes: (n,) number of each photo's class, from 0.
        families: (n,) number of the family each photo belongs to, from 0.
        shares: of each split, of any sum above zero.
        seed: the same one gives the same splits.

    Returns:
        (n,) int8 row numbers into `shares`.
    """
    rng = np.random.default_rng(seed)
    kinds = int(classes.max(initial=-1)) + 1
    totals = np.bincount(classes, minlength=kinds).astype(np.float64)
    missing = np.outer(np.asarray(shares, np.float64) / sum(shares), totals)
    found = np.zeros(len(classes), np.int8)
    sizes = np.bincount(families, minlength=1)
    order = np.argsort(families, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    large = rng.permutation(np.flatnonzero(sizes > 1))
    for family in large[np.argsort(-sizes[large], kind="stable")]:
        rows = order[starts[family] : starts[family + 1]]
        counts = np.bincount(classes[rows], minlength=kinds)
        split = int((missing @ (counts / totals.clip(1) ** 2)).argmax())
        found[rows] = split
        missing[split] -= counts
    alone = sizes[families] == 1
    for kind in range(kinds):
        rows = rng.permutation(np.flatnonzero(alone & (classes == kind)))
        parts = _apportion(len(rows), missing[:, kind].clip(0))
        found[rows] = np.repeat(np.arange(len(shares)), parts)
    for at, share in enumerate(shares):
        if share and not (found == at).any():
            _move_family(found, families, classes, at)
    return found


def _move_family(found: np.ndarray, families: np.ndarray, classes: np.ndarray, to: int) -> None:
    """Move a small family out of the split that has the most of them, and no class's last one.

    Of equally small ones that whose classes have the most photos there.
    """
    splits = np.unique(found)
    source = max(splits, key=lambda split: len(np.unique(families[found == split])))
    rows = found == source
    per_family = np.zeros((families.max() + 1, classes.max() + 1), np.int64)
    np.add.at(per_family, (families[rows], classes[rows]), 1)
    left = per_family.sum(0) - per_family
    sizes = per_family.sum(1)
    movable = np.flatnonzero((sizes > 0) & ((left > 0) | (per_family == 0)).all(1))
    if len(movable):
        least = np.where(per_family > 0, left, len(found)).min(1)
        found[families == min(movable, key=lambda at: (sizes[at], -least[at]))] = to


def _apportion(count: int, wanted: np.ndarray) -> np.ndarray:
    """Part a whole number by weights: (s,) whole numbers, by largest remainder."""
    if not wanted.sum():
        wanted = np.eye(len(wanted))[0]
    exact = count * wanted / wanted.sum()
    parts = np.floor(exact + 1e-9).astype(np.int64)
    remainders = np.argsort(-(exact - parts), kind="stable")
    parts[remainders[: count - parts.sum()]] += 1
    return parts
