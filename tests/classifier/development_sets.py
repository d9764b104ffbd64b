"""Build the sets that docs/measurements/learning.md reports on, from files beside the checkout.

`python -m tests.classifier.development_sets ../shared/data OUT [--only NAME ..] [--limit N]`

Some sets are awkward on purpose: few photos of a concept, wrong words, another space. Everything is
drawn from fixed seeds; the pictures go through the offline encoder.
"""

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from encoder import Encoder, load_encoder

THINNED = (500, 200, 100, 60, 40, 30, 25, 20, 15, 12)
"""Photos that a thinned set keeps of each class, at most, in a random order of the classes."""
CLOTHES = {
    "longsleeve": "long sleeve shirt",
    "outwear": "jacket",
    "pants": "pair of pants",
    "shoes": "pair of shoes",
    "shorts": "pair of shorts",
}
"""What a class of the clothes is called where its folder name is no English."""
WRONG_WORDS = {
    "Shirts": "jersey",
    "Jeans": "tights_(clothing)",
    "Skirts": "ballet_skirt",
    "Tops": "aerosol_can",
}


@dataclass(frozen=True, eq=False)
class Labelled:
    """Vectors (n, d), labels (n,), concepts (m,) and their prompts (m, d)."""

    vectors: np.ndarray
    labels: np.ndarray
    concepts: Sequence[str]
    prompts: np.ndarray

    def rows(self, keep: Any) -> "Labelled":
        """Keep some photos, by row number."""
        return Labelled(self.vectors[keep], self.labels[keep], self.concepts, self.prompts)

    def save(self, path: Path) -> None:
        """Write the form that `python -m classifier.benchmark` reads."""
        np.savez(
            path,
            ids=np.array([f"p{row:06}" for row in range(len(self.vectors))]),
            vectors=self.vectors.astype(np.float32),
            labels=np.asarray(self.labels, dtype=np.str_),
            concepts=np.asarray(self.concepts, dtype=np.str_),
            prompts=unit(self.prompts).astype(np.float32),
        )


