"""One explorer: a database with its store, its encoders and the work that goes on in it."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audit import Findings
from commandline.words import describe_error, is_utf8
from encoder import Encoder
from explorer.arguments import check_argument, check_arguments
from explorer.audits import (
    AuditRecord,
    answer_audit,
    begin_audit,
    open_questions,
    read_answers,
)
from explorer.conditions import read_conditions
from explorer.encoders import Encoders
from explorer.errors import BadInput, NothingThere, NothingToTurn, NotWritten
from explorer.exports import Choice, Exported, export_concept
from explorer.jobs import Jobs
from explorer.limits import check_labels, check_number, check_there, check_whole
from explorer.mapping.jobs import Maps
from explorer.news import News, mark_seen, read_new_matches
from explorer.nouns import Nouns
from explorer.page import Page
from explorer.people import clean_name
from explorer.phrases import parse_phrases, write_phrases
from explorer.query import Query
from explorer.ranking import Ranked, rank
from explorer.rounds import Rounds
from explorer.saved_concepts import open_saved_concept
from explorer.settings import settings_for
from explorer.tickets import Tickets
from explorer.truth import Truth, compare_with_labels
from explorer.tuning import Tunings
from explorer.webhook import tell_webhook
from ingest import IngestError, Photo, Summary, run
from ingest.progress import ProgressCallback
from vecdb import (
    Collection,
    Concept,
    ConceptStore,
    Database,
    Filter,
    Scored,
    Store,
    VecdbError,
    connect,
    default_table,
)
from vecdb.errors import UnknownCollection

LOG = logging.getLogger("explorer")


@check_arguments
class Explorer:
    """Everything the app does, for pages, HTTP and notebooks. Safe to share between threads.

    The database is opened at its first use. Every method raises BadInput for an argument of another
    type than it declares.
    """

    def __init__(self, dsn: str | None = None, *, store: str | Path | None = None) -> None:
        """Name the places.

        Args:
            dsn: the database; without one VECDB_DSN, else ./data/chdb.
            store: folder of thumbnails and cached vectors; without one VECDB_STORE, else
                ./data/store.
        """
        self._dsn = dsn
        self._store = store
        self._lock = threading.RLock()
        self._database: Database | None = None
        self._rounds: Rounds | None = None
        self.encoders = Encoders()
        self.nouns = Nouns(lambda: self.store)
        self.jobs = Jobs(self)
        self.tunings = Tunings(self)
        self.maps = Maps(self)
        self.tickets = Tickets()

    @property
    def database(self) -> Database:
        """The one open database.

        Raises:
            VecdbError: it cannot be opened; the next call tries again.
        """
        with self._lock:
            if self._database is None:
                self._database = connect(self._dsn)
            return self._database

    @property
    def concepts(self) -> ConceptStore:
        """The concepts of the open database."""
        return self.database.concepts

    @property
    def rounds(self) -> Rounds:
        """The rounds of the open database, one for all sessions."""
        with self._lock:
            database = self.database
            if self._rounds is None or self._rounds.database is not database:
                self._rounds = Rounds(database, self._encode, self.store.path.parent / "samples")
            return self._rounds

    @property
    def store(self) -> Store:
        """Thumbnails and cached vectors; stores of one folder share what is open."""
        return Store(self._store)

    def warm(self) -> None:
        """Open the database; a failure is left to whoever uses it, and said there."""
        try:
            _ = self.database
        except VecdbError:
            return

    def close(self) -> None:
        """Close the database; the next use opens it again. Ingests that go on are left."""
        self.jobs.leave()
        self.tunings.leave()
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None

    def __enter__(self) -> "Explorer":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def collection_names(self) -> list[str]:
        """Return the collections that hold photos, the one that VECDB_TABLE names first."""
        preferred = default_table()
        names = [info.name for info in self.database.collections() if info.count]
        return sorted(names, key=lambda name: (name != preferred, name))

    def collection(self, name: str | None = None) -> Collection:
        """Return a collection by name, or the first.

        Raises:
            NothingThere: there is none yet.
            UnknownCollection: there is none of that name.
        """
        if name:
            return self.database.collection(name)
        try:
            # Known without a query, unlike the list.
            return self.database.collection(default_table())
        except UnknownCollection:
            names = self.collection_names()
        if not names:
            raise NothingThere("There are no photos yet: run `python -m ingest` first.")
        return self.database.collection(names[0])

    def encoder_of(self, collection: Collection) -> Encoder:
        """Return a collection's encoder, waiting while it loads.

        Raises:
            NotReady: it is still loading.
            EncoderError: it cannot be loaded.
        """
        return self.encoders.get(collection.encoder, collection.fingerprint)

    def ingest(
        self,
        source: str | Path | Iterable[Photo],
        *,
        table: str | None = None,
        encoder: str | None = None,
        limit: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Summary:
        """Put photos into a collection, and return what became of them; safe to repeat.

        Args:
            source: whatever `python -m ingest` takes, or photos themselves.
            table: the collection, made where there is none; by default VECDB_TABLE.
            encoder: of a new collection, by name; by default ENCODER.
            limit: take only so many photos.
            progress: called about four times a second with how far it is.

        Raises:
            IngestError: the source is missing, of no known kind, or lacks a column; `limit` is
                below zero; or it ended early: what was stored by then is.
            EncoderError, VecdbError: the encoder or the database cannot be used.
        """
        name = table or default_table()
        try:
            limit = limit if limit is None else check_whole("limit", limit)
        except BadInput as refused:
            raise IngestError(str(refused)) from refused
        summary = run(
            source, table=name, encoder=encoder, database=self.database,
            store=self.store, limit=limit, progress=progress,
        )  # fmt: skip
        if problem := tell_webhook(self, name, summary):
            LOG.warning("%s", problem)
        if summary.error:
            raise IngestError(summary.error)
        return summary

    def search(
        self, query: Query | str, k: int = 20, *, table: str | None = None, **how: Any
    ) -> Ranked:
        """Return the k photos most similar to a phrase or a query.

        Args:
            query: a phrase, or phrases, pictures, photos and vectors together.
            table: the collection; by default the first.
            how: what `rank` takes: offset, where, exclude_concept, threshold, fold; `where` may
                also be a condition, or several: "split=val".

        Raises:
            BadInput: see `rank`.
            UnknownConcept: there is none of the id `exclude_concept`.
            EncoderError, VecdbError, ClassifierError: see `Query.vector`.
        """
        collection = self.collection(table)
        if how.get("where") is not None:
            how["where"] = _read_where(how["where"], collection)
        check_argument("fold", how.get("fold"), bool | None)
        check_argument("exclude_concept", how.get("exclude_concept"), str | None)
        if how.get("exclude_concept") is not None:
            self.concepts.get(how["exclude_concept"])
        return rank(collection, self.ranking_vector(query, collection), k, **how)

    def begin(
        self,
        query: Query | str,
        *,
        table: str | None = None,
        page_size: int = 25,
        name: str | None = None,
        prompt: str | None = None,
    ) -> Page:
        """Start a concept from a phrase or a query, and mine its first page.

        Args:
            name: what the concept is called; by default its prompt.
            prompt: what was typed; by default the query's phrases, with their signs.

        Raises:
            BadInput: `page_size` is no whole number from 1.
            EncoderError, VecdbError, ClassifierError: see `Query.vector`.
        """
        asked = Query.of(query)
        collection = self.collection(table)
        if prompt is None:
            prompt = write_phrases(asked.phrases)
        start, first = self.starting_vectors(asked, collection)
        settings = settings_for(asked, page_size, first)
        return self.rounds.begin(collection, prompt, start, settings, name)

    def starting_vectors(
        self, query: Query, collection: Collection
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return where a concept starts, and what its first page is ranked by where that differs.

        Both are (dim,) of unit length.

        Raises:
            EncoderError, VecdbError, ClassifierError: see `Query.vector`.
        """
        encoder, shared = self._encoder_for(query, collection)
        how: Any = {"mean": self.mean_of(collection)}
        first = None if shared is None else query.vector(collection, encoder, shared=shared, **how)
        return query.vector(collection, encoder, **how), first

    def ranking_vector(self, query: Query | str, collection: Collection) -> np.ndarray:
        """Return what a query's photos are ranked by, (dim,) unit length.

        Of a query in words alone, what all words share is left out.

        Raises:
            EncoderError, VecdbError, ClassifierError: see `Query.vector`.
        """
        asked = Query.of(query)
        encoder, shared = self._encoder_for(asked, collection)
        return asked.vector(
            collection, encoder, centred=False, shared=shared, mean=self.mean_of(collection)
        )

    def mean_of(self, collection: Collection) -> Callable[[], np.ndarray]:
        """Return what gives the mean that the rounds know: of a large collection its sample's."""
        return lambda: np.asarray(self.rounds.memory.known(collection.name).background.mean)

    def page(self, concept_id: str) -> Page:
        """Return the page a concept stands at, as it was left.

        Raises:
            UnknownConcept: there is none of this id.
        """
        return self.rounds.page(self.concepts.get(concept_id))

    def answer(
        self, page: Page, marks: Mapping[str, int], *, unmarked: str = "skip", by: str = ""
    ) -> Page:
        """Store the marks of a page, fit again, and return the next page.

        Args:
            marks: photo id -> 1 yes or -1 no.
            unmarked: what the others are, "skip" or "negative".
            by: who answered; empty where nobody said.

        Raises:
            BadInput: a photo is neither on the page nor in the collection, or see `Rounds.submit`.
            MovedOn: the page was answered before; `page` brings the one that the concept stands at.
        """
        concept, shown = page.concept, {tile.photo_id for tile in page.tiles}
        if elsewhere := [photo for photo in marks if photo not in shown]:
            named = [photo for photo in elsewhere if isinstance(photo, str) and is_utf8(photo)]
            known = self.collection(concept.collection).records.known_ids(named)
            if strangers := [photo for photo in elsewhere if photo not in known]:
                where = f"not on this page, nor in {concept.collection}"
                raise BadInput(f"{strangers[0]!r:.80} is {where}.")
        return self.rounds.submit(
            concept.id,
            page.tiles,
            marks,
            unmarked=unmarked,
            number=concept.round,
            by=clean_name(by),
        )

    def undo(self, concept_id: str) -> Page:
        """Take a concept's latest action back.

        Raises:
            NothingToTurn: there is none.
        """
        return _turn(self.rounds.undo(concept_id), "undo")

    def redo(self, concept_id: str) -> Page:
        """Do again what was taken back last.

        Raises:
            NothingToTurn: there is none.
        """
        return _turn(self.rounds.redo(concept_id), "redo")

    def apply(
        self,
        concept_id: str,
        *,
        threshold: float | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> Scored:
        """Return the photos of the whole collection that a concept takes, best first.

        Args:
            threshold: least probability; by default the concept's own.

        Raises:
            BadInput: `threshold` is no probability, or `limit` or `offset` no whole number from 0.
            NotFitted: it has no classifier yet.
        """
        limit, offset = check_whole("limit", limit), check_whole("offset", offset)
        if threshold is None:
            return self.concepts.matches(concept_id, limit=limit, offset=offset)
        threshold = check_number("threshold", threshold, 0, 1)
        concept = self.concepts.get_fitted(concept_id)
        collection = self.collection(concept.collection)
        return collection.scores.above(concept, threshold, limit=limit, offset=offset)

    def audit(self, concept_id: str, *, width: float = 0.1, known: bool = True) -> list[str]:
        """Begin an audit, or go on with the one that is open, and return the photos to ask about.

        Ask without telling scores, in this order, and hand the answers to `answer_audit`.

        Args:
            width: wanted half-width of the 95 % interval of precision.
            known: count what the concept's labels say of the photos drawn; False asks about all.
                `answer_audit(concept_id, {})` returns what follows where none is left to ask.

        Raises:
            NotFitted: it has no classifier yet.
            NothingThere: it was deleted.
            BadInput: the width is no share.
        """
        width = check_number("width", width, 0, 1)
        concept = check_there(self.concepts.get(concept_id))
        record = AuditRecord.read(concept)
        if record is None or record.findings is not None or not record.is_current(concept):
            concept = self.concepts.get_fitted(concept_id)
            collection = self.collection(concept.collection)
            begun = begin_audit(self.database, collection, concept, width, known=known)
            record = AuditRecord.read(begun)
            assert record is not None
        return open_questions(record, read_answers(self.database, record))

    def answer_audit(
        self, concept_id: str, answers: Mapping[str, int], *, by: str = ""
    ) -> Findings | None:
        """Keep answers to an audit; return what follows once all are given, None before.

        Args:
            answers: photo id -> 1 yes, -1 no, 0 not sure.
            by: who gave them; empty where nobody said.

        Raises:
            BadInput: no audit has been begun, a photo is not asked about in it, or an answer is
                none.
            NothingThere: the concept was deleted.
        """
        answers = check_labels(answers)
        record = AuditRecord.read(self.concepts.get(concept_id))
        asked = set(record.order) if record else set()
        strangers = [photo for photo in answers if photo not in asked]
        if record is None or strangers:
            named = f": {strangers[0]!r} is not asked about" if record else ""
            raise BadInput(f"These are no answers to an audit of this concept{named}.")
        record = AuditRecord.read(answer_audit(self.database, concept_id, answers, clean_name(by)))
        return record.findings if record else None

    def export(
        self, concept_id: str, out: str | Path, form: str = "", choice: Choice | None = None
    ) -> Exported:
        """Write a concept's photos with answers and splits, or its classifier, to `out`.

        Args:
            out: a file, or a folder; a name that ends in .zip takes a folder's files as one.
            form: a name of `explorer.exports.FORMATS`; by default what the ending says.
            choice: which photos, and how they are split.

        Raises:
            BadInput, NothingThere: see `export_concept`.
            NotWritten: `out` cannot be written; nothing is left of it.
        """
        try:
            return export_concept(self, self.concepts.get(concept_id), Path(out), form, choice)
        except OSError as error:
            raise NotWritten(f"{describe_error(error).rstrip('.')}.") from error

    def open_saved(self, path: str | Path, table: str | None = None, name: str = "") -> Page:
        """Make a concept of a saved classifier, on any collection of its encoder.

        Raises:
            ClassifierError: the file is no saved classifier, or one of another encoder.
        """
        return open_saved_concept(self, Path(path), table, name)

    def new_matches(self, concept_id: str, *, limit: int = 100, offset: int = 0) -> News:
        """Return the matches that were stored since somebody last looked.

        Raises:
            BadInput: `limit` or `offset` is no whole number from 0.
            UnknownConcept, NotFitted: there is none of this id, or it has no head yet.
        """
        limit, offset = check_whole("limit", limit), check_whole("offset", offset)
        return read_new_matches(self, self.concepts.get(concept_id), limit=limit, offset=offset)

    def mark_seen(self, concept_id: str, until: int) -> None:
        """Keep that the matches stored until then (`News.until`) have been looked at.

        Raises:
            BadInput: `until` is no whole number of nanoseconds since 1970.
        """
        mark_seen(self, concept_id, check_whole("until", until, most=2**63 - 1))

    def compare_with_labels(self, concept_id: str, label: str = "", *, limit: int = 100) -> Truth:
        """Hold a concept's matches against a label that the collection's photos came with.

        Args:
            label: by default the one called like the concept.

        Raises:
            BadInput: `limit` is no whole number from 0.
            NothingThere: the photos came with no labels, or none is called so.
        """
        limit = check_whole("limit", limit)
        return compare_with_labels(self, self.concepts.get(concept_id), label, limit=limit)

    def _encode(self, concept: Concept) -> np.ndarray:
        collection = self.collection(concept.collection)
        return Query(parse_phrases(concept.prompt)).vector(collection, self.encoder_of(collection))

    def _encoder_for(
        self, query: Query, collection: Collection
    ) -> tuple[Encoder | None, np.ndarray | None]:
        """Return the encoder a query needs, and what to take off its phrases when they rank."""
        if not query.needs_encoder:
            return None, None
        encoder = self.encoder_of(collection)
        return encoder, self.nouns.find_shared(encoder) if query.only_words else None


def _read_where(where: Any, collection: Collection) -> Filter:
    if isinstance(where, Filter):
        return where
    texts = [where] if isinstance(where, str) else where
    if not isinstance(texts, Iterable) or not all(isinstance(text, str) for text in texts):
        raise BadInput(
            f"where must be a condition, several, or a `vecdb.Filter`, not {where!r:.80}."
        )
    for text in texts:
        check_argument("where", text, str)
    return Filter(conditions=read_conditions(texts, collection))


def _turn(page: Page | None, kind: str) -> Page:
    if page is None:
        raise NothingToTurn(f"There is nothing to {kind}.")
    return page
