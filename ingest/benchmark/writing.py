"""What the one writing thread of an ingest takes: photos that are decoded and encoded already.

`python -m ingest.benchmark.writing [--photos 20000] [--thumbnail 15000] [--json]` prints photos a
second, and milliseconds of processor time a photo, of the whole stage and of each thing that it
does, each alone.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from commandline import Parser, run_program
from ingest.benchmark.stages import Rate, measure_rate
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.neighbours import Neighbours
from ingest.photo import Photo
from ingest.pipeline import WRITTEN
from ingest.progress import Tally
from ingest.rows import Item, stack_vectors, table
from ingest.writer import Writer
from vecdb import Database, Store, connect

DIM = 512
Batches = Sequence[list[Item]]


def make_batches(photos: int, thumbnail: int, start: int) -> Batches:
    """Return photos as the encoding stage leaves them: clustered vectors, bytes for thumbnails."""
    rng = np.random.default_rng(start)
    centres = np.random.default_rng(0).normal(size=(500, DIM))
    vectors = 0.8 * centres[rng.integers(0, 500, photos)] + rng.normal(size=(photos, DIM))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    items = [
        Item(
            Photo(f"p{start + at:09}", f"https://example.org/{start + at}.jpg"),
            width=640,
            height=480,
            digest=hashlib.sha256(f"{start + at}".encode()).hexdigest(),
            thumbnail=rng.bytes(thumbnail),
            vector=vector,
        )
        for at, vector in enumerate(vectors.astype(np.float32))
    ]
    return [items[at : at + WRITTEN] for at in range(0, photos, WRITTEN)]


def rate(act: Callable[[list[Item]], object], batches: Batches) -> Rate:
    """Measure what is done to every batch."""
    with measure_rate() as told:
        for batch in batches:
            act(batch)
        return told(sum(map(len, batches)))


def measure_writer(
    database: Database, store: Store, photos: int, thumbnail: int
) -> dict[str, Rate]:
    """Return the rates of the stage and of its parts, into collections of their own."""
    whole = database.create_collection("whole", "none", DIM)
    parts = database.create_collection("parts", "none", DIM)
    failures = Failures(database, "whole")
    writer = Writer(whole, store, failures, Tally(), lambda text: None, FailureList(None))
    near = Neighbours(parts)
    batches = make_batches(photos, thumbnail, photos)
    return {
        "whole_stage": rate(writer.write, make_batches(photos, thumbnail, 0)),
        "thumbnails": rate(
            lambda items: store.put_thumbnails(
                "parts", [(item.photo.id, item.digest, item.thumbnail) for item in items]
            ),
            batches,
        ),
        "vectors_by_digest": rate(
            lambda items: store.put_vectors(
                "none", [item.digest for item in items], stack_vectors(items)
            ),
            batches,
        ),
        "near_duplicates": rate(
            lambda items: near.note([item.photo.id for item in items], stack_vectors(items)),
            batches,
        ),
        "rows": rate(lambda items: parts.insert(table(items, [""] * len(items))), batches),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = Parser("python -m ingest.benchmark.writing", description=__doc__)
    options.add_argument("--photos", type=int, default=20_000)
    options.add_argument("--thumbnail", type=int, default=15_000, help="bytes of each")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        with connect(f"chdb://{folder}/db") as database:
            found = measure_writer(database, store, asked.photos, asked.thumbnail)
    if asked.json:
        print(
            json.dumps({"photos": asked.photos, **{name: asdict(of) for name, of in found.items()}})
        )
        return 0
    for name, of in found.items():
        print(f"{name:20} {of.per_second:9,.0f} photos a second, {of.cpu_ms:.3f} ms each")
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main))
