"""Measure what it costs to stop where two rounds agree.

`python -m tests.classifier.stopping SET.npz .. [--seeds 3]`

Each concept is clicked through for 15 rounds. For each agreement that could be asked for: the mean
round in which the advice stops, and the AP on held-out photos that stopping there loses against the
last round.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import numpy as np

from classifier.benchmark.labelled_set import read_set
from classifier.benchmark.measure import click_through
from classifier.benchmark.simulation import Plan, stop_round

PLAN = Plan(rounds=15)
ASKED = (0.8, 0.85, 0.9, 0.95)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each agreement."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", type=Path, nargs="+")
    options.add_argument("--seeds", type=int, default=3)
    given = options.parse_args(arguments)
    sets = [read_set(path) for path in given.sets]
    traces = [each.trace for known in sets for each in click_through(known, PLAN, given.seeds)]
    print("agreement  stops in round  mean loss  9 in 10 lose less than")
    for asked in ASKED:
        with patch.object(import_module("classifier.advice"), "SETTLED", asked):
            stops = [stop_round(trace) or PLAN.rounds for trace in traces]
        lost = [trace.ap[-1] - trace.ap[stop] for trace, stop in zip(traces, stops, strict=True)]
        told = (np.mean(stops), np.mean(lost), np.quantile(lost, 0.9))
        print(f"{asked:9.2f}  {told[0]:14.1f}  {told[1]:9.3f}  {told[2]:22.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
