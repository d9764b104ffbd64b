"""What mining chooses from and what it hands back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .arrays import usable
from .errors import ClassifierError

Reason = Literal["top", "boundary", "random", "explore"]

SAME_PICTURE = 0.98
"""Cosine from which two vectors count as one picture: a copy, a crop, the next frame."""


@dataclass(frozen=True)
class Pick:
    """One photo for the next page and why it is there."""

    id: str
    reason: Reason


@dataclass(frozen=True, eq=False)
class Candidates:
    """Photos nobody has judged, best first: ids of n photos, vectors (n, d) unit rows."""

    ids: Sequence[str]
    vectors: NDArray[np.float32]

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.vectors):
            raise ClassifierError(f"{len(self.ids)} ids came with {len(self.vectors)} vectors")


class Page:
    """A page being filled: no photo twice, and copies of judged photos only when all else is used.

    Args:
        ids: every candidate once.
        rows: (n, d) their vectors.
        judged: (m, d) photos already judged.
        k: page size.
    """

    def __init__(
        self,
        ids: Sequence[str],
        rows: NDArray[np.float32],
        judged: NDArray[np.float32],
        k: int,
    ) -> None:
        self.k = min(k, len(ids))
        self.chosen: list[int] = []
        self.picks: list[Pick] = []
        self._ids = ids
        self._stale = ~usable(rows)
        self._rows = rows
        if len(judged):
            self._stale |= (rows @ judged.T).max(axis=1) > SAME_PICTURE

    def fill(self, order: Iterable[int], reason: Reason, upto: int) -> None:
        """Append fresh candidates in the order given until the page holds `upto`."""
        for row in order:
            if len(self.picks) >= min(upto, self.k):
                return
            if not self._stale[row]:
                self._add(row, reason)

    def fill_with_copies(self, order: Iterable[int], reason: Reason) -> None:
        """Append whatever is left: a collection of copies still fills its pages."""
        for row in order:
            if len(self.picks) >= self.k:
                return
            if row not in self.chosen:
                self._add(row, reason)

    def fresh(self) -> list[int]:
        """Row numbers that `fill` would still take."""
        return np.flatnonzero(~self._stale).tolist()

    def _add(self, row: int, reason: Reason) -> None:
        self.chosen.append(row)
        self.picks.append(Pick(self._ids[row], reason))
        self._stale |= self._rows @ self._rows[row] > SAME_PICTURE
        self._stale[row] = True
