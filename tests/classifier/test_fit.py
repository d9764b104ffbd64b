import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from classifier import (
    Background,
    ClassifierError,
    DimensionMismatch,
    Head,
    average_precision,
    background_of,
    fit,
    fit_and_leave_out,
    prompt_head,
)
from classifier.arrays import add_ones
from classifier.frame import correlation, frame_of
from classifier.guard import KEPT, pair_accuracy, share_of_fit
from classifier.laplace import laplace
from classifier.primal import solve_primal
from classifier.prior import PULL, PriorMean, prior_precision, pull_after
from classifier.problem import Problem

UP = np.array([1.0, 0.0, 0.0, 0.0])


def photos(n: int = 60, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 4))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_prompt_head_ranks_as_the_prompt_does():
    rows = photos()
    head = prompt_head(UP, background_of(rows))
    assert np.array_equal(np.argsort(head.margins(rows)), np.argsort(rows @ UP))


def test_the_average_photo_is_no_match_before_any_answer():
    rows = photos()
    chances = prompt_head(UP, background_of(rows)).probabilities(rows)
    assert chances.mean() < 0.15


def test_the_optimum_is_the_one_scikit_learn_finds():
    # Without a background the prior is Normal(start, 1 / pull): shifting the prior mean to zero by
    # an offset is not in scikit-learn, so the prompt is a direction in which no photo differs, and
    # the mean of the yes is left out.
    rows = np.pad(photos(40)[:, :3], ((0, 0), (0, 1))).astype(np.float32)
    signs = np.sign(rows[:, 0] + 0.3 * np.random.default_rng(3).normal(size=40))
    problem = Problem.of(np.array([0.0, 0.0, 0.0, 1.0]), rows, signs, None)
    found = replace(problem, mean=PriorMean(problem.mean.prompt, 1.0, np.zeros(40))).solve()
    peer = LogisticRegression(
        C=1 / pull_after(int((signs > 0).sum())), tol=1e-10, max_iter=5000
    ).fit(frame_of(None, rows).into(rows), signs)
    assert found.weights[:3] == pytest.approx(peer.coef_[0, :3], rel=2e-3)


def test_both_solvers_find_one_optimum():
    rows = photos(50, seed=4)
    signs = np.sign(rows[:, 1] + 0.2)
    importance = np.random.default_rng(0).random(50) + 0.1
    start = np.array([0.5, 0.0, 0.0, 0.0])
    dual = laplace(rows @ rows.T / 0.1 + 100.0, rows @ start - 3, signs, importance)
    prior, precision = np.append(start, -3.0), prior_precision(0.1, 4)
    *weights, bias = solve_primal(add_ones(rows), signs, importance, prior, precision)
    assert weights == pytest.approx(start + rows.T @ dual.dual / 0.1, abs=1e-3)
    assert bias == pytest.approx(-3 + 100 * dual.dual.sum(), abs=1e-3)


def test_a_fit_that_begins_near_its_optimum_ends_there_too():
    rows = add_ones(photos(50, seed=4))
    signs, ones = np.sign(rows[:, 1] + 0.2), np.ones(50)
    doubted = np.where(np.arange(50) < 3, 0.1, 1.0)
    held = (np.array([0.5, 0.0, 0.0, 0.0, -3.0]), prior_precision(0.1, 4))
    near = solve_primal(rows, signs, ones, *held)
    cold = solve_primal(rows, signs, doubted, *held)
    warm = solve_primal(rows, signs, doubted, *held, begin=near)
    assert warm == pytest.approx(cold, abs=1e-2)


def test_a_left_out_margin_is_close_to_that_of_a_real_refit():
    rows = photos(30, seed=5)
    signs = np.sign(rows[:, 1])
    kernel, ones = rows @ rows.T / 0.1 + 100.0, np.ones(30)
    whole = laplace(kernel, np.zeros(30), signs, ones)
    for row in range(0, 30, 7):
        rest = np.arange(30) != row
        part = laplace(kernel[np.ix_(rest, rest)], np.zeros(29), signs[rest], ones[rest])
        refit = kernel[row, rest] @ part.dual
        assert whole.left_out[row] == pytest.approx(refit, abs=0.15 * (1 + abs(refit)))


