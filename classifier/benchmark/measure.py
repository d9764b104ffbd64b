"""Simulate every concept of a labelled set and sum up how the clicks went."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anchor import anchor
from ..arrays import Floats
from ..errors import ClassifierError
from ..fit import fit
from .labelled_set import LabelledSet
from .simulation import Plan, Split, Trace, full_supervision, run, split, stop_round

NEVER = "never"
"""Stands in the report where the advice never said to stop."""


@dataclass(frozen=True, eq=False)
class Result:
    """AP of every concept, seed and round, and how it was reached.

    `ap` is (seeds, concepts, rounds + 1); NaN where a seed holds out no photo of a concept.
    `asked` answers were asked about again in all runs, `slips_found` of them slips, of `slips` in
    all. `calibration_error` is the mean of each round. `stopped` is the share of runs in which the
    advice says to stop; of these `stop_round` is the mean round in which it does and `stop_regret`
    the mean AP that stopping there loses against the last round, both None where it never does.
    """

    plan: Plan
    concepts: list[str]
    ap: Floats
    full_supervision: float
    fit_ms_p50: float
    calibration_error: Floats
    asked: int
    slips: int
    slips_found: int
    stopped: float
    stop_round: float | None
    stop_regret: float | None

    def mean_ap(self) -> Floats:
        """Mean over seeds, then concepts: (rounds + 1,)."""
        return np.asarray(np.nanmean(np.nanmean(self.ap, axis=0), axis=0))

    def by_seed(self) -> Floats:
        """Mean over concepts for each seed: (seeds, rounds + 1)."""
        return np.asarray(np.nanmean(self.ap, axis=1))

    def worst_fall(self) -> tuple[float, str, int]:
        """Largest fall of a concept below its prompt, mean over seeds; its name and the round."""
        mean = np.nanmean(self.ap, axis=0)
        fall = mean - mean[:, :1]
        concept, round_number = np.unravel_index(int(np.argmin(fall)), fall.shape)
        return float(fall.min()), self.concepts[concept], int(round_number)

    def as_json(self) -> dict[str, object]:
        """Give the fields that measurements rely on."""
        per_concept = np.nanmean(self.ap, axis=0)
        return {
            "method": self.plan.method,
            "strategy": self.plan.strategy,
            "rounds": list(range(self.plan.rounds + 1)),
            "mean_ap": [round(float(x), 4) for x in self.mean_ap()],
            "per_concept": {
                name: [round(float(x), 4) for x in row]
                for name, row in zip(self.concepts, per_concept, strict=True)
            },
            "full_supervision": round(self.full_supervision, 4),
            "fit_ms_p50": round(self.fit_ms_p50, 2),
            "noise": self.plan.noise[0] if len(self.plan.noise) == 1 else list(self.plan.noise),
            "sample": self.plan.sample,
            "believe": self.plan.believe,
            "asked": self.asked,
            "slips": self.slips,
            "slips_found": self.slips_found,
            "worst_fall": round(self.worst_fall()[0], 4),
            "calibration_error": [round(float(x), 4) for x in self.calibration_error],
            "stopped": round(self.stopped, 4),
            "stop_round": NEVER if self.stop_round is None else round(self.stop_round, 2),
            "stop_regret": NEVER if self.stop_regret is None else round(self.stop_regret, 4),
        }


@dataclass(frozen=True, eq=False)
class Session:
    """One concept clicked through under one seed; `column` is the concept's place in the set."""

    seed: int
    column: int
    data: Split
    trace: Trace

    def judged(self, pages: int) -> list[int]:
        """Return the row numbers in the pool of the photos on the first so many pages."""
        return [photo for page in self.trace.pages[:pages] for photo in page]

    def taught(self, known: LabelledSet, pages: int) -> tuple[NDArray[np.bool_], Floats]:
        """Fit anew to what is true of the photos on the first pages, and score the pool.

        Args:
            known: the set that was clicked through.
            pages: how many of its pages count.

        Returns:
            truth (n,) bool and margins (n,) of the pool's photos.
        """
        truth, judged = self.data.pool_names == known.concepts[self.column], self.judged(pages)
        said = np.where(truth[judged], 1, -1)
        start = anchor([(known.prompts[self.column], 1.0)])
        head = fit(start, self.data.pool[judged], said, background=self.data.background)
        return truth, head.margins(self.data.pool)


def click_through(data: LabelledSet, plan: Plan, seeds: int) -> Iterator[Session]:
    """Simulate each concept that has a photo held out, under each of the seeds 0 .. seeds - 1.

    Raises:
        ClassifierError: there is no such concept.
    """
    held_out = False
    for seed in range(seeds):
        division = split(data.vectors, data.labels, seed)
        for column, (name, prompt) in enumerate(zip(data.concepts, data.prompts, strict=True)):
            if (division.held_out_names == name).any():
                held_out = True
                yield Session(seed, column, division, run(division, str(name), prompt, plan))
    if not held_out:
        raise ClassifierError("no concept has a photo among the held-out ones; check the labels")


def measure(data: LabelledSet, plan: Plan, seeds: int) -> Result:
    """Simulate every concept under every seed and sum up.

    Raises:
        ClassifierError: no concept has a photo held out.
    """
    names = [str(name) for name in data.concepts]
    ap = np.full((seeds, len(names), plan.rounds + 1), np.nan)
    ceiling = np.full((seeds, len(names)), np.nan)
    traces: list[Trace] = []
    for each in click_through(data, plan, seeds):
        ap[each.seed, each.column] = each.trace.ap
        traces.append(each.trace)
        asked_for = names[each.column], data.prompts[each.column]
        ceiling[each.seed, each.column] = full_supervision(each.data, *asked_for)
    kept = ~np.isnan(ap).all(axis=(0, 2))
    stops = [(trace, when) for trace in traces if (when := stop_round(trace)) is not None]
    lost = [trace.ap[-1] - trace.ap[when] for trace, when in stops]
    return Result(
        plan,
        [name for name, keep in zip(names, kept, strict=True) if keep],
        ap[:, kept],
        float(np.nanmean(ceiling)),
        float(np.median([ms for trace in traces for ms in trace.fit_ms])),
        np.mean([trace.calibration_error for trace in traces], axis=0),
        sum(trace.asked for trace in traces),
        sum(trace.slips for trace in traces),
        sum(trace.slips_found for trace in traces),
        len(stops) / len(traces),
        float(np.mean([when for _, when in stops])) if stops else None,
        float(np.mean(lost)) if lost else None,
    )
