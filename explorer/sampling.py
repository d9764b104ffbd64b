"""A random sample of a large collection kept at hand, so that a round costs the same at a million.

What one page needs of the whole collection but its very top (photos in doubt, the spread of
probabilities, agreement with the head before) is read off the sample; the top comes from the index.
"""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vecdb import Collection, LinearHead, Scope
from vecdb.survey import Survey, SurveyPlan

# Photos from which on a collection is surveyed by its sample: below, one pass over every vector
# takes about as long as the rest of a round.
SAMPLED_ABOVE = 200_000
# A share of 1 % is known to within a tenth of itself from so many.
SAMPLE_PHOTOS = 50_000
# Heads whose margins are kept, 200 kB each: those of the concepts that are being worked on.
HEADS_AT_HAND = 64


@dataclass(frozen=True, eq=False)
class Sample:
    """Random photos of a collection: ids (n,), vectors (n, d) float32 in the same order.

    `mean` (d,) and `covariance` (d, d) float64 are of these vectors.
    """

    ids: np.ndarray
    vectors: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray
    _lately: dict[bytes, np.ndarray] = field(default_factory=dict, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def of(cls, ids: np.ndarray, vectors: np.ndarray) -> "Sample":
        """Take photos as a sample."""
        vectors = np.asfortranarray(vectors)  # by number: products with one head take half
        mean = vectors.mean(axis=0, dtype=np.float64)
        second = (vectors.T @ vectors).astype(np.float64) / len(vectors)
        return cls(ids, vectors, mean, second - np.outer(mean, mean))

    def margins(self, head: LinearHead) -> np.ndarray:
        """Return the margins (n,) float32 of the photos; a round asks for its last head's again."""
        weights, bias = np.asarray(head.weights, np.float32), np.float32(head.bias)
        key = np.append(weights, bias).tobytes()
        with self._guard:
            found = self._lately.pop(key, None)
        if found is None:
            found = self.vectors @ weights + bias
        with self._guard:
            self._lately[key] = found
            if len(self._lately) > HEADS_AT_HAND:
                del self._lately[next(iter(self._lately))]
        return found

    def count_by_probability(self, head: LinearHead, bins: int, photos: int) -> np.ndarray:
        """Estimate how a collection of so many photos spreads: (bins,) int64, from 0 to 1."""
        return _scale(self.margins(head), bins, photos)


def survey_by_sample(
    collection: Collection,
    sample: Sample,
    count: int,
    head: LinearHead,
    plan: SurveyPlan,
    scope: Scope,
    judged: set[str],
    gone: set[str],
    read: Callable[[Sequence[str]], Mapping[str, np.ndarray]],
) -> Survey:
    """Return what `Collection.survey` does, without reading the whole collection.

    Args:
        count: photos in the collection, which the sample's counts are scaled to.
        scope: photos that must not be candidates, beside those that are judged.
        judged: every photo that is judged in the concept which the scope names.
        gone: photos of the sample that were deleted.
        read: returns the vectors (d,) of those of some photos that exist.

    Returns:
        Survey whose boundary, counts and agreement are of the sample. A count c of N photos has the
        standard error N sqrt(p (1 - p) / n), p = c / N, n photos in the sample.
    """
    closed = {*judged, *scope.exclude}
    now = sample.margins(head)
    top = _search(collection, sample, count, head, plan.top, closed, read)
    vectors = dict(read(top))
    closed |= gone
    reached = [photo for photo in top if photo in vectors]
    found = _add_missed(sample, now, head, reached, vectors, closed)
    old = sample.margins(plan.before) if plan.before else now
    doubted = _first_open(sample, np.abs(now), closed, plan.boundary)
    boundary = [str(photo) for photo in sample.ids[doubted]]
    vectors |= zip(boundary, np.ascontiguousarray(sample.vectors[doubted]), strict=True)
    return Survey(
        found,
        boundary,
        vectors,
        _scale(now, plan.bins, count),
        _agreement(now >= plan.cut, old >= plan.cut),
    )


def _search(
    collection: Collection,
    sample: Sample,
    count: int,
    head: LinearHead,
    k: int,
    closed: set[str],
    read: Callable[[Sequence[str]], Mapping[str, np.ndarray]],
) -> list[str]:
    """Return the ids of the k best photos that are not closed, best first.

    An index finds closed photos too, and costs more the more it is to find: it is asked for as many
    as the sample says lie among the best.
    """
    expected = k * len(sample.ids) / count
    depth = math.ceil(expected + 3 * math.sqrt(expected) + 3)
    margins = sample.margins(head)
    open_rows = _first_open(sample, -margins, closed, depth)
    vectors = read(list(closed))
    likely = list(vectors)
    if vectors and len(open_rows) == depth:
        theirs = np.asarray(list(vectors.values()), np.float32) @ np.asarray(head.weights)
        least = margins[open_rows[-1]] - head.bias
        likely = [photo for photo, at in zip(likely, theirs, strict=True) if at >= least]
    found: list[str] = []
    for excluded in (likely, list(closed)):
        found = collection.nearest(head.weights, k, Scope(excluded)).ids
        found = [photo for photo in found if photo not in closed]
        if len(found) == k or len(excluded) == len(closed):
            break
    return found


def _add_missed(
    sample: Sample,
    margins: np.ndarray,
    head: LinearHead,
    ids: list[str],
    vectors: dict[str, np.ndarray],
    closed: set[str],
) -> list[str]:
    """Return as many best photos, best first, with those of the sample that the index has missed.

    A graph has photos that no search reaches: of a million with much noise nearly one in five.
    Adds the vectors of what was missed.
    """
    if not ids:
        return ids
    rows = np.asarray([vectors[photo] for photo in ids], np.float32)
    theirs = rows @ np.asarray(head.weights, np.float32) + np.float32(head.bias)
    scores = dict(zip(ids, theirs.tolist(), strict=True))
    better = np.flatnonzero(margins > theirs.min())
    most = len(ids) + len(closed)
    for row in better[np.argsort(-margins[better], kind="stable")][:most]:
        photo = str(sample.ids[row])
        if photo not in scores and photo not in closed:
            scores[photo] = float(margins[row])
            vectors[photo] = np.ascontiguousarray(sample.vectors[row])
    return sorted(scores, key=lambda photo: -scores[photo])[: len(ids)]


def _scale(margins: np.ndarray, bins: int, photos: int) -> np.ndarray:
    probabilities = 1 / (1 + np.exp(-margins.astype(np.float64)))
    at = np.minimum(bins - 1, (bins * probabilities).astype(np.int64))
    counts = np.bincount(at, minlength=bins)
    return np.rint(counts * (photos / len(margins))).astype(np.int64)


def _first_open(sample: Sample, distance: np.ndarray, closed: set[str], k: int) -> list[int]:
    """Return the rows of the k photos of least distance (n,) that are not closed, least first."""
    enough = min(k + len(closed), len(distance))
    near = np.argpartition(distance, enough - 1)[:enough]
    order = near[np.lexsort((near, distance[near]))]
    rows: list[int] = []
    for row in order:
        if len(rows) == k:
            break
        if str(sample.ids[row]) not in closed:
            rows.append(int(row))
    return rows


def _agreement(new: np.ndarray, old: np.ndarray) -> float:
    either = int((new | old).sum())
    return int((new & old).sum()) / either if either else 0.0
