"""Samples of large collections on disk, so that one that was opened before opens at once."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer import sampling
from explorer.sampling import Sample
from vecdb import Collection, PhotosExtent

CHECKED = 10  # vectors of a kept sample that are held against the collection's


@dataclass(frozen=True)
class Stand:
    """Of which photos something is: the state of the stored parts, and the extent of the photos."""

    state: int
    extent: PhotosExtent


class KeptSamples:
    """A folder with the latest sample of each collection; what cannot be written is drawn anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str, state: int) -> tuple[Stand, Sample] | None:
        """Return the sample of a collection whose stored parts are the same, else None."""
        held = self._read(name)
        return held if held is not None and held[0].state == state else None

    def take(self, collection: Collection, stand: Stand) -> Sample:
        """Return a sample of a collection as it stands, drawn where its photos have changed."""
        held = self._read(collection.name)
        if held is not None and held[0].extent == stand.extent and _fits(held[1], collection):
            sample = held[1]
        else:
            found = collection.sample(sampling.SAMPLE_PHOTOS, seed=0, with_vectors=True)
            assert found.vectors is not None
            sample = Sample.of(np.asarray(found.ids), found.vectors)
        self._write(collection.name, stand, sample)
        return sample

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.sample"

    def _read(self, name: str) -> tuple[Stand, Sample] | None:
        try:
            with self._file(name).open("rb") as file:
                state, count, mark = (int(number) for number in np.load(file))
                parts = [np.load(file) for _ in range(4)]
        except (OSError, ValueError, EOFError):
            return None
        return Stand(state, PhotosExtent(count, mark)), Sample(*parts)

    def _write(self, name: str, stand: Stand, sample: Sample) -> None:
        whole = self._file(name).with_suffix(".part")
        numbers = np.asarray([stand.state, stand.extent.count, stand.extent.mark], np.uint64)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with whole.open("wb") as file:
                for part in (numbers, sample.ids, sample.vectors, sample.mean, sample.covariance):
                    np.save(file, part, allow_pickle=False)
            whole.replace(self._file(name))
        except OSError:
            with suppress(OSError):
                whole.unlink()


def _fits(sample: Sample, collection: Collection) -> bool:
    """Tell whether the first vectors are the collection's: one made anew may have its photos."""
    ids = sample.ids[:CHECKED].tolist()
    found, vectors = collection.known_vectors(ids)
    return found == ids and np.array_equal(vectors, sample.vectors[:CHECKED])
