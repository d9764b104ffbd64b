"""A history that grows: what it knew of the labels before must not differ from a fresh reading."""

import numpy as np
import pytest

from explorer.history import SURE, History
from vecdb import Label


@pytest.mark.parametrize("judge", [None, "ann"])
@pytest.mark.parametrize("seed", range(5))
def test_a_history_that_grew_is_the_one_that_is_read_at_once(judge, seed):
    rng = np.random.default_rng(seed)
    rows = [
        Label(
            f"photo-{rng.integers(12)}",
            int(rng.integers(-1, 2)),
            int(rng.integers(5)),
            "top",
            action=f"round:{at}",
            by=["", "ann", "bob"][rng.integers(3)],
        )
        for at in range(90)
    ]
    grown = History(rows[:20], judge)
    for start in range(20, 90, 7):
        before, grown = grown, grown.extend(rows[start : start + 7])
        assert before.votes == History(rows[:start], judge).votes
        whole = History(rows[: start + 7], judge)
        assert list(grown.votes.items()) == list(whole.votes.items())
        assert list(grown.latest.items()) == list(whole.latest.items())
        assert grown.answered == whole.answered


@pytest.mark.parametrize("judge", [None, "ann"])
@pytest.mark.parametrize("seed", range(5))
def test_slips_are_the_answers_that_a_second_look_turned_round(judge, seed):
    rng = np.random.default_rng(seed)
    rows = [
        Label(
            f"photo-{rng.integers(20)}",
            int(rng.integers(-1, 2)),
            at,
            SURE if at > 10 and rng.random() < 0.4 else "top",
            action=f"round:{at}",
            by=["", "ann", "bob"][rng.integers(3)],
        )
        for at in range(40)
        for _ in range(3)
    ]
    whole = History(rows, judge)
    turned = sum(
        whole.before(row.action).labels.get(row.photo_id) == -row.label != 0
        for row in rows
        if row.reason == SURE
    )
    assert whole.slips == turned > 0
