"""Linear heads over a whole collection, computed in SQL: spread, counts, ranked lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.connection import Connection
from vecdb.heads import LinearHead, head_parameters, two_head_parameters
from vecdb.survey import read_agreement

RANKS_IN_STATEMENT = 2_000


@dataclass(frozen=True)
class Place:
    """A place in a ranking: the bits of the score there, and the photo's id."""

    bits: int
    photo: str


BEGINNING = Place(2**64 - 1, "")


@dataclass(frozen=True)
class Scored:
    """Photos, the most believed first; scores (m,) float32 are probabilities.

    `last` is the place of the last, behind which a listing goes on.
    """

    ids: list[str]
    scores: np.ndarray
    last: Place | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class ScoredTogether:
    """Photos that some of m heads accept: ids (n,) and probabilities (n, m) float32."""

    ids: list[str]
    probabilities: np.ndarray


@dataclass(frozen=True)
class CountedTogether:
    """How many photos each head accepts, in their order, and how many at least one does."""

    each: list[int]
    some: int


class Scores:
    """What heads say of the photos of one collection. Safe to share between threads.

    Every method raises BadVector where a head is of another dimension or not finite.
    """

    def __init__(self, connection: Connection, table: str, dim: int) -> None:
        self._connection = connection
        self._table = table
        self._dim = dim

    def histogram(self, head: LinearHead, bins: int) -> np.ndarray:
        """Count photos by probability: (bins,) int64, in equal bins from 0 to 1."""
        found = self._select("histogram", {**self._read(head), "bins": bins})
        counts = np.zeros(bins, dtype=np.int64)
        counts[found.column("bin").to_numpy()] = found.column("count").to_numpy()
        return counts

    def count_above(self, head: LinearHead, probability: float) -> int:
        """Count the photos of at least this probability."""
        found = self._select("count_above", self._read(head, probability))
        return int(found.column("count")[0].as_py())

    def count_between(
        self, head: LinearHead, probability: float, after: str, upto: str | None
    ) -> int:
        """Count as `count_above` does, the photos with ids in (after, upto] alone, None: no end."""
        ids = {"after": after, "upto": upto or "", "is_last": int(upto is None)}
        found = self._select("count_between", {**self._read(head, probability), **ids})
        return int(found.column("count")[0].as_py())

    def above(
        self,
        head: LinearHead,
        probability: float,
        *,
        limit: int,
        offset: int = 0,
        after: Place | None = None,
    ) -> Scored:
        """List the photos of at least this probability, best first, ties by id.

        Args:
            after: `last` of the page before: the next page costs the same however deep it lies.
        """
        place = after or BEGINNING
        page = {"k": limit, "skip": offset, "below": place.bits, "after": place.photo}
        return read_scored(self._select("above", {**self._read(head, probability), **page}))

    def agreement(self, head: LinearHead, before: LinearHead, cut: float) -> float:
        """Return the share of photos that two heads both accept, of those either accepts.

        Args:
            head, before: the two.
            cut: margin from which a photo is accepted.

        Returns:
            A share in [0, 1]; 0.0 where neither accepts any.
        """
        heads = two_head_parameters(head, before, cut, self._dim)
        return read_agreement(self._select("agreement", heads))

    def at_ranks(self, head: LinearHead, ranks: Sequence[int]) -> list[str]:
        """Return the photos at places of the ranking by a head, in the order asked.

        Places past the end are left out; rank 0 has the highest score, ties are ordered by id.
        """
        weights = self._read(head)["weights"]
        found: dict[int, str] = {}
        for start in range(0, len(ranks), RANKS_IN_STATEMENT):
            part = [int(rank) for rank in ranks[start : start + RANKS_IN_STATEMENT]]
            rows = self._select("at_ranks", {"weights": weights, "ranks": part})
            found |= zip(
                rows.column("rank").to_pylist(), rows.column("id").to_pylist(), strict=True
            )
        return [found[rank] for rank in ranks if rank in found]

    def list_together(
        self,
        heads: Sequence[LinearHead],
        cuts: Sequence[float],
        *,
        every: Sequence[int] = (),
        no: Sequence[int] = (),
        limit: int,
    ) -> ScoredTogether:
        """List photos that some of several heads accept, those of most heads first, ties by id.

        Args:
            cuts: margins from which the heads accept, one each.
            every, no: places, from 0, of the heads that must and that must not accept.
        """
        margins, parameters = self._write_margins(heads, cuts)
        parameters |= {"every": [n + 1 for n in every], "no": [n + 1 for n in no], "k": limit}
        found = self._select("together", parameters, margins=margins)
        values = np.asarray(found.column("margins").to_pylist(), np.float64).reshape(-1, len(heads))
        return ScoredTogether(
            found.column("id").to_pylist(), (1 / (1 + np.exp(-values))).astype(np.float32)
        )

    def count_together(self, heads: Sequence[LinearHead], cuts: Sequence[float]) -> CountedTogether:
        """Count the photos that each of several heads accepts, from its margin on."""
        margins, parameters = self._write_margins(heads, cuts)
        [row] = self._select("count_together", parameters, margins=margins).to_pylist()
        # Over no photos at all there is no sum for each.
        return CountedTogether(row["counts"] or [0] * len(heads), row["some"])

    def _read(self, head: LinearHead, probability: float | None = None) -> dict[str, Any]:
        about = {} if probability is None else {"probability": float(probability)}
        return {**head_parameters(head, self._dim), **about}

    def _write_margins(
        self, heads: Sequence[LinearHead], cuts: Sequence[float]
    ) -> tuple[str, dict[str, Any]]:
        """Return the text of the heads' margins, which names their parameters, and these."""
        parameters: dict[str, Any] = {"cuts": [float(cut) for cut in cuts]}
        texts = []
        for at, head in enumerate(heads):
            numbers = self._read(head)
            parameters |= {f"weights_{at}": numbers["weights"], f"bias_{at}": numbers["bias"]}
            texts.append(f"dot(vector, {{weights_{at}:Array(Float32)}}) + {{bias_{at}:Float64}}")
        return ", ".join(texts), parameters

    def _select(self, name: str, parameters: dict[str, Any], **parts: str) -> pa.Table:
        return self._connection.select(f"scores/{name}", parameters, table=self._table, **parts)


def read_scored(found: pa.Table) -> Scored:
    """Read columns id, score and perhaps place of a query's answer."""
    scores = found.column("score").to_numpy().astype(np.float32)
    ids = found.column("id").to_pylist()
    if "place" not in found.column_names or not ids:
        return Scored(ids, scores)
    return Scored(ids, scores, Place(int(found.column("place")[-1].as_py()), ids[-1]))
