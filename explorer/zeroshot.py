"""Classify photos by class names, score the templates, measure what corrections do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifier.classes import (
    ClassHeads,
    accuracy,
    class_heads,
    confusion,
    decide_classes,
    refit_heads,
)
from classifier.errors import ClassifierError
from encoder import Encoder
from explorer.remembered import encode_texts

TEMPLATES = ("a photo of a {}", "this is a drawing of a {}", "{}")
NONE = "none of these"  # what photos of no class are called
MOST = 20_000
SEEDS = 4


@dataclass(frozen=True)
class Photos:
    """Photos to classify: ids, vectors (n, d), and their known labels, "" where unknown.

    `of` is how many photos they are drawn from at random; 0 where they are all there are.
    """

    ids: list[str]
    vectors: np.ndarray
    labels: list[str]
    of: int = 0


def heads_of(names: Sequence[str], templates: Sequence[str], encoder: Encoder) -> ClassHeads:
    """Encode every name in every template; `_` in a name is read as a space.

    Raises:
        ClassifierError: a template without {}, or a class that is called as no class is.
    """
    if NONE in names:
        raise ClassifierError(f"photos of no class are {NONE!r}: give the class another name")
    for template in templates:
        if "{}" not in template:
            raise ClassifierError(f"the template {template!r} needs {{}} where the name goes")
    filled = [t.replace("{}", name.replace("_", " ")) for t in templates for name in names]
    vectors = encode_texts(encoder, filled).reshape(len(templates), len(names), encoder.dim)
    return class_heads(
        names, vectors, scale=encoder.logit_scale, encoder=encoder.name, templates=templates
    )


def truth_of(labels: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return (n,) the row number of each label among the names, -1 for others."""
    at = {name: number for number, name in enumerate(names)}
    return np.array([at.get(label, -1) for label in labels], dtype=np.int64)


def read(collection: Any, prefix: str, most: int = MOST) -> Photos:
    """Read the photos of a collection whose ids start with a prefix; of a large one a sample."""
    found = collection.sample(most, seed=0, with_vectors=True)
    rows = {row["id"]: row["label"] for row in collection.photos(found.ids)}
    kept = [at for at, photo in enumerate(found.ids) if photo.startswith(prefix)]
    ids = [found.ids[at] for at in kept]
    total = collection.count() if len(found.ids) == most else len(found.ids)
    labels = [rows.get(photo) or "" for photo in ids]
    return Photos(ids, found.vectors[kept], labels, total if total > len(found.ids) else 0)


def describe_sample(photos: Photos) -> str:
    """Say that photos are a sample, where they are one."""
    if not photos.of:
        return ""
    return (
        f"These are {len(photos.ids):,} photos of a random sample of a collection of "
        f"{photos.of:,}; predictions are exported for every photo."
    )


def measure_corrections(
    heads: ClassHeads, photos: Photos, truth: np.ndarray
) -> list[dict[str, float]]:
    """Correct some of the mistakes and measure the accuracy on the photos left alone."""
    wrong = np.flatnonzero(
        (decide_classes(heads.probabilities(photos.vectors), 0) != truth) & (truth >= 0)
    )
    results = []
    for count in (5, 10, 20, 40):
        pairs = []
        for seed in range(SEEDS if len(wrong) > count else 0):
            picked = np.random.default_rng(seed).permutation(wrong)[:count]
            rest = np.setdiff1d(np.arange(len(truth)), picked)
            vectors = photos.vectors[rest]
            fitted = refit_heads(heads, photos.vectors[picked], truth[picked], vectors)
            pairs.append(
                [
                    accuracy(decide_classes(h.probabilities(vectors), 0), truth[rest])
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
    chosen = decide_classes(probabilities, 0)
    single = {
        template: accuracy(
            decide_classes(heads_of(names, [template], encoder).probabilities(photos.vectors), 0),
            truth,
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
