"""How fast pictures come to a training from Lance, from a folder of JPEGs and from tars.

`python -m tuning.benchmark.loading [--pictures 4000] [--side 256] [--workers 2] [--json]`

The same JPEGs in all three, in random order, decoded and prepared for a model of 224 pixels by the
same code: by index from Lance and from the folder; from the tars as webdataset streams them, in the
order of shards and a buffer shuffled. Each is read once to warm up and then twice; the best counts.
"""

import io
import json
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch.utils.data import DataLoader
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from commandline import Parser, positive, run_program
from encoder.preparation import Preparation
from tuning.benchmark.jpegs import Folder, draw_jpegs, write_folder, write_lance
from tuning.captions.dataset import Pictures, open_pictures
from tuning.models.feed import Feed

BATCH = 64
SHARD = 500  # pictures of a tar
BUFFER = 1_000  # pictures that webdataset shuffles among
ROUNDS = 2


class Prepare:
    """Decodes and prepares one picture of a tar; pickled to workers."""

    def __init__(self, preparation: Preparation) -> None:
        self._preparation = preparation

    def __call__(self, sample: dict[str, Any]) -> np.ndarray:
        """Return the pixels of a sample."""
        return self._preparation.prepare(Image.open(io.BytesIO(sample["jpg"])))


def write_all(root: Path, n: int, side: int) -> tuple[Pictures, Folder, str]:
    """Write the same pictures into a data set, a folder and tars."""
    images = draw_jpegs(n, side)
    write_lance(root / "data.lance", images)
    for shard in range(0, n, SHARD):
        with tarfile.open(root / f"{shard // SHARD:05}.tar", "w") as tar:
            for number in range(shard, min(shard + SHARD, n)):
                about = tarfile.TarInfo(f"{number:06}.jpg")
                about.size = len(images[number])
                tar.addfile(about, io.BytesIO(images[number]))
    folder = Folder(write_folder(root / "folder", images), n)
    last = (n - 1) // SHARD
    return open_pictures(root / "data.lance"), folder, f"{root}/{{00000..{last:05}}}.tar"


def measure(n: int, side: int, workers: int) -> dict[str, Any]:
    """Return pictures a second from each."""
    preparation = Preparation("CLIP's", CLIPImageProcessorPil())
    with tempfile.TemporaryDirectory() as held:
        pictures, folder, tars = write_all(Path(held), n, side)
        order = np.random.default_rng(1).permutation(len(pictures.rows))
        from_lance = Feed(pictures.reader, preparation, workers)
        from_folder = Feed(folder, preparation, workers)
        ways: dict[str, Callable[[], Iterator[Any]]] = {
            "lance": lambda: from_lance.batches(order, BATCH),
            "folder": lambda: from_folder.batches(order, BATCH),
            "webdataset": lambda: iter(stream_tars(tars, preparation, workers)),
        }
        return {
            "pictures": n,
            "workers": workers,
            "per_second": {name: round(n / _best(way), 1) for name, way in ways.items()},
        }


def stream_tars(tars: str, preparation: Preparation, workers: int) -> Any:
    """Read the tars as webdataset does."""
    import webdataset as wds

    shards = wds.WebDataset(tars, shardshuffle=100, seed=0, empty_check=False)
    samples = shards.shuffle(BUFFER).map(Prepare(preparation)).batched(BATCH)
    return DataLoader(
        samples,
        batch_size=None,
        num_workers=workers,
        multiprocessing_context="spawn" if workers else None,
    )


def _best(way: Callable[[], Iterator[Any]]) -> float:
    seconds = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        for _batch in way():
            pass
        seconds.append(time.perf_counter() - began)
    return min(seconds[1:])


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0 done, 2 bad usage."""
    parser = Parser("python -m tuning.benchmark.loading", description=__doc__)
    parser.add_argument("--pictures", type=positive, default=4_000)
    parser.add_argument("--side", type=positive, default=256, help="pixels of a picture")
    parser.add_argument("--workers", type=int, default=0, help="processes that read")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options = parser.parse_args(arguments)
    found = measure(options.pictures, options.side, options.workers)
    if options.json:
        print(json.dumps(found))
        return 0
    for name, rate in found["per_second"].items():
        print(f"{name:12s} {rate:8.1f} pictures/s")
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main))
