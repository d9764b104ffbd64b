"""How an audit's result is stated."""

from types import SimpleNamespace
from typing import Any

from classifier.audit import Findings, Interval
from pages.concept.audit import state_plainly


def test_the_result_says_what_was_found_and_what_may_be_missed():
    record: Any = SimpleNamespace(plan=SimpleNamespace(accepted=85))
    found = Findings(Interval(0.98, 0.97, 1.0), Interval(0.7, 0.48, 1.0), Interval(100, 83.3, 172))
    assert state_plainly(record, found) == (
        "About 83 of the 85 photos above the threshold match (precision 97% to 100%); "
        "between 0 and 89 matches are missed below it."
    )
