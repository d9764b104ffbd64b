"""A history that grows: what it knew of the labels before must not differ from a fresh reading."""

from collections import Counter

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
    turned: Counter[str] = Counter()
    for at, row in enumerate(rows):
        if row.reason != SURE or not row.label or judge not in (None, row.by):
            continue
        before = whole.before(row.action)
        mine = [r for r in before if r.photo_id == row.photo_id and r.by == row.by][-1:]
        first = mine[0] if mine and mine[0].label else before.latest.get(row.photo_id)
        ended = max(i for i, other in enumerate(rows) if other.action == row.action)
        after = History(rows[: ended + 1], judge).labels[row.photo_id]
        if first is not None and first.label == -row.label and after == row.label:
            turned[first.by] += 1
        assert at <= ended
    assert whole.slips == turned
    assert turned.total() > 0


def test_a_yes_that_was_asked_about_again_is_no_new_match():
    history = History(
        [
            Label("a", 1, 1, "top", action="round:1"),
            Label("b", -1, 1, "top", action="round:1"),
            Label("c", 1, 2, "top", action="round:2"),
            Label("a", 1, 3, SURE, action="round:3"),
            Label("b", 1, 3, SURE, action="round:3"),
            Label("c", -1, 3, SURE, action="round:3"),
        ]
    )
    assert history.yes_by_round() == [1, 0, 1]
