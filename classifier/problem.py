"""What a fit solves: answers and a background in one frame, pulled to the prompt."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from .arrays import Floats, add_ones, project
from .background import Background
from .frame import Frame, frame_of
from .head import Head
from .laplace import laplace
from .lazy import lazy
from .primal import SLACK, left_out, solve_primal
from .prior import (
    PriorMean,
    prior_precision,
    prompt_weights,
    pull_after,
)

# The evidence for these is in docs/measurements/learning.md.
BACKGROUND_WEIGHT = 2.0
"""How many clear 'no' the background is worth while nothing is known of it."""
BACKGROUND_ROWS = 64
COLLECTION_WEIGHT = 40.0
"""How many it is worth at most, once a first fit has told what in it may match."""
COLLECTION_HALVES = 6
"""Yes answers after which it is worth half of that: a few may be far from what is looked for."""
COLLECTION_ROWS = 300
MANY = 300
"""Answers beyond which the guard rests."""
FIRST_SLACK = 1e-2
"""`SLACK` of the first fit: of its probabilities .005 is near enough, for half the steps."""
AMONG_ROWS = 256
"""Rows up to which the optimum is found among them, and not among the weights."""


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights (d,) and bias in the frame."""

    weights: Floats
    bias: float
    leave_out: Callable[[], Floats]

    @lazy
    def left_out(self) -> Floats:
        """Leave-one-out margins (n,) of the answers: worked out where they are asked for.

        What a photo adds to the prior mean stays there: without it too many true yes look like
        slips, and the guard holds back too much (.007 mean AP after nine answers).
        """
        return self.leave_out()


@dataclass(frozen=True, eq=False)
class Problem:
    """The answers to fit, and what they are held to.

    Attributes:
        frame: the coordinates of `rows` and `mean`.
        mean: what the weights are held at.
        answers: (n,) 1.0 or -1.0.
        rows: (n + b, d + 1) the judged photos, then photos of the background, in single precision;
            the last column is ones.
        signs: (n + b,) the answers, then the background's faint no.
        importance: (n + b,) what each counts.
        near: weights and bias not far from the optimum, to begin at.
    """

    frame: Frame
    mean: PriorMean
    answers: Floats
    rows: NDArray[np.float32]
    signs: Floats
    importance: Floats
    near: Floats | None = None

    @classmethod
    def of(
        cls,
        direction: Floats,
        rows: NDArray[np.float32],
        answers: Floats,
        background: Background | None,
        start: Head | None = None,
    ) -> "Problem":
        """Set the problem up: unit direction (d,), photos (n, d), answers (n,) 1.0 or -1.0.

        With a trained head to start from, that is what the fit is held at.

        Most photos of a collection are no match, and together they say in which directions it
        spreads without one: each of a sample counts as a no by the square of the chance that a
        first fit, in which they count little, gives it; by the square, for what may well match
        should say little. (Learning from positive and unlabelled examples; Elkan and Noto 2008.)
        """
        frame = frame_of(background, rows)
        judged = add_ones(frame.into(rows))
        if start is None:
            prompt = prompt_weights(direction, frame, background)
            mean = PriorMean.of(prompt, judged[:, :-1], answers, frame, background)
        else:
            mean = PriorMean.of_head(start, frame, len(rows))
        alone = cls(frame, mean, answers, judged, answers, np.ones(len(rows)))
        if background is None or not len(background.sample):
            return alone
        sample = background.sample[:COLLECTION_ROWS].astype(np.float32)
        others = add_ones(frame.into(sample))
        beside = np.vstack([judged, others])
        few = min(BACKGROUND_ROWS, len(others))
        first = alone._against(beside, np.full(few, BACKGROUND_WEIGHT / few)).solve(
            slack=FIRST_SLACK
        )
        share = alone.yes / (alone.yes + COLLECTION_HALVES)
        worth = BACKGROUND_WEIGHT + share * (COLLECTION_WEIGHT - BACKGROUND_WEIGHT)
        point = np.append(first.weights, first.bias)
        no = 1 - expit(project(others, point))
        whole = alone._against(beside, worth / len(others) * no**2)
        return replace(whole, near=point)

    def _against(self, rows: NDArray[np.float32], weights: Floats) -> "Problem":
        """Return the problem with b more of its photos in rows.

        Each of them is a no of its weight (b,); rows are (n + b or more, d + 1).
        """
        return replace(
            self,
            rows=rows[: len(self.rows) + len(weights)],
            signs=np.append(self.signs, -np.ones(len(weights))),
            importance=np.append(self.importance, weights),
        )

    @property
    def few(self) -> bool:
        """Whether the answers are few enough for the guard to watch over."""
        return len(self.answers) <= MANY

    @property
    def yes(self) -> int:
        """How many answers are a yes."""
        return int((self.answers > 0).sum())

    @property
    def pull(self) -> float:
        """Prior precision of the weights."""
        return pull_after(self.yes)

    @lazy
    def scores(self) -> Floats:
        """Margins (n + b,) by the prompt alone, without a bias."""
        return project(self.rows[:, :-1], self.mean.prompt)

    def margins(self, found: Solution) -> Floats:
        """Margins (n,) of the answers by a solution."""
        return project(self.rows[: len(self.answers)], np.append(found.weights, found.bias))

    def solve(
        self, factors: Floats | None = None, near: Solution | None = None, slack: float = SLACK
    ) -> Solution:
        """Find the optimum.

        Args:
            factors: (n,) on the importance of each answer, > 0; 1 by default.
            near: a solution of the same problem to begin at, which is only quicker.
            slack: see primal.py; unused where the optimum is found among the rows.
        """
        importance, own = self.importance, len(self.answers)
        if factors is not None:
            importance = np.append(factors * importance[:own], importance[own:])
        mean = self.mean.weights(self.rows[:own, :-1], factors)
        if len(self.signs) <= AMONG_ROWS:
            rows = self.rows[:, :-1].astype(np.float64)
            prior = rows @ mean + self.mean.bias
            kernel = rows @ rows.T / self.pull + self.mean.bias_variance
            found = laplace(kernel, prior, self.signs, importance)
            weights = mean + rows.T @ found.dual / self.pull
            bias = self.mean.bias + self.mean.bias_variance * float(found.dual.sum())
            return Solution(weights, bias, lambda: found.left_out[:own])
        answers = (self.rows, self.signs, importance)
        prior = np.append(mean, self.mean.bias)
        precision = prior_precision(self.pull, len(mean), self.mean.bias_variance)
        begin = self.near if near is None else np.append(near.weights, near.bias)
        point = solve_primal(*answers, prior, precision, begin=begin, slack=slack)
        return Solution(
            point[:-1], float(point[-1]), lambda: left_out(*answers, point, precision, own)
        )
