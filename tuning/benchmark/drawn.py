"""Drawn scenes with captions, and backbones small enough to learn them on two cores."""

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
from PIL import Image, ImageDraw
from transformers import BertConfig, BertTokenizer, ResNetConfig, ViTImageProcessorPil

COLOURS = {
    "red": (220, 40, 40), "green": (40, 170, 60), "blue": (50, 80, 220), "yellow": (230, 210, 50),
    "white": (245, 245, 245), "purple": (140, 50, 170), "orange": (240, 140, 30),
    "cyan": (60, 200, 210),
}  # fmt: skip
SHAPES = ("square", "circle", "triangle", "cross", "ring")
SIDE = 64
LONGEST = 16  # tokens of a caption
SCHEMA = pa.schema([("image", pa.binary()), ("captions", pa.list_(pa.string()))])

Thing = tuple[str, str]
Scene = tuple[Thing, Thing, bool]


def choose_scenes(n: int, seed: int) -> list[Scene]:
    """Choose n scenes, no two alike: two things, the first above the second or left of it."""
    things = list(itertools.product(COLOURS, SHAPES))
    pairs = itertools.permutations(things, 2)
    every = [(one, other, above) for one, other in pairs for above in (True, False)]
    chosen = np.random.default_rng(seed).permutation(len(every))[:n]
    return [every[number] for number in chosen]


def describe(scene: Scene) -> list[str]:
    """Say what a scene shows, from either thing."""
    (one, other), above = (" ".join(thing) for thing in scene[:2]), scene[2]
    there, back = ("above", "below") if above else ("left of", "right of")
    return [f"a {one} {there} a {other}", f"a {other} {back} a {one}"]


def draw(scene: Scene, random: np.random.Generator) -> bytes:
    """Draw a scene as PNG; place, size and shade vary."""
    image = Image.new("RGB", (SIDE, SIDE), tuple(random.integers(0, 60, 3).tolist()))
    one, other, above = scene
    for thing, first in ((one, True), (other, False)):
        along, across = (16 if first else 48), 32
        centre = (across, along) if above else (along, across)
        x, y = (centre + random.integers(-5, 6, 2)).tolist()
        _draw_thing(ImageDraw.Draw(image), thing, x, y, int(random.integers(8, 13)), random)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _draw_thing(
    pen: ImageDraw.ImageDraw, thing: Thing, x: int, y: int, r: int, random: np.random.Generator
) -> None:
    colour, shape = thing
    shade = np.clip(COLOURS[colour] + random.integers(-15, 16, 3), 0, 255).tolist()
    fill = (int(shade[0]), int(shade[1]), int(shade[2]))
    box = (x - r, y - r, x + r, y + r)
    if shape == "square":
        pen.rectangle(box, fill=fill)
    elif shape == "circle":
        pen.ellipse(box, fill=fill)
    elif shape == "ring":
        pen.ellipse(box, outline=fill, width=r // 3)
    elif shape == "triangle":
        pen.polygon(((x, y - r), (x - r, y + r), (x + r, y + r)), fill=fill)
    else:
        pen.rectangle((x - r, y - r // 3, x + r, y + r // 3), fill=fill)
        pen.rectangle((x - r // 3, y - r, x + r // 3, y + r), fill=fill)


def write_scenes(path: Path, n: int, seed: int = 0) -> Path:
    """Write n drawn scenes as a data set; every picture held out is a combination never seen."""
    random = np.random.default_rng(seed)

    def batches() -> Iterator[pa.RecordBatch]:
        for scene in choose_scenes(n, seed):
            row = {"image": draw(scene, random), "captions": describe(scene)}
            yield pa.RecordBatch.from_pylist([row], SCHEMA)

    lance.write_dataset(pa.RecordBatchReader.from_batches(SCHEMA, batches()), str(path))
    return path


def write_backbones(folder: Path, width: int = 32) -> tuple[str, str]:
    """Save the configurations of a small ResNet and a small BERT, without weights.

    Args:
        width: of their first layers.

    Returns:
        Their folders.
    """
    vision, text = folder / "vision", folder / "text"
    ResNetConfig(
        embedding_size=width,
        hidden_sizes=[width, 2 * width, 4 * width],
        depths=[1, 1, 1],
        layer_type="basic",
    ).save_pretrained(vision)
    ViTImageProcessorPil(size={"height": SIDE, "width": SIDE}).save_pretrained(vision)
    words = ["a", "above", "below", "left", "right", "of", *COLOURS, *SHAPES]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    numbers = {word: number for number, word in enumerate(vocabulary)}
    BertTokenizer(vocab=numbers, model_max_length=LONGEST).save_pretrained(text)
    BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=4 * width,
        max_position_embeddings=LONGEST,
    ).save_pretrained(text)
    return str(vision), str(text)
