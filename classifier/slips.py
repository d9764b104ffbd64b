"""People slip: how far to trust each answer, and which ones to ask about again.

What the others say of an answer is the margin its photo has in a fit without it. If a user answers
wrongly at some rate, Bayes' rule then says how likely the answer is right. The rate is estimated
from the same margins, from a prior so low that a few surprises are no slips: a yes that surprises
is what finds a rare concept. Slips that the user has admitted move it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from .answers import Answers
from .arrays import Floats
from .background import Background
from .problem import Problem

USUAL_RATE = 0.005
"""Rate of slips supposed of a user before any answer."""
USUAL_ANSWERS = 50
"""How many answers that supposition weighs against."""
HIGHEST_RATE = 0.1
STEPS = 10
ASKED_RATE = 0.05
"""Rate supposed in choosing what to ask again: there a false alarm costs one click."""
DOUBTED = 0.75
"""Chance of being right below which an answer is worth asking about again."""
LEAST_TRUST = 1e-4
FEWEST = 9
"""Answers before which none is asked about again: so few cannot speak against one of them."""
ASKED_A_PAGE = 2
"""Answers that a page asks about again, at most."""
ASKED_FROM = 101
"""Answers from which the app asks: among few, most that look like slips are none, and a judged
photo that comes back in vain costs a place on the page."""


def chance_right(left_out: Floats, answers: Floats, rate: float) -> Floats:
    """Say how likely each answer is right.

    Args:
        left_out: (n,) margins of a fit without the answer.
        answers: (n,) 1.0 or -1.0.
        rate: share of answers that the user gives wrongly.

    Returns:
        (n,) probabilities.
    """
    agreed = (1 - rate) * expit(answers * left_out)
    return np.asarray(agreed / (agreed + rate * expit(-answers * left_out)))


def trust_answers(
    left_out: Floats, answers: Floats, settled: NDArray[np.bool_], slips: int
) -> Floats:
    """Weigh each answer by the chance that it is right, the rate of slips estimated beside it.

    Args:
        left_out: (n,) margins of a fit without the answer.
        answers: (n,) 1.0 or -1.0.
        settled: (n,) bool, answers that the user has looked at twice: they count in full.
        slips: answers that the user has taken back when asked again.

    Returns:
        (n,) weights, 0 < w <= 1.
    """
    supposed = USUAL_RATE * USUAL_ANSWERS + slips
    rate = supposed / (USUAL_ANSWERS + len(answers))
    for _ in range(STEPS):
        right = np.where(settled, 1.0, chance_right(left_out, answers, rate))
        rate = float(((1 - right).sum() + supposed) / (USUAL_ANSWERS + len(answers)))
        rate = min(rate, HIGHEST_RATE)
    right = np.where(settled, 1.0, chance_right(left_out, answers, rate))
    return np.maximum(right, LEAST_TRUST)


def doubtful_answers(
    anchor: ArrayLike,
    vectors: ArrayLike,
    labels: ArrayLike,
    *,
    background: Background | None = None,
    settled: ArrayLike | None = None,
    left_out: ArrayLike | None = None,
    k: int | None = None,
) -> list[int]:
    """Choose the answers that look like slips, to ask about them again.

    Args:
        anchor: (d,) direction from `anchor()`.
        vectors: (n, d) judged photos, unit rows.
        labels: (n,) 1 yes, -1 no, 0 not judged.
        background: what is known of the collection, as given to `fit`.
        settled: (n,) bool, answers that have been asked about again already; they are left out.
        left_out: (n,) what `fit_and_leave_out` said of the answers; worked out by default.
        k: how many at most; all of them by default.

    Returns:
        Row numbers, the most doubtful first; ties keep row order.

    Raises:
        DimensionMismatch: dimensions differ.
        ClassifierError: labels and vectors differ in number.
    """
    given = Answers.read(anchor, vectors, labels, settled)
    if len(given.answers) < FEWEST:
        return []
    if left_out is None:
        problem = Problem.of(given.direction, given.rows, given.answers, background)
        margins = problem.solve().left_out
    else:
        margins = np.asarray(left_out, np.float64)[given.places]
    right = chance_right(margins, given.answers, ASKED_RATE)
    order = np.argsort(right, kind="stable")
    doubted = order[(right[order] < DOUBTED) & ~given.settled[order]]
    return [int(row) for row in given.places[doubted][:k]]
