"""What a similarity head gains on classes and photos it never saw.

`python -m tuning.benchmark SET.npz [--loss contrastive|triplet] [--seeds 3] [--json]`

Half of the classes are never seen, as in the tutorial on similar cars; of the others a quarter of
the photos. Intervals are 95 % of a bootstrap over classes and over photos, the seeds pooled.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.benchmark.labelled_set import read_set
from classifier.errors import ClassifierError
from commandline import Parser, positive, rate, run_program
from tuning.errors import TuningError
from tuning.losses import LOSSES, MINING
from tuning.train import Settings
from tuning.trial import Trial, pool, run_trial

UNSEEN = 0.5


def measure(path: Path, settings: Settings, seeds: int) -> dict[str, Any]:
    """Run trials under the seeds 0 .. seeds - 1 and report them together.

    Raises:
        ClassifierError: the set cannot be read.
        TuningError: it cannot be learnt from.
    """
    began = time.perf_counter()
    data = read_set(path)
    usable = data.vectors.any(axis=1)
    classes = np.unique(data.labels[usable], return_inverse=True)[1].astype(np.int64)
    vectors = data.vectors[usable]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    trials = [
        run_trial(vectors, classes, replace(settings, seed=seed), encoder=str(path), unseen=UNSEEN)
        for seed in range(seeds)
    ]
    return {
        **report(trials),
        "loss": settings.loss,
        "photos": len(classes),
        "without_vector": len(data.labels) - len(classes),
        "classes": int(classes.max()) + 1,
        "seconds": round(time.perf_counter() - began, 1),
    }


def report(trials: list[Trial]) -> dict[str, Any]:
    """Return what the trials found together, and whether a head so good would be served."""
    parts = {
        "unseen_classes": pool([trial.unseen_classes for trial in trials]),
        "unseen_photos": pool([trial.unseen_photos for trial in trials]),
    }
    found: dict[str, Any] = {
        name: part.as_json() if part is not None else None for name, part in parts.items()
    }
    served = all(part is not None and part.is_better for part in parts.values())
    closed = sum(trial.epoch is None for trial in trials)
    return {**found, "served": served, "closed_form": closed}


def table(found: dict[str, Any]) -> str:
    """Lay the result out for a terminal."""
    lines = [
        f"{found['photos']:,} photos ({found['without_vector']:,} others have no vector), "
        f"{found['classes']} classes, {found['loss']} loss, "
        f"{found['closed_form']} heads in closed form, "
        f"{found['seconds']} s; a head so good is {'' if found['served'] else 'not '}served",
        "R-precision      chance    base   tuned   95 % interval",
    ]
    for name in ("unseen_classes", "unseen_photos"):
        part = found[name]
        if part is None:
            lines.append(f"{name.replace('_', ' '):14s}  too few to measure")
            continue
        low, high = part["interval"]
        lines.append(
            f"{name.replace('_', ' '):14s}   {part['chance']:.3f}   {part['base']:.3f}   "
            f"{part['tuned']:.3f}   {low:.3f} to {high:.3f}"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0 done, 1 not possible, 2 bad usage."""
    parser = Parser("python -m tuning.benchmark", description=__doc__)
    parser.add_argument("set", type=Path, help=".npz that python -m classifier.benchmark reads")
    parser.add_argument("--loss", choices=LOSSES, default=LOSSES[0])
    parser.add_argument("--mining", choices=MINING, default="semihard", help="of triplets")
    parser.add_argument("--rate", type=rate, default=Settings.rate, help="learning rate")
    parser.add_argument("--seeds", type=positive, default=3)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options = parser.parse_args(arguments)
    settings = Settings(loss=options.loss, mining=options.mining, rate=options.rate)
    found = measure(options.set, settings, options.seeds)
    print(json.dumps(found) if options.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, ClassifierError, TuningError))
