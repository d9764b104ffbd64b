"""`python -m ingest.benchmark`: how near a whole ingest comes to its encoder alone, and its cost.

Pictures of a folder are served by a local HTTP server in a process of its own, and ingested into
embedded databases in a temporary folder. Side by side in one run: the bare encoder on pictures
that are ready, and the same pictures from their addresses to the table; then from bytes in memory,
and both again with an encoder that costs nothing, which shows what limits beside a fast one. On a
GPU take `--images 40000`, or the start of a run counts too much. With --rival PYTHON also
`clip-retrieval inference`, installed in that Python, and this project's command line, in turns on
the same folder of pictures.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa

from encoder import Encoder, EncoderError, load_encoder
from encoder.protocol import Pixels, Vectors
from encoder.random_clip import save_random_clip
from encoder.vision import unit
from ingest.benchmark_commands import beside_rival, command, keep_single_precision
from ingest.decode import decode
from ingest.photo import Photo
from ingest.pipeline import ENCODERS
from ingest.run import Options, run
from ingest.sources.folders import picture_paths
from vecdb import Store, connect

CLOTHING = Path(__file__).parents[2] / "shared" / "data" / "clothing" / "images"
ONE_LAYER = {"num_hidden_layers": 1}
READY = 256  # pictures the bare encoder is timed on
KNOWN = 25_000


def main() -> int:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m ingest.benchmark", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=CLOTHING, help="of pictures")
    parser.add_argument("--encoder", help="by default a ViT-B/32 of random weights")
    parser.add_argument("--device", help="of the encoder; by default the best there is")
    parser.add_argument("--images", type=int, default=2_000, help="ingested end to end")
    parser.add_argument("--rounds", type=int, default=3, help="of bare encoder and ingest in turn")
    parser.add_argument("--memory", type=int, nargs="*", default=[2_000, 20_000], help="images")
    parser.add_argument(
        "--fp32", action="store_true", help="in single precision, as clip-retrieval on a CPU"
    )
    parser.add_argument("--rival", help="a Python that `clip-retrieval inference` runs in")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    if not next(picture_paths(args.folder), None):
        print(f"{args.folder} holds no pictures: name a folder that does.", file=sys.stderr)
        return 2
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more.")
    if args.fp32:
        keep_single_precision()
    figures = {}
    with tempfile.TemporaryDirectory() as scratch, served(args.folder) as address:
        try:
            for name, value in measured(args, Path(scratch), address):
                figures[name] = value
                if not args.json:
                    print(f"{name:36} {value}", flush=True)
        except (RuntimeError, EncoderError, OSError) as error:
            print(error, file=sys.stderr)
            return 1
    if args.json:
        print(json.dumps(figures))
    return 0


def measured(args: argparse.Namespace, scratch: Path, address: str) -> Iterator[tuple[str, Any]]:
    """Yield each figure with its name, as soon as it is known."""
    names = [path.relative_to(args.folder).as_posix() for path in picture_paths(args.folder)]
    name = args.encoder or str(save_random_clip(scratch / "vit-b-32"))
    encoder = load_encoder(name, device=args.device)
    ready = [args.folder / file for file in names[:READY]]
    yield "device", encoder.device
    yield "pictures", args.images
    yield "decode_images_per_second_per_thread", decode_rate(encoder, ready)
    bare, whole = [bare_rate(encoder, ready)], []
    busy: dict[str, float] = {}
    for number in range(args.rounds):
        table = listed(scratch / f"round{number}.tsv", names, address, args.images, number)
        rate, busy = ingest_rate(table, scratch / f"round{number}", name, args.device)
        whole.append(rate)
        bare.append(bare_rate(encoder, ready))
    yield "bare_encoder", [rate.shown() for rate in bare]
    yield "ingest", [rate.shown() for rate in whole]
    photos = from_bytes([args.folder / file for file in names], args.images)
    with gpu_use() as percent:
        rate, busy_on_bytes = ingest_rate(photos, scratch / "bytes", name, args.device)
    yield "ingest_from_jpeg_bytes", rate.shown()
    yield "busy_on_jpeg_bytes", shares(busy_on_bytes)
    if percent:
        yield "gpu_utilisation_percent", round(float(np.mean(percent)), 1)
    # Each ingest against the mean of the bare runs before and after it: the machine has moods.
    pairs = list(zip(bare, whole, bare[1:], strict=False))
    rates = [2 * w.per_second / (a.per_second + b.per_second) for a, w, b in pairs]
    times = [(a.cpu_ms + b.cpu_ms) / (2 * w.cpu_ms) for a, w, b in pairs]
    yield "ingest_to_bare_encoder", round(median(rates), 3)
    yield "same_by_processor_time", round(median(times), 3)
    yield "busy", shares(busy)
    sources: dict[str, Path | Iterator[Photo]] = {
        "addresses": listed(scratch / "free.tsv", names, address, args.images, args.rounds),
        "jpeg_bytes": from_bytes([args.folder / file for file in names], args.images),
    }
    for kind, source in sources.items():
        with encoding_for_nothing(encoder):
            rate, busy = ingest_rate(source, scratch / f"free-{kind}", name, args.device)
        yield f"encoding_for_nothing_{kind}", rate.shown()
        yield f"busy_then_{kind}", shares(busy)
    yield "resume_seconds", round(resume(scratch, name), 2)
    yield "peak_memory_mib", memory(scratch, names, address, args.memory)
    if args.rival:
        files = [args.folder / file for file in names]
        yield (
            "beside_clip_retrieval",
            beside_rival(scratch, files, name, args.rival, fp32=args.fp32),
        )


def shares(busy: dict[str, float]) -> dict[str, float]:
    """Round how busy each stage's workers were."""
    return {stage: round(share, 3) for stage, share in busy.items()}


