"""Fit a head to a handful of answers without forgetting what the words meant."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .anchor import unit
from .answers import Answers
from .arrays import Floats, as_vector
from .background import Background
from .errors import ClassifierError
from .frame import Frame, correlation, frame_of, spread_along
from .guard import share_of_fit
from .head import Head
from .prior import PROMPT_BIAS, prompt_weights
from .problem import Problem
from .sgd import sgd_step
from .slips import pull_by, read_givers, trust_answers

TRUSTED = 0.5
"""Trust from which an answer has a say in whether the words ranked better."""


def prompt_head(anchor: ArrayLike, background: Background | None = None) -> Head:
    """Turn an anchor into the head of round 0, before any answer.

    Args:
        anchor: (d,) direction from `anchor()`.
        background: what is known of the collection; without it scores are not centred.

    Returns:
        Head that ranks exactly as the anchor does.

    Raises:
        DimensionMismatch: anchor and background differ in dimension.
    """
    direction = unit(as_vector(anchor, "anchor"))
    frame = frame_of(background, np.zeros((0, len(direction))))
    return _head(frame, prompt_weights(direction, frame, background), PROMPT_BIAS)


def fit(
    anchor: ArrayLike,
    vectors: ArrayLike,
    labels: ArrayLike,
    *,
    background: Background | None = None,
    method: str = "anchored",
    settled: ArrayLike | None = None,
    slips: ArrayLike = 0,
    givers: ArrayLike | None = None,
) -> Head:
    """Fit a head to the answers so far.

    Args:
        anchor: (d,) direction from `anchor()`; for "sgd" the last round's weights (in round 1 the
            prompt), because that rule continues from where it stood.
        vectors: (n, d) judged photos, unit rows; rows of zeros or NaN are left out.
        labels: (n,) 1 yes, -1 no, 0 not judged (left out).
        background: what is known of the collection; strongly advised.
        method: "anchored", the default learner, or "sgd", the rule of MyScale's explorer.
        settled: (n,) bool, answers that the user has given again when asked; they are believed.
        slips: how many answers were taken back when asked again; where several people answered,
            (p,) of each.
        givers: (n,) row number in `slips` of who gave each answer, or NOBODY, whose answers tell
            nobody's rate; one person by default. "sgd" does not ask.

    Returns:
        Head; without a single usable answer, the prompt's.

    Raises:
        DimensionMismatch: dimensions differ.
        ClassifierError: labels and vectors differ in number, a giver is none of `slips`, or the
            method is unknown.
    """
    if method == "sgd":
        given = Answers.read(anchor, vectors, labels, settled)
        yes = (given.answers > 0).astype(np.float64)
        return Head(
            sgd_step(given.direction, given.rows.astype(np.float64), yes).astype(np.float32), 0.0
        )
    if method != "anchored":
        raise ClassifierError(f"unknown method {method!r}; use 'anchored' or 'sgd'")
    head, _ = fit_and_leave_out(
        anchor,
        vectors,
        labels,
        background=background,
        settled=settled,
        slips=slips,
        givers=givers,
    )
    return head


def fit_and_leave_out(
    anchor: ArrayLike,
    vectors: ArrayLike,
    labels: ArrayLike,
    *,
    background: Background | None = None,
    settled: ArrayLike | None = None,
    slips: ArrayLike = 0,
    givers: ArrayLike | None = None,
    start: Head | None = None,
) -> tuple[Head, Floats]:
    """Fit a head as `fit` does, and say what the others say of each answer.

    Args:
        anchor, vectors, labels, background, settled, slips, givers: see `fit`.
        start: a trained head whose answers are not at hand, to go on from: weights and bias are
            held at its own in place of the anchor's.

    Returns:
        The head, and the margins (n,) that the photos have in a fit without their own answer, all
        answers trusted alike; NaN where none was usable.
    """
    given = Answers.read(anchor, vectors, labels, settled)
    admitted, people = read_givers(slips, givers, given.count)
    without = np.full(given.count, np.nan)
    if not len(given.answers):
        return start or prompt_head(given.direction, background), without
    problem = Problem.of(unit(given.direction), given.rows, given.answers, background, start)
    found = problem.solve()
    without[given.places] = found.left_out
    trust = trust_answers(
        found.left_out, given.answers, given.settled, admitted, people[given.places]
    )
    wary = found
    if trust.min() < 1.0:
        fitted = problem.margins(found)
        factors = pull_by(trust, found.left_out, fitted, given.answers)
        wary = problem.solve(factors, near=found)
    weights = wary.weights
    if problem.few:
        kept = trust > TRUSTED
        weights = _guard(problem, weights, found.left_out[kept], kept, background)
    return _head(problem.frame, weights, wary.bias), without


def _guard(
    problem: Problem,
    weights: Floats,
    left_out: Floats,
    kept: NDArray[np.bool_],
    background: Background | None,
) -> Floats:
    """Lean the weights (d,) back towards the prompt as far as the answers ask for it."""
    prompt = problem.mean.prompt
    stretch = _stretch(weights, prompt, background)
    scores = stretch * problem.scores[: len(kept)][kept]
    likeness = correlation(weights, prompt, background)
    share = share_of_fit(left_out, scores, problem.answers[kept], likeness)
    return weights if share == 1.0 else share * weights + (1 - share) * stretch * prompt


def _stretch(weights: Floats, start: Floats, background: Background | None) -> float:
    """Factor that gives the prompt's margins the spread of the fit's."""
    before = spread_along(start, background)
    return spread_along(weights, background) / before if before > 1e-9 else 1.0


def _head(frame: Frame, weights: Floats, bias: float) -> Head:
    raw, shifted = frame.out(weights, bias)
    return Head(raw.astype(np.float32), shifted)
