"""The linear head: what a concept is once everything about its fit is folded in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from .arrays import as_rows


@dataclass(frozen=True, eq=False)
class Head:
    """A linear classifier on unit vectors: probability = sigmoid(weights . vector + bias).

    Centring, scaling and calibration are folded into weights and bias, so SQL needs nothing else.
    The ranking it gives is the one of a cosine query with `weights`.

    Attributes:
        weights: (d,) float32.
        bias: scalar, in the units of the margin.
        threshold: probability from which a photo counts as a match.
    """

    weights: NDArray[np.float32]
    bias: float
    threshold: float = 0.5

    @property
    def dim(self) -> int:
        """Dimension of the vectors this head reads."""
        return len(self.weights)

    def margins(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Score photos: (n, d) unit rows -> (n,) float64 margins, higher is better.

        Raises:
            DimensionMismatch: d differs from the head's.
        """
        rows = as_rows(vectors, self.dim)
        return rows @ self.weights.astype(np.float64) + self.bias

    def probabilities(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Probability of a match: (n, d) unit rows -> (n,) float64 in [0, 1]."""
        return np.asarray(expit(self.margins(vectors)), dtype=np.float64)