@pytest.mark.parametrize("start", [None, Head(np.array([0, 2, 0, 0], np.float32), -1.0)])
def test_more_rows_take_the_other_solver_to_the_same_ranking(
    monkeypatch: pytest.MonkeyPatch, start: Head | None
):
    rows = photos(200, seed=6)
    background, signs = background_of(rows), np.sign(rows[:, 1] + 0.1)
    one, _ = fit_and_leave_out(UP, rows, signs, background=background, start=start)
    monkeypatch.setattr(sys.modules["classifier.problem"], "AMONG_ROWS", 0)
    other, _ = fit_and_leave_out(UP, rows, signs, background=background, start=start)
    assert other.margins(rows) == pytest.approx(one.margins(rows), abs=0.05)


def test_a_trained_head_stands_without_answers_and_one_no_leaves_its_matches():
    rows = photos(300, seed=8)
    background, truth = background_of(rows), np.where(rows[:, 1] > 0.5, 1.0, -1.0)
    trained = fit(UP, rows[:100], truth[:100], background=background)
    still, _ = fit_and_leave_out(UP, rows[:0], truth[:0], background=background, start=trained)
    assert still is trained
    margins = trained.margins(rows)
    likeliest = [int(np.argmax(np.where(truth < 0, margins, -np.inf)))]
    on, _ = fit_and_leave_out(
        UP, rows[likeliest], truth[likeliest], background=background, start=trained
    )
    assert on.margins(rows)[likeliest] < margins[likeliest]
    matches = margins > 0
    assert (on.margins(rows) > 0)[matches].mean() > 0.7
    anew = fit(trained.weights, rows[likeliest], truth[likeliest], background=background)
    assert not (anew.margins(rows) > 0).any()


def test_a_frame_takes_back_what_it_folded_into_a_head():
    frame = frame_of(background_of(photos()), photos())
    weights, bias = np.array([1.0, -2.0, 0.5, 3.0]), -1.5
    raw, shifted = frame.out(weights, bias)
    assert frame.into(photos()) @ weights + bias == pytest.approx(photos() @ raw + shifted)
    again, unshifted = frame.back(raw, shifted)
    assert again == pytest.approx(weights)
    assert unshifted == pytest.approx(bias)


def test_the_guard_returns_to_a_prompt_that_ranks_the_answers_better():
    signs = np.repeat([1.0, -1.0], 20)
    prompt = signs + 0.0
    assert share_of_fit(-signs, prompt, signs) < 0.5
    assert share_of_fit(signs * 2, prompt, signs) == 1.0
    assert share_of_fit(-signs[:20], prompt[:20], signs[:20]) == 1.0


def test_a_fit_that_few_answers_turned_far_must_prove_itself():
    signs = np.array([1.0, 1.0, -1.0, -1.0])
    assert share_of_fit(signs, signs, signs, likeness=0.5) == KEPT
    assert share_of_fit(signs, signs, signs, likeness=0.9) == 1.0
    assert share_of_fit(signs, -signs, signs, likeness=0.5) == 1.0
    many = np.repeat(signs, 5)
    assert share_of_fit(many, many, many, likeness=0.5) == 1.0


@pytest.mark.parametrize(
    ("count", "behind", "ahead", "likeness", "kept"),
    [(25, 2, 0, 0.9, 1.0), (25, 3, 0, 0.9, 0.5), (8, 0, 1, 0.5, KEPT), (8, 0, 2, 0.5, 1.0)],
)
def test_how_far_fit_or_prompt_must_lead(count, behind, ahead, likeness, kept):
    """So many yes lie below every no, of the fit or of the prompt: each costs 1 / count pairs."""

    def missing(yes: int) -> np.ndarray:
        return np.repeat([-2.0, 1.0, -1.0], [yes, count - yes, count])

    signs = np.repeat([1.0, -1.0], count)
    assert share_of_fit(missing(behind), missing(ahead), signs, likeness) == kept


def test_two_directions_are_alike_as_their_scores_correlate():
    rows = photos(400)
    other = np.array([0.6, 0.8, 0.0, 0.0])
    whole = background_of(rows, sample=400)
    by_hand = np.corrcoef(rows @ UP, rows @ other)[0, 1]
    assert correlation(UP, other, whole) == pytest.approx(by_hand)
    part = Background(whole.mean, None, whole.sample)
    assert correlation(UP, other, part) == pytest.approx(by_hand)
    assert correlation(UP, other, None) == pytest.approx(0.6)


def test_pair_accuracy_counts_ties_half():
    assert pair_accuracy(np.array([1.0, 1.0, 0.0]), np.array([1.0, -1.0, -1.0])) == 0.75


