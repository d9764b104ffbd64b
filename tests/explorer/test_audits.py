"""Audits: what is asked is kept with the concept, answers of several windows add up."""

import threading

import pytest

from explorer.audits import (
    AuditRecord,
    answer_audit,
    begin_audit,
    blind_answers,
    open_questions,
    read_answers,
    take_back_answers,
)
from explorer.errors import MovedOn, NothingThere
from explorer.history import read_history
from explorer.settings import Settings
from vecdb import Collection, Concept


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


def test_answers_that_are_taken_back_are_asked_about_anew(rounds, database, collection, direction):
    concept = begun(rounds, database, collection, direction)
    record = record_of(concept)
    wrong = dict.fromkeys(record.order, -1)
    assert record_of(answer_audit(database, concept.id, wrong)).findings is not None
    last = record.order[-5:]
    record = record_of(take_back_answers(database, concept.id, record.id, last))
    assert record.findings is None
    assert open_questions(record, read_answers(database, record)) == list(last)
    record = record_of(answer_audit(database, concept.id, dict.fromkeys(last, 1)))
    assert read_answers(database, record) == {**wrong, **dict.fromkeys(last, 1)}
    assert record.findings is not None
    assert record.findings.matches.low >= 5
    begin_audit(database, collection, concept, 0.2)
    with pytest.raises(MovedOn, match="began this audit anew"):
        take_back_answers(database, concept.id, record.id, last)


def test_the_audit_of_a_deleted_concept_is_closed(rounds, database, collection, direction):
    concept = begun(rounds, database, collection, direction)
    record = record_of(concept)
    database.concepts.delete(concept.id)
    with pytest.raises(NothingThere, match="was deleted: undo"):
        answer_audit(database, concept.id, {record.order[0]: 1})
    with pytest.raises(NothingThere, match="was deleted: undo"):
        begin_audit(database, collection, database.concepts.get(concept.id), 0.2)
    assert read_answers(database, record) == {}


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


def taught(rounds, collection, direction) -> Concept:
    page = rounds.begin(collection, "a thing", direction, Settings(page_size=40))
    answers = {tile.photo_id: truth(tile.photo_id) for tile in page.tiles}
    return rounds.submit(page.concept.id, page.tiles, answers).concept


def test_answers_given_already_are_not_asked_for_again(rounds, database, collection, direction):
    concept = taught(rounds, collection, direction)
    record = record_of(begin_audit(database, collection, concept, 0.2))
    judged = read_history(database.concepts, concept).judged
    assert record.given
    assert record.given == {
        photo: truth(photo)
        for photo in record.order
        if photo in judged and truth(photo) == side_of(record, photo)
    }
    waiting = open_questions(record, read_answers(database, record))
    assert set(waiting) == set(record.order) - set(record.given)
    concept = answer_audit(database, concept.id, {photo: truth(photo) for photo in waiting})
    found = record_of(concept).findings
    assert found is not None
    assert found.matches.low <= 30 <= found.matches.high
    assert blind_answers(database, record) == {photo: truth(photo) for photo in waiting}


def side_of(record: AuditRecord, photo: str) -> int:
    """Say on which side of the threshold a photo was drawn."""
    rank = next(
        rank
        for ranks, photos in zip(record.plan.ranks, record.photos, strict=True)
        for rank, drawn in zip(ranks, photos, strict=True)
        if drawn == photo
    )
    return 1 if rank < record.plan.accepted else -1


def test_an_answer_that_the_classifier_contradicts_is_asked_for_again(
    rounds, database, collection, direction
):
    concept = taught(rounds, collection, direction)
    judged = list(read_history(database.concepts, concept).judged)
    wrong = {photo: -truth(photo) for photo in judged[:3]}
    concept = rounds.relabel(concept.id, wrong).concept
    record = record_of(begin_audit(database, collection, concept, 0.01))  # everything is drawn
    assert len(record.order) == 120
    labels = read_history(database.concepts, concept).judged
    contradicted = {photo for photo in labels if labels[photo] != side_of(record, photo)}
    assert contradicted >= set(judged[:3])
    assert set(record.given) == set(judged) - contradicted


def test_an_audit_asks_about_photos_that_are_left_where_some_go_while_it_begins(
    rounds, database, collection, direction, monkeypatch
):
    concept = taught(rounds, collection, direction)
    count, gone = Collection.count, collection.sample(40, seed=1).ids

    def count_and_lose(self: Collection) -> int:
        counted = count(self)
        collection.delete(gone)
        return counted

    monkeypatch.setattr(Collection, "count", count_and_lose)
    record = record_of(begin_audit(database, collection, concept, 0.01))  # everything is drawn
    assert record.total == len(record.order) == 80
    assert not set(record.order) & set(gone)


def test_an_audit_of_which_everything_is_known_ends_where_it_begins(
    rounds, database, collection, direction
):
    concept = taught(rounds, collection, direction)
    everything = collection.scores.at_ranks(concept, range(120))
    concept = rounds.relabel(concept.id, {photo: truth(photo) for photo in everything}).concept
    concept = begin_audit(database, collection, concept, 0.2)
    found = record_of(concept).findings
    assert found is not None
    assert found.matches.low <= 30 <= found.matches.high
    asked = begin_audit(database, collection, concept, 0.2, known=False)
    assert record_of(asked).given == {}
    assert record_of(asked).findings is None


def test_what_was_given_is_kept_with_the_concept(rounds, database, collection, direction):
    concept = taught(rounds, collection, direction)
    begun = begin_audit(database, collection, concept, 0.2)
    again = record_of(database.concepts.get(concept.id))
    assert again == record_of(begun)
    assert again.given
