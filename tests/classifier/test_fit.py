import numpy as np
import pytest
from scipy.special import expit

from classifier import (
    Background,
    ClassifierError,
    DimensionMismatch,
    background_of,
    fit,
    prompt_head,
)

UP = np.array([1.0, 0.0, 0.0, 0.0])


def photos(n: int = 60, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 4))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_prompt_head_ranks_as_the_prompt_does():
    rows = photos()
    head = prompt_head(UP, background_of(rows))
    assert np.array_equal(np.argsort(head.margins(rows)), np.argsort(rows @ UP))


def test_probabilities_are_the_sigmoid_of_weights_and_bias_alone():
    rows = photos()
    head = fit(UP, rows[:10], np.sign(rows[:10, 1]), background=background_of(rows))
    assert head.probabilities(rows) == pytest.approx(expit(rows @ head.weights + head.bias))


def test_answers_turn_the_head_towards_what_they_share():
    rows = photos()
    head = fit(UP, rows[:40], np.sign(rows[:40, 1]), background=background_of(rows))
    assert (np.sign(rows[40:, 1]) == np.sign(head.margins(rows[40:]))).mean() > 0.8


def test_no_answer_leaves_the_prompt():
    rows = photos()
    background = background_of(rows)
    head = fit(UP, [], [], background=background)
    assert np.array_equal(head.weights, prompt_head(UP, background).weights)


@pytest.mark.parametrize("sign", [1, -1])
def test_answers_of_one_sign_give_a_finite_head(sign: int):
    rows = photos()
    for background in (None, background_of(rows)):
        head = fit(UP, rows[:9], np.full(9, sign), background=background)
        assert np.isfinite(head.weights).all()
        assert np.isfinite(head.bias)


def test_contradictory_answers_on_one_photo_leave_it_near_even():
    rows = photos()
    twice = np.vstack([rows[:1]] * 20)
    head = fit(UP, twice, [1, -1] * 10)
    assert head.probabilities(rows[:1]) == pytest.approx([0.5], abs=0.05)


def test_broken_rows_teach_nothing():
    rows = photos()
    background = background_of(rows)
    broken = np.vstack([rows[:9], np.full(4, np.nan), np.zeros(4)])
    labels = np.sign(rows[:9, 1])
    head = fit(UP, broken, np.append(labels, [1, -1]), background=background)
    clean = fit(UP, rows[:9], labels, background=background)
    assert np.array_equal(head.weights, clean.weights)


def test_a_skipped_photo_teaches_nothing():
    rows = photos()
    labels = np.sign(rows[:9, 1])
    skipped = fit(UP, rows[:10], np.append(labels, 0))
    assert np.array_equal(skipped.weights, fit(UP, rows[:9], labels).weights)


def test_the_same_answers_give_the_same_head():
    rows = photos()
    heads = [fit(UP, rows[:9], np.sign(rows[:9, 1]), background=background_of(rows))] * 2
    assert np.array_equal(heads[0].weights, heads[1].weights)


def test_vectors_of_another_encoder_are_an_error():
    with pytest.raises(DimensionMismatch):
        fit(UP, np.ones((2, 3)), [1, -1])
    with pytest.raises(DimensionMismatch):
        fit(UP, photos(2), [1, -1], background=Background(np.zeros(3), None, np.zeros((0, 3))))


def test_labels_must_match_vectors_in_number():
    with pytest.raises(ClassifierError, match="one each"):
        fit(UP, photos(3), [1, -1])


def test_an_unknown_method_is_an_error():
    with pytest.raises(ClassifierError, match="anchored"):
        fit(UP, photos(2), [1, -1], method="forest")


def test_sgd_takes_the_five_steps_of_the_first_explorer_by_hand():
    rows, labels = photos(6), np.array([1, -1, 1, -1, -1, 1])
    w = UP.copy()
    for _ in range(5):
        w = w / np.linalg.norm(w)
        w = w - 0.1 * rows.T @ (expit(rows @ w) - (labels > 0)) / 6
    head = fit(UP, rows, labels, method="sgd")
    assert head.weights == pytest.approx(w, abs=1e-6)
    assert head.bias == 0.0
