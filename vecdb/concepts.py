"""All concepts that people teach, with every answer kept."""

import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.concept import SCHEMA, Concept, concept_of, row_of
from vecdb.connection import Connection
from vecdb.errors import BadName, NotFitted, UnknownCollection, UnknownConcept
from vecdb.heads import head_parameters
from vecdb.labels import (
    SEQUENCE,
    Extent,
    Label,
    LabelCounts,
    add_labels,
    extent,
    group_votes,
    label_counts,
    label_history,
    latest_votes,
    settle_votes,
)
from vecdb.scores import Scored, Scores, read_scored
from vecdb.statements import table_name
from vecdb.values import blame_values

CHANGEABLE = {
    "name", "prompt", "weights", "bias", "threshold", "round", "settings", "audit"
}  # fmt: skip

# Histories kept in memory.
HISTORIES = 100
# Inside ConceptStore the word list is its own method.
Labels = list[Label]


class ConceptStore:
    """Concepts of all collections and their answers. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changing: dict[str, threading.Lock] = {}
        # By id with its version: a concept's row is wide, and others may have changed it.
        self._seen: dict[str, tuple[int, Concept]] = connection.concepts_seen
        self._seeing = threading.Lock()
        # The same for the answers of the concepts that are being worked on.
        self._answered: dict[str, tuple[Extent, Labels]] = connection.answers_seen

    def create(
        self,
        name: str,
        collection: str,
        prompt: str,
        *,
        settings: dict[str, Any] | None = None,
        hidden: bool = False,
        concept_id: str = "",
    ) -> Concept:
        """Start a concept on a collection; durable on return.

        Args:
            hidden: it is in no list until `restore` brings it there, once it is filled.
            concept_id: its id, where that follows from what it is made of; else any.

        Raises:
            UnknownCollection: there is no such collection.
        """
        found = self._connection.select("collections/find", {"name": collection})
        if not found.num_rows:
            raise UnknownCollection(f"There is no collection {collection!r} to start a concept on.")
        now = datetime.now(timezone.utc)
        encoder = found.column("encoder")[0].as_py()
        return self._write(
            Concept(
                concept_id or uuid.uuid4().hex, name, collection, encoder, prompt,
                settings=dict(settings or {}), created=now, updated=now, deleted=hidden,
            )
        )  # fmt: skip

    def get(self, concept_id: str) -> Concept:
        """Return a concept, deleted or not.

        Raises:
            UnknownConcept: there is none with this id.
        """
        version, concept = self._seen.get(_check_id(concept_id), (0, None))
        if concept is not None:
            if self._connection.alone:
                return concept
            found = self._connection.select("concepts/version", {"id": concept_id})
            if version == found.column("version")[0].as_py():
                return concept
        found = self._connection.select("concepts/get", {"id": concept_id})
        if not found.num_rows:
            raise _unknown(concept_id)
        return self._keep(found.to_pylist()[0])

    def list(self, collection: str | None = None, deleted: bool = False) -> list[Concept]:
        """Concepts of one collection or of all, the latest changed first."""
        parameters = {"collection": collection or "", "deleted": int(deleted)}
        found = self._connection.select("concepts/list", parameters)
        return [concept_of(row) for row in found.to_pylist()]

    def update(self, concept_id: str, **changes: Any) -> Concept:
        """Change some of name, prompt, weights, bias, threshold, round, settings and audit.

        Without weights, and where all is so already, the concept stays as it was updated last.

        Raises:
            BadValue: one cannot be stored; nothing is changed.
            UnknownConcept: there is none with this id.
            TypeError: another field is named.
        """
        wrong = sorted(set(changes) - CHANGEABLE)
        if wrong:
            raise TypeError(f"A concept's {wrong[0]!r} cannot be changed.")
        return self._change(concept_id, changes)

    def label(
        self, concept_id: str, rows: Sequence[Label], *, action: str, once: bool = False
    ) -> None:
        """Append answers: label 1 yes, -1 no, 0 cleared; durable on return.

        Args:
            action: names what the user did, so that it can be undone as a whole.
            once: whether the same rows of the same action are stored once, whoever writes them.

        Raises:
            UnknownConcept: there is none with this id.
        """
        self._add(self.get(concept_id).id, rows, action, once=once)

    def labels(self, concept_id: str) -> Labels:
        """Return the answer that counts about each photo, 0 included, the majority's.

        See `vecdb.labels.settle_votes`.
        """
        return [settle_votes(votes) for votes in group_votes(self.votes(concept_id)).values()]

    def votes(self, concept_id: str) -> Labels:
        """Return the latest answer of each person about each photo, in order of writing."""
        return latest_votes(self._connection, _check_id(concept_id))

    def counts(
        self,
        concept_ids: Sequence[str],
        *,
        strip: int = 0,
        judges: Mapping[str, str] | None = None,
    ) -> dict[str, LabelCounts]:
        """Count the answers of several concepts in one statement, by id.

        Args:
            strip: how many of the latest yes to name.
            judges: whose answers alone count, by concept; elsewhere the majority's.
        """
        return label_counts(self._connection, concept_ids, strip, judges or {})

    def history(self, concept_id: str) -> Labels:
        """Return every answer ever given, in order of writing."""
        known = self._answered.get(_check_id(concept_id))
        if known and self._connection.alone:
            return list(known[1])
        with self._alone(concept_id):
            now = extent(self._connection, concept_id)
            known = self._answered.get(concept_id)
            if known is None or known[0] != now:
                if len(self._answered) >= HISTORIES:
                    self._answered.clear()
                rows = label_history(self._connection, concept_id)
                known = self._answered[concept_id] = (now, rows)
        return list(known[1])

    def duplicate(self, concept_id: str, name: str) -> Concept:
        """Copy a concept with the latest answers of each person."""
        now = datetime.now(timezone.utc)
        source = self.get(concept_id)
        copy = replace(
            source, id=uuid.uuid4().hex, name=name, created=now, updated=now, deleted=False
        )
        self._add(copy.id, self.votes(source.id), "duplicate")
        return self._write(copy)

    def merge(self, into: str, other: str) -> Concept:
        """Add another concept's answers where `into` has none, and delete the other.

        Where both have judged a photo, the answer in `into` stays. The other can be restored.

        Raises:
            UnknownConcept: there is none with one of these ids, or `into` was deleted.
            ValueError: both are the same, or of different collections.
        """
        concept = self.get(into)
        if concept.deleted:
            raise UnknownConcept(
                f"The concept {concept.name!r} was deleted: bring it back with "
                f"`concepts.restore({into!r})`, or merge into another."
            )
        if (source := self.get(other)).id == into:
            raise ValueError(f"The concept {concept.name!r} cannot be merged into itself.")
        if source.collection != concept.collection:
            raise ValueError(
                f"The concept {source.name!r} is about photos of {source.collection}, "
                f"{concept.name!r} about those of {concept.collection}: merge within a collection."
            )
        mine = {row.photo_id for row in self.labels(into) if row.label}
        theirs = [row for row in self.votes(other) if row.label and row.photo_id not in mine]
        self.label(into, theirs, action=f"merge {other}")
        self.delete(other)
        return self.get(into)

    def delete(self, concept_id: str) -> None:
        """Hide a concept; nothing of it is lost."""
        self._change(concept_id, {"deleted": True})

    def restore(self, concept_id: str) -> Concept:
        """Bring a deleted concept back."""
        return self._change(concept_id, {"deleted": False})

    def matches(self, concept_id: str, *, limit: int, offset: int = 0) -> Scored:
        """Apply a concept to its whole collection in one statement, best first, ties by id.

        Only photos that reach the concept's threshold come back; scores are probabilities.

        Raises:
            UnknownConcept: there is none with this id.
            NotFitted: it has no head yet.
        """
        concept = self.get_fitted(concept_id)
        scores = Scores(self._connection, concept.collection, len(concept.weights))
        return scores.above(concept, concept.threshold, limit=limit, offset=offset)

    def new_matches(
        self, concept_id: str, since: int, *, limit: int, offset: int = 0
    ) -> tuple[Scored, int, int]:
        """Find the matches that were stored after a moment and that nobody has judged in it.

        Args:
            since: nanoseconds since 1970.

        Returns:
            The matches from `offset` on, best first; how many there are; when the latest of all
            was stored, 0 without any.

        Raises:
            UnknownConcept: there is none with this id.
            NotFitted: it has no head yet.
        """
        concept = self.get_fitted(concept_id)
        about = {"probability": concept.threshold, "since": since, "concept": concept_id}
        about |= head_parameters(concept, len(concept.weights))
        counted = self._connection.select("concepts/count_new", about, table=concept.collection)
        [row] = counted.to_pylist()
        if not row["count"]:
            return Scored([], np.zeros(0, np.float32)), 0, 0
        page = {"k": limit, "skip": offset}
        found = self._connection.select("concepts/new", {**about, **page}, table=concept.collection)
        return read_scored(found), row["count"], row["latest"]

    def create_view(self, concept_id: str) -> str:
        """Make a view of id, url, score and matches for any SQL client, and return its name.

        It is called `concept_<name>`, and goes on so when the concept is renamed; where that name
        is taken, a part of the id follows. The view follows the concept: refitted or with another
        threshold it shows that.

        Raises:
            UnknownConcept: there is none with this id.
            NotFitted: it has no head yet.
        """
        concept = self.get_fitted(concept_id)
        view = self.view_of(concept_id) or self._find_free_name(concept)
        self._connection.run(
            "concepts/view", view=view, table=concept.collection, concept=concept.id
        )
        return view

    def view_of(self, concept_id: str) -> str:
        """Return the name of a concept's view; empty where it has none."""
        found = self._connection.select("concepts/views", {"concept": _check_id(concept_id)})
        return str(found.column("name")[0].as_py()) if found.num_rows else ""

    def drop_view(self, concept_id: str) -> None:
        """Remove a concept's view; without one nothing happens."""
        while view := self.view_of(concept_id):
            self._connection.run("concepts/drop_view", view=view)

    def _find_free_name(self, concept: Concept) -> str:
        """Return a name that no table has: a collection may be called like a view."""
        name = view_name(concept)
        taken = self._connection.select("concepts/names_in_use", {"names": [name]})
        return f"{name}_{concept.id[:8]}" if taken.num_rows else name

    def get_fitted(self, concept_id: str) -> Concept:
        """Return a concept that has a head.

        Raises:
            UnknownConcept: there is none with this id.
            NotFitted: it has no head yet.
        """
        concept = self.get(concept_id)
        if not len(concept.weights):
            raise NotFitted(f"The concept {concept.name!r} has no classifier yet: label a page.")
        return concept

    def _change(self, concept_id: str, changes: dict[str, Any]) -> Concept:
        with self._alone(concept_id):
            kept = self.get(concept_id)
            same = (getattr(kept, name) == value for name, value in changes.items())
            if "weights" not in changes and all(same):
                return kept
            now = datetime.now(timezone.utc)
            return self._write(replace(kept, **changes, updated=now))

    def _add(
        self, concept_id: str, rows: Sequence[Label], action: str, *, once: bool = False
    ) -> None:
        with self._alone(concept_id):
            before = self._answered.pop(concept_id, None)  # for good where the rows are not stored
            written, latest = add_labels(self._connection, concept_id, rows, action, once=once)
            if before:
                # Whoever else has written meanwhile makes the true extent another than this.
                now = Extent(before[0].count + len(written), latest or before[0].latest)
                self._answered[concept_id] = (now, [*before[1], *written])

    def _alone(self, concept_id: str) -> threading.Lock:
        return self._changing.setdefault(_check_id(concept_id), threading.Lock())

    def _write(self, concept: Concept) -> Concept:
        with blame_values(f"The concept {concept.name!a:.80}"):
            row = row_of(concept, SEQUENCE.take(1))
            rows = pa.Table.from_pylist([row], SCHEMA)
        self._connection.insert("concepts", rows)
        return self._keep(row)

    def _keep(self, row: dict[str, Any]) -> Concept:
        concept = concept_of(row)
        SEQUENCE.pass_by(row["version"])
        with self._seeing:
            # What was read may be older than what was written meanwhile.
            if self._seen.get(concept.id, (0,))[0] <= row["version"]:
                self._seen[concept.id] = (row["version"], concept)
        return concept


def _check_id(concept_id: str) -> str:
    if not isinstance(concept_id, str):
        raise _unknown(concept_id)
    return concept_id


def _unknown(concept_id: object) -> UnknownConcept:
    return UnknownConcept(f"There is no concept {concept_id!r:.80}: open one from the list.")


def view_name(concept: Concept) -> str:
    """Return what a concept's view is called: after its name, where letters of it can be used."""
    try:
        return f"concept_{table_name(concept.name)[:50]}"
    except BadName:
        return f"concept_{concept.id}"
