"""A history that grows: what it knew of the labels before must not differ from a fresh reading."""

import numpy as np
import pytest

from explorer.history import History
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
        grown = grown.extend(rows[start : start + 7])
        whole = History(rows[: start + 7], judge)
        assert list(grown.votes.items()) == list(whole.votes.items())
        assert list(grown.latest.items()) == list(whole.latest.items())
        assert grown.answered == whole.answered
