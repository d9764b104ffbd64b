"""One round of mining: labels in, a refitted head and the next page out. Knows no Streamlit."""

import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from typing import Any

import numpy as np

from classifier import Background, Head, fit, prompt_head
from pages._history import latest_labels, prior_labels, stacks
from pages._mining import BINS, Pool, Tile, mine_page, rounded
from vecdb import Collection, Concept, Database, Label

BACKGROUND_PHOTOS = 300
# Random photos kept at hand, so that a page's share of them costs no reading.
POOL_PHOTOS = 2000
# Photos added meanwhile change a collection's mean and covariance slowly.
BACKGROUND_SECONDS = 60.0
# Vectors of judged photos kept in memory, 2 kB each.
REMEMBERED = 20_000


@dataclass
class Page:
    """What the user is asked next.

    `counts` (100,) is the histogram of the collection's probabilities; `upcoming` are likely photos
    of the page after this one; `timing` is in seconds.
    """

    concept: Concept
    tiles: list[Tile]
    history: list[Label]
    counts: list[int]
    upcoming: list[str] = field(default_factory=list)
    timing: dict[str, float] = field(default_factory=dict)


class Rounds:
    """The rounds of one database; keeps per collection what does not change between rounds.

    Everything a page needs lies in the database before the page is returned.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._backgrounds: dict[str, tuple[float, tuple[Background, Pool]]] = {}
        self._vectors: dict[tuple[str, str], np.ndarray] = {}
        self._collections: dict[str, Collection] = {}
        self._lock = threading.Lock()

    def begin(
        self, collection: Collection, prompt: str, anchor: np.ndarray, settings: dict[str, Any]
    ) -> Page:
        """Create a concept that starts as `anchor` (d,) and mine its first page."""
        concept = self.database.concepts.create(
            prompt or "from pictures",
            collection.name,
            prompt,
            settings={**settings, "anchor": [float(x) for x in anchor]},
        )
        return self._next(concept, 1)

    def submit(
        self, concept_id: str, tiles: Sequence[Tile], marks: Mapping[str, int], *, unmarked: int = 0
    ) -> Page:
        """Store the marks of a page, refit and mine the next page.

        Args:
            concept_id: the concept; another tab may have moved it on, nothing is lost then.
            tiles: the page that was shown.
            marks: photo id -> 1 or -1 for the photos that were clicked.
            unmarked: the label, 0 (skip) or -1, of the photos that were not.
        """
        concept = self.database.concepts.get(concept_id)
        shown = {**dict.fromkeys(marks, "edit"), **{t.photo_id: t.reason for t in tiles}}
        # A photo nobody clicked here may have been judged in another tab meanwhile: that stands.
        history = self.database.concepts.history(concept_id)
        judged = {photo for photo, label in latest_labels(history).items() if label}
        rows = [
            Label(photo, int(marks.get(photo, unmarked)), concept.round, reason)
            for photo, reason in shown.items()
            if photo in marks or photo not in judged
        ]
        with _timed() as timing:
            action = f"round:{uuid.uuid4().hex}"
            self.database.concepts.label(concept_id, rows, action=action)
        history += [replace(row, action=action) for row in rows]
        page = self._next(concept, concept.round + 1, history=history)
        page.timing["labels"] = timing["seconds"]
        return page

    def relabel(self, concept_id: str, labels: Mapping[str, int]) -> None:
        """Change or remove (0) single labels; the fit follows with `refit`."""
        concept = self.database.concepts.get(concept_id)
        reasons = {row.photo_id: row for row in self.database.concepts.history(concept_id)}
        rows = []
        for photo, label in labels.items():
            before = reasons.get(photo)
            at = (before.round, before.reason) if before else (concept.round, "edit")
            rows.append(Label(photo, int(label), *at))
        self.database.concepts.label(concept_id, rows, action=f"edit:{uuid.uuid4().hex}")

    def refit(self, concept_id: str) -> Page:
        """Fit again after labels changed elsewhere, and mine the page of the same round anew."""
        concept = self.database.concepts.get(concept_id)
        return self._next(concept, concept.round)

    def undo(self, concept_id: str) -> Page | None:
        """Take the latest action back; a whole round comes back with its marks."""
        return self._turn(concept_id, "undo")

    def redo(self, concept_id: str) -> Page | None:
        """Do again what was taken back last."""
        return self._turn(concept_id, "redo")

    def page(self, concept: Concept) -> Page:
        """Return the page a concept stands at, as it was left."""
        history = self.database.concepts.history(concept.id)
        counts = self._histogram(self.collection(concept.collection), self.head(concept))
        return Page(concept, stored_tiles(concept), history, counts)

    def collection(self, name: str) -> Collection:
        """Return a collection, looked up once."""
        if name not in self._collections:
            self._collections[name] = self.database.collection(name)
        return self._collections[name]

    def background(self, collection: Collection) -> Background:
        """Return mean, covariance and a fixed random sample of a collection, read once a minute."""
        return self._known(collection)[0]

    def _pool(self, collection: Collection) -> Pool:
        return self._known(collection)[1]

    def _known(self, collection: Collection) -> tuple[Background, Pool]:
        with self._lock:
            until, known = self._backgrounds.get(collection.name, (0.0, None))
        if known is not None and time.monotonic() < until:
            return known
        moments = collection.moments()
        pool = Pool(*collection.known_vectors(collection.sample(POOL_PHOTOS, seed=0)))
        sample = pool.vectors[:BACKGROUND_PHOTOS]
        known = Background(moments.mean, moments.covariance, sample), pool
        with self._lock:
            self._backgrounds[collection.name] = (time.monotonic() + BACKGROUND_SECONDS, known)
        return known

    def head(self, concept: Concept) -> Head:
        """Return the concept's fitted head."""
        return Head(np.asarray(concept.weights, np.float32), concept.bias, concept.threshold)

    def _turn(self, concept_id: str, kind: str) -> Page | None:
        concept = self.database.concepts.get(concept_id)
        history = self.database.concepts.history(concept_id)
        state = stacks(history)
        pile = state.done if kind == "undo" else state.undone
        if not pile:
            return None
        target = pile[-1]
        made = [row for row in history if row.action == target]
        before = prior_labels(history, target)
        rows = [
            Label(
                row.photo_id,
                before.get(row.photo_id, 0) if kind == "undo" else row.label,
                row.round,
                row.reason,
            )
            for row in made
        ]
        name = f"{kind}:{target}:{uuid.uuid4().hex}"
        self.database.concepts.label(concept_id, rows, action=name)
        if not target.startswith("round:"):
            return self._next(concept, concept.round)
        if kind == "redo":
            return self._next(concept, made[0].round + 1)
        tiles = [Tile(row.photo_id, row.reason, row.label) for row in made]
        return self._next(concept, made[0].round, tiles)

    def _next(
        self,
        concept: Concept,
        number: int,
        tiles: Sequence[Tile] = (),
        history: list[Label] | None = None,
    ) -> Page:
        """Fit on all labels, mine a page unless `tiles` are given, and store both."""
        collection = self.collection(concept.collection)
        if history is None:
            history = self.database.concepts.history(concept.id)
        judged, labels = self._judged(collection, history)
        background = self.background(collection)
        anchor = np.asarray(concept.settings["anchor"], np.float32)
        with _timed() as fitting:
            head = (
                fit(anchor, judged, labels, background=background)
                if len(labels)
                else prompt_head(anchor, background)
            )
        upcoming: list[str] = []
        # One figure for each round answered: what it kept of the matches of the round before.
        agreements = list(concept.settings.get("agreements", []))[: max(0, number - 2)]
        with _timed() as mining:
            if tiles:
                tiles = self._scored(collection, head, tiles)
                counts = self._histogram(collection, head)
            else:
                pool = self._pool(collection)
                mined = mine_page(
                    collection, concept, head, background, pool, judged, labels, number, history
                )
                tiles, upcoming, counts = mined.tiles, mined.upcoming, mined.counts
                if number > 1:
                    agreements.append(round(mined.agreement, 4))
                if len(self._vectors) > REMEMBERED:
                    self._vectors.clear()
                self._remember(collection, mined.vectors)
        settings = {
            **concept.settings,
            "page": [list(astuple(tile)) for tile in tiles],
            "agreements": agreements,
        }
        with _timed() as storing:
            concept = self.database.concepts.update(
                concept.id,
                weights=head.weights,
                bias=head.bias,
                round=number,
                settings=settings,
            )
        timing = {
            "fit": fitting["seconds"],
            "mine": mining["seconds"],
            "store": storing["seconds"],
        }
        return Page(concept, list(tiles), history, counts, upcoming, timing)

    def _histogram(self, collection: Collection, head: Head) -> list[int]:
        found = collection.histogram(head.weights, head.bias, bins=BINS)
        return [int(count) for count in found.counts]

    def _scored(self, collection: Collection, head: Head, tiles: Sequence[Tile]) -> list[Tile]:
        found, vectors = collection.known_vectors([tile.photo_id for tile in tiles])
        scores = dict(zip(found, head.probabilities(vectors), strict=True))
        return [replace(t, score=rounded(scores.get(t.photo_id))) for t in tiles]

    def _remember(self, collection: Collection, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep vectors of photos about to be judged: the next fit needs them."""
        for photo, vector in vectors.items():
            self._vectors[collection.name, photo] = vector

    def _judged(
        self, collection: Collection, history: Sequence[Label]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Vectors (n, d) and labels (n,) of all judged photos that still exist, in their order."""
        latest = latest_labels(history)
        wanted_ids = [photo for photo, label in latest.items() if label]
        unread = [photo for photo in wanted_ids if (collection.name, photo) not in self._vectors]
        if unread:
            self._remember(collection, dict(zip(*collection.known_vectors(unread), strict=True)))
        known = [photo for photo in wanted_ids if (collection.name, photo) in self._vectors]
        vectors = [self._vectors[collection.name, photo] for photo in known]
        matrix = np.asarray(vectors, np.float32).reshape(-1, collection.dim)
        return matrix, np.asarray([latest[photo] for photo in known], np.int8)


def stored_tiles(concept: Concept) -> list[Tile]:
    """Read the page that a concept stands at."""
    return [Tile(*entry) for entry in concept.settings.get("page", [])]


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    result = {"seconds": 0.0}
    start = time.perf_counter()
    yield result
    result["seconds"] = time.perf_counter() - start