@contextmanager
def encoding_for_nothing(encoder: Encoder) -> Iterator[None]:
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
def timed() -> Iterator[Callable[[int], Rate]]:
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
    with ThreadPoolExecutor(ENCODERS) as threads, timed() as rate:
        while time.perf_counter() - started < seconds:
            parts = [pixels[start : start + encoder.batch] for start in starts]
            list(threads.map(encoder.encode_prepared, parts))
            done += len(pixels)
        return rate(done)


def ingest_rate(
    source: Path | Iterator[Photo], folder: Path, encoder: str, device: str | None
) -> tuple[Rate, dict[str, float]]:
    """Ingest with the encoder loaded already; also how busy each stage was."""
    with connect(f"chdb://{folder}/db") as database, timed() as rate:
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
        source = listed(scratch / f"memory{size}.tsv", names, address, size, 1000 + size)
        peaks[str(size)] = command(source, scratch / f"memory{size}", str(clip))[1]
    return peaks


def resume(scratch: Path, encoder: str) -> float:
    """Time a run of the command that finds 25,000 photos stored already, in seconds."""
    ids = [f"p{i}" for i in range(KNOWN)]
    vectors = np.random.default_rng(0).normal(size=(KNOWN, 512)).astype(np.float32)
    rows = {"id": ids, "url": ["http://127.0.0.1:9/x"] * KNOWN, "vector": list(vectors)}
    with connect(f"chdb://{scratch}/resume/db") as database:
        database.create_collection("photos", encoder, 512).insert(pa.table(rows), normalize=True)
    source = scratch / "resume.tsv"
    padding = "\t".join(["some text"] * 29)
    lines = [f"{photo}\thttp://127.0.0.1:9/{photo}\t{padding}" for photo in ids]
    header = "photo_id\tphoto_image_url\t" + "\t".join(f"column{i}" for i in range(29))
    source.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return command(source, scratch / "resume", encoder)[0]


def listed(path: Path, names: list[str], address: str, n: int, salt: int) -> Path:
    """Write a TSV of n addresses; pictures come round again, each time with other bytes."""
    rows = [f"p{i}\t{address}/{names[i % len(names)]}?{salt}-{i}" for i in range(n)]
    path.write_text("\n".join(["photo_id\tphoto_image_url", *rows]) + "\n", "utf-8")
    return path


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from a process of its own; the block gets the address."""
    line = [sys.executable, "-m", "ingest.benchmark_host", str(folder)]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
