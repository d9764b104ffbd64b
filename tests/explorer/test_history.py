"""A history that grows: what it knew of the labels before must not differ from a fresh reading."""

import numpy as np
import pytest

from explorer.history import SURE, History
from vecdb import Label


def draw_labels(seed: int, rounds: int, photos: int) -> list[Label]:
    """Return three answers a round about random photos, by three people, some asked again."""
    rng = np.random.default_rng(seed)
    return [
        Label(
            f"photo-{rng.integers(photos)}",
            int(rng.integers(-1, 2)),
            at,
            SURE if at > 10 and rng.random() < 0.4 else "top",
            action=f"round:{at}",
            by=["", "ann", "bob"][rng.integers(3)],
        )
        for at in range(rounds)
        for _ in range(3)
    ]


@pytest.mark.parametrize("judge", [None, "ann"])
@pytest.mark.parametrize("seed", range(5))
def test_a_history_that_grew_is_the_one_that_is_read_at_once(judge, seed):
    rows = draw_labels(seed, rounds=30, photos=12)
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
    rows = draw_labels(seed, rounds=40, photos=20)
    whole = History(rows, judge)
    turned = sum(
        whole.before(row.action).labels.get(row.photo_id) == -row.label != 0
        for row in rows
        if row.reason == SURE and judge in (None, row.by)
    )
    assert whole.slips.total() == turned > 0
