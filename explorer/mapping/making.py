"""The making of a map: a sample is laid out, its groups are named, all others are placed by it."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from commandline.words import count_things
from encoder import EncoderError
from explorer.errors import NothingThere
from explorer.mapping.layout import lay_out
from explorer.mapping.naming import name_groups, word_vectors
from explorer.mapping.neighbours import Stopped
from explorer.mapping.placing import Anchors
from vecdb.maps import Placed, Unplaced

if TYPE_CHECKING:
    from explorer.explorer import Explorer

SAMPLE = 25_000  # photos that are laid out themselves; the others are placed by these
PAGE = 20_000  # photos placed at once: 40 MB of 512 numbers each
LAID_OUT = 0.6  # share of the work that the sample is, where others follow


@dataclass
class MapJob:
    """One making of a map, or one placing of photos that came since.

    Attributes:
        anew: whether all photos are placed, not those alone that a map lacks.
        fraction: how far it is, 0 to 1.
        words: the stage under way.
        error: what ended it, empty where nothing did.
        stop: set it to end the job; a new map is dropped then, and the one before stays.
    """

    table: str
    anew: bool
    fraction: float = 0.0
    words: str = "Waiting for another map"
    error: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True until the thread has ended."""
        return self.thread is not None and self.thread.is_alive()


class Making:
    """The work of one job."""

    def __init__(self, explorer: "Explorer", job: MapJob) -> None:
        self._explorer, self._job = explorer, job
        self._maps = explorer.database.maps
        self._collection = explorer.database.collection(job.table)

    def run(self) -> None:
        """Place the photos that the map lacks, or make it anew."""
        layout = None if self._job.anew else self._maps.current(self._job.table)
        if layout is None:
            self._make()
            return
        placed, vectors = self._maps.anchors(self._collection, layout.version)
        if not len(vectors):
            self._make()
            return
        self._place_rest(layout.version, Anchors(vectors, placed.positions, placed.groups), 0.0)

    def _make(self) -> None:
        version = self._maps.begin()
        try:
            names, middles = self._lay_out(version)
        except BaseException:
            self._drop(version)
            raise
        self._maps.finish(self._job.table, version, names, middles)

    def _lay_out(self, version: int) -> tuple[list[str], np.ndarray]:
        self._tell(0.0, "Reading the photos")
        total = self._collection.count()
        photos = self._maps.sample(self._collection, SAMPLE)
        if not len(photos.ids):
            raise NothingThere(f"The collection {self._job.table} has no photos to place.")
        share = LAID_OUT if total > SAMPLE else 0.97
        positions, groups = lay_out(
            photos.vectors,
            lambda done: self._tell(
                share * done, f"Laying out {count_things(len(photos.ids), 'photo')}"
            ),
            self._job.stop,
        )
        self._tell(share, "Naming the groups")
        names = name_groups(photos.vectors, groups, self._words())
        self._store(version, photos, positions, groups, anchors=True)
        self._place_rest(version, Anchors(photos.vectors, positions, groups), share)
        return names, middles_of(positions, groups)

    def _place_rest(self, version: int, anchors: Anchors, begun: float) -> None:
        """Place what the map lacks, a page at a time."""
        lacking = max(1, self._collection.count() - self._maps.count(self._job.table, version))
        done = 0
        for photos in self._maps.unplaced(self._collection, version, PAGE):
            self._check()
            self._store(version, photos, *anchors.place(photos.vectors), anchors=False)
            done += len(photos.ids)
            share = min(1.0, done / lacking)
            self._tell(begun + (1 - begun) * share, f"{count_things(done, 'photo')} placed")
        self._check()
        self._tell(1.0, "Done")

    def _store(
        self,
        version: int,
        photos: Unplaced,
        positions: np.ndarray,
        groups: np.ndarray,
        *,
        anchors: bool,
    ) -> None:
        placed = Placed(photos.ids, positions, groups)
        self._maps.add(self._job.table, version, photos, placed, anchors=anchors)

    def _words(self) -> np.ndarray | None:
        """Return the vectors of the words for names; None where the encoder cannot be had."""
        try:
            encoder = self._explorer.encoders.start(
                self._collection.encoder, self._collection.fingerprint
            ).result()
            words = word_vectors(encoder, self._explorer.store)
        except EncoderError:
            return None  # vectors that were brought along: groups are numbered
        return words if words.shape[1] == self._collection.dim else None

    def _drop(self, version: int) -> None:
        current = self._maps.current(self._job.table)
        self._maps.forget(self._job.table, 0 if current is None else current.version)

    def _tell(self, fraction: float, words: str) -> None:
        self._job.fraction, self._job.words = fraction, words

    def _check(self) -> None:
        if self._job.stop.is_set():
            raise Stopped


def middles_of(positions: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return where each group's name stands: the photo of it nearest to its median, (groups, 2)."""
    middles = []
    for at in range(int(groups.max()) + 1):
        own = positions[groups == at] if (groups == at).any() else positions
        off = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        middles.append(own[off.argmin()])
    return np.stack(middles)
