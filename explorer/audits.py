"""An audit of a concept: what is asked, what was answered, what follows.

What is asked, and what was found, is kept with the concept; answers are rows of their own.
"""

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from classifier.audit import Audit, Findings, Interval, Stratum, count_given, estimate, plan
from commandline.words import count_things
from explorer.errors import MovedOn
from explorer.history import read_history
from explorer.limits import check_there
from vecdb import Collection, Concept, Database

VERSION = 1

# Times that an audit is drawn anew because photos were deleted meanwhile.
DRAWS = 10


@dataclass(frozen=True)
class AuditRecord:
    """An audit as the concept keeps it.

    Attributes:
        id: names its answers.
        round, threshold: of the classifier that is audited.
        total: photos in the collection.
        plan: what is asked, by rank.
        photos: the photos of those ranks, stratum by stratum.
        order: the same photos in the order in which they are asked.
        findings: what follows from the answers, once all are given.
        given: answers of the concept's labels that counted when it began, by photo.
        old_answers: answers of an audit that was begun before answers were rows.
    """

    id: str
    round: int
    threshold: float
    total: int
    plan: Audit
    photos: tuple[tuple[str, ...], ...]
    order: tuple[str, ...]
    findings: Findings | None = None
    given: Mapping[str, int] = field(default_factory=dict)
    old_answers: Mapping[str, int] | None = None

    @classmethod
    def read(cls, concept: Concept) -> "AuditRecord | None":
        """Read the audit of a concept, None where it has none."""
        stored = concept.audit
        if not stored:
            return None
        found = stored.get("findings")
        return cls(
            id=stored.get("id") or concept.id,
            round=stored["round"],
            threshold=stored["threshold"],
            total=stored["total"],
            plan=Audit(
                stored["accepted"],
                tuple(Stratum(*part) for part in stored["strata"]),
                tuple(tuple(part) for part in stored["ranks"]),
            ),
            photos=tuple(tuple(part) for part in stored["photos"]),
            order=tuple(stored["order"]),
            findings=_read_findings(found, stored["accepted"]) if found else None,
            given=stored.get("given", {}),
            old_answers=stored.get("answers"),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what JSON holds of it, with the version of this form."""
        return {
            "version": VERSION,
            "id": self.id,
            "round": self.round,
            "threshold": self.threshold,
            "total": self.total,
            "accepted": self.plan.accepted,
            "strata": [[part.start, part.stop] for part in self.plan.strata],
            "ranks": [list(part) for part in self.plan.ranks],
            "photos": [list(part) for part in self.photos],
            "order": list(self.order),
            "findings": asdict(self.findings) if self.findings else None,
            "given": dict(self.given),
            **({"answers": dict(self.old_answers)} if self.old_answers else {}),
        }

    def is_current(self, concept: Concept) -> bool:
        """Whether the concept still has the classifier and the threshold that were audited."""
        return (self.round, self.threshold) == (concept.round, concept.threshold)


def begin_audit(
    database: Database,
    collection: Collection,
    concept: Concept,
    width: float,
    *,
    known: bool = True,
) -> Concept:
    """Draw the photos to ask about and keep them with the concept.

    Args:
        width: wanted half-width of the 95 % interval of precision.
        known: count the concept's labels (`classifier.audit.count_given`); False asks about all.

    Raises:
        NothingThere: the concept was deleted.
    """
    check_there(concept)
    seed = random.SystemRandom().randrange(1 << 31)
    for _ in range(DRAWS):
        total = collection.count()
        accepted = collection.scores.count_above(concept, concept.threshold)
        drawn = plan(total, accepted, width=width, seed=seed)
        ranks = [rank for part in drawn.ranks for rank in part]
        found = collection.scores.at_ranks(concept, ranks)
        if len(found) == len(ranks):  # else photos were deleted since they were counted
            break
    photos = dict(zip(ranks, found, strict=True))
    shuffled = [photos[rank] for rank in ranks]
    random.SystemRandom().shuffle(shuffled)  # blind: the order tells nothing of the score
    judged = read_history(database.concepts, concept).judged if known else {}
    labels = {rank: judged[photo] for rank, photo in photos.items() if photo in judged}
    record = AuditRecord(
        id=uuid.uuid4().hex,
        round=concept.round,
        threshold=concept.threshold,
        total=total,
        plan=drawn,
        photos=tuple(tuple(photos[rank] for rank in part) for part in drawn.ranks),
        order=tuple(shuffled),
        given={photos[rank]: label for rank, label in count_given(drawn, labels).items()},
    )
    return database.concepts.update(concept.id, audit=_conclude(database, record).as_json())


def blind_answers(database: Database, record: AuditRecord) -> dict[str, int]:
    """Return the answers given in an audit itself: 1, -1, or 0 for not sure, by photo."""
    return {**(record.old_answers or {}), **database.audits.answers(record.id)}


def read_answers(database: Database, record: AuditRecord) -> dict[str, int]:
    """Return all answers that count in an audit so far: given before it, and in it."""
    return {**record.given, **blind_answers(database, record)}


def open_questions(record: AuditRecord, answers: Mapping[str, int]) -> list[str]:
    """Return the photos that have not been answered, in the order they are asked."""
    return [photo for photo in record.order if photo not in answers]


def answer_audit(
    database: Database, concept_id: str, answers: Mapping[str, int], by: str = ""
) -> Concept:
    """Keep answers (1, -1, or 0 for not sure); with the last one the findings are computed.

    Answers of two windows add up: each is a row of its own.

    Args:
        by: who gave them; empty where nobody said.

    Raises:
        NothingThere: the concept was deleted.
    """
    concept = check_there(database.concepts.get(concept_id))
    record = AuditRecord.read(concept)
    if record is None:
        return concept
    database.audits.answer(record.id, answers, by)
    record = _conclude(database, record)
    if record.findings is None:
        return concept
    return database.concepts.update(concept_id, audit=record.as_json())


def take_back_answers(
    database: Database, concept_id: str, audit_id: str, photos: Iterable[str]
) -> Concept:
    """Ask about photos of an audit anew; its findings go with their answers.

    Raises:
        NothingThere: the concept was deleted.
        MovedOn: its audit is another one now.
    """
    concept = check_there(database.concepts.get(concept_id))
    record = AuditRecord.read(concept)
    if record is None or record.id != audit_id:
        raise MovedOn("Another window began this audit anew.")
    database.audits.take_back(audit_id, photos)
    if record.findings is None:
        return concept
    return database.concepts.update(concept_id, audit=replace(record, findings=None).as_json())


def _conclude(database: Database, record: AuditRecord) -> AuditRecord:
    """Return an audit with its findings, or as it is where a question is still open."""
    answered = read_answers(database, record)
    if open_questions(record, answered):
        return record
    answers = [[answered[photo] for photo in part] for part in record.photos]
    return replace(record, findings=estimate(record.plan, answers))


def describe_findings(found: Findings) -> str:
    """State the findings in one line, and what of them is not known."""
    matches = found.matches
    return (
        _describe("Precision", found.precision, "No photo above the threshold, so no precision; ")
        + _describe("recall", found.recall, "no match among the answers, so no recall; ")
        + f"about {count_things(round(matches.value), 'match', 'matches')} "
        f"({np.floor(matches.low):,.0f} to {np.ceil(matches.high):,.0f})"
    )


def _describe(name: str, found: Interval | None, unknown: str) -> str:
    return f"{name} {found.value:.2f} ({found.low:.2f} to {found.high:.2f}), " if found else unknown


def _read_findings(stored: Mapping[str, Mapping[str, float] | None], accepted: int) -> Findings:
    """Read findings; those of before told a precision and a recall where there were none."""
    found = {name: Interval(**held) if held else None for name, held in stored.items()}
    matches = found["matches"]
    assert matches is not None
    is_any = matches.low >= 1  # each yes is one
    return Findings(
        found["precision"] if accepted else None, found["recall"] if is_any else None, matches
    )
