"""What the weights of a fit are held at, and how hard: the prompt, and the mean of the yes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, project
from .background import Background
from .frame import Frame, spread_along
from .head import Head

# All in the frame's units, so that they mean the same for every encoder; the evidence is in
# docs/measurements/learning.md. The fit is flat around them: half or double costs some .01 AP.
PROMPT_SPREAD = 0.85
"""Standard deviation, over the collection, of the margins a concept starts with."""
PULL = 0.1
"""Precision of the prior on the weights before any answer: how hard they are held at the prompt."""
EXAMPLES_SHARE, EXAMPLES_HALVES = 0.4, 2
"""Part that the mean of the yes has, beside the prompt, in what the weights are held at: at most,
and the yes after which it is half of that."""
PULL_HALVES, PULL_RESTS = 5, 20
"""Yes answers after which the pull is half as hard, and after which it falls no further.
Only the yes count, for a rare concept gathers many no that say little of it."""
BIAS_VARIANCE = 100.0
"""Prior variance of the bias: as good as free, for pages say nothing of how rare a concept is."""
HEAD_BIAS_VARIANCE = 1.0
"""The same where a fit goes on from a trained head, which knew how rare its concept was."""
PROMPT_BIAS = -3.0
"""Margin of the average photo before any answer: a few in a hundred are expected to match."""
LEAST_LENGTH = 1e-6
"""Length of a mean or a blend below which its direction is chance."""


def pull_after(yes: int) -> float:
    """Say how hard the weights are held at the prompt once this many photos have been a yes."""
    return PULL / (1 + min(yes, PULL_RESTS) / PULL_HALVES)


def prior_precision(pull: float, dim: int, bias_variance: float = BIAS_VARIANCE) -> Floats:
    """Return the prior precision (d + 1,) of weights and bias."""
    return np.append(np.full(dim, pull), 1 / bias_variance)


def prompt_weights(direction: Floats, frame: Frame, background: Background | None) -> Floats:
    """Weights (d,) in the frame whose margins spread by PROMPT_SPREAD over the collection."""
    spread = spread_along(direction, background) / frame.scale
    if spread < 1e-9:  # unknown: as if the collection spread evenly over all dimensions
        spread = 1 / np.sqrt(len(direction))
    return direction * (PROMPT_SPREAD / spread)


@dataclass(frozen=True, eq=False)
class PriorMean:
    """The blend of the prompt and the mean of the yes that the weights are held at.

    The mean of the yes is what Rocchio's rule (1971) searches for; after a few yes it is as good a
    guess of the weights as the prompt is.

    Attributes:
        prompt: (d,) the prompt's weights, or those of a trained head.
        share: factor on the prompt.
        parts: (n,) factor on the photo of each answer, 0 for a no.
        bias: what the bias is held at.
        bias_variance: how freely.
    """

    prompt: Floats
    share: float
    parts: Floats
    bias: float = PROMPT_BIAS
    bias_variance: float = BIAS_VARIANCE

    @classmethod
    def of_head(cls, head: Head, frame: Frame, count: int) -> "PriorMean":
        """Go on from a trained head (d,), for `count` answers: it has seen what a match is."""
        weights, bias = frame.back(head.weights.astype(np.float64), head.bias)
        return cls(weights, 1.0, np.zeros(count), bias, HEAD_BIAS_VARIANCE)

    @classmethod
    def of(
        cls,
        prompt: Floats,
        rows: NDArray[np.float32],
        answers: Floats,
        frame: Frame,
        background: Background | None,
    ) -> "PriorMean":
        """Blend the prompt (d,) with the photos (n, d) of the answers (n,) that are 1.0.

        Both by the spread of their margins over the collection, and so spreads the blend. A mean
        of the yes that says nothing leaves the prompt alone.
        """
        yes = answers > 0
        number = int(yes.sum())
        alone = cls(prompt, 1.0, np.zeros(len(answers)))
        mean = rows[yes].mean(axis=0, dtype=np.float64) if number else np.zeros(len(prompt))
        length = float(np.linalg.norm(mean))
        if length < LEAST_LENGTH:
            return alone
        share = EXAMPLES_SHARE * number / (number + EXAMPLES_HALVES)
        towards = prompt_weights(mean / length, frame, background)
        blend = (1 - share) * prompt + share * towards
        size = float(np.linalg.norm(blend))
        if size < LEAST_LENGTH:
            return alone
        scale = float(np.linalg.norm(prompt_weights(blend / size, frame, background))) / size
        each = scale * share * float(np.linalg.norm(towards)) / (length * number)
        return cls(prompt, scale * (1 - share), np.where(yes, each, 0.0))

    def weights(self, rows: NDArray[np.float32], factors: Floats | None = None) -> Floats:
        """Return the mean (d,); rows (n, d) are the photos, factors (n,) those on their parts."""
        parts = self.parts if factors is None else factors * self.parts
        return self.share * self.prompt + project(rows.T, parts)
