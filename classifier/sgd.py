"""The rule this project started from, kept as the yardstick."""

import numpy as np
from scipy.special import expit

from .anchor import unit
from .arrays import Floats


def sgd_step(weights: Floats, rows: Floats, positive: Floats) -> Floats:
    """Five steps of plain gradient descent, as in MyScale's visual explorer.

    A linear layer without bias, binary cross-entropy with logits, rate 0.1, the weight brought to
    unit length before each step. It continues from where the last round ended.

    Args:
        weights: (d,) the last round's weight; in the first round the prompt.
        rows: (n, d) every judged photo so far.
        positive: (n,) 1.0 where the answer was yes, 0.0 where no.

    Returns:
        (d,) new weight.
    """
    if not len(rows):
        return weights
    for _ in range(5):
        weights = unit(weights)
        slope = expit(rows @ weights) - positive
        weights = weights - 0.1 * np.asarray(rows.T @ slope) / len(rows)
    return weights
