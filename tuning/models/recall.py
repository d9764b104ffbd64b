"""How often a picture is among the first that its caption finds, and the other way round."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning.measure import share_interval

DEPTHS = (1, 5, 10)
QUERIES_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class Ranks:
    """The rank of the first right answer of each query, from 1; ties count against it.

    Attributes:
        captions: (c,) int64, of the pictures that captions ask for.
        pictures: (n,) int64, of the texts that pictures ask for.
        picture_of: (c,) int64, the picture of each caption: what the bootstrap draws together.
        chance: share of queries answered within each of DEPTHS by a random ranking, of captions
            and of pictures.
    """

    captions: NDArray[np.int64]
    pictures: NDArray[np.int64]
    picture_of: NDArray[np.int64]
    chance: tuple[tuple[float, ...], tuple[float, ...]]

    @property
    def mean(self) -> float:
        """Mean of the recalls at all DEPTHS both ways."""
        return float(np.mean([(ranks <= k).mean() for ranks in self._both() for k in DEPTHS]))

    def _both(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self.captions, self.pictures


def rank_all(
    images: NDArray[np.float32], texts: NDArray[np.float32], own: Sequence[NDArray[np.int64]]
) -> Ranks:
    """Rank every text for each picture, and every picture for each caption.

    A picture is a right answer to a caption where one of its captions has the same words.

    Args:
        images: (n, d) float32 unit rows.
        texts: (m, d) float32 unit rows, each text once.
        own: of each picture, the rows of its captions in `texts`.
    """
    right = np.zeros((len(images), len(texts)), bool)
    for picture, rows in enumerate(own):
        right[picture, rows] = True
    by_text = _first_right(texts, images, right.T)
    asked = np.concatenate(list(own))
    return Ranks(
        by_text[asked],
        _first_right(images, texts, right),
        np.repeat(np.arange(len(own)), [len(rows) for rows in own]),
        (_chance(right.T.sum(1)[asked], len(images)), _chance(right.sum(1), len(texts))),
    )


def _first_right(
    queries: NDArray[np.float32], candidates: NDArray[np.float32], right: NDArray[np.bool_]
) -> NDArray[np.int64]:
    found = []
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        at = slice(start, start + QUERIES_AT_ONCE)
        scores = queries[at] @ candidates.T
        best = np.where(right[at], scores, -np.inf).max(1, keepdims=True)
        # Not below, so that a model which gives all the same vector finds nothing; NaN neither.
        found.append(1 + (~(scores < best) & ~right[at]).sum(1))
    return np.concatenate(found)


def _chance(right: NDArray[np.int64], candidates: int) -> tuple[float, ...]:
    kinds, counts = np.unique(right, return_counts=True)
    shares = []
    for k in DEPTHS:
        depth = min(k, candidates)
        missed = [comb(candidates - int(r), depth) / comb(candidates, depth) for r in kinds]
        shares.append(float(1 - np.dot(missed, counts) / counts.sum()))
    return tuple(shares)


def describe_recall(before: Ranks | None, after: Ranks) -> dict[str, Any]:
    """Return recall before and after with the 95 % interval of after, by direction and depth.

    Args:
        before: of the model the training began with, on the same pictures; None where none.
    """
    told: dict[str, Any] = {}
    for number, (name, units) in enumerate(
        (
            ("caption_to_picture", after.picture_of),
            ("picture_to_caption", np.arange(len(after.pictures))),
        )
    ):
        told[name] = {}
        ranks = after._both()[number]
        for depth, chance in zip(DEPTHS, after.chance[number], strict=True):
            hits = (ranks <= depth).astype(float)
            past = None if before is None else (before._both()[number] <= depth).astype(float)
            told[name][f"recall@{depth}"] = {
                "chance": round(chance, 4),
                "before": None if past is None else round(float(past.mean()), 4),
                "after": round(float(hits.mean()), 4),
                "interval": [round(end, 4) for end in share_interval(hits, units)],
            }
    return told


def recall_lines(told: dict[str, Any]) -> list[str]:
    """Lay what `describe_recall` returned out for a terminal."""
    lines = ["                                chance  before   after  95 % of after"]
    for direction, depths in told.items():
        for depth, of in depths.items():
            before = "      " if of["before"] is None else f"{of['before']:.3f} "
            low, high = of["interval"]
            lines.append(
                f"{direction.replace('_', ' '):19s} {depth:9s}   {of['chance']:.3f}   {before}  "
                f"{of['after']:.3f}  {low:.3f} to {high:.3f}"
            )
    return lines
