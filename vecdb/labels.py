"""What people answered about photos: rows that are only ever added."""

import hashlib
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pyarrow as pa

from vecdb.connection import Connection
from vecdb.values import blame_values

UTC_MICROSECONDS = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class Label:
    """One answer: label 1 yes, -1 no, 0 cleared; round and reason say why the photo was shown.

    `action` names the click or round that wrote it, set by the database; `created` (UTC) says when,
    now where it is None; `by` who gave it, empty where nobody said.
    """

    photo_id: str
    label: int
    round: int = 0
    reason: str = ""
    action: str = ""
    created: datetime | None = None
    by: str = ""


class Sequence64:
    """Numbers that only grow: nanoseconds since 1970, or one more where the clock is behind."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def take(self, n: int) -> int:
        """Return the first of n consecutive numbers that nobody else gets."""
        with self._guard:
            first = max(self._last + 1, time.time_ns())
            self._last = first + n - 1
            return first

    def pass_by(self, number: int) -> None:
        """Take higher numbers than this one from now on, whatever the clock says."""
        with self._guard:
            self._last = max(self._last, number)


SEQUENCE = Sequence64()


@dataclass(frozen=True)
class LabelCounts:
    """How many photos are a yes and a no in a concept, and the latest yes, latest first."""

    yes: int
    no: int
    latest: list[str]


@dataclass(frozen=True)
class Extent:
    """How far a concept's answers go: how many there are, and the highest number of one."""

    count: int
    latest: int


def add_labels(
    connection: Connection, concept_id: str, rows: Sequence[Label], action: str, *, once: bool
) -> tuple[list[Label], int]:
    """Append answers; they are durable on return.

    Args:
        once: whether the same rows of the same action are stored once, whoever writes them.

    Returns:
        The answers as they can be read back, and the number of the last.

    Raises:
        ValueError: a label other than 1, -1 and 0.
    """
    for row in rows:
        if row.label not in (1, -1, 0):
            raise ValueError(f"The label of photo {row.photo_id!r} is {row.label}: use 1, -1 or 0.")
    if not rows:
        return [], 0
    first = SEQUENCE.take(len(rows))
    now = datetime.now(timezone.utc)
    with blame_values("An answer"):
        table = pa.table(
            {
                "concept_id": [concept_id] * len(rows),
                "photo_id": [row.photo_id for row in rows],
                "seq": pa.array(range(first, first + len(rows)), pa.uint64()),
                "label": pa.array([row.label for row in rows], pa.int8()),
                "round": pa.array([row.round for row in rows], pa.uint32()),
                "reason": [row.reason for row in rows],
                "action": [action] * len(rows),
                "created": pa.array([row.created or now for row in rows], UTC_MICROSECONDS),
                "by": [row.by for row in rows],
            }
        )
    settings = {}
    if once:
        answers = [(row.photo_id, row.label, row.round, row.by) for row in rows]
        token = hashlib.sha256(repr((concept_id, action, answers)).encode()).hexdigest()
        settings = {"insert_deduplication_token": token}
    connection.insert("labels", table, **settings)
    written = [replace(row, action=action, created=row.created or now) for row in rows]
    return written, first + len(rows) - 1


def extent(connection: Connection, concept_id: str) -> Extent:
    """How far the answers go; the same extent is the same history, for labels are only added."""
    found = connection.select("labels/extent", {"concept": concept_id})
    told = Extent(**found.to_pylist()[0])
    SEQUENCE.pass_by(told.latest)  # what comes next counts, though written by a slower clock
    return told


def latest_votes(connection: Connection, concept_id: str) -> list[Label]:
    """The latest answer of each person about each photo, 0 included, in order of writing."""
    return _read(connection, "labels/votes", concept_id)


def group_votes(
    rows: Iterable[Label], before: Mapping[str, list[Label]] | None = None
) -> dict[str, list[Label]]:
    """Return the latest answer of each person by photo, each in order of writing.

    Args:
        rows: in order of writing; the photos come in the order of their first.
        before: what this function returned for the rows before these.
    """
    votes = dict(before or {})
    for row in rows:
        votes[row.photo_id] = [*(v for v in votes.get(row.photo_id, ()) if v.by != row.by), row]
    return votes


def settle_votes(votes: Sequence[Label]) -> Label:
    """Return the answer that counts of the latest of each person about one photo.

    The majority's, and the later one where as many say yes as no; 0 is no vote. An answer without a
    name gives way to a later one with a name: it may be the same person's.

    Args:
        votes: one or more, in order of writing.
    """
    if len(votes) == 1:
        return votes[0]
    counted: list[Label] = []
    for row in reversed(votes):
        if row.label and (row.by or not any(later.by for later in counted)):
            counted.append(row)
    if not counted:
        return votes[-1]
    wanted = sum(row.label for row in counted) or counted[0].label
    return next(row for row in counted if row.label * wanted > 0)


def label_counts(
    connection: Connection, concepts: Sequence[str], strip: int, judges: Mapping[str, str]
) -> dict[str, LabelCounts]:
    """Count the answers of concepts by id; one without answers has no yes and no no.

    Args:
        judges: whose answers alone count, for concepts where that is so.
    """
    about = {
        "concepts": list(concepts),
        "strip": strip,
        "some_judged": list(judges),
        "judges": list(judges.values()),
    }
    found = connection.select("labels/counts", about)
    counts = {row.pop("concept_id"): LabelCounts(**row) for row in found.to_pylist()}
    return {concept: counts.get(concept, LabelCounts(0, 0, [])) for concept in concepts}


def label_history(connection: Connection, concept_id: str) -> list[Label]:
    """Every answer ever given, in order of writing."""
    return _read(connection, "labels/history", concept_id)


def _read(connection: Connection, name: str, concept_id: str) -> list[Label]:
    found = connection.select(name, {"concept": concept_id})
    return [Label(**row) for row in found.to_pylist()]
