"""`python -m ingest.benchmark`: how near a whole ingest comes to its encoder alone, and its cost.

Pictures of a folder are served by a local HTTP server in a process of its own, and ingested into
embedded databases in a temporary folder. Side by side in one run: the bare encoder on pictures
that are ready, and the same pictures from their addresses to the table; then from bytes in memory,
and both again with an encoder that costs nothing, which shows what limits beside a fast one. On a
GPU take `--images 40000`, or the start of a run counts too much. With --rival PYTHON also
`clip-retrieval inference`, installed in that Python, and this project's command line, in turns on
the same folder of pictures. With --vectors N only the import of N vectors of 512 numbers that exist
already, in clip-retrieval's layout: its time and its memory.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from commandline import Parser, positive, run_program
from encoder import EncoderError, load_encoder
from encoder.random_clip import save_random_clip
from ingest.benchmark.commands import beside_rival, keep_single_precision
from ingest.benchmark.stages import (
    bare_rate,
    decode_rate,
    encode_for_nothing,
    from_bytes,
    gpu_use,
    ingest_rate,
    memory,
    resume,
    serve,
    shares,
    write_list,
)
from ingest.benchmark.vectors import import_vectors
from ingest.errors import IngestError
from ingest.photo import Photo
from ingest.sources.folders import picture_names

CLOTHING = Path(__file__).parents[3] / "shared" / "data" / "clothing" / "images"
READY = 256  # pictures the bare encoder is timed on


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print the figures."""
    parser = Parser("python -m ingest.benchmark", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=CLOTHING, help="of pictures")
    parser.add_argument("--encoder", help="by default a ViT-B/32 of random weights")
    parser.add_argument("--device", help="of the encoder; by default the best there is")
    parser.add_argument("--images", type=int, default=2_000, help="ingested end to end")
    parser.add_argument(
        "--rounds", type=positive, default=3, help="of bare encoder and ingest in turn"
    )
    parser.add_argument(
        "--vectors", type=int, metavar="N", help="only time the import of N vectors that exist"
    )
    parser.add_argument("--memory", type=int, nargs="*", default=[2_000, 20_000], help="images")
    parser.add_argument(
        "--fp32", action="store_true", help="in single precision, as clip-retrieval on a CPU"
    )
    parser.add_argument("--rival", help="a Python that `clip-retrieval inference` runs in")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(arguments)
    if args.vectors:
        return _tell_import(args.vectors, as_json=args.json)
    if not next(picture_names(args.folder), None):
        parser.error(f"{args.folder} holds no pictures: name a folder that does")
    if args.fp32:
        keep_single_precision()
    figures = {}
    with tempfile.TemporaryDirectory() as scratch, serve(args.folder) as address:
        for name, value in measure(args, Path(scratch), address):
            figures[name] = value
            if not args.json:
                print(f"{name:36} {value}", flush=True)
    if args.json:
        print(json.dumps(figures))
    return 0


def _tell_import(n: int, *, as_json: bool) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        figures = {"vectors": n, **import_vectors(Path(scratch), n)}
    print(json.dumps(figures) if as_json else figures)
    return 0


def measure(args: argparse.Namespace, scratch: Path, address: str) -> Iterator[tuple[str, Any]]:
    """Yield each figure with its name, as soon as it is known."""
    names = list(picture_names(args.folder))
    name = args.encoder or str(save_random_clip(scratch / "vit-b-32"))
    encoder = load_encoder(name, device=args.device)
    ready = [args.folder / file for file in names[:READY]]
    yield "device", encoder.device
    yield "pictures", args.images
    yield "decode_images_per_second_per_thread", decode_rate(encoder, ready)
    bare, whole = [bare_rate(encoder, ready)], []
    busy: dict[str, float] = {}
    for number in range(args.rounds):
        table = write_list(scratch / f"round{number}.tsv", names, address, args.images, number)
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
        "addresses": write_list(scratch / "free.tsv", names, address, args.images, args.rounds),
        "jpeg_bytes": from_bytes([args.folder / file for file in names], args.images),
    }
    for kind, source in sources.items():
        with encode_for_nothing(encoder):
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


if __name__ == "__main__":
    sys.exit(run_program(main, RuntimeError, EncoderError, IngestError, OSError))
