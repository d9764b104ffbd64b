from dataclasses import replace

import numpy as np
import pytest

from classifier import Background, background_of, fit
from classifier.frame import spread_along
from classifier.prior import PROMPT_SPREAD
from classifier.problem import Problem

UP = np.array([1.0, 0.0, 0.0, 0.0])


def photos(n: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 4))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_weights_are_held_at_the_prompt_and_the_mean_of_the_yes():
    rows = photos(500).astype(np.float32)
    background = background_of(rows)
    signs = np.sign(rows[:30, 1])
    problem = Problem.of(UP, rows[:30], signs, background)
    yes = (rows[:30][signs > 0] - background.mean).mean(axis=0)
    number = (signs > 0).sum()
    share = 0.4 * number / (number + 2)
    blend = (1 - share) * UP / spread_along(UP, background) + share * yes / spread_along(
        yes, background
    )
    held = problem.mean.weights(problem.rows[:30, :-1])
    assert held / np.linalg.norm(held) == pytest.approx(blend / np.linalg.norm(blend), abs=1e-5)
    assert spread_along(held, background) / problem.frame.scale == pytest.approx(PROMPT_SPREAD)


@pytest.mark.parametrize("count", [30, 300])  # found among the rows, and among the weights
def test_a_yes_that_is_not_trusted_does_not_hold_them(count: int):
    rows = photos(count).astype(np.float32)
    signs = np.sign(rows[:, 1])
    slip = int(rows[:, 1].argmin())
    signs[slip] = 1.0
    problem = Problem.of(UP, rows, signs, None)
    parts = problem.mean.parts.copy()
    assert parts[slip] > 0
    parts[slip] = 0.0
    trust = np.ones(count)
    trust[slip] = 1e-6
    wary, without = (
        problem.solve(trust),
        replace(problem, mean=replace(problem.mean, parts=parts)).solve(trust),
    )
    assert wary.weights == pytest.approx(without.weights, abs=2e-3)
    assert wary.weights != pytest.approx(problem.solve().weights, abs=2e-2)


@pytest.mark.parametrize(
    "yes",
    [
        [],  # no yes at all
        [[0, 1, 0, 0], [0, -1, 0, 0]],  # whose mean is the collection's
        [[-1, 0, 0, 0]] * 4,  # the opposite of the prompt
    ],
)
def test_a_mean_of_the_yes_that_says_nothing_leaves_a_fit_that_is_finite(yes: list[list[int]]):
    rows = np.vstack([np.array(yes, float).reshape(-1, 4), photos(6, seed=2)])
    signs = np.where(np.arange(len(rows)) < len(yes), 1, -1)
    head = fit(UP, rows, signs, background=Background(np.zeros(4), np.eye(4), photos(20)))
    assert np.isfinite([*head.weights, head.bias]).all()
