"""One round of mining: labels in, a refitted head and the next page out. Knows no Streamlit."""

import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from typing import Any

import numpy as np

from api import resources
from classifier import Head, fit, prompt_head
from pages._history import latest_labels, prior_labels, stacks
from pages._memory import Known, Memory
from pages._mining import BINS, Mined, Standing, Tile, mine_page, rounded
from vecdb import Collection, Concept, Database, Label

# Statements that do not wait for each other run side by side.
SIDE_BY_SIDE = 4


@dataclass
class Page:
    """What the user is asked next.

    `counts` (100,) is the histogram of the collection's probabilities; `upcoming` are likely photos
    of the page after this one; `rows` what is known of the photos, None where nobody asked yet;
    `timing` is in seconds; `made` when, as Unix time.
    """

    concept: Concept
    tiles: list[Tile]
    history: list[Label]
    counts: list[int]
    upcoming: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] | None = None
    timing: dict[str, float] = field(default_factory=dict)
    made: float = field(default_factory=time.time)


class Rounds:
    """The rounds of one database.

    Everything a page needs lies in the database before the page is returned.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.memory = Memory(database)
        self._concepts = database.concepts
        self._aside = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="rounds")
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    def begin(
        self, collection: Collection, prompt: str, anchor: np.ndarray, settings: dict[str, Any]
    ) -> Page:
        """Create a concept that starts as `anchor` (d,) and mine its first page."""
        concept = self._concepts.create(
            prompt or "from pictures",
            collection.name,
            prompt,
            settings={**settings, "anchor": [float(x) for x in anchor]},
        )
        return self._next(concept, 1, [])

    def submit(
        self,
        concept_id: str,
        tiles: Sequence[Tile],
        marks: Mapping[str, int],
        *,
        unmarked: str = "skip",
    ) -> Page:
        """Store the marks of a page, refit and mine the next page.

        Args:
            concept_id: the concept; another tab may have moved it on, nothing is lost then.
            tiles: the page that was shown.
            marks: photo id -> 1 or -1 for the photos that were clicked.
            unmarked: what the others are, "skip" or "negative"; kept with the concept.
        """
        timing: dict[str, float] = {}
        with self._alone(concept_id):
            with _timed(timing, "read"):
                concept, history = self._read(concept_id)
            concept = replace(concept, settings={**concept.settings, "unmarked": unmarked})
            rows = _answers(concept, history, tiles, marks, -1 if unmarked == "negative" else 0)
            action = f"round:{uuid.uuid4().hex}"
            stored = self._aside.submit(self._concepts.label, concept_id, rows, action=action)
            history += [replace(row, action=action) for row in rows]
            return self._next(concept, concept.round + 1, history, stored=stored, timing=timing)

    def relabel(self, concept_id: str, labels: Mapping[str, int]) -> None:
        """Change or remove (0) single labels; the fit follows with `refit`."""
        concept, history = self._read(concept_id)
        reasons = {row.photo_id: row for row in history}
        rows = []
        for photo, label in labels.items():
            before = reasons.get(photo)
            at = (before.round, before.reason) if before else (concept.round, "edit")
            rows.append(Label(photo, int(label), *at))
        self._concepts.label(concept_id, rows, action=f"edit:{uuid.uuid4().hex}")

    def refit(self, concept_id: str) -> Page:
        """Fit again after labels changed elsewhere, and mine the page of the same round anew."""
        with self._alone(concept_id):
            concept, history = self._read(concept_id)
            return self._next(concept, concept.round, history)

    def keep_setting(self, concept_id: str, name: str, value: Any) -> Concept:
        """Remember a choice with the concept."""
        with self._alone(concept_id):
            settings = {**self._concepts.get(concept_id).settings, name: value}
            return self._concepts.update(concept_id, settings=settings)

    def undo(self, concept_id: str) -> Page | None:
        """Take the latest action back; a whole round comes back with its marks."""
        with self._alone(concept_id):
            return self._turn(concept_id, "undo")

    def redo(self, concept_id: str) -> Page | None:
        """Do again what was taken back last."""
        with self._alone(concept_id):
            return self._turn(concept_id, "redo")

    def page(self, concept: Concept) -> Page:
        """Return the page a concept stands at, as it was left."""
        history = self._concepts.history(concept.id)
        counts = _histogram(self.memory.collection(concept.collection), head_of(concept))
        return Page(concept, stored_tiles(concept), history, counts)

    @contextmanager
    def _alone(self, concept_id: str) -> Iterator[None]:
        """Let one call at a time read a concept, think, and write it back."""
        with self._lock:
            turn = self._turns.setdefault(concept_id, threading.Lock())
        with turn:
            yield

    def _read(self, concept_id: str) -> tuple[Concept, list[Label]]:
        history = self._aside.submit(self._concepts.history, concept_id)
        return self._concepts.get(concept_id), history.result()

    def _turn(self, concept_id: str, kind: str) -> Page | None:
        concept, history = self._read(concept_id)
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
        action = f"{kind}:{target}:{uuid.uuid4().hex}"
        self._concepts.label(concept_id, rows, action=action)
        history += [replace(row, action=action) for row in rows]
        if not target.startswith("round:"):
            return self._next(concept, concept.round, history)
        if kind == "redo":
            return self._next(concept, made[0].round + 1, history)
        tiles = [Tile(row.photo_id, row.reason, row.label) for row in made]
        return self._next(concept, made[0].round, history, tiles=tiles)

    def _next(
        self,
        concept: Concept,
        number: int,
        history: list[Label],
        *,
        tiles: Sequence[Tile] = (),
        stored: "Future[None] | None" = None,
        timing: dict[str, float] | None = None,
    ) -> Page:
        """Fit on all labels, mine a page unless `tiles` are given, and store both.

        Args:
            history: every label of the concept, those still being stored too.
            stored: the storing of labels that is under way.
        """
        timing = {} if timing is None else timing
        known = self.memory.known(concept.collection)
        with _timed(timing, "fit"):
            standing = _fitted(known, concept, number, history)
        with _timed(timing, "mine"):
            mined = _shown_again(known, standing, tiles) if tiles else mine_page(known, standing)
            if stored:
                stored.result()
        # One figure for each round answered: what it kept of the matches of the round before.
        agreements = list(concept.settings.get("agreements", []))[: max(0, number - 2)]
        if number > 1 and not tiles:
            agreements.append(round(mined.agreement, 4))
        settings = {
            **concept.settings,
            "page": [list(astuple(tile)) for tile in mined.tiles],
            "agreements": agreements,
        }
        with _timed(timing, "store"):
            ids = [tile.photo_id for tile in mined.tiles]
            rows = self._aside.submit(known.collection.photos, ids)
            concept = self._concepts.update(
                concept.id,
                weights=standing.head.weights,
                bias=standing.head.bias,
                round=number,
                settings=settings,
            )
            return Page(
                concept, mined.tiles, history, mined.counts, mined.upcoming, rows.result(), timing
            )


def head_of(concept: Concept) -> Head:
    """Return the concept's fitted head."""
    return Head(np.asarray(concept.weights, np.float32), concept.bias, concept.threshold)


