"""Build the sets that docs/measurements/tuning.md reports on, from files beside the checkout.

`python -m tests.tuning.sets ../shared/data OUT`

coloured.npz: photographs of clothes through the offline encoder, 49 classes of a kind of clothes in
one group of colours, told from the pixels in the middle. clothes.npz: the same in their ten kinds.
made_up.npz: 8,000 vectors of 49 classes around CLIP's text vectors, with the noise of real photos.
"""

import argparse
import colorsys
import csv
from pathlib import Path

import numpy as np
from PIL import Image

from tests.classifier.development_sets import Labelled, Source, _noise, offline_encoder, unit

CLASSES, PHOTOS = 49, 8_000
GAIN, TILT = 0.2, 0.3


def coloured(source: Source) -> Labelled:
    """Split the kinds of clothes by colour and keep the 49 largest classes."""
    folder, clothes = source.data / "clothing", source.clothes()
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        files = [row["file"] for row in csv.DictReader(file)]
    within = folder if (folder / files[0]).exists() else folder / "images"
    groups = [colour_group(within / name) for name in files]
    names = np.array([" ".join(pair) for pair in zip(groups, clothes.labels, strict=True)])
    every, counts = np.unique(names, return_counts=True)
    kept = every[np.argsort(-counts, kind="stable")][:CLASSES]
    rows = np.isin(names, kept)
    prompts = offline_encoder().encode_texts([f"a photo of a {name}" for name in kept])
    return Labelled(clothes.vectors[rows], names[rows], kept.tolist(), prompts)


def colour_group(path: Path) -> str:
    """Name the colour of a picture's middle: black, white, grey, warm or cool."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    box = (0.35 * width, 0.35 * height, 0.65 * width, 0.65 * height)
    middle = np.asarray(picture.crop(box).resize((16, 16)))
    hue, saturation, value = colorsys.rgb_to_hsv(*np.median(middle.reshape(-1, 3), axis=0) / 255)
    if value < 0.25:
        return "black"
    if saturation < 0.18:
        return "white" if value > 0.65 else "grey"
    return "warm" if hue < 70 / 360 or hue >= 300 / 360 else "cool"


def made_up(source: Source) -> Labelled:
    """Draw photos of 49 classes around CLIP's text vectors, as hard as a class of near meanings."""
    fashion, words = source.fashion(), source.words()
    random = np.random.default_rng(0)
    names = np.array(sorted(words))
    texts = unit(np.array([words[name] for name in names]))
    shared = texts.mean(0)
    chosen = random.permutation(len(names))[:CLASSES]
    off = unit(texts - shared)[chosen]
    centres = unit(off + TILT * unit(random.normal(size=off.shape)))
    drawn = random.integers(0, CLASSES, PHOTOS)
    length = np.linalg.norm(texts[chosen] - shared, axis=1).mean()
    noise = random.normal(size=(PHOTOS, texts.shape[1])) @ _noise(fashion).T
    vectors = unit(fashion.vectors.mean(0) + GAIN * length * centres[drawn] + 1.1 * noise)
    return Labelled(vectors, names[chosen[drawn]], names[chosen].tolist(), texts[chosen])


def main() -> None:
    """Write the sets."""
    parser = argparse.ArgumentParser("python -m tests.tuning.sets", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    source = Source(options.data)
    options.out.mkdir(parents=True, exist_ok=True)
    source.clothes().save(options.out / "clothes.npz")
    coloured(source).save(options.out / "coloured.npz")
    made_up(source).save(options.out / "made_up.npz")


if __name__ == "__main__":
    main()
