"""Measure what concepts that exclude each other learn from each other's answers.

`python -m tests.classifier.exclusion SET.npz .. [--seeds 2] [--concepts 7]`

A simulated user clicks through the first concepts of a set, each by itself. Then, on those clicks,
each is fitted alone and with the yes that the others had by then as its no (the app takes the
likeliest hundred). Mean AP on held-out photos.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier import NOBODY, anchor, borrow_answers, fit
from classifier.benchmark.labelled_set import LabelledSet, read_set
from classifier.benchmark.simulation import Plan, run, split
from classifier.metrics import average_precision

ROUNDS = (1, 3, 5)
BATCH = 9


def compare(known: LabelledSet, seed: int, count: int) -> np.ndarray:
    """Return AP (concepts, 2, rounds): alone, and with the others' yes."""
    data = split(known.vectors, known.labels, seed)
    held = [name for name in known.concepts[:count] if (data.held_out_names == name).any()]
    prompts = dict(zip(known.concepts, known.prompts, strict=True))
    plan = Plan(rounds=max(ROUNDS), batch=BATCH)
    pages = {name: run(data, name, prompts[name], plan).pages for name in held}
    reached = np.zeros((len(held), 2, len(ROUNDS)))
    for column, done in enumerate(ROUNDS):
        answers = {
            name: {
                str(row): 1 if data.pool_names[row] == name else -1
                for page in pages[name][:done]
                for row in page
            }
            for name in held
        }
        for line, name in enumerate(held):
            others = [said for other, said in answers.items() if other != name]
            borrowed = dict.fromkeys(borrow_answers(answers[name], others), -1)
            for way, said in enumerate((answers[name], answers[name] | borrowed)):
                head = fit(
                    anchor([(prompts[name], 1.0)]),
                    data.pool[[int(row) for row in said]],
                    list(said.values()),
                    background=data.background,
                    givers=[0 if row in answers[name] else NOBODY for row in said],
                )
                truth = data.held_out_names == name
                reached[line, way, column] = average_precision(truth, head.margins(data.held_out))
    return reached


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each set."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", type=Path, nargs="+")
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--concepts", type=int, default=7, help="of each set, at most")
    given = options.parse_args(arguments)
    print(
        "AP after", ", ".join(str(BATCH * done) for done in ROUNDS), "clicks: alone | with others"
    )
    for path in given.sets:
        known = read_set(path)
        found = [compare(known, seed, given.concepts) for seed in range(given.seeds)]
        alone, beside = np.concatenate(found).mean(axis=0)
        print(path.stem, *(f"{x:.3f}" for x in alone), "|", *(f"{x:.3f}" for x in beside))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
