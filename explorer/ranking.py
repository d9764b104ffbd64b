"""Photos ranked by similarity to a vector, near-duplicates folded where that is asked for."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.errors import BadInput
from explorer.folding import group_alike
from explorer.limits import check_number, check_whole
from explorer.metrics import measure_step
from vecdb import Collection, Filter, Scope

# Folding compares every photo with every other.
MOST_FOLDED = 3000


@dataclass(frozen=True)
class Ranked:
    """Photos, best first.

    `similarities` (m,) are cosines; `alike` holds, for each, the near-duplicates folded into it;
    `photos` tells by id what the collection knows of those that are shown.
    """

    ids: list[str]
    similarities: list[float]
    alike: list[list[str]]
    photos: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


def rank(
    collection: Collection,
    vector: np.ndarray,
    k: int,
    *,
    offset: int = 0,
    where: Filter | None = None,
    exclude_concept: str | None = None,
    threshold: float | None = None,
    fold: bool = False,
    shown: int | None = None,
) -> Ranked:
    """Return the photos of ranks offset to offset + k.

    Args:
        vector: (dim,) unit length.
        threshold: least similarity.
        fold: of near-duplicates among the ranks up to offset + k return the best only.
        shown: of how many photos `photos` has to tell; all by default.

    Raises:
        BadInput: `k` or `offset` is no whole number from 0, `threshold` no cosine, or there are
            too many photos to fold.
        VecdbError: the vector has another dimension.
    """
    k, offset = check_whole("k", k), check_whole("offset", offset)
    if threshold is not None:
        threshold = check_number("threshold", threshold, -1, 1)
    deep = offset + k
    # One statement tells of all it finds: quicker, unless much of that is not shown.
    at_once = not offset and threshold is None and (shown is None or shown >= k)
    with measure_step("query"):
        found = collection.nearest(
            vector,
            deep,
            Scope(exclude_concept=exclude_concept, where=where),
            with_vectors=fold and deep <= MOST_FOLDED,
            with_photos=at_once,
        )
    similarities = 1.0 - found.distances.astype(np.float64)
    count = len(found)
    if threshold is not None:
        count = int(np.searchsorted(-similarities, -threshold, side="right"))
    if fold and count > MOST_FOLDED:
        raise BadInput(
            f"Near-duplicates are folded among the first {MOST_FOLDED:,} photos at most: ask for "
            "fewer, for a higher threshold, or do not fold."
        )
    if fold and count:
        vectors = found.vectors
        if vectors is None:
            vectors = collection.vectors(found.ids[:count])
        groups = group_alike(vectors[:count])
    else:
        groups = [[row] for row in range(count)]
    groups = [group for group in groups if group[0] >= offset]
    ids = [found.ids[group[0]] for group in groups]
    rows = collection.photos(ids[:shown]) if found.photos is None else found.photos
    return Ranked(
        ids,
        [float(similarities[group[0]]) for group in groups],
        [[found.ids[row] for row in group[1:]] for group in groups],
        {row["id"]: row for row in rows},
    )
