"""Classes from words: one linear head a class, zero-shot at first, few-shot after corrections."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from .anchor import unit
from .arrays import Floats, as_rows, usable
from .errors import ClassifierError

# On the sample's drawings these raised the accuracy on photos nobody corrected from the fifth
# correction on, by .02 to .10 (`python -m explorer classes --corrections`).
PULL = 0.1
# What the photos nobody corrected weigh together: less and less, until every correction holds.
OTHERS_WEIGHTS = (120.0, 30.0, 8.0, 2.0)
DOUBTED = 0.5


@dataclass(frozen=True, eq=False)
class ClassHeads:
    """A linear head for each class; the class of a photo is the one with the highest margin.

    Attributes:
        names: c different names, as the user wrote them.
        texts: (c, d) float32 unit rows, the names' vectors averaged over the templates.
        weights: (c, d) float32; margins = vectors . weights + biases, logits of a softmax.
        biases: (c,) float64.
        scale: factor from cosines to logits before any correction.
        encoder: name of the encoder whose vectors they read.
        templates: what the names were put into, `{}` standing for the name.
    """

    names: tuple[str, ...]
    texts: NDArray[np.float32]
    weights: NDArray[np.float32]
    biases: NDArray[np.float64]
    scale: float
    encoder: str
    templates: tuple[str, ...]

    def margins(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Score photos: (n, d) unit rows -> (n, c).

        Raises:
            DimensionMismatch: d differs from the heads'.
        """
        rows = as_rows(vectors, self.weights.shape[1])
        return np.asarray(rows @ self.weights.T.astype(np.float64) + self.biases)

    def probabilities(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Softmax over the classes: (n, d) unit rows -> (n, c), rows that sum to 1."""
        return np.asarray(softmax(self.margins(vectors), axis=1))

    def cosines(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Cosines of photos with the classes' texts: (n, d) unit rows -> (n, c)."""
        return as_rows(vectors, self.texts.shape[1]) @ self.texts.T.astype(np.float64)


def class_heads(
    names: Sequence[str],
    text_vectors: ArrayLike,
    *,
    scale: float,
    encoder: str,
    templates: Sequence[str],
) -> ClassHeads:
    """Make zero-shot heads: a class's weights are its text vector times the encoder's scale.

    Args:
        names: c different class names.
        text_vectors: (t, c, d) unit vectors of each template filled with each name.
        scale: factor from cosines to logits; CLIP learns its own.

    Raises:
        ClassifierError: no class, or a name twice.
    """
    if not names or len(set(names)) != len(names):
        raise ClassifierError("Give at least one class, and each name once.")
    stacked = np.asarray(text_vectors, dtype=np.float64)
    texts = np.stack([unit(row) for row in stacked.mean(axis=0)])
    return ClassHeads(
        tuple(names),
        texts.astype(np.float32),
        (scale * texts).astype(np.float32),
        np.zeros(len(names)),
        float(scale),
        encoder,
        tuple(templates),
    )


def refit_heads(
    heads: ClassHeads, vectors: ArrayLike, classes: ArrayLike, others: ArrayLike
) -> ClassHeads:
    """Fit the heads anew to corrections, all classes at once.

    The heads stay near their words, and are asked to judge the photos nobody corrected as the words
    do. Without the second demand a handful of corrections made the others worse: mistakes are no
    fair sample. One-against-rest fits did too.

    Args:
        heads: zero-shot heads or earlier fits; only their words are read.
        vectors: (n, d) corrected photos.
        classes: (n,) row numbers into names; -1 for a photo that is of none of the classes.
        others: (m, d) photos nobody has corrected, a few hundred are plenty.

    Raises:
        DimensionMismatch: d differs.
        ClassifierError: a number that is no class.
    """
    dim, count = heads.texts.shape[1], len(heads.names)
    rows, rest = as_rows(vectors, dim), as_rows(others, dim)
    truth = np.asarray(classes, dtype=np.int64).ravel()
    if len(truth) != len(rows) or ((truth < -1) | (truth >= count)).any():
        raise ClassifierError("each corrected photo needs the number of one class, or -1")
    known = usable(rows)
    rows, truth, rest = rows[known], truth[known], rest[usable(rest)]
    words = heads.scale * heads.texts.astype(np.float64)
    if not len(truth):
        return replace(heads, weights=words.astype(np.float32), biases=np.zeros(count))
    centre = np.vstack([rows, rest]).mean(axis=0)
    wanted = np.where(truth[:, None] < 0, 1 / count, np.eye(count)[truth])
    both = np.vstack([rows, rest]) - centre
    wanted = np.vstack([wanted, softmax(rest @ words.T, axis=1)])
    start = np.column_stack([words, words @ centre])
    for share in OTHERS_WEIGHTS:
        each = np.full(len(rest), share / max(len(rest), 1))
        weights, biases = _fit_softmax(both, wanted, np.append(np.ones(len(rows)), each), start)
        fitted = replace(
            heads, weights=weights.astype(np.float32), biases=biases - weights @ centre
        )
        if _holds(fitted.probabilities(rows), truth):
            break
    return fitted


def _holds(probabilities: Floats, truth: NDArray[np.int64]) -> bool:
    """Tell whether every correction came out as it was made."""
    right = probabilities.argmax(axis=1) == truth
    doubted = (truth < 0) & (probabilities.max(axis=1) <= DOUBTED)
    return bool((right | doubted).all())


def _fit_softmax(
    rows: Floats, wanted: Floats, importance: Floats, start: Floats
) -> tuple[Floats, Floats]:
    """Minimise cross-entropy to wanted (n, c) plus the distance to start (c, d + 1): convex."""
    rows = np.column_stack([rows, np.ones(len(rows))])

    def loss(point: Floats) -> tuple[float, Floats]:
        table = point.reshape(start.shape)
        margins = rows @ table.T
        total = logsumexp(margins, axis=1)
        slope = (np.exp(margins - total[:, None]) - wanted) * importance[:, None]
        away = table - start
        value = importance @ (total - (margins * wanted).sum(axis=1)) + PULL / 2 * (away**2).sum()
        return float(value), (slope.T @ rows + PULL * away).ravel()

    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    table = found.x.reshape(start.shape)
    return table[:, :-1], table[:, -1]


def decide_classes(probabilities: ArrayLike, threshold: float) -> NDArray[np.int64]:
    """Choose the class of each photo: (n, c) -> (n,), -1 where none reaches the threshold."""
    rows = np.asarray(probabilities, dtype=np.float64)
    best = rows.argmax(axis=1)
    return np.where(rows.max(axis=1) >= threshold, best, -1)


def accuracy(chosen: ArrayLike, truth: ArrayLike) -> float:
    """Share of photos whose class was chosen right; truth -1 is unknown and left out."""
    known = np.asarray(truth) >= 0
    return float((np.asarray(chosen) == np.asarray(truth))[known].mean()) if known.any() else 0.0


def confusion(chosen: ArrayLike, truth: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Count photos by true class (rows) and chosen class (columns, the last one for none)."""
    table = np.zeros((classes, classes + 1), dtype=np.int64)
    for wanted, given in zip(np.asarray(truth), np.asarray(chosen), strict=True):
        if wanted >= 0:
            table[wanted, given if given >= 0 else classes] += 1
    return table
