"""Whether a concept needs fewer clicks in a tuned space.

`python -m tuning.benchmark.mining SET.npz [--seeds 3] [--rounds 10] [--json]`

A head is trained on half of the classes; then the simulated clicker of `python -m
classifier.benchmark` looks for each concept among the vectors as they are and behind the head.
Concepts of classes the head learnt and of classes it never saw are told apart.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.benchmark.labelled_set import LabelledSet, read_set
from classifier.benchmark.measure import measure
from classifier.benchmark.simulation import Plan
from classifier.errors import ClassifierError
from commandline import Parser, run_program
from tuning.division import divide
from tuning.errors import TuningError
from tuning.train import Settings
from tuning.trial import run_trial

UNSEEN = 0.5


def compare(data: LabelledSet, plan: Plan, seeds: int) -> dict[str, Any]:
    """Return mean AP after each round, by kind of class and space.

    Raises:
        TuningError: the set cannot be learnt from.
    """
    found: dict[str, list[np.ndarray]] = {}
    names, numbers = np.unique(data.labels, return_inverse=True)
    for seed in range(seeds):
        settings = Settings(seed=seed)
        trial = run_trial(data.vectors, numbers, settings, encoder="set", unseen=UNSEEN)
        unseen = names[np.unique(numbers[divide(numbers, unseen=UNSEEN, seed=seed).unseen_classes])]
        tuned = replace(
            data, vectors=trial.head.apply(data.vectors), prompts=trial.head.apply(data.prompts)
        )
        for kind, kept in (
            ("unseen", np.isin(data.concepts, unseen)),
            ("seen", ~np.isin(data.concepts, unseen)),
        ):
            for space, of in (("base", data), ("tuned", tuned)):
                if kept.any():
                    asked = replace(of, concepts=of.concepts[kept], prompts=of.prompts[kept])
                    found.setdefault(f"{kind} {space}", []).append(
                        measure(asked, plan, 1).mean_ap()
                    )
    return {
        name: [round(float(ap), 4) for ap in np.mean(rows, axis=0)] for name, rows in found.items()
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0 done, 1 not possible, 2 bad usage."""
    parser = Parser("python -m tuning.benchmark.mining", description=__doc__)
    parser.add_argument("set", type=Path, help=".npz that python -m classifier.benchmark reads")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options = parser.parse_args(arguments)
    if min(options.seeds, options.rounds) < 1:
        parser.error("--seeds and --rounds must be at least 1")
    found = compare(read_set(options.set), Plan(rounds=options.rounds), options.seeds)
    if options.json:
        print(json.dumps(found))
        return 0
    print(f"{'mean AP, round':14s}  " + "  ".join(f"{r:5d}" for r in range(options.rounds + 1)))
    for name, aps in found.items():
        print(f"{name:14s}  " + "  ".join(f"{ap:.3f}" for ap in aps))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, ClassifierError, TuningError))
