"""Measure what the nouns' mean is worth where words alone rank the photos of a set.

`python -m tests.classifier.words SET.npz .. [--clip ../shared/data] [--template "a photo of a {}"]`

AP of each concept with a share of the mean taken off its prompt. The nouns are encoded by the
offline encoder; with `--clip` their vectors are CLIP's, which lie beside its sets, as "a {}".
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.benchmark.labelled_set import read_set
from classifier.metrics import average_precision
from encoder.nouns import TEMPLATE, list_nouns
from tests.classifier.development_sets import Source, offline_encoder, unit

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def nouns_of(clip: Path | None, template: str) -> np.ndarray:
    """Return unit vectors (n, d) of the nouns."""
    if clip is None:
        return offline_encoder().encode_texts([template.format(noun) for noun in list_nouns()])
    words = Source(clip).words()
    return unit(np.array([words[noun] for noun in list_nouns() if noun in words]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each set."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sets", type=Path, nargs="+")
    options.add_argument("--clip", type=Path, help="folder with clip_sets; the sets are CLIP's")
    options.add_argument("--template", default=TEMPLATE, help="of the offline encoder's nouns")
    given = options.parse_args(arguments)
    mean = nouns_of(given.clip, given.template).mean(axis=0)
    for path in given.sets:
        known = read_set(path)
        rows = [
            [
                average_precision(known.labels == name, known.vectors @ (prompt - share * mean))
                for share in SHARES
            ]
            for name, prompt in zip(known.concepts, known.prompts, strict=True)
        ]
        print(path.stem, *(f"{share:6.2f}" for share in SHARES))
        for name, row in zip(
            [*known.concepts, "mean"], [*rows, np.mean(rows, axis=0)], strict=True
        ):
            print(f"  {name:24.24s}", *(f"{ap:6.3f}" for ap in row))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