def unit(rows: np.ndarray) -> np.ndarray:
    """Scale the rows of (n, d) to length one; rows of zeros stay."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


@dataclass(frozen=True)
class Source:
    """Where the pictures and vectors are, and how many pictures of a folder to encode."""

    data: Path
    limit: int | None = None
    templates: tuple[str, ...] = ("a photo of a {}",)

    def clothes(self) -> Labelled:
        """2,000 photographs of clothes."""
        return self._encoded(self.data / "clothing", "label", CLOTHES, self.templates)

    def drawings(self) -> Labelled:
        """234 drawings of animals."""
        return self._encoded(self.data / "sample_cartoons", "class", {}, ("a drawing of a {}",))

    def fashion(self) -> Labelled:
        """Clothes as CLIP sees them."""
        with np.load(self.data / "clip_sets/fashion_dev.npz") as file:
            return Labelled(*(file[k] for k in ("vectors", "labels", "concepts", "prompts")))

    def words(self) -> dict[str, np.ndarray]:
        """CLIP's text vectors of the LVIS names."""
        with np.load(self.data / "clip_sets/clip_text_lvis.npz") as file:
            return dict(zip(file["names"].tolist(), file["vectors"].astype(float), strict=True))

    def _encoded(
        self, folder: Path, column: str, called: dict[str, str], templates: Sequence[str]
    ) -> Labelled:
        with (folder / "labels.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if self.limit:
            rows = rows[:: max(len(rows) // self.limit, 1)][: self.limit]
        labels = np.array([row[column] for row in rows])
        concepts = sorted(set(labels.tolist()))
        names = [called.get(name, name.replace("_", " ")) for name in concepts]
        encoder = offline_encoder()
        filled = [encoder.encode_texts([t.format(name) for name in names]) for t in templates]
        vectors = _pictures(folder, tuple(row["file"] for row in rows))
        return Labelled(vectors, labels, concepts, np.mean(filled, axis=0))


@cache
def offline_encoder() -> Encoder:
    return load_encoder("offline")


@cache
def _pictures(folder: Path, files: tuple[str, ...]) -> np.ndarray:
    within = folder if (folder / files[0]).exists() else folder / "images"
    batches = []
    for start in range(0, len(files), 32):
        pictures = []
        for name in files[start : start + 32]:
            with Image.open(within / name) as picture:
                picture.load()
                pictures.append(picture)
        batches.append(offline_encoder().encode_images(pictures))
    return np.concatenate(batches)


def thinned(whole: Labelled, sizes: Sequence[int], seed: int) -> Labelled:
    """Keep few photos of most concepts, all of what belongs to none."""
    random = np.random.default_rng(seed)
    keep = np.flatnonzero(~np.isin(whole.labels, whole.concepts)).tolist()
    for size, name in zip(sizes, random.permutation(list(whole.concepts)), strict=False):
        keep += random.permutation(np.flatnonzero(whole.labels == name))[:size].tolist()
    return whole.rows(keep)


def looks(clothes: Labelled) -> Labelled:
    """Clothes without words: the visual half alone, prompts mostly noise."""
    random = np.random.default_rng(1)
    vectors = unit(clothes.vectors[:, -128:] + 0.1)  # off the centre, as real encoders are
    aside = unit(random.normal(size=(len(clothes.concepts), 128)))
    means = [vectors[clothes.labels == name].mean(0) for name in clothes.concepts]
    prompts = 0.3 * unit(np.array(means) - vectors.mean(0)) + 0.5 * aside + 0.9 * aside[:1]
    return Labelled(vectors, clothes.labels, clothes.concepts, prompts)


def without_copies(whole: Labelled) -> Labelled:
    """Keep the first of photos that are all but the same."""
    keep: list[int] = []
    for row, likeness in enumerate(whole.vectors @ whole.vectors.T):
        if not keep or likeness[keep].max() < 0.999:
            keep.append(row)
    return whole.rows(keep)


def made_up(source: Source, seed: int, photos: int, *, gain: float, tilt: float) -> Labelled:
    """Draw vectors around 300 of CLIP's text vectors, with the noise of real pictures.

    `gain` says how far the classes lie apart, `tilt` how far a class lies off its words.
    """
    fashion, words = source.fashion(), source.words()
    random = np.random.default_rng(seed)
    names = random.permutation(sorted(words))[:300]
    texts = unit(np.array([words[name] for name in names]))
    shared = unit(np.array(list(words.values()))).mean(0)
    share = 1 / np.arange(1, 301) ** 0.7
    drawn = random.choice(300, photos, p=share / share.sum())
    centres = unit(unit(texts - shared) + tilt * unit(random.normal(size=texts.shape)))
    length = np.linalg.norm(texts - shared, axis=1).mean()
    noise = random.normal(size=(photos, texts.shape[1])) @ _noise(fashion).T
    vectors = unit(fashion.vectors.mean(0) + gain * length * centres[drawn] + 1.1 * noise)
    asked = [2, 5, 10, 20, 40, 80, 150, 250]
    return Labelled(vectors, names[drawn], names[asked].tolist(), texts[asked])


def many_classes(source: Source, seed: int, *, families: bool) -> Labelled:
    """Draw 100 classes of 20 to 100 photos around CLIP's text vectors, twelve of them asked for.

    With `families` the classes come in tens of near meanings, told apart with more trouble.
    """
    fashion, words = source.fashion(), source.words()
    random = np.random.default_rng(seed)
    names = np.array(sorted(words))
    texts = unit(np.array([words[name] for name in names]))
    shared = texts.mean(0)
    chosen = random.permutation(len(names))[:100]
    if families:
        chosen = _families(unit(texts - shared), random)
    drawn = np.repeat(np.arange(100), random.integers(20, 101, 100))
    gain, tilt = (0.3, 0.3) if families else (0.27, 0.35)
    off = unit(texts - shared)[chosen]
    centres = unit(off + tilt * unit(random.normal(size=off.shape)))
    length = np.linalg.norm(texts[chosen] - shared, axis=1).mean()
    noise = random.normal(size=(len(drawn), texts.shape[1])) @ _noise(fashion).T
    vectors = unit(fashion.vectors.mean(0) + gain * length * centres[drawn] + 1.1 * noise)
    asked = chosen[::9]
    return Labelled(vectors, names[chosen[drawn]], names[asked].tolist(), texts[asked])


def _families(meanings: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Choose 100 rows of (n, d) unit `meanings`: ten at random, each with its nine nearest."""
    chosen: list[int] = []
    for root in random.permutation(len(meanings)):
        if len(chosen) < 100 and root not in chosen:
            near = np.argsort(-(meanings @ meanings[root]), kind="stable")
            chosen += [row for row in near if row not in chosen][:10]
    return np.array(chosen)


def _noise(real: Labelled) -> np.ndarray:
    """Root (d, d) of the covariance within classes, half of it spread over all dimensions."""
    groups = [real.vectors[real.labels == name] for name in np.unique(real.labels)]
    away = np.concatenate([group - group.mean(0) for group in groups]).astype(float)
    within, dim = away.T @ away / len(away), away.shape[1]
    return np.linalg.cholesky(0.5 * within + 0.5 * np.eye(dim) * np.trace(within) / dim)


def wrong_words(source: Source) -> Labelled:
    """The CLIP clothes, asked for with words of something else."""
    whole, words = source.fashion(), source.words()
    prompts = np.array([words[WRONG_WORDS[name]] for name in whole.concepts])
    return Labelled(whole.vectors, whole.labels, whole.concepts, prompts)


SETS: dict[str, Callable[[Source], Labelled]] = {
    "clothing": Source.clothes,
    "clothing_rare1": lambda source: thinned(source.clothes(), THINNED, 5),
    "clothing_rare2": lambda source: thinned(source.clothes(), THINNED, 6),
    "clothing_looks": lambda source: looks(source.clothes()),
    "drawings": Source.drawings,
    "fashion_wrong_words": wrong_words,
    "fashion_without_copies": lambda source: without_copies(source.fashion()),
    "fashion_rare": lambda source: thinned(source.fashion(), (300, 60, 25, 12), 7),
    "made_up": lambda source: made_up(source, 0, 4000, gain=0.45, tilt=0.6),
    "made_up_poor_words": lambda source: made_up(source, 1, 4000, gain=0.35, tilt=1.0),
    "made_up_good_words": lambda source: made_up(source, 2, 4000, gain=0.4, tilt=0.3),
    "many_classes": lambda source: many_classes(source, 3, families=False),
    "many_classes2": lambda source: many_classes(source, 5, families=False),
    "fine_classes": lambda source: many_classes(source, 4, families=True),
    "fine_classes2": lambda source: many_classes(source, 6, families=True),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sets asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, help="folder with clothing, sample_cartoons, clip_sets")
    options.add_argument("out", type=Path)
    options.add_argument("--only", nargs="+", choices=SETS, default=list(SETS))
    options.add_argument("--limit", type=int, help="pictures of a folder, for a quick try")
    options.add_argument("--template", action="append", help="with {}; several are averaged")
    given = options.parse_args(arguments)
    source = Source(given.data, given.limit, tuple(given.template or Source.templates))
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.only:
        made = SETS[name](source)
        made.save(given.out / f"{name}.npz")
        print(f"{name}: {len(made.vectors)} photos, {len(made.concepts)} concepts")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
