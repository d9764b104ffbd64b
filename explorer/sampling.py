"""A random sample of a large collection kept at hand, so that a round costs the same at a million.

What one page needs of the whole collection but its very top (photos in doubt, the spread of
probabilities, agreement with the head before) is read off the sample; the top comes from the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vecdb import Collection, LinearHead, PhotosExtent, Scope
from vecdb.survey import Survey

# Photos from which on a collection is surveyed by its sample: below, one pass over every vector
# takes about as long as the rest of a round.
SAMPLED_ABOVE = 200_000
# A share of 1 % is known to within a tenth of itself from so many.
SAMPLE_PHOTOS = 50_000


@dataclass(frozen=True, eq=False)
class Sample:
    """Random photos of a collection: ids, vectors (n, d) float32 in the same order."""

    ids: np.ndarray
    vectors: np.ndarray

    def margins(self, head: LinearHead) -> np.ndarray:
        """Return the margins (n,) float32 of the photos by a head."""
        return self.vectors @ np.asarray(head.weights, np.float32) + np.float32(head.bias)

    def count_by_probability(self, head: LinearHead, bins: int, photos: int) -> np.ndarray:
        """Estimate how a collection of so many photos spreads: (bins,) int64, from 0 to 1."""
        probabilities = 1 / (1 + np.exp(-self.margins(head).astype(np.float64)))
        counts = np.histogram(probabilities, bins, (0, 1))[0]
        return np.rint(counts * (photos / len(self.ids))).astype(np.int64)

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean (d,) and covariance (d, d) of the vectors."""
        mean = self.vectors.mean(axis=0, dtype=np.float64)
        second = self.vectors.T @ self.vectors / len(self.vectors)
        return mean, second - np.outer(mean, mean)


def survey_by_sample(
    collection: Collection,
    sample: Sample,
    count: int,
    head: LinearHead,
    scope: Scope,
    judged: set[str],
    *,
    top: int,
    boundary: int,
    bins: int,
    before: LinearHead | None,
    cut: float,
) -> Survey:
    """Return what `Collection.survey` does, without reading the whole collection.

    Args:
        count: photos in the collection, which the sample's counts are scaled to.
        judged: photos that must not be candidates; `scope` leaves the same out of the top.

    Returns:
        Survey whose boundary, counts and agreement are of the sample. A count c of N photos has the
        standard error N sqrt(p (1 - p) / n), p = c / N, n photos in the sample.
    """
    found = collection.nearest(head.weights, top, scope, with_vectors=True)
    doubted = _most_doubted(sample, head, {*judged, *scope.exclude}, boundary)
    assert found.vectors is not None
    vectors = dict(zip(found.ids, found.vectors, strict=True))
    vectors |= {str(sample.ids[row]): sample.vectors[row] for row in doubted}
    return Survey(
        found.ids,
        [str(sample.ids[row]) for row in doubted],
        vectors,
        sample.count_by_probability(head, bins, count),
        1.0 if before is None else _agreement(sample, head, before, cut),
    )


def _most_doubted(sample: Sample, head: LinearHead, closed: set[str], k: int) -> list[int]:
    order = np.argsort(np.abs(sample.margins(head)), kind="stable")
    rows: list[int] = []
    for row in order:
        if len(rows) == k:
            break
        if str(sample.ids[row]) not in closed:
            rows.append(int(row))
    return rows


def _agreement(sample: Sample, head: LinearHead, before: LinearHead, cut: float) -> float:
    new, old = sample.margins(head) >= cut, sample.margins(before) >= cut
    either = int((new | old).sum())
    return int((new & old).sum()) / either if either else 1.0


def read_sample(collection: Collection, extent: PhotosExtent, folder: Path) -> Sample:
    """Return a sample of a collection, from a file of an earlier run where the photos are the same.

    Args:
        folder: where samples are kept; what cannot be written there is read anew next time.
    """
    file = folder / f"{collection.name}.npz"
    kept = _load(file, extent)
    if kept is not None:
        return kept
    found = collection.sample(SAMPLE_PHOTOS, seed=0, with_vectors=True)
    assert found.vectors is not None
    sample = Sample(np.asarray(found.ids), found.vectors)
    _keep(file, extent, sample)
    return sample


def _load(file: Path, extent: PhotosExtent) -> Sample | None:
    try:
        with np.load(file) as held:
            if _mark(extent) == held["extent"].tolist():
                return Sample(held["ids"], held["vectors"])
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return None


def _keep(file: Path, extent: PhotosExtent, sample: Sample) -> None:
    whole = file.with_suffix(".part.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(whole, extent=_mark(extent), ids=sample.ids, vectors=sample.vectors)
        whole.replace(file)
    except OSError:
        whole.unlink(missing_ok=True)


def _mark(extent: PhotosExtent) -> Sequence[str]:
    return [str(extent.count), str(extent.mark)]
