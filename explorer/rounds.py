"""One round of mining: labels in, a refitted head and the next page out."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier import Head, prompt_head
from explorer.errors import BadInput, MovedOn
from explorer.fitting import Fitting, head_of
from explorer.freed_memory import keep_freed_memory
from explorer.history import EDIT, SURE, History, read_history
from explorer.limits import check_labels, check_there
from explorer.memory import Memory
from explorer.mining import BINS, Standing, doubt_answers, mine_page
from explorer.one_thread import OneThread
from explorer.page import Page, answer_tiles, show_again
from explorer.settings import UNMARKED, Settings, Tile
from vecdb import Collection, Concept, Database, Label, Store

# Statements that do not wait for each other run side by side.
SIDE_BY_SIDE = 4
# Rounds of several people at once: more do not end sooner, they take turns at the same cores.
ROUNDS_AT_ONCE = 2 * max(2, os.cpu_count() or 2)
# Answers taken back at once that are slips: more are a change of mind.
MOST_SLIPS = 10
# Concepts whose history is kept at hand.
HISTORIES = 64


class Rounds:
    """The rounds of one database. Safe to share between threads.

    Everything a page needs lies in the database before the page is returned.
    """

    def __init__(
        self,
        database: Database,
        encode: Callable[[Concept], np.ndarray] | None = None,
        samples: Path | None = None,
    ) -> None:
        """Work on a database.

        Args:
            database: an open one.
            samples: folder for samples of large collections; beside the store by default.
            encode: returns the direction (d,) of a concept's words, for concepts that were made
                without one.
        """
        self.database = database
        self.memory = Memory(database, samples or Store().path.parent / "samples")
        self._concepts = database.concepts
        self._fitting = Fitting(self._concepts, self.memory, encode)
        self._aside = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="rounds")
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._histories: dict[str, History] = {}
        self._at_once = threading.BoundedSemaphore(ROUNDS_AT_ONCE)
        self._one_thread = OneThread()
        keep_freed_memory()

    def begin(
        self,
        collection: Collection,
        prompt: str,
        anchor: np.ndarray,
        settings: Settings | None = None,
        name: str | None = None,
    ) -> Page:
        """Create a concept that starts as `anchor` (d,) and mine its first page.

        Args:
            name: what it is called; by default its prompt.

        Raises:
            DimensionMismatch: the anchor is of another dimension than the collection.
        """
        prompt_head(anchor, self.memory.known(collection.name).background)
        settings = replace(settings or Settings(), anchor=tuple(float(x) for x in anchor))
        name = (name or "").strip() or prompt or "from pictures"
        concept = self._concepts.create(name, collection.name, prompt, settings=settings.as_json())
        return self._next(concept, 1, History())

    def open_head(self, collection: Collection, name: str, prompt: str, head: Head) -> Page:
        """Create a concept from a saved head, which stands until there are answers."""
        weights = np.asarray(head.weights, np.float64)
        settings = Settings(
            anchor=tuple(weights / (np.linalg.norm(weights) or 1.0)),
            opened=(*weights.tolist(), float(head.bias)),
        )
        concept = self._concepts.create(name, collection.name, prompt, settings=settings.as_json())
        concept = self._concepts.update(concept.id, threshold=head.threshold)
        return self._next(concept, 1, History())

    def submit(
        self,
        concept_id: str,
        tiles: Sequence[Tile],
        marks: Mapping[str, int],
        *,
        unmarked: str = "skip",
        number: int | None = None,
        by: str = "",
    ) -> Page:
        """Store the marks of a page, refit and mine the next page.

        Args:
            concept_id: the concept; another tab may have moved it on, nothing is lost then.
            tiles: the page that was shown.
            marks: photo id -> 1 or -1 for the photos that were clicked.
            unmarked: what the others are, "skip" or "negative"; kept until a restart.
            number: the round of that page; without one, the round that the concept stands at.
            by: who answered; empty where nobody said.

        Raises:
            BadInput: `unmarked` is neither, or a mark is no label; nothing is stored.
            MovedOn: the concept stands at another round: `catch_up` brings its page.
            NothingThere: it was deleted, and held answers; without any it comes back.
        """
        if unmarked not in UNMARKED:
            raise BadInput(f"unmarked must be 'skip' or 'negative', not {unmarked!r:.40}.")
        marks = check_labels(marks)
        timing: dict[str, float] = {}
        with self._alone(concept_id):
            with _measure(timing, "read"):
                concept, history = self._read(concept_id, deleted=True)
            if concept.deleted:
                # Left unanswered in another window, it was not kept; now it is answered.
                if history:
                    check_there(concept)
                concept = self._concepts.restore(concept_id)
            if number not in (None, concept.round):
                raise MovedOn("This concept moved on in another window: show its page.")
            settings = replace(Settings.read(concept.settings), unmarked=unmarked)
            concept = replace(concept, settings=settings.as_json())
            default = -1 if unmarked == "negative" else 0
            rows = answer_tiles(concept, history, tiles, marks, default, by)
            # Where another process answers the same page at once, both are one action to undo, and
            # the same answers are stored once.
            action = f"round:{concept.round}.{len(history)}"
            stored = self._aside.submit(
                self._concepts.label, concept_id, rows, action=action, once=True
            )
            history = history.extend([replace(row, action=action) for row in rows])
            return self._next(concept, concept.round + 1, history, stored=stored, timing=timing)

    def catch_up(self, concept_id: str, marks: Mapping[str, int], by: str = "") -> Page:
        """Return the page a concept stands at; marks made on an older page are kept as answers."""
        concept, history = self._read(concept_id)
        before = history.labels_by(by)
        changed = {photo: mark for photo, mark in marks.items() if before.get(photo) != mark}
        return self.relabel(concept_id, changed, by) if changed else self.page(concept)

    def relabel(self, concept_id: str, labels: Mapping[str, int], by: str = "") -> Page:
        """Change or remove (0) single labels, fit again, and mine the page of the round anew.

        Of a deleted concept, too: what a window held open comes back with it.

        Raises:
            BadInput: a label is none.
        """
        labels = check_labels(labels)
        with self._alone(concept_id):
            concept, history = self._read(concept_id, deleted=True)
            rows, own = [], history.labels_by(by)
            turned = {photo for photo in own if labels.get(photo, 0) == -own[photo]}
            for photo, label in labels.items():
                before = history.latest.get(photo)
                number, reason = (before.round, before.reason) if before else (concept.round, EDIT)
                if photo in history.asked_again:  # its reason would count a second time
                    reason = EDIT
                elif photo in turned and len(turned) <= MOST_SLIPS:
                    reason = SURE
                rows.append(Label(photo, label, number, reason, by=by))
            return self._add(concept, history, rows, "edit", concept.round)

    def import_labels(self, concept_id: str, rows: Sequence[Label]) -> Page:
        """Add labels that were given elsewhere as one action, fit again, and mine a page anew.

        Raises:
            NoAnchor: there is nothing to fit: no words, no weights and no yes; nothing is stored.
        """
        with self._alone(concept_id):
            concept, history = self._read(concept_id)
            # A concept that starts from labels goes on in the round after theirs.
            number = concept.round or max((row.round for row in rows), default=0) + 1
            return self._add(concept, history, rows, "import", number)

    def _add(
        self, concept: Concept, history: History, rows: Sequence[Label], kind: str, number: int
    ) -> Page:
        """Store labels as one action of a kind and go on; what cannot be fitted is not stored."""
        action = f"{kind}:{uuid.uuid4().hex}"
        history = history.extend([replace(row, action=action) for row in rows])
        standing = self._fitting.fit(concept, number, history)
        self._concepts.label(concept.id, rows, action=action)
        return self._next(concept, number, history, standing=standing)

    def refit(self, concept_id: str) -> Page:
        """Fit again after labels changed elsewhere, and mine the page of the same round anew."""
        with self._alone(concept_id):
            concept, history = self._read(concept_id, deleted=True)  # one that is carried over
            return self._next(concept, max(1, concept.round), history)

    def choose_judge(self, concept_id: str, judge: str | None) -> Page:
        """Let the answers of one person alone count, or everybody's (None), and fit again.

        Raises:
            NoAnchor: nothing is left to fit; nothing is changed then.
        """
        with self._alone(concept_id):
            concept, history = self._read(concept_id)
            settings = replace(Settings.read(concept.settings), judge=judge)
            concept = replace(concept, settings=settings.as_json())
            return self._next(concept, concept.round, History(history.rows, judge))

    def keep_settings(self, concept_id: str, **changes: Any) -> Concept:
        """Remember choices with the concept: fields of `Settings` by name."""
        with self._alone(concept_id):
            settings = Settings.read(self._concepts.get(concept_id).settings)
            return self._concepts.update(
                concept_id, settings=replace(settings, **changes).as_json()
            )

    def undo(self, concept_id: str) -> Page | None:
        """Take the latest action back; a whole round comes back with its marks."""
        with self._alone(concept_id):
            return self._turn(concept_id, "undo")

    def redo(self, concept_id: str) -> Page | None:
        """Do again what was taken back last."""
        with self._alone(concept_id):
            return self._turn(concept_id, "redo")

    def page(self, concept: Concept) -> Page:
        """Return the page a concept stands at, as it was left; the first one is mined."""
        tiles = Settings.read(concept.settings).page
        if tiles is None or not len(concept.weights):
            return self.refit(concept.id)
        history = read_history(self._concepts, concept)
        known = self.memory.known(concept.collection)
        counts = known.count_by_probability(head_of(concept), BINS)
        return Page(concept, list(tiles), history, counts, sampled=known.sampled)

    @contextmanager
    def _alone(self, concept_id: str) -> Iterator[None]:
        """Let one call at a time read a concept, think, and write it back."""
        with self._lock:
            turn = self._turns.setdefault(concept_id, threading.Lock())
        with turn, self._at_once, self._one_thread:
            yield

    def _read(self, concept_id: str, *, deleted: bool = False) -> tuple[Concept, History]:
        """Return a concept with its history.

        Raises:
            NothingThere: it was deleted, and that is not `deleted` to be.
        """
        reading = self._aside.submit(self._concepts.history, concept_id)
        concept = self._concepts.get(concept_id)
        if not deleted:
            check_there(concept)
        rows, judge = reading.result(), Settings.read(concept.settings).judge
        kept = self._histories.get(concept_id)
        # Labels are only added: what is known of the earlier ones is not worked out again.
        if kept is not None and kept.judge == judge and kept.rows == rows[: len(kept)]:
            history = kept.extend(rows[len(kept) :])
        else:
            history = History(rows, judge)
        if kept is None and len(self._histories) >= HISTORIES:
            self._histories.clear()
        self._histories[concept_id] = history
        return concept, history

    def _turn(self, concept_id: str, kind: str) -> Page | None:
        concept, history = self._read(concept_id)
        pile = history.done if kind == "undo" else history.undone
        if not pile:
            return None
        target = pile[-1]
        made = history.labels_of(target)
        rows = history.take_back(made) if kind == "undo" else made
        rows = [replace(row, created=None) for row in rows]
        action = f"{kind}:{target}:{uuid.uuid4().hex}"
        history = history.extend([replace(row, action=action) for row in rows])
        number, tiles = concept.round, []
        if target.startswith("round:"):
            number = made[0].round + (kind == "redo")
            if kind == "undo":
                once = {row.photo_id: row for row in made}.values()
                tiles = [Tile(row.photo_id, row.reason, row.label) for row in once]
        # Fitted before anything is stored: what cannot be fitted must not change the labels.
        standing = self._fitting.fit(concept, number, history)
        self._concepts.label(concept_id, rows, action=action)
        return self._next(concept, number, history, tiles=tiles, standing=standing)

    def _next(
        self,
        concept: Concept,
        number: int,
        history: History,
        *,
        tiles: Sequence[Tile] = (),
        standing: Standing | None = None,
        stored: "Future[None] | None" = None,
        timing: dict[str, float] | None = None,
    ) -> Page:
        """Fit on all labels, mine a page unless `tiles` are given, and store both.

        Args:
            history: every label of the concept, those still being stored too.
            standing: the fit, where it has been made.
            stored: the storing of labels that is under way.
        """
        timing = {} if timing is None else timing
        known = self.memory.known(concept.collection)
        with _measure(timing, "fit"):
            standing = standing or self._fitting.fit(concept, number, history)
        with _measure(timing, "mine"):
            shown = show_again(known, standing, tiles) if tiles else None
            mined = shown or mine_page(known, standing)
            if stored:
                stored.result()
        # One figure for each round answered: what it kept of the matches of the round before. A
        # round that comes back, or is fitted anew, has its own already.
        entered = number > concept.round
        agreements = standing.settings.agreements[: max(0, number - (2 if entered else 1))]
        if number > 1 and entered:
            agreements += (round(mined.agreement, 4),)
        settings = replace(standing.settings, page=tuple(mined.tiles), agreements=agreements)
        with _measure(timing, "store"):
            concept = self._concepts.update(
                concept.id,
                weights=standing.head.weights,
                bias=standing.head.bias,
                round=number,
                settings=settings.as_json(),
            )
            return Page(
                concept,
                mined.tiles,
                history,
                mined.counts,
                mined.upcoming,
                mined.rows,
                timing,
                sampled=known.sampled,
            )

    def doubtful(self, concept: Concept) -> list[str]:
        """Return the judged photos whose answers look like slips, the most doubtful first."""
        known = self.memory.known(concept.collection)
        return doubt_answers(
            known, self._fitting.fit(concept, concept.round, read_history(self._concepts, concept))
        )


@contextmanager
def _measure(timing: dict[str, float], part: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timing[part] = time.perf_counter() - start
