"""Does a 95 % interval hold the truth 95 times in 100? Audits simulated where truth is known.

`python -m classifier.benchmark.coverage [SET.npz ..] [--runs 600] [--labels 125] [--slips 0.05]`;
with sets, of classifiers that a simulated user taught their concepts; without, of made-up ones.
With labels, so many photos were judged before each audit, the likeliest and those in doubt, as
training asks.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from commandline import Parser, positive, run_program

from ..arrays import Floats
from ..audit import Interval, count_given, estimate, plan
from ..errors import ClassifierError
from .labelled_set import LabelledSet, read_set
from .measure import click_through
from .simulation import Plan

RUNS = 200
PAGES = 5
"""Of nine photos each, after which a classifier that was taught is audited."""
FIGURES = ("precision", "recall", "matches")
COLLECTIONS = [(n, r, h) for n in (2_000, 25_000) for r in (2.0, 4.0) for h in (0.5, 1.0, 2.0)]
"""Size, rarity and honesty of the made-up collections."""


def coverage(
    truth: NDArray[np.bool_],
    scores: Floats,
    *,
    runs: int = RUNS,
    labels: int = 0,
    slips: float = 0.0,
) -> dict[str, float]:
    """Audit one classifier again and again.

    Args:
        truth: (n,) bool, whether each photo matches.
        scores: (n,) margins; 0 is the threshold.
        runs: audits to simulate, each with its own seed.
        labels: photos judged before: half the likeliest, half those nearest to the threshold.
        slips: share of those labels that is wrong, drawn anew for each run.

    Returns:
        Share of runs whose interval held the truth, for precision, recall and matches; their mean
        widths ("precision width", ..), that of matches as a share of all that match; and
        "questions", the photos each audit asked about on average.
    """
    truth = truth[np.argsort(-scores, kind="stable")]
    accepted = int((scores >= 0).sum())
    right = float(truth[:accepted].sum())
    real = (right / max(accepted, 1), right / max(truth.sum(), 1), float(truth.sum()))
    held, widths, asked = np.zeros(3), np.zeros(3), 0
    scale = np.array([1, 1, max(real[2], 1)])
    likeliest = np.arange(labels // 2)
    nearest = np.argsort(np.abs(np.sort(-scores)), kind="stable")
    judged = [*likeliest, *nearest[~np.isin(nearest, likeliest)][: labels - len(likeliest)]]
    for seed in range(runs):
        audit = plan(len(truth), accepted, seed=seed)
        wrong = np.random.default_rng((seed, labels)).random(len(judged)) < slips
        before = dict(zip(judged, np.where(truth[judged] ^ wrong, 1, -1).tolist(), strict=True))
        known = count_given(audit, before)
        answers = [
            [known.get(rank, 1 if truth[rank] else -1) for rank in ranks] for ranks in audit.ranks
        ]
        asked += audit.questions - len(known)
        found = estimate(audit, answers, seed=seed)
        intervals = (found.precision, found.recall, found.matches)
        held += _holds(intervals, real)
        widths += [each.high - each.low for each in intervals] / scale
    shares = dict(zip(FIGURES, (held / runs).tolist(), strict=True))
    wide = (f"{name} width" for name in FIGURES)
    return {
        **shares,
        **dict(zip(wide, (widths / runs).tolist(), strict=True)),
        "questions": asked / runs,
    }


def _holds(intervals: Sequence[Interval], real: Sequence[float]) -> list[bool]:
    # A width of nothing is right too: a stratum asked in full is known, up to rounding.
    return [i.low - 1e-9 <= r <= i.high + 1e-9 for i, r in zip(intervals, real, strict=True)]


def synthetic_collection(
    photos: int, rarity: float, honesty: float, *, seed: int = 1
) -> tuple[NDArray[np.bool_], Floats]:
    """Make up a collection scored by a classifier.

    Args:
        photos: its size.
        rarity: the average photo's margin is -rarity.
        honesty: 1 for calibrated probabilities, less for boastful ones, more for shy ones.
        seed: of the draw.

    Returns:
        truth (n,) bool and margins (n,).
    """
    random = np.random.default_rng(seed)
    margins = random.normal(-rarity, 2.0, photos)
    return random.random(photos) < 1 / (1 + np.exp(-honesty * margins)), margins


def taught_collections(known: LabelledSet) -> list[tuple[NDArray[np.bool_], Floats]]:
    """Teach each concept of a set; the pool is the collection that is audited.

    Returns:
        truth (n,) bool and margins (n,) of each concept.

    Raises:
        ClassifierError: no concept has a photo held out.
    """
    sessions = click_through(known, Plan(rounds=PAGES), 1)
    return [each.taught(known, PAGES) for each in sessions]


def _collections(
    sets: Sequence[Path],
) -> Iterator[tuple[str, list[tuple[NDArray[np.bool_], Floats]]]]:
    """Yield names and classifiers of the labelled sets, or of the made-up collections."""
    for path in sets:
        yield path.stem, taught_collections(read_set(path))
    for made in () if sets else COLLECTIONS:
        photos, rarity, honesty = made
        yield f"{photos:5} rarity {rarity:g} honesty {honesty:g}", [synthetic_collection(*made)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a collection: its name, questions, share of intervals right, their widths."""
    options = Parser("python -m classifier.benchmark.coverage")
    options.add_argument(
        "sets", type=Path, nargs="*", help="labelled sets; made-up ones by default"
    )
    options.add_argument("--runs", type=positive, default=RUNS, help="audits of each classifier")
    options.add_argument("--labels", type=int, default=0, help="photos judged before each audit")
    options.add_argument("--slips", type=float, default=0.0, help="share of labels that is wrong")
    given = vars(options.parse_args(arguments))
    columns = [*FIGURES, *(f"{name} width" for name in FIGURES)]
    print(f"{'collection':28}  asked  " + "  ".join(f"{name:>9}" for name in columns))
    for name, classifiers in _collections(given.pop("sets")):
        held = [coverage(*each, **given) for each in classifiers]
        mean = {key: float(np.mean([each[key] for each in held])) for key in held[0]}
        shares = "  ".join(f"{mean[key]:{max(9, len(key))}.3f}" for key in columns)
        print(f"{name:28}  {mean['questions']:5.0f}  {shares}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, ClassifierError))
