"""What the process keeps of a collection between rounds, so that a page costs few statements."""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from classifier import Background, Candidates
from explorer.history import History
from explorer.kept_samples import KeptSamples, Stand
from explorer.sampling import SAMPLED_ABOVE, Sample, survey_by_sample
from vecdb import Collection, Database, LinearHead, PhotosExtent, Scope, VecdbError
from vecdb.survey import Survey, SurveyPlan, find_at_hand

BACKGROUND_PHOTOS = 300
# Random photos kept at hand, so that a page's share of them costs no reading.
POOL_PHOTOS = 2000
# Photos added meanwhile change a collection's mean and covariance slowly.
BACKGROUND_SECONDS = 60.0
# Vectors of photos seen as candidates, 2 kB each: the next rounds see most of them again.
REMEMBERED = 20_000
# Photos of a page that were deleted meanwhile, from which on more will have been.
MISSED_ALONE = 3


@dataclass(frozen=True)
class Pool:
    """Random photos of a collection at hand: ids, vectors (n, d) float32 in the same order."""

    ids: list[str]
    vectors: np.ndarray

    def draw(self, k: int, seed: int, without: set[str]) -> Candidates:
        """Draw up to k of them, others for each seed."""
        order = np.random.default_rng(seed).permutation(len(self.ids))
        rows = list(islice((at for at in order.tolist() if self.ids[at] not in without), k))
        return Candidates([self.ids[at] for at in rows], self.vectors[rows])


