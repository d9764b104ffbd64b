"""Fit a head to a handful of answers without forgetting what the words meant."""

import numpy as np
from numpy.typing import ArrayLike

from .anchor import unit
from .arrays import Floats, as_rows, as_vector, usable
from .background import Background
from .errors import ClassifierError
from .frame import Frame, correlation, frame_of, spread_along
from .guard import share_of_fit
from .head import Head
from .laplace import laplace
from .primal import solve_primal
from .sgd import sgd_step

# All in the frame's units, so that they mean the same for every encoder; the evidence is in
# docs/measurements/learning.md. The fit is flat around them: half or double costs some .01 AP.
PROMPT_SPREAD = 0.85
"""Standard deviation, over the collection, of the margins a concept starts with."""
PULL = 0.1
"""Precision of the prior on the weights before any answer: how hard they are held at the prompt."""
PULL_HALVES = 22.5
"""Yes answers after which the pull is half as hard and falls no further: less loses again later on.
Only the yes count, for a rare concept gathers many no that say little of it."""
BIAS_VARIANCE = 100.0
"""Prior variance of the bias: as good as free, for pages say nothing of how rare a concept is."""
PROMPT_BIAS = -3.0
"""Margin of the average photo before any answer: a few in a hundred are expected to match."""
BACKGROUND_WEIGHT = 2.0
"""How many clear 'no' the whole background sample is worth."""
BACKGROUND_ROWS = 64
MANY = 300
"""Answers beyond which the fit works among the weights, where no left-out margins are to
be had and the guard rests."""


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
    return _head(frame, _start(direction, frame, background), PROMPT_BIAS)


def fit(
    anchor: ArrayLike,
    vectors: ArrayLike,
    labels: ArrayLike,
    *,
    background: Background | None = None,
    method: str = "anchored",
) -> Head:
    """Fit a head to the answers so far.

    Args:
        anchor: (d,) direction from `anchor()`; for "sgd" the last round's weights (in round 1 the
            prompt), because that rule continues from where it stood.
        vectors: (n, d) judged photos, unit rows; rows of zeros or NaN are left out.
        labels: (n,) 1 yes, -1 no, 0 not judged (left out).
        background: what is known of the collection; strongly advised.
        method: "anchored", the default learner, or "sgd", the rule of MyScale's explorer.

    Returns:
        Head; without a single usable answer, the prompt's.

    Raises:
        DimensionMismatch: dimensions differ.
        ClassifierError: labels and vectors differ in number, or the method is unknown.
    """
    direction = as_vector(anchor, "anchor")
    rows = as_rows(vectors, len(direction))
    signs = np.sign(np.nan_to_num(np.asarray(labels, dtype=np.float64)).ravel())
    if len(signs) != len(rows):
        raise ClassifierError(f"{len(rows)} vectors came with {len(signs)} labels; pass one each")
    keep = usable(rows) & (signs != 0)
    rows, signs = rows[keep], signs[keep]
    if method == "sgd":
        weights = sgd_step(direction, rows, (signs > 0).astype(np.float64))
        return Head(weights.astype(np.float32), 0.0)
    if method != "anchored":
        raise ClassifierError(f"unknown method {method!r}; use 'anchored' or 'sgd'")
    if not len(rows):
        return prompt_head(direction, background)
    return _anchored(unit(direction), rows, signs, background)


def pull_after(yes: int) -> float:
    """Say how hard the weights are held at the prompt once this many photos have been a yes."""
    return PULL / (1 + min(yes / PULL_HALVES, 1.0))


def _anchored(
    direction: Floats, rows: Floats, signs: Floats, background: Background | None
) -> Head:
    frame = frame_of(background, rows)
    start = _start(direction, frame, background)
    answers, own = signs, slice(0, len(signs))
    pull = pull_after(int((signs > 0).sum()))
    rows, signs, importance = _with_background(frame.into(rows), signs, frame, background)
    begin = PROMPT_BIAS
    if len(answers) > MANY:
        found = solve_primal(rows, signs, importance, start, begin, pull, BIAS_VARIANCE)
        return _head(frame, *found)
    scores = rows @ start
    kernel = rows @ rows.T / pull + BIAS_VARIANCE
    posterior = laplace(kernel, scores + begin, signs, importance)
    weights = start + rows.T @ posterior.dual / pull
    bias = begin + BIAS_VARIANCE * float(posterior.dual.sum())
    stretch = _stretch(weights, start, background)
    likeness = correlation(weights, start, background)
    share = share_of_fit(posterior.left_out[own], stretch * scores[own], answers, likeness)
    if share < 1.0:
        weights = share * weights + (1 - share) * stretch * start
    return _head(frame, weights, bias)


def _with_background(
    rows: Floats, signs: Floats, frame: Frame, background: Background | None
) -> tuple[Floats, Floats, Floats]:
    """Append the sample as faint 'no': rows (n + b, d), signs and importance (n + b,)."""
    if background is None or not len(background.sample):
        return rows, signs, np.ones(len(rows))
    unknown = frame.into(np.asarray(background.sample[:BACKGROUND_ROWS], dtype=np.float64))
    faint = np.full(len(unknown), BACKGROUND_WEIGHT / len(unknown))
    return (
        np.vstack([rows, unknown]),
        np.append(signs, -np.ones(len(unknown))),
        np.append(np.ones(len(rows)), faint),
    )


def _start(direction: Floats, frame: Frame, background: Background | None) -> Floats:
    """Weights (d,) in the frame whose margins spread by PROMPT_SPREAD over the collection."""
    spread = spread_along(direction, background) / frame.scale
    if spread < 1e-9:  # unknown: as if the collection spread evenly over all dimensions
        spread = 1 / np.sqrt(len(direction))
    return direction * (PROMPT_SPREAD / spread)


def _stretch(weights: Floats, start: Floats, background: Background | None) -> float:
    """Factor that gives the prompt's margins the spread of the fit's."""
    before = spread_along(start, background)
    return spread_along(weights, background) / before if before > 1e-9 else 1.0


def _head(frame: Frame, weights: Floats, bias: float) -> Head:
    raw, shifted = frame.out(weights, bias)
    return Head(raw.astype(np.float32), shifted)
