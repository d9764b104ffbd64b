"""How good the classifier is after each page of clicks.

`python -m classifier.benchmark SET.npz [--method anchored|sgd] [--strategy ...] [--json] [--plot]`
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .errors import ClassifierError
from .mining import STRATEGIES
from .plot import Line, draw
from .simulation import Plan, Trace, full_supervision, run, split, stop_round

FIELDS = ("ids", "vectors", "labels", "concepts", "prompts")


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Photos with true labels, and the concepts to look for among them."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.str_]
    concepts: NDArray[np.str_]
    prompts: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Result:
    """AP of every concept, seed and round, and how it was reached.

    `ap` is (seeds, concepts, rounds + 1); NaN where a seed holds out no photo of a concept.
    `calibration_error` is the mean of each round; `stop_round` the mean round in which the advice
    says to stop, `stop_regret` the mean AP that stopping there loses against the last round.
    """

    plan: Plan
    concepts: list[str]
    ap: Floats
    full_supervision: float
    fit_ms_p50: float
    calibration_error: Floats
    stop_round: float
    stop_regret: float

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
            "noise": self.plan.noise,
            "worst_fall": round(self.worst_fall()[0], 4),
            "calibration_error": [round(float(x), 4) for x in self.calibration_error],
            "stop_round": round(self.stop_round, 2),
            "stop_regret": round(self.stop_regret, 4),
        }


def read_set(path: Path) -> LabelledSet:
    """Read a set of the form DESIGN gives.

    Raises:
        ClassifierError: the file is missing, is no .npz, or lacks a field.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in FIELDS if name not in file.files]
            if missing:
                raise ClassifierError(f"{path} lacks {', '.join(missing)}; it needs {FIELDS}")
            return LabelledSet(
                file["vectors"].astype(np.float32),
                file["labels"].astype(str),
                file["concepts"].astype(str),
                file["prompts"].astype(np.float32),
            )
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ClassifierError(f"cannot read {path}: {error}; pass a .npz of vectors") from error


def measure(data: LabelledSet, plan: Plan, seeds: int) -> Result:
    """Simulate every concept under every seed 0 .. seeds - 1."""
    names = [str(name) for name in data.concepts]
    ap = np.full((seeds, len(names), plan.rounds + 1), np.nan)
    ceiling = np.full((seeds, len(names)), np.nan)
    traces: list[Trace] = []
    for seed in range(seeds):
        division = split(data.vectors, data.labels, seed)
        for column, (name, prompt) in enumerate(zip(names, data.prompts, strict=True)):
            if not (division.held_out_names == name).any():
                continue
            trace = run(division, name, prompt, plan)
            ap[seed, column] = trace.ap
            traces.append(trace)
            ceiling[seed, column] = full_supervision(division, name, prompt)
    kept = ~np.isnan(ap).all(axis=(0, 2))
    if not kept.any():
        raise ClassifierError("no concept has a photo among the held-out ones; check the labels")
    stops = [stop_round(trace) for trace in traces]
    lost = [trace.ap[-1] - trace.ap[stop] for trace, stop in zip(traces, stops, strict=True)]
    return Result(
        plan,
        [name for name, keep in zip(names, kept, strict=True) if keep],
        ap[:, kept],
        float(np.nanmean(ceiling)),
        float(np.median([ms for trace in traces for ms in trace.fit_ms])),
        np.mean([trace.calibration_error for trace in traces], axis=0),
        float(np.mean(stops)),
        float(np.mean(lost)),
    )


def table(result: Result) -> str:
    """Lay the result out for a terminal: a line a concept, a column a round."""
    width = max(len(name) for name in [*result.concepts, "mean AP"])
    rows = [("round", [f"{r:5d}" for r in range(result.plan.rounds + 1)])]
    rows += [
        (name, [f"{x:5.3f}" for x in line])
        for name, line in zip(result.concepts, np.nanmean(result.ap, axis=0), strict=True)
    ]
    rows.append(("mean AP", [f"{x:5.3f}" for x in result.mean_ap()]))
    lines = [f"{name:{width}s}  {'  '.join(cells)}" for name, cells in rows]
    lines.append(
        f"{result.plan.method}, {result.plan.strategy}: full supervision "
        f"{result.full_supervision:.3f}, fit {result.fit_ms_p50:.1f} ms (median)"
    )
    lines.append(
        f"calibration error {result.calibration_error[-1]:.3f}; the advice stops in round "
        f"{result.stop_round:.1f} and loses {result.stop_regret:.3f}"
    )
    fall, name, when = result.worst_fall()
    lines.append(f"largest fall below the prompt {fall:.3f} ({name}, round {when})")
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    options = argparse.ArgumentParser(prog="python -m classifier.benchmark", description=__doc__)
    options.add_argument("set", type=Path, help=f".npz with {', '.join(FIELDS)}")
    options.add_argument("--method", choices=("anchored", "sgd"), default="anchored")
    options.add_argument("--strategy", choices=STRATEGIES, help="mixed; top with --method sgd")
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--batch", type=int, default=9, help="photos a page")
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--noise", type=float, default=0.0, help="share of answers that are wrong")
    options.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options.add_argument("--plot", type=Path, help="PNG of AP against clicks, beside the sgd rule")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; exit code 0 done, 2 bad usage or an unreadable set."""
    options = parser().parse_args(arguments)
    if min(options.rounds, options.batch, options.seeds) < 1:
        parser().error("--rounds, --batch and --seeds must be at least 1")
    if not 0 <= options.noise < 0.5:
        parser().error("--noise is a share of the answers, 0 to 0.5")
    # Without a choice the seed's rule mines as the seed did, so that its curve is its own.
    strategy = options.strategy or ("top" if options.method == "sgd" else "mixed")
    plan = Plan(options.method, strategy, options.rounds, options.batch, options.noise)
    try:
        data = read_set(options.set)
        result = measure(data, plan, options.seeds)
    except ClassifierError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(result.as_json()) if options.json else table(result))
    if options.plot:
        yardstick = measure(data, replace(plan, method="sgd", strategy="top"), options.seeds)
        kept = [result] if options.method == "sgd" else [result, yardstick]
        lines = [Line(f"{r.plan.method}, {r.plan.strategy}", r.by_seed()) for r in kept]
        draw(options.plot, lines, options.batch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
