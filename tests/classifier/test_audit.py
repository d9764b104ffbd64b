from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from classifier import ClassifierError
from classifier.audit import Audit, Stratum, count_given, estimate, plan, strata
from classifier.benchmark.coverage import coverage, likely_or_in_doubt, synthetic_collection


def ranked_truth(seed: int = 1, n: int = 20_000) -> tuple[np.ndarray, int]:
    """Truth of n photos in the order of their score, and how many a threshold of .5 accepts."""
    random = np.random.default_rng(seed)
    margins = np.sort(random.normal(-4, 2, n))[::-1]
    return random.random(n) < expit(margins), int((margins >= 0).sum())


def answered(audit: Audit, truth: np.ndarray) -> list[list[int]]:
    return [[1 if truth[rank] else -1 for rank in ranks] for ranks in audit.ranks]


def test_strata_cover_every_rank_once_and_stop_at_the_threshold():
    assert strata(1000, 100) == (
        Stratum(0, 50),
        Stratum(50, 100),
        Stratum(100, 150),
        Stratum(150, 300),
        Stratum(300, 750),
        Stratum(750, 1000),
    )


def test_a_narrower_wish_asks_more_and_keeps_the_ranks_already_drawn():
    wide, narrow = plan(20_000, 500, width=0.2), plan(20_000, 500, width=0.05)
    assert narrow.questions > wide.questions
    for few, many in zip(wide.ranks, narrow.ranks, strict=True):
        assert many[: len(few)] == few


def test_ranks_lie_in_their_stratum_without_repetition():
    audit = plan(5000, 300)
    for part, ranks in zip(audit.strata, audit.ranks, strict=True):
        assert len(set(ranks)) == len(ranks)
        assert all(part.start <= rank < part.stop for rank in ranks)


def test_a_collection_asked_in_full_is_known_exactly():
    audit = Audit(4, (Stratum(0, 4), Stratum(4, 10)), (tuple(range(4)), tuple(range(4, 10))))
    found: Any = estimate(audit, [[1, 1, 1, -1], [1, -1, -1, -1, -1, -1]])
    assert (found.precision.low, found.precision.value, found.precision.high) == (0.75,) * 3
    assert (found.recall.low, found.recall.value, found.recall.high) == (0.75,) * 3
    assert (found.matches.low, found.matches.value, found.matches.high) == (4.0,) * 3


def test_the_wanted_width_of_precision_is_reached():
    truth, accepted = ranked_truth()
    found: Any = estimate(
        plan(len(truth), accepted, width=0.1), answered(plan(20_000, accepted), truth)
    )
    assert (found.precision.high - found.precision.low) / 2 < 0.125


def test_the_interval_holds_the_truth_93_to_97_times_in_100():
    truth, accepted = ranked_truth()
    precision, recall = truth[:accepted].mean(), truth[:accepted].sum() / truth.sum()
    held = np.zeros(3)
    for seed in range(200):
        audit = plan(len(truth), accepted, seed=seed)
        found: Any = estimate(audit, answered(audit, truth), seed=seed)
        held += [
            found.precision.low <= precision <= found.precision.high,
            found.recall.low <= recall <= found.recall.high,
            found.matches.low <= truth.sum() <= found.matches.high,
        ]
    assert (held / 200 >= 0.93).all()
    assert (held / 200 <= 0.985).all()


def test_a_lone_match_found_deep_below_may_be_the_only_one():
    truth = np.zeros(1326, dtype=bool)
    truth[:43] = True
    truth[300] = True
    held = 0
    for seed in range(200):
        audit = plan(len(truth), 50, seed=seed)
        found: Any = estimate(audit, answered(audit, truth), seed=seed)
        held += found.matches.low <= 44 <= found.matches.high
    assert held / 200 >= 0.93


@pytest.mark.parametrize("answer", [-1, 0])
@pytest.mark.parametrize(("total", "accepted"), [(100, 0), (332, 40), (20_000, 600), (30, 30)])
def test_without_a_yes_there_is_no_recall_and_without_an_accepted_photo_no_precision(
    total: int, accepted: int, answer: int
):
    audit = plan(total, accepted)
    found = estimate(audit, [[answer] * len(ranks) for ranks in audit.ranks])
    assert found.recall is None
    assert (found.precision is None) == (accepted == 0)
    assert np.isfinite([found.matches.low, found.matches.high]).all()
    assert found.matches.low < 1 or answer == 0


@pytest.mark.parametrize("at", [0, -1])
def test_one_yes_is_enough_for_a_recall(at: int):
    audit = plan(332, 40)
    answers = [[-1] * len(ranks) for ranks in audit.ranks]
    answers[at][0] = 1
    found: Any = estimate(audit, answers)
    assert 0 <= found.recall.low <= found.recall.value <= found.recall.high <= 1
    assert found.matches.low >= 1


def test_a_skipped_photo_says_nothing():
    audit = Audit(2, (Stratum(0, 2), Stratum(2, 4)), ((0, 1), (2, 3)))
    found: Any = estimate(audit, [[1, 0], [-1, -1]])
    assert found.precision.low < 1.0
    assert found.precision.high == 1.0


def test_an_empty_collection_has_nothing_to_ask():
    assert plan(0, 0).questions == 0
    assert estimate(plan(0, 0), []).matches.high == 0


@pytest.mark.parametrize(("total", "accepted"), [(10, 11), (10, -1)])
def test_counts_that_cannot_be_are_an_error(total: int, accepted: int):
    with pytest.raises(ClassifierError):
        plan(total, accepted)


@pytest.mark.parametrize("width", [0, 1, None, "x"])
def test_a_width_that_is_no_share_is_an_error(width):
    with pytest.raises(ClassifierError, match="half-width"):
        plan(10, 5, width=width)


def test_answers_must_match_what_was_asked():
    with pytest.raises(ClassifierError, match="one answer"):
        estimate(plan(100, 10), [[1]])


def test_labels_count_that_were_drawn_and_lie_on_their_side_of_the_threshold():
    audit = Audit(3, (Stratum(0, 3), Stratum(3, 10)), ((0, 2), (3, 4, 8)))
    labels = {0: 1, 1: 1, 2: -1, 3: 1, 4: -1, 9: -1}
    assert count_given(audit, labels) == {0: 1, 4: -1}


def test_right_labels_save_questions_and_change_no_interval_and_slips_do():
    made_up = synthetic_collection(2000, 4.0, 1.0)
    judged = likely_or_in_doubt(made_up[1], 125)
    plain = coverage(*made_up, runs=40)
    told = coverage(*made_up, runs=40, judged=judged)
    assert told.pop("questions") < 0.8 * plain.pop("questions")
    assert told == plain
    slipped = coverage(*made_up, runs=40, judged=judged, slips=0.05)
    assert slipped["precision"] < 0.7


@pytest.mark.parametrize("odd", [2.5, 10.0, None, "3", np.float32(4)])
def test_what_counts_must_be_a_whole_number(odd):
    for total, accepted, seed in ((odd, 2, 0), (10, odd, 0), (10, 2, odd)):
        with pytest.raises(ClassifierError, match="whole number"):
            plan(total, accepted, seed=seed)


def test_numbers_of_numpys_types_plan_the_same():
    total: Any = np.int64(100)
    accepted: Any = np.uint8(20)
    width: Any = np.float32(0.25)
    assert plan(total, accepted, width=width) == plan(100, 20, width=0.25)
