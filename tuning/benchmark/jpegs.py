"""Drawn JPEGs, about as many bytes as photographs have, in a folder or a Lance data set."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

DRAWN = 500  # different pictures; further ones differ from them by a few bytes at their end


@dataclass(frozen=True)
class Folder:
    """The same pictures as files, opened one by one."""

    path: Path
    count: int

    def __len__(self) -> int:
        return self.count

    def __call__(self, numbers: Sequence[int]) -> list[bytes]:
        """Return files' bytes, by number."""
        return [(self.path / f"{number:06}.jpg").read_bytes() for number in numbers]


def draw_jpegs(n: int, side: int) -> list[bytes]:
    """Draw n pictures; the digest of each is another."""
    random = np.random.default_rng(0)
    drawn = [_draw(random, side) for _ in range(min(n, DRAWN))]
    return [drawn[number % DRAWN] + number.to_bytes(4, "big") for number in range(n)]


def _draw(random: np.random.Generator, side: int) -> bytes:
    small = random.integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
    noise = random.integers(-12, 13, (side, side, 3))
    pixels = np.clip(np.asarray(image).astype(int) + noise, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=85)
    return out.getvalue()


def write_folder(folder: Path, images: Sequence[bytes]) -> Path:
    """Write pictures as files that `Folder` reads."""
    folder.mkdir()
    for number, image in enumerate(images):
        (folder / f"{number:06}.jpg").write_bytes(image)
    return folder


def write_lance(path: Path, images: Sequence[bytes]) -> Path:
    """Write pictures as a data set, each with a caption."""
    import lance
    import pyarrow as pa

    table = pa.table({"image": images, "captions": [["a picture"]] * len(images)})
    lance.write_dataset(table, str(path))
    return path
