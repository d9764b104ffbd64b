"""Fit a head to a handful of answers without forgetting what the words meant."""

import numpy as np
from numpy.typing import ArrayLike

from .anchor import unit
from .arrays import Floats, as_rows, as_vector, usable
from .background import Background
from .errors import ClassifierError, DimensionMismatch
from .head import Head
from .logistic import pulled_logistic
from .sgd import sgd_step

PRIOR_SPREAD = 1.0
PULL = 0.01
BACKGROUND_WEIGHT = 1.0


def prompt_head(anchor: ArrayLike, background: Background | None = None) -> Head:
    """Turn an anchor into the head of round 0, before any answer.

    Args:
        anchor: (d,) direction from `anchor()`.
        background: what is known of the collection; without it scores are not centred.

    Returns:
        Head that ranks exactly as the anchor does, its scores standardised over the collection.

    Raises:
        DimensionMismatch: anchor and background differ in dimension.
    """
    direction = unit(as_vector(anchor, "anchor"))
    centre, spread = _standard(direction, background)
    return _head(direction / spread, -float(centre @ direction) / spread)


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
        background: what is known of the collection.
        method: "anchored", the default learner, or "sgd", the rule of MyScale's explorer.

    Returns:
        Head; without a single usable answer, the prompt's.

    Raises:
        DimensionMismatch: dimensions differ.
        ClassifierError: labels and vectors differ in number, or the method is unknown.
    """
    direction = as_vector(anchor, "anchor")
    rows = as_rows(vectors, len(direction))
    signs = np.sign(np.asarray(labels, dtype=np.float64).ravel())
    if len(signs) != len(rows):
        raise ClassifierError(f"{len(rows)} vectors came with {len(signs)} labels; pass one each")
    keep = usable(rows) & (signs != 0)
    rows, signs = rows[keep], signs[keep]
    if method == "sgd":
        return _head(sgd_step(direction, rows, (signs > 0).astype(np.float64)), 0.0)
    if method != "anchored":
        raise ClassifierError(f"unknown method {method!r}; use 'anchored' or 'sgd'")
    if not len(rows):
        return prompt_head(direction, background)
    return _anchored(unit(direction), rows, signs, background)


def _anchored(
    direction: Floats, rows: Floats, signs: Floats, background: Background | None
) -> Head:
    centre, spread = _standard(direction, background)
    start = direction * (PRIOR_SPREAD / spread)
    weights = _balanced(signs)
    rows = rows - centre
    if background is not None and len(background.sample):
        unknown = background.sample - centre
        rows = np.vstack([rows, unknown])
        signs = np.append(signs, -np.ones(len(unknown)))
        weights = np.append(weights, np.full(len(unknown), BACKGROUND_WEIGHT / len(unknown)))
    w, b = pulled_logistic(rows, signs, weights, start, -1.0, PULL)
    return _head(w, b - float(centre @ w))


def _standard(direction: Floats, background: Background | None) -> tuple[Floats, float]:
    """Centre (d,) of the collection, and how far its scores spread along the direction."""
    if background is None:
        return np.zeros(len(direction)), 1.0
    if background.dim != len(direction):
        raise DimensionMismatch(len(direction), background.dim, "the background")
    if background.covariance is not None:
        variance = float(direction @ background.covariance @ direction)
    else:
        scores = background.sample @ direction
        variance = float(scores.var()) if len(scores) else 0.0
    return background.mean, float(np.sqrt(variance)) if variance > 1e-12 else 1.0


def _balanced(signs: Floats) -> Floats:
    """Weights (n,) that give yes and no the same say; all one where only one of them came."""
    yes, no = int((signs > 0).sum()), int((signs < 0).sum())
    if not yes or not no:
        return np.ones(len(signs))
    return np.where(signs > 0, 0.5 * len(signs) / yes, 0.5 * len(signs) / no)


def _head(weights: Floats, bias: float) -> Head:
    return Head(weights.astype(np.float32), bias)