def test_a_fit_of_many_thousands_of_answers_ends():
    rows = photos(20_000, seed=7)
    head = fit(UP, rows, np.sign(rows[:, 1]), background=background_of(rows))
    assert head.weights[1] > abs(head.weights[0])


def test_a_collection_of_one_photo_has_a_head():
    one = photos(1)
    head = fit(UP, one, [1], background=background_of(one))
    assert np.isfinite(head.weights).all()


def test_a_collection_without_covariance_is_measured_by_its_sample():
    rows = photos(400)
    whole = background_of(rows, sample=400)
    part = Background(whole.mean, None, whole.sample)
    labels = np.sign(rows[:9, 1])
    a, b = (fit(UP, rows[:9], labels, background=known) for known in (whole, part))
    assert a.weights == pytest.approx(b.weights, rel=0.02, abs=0.02)


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
    broken = np.vstack([rows[:9], np.full(4, np.nan), np.zeros(4), np.full(4, 1e39)])
    labels = np.sign(rows[:9, 1])
    head = fit(UP, broken, np.append(labels, [1, -1, 1]), background=background)
    clean = fit(UP, rows[:9], labels, background=background)
    assert np.array_equal(head.weights, clean.weights)


@pytest.mark.parametrize("scale", [1e5, 1e10, 1e30])
def test_vectors_far_from_length_one_are_an_error(scale: float):
    with pytest.raises(ClassifierError, match="length one"):
        fit(UP, photos(9) * scale, np.ones(9), background=background_of(photos()))


def test_one_vector_alone_is_not_taken_for_rows():
    with pytest.raises(ClassifierError, match=r"must be rows of numbers, got shape \(4,\)"):
        prompt_head(UP).margins(UP)


@pytest.mark.parametrize("broken", [np.nan, 0.0, np.inf])
def test_a_background_leaves_out_what_is_no_picture(broken: float):
    rows = photos()
    found = background_of(np.vstack([np.full((2, 4), broken), rows]))
    assert np.array_equal(found.mean, background_of(rows).mean)
    for nothing in (np.full((3, 4), broken), np.zeros((0, 4)), np.zeros(4)):
        with pytest.raises(ClassifierError):
            background_of(nothing)


def test_a_skipped_photo_teaches_nothing():
    rows = photos()
    labels = np.sign(rows[:9, 1])
    skipped = fit(UP, rows[:10], np.append(labels, 0))
    assert np.array_equal(skipped.weights, fit(UP, rows[:9], labels).weights)


def test_the_same_answers_give_the_same_head():
    rows = photos()
    heads = [
        fit(UP, rows[:9], np.sign(rows[:9, 1]), background=background_of(rows)) for _ in range(2)
    ]
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


def test_the_prompt_holds_less_as_answers_come_and_never_lets_go():
    assert pull_after(0) == PULL
    assert PULL / 2 < pull_after(4) < PULL
    assert pull_after(5) == PULL / 2
    assert pull_after(20) == pull_after(100_000) == PULL / 5


def spread_out(share: float, seed: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return 400 photos and which match: those are known by dimension 1, all spread along 2."""
    rng = np.random.default_rng(seed)
    truth = rng.random(400) < share
    rows = rng.normal(size=(400, 4)) * [0.3, 0.2, 2.0, 0.3]
    rows[:, 0] += 1
    rows[:, 1] += 1.5 * truth
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), truth


def test_the_collection_says_where_it_spreads_without_a_match():
    rows, truth = spread_out(0.05)
    along = np.argsort(-rows[:, 2], kind="stable")
    # All yes that were clicked lie at one end of dimension 2, and all no at the other.
    yes = along[truth[along]][:8]
    judged = np.append(yes, along[~truth[along]][-8:])
    answers = np.repeat([1, -1], 8)
    whole = background_of(rows)
    bare = Background(whole.mean, whole.covariance, whole.sample[:0])
    told, untold = (fit(UP, rows[judged], answers, background=one) for one in (whole, bare))
    left = np.setdiff1d(np.arange(len(rows)), judged)
    better, worse = (
        average_precision(truth[left], head.margins(rows[left])) for head in (told, untold)
    )
    assert better > worse + 0.05


def test_photos_of_the_collection_that_match_are_not_taken_for_a_no():
    rows, truth = spread_out(0.5)
    judged = np.append(np.flatnonzero(truth)[:10], np.flatnonzero(~truth)[:10])
    head = fit(UP, rows[judged], np.repeat([1, -1], 10), background=background_of(rows))
    assert (head.probabilities(rows[truth]) > 0.5).mean() > 0.8
