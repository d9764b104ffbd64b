"""Change the encoder and keep the concepts: each is fitted anew in the other encoder's vectors.

Nothing is switched by comparing. Carrying over makes copies; the old concepts stay as they are.
"""

import hashlib
import itertools
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from classifier import ClassifierError, Head, anchor, fit, prompt_head
from encoder import EncoderError, load_encoder
from explorer.audits import AuditRecord, blind_answers
from explorer.comparison import Score, accepted_photos, score_audited, score_held_out
from explorer.encode import find_sibling
from explorer.errors import BadInput, NothingThere
from explorer.exports.choice import Tell, say_nothing
from explorer.fitting import head_of
from explorer.history import read_history
from explorer.memory import Known
from explorer.query import Query
from explorer.settings import Settings
from vecdb import Collection, Concept, Label
from vecdb.errors import UnknownConcept

if TYPE_CHECKING:
    from explorer.explorer import Explorer

CARRYING = threading.Lock()


@dataclass(frozen=True)
class Comparison:
    """A concept in the old encoder's vectors and in the new one's.

    Attributes:
        concept_id, name: of the old concept.
        yes, no: its answers, on photos that both collections hold.
        lost: answers on photos that the new collection lacks.
        opened: it was opened from a file, whose classifier is of the old encoder alone.
        old, new: how well it does in each.
        problem: why it cannot be fitted anew, a sentence; empty where it can.
        copy: id of the concept that was carried over; empty where none was.
    """

    concept_id: str
    name: str
    yes: int
    no: int
    lost: int
    old: Score
    new: Score
    problem: str = ""
    copy: str = ""
    opened: bool = False


@dataclass(frozen=True)
class Change:
    """What changing the encoder of a collection does to its concepts.

    Attributes:
        table: the collection as it is.
        target: the collection with the new vectors.
        encoder: the new one.
        missing: photos that the new collection lacks.
        concepts: each of them that was answered in or opened from a file, compared.
    """

    table: str
    target: str
    encoder: str
    missing: int
    concepts: tuple[Comparison, ...]


def change_encoder(
    explorer: "Explorer",
    table: str,
    encoder: str,
    *,
    switch: bool = False,
    tell: Tell = say_nothing,
) -> Change:
    """Compare every concept of a collection in two encoders' vectors; carry all over on request.

    Args:
        explorer: whose database is used.
        table: the collection.
        encoder: the new one; `encode_collection` has made its vectors.
        switch: make a concept in the new collection of each one that can be fitted there, with
            every answer. One that was carried over before is not made again.
        tell: is told which share of the concepts is done.

    Raises:
        BadInput: it is the collection's own.
        NothingThere: the collection has no vectors of that encoder yet.
        EncoderError, VecdbError: the encoder or the database cannot be used.
    """
    source = explorer.collection(table)
    loaded = load_encoder(encoder)
    if loaded.fingerprint == source.fingerprint or loaded.name == source.encoder:
        raise BadInput(f"The collection {source.name} is of {loaded.name} already: name another.")
    target = find_sibling(explorer.database, source, loaded)
    if target is None:
        raise NothingThere(
            f"The collection {source.name} has no vectors of {loaded.name} yet: make them with "
            f"`python -m explorer encode --table {source.name} --encoder {loaded.name}`."
        )
    compared = []
    # Two windows would do all of it twice.
    with CARRYING if switch else nullcontext():
        concepts = explorer.concepts.list(source.name)
        copies = {
            Settings.read(concept.settings).origin: concept.id
            for concept in explorer.concepts.list(target.name)
        }
        for at, concept in enumerate(concepts):
            tell("Fitting concepts", at / len(concepts))
            both = _Both(explorer, source, target, concept)
            if both.is_empty:
                continue
            found = replace(both.compare(), copy=copies.get(concept.id, ""))
            if switch and not found.problem and not found.copy:
                found = replace(found, copy=both.carry_over())
            compared.append(found)
    missing = max(0, source.count() - target.count())
    return Change(source.name, target.name, loaded.name, missing, tuple(compared))


