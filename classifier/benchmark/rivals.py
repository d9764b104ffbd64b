"""The rules of other tools for the same clicks, to be measured beside ours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from ..arrays import Floats
from ..errors import ClassifierError
from ..head import Head

SUREST = 1e-3
"""Trees that agree are no proof: a forest's shares are kept this far from 0 and 1."""


@dataclass(frozen=True, eq=False)
class Forest:
    """A random forest on the vectors, as LightlyStudio 1.2 fits one; no head that SQL could apply.

    Attributes:
        trees: scikit-learn's fitted RandomForestClassifier.
    """

    trees: object

    def margins(self, vectors: ArrayLike) -> Floats:
        """Log odds of the trees' votes: (n, d) -> (n,), 0 where half of them say yes."""
        rows = np.asarray(vectors)
        if not len(rows):  # scikit-learn refuses to score nothing
            return np.zeros(0)
        votes = self.trees.predict_proba(rows)[:, 1]  # type: ignore[attr-defined]
        return np.asarray(logit(np.clip(votes, SUREST, 1 - SUREST)))


def fit_forest(vectors: ArrayLike, answers: Floats, *, seed: int) -> Forest | None:
    """Fit scikit-learn's forest, yes and no balanced; None until both have been said.

    Args:
        vectors: (n, d) judged photos.
        answers: (n,) 1.0 yes or -1.0 no.
        seed: of the trees.

    Raises:
        ClassifierError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import RandomForestClassifier
    except ImportError as error:
        raise ClassifierError(
            "The forest needs scikit-learn: pip install -r requirements-dev.txt."
        ) from error
    if len(np.unique(answers)) < 2:
        return None
    trees = RandomForestClassifier(class_weight="balanced", random_state=seed)
    return Forest(trees.fit(np.asarray(vectors), answers > 0))


def fit_rocchio(start: Floats, vectors: Floats, answers: Floats) -> Head:
    """Move the query as FiftyOne's few-shot panel does: 2 mean(yes) - mean(no).

    Args:
        start: (d,) what stands for the mean of the yes until there is one: the prompt.
        vectors: (n, d) judged photos.
        answers: (n,) 1.0 yes or -1.0 no.

    Returns:
        Head without a bias.
    """
    yes, no = vectors[answers > 0], vectors[answers < 0]
    wanted = yes.mean(axis=0) if len(yes) else start
    query = 2 * wanted - (no.mean(axis=0) if len(no) else 0.0)
    return Head(np.asarray(query, dtype=np.float32), 0.0)


def choose_halves(
    scores: Floats, free: NDArray[np.int64], k: int, random: np.random.Generator
) -> list[int]:
    """Choose a page as LightlyStudio does: half at random above the boundary, half below.

    Args:
        scores: (n,) margins of the photos in `free`.
        free: (n,) row numbers nobody has judged.
        k: page size; where one side has too few the other fills the page.
        random: draws the photos.

    Returns:
        Row numbers, at most k.
    """
    above = random.permutation(free[scores >= 0])
    below = random.permutation(free[scores < 0])
    taken = min(len(above), max(k - k // 2, k - len(below)))
    return [*above[:taken].tolist(), *below[: k - taken].tolist()]
