"""What a fit solves: answers and a background in one frame, pulled to the prompt."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arrays import Floats
from .background import Background
from .frame import Frame, frame_of, spread_along
from .laplace import laplace
from .lazy import lazy
from .primal import left_out, solve_primal

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
"""Answers beyond which the fit works among the weights, and the guard rests."""


def pull_after(yes: int) -> float:
    """Say how hard the weights are held at the prompt once this many photos have been a yes."""
    return PULL / (1 + min(yes / PULL_HALVES, 1.0))


def prompt_weights(direction: Floats, frame: Frame, background: Background | None) -> Floats:
    """Weights (d,) in the frame whose margins spread by PROMPT_SPREAD over the collection."""
    spread = spread_along(direction, background) / frame.scale
    if spread < 1e-9:  # unknown: as if the collection spread evenly over all dimensions
        spread = 1 / np.sqrt(len(direction))
    return direction * (PROMPT_SPREAD / spread)


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights (d,) and bias in the frame; `dual` (n + b,) where it was found among the answers."""

    weights: Floats
    bias: float
    leave_out: Callable[[], Floats]
    dual: Floats | None = None

    @lazy
    def left_out(self) -> Floats:
        """Leave-one-out margins (n,) of the answers: worked out where they are asked for."""
        return self.leave_out()


@dataclass(frozen=True, eq=False)
class Problem:
    """The answers to fit, and what they are held to.

    Attributes:
        frame: the coordinates of `rows` and `start`.
        start: (d,) prior mean of the weights.
        answers: (n,) 1.0 or -1.0.
        rows: (n + b, d) the judged photos, then the background's sample.
        signs: (n + b,) the answers, then the background's faint no.
        importance: (n + b,) what each counts.
    """

    frame: Frame
    start: Floats
    answers: Floats
    rows: Floats
    signs: Floats
    importance: Floats

    @classmethod
    def of(
        cls, direction: Floats, rows: Floats, answers: Floats, background: Background | None
    ) -> "Problem":
        """Set the problem up: unit direction (d,), photos (n, d), answers (n,) 1.0 or -1.0."""
        frame = frame_of(background, rows)
        start = prompt_weights(direction, frame, background)
        faint = np.zeros((0, len(direction))) if background is None else background.sample
        faint = np.asarray(faint[:BACKGROUND_ROWS], dtype=np.float64)
        weights = np.full(len(faint), BACKGROUND_WEIGHT / max(len(faint), 1))
        return cls(
            frame,
            start,
            answers,
            np.vstack([frame.into(rows), frame.into(faint)]),
            np.append(answers, -np.ones(len(faint))),
            np.append(np.ones(len(rows)), weights),
        )

    @property
    def few(self) -> bool:
        """Whether the answers are few enough to be solved among themselves."""
        return len(self.answers) <= MANY

    @property
    def pull(self) -> float:
        """Prior precision of the weights."""
        return pull_after(int((self.answers > 0).sum()))

    @lazy
    def scores(self) -> Floats:
        """Margins (n + b,) by the prompt alone, without a bias."""
        return np.asarray(self.rows @ self.start)

    @lazy
    def _kernel(self) -> Floats:
        return np.asarray(self.rows @ self.rows.T / self.pull + BIAS_VARIANCE)

    def solve(self, trust: Floats | None = None, near: Solution | None = None) -> Solution:
        """Find the optimum.

        Args:
            trust: (n,) factor on the importance of each answer, > 0; 1 by default.
            near: a solution of the same problem to begin at, which is only quicker.
        """
        importance, own = self.importance, len(self.answers)
        if trust is not None:
            importance = np.append(trust * importance[:own], importance[own:])
        if self.few:
            prior, begin = self.scores + PROMPT_BIAS, None if near is None else near.dual
            found = laplace(self._kernel, prior, self.signs, importance, begin=begin)
            weights = self.start + self.rows.T @ found.dual / self.pull
            bias = PROMPT_BIAS + BIAS_VARIANCE * float(found.dual.sum())
            return Solution(weights, bias, lambda: found.left_out[:own], found.dual)
        held = (self.start, PROMPT_BIAS, self.pull, BIAS_VARIANCE)
        begin = None if near is None else np.append(near.weights, near.bias)
        point = solve_primal(self.rows, self.signs, importance, *held, begin=begin)
        all_of_it = (self.rows, self.signs, importance, *point, *held[2:])
        return Solution(*point, lambda: left_out(*all_of_it)[:own])
