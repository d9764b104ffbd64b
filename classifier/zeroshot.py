"""`python -m classifier.zeroshot`: classify a collection by class names, and score the templates.

Prints, where the collection's labels are known, the accuracy of every template and of their
average; with --corrections also what a number of corrected mistakes do for the other photos.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifier.classes import ClassHeads, accuracy, class_heads, confusion, decided, refitted
from classifier.errors import ClassifierError
from encoder import Encoder, EncoderError, load_encoder
from vecdb import VecdbError, connect

TEMPLATES = ("a photo of a {}", "this is a drawing of a {}", "{}")
MOST = 20_000
SEEDS = 4


@dataclass(frozen=True)
class Photos:
    """Photos to classify: ids, vectors (n, d), and their known labels, "" where unknown."""

    ids: list[str]
    vectors: np.ndarray
    labels: list[str]


def heads_of(names: Sequence[str], templates: Sequence[str], encoder: Encoder) -> ClassHeads:
    """Encode every name in every template; `_` in a name is read as a space.

    Raises:
        ClassifierError: a template without {}.
    """
    for template in templates:
        if "{}" not in template:
            raise ClassifierError(f"the template {template!r} needs {{}} where the name goes")
    filled = [[t.replace("{}", name.replace("_", " ")) for name in names] for t in templates]
    vectors = [encoder.encode_texts(phrases) for phrases in filled]
    return class_heads(
        names, vectors, scale=encoder.logit_scale, encoder=encoder.name, templates=templates
    )


def truth_of(labels: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return (n,) the row number of each label among the names, -1 for others."""
    at = {name: number for number, name in enumerate(names)}
    return np.array([at.get(label, -1) for label in labels], dtype=np.int64)


def read(collection: Any, prefix: str, most: int = MOST) -> Photos:
    """Read the photos of a collection whose ids start with a prefix; of a large one a sample."""
    found = collection.sample_hits(most, seed=0, with_vectors=True)
    rows = {row["id"]: row["label"] for row in collection.photos(found.ids)}
    kept = [at for at, photo in enumerate(found.ids) if photo.startswith(prefix)]
    ids = [found.ids[at] for at in kept]
    return Photos(ids, found.vectors[kept], [rows.get(photo, "") for photo in ids])


def corrections(heads: ClassHeads, photos: Photos, truth: np.ndarray) -> list[dict[str, float]]:
    """Correct some of the mistakes and measure the accuracy on the photos left alone."""
    wrong = np.flatnonzero(
        (decided(heads.probabilities(photos.vectors), 0) != truth) & (truth >= 0)
    )
    results = []
    for count in (5, 10, 20, 40):
        pairs = []
        for seed in range(SEEDS if len(wrong) > count else 0):
            picked = np.random.default_rng(seed).permutation(wrong)[:count]
            rest = np.setdiff1d(np.arange(len(truth)), picked)
            vectors = photos.vectors[rest]
            fitted = refitted(heads, photos.vectors[picked], truth[picked], vectors)
            pairs.append(
                [
                    accuracy(decided(h.probabilities(vectors), 0), truth[rest])
                    for h in (heads, fitted)
                ]
            )
        if pairs:
            before, after = np.mean(pairs, axis=0)
            results.append(
                {"corrected": count, "before": round(before, 4), "after": round(after, 4)}
            )
    return results


def report(
    names: list[str], templates: list[str], photos: Photos, encoder: Encoder
) -> dict[str, Any]:
    """Classify; return accuracy per template and of their average, and the confusion table."""
    truth = truth_of(photos.labels, names)
    heads = heads_of(names, templates, encoder)
    probabilities = heads.probabilities(photos.vectors)
    chosen = decided(probabilities, 0)
    single = {
        template: accuracy(
            decided(heads_of(names, [template], encoder).probabilities(photos.vectors), 0), truth
        )
        for template in templates
    }
    return {
        "encoder": encoder.name,
        "photos": len(photos.ids),
        "labelled": int((truth >= 0).sum()),
        "accuracy": round(accuracy(chosen, truth), 4),
        "accuracy_per_template": {name: round(value, 4) for name, value in single.items()},
        "counts": {name: int((chosen == at).sum()) for at, name in enumerate(names)},
        "confusion": confusion(chosen, truth, len(names))[:, : len(names)].tolist(),
        "classes": names,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 done, 1 not possible, 2 bad usage."""
    parser = argparse.ArgumentParser(prog="python -m classifier.zeroshot", description=__doc__)
    parser.add_argument("--classes", nargs="+", help="names; without it the collection's labels")
    parser.add_argument("--collection", default=os.environ.get("VECDB_TABLE", "unsplash_25k"))
    parser.add_argument("--template", action="append", help="with {} for the name; repeatable")
    parser.add_argument("--prefix", default="", help="only photos whose ids start with this")
    parser.add_argument("--dsn", help="the database; without it VECDB_DSN, else ./data/chdb")
    parser.add_argument("--corrections", action="store_true", help="also refit to corrections")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        with connect(options.dsn) as database:
            collection = database.collection(options.collection)
            photos = read(collection, options.prefix)
            encoder = load_encoder(collection.encoder)
        names = options.classes or sorted({label for label in photos.labels if label})
        templates = options.template or list(TEMPLATES)
        result = report(names, templates, photos, encoder)
        if options.corrections:
            heads = heads_of(names, templates, encoder)
            truth = truth_of(photos.labels, names)
            result["corrections"] = corrections(heads, photos, truth)
    except (VecdbError, EncoderError, ClassifierError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result) if options.json else said(result))
    return 0


def said(result: dict[str, Any]) -> str:
    """Say the report in lines."""
    known = f"{result['labelled']} with a known class, encoder {result['encoder']}"
    lines = [f"{result['photos']} photos, {known}"]
    if result["labelled"]:
        for name, value in result["accuracy_per_template"].items():
            lines.append(f"{value:6.1%}  {name}")
        lines.append(f"{result['accuracy']:6.1%}  all templates averaged")
    lines += [f"{count:6}  {name}" for name, count in result["counts"].items()]
    for row in result.get("corrections", ()):
        change = f"{row['before']:.1%} -> {row['after']:.1%}"
        lines.append(f"{row['corrected']} mistakes corrected: the others {change}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
