"""Measure what the labels of training alone would say of a classifier's precision and recall.

`python -m tests.classifier.labels_alone SET.npz .. [--seeds 3]`

A simulated user clicks; then the labels are read like the answers of an audit: each stratum of the
ranking of the pool by what was judged in it, weighted by its photos. Told are the share of 95 %
intervals that hold the truth, and the mean distance of the estimate from it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.audit import Audit, Findings, estimate, strata
from classifier.benchmark.coverage import UNKNOWN
from classifier.benchmark.labelled_set import LabelledSet, read_set
from classifier.benchmark.measure import click_through
from classifier.benchmark.simulation import Plan

ROUNDS = (5, 10)


def read_labels(scores: np.ndarray, judged: Sequence[int], truth: np.ndarray) -> Findings:
    """Estimate as an audit does whose answers are the photos judged, row numbers of scores (n,)."""
    order = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores), int)
    rank[order] = np.arange(len(scores))
    accepted = int((scores >= 0).sum())
    parts = strata(len(scores), accepted)
    ranks = [
        tuple(sorted(int(rank[row]) for row in judged if part.start <= rank[row] < part.stop))
        for part in parts
    ]
    answers = [[1 if truth[order[at]] else -1 for at in stratum] for stratum in ranks]
    return estimate(Audit(accepted, parts, tuple(ranks)), answers)


def compare(known: LabelledSet, seeds: int) -> np.ndarray:
    """Return (runs, rounds, 2, 2): for precision and recall, whether held and the distance."""
    told = []
    for each in click_through(known, Plan(rounds=max(ROUNDS)), seeds):
        row = np.zeros((len(ROUNDS), 2, 2))
        for at, done in enumerate(ROUNDS):
            truth, scores = each.taught(known, done)
            found = read_labels(scores, each.judged(done), truth)
            right = float(truth[scores >= 0].sum())
            real = (right / max((scores >= 0).sum(), 1), right / max(truth.sum(), 1))
            for figure, (interval, true) in enumerate(
                zip((found.precision or UNKNOWN, found.recall or UNKNOWN), real, strict=True)
            ):
                held = interval.low - 1e-9 <= true <= interval.high + 1e-9
                row[at, figure] = held, abs(interval.value - true)
        told.append(row)
    return np.array(told)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each set, and their mean."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", type=Path, nargs="+")
    options.add_argument("--seeds", type=int, default=3)
    given = options.parse_args(arguments)
    print("precision held, off; recall held, off; after", " and ".join(map(str, ROUNDS)), "pages")
    lines = []
    for path in given.sets:
        lines.append((path.stem, compare(read_set(path), given.seeds).mean(axis=0)))
    for name, figures in [*lines, ("mean", np.mean([line for _, line in lines], axis=0))]:
        print(name, *(f"{x:.2f}" for x in figures.ravel()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
