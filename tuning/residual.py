"""The head while it learns: a residual layer behind a skip connection, in torch."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

# How far photos are moved at most, in units of how far they lie from their mean.
FARTHEST = 0.5


class ResidualHead(nn.Module):
    """Moves a vector a little: unit(x + W dropout((x - mean) / spread)).

    W starts at zero, so that an untrained head changes nothing. Mean and spread are those of the
    photos it learns from. There is no bias beside W: what is added to the photos sums to zero, and
    so they cannot all move to one place, which is how the triplet loss collapses.
    """

    def __init__(self, vectors: NDArray[np.float32], dropout: float) -> None:
        """Make a head that changes nothing.

        Args:
            vectors: (n, d) float32 that it will learn from.
            dropout: share of a vector's numbers hidden from the residual layer in training.
        """
        super().__init__()
        mean = vectors.mean(axis=0)
        self.mean = nn.Buffer(torch.from_numpy(mean))
        self.spread = float(np.sqrt(np.square(vectors - mean).mean())) or 1.0
        self.layer = nn.Linear(vectors.shape[1], vectors.shape[1], bias=False)
        nn.init.zeros_(self.layer.weight)
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Move (n, d) float32 rows; the result has unit rows."""
        residual = self.layer(self.dropout((vectors - self.mean) / self.spread))
        return nn.functional.normalize(vectors + residual, dim=1)

    def limit(self, vectors: torch.Tensor) -> None:
        """Scale W down where it moves the photos (n, d) farther than they differ.

        What the encoder knew and the head was not asked about stays as strong as what it learnt:
        other classes, and phrases, which lie far from the photos.
        """
        with torch.no_grad():
            moved = self.layer((vectors - self.mean) / self.spread).square().mean().sqrt()
            self.layer.weight *= min(1.0, FARTHEST * self.spread / max(float(moved), 1e-12))

    def fold(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return weights (d, d) and bias (d,) of `SimilarityHead` that do the same."""
        with torch.no_grad():
            weights = self.layer.weight / self.spread
            bias = -weights @ self.mean
        return weights.numpy().copy(), bias.numpy().copy()
