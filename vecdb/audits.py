"""What people answered in audits: rows that are only ever added, so that no two overwrite."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

import pyarrow as pa

from vecdb.connection import Connection
from vecdb.labels import SEQUENCE, UTC_MICROSECONDS

TAKEN_BACK = -2  # stands for no answer


class AuditStore:
    """The answers of all audits. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def answer(self, audit_id: str, answers: Mapping[str, int], by: str = "") -> None:
        """Append answers by photo id: 1 a match, -1 none, 0 not sure; durable on return.

        Args:
            by: who gave them; empty where nobody said.

        Raises:
            ValueError: another answer.
        """
        for photo, answer in answers.items():
            if answer not in (1, -1, 0):
                raise ValueError(f"The answer about photo {photo!r} is {answer}: use 1, -1 or 0.")
        self._add(audit_id, answers, by)

    def take_back(self, audit_id: str, photos: Iterable[str]) -> None:
        """Append that nothing is said of some photos any more; durable on return."""
        self._add(audit_id, dict.fromkeys(photos, TAKEN_BACK))

    def _add(self, audit_id: str, answers: Mapping[str, int], by: str = "") -> None:
        if not answers:
            return
        first = SEQUENCE.take(len(answers))
        now = datetime.now(timezone.utc)
        rows = {
            "audit_id": [audit_id] * len(answers),
            "photo_id": list(answers),
            "seq": pa.array(range(first, first + len(answers)), pa.uint64()),
            "answer": pa.array(answers.values(), pa.int8()),
            "by": [by] * len(answers),
            "created": pa.array([now] * len(answers), UTC_MICROSECONDS),
        }
        self._connection.insert("audit_answers", pa.table(rows))

    def answers(self, audit_id: str, by: str | None = None) -> dict[str, int]:
        """Return the last answer about each photo, in the order in which they were given.

        Args:
            by: whose alone; None returns everybody's.
        """
        found = self._connection.select("audits/answers", {"audit": audit_id})
        photos, answers, people, numbers = (column.to_pylist() for column in found.columns)
        SEQUENCE.pass_by(max(numbers, default=0))  # what comes next counts, as of labels
        return {
            photo: answer
            for photo, answer, person in zip(photos, answers, people, strict=True)
            if answer != TAKEN_BACK and by in (None, person)
        }