@dataclass(frozen=True)
class Known:
    """What is known of a collection: moments, random photos, vectors (d,) by id read lately.

    `told` are the columns that said anything of any photo at the last look, of those that tiles
    show; `gone` photos that turned out to be deleted meanwhile.
    """

    collection: Collection
    stand: Stand
    background: Background
    pool: Pool
    vectors: dict[str, np.ndarray]
    told: Sequence[str]
    sample: Sample | None = None
    gone: set[str] = field(default_factory=set)

    @property
    def extent(self) -> PhotosExtent:
        """Which photos that is."""
        return self.stand.extent

    @property
    def sampled(self) -> int:
        """How many photos its counts are estimated from, 0 where all are counted."""
        return 0 if self.sample is None else len(self.sample.ids)

    def survey(self, head: LinearHead, plan: SurveyPlan, scope: Scope, judged: set[str]) -> Survey:
        """Survey the collection for a page: whole where that is quick, else by its sample.

        Args:
            judged: photos of the concept that are judged; the scope leaves them out, too.
        """
        if self.sample is None:
            return self.collection.survey(head, plan, scope, at_hand=self.vectors)
        return survey_by_sample(
            self.collection,
            self.sample,
            self.extent.count,
            head,
            plan,
            scope,
            judged,
            self.gone,
            self.read,
        )

    def count_by_probability(self, head: LinearHead, bins: int) -> list[int]:
        """Count the photos in equal bins of probability: all, or scaled from the sample."""
        if self.sample is None:
            return self.collection.scores.histogram(head, bins).tolist()
        return self.sample.count_by_probability(head, bins, self.extent.count).tolist()

    def describe_photos(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return what tiles say of those of the photos that exist."""
        return self.collection.records.shown(ids, self.told)

    def notice_deleted(self, ids: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> set[str]:
        """Return the photos that were deleted since they were read, up to a minute ago.

        Args:
            ids: photos that were asked for.
            rows: what was found of them, with their `id`.
        """
        missing = set(ids) - {row["id"] for row in rows}
        gone = missing - self.gone
        if len(gone) > MISSED_ALONE:  # a good part of the collection: look at all that is at hand
            held = set(self.pool.ids if self.sample is None else self.sample.ids.tolist())
            gone |= held - self.gone - self.collection.records.known_ids(held)
        self.gone.update(gone)
        return missing

    def remember(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep vectors that the next rounds will ask for."""
        if len(self.vectors) > REMEMBERED:
            self.vectors.clear()
        # Copies: a row of a matrix would keep the whole of it.
        new = {photo: row.copy() for photo, row in vectors.items() if photo not in self.vectors}
        self.vectors.update(new)

    def read_judged(self, history: History) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Ids, vectors (n, d) and labels (n,) of all judged photos that still exist, in order."""
        found = self.read(list(history.judged))
        rows = np.asarray(list(found.values()), np.float32).reshape(-1, self.collection.dim)
        labels = np.asarray([history.judged[photo] for photo in found], np.int8)
        return list(found), rows, labels

    def read(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the vectors (d,) of those of the photos that exist, in the order given."""
        at_hand = find_at_hand(self.vectors, ids)
        unread = [photo for photo in ids if photo not in at_hand]
        if unread:
            found = dict(zip(*self.collection.known_vectors(unread), strict=True))
            self.remember(found)
            at_hand.update(found)
        return {photo: at_hand[photo] for photo in ids if photo in at_hand}


class Memory:
    """What is known of each collection of one database; looked after once a minute."""

    def __init__(self, database: Database, samples: Path) -> None:
        """Know the collections of a database.

        Args:
            samples: folder in which samples of large collections are kept.
        """
        self._database = database
        self._samples = KeptSamples(samples)
        self._known: dict[str, Known] = {}
        self._until: dict[str, float] = {}
        self._reading = threading.Lock()

    def known(self, name: str) -> Known:
        """Return what is known of a collection; what is old is read again in the background."""
        held = self._known.get(name)
        # Another collection may have taken its name.
        if held is None or held.collection is not self._database.collection(name):
            with self._reading:
                self._read_again(name)
        else:
            self.warm(name)
        return self._known[name]

    def warm(self, name: str) -> None:
        """Read what is known of a collection in the background, before a page asks for it."""
        if time.monotonic() > self._until.get(name, 0.0):
            threading.Thread(target=self._warm, args=(name,), daemon=True).start()

    def _warm(self, name: str) -> None:
        if self._reading.acquire(blocking=False):
            try:
                self._read_again(name)
            except VecdbError:
                return  # the page that cannot do without it says so
            finally:
                self._reading.release()

    def _read_again(self, name: str) -> None:
        """Read what is missing or has changed; only who holds `_reading` may."""
        collection, before = self._database.collection(name), self._known.get(name)
        state = collection.state()
        if before is None or before.collection is not collection:
            self._known[name] = self._read(collection, state, None)
            self._load_index(self._known[name])
        elif before.stand.state != state:
            self._known[name] = self._read(collection, state, before)
        self._until[name] = time.monotonic() + BACKGROUND_SECONDS

    def _read(self, collection: Collection, state: int, before: Known | None) -> Known:
        kept = self._samples.load(collection.name, state)
        if kept is not None:
            return _know_sample(collection, *kept)
        stand = Stand(state, collection.extent())
        if before is not None and before.extent == stand.extent:
            told = collection.records.columns_in_use()
            return replace(before, stand=stand, told=told, gone=set())  # what was gone is back
        # Vectors at hand go too: a photo that was stored anew has another one.
        if stand.extent.count > SAMPLED_ABOVE:
            return _know_sample(collection, stand, self._samples.take(collection, stand))
        return _know_whole(collection, stand)

    def _load_index(self, known: Known) -> None:
        """Ask the index once aside: its graph is read from disk at the first search."""
        if known.sample is not None and known.collection.index.serves:
            threading.Thread(target=_search_once, args=(known,), daemon=True).start()


def _search_once(known: Known) -> None:
    with suppress(VecdbError):
        known.collection.nearest(known.background.mean, 1)


def _know_sample(collection: Collection, stand: Stand, held: Sample) -> Known:
    drawn = np.ascontiguousarray(held.vectors[:POOL_PHOTOS])
    background = Background(held.mean, held.covariance, drawn[:BACKGROUND_PHOTOS])
    pool = Pool([str(photo) for photo in held.ids[:POOL_PHOTOS]], drawn)
    told = collection.records.columns_in_use()
    return Known(collection, stand, background, pool, {}, told, held)


def _know_whole(collection: Collection, stand: Stand) -> Known:
    moments = collection.moments()
    pool = Pool(*collection.known_vectors(collection.sample(POOL_PHOTOS, seed=0).ids))
    sample = pool.vectors[:BACKGROUND_PHOTOS]
    background = Background(moments.mean, moments.covariance, sample)
    told = collection.records.columns_in_use()
    return Known(collection, stand, background, pool, {}, told)
