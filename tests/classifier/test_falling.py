import numpy as np
import pytest
from scipy.special import expit

from classifier.falling import FALLS, draw_matches


def draw(sizes: list[int], yes: list[int], no: list[int], seed: int = 0) -> np.ndarray:
    return draw_matches(sizes, yes, no, 40_000, np.random.default_rng(seed))


@pytest.mark.parametrize(("yes", "no"), [(0, 5), (3, 7), (20, 0), (40, 60)])
def test_of_one_stratum_the_share_has_the_posterior_of_jeffreys_prior(yes: int, no: int):
    matches = draw([1000], [yes], [no])
    rest = 1000 - yes - no
    exact = yes + np.random.default_rng(1).binomial(
        rest, np.random.default_rng(2).beta(yes + 0.5, no + 0.5, 40_000)
    )
    assert matches.mean() == pytest.approx(exact.mean(), abs=4)
    for share in (0.025, 0.5, 0.975):
        assert np.quantile(matches, share) == pytest.approx(np.quantile(exact, share), abs=10)


def test_of_several_the_draws_are_those_of_bayes_rule_by_weighting_the_prior():
    yes, no = np.array([6, 1, 0]), np.array([2, 5, 4])
    random = np.random.default_rng(3)
    first = random.beta(0.5, 0.5, 400_000)
    means = random.choice(FALLS, len(first))
    falls = random.exponential(means[:, None], (len(first), 2))
    odds = np.log(first / (1 - first))[:, None] - np.cumsum(np.c_[np.zeros(len(first)), falls], 1)
    shares = expit(odds)
    weights = np.prod(shares**yes * (1 - shares) ** no, axis=1)
    exact = (weights[:, None] * shares).sum(axis=0) / weights.sum()
    rest = 10_000 - yes - no
    drawn = (draw([10_000] * 3, yes.tolist(), no.tolist()) - yes) / rest
    assert drawn.mean(axis=0) == pytest.approx(exact, abs=0.01)


def test_answers_speak_for_the_strata_behind_them():
    alone = draw([10_000], [0], [3])
    behind = draw([100, 10_000], [0, 0], [60, 3])
    assert np.quantile(behind[:, 1], 0.975) < 0.2 * np.quantile(alone, 0.975)


def test_a_stratum_asked_in_full_is_certain_whatever_the_others_say():
    matches = draw([3, 4, 50], [0, 4, 0], [3, 0, 2])
    assert (matches[:, :2] == [0, 4]).all()


def test_a_hundred_answers_against_the_supposition_leave_it_finite():
    matches = draw([1000, 1000], [0, 200], [200, 0])
    assert matches.min() >= 0
    assert matches.max() <= 1000


def test_nothing_to_draw_is_drawn():
    assert draw([], [], []).shape == (40_000, 0)