def stored_tiles(concept: Concept) -> list[Tile]:
    """Read the page that a concept stands at."""
    return [Tile(*entry) for entry in concept.settings.get("page", [])]


def _answers(
    concept: Concept,
    history: Sequence[Label],
    tiles: Sequence[Tile],
    marks: Mapping[str, int],
    default: int,
) -> list[Label]:
    """Turn the marks of a page into labels."""
    shown = {**dict.fromkeys(marks, "edit"), **{tile.photo_id: tile.reason for tile in tiles}}
    # A photo nobody clicked here may have been judged in another tab meanwhile: that stands.
    judged = {photo for photo, label in latest_labels(history).items() if label}
    return [
        Label(photo, int(marks.get(photo, default)), concept.round, reason)
        for photo, reason in shown.items()
        if photo in marks or photo not in judged
    ]


def _fitted(known: Known, concept: Concept, number: int, history: list[Label]) -> Standing:
    judged, labels = known.judged(history)
    anchor = np.asarray(concept.settings["anchor"], np.float32)
    head = (
        fit(anchor, judged, labels, background=known.background)
        if len(labels)
        else prompt_head(anchor, known.background)
    )
    return Standing(concept, number, head, judged, labels, history)


def _shown_again(known: Known, standing: Standing, tiles: Sequence[Tile]) -> Mined:
    """Score a page that was shown before."""
    head = standing.head
    found, vectors = known.collection.known_vectors([tile.photo_id for tile in tiles])
    scores = dict(zip(found, head.probabilities(vectors), strict=True))
    scored = [replace(tile, score=rounded(scores.get(tile.photo_id))) for tile in tiles]
    return Mined(scored, [], _histogram(known.collection, head), 1.0)


def _histogram(collection: Collection, head: Head) -> list[int]:
    found = collection.histogram(head.weights, head.bias, bins=BINS)
    return [int(count) for count in found.counts]


_shared: Rounds | None = None
_sharing = threading.Lock()


def shared_rounds() -> Rounds:
    """Return the rounds of the process's open database, one for all sessions."""
    global _shared
    database = resources.database()
    with _sharing:
        if _shared is None or _shared.database is not database:
            _shared = Rounds(database)
        return _shared


@contextmanager
def _timed(timing: dict[str, float], part: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timing[part] = time.perf_counter() - start
