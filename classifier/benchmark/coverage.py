"""Does a 95 % interval hold the truth 95 times in 100? Audits simulated where truth is known.

`python -m classifier.benchmark.coverage [SET.npz ..] [--runs 600] [--labels 125] [--slips 0.05]`;
with sets, of classifiers that a simulated user taught their concepts; without, of made-up ones.
With labels, so many photos were judged before each audit and count in it: of a set those that
taught its classifier, of a made-up collection the likeliest and those in doubt, as training asks.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from commandline import Parser, at_least, positive, run_program

from ..arrays import Floats
from ..audit import Interval, count_given, estimate, plan
from ..errors import ClassifierError
from .labelled_set import LabelledSet, read_set
from .measure import click_through
from .simulation import Plan

RUNS = 200
PAGES = 5
"""After which a classifier that was taught is audited, of nine photos each unless labels say."""
FIGURES = ("precision", "recall", "matches")
COLLECTIONS = [(n, r, h) for n in (2_000, 25_000) for r in (2.0, 4.0) for h in (0.5, 1.0, 2.0)]
"""Size, rarity and honesty of the made-up collections."""
UNKNOWN = Interval(0.5, 0.0, 1.0)
"""A share of which an audit says nothing."""
Scored = tuple[NDArray[np.bool_], Floats, NDArray[np.int64]]
"""Whether each photo of a collection matches, its margin, and the photos judged before."""


def coverage(
    truth: NDArray[np.bool_],
    scores: Floats,
    *,
    runs: int = RUNS,
    judged: NDArray[np.int64] | None = None,
    slips: float = 0.0,
) -> dict[str, float]:
    """Audit one classifier again and again.

    Args:
        truth: (n,) bool, whether each photo matches.
        scores: (n,) margins; 0 is the threshold.
        runs: audits to simulate, each with its own seed.
        judged: (m,) row numbers of the photos judged before; none by default.
        slips: share of those labels that is wrong, drawn anew for each run.

    Returns:
        Share of runs whose interval held the truth, for precision, recall and matches; their mean
        widths ("precision width", ..), that of matches as a share of all that match; and
        "questions", the photos each audit asked about on average.
    """
    order = np.argsort(-scores, kind="stable")
    truth = truth[order]
    places = np.flatnonzero(np.isin(order, [] if judged is None else judged))
    accepted = int((scores >= 0).sum())
    right = float(truth[:accepted].sum())
    real = (right / max(accepted, 1), right / max(truth.sum(), 1), float(truth.sum()))
    held, widths, asked = np.zeros(3), np.zeros(3), 0
    scale = np.array([1, 1, max(real[2], 1)])
    for seed in range(runs):
        audit = plan(len(truth), accepted, seed=seed)
        wrong = np.random.default_rng((seed, len(places))).random(len(places)) < slips
        said = np.where(truth[places] ^ wrong, 1, -1)
        before = dict(zip(places.tolist(), said.tolist(), strict=True))
        known = count_given(audit, before)
        answers = [
            [known.get(rank, 1 if truth[rank] else -1) for rank in ranks] for ranks in audit.ranks
        ]
        asked += audit.questions - len(known)
        found = estimate(audit, answers, seed=seed)
        intervals = (found.precision or UNKNOWN, found.recall or UNKNOWN, found.matches)
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


def likely_or_in_doubt(scores: Floats, count: int) -> NDArray[np.int64]:
    """Return row numbers (count,): half the likeliest, half those nearest to the threshold."""
    likeliest = np.argsort(-scores, kind="stable")[: count // 2]
    nearest = np.argsort(np.abs(scores), kind="stable")
    rest = nearest[~np.isin(nearest, likeliest)]
    return np.concatenate([likeliest, rest[: count - len(likeliest)]])


def taught_collections(known: LabelledSet, labels: int = 0) -> list[Scored]:
    """Teach each concept of a set; the pool is the collection that is audited.

    Args:
        known: the set.
        labels: photos judged on PAGES pages, which are then known; 0 for nine a page, not known.

    Returns:
        truth (n,) bool, margins (n,) and the row numbers of what is known, of each concept.

    Raises:
        ClassifierError: no concept has a photo held out.
    """
    plan = Plan(rounds=PAGES, batch=max(labels // PAGES, 1)) if labels else Plan(rounds=PAGES)
    return [
        (*each.taught(known, PAGES), np.array(each.judged(PAGES) if labels else [], np.int64))
        for each in click_through(known, plan, 1)
    ]


def _collections(sets: Sequence[Path], labels: int) -> Iterator[tuple[str, list[Scored]]]:
    """Yield names and classifiers of the labelled sets, or of the made-up collections."""
    for path in sets:
        yield path.stem, taught_collections(read_set(path), labels)
    for made in () if sets else COLLECTIONS:
        photos, rarity, honesty = made
        truth, scores = synthetic_collection(*made)
        known = likely_or_in_doubt(scores, labels)
        yield f"{photos:5} rarity {rarity:g} honesty {honesty:g}", [(truth, scores, known)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a collection: its name, questions, share of intervals right, their widths."""
    options = Parser("python -m classifier.benchmark.coverage")
    options.add_argument(
        "sets", type=Path, nargs="*", help="labelled sets; made-up ones by default"
    )
    options.add_argument("--runs", type=positive, default=RUNS, help="audits of each classifier")
    options.add_argument(
        "--labels", type=at_least(0), default=0, help="photos judged before each audit"
    )
    options.add_argument("--slips", type=float, default=0.0, help="share of labels that is wrong")
    given = vars(options.parse_args(arguments))
    columns = [*FIGURES, *(f"{name} width" for name in FIGURES)]
    print(f"{'collection':28}  asked  " + "  ".join(f"{name:>9}" for name in columns))
    for name, classifiers in _collections(given.pop("sets"), given.pop("labels")):
        held = [coverage(t, scores, judged=known, **given) for t, scores, known in classifiers]
        mean = {key: float(np.mean([each[key] for each in held])) for key in held[0]}
        shares = "  ".join(f"{mean[key]:{max(9, len(key))}.3f}" for key in columns)
        print(f"{name:28}  {mean['questions']:5.0f}  {shares}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, ClassifierError))
