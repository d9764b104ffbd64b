"""The stages of an ingest, each measured alone and together, on pictures served from here."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from encoder import Encoder
from encoder.protocol import Pixels, Vectors
from encoder.random_clip import save_random_clip
from encoder.vision import unit
from ingest.benchmark.commands import command
from ingest.decode import decode
from ingest.options import Options
from ingest.photo import Photo
from ingest.pipeline import ENCODERS
from ingest.run import run
from vecdb import Store, connect

ONE_LAYER = {"num_hidden_layers": 1}
KNOWN = 25_000


def shares(busy: dict[str, float]) -> dict[str, float]:
    """Round how busy each stage's workers were."""
    return {stage: round(share, 3) for stage, share in busy.items()}


@contextmanager
def encode_for_nothing(encoder: Encoder) -> Iterator[None]:
    """Let an encoder give random unit vectors inside the block, in no time."""

    def draw(pixels: Pixels) -> Vectors:
        generator = np.random.default_rng()
        return unit(generator.standard_normal((len(pixels), encoder.dim), np.float32))

    setattr(encoder, "encode_prepared", draw)  # noqa: B010 (mypy refuses =)
    try:
        yield
    finally:
        del encoder.encode_prepared


def decode_rate(encoder: Encoder, files: list[Path]) -> float:
    """Measure one thread from JPEG bytes to the model's input, in pictures a second."""
    bodies = [file.read_bytes() for file in files]
    started = time.perf_counter()
    for body in bodies:
        encoder.prepare(decode(body).image)
    return round(len(bodies) / (time.perf_counter() - started), 1)


@dataclass(frozen=True)
class Rate:
    """Pictures a second, and milliseconds of processor time that each took in this process.

    The second figure holds still on a machine that has other work to do.
    """

    per_second: float
    cpu_ms: float

    def shown(self) -> str:
        """Write both figures."""
        return f"{self.per_second:.1f}/s at {self.cpu_ms:.1f} ms"


@contextmanager
def measure_rate() -> Iterator[Callable[[int], Rate]]:
    """Give a function that tells the rate since the block began, for n pictures."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield lambda n: Rate(n / (time.perf_counter() - wall), (time.process_time() - cpu) * 1e3 / n)


def bare_rate(encoder: Encoder, files: list[Path], seconds: float = 8) -> Rate:
    """Measure the encoder alone, on pictures that are ready in memory."""
    ready = [encoder.prepare(decode(file.read_bytes()).image) for file in files]
    # A GPU's batch is larger than the folder, perhaps; each thread shall have full ones.
    n = max(len(ready), 2 * ENCODERS * encoder.batch)
    pixels = np.stack([ready[at % len(ready)] for at in range(n)])
    encoder.encode_prepared(pixels[: encoder.batch])
    done, started = 0, time.perf_counter()
    starts = range(0, len(pixels), encoder.batch)
    with ThreadPoolExecutor(ENCODERS) as threads, measure_rate() as rate:
        while time.perf_counter() - started < seconds:
            parts = [pixels[start : start + encoder.batch] for start in starts]
            list(threads.map(encoder.encode_prepared, parts))
            done += len(pixels)
        return rate(done)


def ingest_rate(
    source: Path | Iterator[Photo], folder: Path, encoder: str, device: str | None
) -> tuple[Rate, dict[str, float]]:
    """Ingest with the encoder loaded already; also how busy each stage was."""
    with connect(f"chdb://{folder}/db") as database, measure_rate() as rate:
        summary = run(
            source,
            table="photos",
            encoder=encoder,
            database=database,
            store=Store(folder / "store"),
            options=Options(device=device),
        )
        return rate(summary.inserted), summary.busy


def from_bytes(files: list[Path], n: int) -> Iterator[Photo]:
    """Yield n photos with their bytes: no download, every time another digest."""
    bodies = [file.read_bytes() for file in files[:n]]
    for at in range(n):
        yield Photo(f"b{at}", payload=bodies[at % len(bodies)] + str(at).encode())


@contextmanager
def gpu_use() -> Iterator[list[float]]:
    """Give a list that fills with the GPU's utilisation in per cent, where there is one."""
    line = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    percent: list[float] = []
    try:
        process = subprocess.Popen([*line, "-lms", "200"], stdout=subprocess.PIPE, text=True)
    except OSError:
        yield percent
        return
    try:
        yield percent
    finally:
        process.terminate()
        percent += [float(text) for text in process.communicate()[0].split() if text.isdigit()]


def memory(scratch: Path, names: list[str], address: str, sizes: list[int]) -> dict[str, int]:
    """Measure the peak of a process that ingests so many pictures, in MiB.

    With one layer in place of twelve, for the model's own share is the same at every size.
    """
    clip = save_random_clip(scratch / "one-layer", text=ONE_LAYER, vision=ONE_LAYER)
    peaks = {}
    for size in sizes:
        source = write_list(scratch / f"memory{size}.tsv", names, address, size, 1000 + size)
        peaks[str(size)] = command(source, scratch / f"memory{size}", str(clip))[1]
    return peaks


def resume(scratch: Path, encoder: str) -> float:
    """Time a run of the command that finds 25,000 photos stored already, in seconds."""
    ids = [f"p{i}" for i in range(KNOWN)]
    vectors = np.random.default_rng(0).normal(size=(KNOWN, 512)).astype(np.float32)
    urls = [f"http://127.0.0.1:9/{photo}" for photo in ids]
    rows = {"id": ids, "url": urls, "vector": list(vectors)}
    with connect(f"chdb://{scratch}/resume/db") as database:
        database.create_collection("photos", encoder, 512).insert(pa.table(rows), normalize=True)
    source = scratch / "resume.tsv"
    padding = "\t".join(["some text"] * 29)
    lines = [f"{photo}\t{url}\t{padding}" for photo, url in zip(ids, urls, strict=True)]
    header = "photo_id\tphoto_image_url\t" + "\t".join(f"column{i}" for i in range(29))
    source.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    command(source, scratch / "resume", encoder)  # stores the columns
    return command(source, scratch / "resume", encoder)[0]


def write_list(path: Path, names: list[str], address: str, n: int, salt: int) -> Path:
    """Write a TSV of n addresses; pictures come round again, each time with other bytes."""
    rows = [f"p{i}\t{address}/{names[i % len(names)]}?{salt}-{i}" for i in range(n)]
    path.write_text("\n".join(["photo_id\tphoto_image_url", *rows]) + "\n", "utf-8")
    return path


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own; the block gets the address."""
    line = [sys.executable, "-m", "ingest.benchmark.host", str(folder)]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