class _Both:
    """One concept, seen in the vectors of two collections."""

    def __init__(
        self, explorer: "Explorer", source: Collection, target: Collection, concept: Concept
    ) -> None:
        self._explorer, self._source, self._target = explorer, source, target
        self._concept = concept
        self._settings = self._new_settings = Settings.read(concept.settings)
        self._history = read_history(explorer.concepts, concept)
        stored = source.records.known_ids(self._history.judged)
        kept = target.records.known_ids(stored)
        self._lost = len(stored) - len(kept)
        self._judged = [photo for photo in self._history.judged if photo in kept]
        self._labels = np.asarray([self._history.judged[photo] for photo in self._judged], np.int8)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing but words: no list shows it."""
        return not (self._history.judged or self._settings.opened)

    def compare(self) -> Comparison:
        """Fit in both and compare."""
        yes, no = int((self._labels > 0).sum()), int((self._labels < 0).sum())
        compared = Comparison(
            self._concept.id,
            self._concept.name,
            yes,
            no,
            self._lost,
            Score(),
            Score(),
            opened=self._settings.opened is not None,
        )
        try:
            self._new_settings = self._start_anew()
            new, head = self._score(self._target, self._new_settings)
        except (EncoderError, ClassifierError) as error:
            return replace(compared, problem=str(error))
        old, _ = self._score(self._source, self._settings)
        record = AuditRecord.read(self._concept)
        if record is not None and record.findings is not None:
            answers = blind_answers(self._explorer.database, record)
            before = head_of(self._concept)
            old = self._measure_by_audit(old, record, answers, self._source, before)
            new = self._measure_by_audit(new, record, answers, self._target, head)
        return replace(compared, old=old, new=new)

    def carry_over(self) -> str:
        """Make a concept in the new collection with every answer, and return its id.

        Its id follows from what it is made of, and each answer is stored once: another process that
        does the same at the same time makes the same concept, and one that broke off is gone on
        with.
        """
        concepts = self._explorer.concepts
        made_of = (self._concept.id, self._target.name, self._target.encoder_key)
        copy_id = hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]
        settings = replace(self._new_settings, origin=self._concept.id).as_json()
        try:
            copy = concepts.get(copy_id)
        except UnknownConcept:
            copy = concepts.create(
                self._concept.name,
                self._target.name,
                self._concept.prompt,
                settings=settings,
                hidden=True,  # what breaks off is neither listed nor taken for carried over
                concept_id=copy_id,
            )
        if not copy.deleted:
            return copy_id
        stored = set(map(_tell_apart, concepts.history(copy_id)))
        left = (row for row in self._history.rows if _tell_apart(row) not in stored)
        for action, rows in itertools.groupby(left, key=lambda row: row.action):
            concepts.label(copy_id, list(rows), action=action, once=True)
        concepts.update(
            copy_id,
            settings=settings,
            threshold=self._concept.threshold,
            round=max(copy.round, self._concept.round),
        )
        self._explorer.rounds.refit(copy_id)
        return concepts.restore(copy_id).id

    def _start_anew(self) -> Settings:
        """Return the settings with which the concept starts in the new vectors.

        Raises:
            EncoderError, ClassifierError: a phrase is too long for the new encoder, or the concept
                has neither words nor a photo that the new collection holds.
        """
        phrases = self._settings.phrases
        if not phrases and self._concept.prompt:
            phrases = ((self._concept.prompt, 1.0),)
        kept = self._target.records.known_ids(self._settings.photo_ids)
        query = Query(phrases, photo_ids=[p for p in self._settings.photo_ids if p in kept])
        if query:
            start, first = self._explorer.starting_vectors(query, self._target)
        else:
            start, first = self._mean_of_yes(), None
        return replace(
            self._settings,
            anchor=tuple(float(x) for x in start),
            first=None if first is None else tuple(float(x) for x in first),
            page=None,
            agreements=(),
            opened=None,  # of the old vectors
        )

    def _mean_of_yes(self) -> np.ndarray:
        """Return where a concept starts that was begun from dropped pictures: at its own yes."""
        yes = [p for p, label in zip(self._judged, self._labels, strict=True) if label > 0]
        examples = self._target.vectors(yes) if yes else None
        return anchor([], examples, mean=self._known(self._target).background.mean)

    def _score(self, collection: Collection, settings: Settings) -> tuple[Score, Head]:
        vectors = collection.vectors(self._judged)
        background = self._known(collection).background
        start = np.asarray(settings.anchor or self._concept.weights, np.float32)
        head = (
            fit(start, vectors, self._labels, background=background)
            if len(self._labels)
            else prompt_head(settings.first or start, background)
        )
        held_out = score_held_out(start, background, vectors, self._labels)
        return Score(held_out), replace(head, threshold=self._concept.threshold)

    def _measure_by_audit(
        self,
        score: Score,
        record: AuditRecord,
        answers: dict[str, int],
        collection: Collection,
        head: Head,
    ) -> Score:
        both = self._target.records.known_ids(self._source.records.known_ids(answers))
        asked: Sequence[str] = sorted(both)
        accepted = accepted_photos(head, asked, collection.vectors(asked))
        precision, recall = score_audited(record, answers, accepted)
        return replace(score, precision=precision, recall=recall)

    def _known(self, collection: Collection) -> Known:
        return self._explorer.rounds.memory.known(collection.name)


def _tell_apart(row: Label) -> tuple[str, str, int, str]:
    """Return what no other answer of a concept has."""
    return row.action, row.photo_id, row.label, row.by
