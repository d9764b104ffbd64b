"""Everything that one page of mining needs, in as few passes over a collection as can be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.connection import Connection
from vecdb.filter import Predicate
from vecdb.heads import LinearHead
from vecdb.hits import Hits
from vecdb.search import Scope, join_predicates, parameters


@dataclass(frozen=True)
class SurveyPlan:
    """What a survey is to find.

    Attributes:
        top, boundary: how many candidates of each kind.
        bins: of the histogram.
        before: the head to compare with; none agrees with itself.
        cut: margin from which a head accepts a photo.
    """

    top: int
    boundary: int
    bins: int
    before: LinearHead | None = None
    cut: float = 0.0


@dataclass(frozen=True)
class Survey:
    """Candidates for a page, as ids best first, with vectors, and the spread of probabilities.

    `vectors` holds (d,) float32 by id for every candidate. `counts` is (bins,) int64 over the whole
    collection, judged photos included, in equal bins of probability from 0 to 1. `agreement` is the
    share of photos that this head and the one before it both accept, of those that either does.
    """

    top: list[str]
    boundary: list[str]
    vectors: dict[str, np.ndarray]
    counts: np.ndarray
    agreement: float


def one_pass(
    connection: Connection,
    table: str,
    head: dict[str, Any],
    plan: SurveyPlan,
    scope: Scope,
    at_hand: Mapping[str, np.ndarray],
    read: Callable[[Sequence[str]], tuple[list[str], np.ndarray]],
) -> Survey:
    """Read the collection once, then the vectors of the candidates that are not at hand.

    Args:
        read: returns those of some photos that exist, and their vectors (m, dim).
    """
    asked = scope.predicates()
    if scope.exclude:
        asked.append(Predicate("exclude", {"exclude": list(scope.exclude)}))
    sizes = (plan.top, plan.boundary)
    top, boundary = (str(max(1, size)) for size in sizes)
    found = connection.select(
        "search/survey",
        {**head, **parameters(asked)},
        table=table,
        open=join_predicates(asked, connection.dialect) or "1",
        top=top,
        boundary=boundary,
        bins=str(plan.bins),
    )
    lists = [
        found.column(name)[0].as_py()[:size]
        for name, size in zip(("top", "boundary"), sizes, strict=True)
    ]
    counts = np.asarray(found.column("bins")[0].as_py(), np.int64)
    ids = {photo for part in lists for photo in part}
    vectors = find_at_hand(at_hand, ids)
    vectors |= zip(*read(sorted(ids - vectors.keys())), strict=True)
    return Survey(lists[0], lists[1], vectors, counts, read_agreement(found))


def find_at_hand(at_hand: Mapping[str, np.ndarray], ids: Iterable[str]) -> dict[str, np.ndarray]:
    """Return those of some photos' vectors that are at hand, in the order asked."""
    # Asked once for each: another thread may drop them between two questions.
    found = ((photo, at_hand.get(photo)) for photo in ids)
    return {photo: vector for photo, vector in found if vector is not None}


def read_agreement(found: pa.Table) -> float:
    """Read the share `both / either`, 0.0 where no head accepts any photo."""
    both, either = (int(found.column(name)[0].as_py()) for name in ("both", "either"))
    return both / either if either else 0.0


def compose_survey(parts: Sequence[Hits], counts: np.ndarray, agreement: float) -> Survey:
    """Put a survey together from two searches with vectors, a histogram and an agreement."""
    vectors = {
        photo: vector
        for part in parts
        if part.vectors is not None
        for photo, vector in zip(part.ids, part.vectors, strict=True)
    }
    top, boundary = (part.ids for part in parts)
    return Survey(top, boundary, vectors, counts, agreement)
