"""Audits: what is asked is kept with the concept, answers of several windows add up."""

import threading

from explorer.audits import (
    AuditRecord,
    answer_audit,
    begin_audit,
    open_questions,
    read_answers,
)
from explorer.settings import Settings
from vecdb import Concept


def record_of(concept: Concept) -> AuditRecord:
    record = AuditRecord.read(concept)
    assert record is not None
    return record


def begun(rounds, database, collection, direction) -> Concept:
    page = rounds.begin(collection, "a thing", direction, Settings(page_size=10))
    return begin_audit(database, collection, page.concept, 0.2)


def truth(photo: str) -> int:
    return 1 if photo.startswith("yes") else -1


def test_answers_of_two_windows_add_up_and_end_in_findings(rounds, database, collection, direction):
    concept = begun(rounds, database, collection, direction)
    order = record_of(concept).order
    threads = [
        threading.Thread(
            target=answer_audit,
            args=(database, concept.id, {photo: truth(photo) for photo in order[at::8]}),
        )
        for at in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = record_of(database.concepts.get(concept.id))
    assert read_answers(database, record) == {photo: truth(photo) for photo in order}
    assert record.findings is not None
    assert record.findings.matches.low <= 30 <= record.findings.matches.high


def test_an_audit_that_is_begun_goes_on_where_it_stopped(rounds, database, collection, direction):
    concept = begun(rounds, database, collection, direction)
    record = record_of(concept)
    answer_audit(database, concept.id, {record.order[0]: 1, record.order[1]: 0})
    again = record_of(database.concepts.get(concept.id))
    assert again == record
    assert open_questions(again, read_answers(database, again)) == list(record.order[2:])


def test_an_audit_begun_when_its_answers_lay_in_the_concept_is_read_on(
    rounds, database, collection, direction
):
    concept = begun(rounds, database, collection, direction)
    record = record_of(concept)
    old = {key: value for key, value in concept.audit.items() if key not in {"id", "version"}}
    old["answers"] = {record.order[0]: 1}
    concept = database.concepts.update(concept.id, audit=old)
    answer_audit(database, concept.id, {record.order[1]: -1})
    known = read_answers(database, record_of(concept))
    assert known == {record.order[0]: 1, record.order[1]: -1}
