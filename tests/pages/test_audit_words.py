"""How an audit's result is stated."""

from types import SimpleNamespace
from typing import Any

from classifier.audit import Findings, Interval
from explorer.audits import describe_findings
from explorer.exports.concept_file import describe_classifier
from pages._current import shared_explorer
from pages.concept.audit import describe_audit, state_plainly


def test_the_result_says_what_was_found_and_what_may_be_missed():
    record: Any = SimpleNamespace(plan=SimpleNamespace(accepted=85))
    found = Findings(Interval(0.98, 0.97, 1.0), Interval(0.7, 0.48, 1.0), Interval(100, 83.3, 172))
    assert state_plainly(record, found) == (
        "About 83 of the 85 photos above the threshold match (precision 97 % to 100 %); "
        "between 0 and 89 matches are missed below it."
    )


def test_an_interval_of_one_value_is_said_once():
    record: Any = SimpleNamespace(plan=SimpleNamespace(accepted=50))
    found = Findings(Interval(1, 1, 1), Interval(1, 0.88, 1), Interval(50, 50, 57))
    assert "(precision 100 %)" in state_plainly(record, found)


def test_without_a_photo_above_the_threshold_there_is_no_precision():
    record: Any = SimpleNamespace(plan=SimpleNamespace(accepted=0))
    found = Findings(None, Interval(0, 0, 0), Interval(7, 3.3, 19))
    assert state_plainly(record, found) == (
        "No photo is above the threshold, so there is no precision; "
        "between 3 and 19 matches are missed below it."
    )
    assert describe_findings(found) == (
        "No photo above the threshold, so no precision; recall 0.00 (0.00 to 0.00), "
        "about 7 matches (3 to 19)"
    )
    one = describe_findings(Findings(None, None, Interval(1.2, 0, 11)))
    assert one.endswith("about 1 match (0 to 11)")


def test_without_a_yes_there_is_no_recall():
    record: Any = SimpleNamespace(plan=SimpleNamespace(accepted=40))
    found = Findings(Interval(0, 0, 0.025), None, Interval(0, 0, 2))
    assert state_plainly(record, found) == (
        "No answer was a yes: of the 40 photos above the threshold at most 1 match, "
        "of the whole collection at most 2."
    )
    record.plan.accepted = 0
    assert state_plainly(record, Findings(None, None, Interval(0, 0, 2.5))) == (
        "No answer was a yes: no photo is above the threshold, "
        "of the whole collection at most 3 match."
    )
    assert describe_findings(found) == (
        "Precision 0.00 (0.00 to 0.03), no match among the answers, so no recall; "
        "about 0 matches (0 to 2)"
    )


def test_audits_of_before_that_found_nothing_have_no_recall_either(concept):
    explorer = shared_explorer()
    asked = explorer.audit(concept, width=0.2, known=False)
    found = explorer.answer_audit(concept, dict.fromkeys(asked, -1))
    assert found is not None
    assert found.recall is None
    kept = explorer.concepts.get(concept).audit
    kept["findings"]["recall"] = {"value": 1.0, "low": 0.0, "high": 1.0}
    explorer.concepts.update(concept, audit=kept)
    told = describe_audit(explorer.concepts.get(concept))
    assert "no match among the answers, so no recall" in told
    saved = describe_classifier(explorer.concepts.get(concept), [], "")
    assert "matches_value" in saved.calibration
    assert not any(name.startswith("recall") for name in saved.calibration)


def test_an_audit_that_later_labels_have_overtaken_says_so(concept):
    explorer = shared_explorer()
    page = explorer.page(concept)
    page = explorer.answer(page, {tile.photo_id: 1 for tile in page.tiles})
    asked = explorer.audit(concept, width=0.2)
    explorer.answer_audit(concept, {p: 1 if p.startswith("yes") else -1 for p in asked})
    told = describe_audit(explorer.concepts.get(concept))
    assert told.startswith("Precision ")
    assert "before its latest change" not in told
    explorer.answer(page, {tile.photo_id: -1 for tile in page.tiles})
    assert describe_audit(explorer.concepts.get(concept)) == f"{told} (before its latest change)"
