"""Simulated users, who slip now and then."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats


@dataclass(eq=False)
class Users:
    """What the simulated users say of each photo of the pool.

    Attributes:
        truth: (n,) 1.0 or -1.0.
        answers: (n,) 1.0 or -1.0; the truth where nobody has answered yet.
        givers: (n,) whose answer each is.
        settled: (n,) bool, answers that were asked about again.
        luck: (n,) in [0, 1), decides whether a first answer is a slip.
        again: decides it where somebody is asked again.
        noise: (p,) share of answers that each user gives wrongly.
        admitted: (p,) answers of each that were taken back.
    """

    truth: Floats
    answers: Floats
    givers: NDArray[np.int64]
    settled: NDArray[np.bool_]
    luck: Floats
    again: np.random.Generator
    noise: tuple[float, ...]
    admitted: NDArray[np.int64]

    @classmethod
    def of(cls, matches: NDArray[np.bool_], noise: tuple[float, ...], seed: int) -> "Users":
        """Make users who know which photos match, (n,); the same slips for the same seed."""
        truth = np.where(matches, 1.0, -1.0)
        return cls(
            truth,
            truth.copy(),
            np.zeros(len(truth), np.int64),
            np.zeros(len(truth), bool),
            np.random.default_rng((seed, len(truth))).random(len(truth)),
            np.random.default_rng((seed, len(truth), 1)),
            noise,
            np.zeros(len(noise), np.int64),
        )

    def answer(self, rows: list[int], giver: int) -> int:
        """Look at photos for the first time; returns how many of the answers are wrong."""
        slipped = self.luck[rows] < self.noise[giver]
        self.answers[rows] = np.where(slipped, -self.truth[rows], self.truth[rows])
        self.givers[rows] = giver
        return int(slipped.sum())

    def answer_again(self, rows: list[int], giver: int) -> None:
        """Look at photos anew; an answer may be wrong again."""
        for row in rows:
            slipped = self.again.random() < self.noise[giver]
            said = -self.truth[row] if slipped else self.truth[row]
            self.admitted[self.givers[row]] += int(said != self.answers[row])
            self.answers[row], self.givers[row], self.settled[row] = said, giver, True
