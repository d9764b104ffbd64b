"""People slip: how far to trust each answer, and which ones to ask about again.

What the others say of an answer is the margin its photo has in a fit without it. If a user answers
wrongly at some rate, Bayes' rule then says how likely the answer is right. The rate is estimated
for each user from the same margins, from a prior so low that a few surprises are no slips: a yes
that surprises is what finds a rare concept. Slips that were admitted move it. Where the others do
not foretell a typical yes, a yes that surprises tells of the encoder and not of a slip.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit

from .anchor import unit
from .answers import Answers
from .arrays import Floats
from .background import Background
from .errors import ClassifierError
from .problem import Problem

USUAL_RATE = 0.005
"""Rate of slips supposed of a user before any answer."""
USUAL_ANSWERS = 20
"""How many answers that supposition weighs against."""
FORETOLD = 0.25
"""Margin that a typical yes has at least where the others foretell one."""
HIGHEST_RATE = 0.1
STEPS = 10
ASKED_RATE = 0.05
"""Rate supposed in choosing what to ask again: there a false alarm costs one click."""
DOUBTED = 0.75
"""Chance of being right below which an answer is worth asking about again."""
LEAST_TRUST = 1e-4
NOBODY = -1
"""Giver of an answer that tells nobody's rate, such as one of another concept."""
FEWEST = 9
"""Answers up to which a fit believes all, and from which one may be asked about again: fewer cannot
speak against one of them."""
ASKED_A_PAGE = 2
"""Answers that a page asks about again, at most."""
ASKED_PAGES = 5
ASKED_FROM = 101
"""The app asks once so many pages are answered, or sooner from so many answers on: among few, most
that look like slips are none, and a judged photo that comes back in vain costs a place."""


def chance_right(left_out: Floats, answers: Floats, rate: float | Floats) -> Floats:
    """Say how likely each answer is right.

    Args:
        left_out: (n,) margins of a fit without the answer.
        answers: (n,) 1.0 or -1.0.
        rate: share of answers that the user gives wrongly, one or (n,).

    Returns:
        (n,) probabilities.
    """
    agreed = (1 - rate) * expit(answers * left_out)
    return np.asarray(agreed / (agreed + rate * expit(-answers * left_out)))


def read_givers(
    slips: ArrayLike, givers: ArrayLike | None, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the slips (p,) of each user and the row number in them of each answer's giver.

    Raises:
        ClassifierError: a giver is missing or none of the users, or a number of slips is negative.
    """
    whole = np.atleast_1d(np.asarray(slips, np.float64))
    if not (whole >= 0).all() or (whole != np.floor(whole)).any():
        raise ClassifierError("slips is a number of answers that were taken back, 0 or more")
    admitted = whole.astype(np.int64)
    people = np.zeros(count, np.int64) if givers is None else np.asarray(givers, np.int64)
    if people.shape != (count,) or not np.isin(people, np.arange(NOBODY, len(admitted))).all():
        raise ClassifierError(
            f"givers must name one of {len(admitted)} people (0 to {len(admitted) - 1}) or nobody "
            f"({NOBODY}) for each of {count} answers"
        )
    return admitted, people


def trust_answers(
    left_out: Floats,
    answers: Floats,
    settled: NDArray[np.bool_],
    slips: NDArray[np.int64],
    givers: NDArray[np.int64],
) -> Floats:
    """Say how likely each answer is right, the rates of slips estimated beside it.

    Args:
        left_out: (n,) margins of a fit without the answer.
        answers: (n,) 1.0 or -1.0.
        settled: (n,) bool, answers that the user has looked at twice: they are right.
        slips: (p,) answers of each user that were taken back when asked again.
        givers: (n,) row number in `slips` of who gave each answer, or NOBODY.

    Returns:
        (n,) probabilities, LEAST_TRUST at least.
    """
    if len(answers) <= FEWEST:
        return np.ones(len(answers))

    def chances(margins: Floats) -> Floats:
        right = np.ones(len(answers))
        for _ in range(STEPS + 1):
            rates = _rates(right, slips, givers)
            right = np.where(settled, 1.0, chance_right(margins, answers, rates))
        return right

    right, yes = chances(left_out), answers > 0
    if yes.any():
        missing = FORETOLD - _middle(left_out[yes], right[yes] ** 2)
        if missing > 0:
            right = chances(left_out + missing * yes)
    return np.maximum(right, LEAST_TRUST)


def _rates(right: Floats, slips: NDArray[np.int64], givers: NDArray[np.int64]) -> Floats:
    """Estimate the rate (n,) of who gave each answer from the chance (n,) that each is right.

    The rate of all begins at USUAL_RATE, and that of each user at what is known of the others'.
    """
    known, users = givers != NOBODY, len(slips)
    given = np.bincount(givers[known], minlength=users)
    wrong = slips + np.bincount(givers[known], 1 - right[known], minlength=users)
    others = USUAL_RATE * USUAL_ANSWERS + wrong.sum() - wrong
    supposed = USUAL_ANSWERS * others / (USUAL_ANSWERS + given.sum() - given)
    rates = np.minimum((supposed + wrong) / (USUAL_ANSWERS + given), HIGHEST_RATE)
    return np.asarray(np.append(rates, USUAL_RATE)[givers])  # the last is NOBODY's


def _middle(values: Floats, weights: Floats) -> float:
    """Return the weighted median of values (n,), between them where it falls between two."""
    order = np.argsort(values)
    upto = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(weights.sum() / 2, upto, values[order]))


def pull_by(trust: Floats, left_out: Floats, fitted: Floats, answers: Floats) -> Floats:
    """Return the factors on each answer's importance with which it pulls as far as it is trusted.

    What a slip would have us believe is the mean of the fits with and without the answer, each by
    its chance. A factor that is the chance itself leaves too much: whatever counts less is fitted
    less, and then pulls harder.

    Args:
        trust: (n,) chance that the answer is right, > 0.
        left_out: (n,) margins of a fit without the answer.
        fitted: (n,) margins of the fit with it.
        answers: (n,) 1.0 or -1.0.

    Returns:
        (n,) factors, LEAST_TRUST to 1.
    """
    between = (1 - trust) * left_out + trust * fitted
    pull = log_expit(-answers * fitted) - log_expit(-answers * between)
    return np.asarray(np.clip(trust * np.exp(pull), LEAST_TRUST, 1.0))


def asked_from(page_size: int) -> int:
    """Return from how many answers on the app asks about some again, on pages of this size."""
    return min(ASKED_FROM, ASKED_PAGES * page_size)


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
        ClassifierError: labels, vectors and left_out differ in number, or k is below 0.
    """
    given = Answers.read(anchor, vectors, labels, settled)
    known = None if left_out is None else np.asarray(left_out, np.float64)
    if known is not None and known.shape != (given.count,):
        raise ClassifierError(
            f"left_out has the shape {known.shape} for {given.count} answers; pass one margin each"
        )
    if k is not None and k < 0:
        raise ClassifierError(f"k is how many answers to choose, 0 or more, not {k}")
    if len(given.answers) < FEWEST:
        return []
    if known is None:
        problem = Problem.of(unit(given.direction), given.rows, given.answers, background)
        margins = problem.solve().left_out
    else:
        margins = known[given.places]
    right = chance_right(margins, given.answers, ASKED_RATE)
    order = np.argsort(right, kind="stable")
    doubted = order[(right[order] < DOUBTED) & ~given.settled[order]]
    return [int(row) for row in given.places[doubted][:k]]
