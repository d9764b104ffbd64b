import numpy as np
import pytest

from classifier import ClassifierError, background_of, doubtful_answers, fit, fit_and_leave_out
from classifier.arrays import add_ones
from classifier.laplace import laplace
from classifier.primal import left_out, solve_primal
from classifier.prior import prior_precision
from classifier.problem import MANY
from classifier.slips import (
    FEWEST,
    LEAST_TRUST,
    NOBODY,
    USUAL_RATE,
    chance_right,
    pull_by,
    trust_answers,
)

UP = np.array([1.0, 0.0, 0.0, 0.0])


def photos(n: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 4))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def answered(n: int, slips: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Photos told apart by their second number, some of the clear ones answered wrongly."""
    rows = photos(n, seed)
    signs = np.where(rows[:, 1] > 0, 1.0, -1.0)
    signs[slips] *= -1
    return rows, signs


def clear(n: int, seed: int = 0) -> list[int]:
    """Row numbers of a yes and a no that nobody could doubt."""
    second = photos(n, seed)[:, 1]
    return [int(second.argmax()), int(second.argmin())]


def alone(count: int, slips: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Slips of one person, who gave all answers."""
    return np.array([slips]), np.zeros(count, int)


def test_the_chance_of_being_right_by_hand():
    odds = np.log(np.array([9.0, 9.0, 1.0]))  # without the answer: .9, .9 and .5 of a yes
    chance = chance_right(odds, np.array([1.0, -1.0, 1.0]), 0.1)
    assert chance == pytest.approx([0.81 / 0.82, 0.5, 0.9])


def test_answers_that_the_others_confirm_are_trusted_and_settled_ones_in_full():
    margins = np.append(np.full(FEWEST - 1, 6.0), [-6.0, -6.0])
    answers = np.append(np.ones(FEWEST - 1), [-1.0, 1.0])
    never, count = np.zeros(FEWEST + 1, bool), FEWEST + 1
    trust = trust_answers(margins, answers, never, *alone(count))
    assert (trust[:-1] > 0.999).all()
    assert trust[-1] < 0.5
    assert trust_answers(margins, answers, ~never, *alone(count)).tolist() == [1.0] * count
    few = trust_answers(margins[1:], answers[1:], never[1:], *alone(FEWEST))
    assert few.tolist() == [1.0] * FEWEST


def test_slips_that_were_admitted_make_the_next_surprise_less_believed():
    margins, answers = np.full(20, 3.0), np.append(np.ones(19), -1.0)
    careful, careless = (
        trust_answers(margins, answers, np.zeros(20, bool), *alone(20, slips))[-1]
        for slips in (0, 2)
    )
    assert careless < careful - 0.2
    assert careless >= LEAST_TRUST


def test_nobody_is_believed_to_slip_in_more_than_a_tenth():
    margins, answers, never = np.full(20, 3.0), np.append(np.ones(19), -1.0), np.zeros(20, bool)
    trust = trust_answers(margins, answers, never, *alone(20, 10_000))
    assert trust == pytest.approx(chance_right(margins, answers, 0.1))


def test_the_slips_of_one_person_are_held_against_their_own_answers_most():
    """Two surprises of the same margin: one of somebody who took two answers back."""
    margins, answers = np.full(80, 3.0), np.tile(np.append(np.ones(39), -1.0), 2)
    never, givers = np.zeros(80, bool), np.repeat([0, 1], 40)
    ann, bob = trust_answers(margins, answers, never, np.array([2, 0]), givers)[[39, 79]]
    strangers = trust_answers(margins, answers, never, np.array([0, 0]), givers)[79]
    assert ann < bob - 0.05
    assert bob < strangers - 0.05  # who works beside careless people is trusted less, too
    swapped = trust_answers(margins, answers, never, np.array([0, 2]), givers)[[79, 39]]
    assert swapped.tolist() == [ann, bob]


def test_where_a_typical_yes_surprises_one_that_does_is_no_slip():
    """The yes of a concept that the encoder does not see: none of them foretells another."""
    no, never = np.full(30, -4.0), np.zeros(40, bool)
    answers = np.append(np.ones(10), -np.ones(30))
    seen = np.append([-4.5, *np.full(9, 2.0)], no)
    unseen = np.append([-4.5, *np.full(9, -3.0)], no)
    assert trust_answers(seen, answers, never, *alone(40))[0] < 0.85
    assert trust_answers(unseen, answers, never, *alone(40))[:10].min() > 0.97
    # A wrong yes among few yes stands out still, and two of them do not vouch for each other.
    few = np.append([-4.0, -4.0, 1.0, 1.0, 1.0], np.full(35, -4.0))
    answers = np.append(np.ones(5), -np.ones(35))
    trust = trust_answers(few, answers, never, *alone(40))
    assert trust[:2].max() < 0.6 < 0.95 < trust[2:].min()


def test_an_answer_pulls_as_far_as_it_is_trusted():
    """One photo, its margin -3 without the answer: the fit moves by the part that is trusted."""
    kernel, prior, yes = np.array([[8.0]]), np.array([-3.0]), np.ones(1)
    whole = laplace(kernel, prior, yes, np.ones(1)).margins
    for trust in (0.1, 0.5, 0.9):
        factor = pull_by(np.array([trust]), prior, whole, yes)
        part = laplace(kernel, prior, yes, factor).margins
        assert part - prior == pytest.approx(trust * (whole - prior), rel=1e-4)
        assert factor < trust  # the chance itself would leave more than its part
    sure = pull_by(np.ones(1), prior, whole, yes)
    assert sure.tolist() == [1.0]
    far = pull_by(np.array([0.5]), np.array([-2000.0]), np.array([-1000.0]), yes)
    assert far == pytest.approx(0.5)  # nothing overflows where margins are out of all bounds


def test_what_is_nobodys_answer_tells_nothing_of_who_answers():
    """Answers of other concepts are chosen to surprise: they must not make a user look careless."""
    margins, answers = np.full(20, 3.0), np.append(np.ones(19), -1.0)
    alone_trust = trust_answers(margins, answers, np.zeros(20, bool), *alone(20))
    borrowed = np.full(50, 3.0), -np.ones(50)
    both = trust_answers(
        np.append(margins, borrowed[0]),
        np.append(answers, borrowed[1]),
        np.zeros(70, bool),
        np.array([0]),
        np.repeat([0, NOBODY], [20, 50]),
    )
    assert both[:20] == pytest.approx(alone_trust)
    usual = chance_right(*borrowed, USUAL_RATE)
    nobody = np.full(50, NOBODY)
    only = trust_answers(*borrowed, np.zeros(50, bool), np.zeros(0, np.int64), nobody)
    assert only == pytest.approx(usual)
    assert both[20:] == pytest.approx(usual)


def test_who_gave_an_answer_is_read_past_photos_without_a_vector():
    rows, signs = answered(60, clear(60))
    givers = np.arange(60) % 2
    known = fit(UP, rows, signs, slips=[2, 0], givers=givers)
    gaps = np.zeros((2, 4))
    assert (
        fit(
            UP,
            np.vstack([gaps, rows]),
            np.append([1, -1], signs),
            slips=[2, 0],
            givers=np.append([1, 1], givers),
        ).weights.tolist()
        == known.weights.tolist()
    )
    assert not np.allclose(known.weights, fit(UP, rows, signs, slips=[0, 2], givers=givers).weights)


@pytest.mark.parametrize(
    ("slips", "givers", "said"),
    [
        (0, [0, 1, 0], "one of 1 people .* for each of 3 answers"),
        ([1, 2], [0, 1], "for each of 3 answers"),
        ([1, 2], [0, 1, -2], "0 to 1"),
        (-1, None, "0 or more"),
        (1.5, None, "0 or more"),
        (np.nan, None, "0 or more"),
    ],
)
def test_givers_that_are_nobody_are_refused(slips, givers, said):
    with pytest.raises(ClassifierError, match=said):
        fit(UP, photos(3), [1, 1, -1], slips=slips, givers=givers)


@pytest.mark.parametrize("count", [60, MANY + 50])
def test_the_answers_that_are_slips_are_doubted_first(count: int):
    slips = clear(count)
    rows, signs = answered(count, slips)
    background = background_of(photos(500, 9))
    doubted = doubtful_answers(UP, rows, signs, background=background, k=2)
    assert sorted(doubted) == sorted(slips)
    settled = np.zeros(count, bool)
    settled[slips] = True
    left = doubtful_answers(UP, rows, signs, background=background, settled=settled)
    assert not set(left) & set(slips)
    # What the fit has worked out already leads to the same.
    _, left_out = fit_and_leave_out(UP, rows, signs, background=background)
    assert doubtful_answers(UP, rows, signs, left_out=left_out, k=2) == doubted


def test_an_answer_is_asked_about_below_three_quarters_of_a_chance_even_of_few_slips():
    """Of margins against an answer in 20 of which one is a slip: odds of 19 to 1 for it before."""
    rows, signs = answered(40, [])
    against = np.linspace(0, 4, 40)
    odds = 19 * np.exp(-against)
    doubted = doubtful_answers(UP, rows, signs, left_out=-against * signs)
    assert doubted == np.flatnonzero(odds < 3)[::-1].tolist()


@pytest.mark.parametrize("length", [0.01, 100.0])
def test_the_length_of_the_anchor_casts_no_doubt(length: float):
    rows, signs = answered(60, clear(60))
    assert doubtful_answers(length * UP, rows, signs) == doubtful_answers(UP, rows, signs)


def test_row_numbers_are_those_that_were_passed():
    slips = clear(60)
    rows, signs = answered(60, slips)
    gaps = np.repeat(np.eye(4)[:1], 3, axis=0) * 0  # photos without a vector, and one not judged
    doubted = doubtful_answers(UP, np.vstack([gaps, rows]), np.append([1, -1, 0], signs), k=2)
    assert sorted(doubted) == sorted(slip + 3 for slip in slips)


def test_nothing_is_doubted_while_few_could_speak_against_it():
    assert doubtful_answers(UP, photos(8), [1, -1, -1, -1, -1, -1, -1, -1]) == []
    assert doubtful_answers(UP, np.zeros((0, 4)), []) == []
    assert doubtful_answers(UP, photos(3), [0, 0, 0]) == []
    with pytest.raises(ClassifierError, match="pass one each"):
        doubtful_answers(UP, photos(3), [1, 1, 1], settled=[True])
    with pytest.raises(ClassifierError, match="one margin each"):
        doubtful_answers(UP, photos(3), [1, 1, 1], left_out=[0.5])
    with pytest.raises(ClassifierError, match="0 or more, not -1"):
        doubtful_answers(UP, photos(3), [1, 1, 1], k=-1)


@pytest.mark.parametrize("count", [60, MANY + 50])
def test_a_slip_bends_the_fit_less_than_an_answer_given_twice(count: int):
    slips = clear(count)
    background = background_of(photos(500, 9))
    right = fit(UP, *answered(count, []), background=background).margins(photos(300, 8))
    wary = fit(UP, *answered(count, slips), background=background).margins(photos(300, 8))
    twice = fit(UP, *answered(count, slips), background=background, settled=np.ones(count)).margins(
        photos(300, 8)
    )
    assert np.abs(wary - right).mean() < 0.8 * np.abs(twice - right).mean()


def test_both_solvers_leave_an_answer_out_alike():
    rows, signs = answered(80, clear(80))
    start, ones = np.array([0.5, 0.2, 0.0, 0.0]), np.ones(80)
    among = laplace(rows @ rows.T / 0.1 + 100.0, rows @ start - 3, signs, ones)
    known, precision = (add_ones(rows), signs, ones), prior_precision(0.1, 4)
    point = solve_primal(*known, np.append(start, -3.0), precision)
    assert left_out(*known, point, precision, 70) == pytest.approx(among.left_out[:70], abs=0.01)
