"""Measure what becomes of a saved classifier that is opened on other photos and answered there.

`python -m tests.classifier.opened SET.npz .. [--seeds 2] [--clicks 45]`

A set is parted in three: a simulated user teaches a concept on the first two fifths, and its
classifier is opened on the next two, where nobody has answered yet. Told are mean AP and F1 at the
threshold on the last fifth as it is opened, after one no to the likeliest photo that is none, and
after 9, 18, 27 and 45 clicks: begun anew with the classifier for a prompt, and going on from it.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from classifier import Head, average_precision, background_of, fit_and_leave_out
from classifier.benchmark.labelled_set import LabelledSet, read_set
from classifier.benchmark.simulation import Plan, Split, choose_page, run

TAUGHT, ASKED = 0.4, 0.8
ROUNDS = (1, 2, 3, 5)
BATCH = 9


def part(known: LabelledSet, seed: int) -> tuple[Split, Split]:
    """Return where a concept is taught and where it is opened; both hold the same photos out."""
    count = len(known.vectors)
    order = np.random.default_rng((seed, 7)).permutation(count)
    *pools, held = np.split(order, [int(TAUGHT * count), int(ASKED * count)])
    vectors, labels = known.vectors, known.labels
    taught, opened = (
        Split(
            vectors[pool],
            labels[pool],
            vectors[held],
            labels[held],
            background_of(vectors[pool]),
            seed,
        )
        for pool in pools
    )
    return taught, opened


def teach(data: Split, name: str, prompt: np.ndarray, clicks: int) -> Head:
    """Return the classifier that a simulated user ends with."""
    pages = run(data, name, prompt, Plan(rounds=clicks // BATCH, batch=BATCH)).pages
    judged = [row for page in pages for row in page]
    truth = np.where(data.pool_names[judged] == name, 1, -1)
    return fit_and_leave_out(prompt, data.pool[judged], truth, background=data.background)[0]


def go_on(data: Split, name: str, saved: Head, *, start: Head | None) -> Iterator[Head]:
    """Yield the heads as it is opened, after one no, and after the rounds."""
    truth = np.where(data.pool_names == name, 1.0, -1.0)

    def refit(judged: list[int]) -> Head:
        return fit_and_leave_out(
            saved.weights,
            data.pool[judged],
            truth[judged],
            background=data.background,
            start=start,
        )[0]

    yield saved
    yield refit([int(np.argmax(np.where(truth < 0, saved.margins(data.pool), -np.inf)))])
    judged: list[int] = []
    head = saved
    for number in range(1, max(ROUNDS) + 1):
        judged += choose_page(data, head, judged, truth, Plan(batch=BATCH), number)
        head = refit(judged)
        if number in ROUNDS:
            yield head


def figures(data: Split, name: str, head: Head) -> tuple[float, float]:
    """Return AP and F1 on the photos that were held out."""
    truth, margins = data.held_out_names == name, head.margins(data.held_out)
    accepted = margins >= 0
    f1 = 2 * float((accepted & truth).sum()) / max(float(accepted.sum() + truth.sum()), 1.0)
    return average_precision(truth, margins), f1


def compare(known: LabelledSet, seeds: int, clicks: int) -> np.ndarray:
    """Return (2, rounds + 2, 2): begun anew and going on, AP and F1, means over the concepts."""
    told = []
    for seed in range(seeds):
        taught, opened = part(known, seed)
        for name, prompt in zip(known.concepts, known.prompts, strict=True):
            if not (opened.held_out_names == name).any():
                continue
            saved = teach(taught, name, prompt, clicks)
            told.append(
                [
                    [figures(opened, name, head) for head in go_on(opened, name, saved, start=s)]
                    for s in (None, saved)
                ]
            )
    return np.mean(told, axis=0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print two lines for each set, and their mean."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", type=Path, nargs="+")
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--clicks", type=int, default=45, help="with which it was taught")
    given = options.parse_args(arguments)
    clicks = ", ".join(str(BATCH * done) for done in ROUNDS)
    print(f"AP as opened, after one no and after {clicks} clicks | F1 of the same")
    found = {path.stem: compare(read_set(path), given.seeds, given.clicks) for path in given.sets}
    for name, both in [*found.items(), ("mean", np.mean(list(found.values()), axis=0))]:
        for how, each in zip(("anew", "goes on"), both, strict=True):
            ap, f1 = (" ".join(f"{x:.3f}" for x in column) for column in each.T)
            print(f"{name}, {how}: {ap} | {f1}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
