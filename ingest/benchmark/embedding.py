"""What Ray adds to `python -m ingest.embed`: one process and Ray with one worker, in turn.

`python -m ingest.benchmark.embedding [FOLDER] [--pictures 2000] [--rounds 3] [--json]` packs
pictures into two tars of so many, a part each, and times both commands whole, start-up included.
Ray computes on one core, so the other command may have only one, too.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from commandline import Parser, run_program
from encoder.random_clip import save_random_clip
from ingest.benchmark.__main__ import CLOTHING
from ingest.errors import IngestError
from ingest.sources.folders import picture_names

PARTS = 2
WAYS = {"one_process": [], "ray": ["--ray", "--ray-workers", "1"]}
ONE_CORE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "RAY_AUTH_MODE": "disabled"}


def pack_pictures(folder: Path, tars: Path, pictures: int) -> None:
    """Write tars of so many pictures each; those of a small folder come round again."""
    tars.mkdir()
    files = itertools.cycle(folder / name for name in picture_names(folder))
    for part in range(PARTS):
        with tarfile.open(tars / f"{part:05}.tar", "w") as tar:
            for at in range(pictures):
                tar.add(next(files), f"{part}-{at:06}.jpg")


def time_command(tars: Path, out: Path, encoder: str, more: Sequence[str]) -> float:
    """Embed the tars into an empty folder; return seconds.

    Raises:
        RuntimeError: the command failed, or embedded another number of pictures.
    """
    shutil.rmtree(out, ignore_errors=True)
    line = [sys.executable, "-m", "ingest.embed", str(tars), "--out", str(out), "--quiet", "--json"]
    line += ["--parts", str(PARTS), "--encoder", encoder, "--device", "cpu", *more]
    begun = time.perf_counter()
    done = subprocess.run(line, env={**os.environ, **ONE_CORE}, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    told = json.loads(done.stdout.splitlines()[-1])
    if told["failed"] or told["embedded"] != told["seen"]:
        raise RuntimeError(f"Only {told['embedded']} of {told['seen']} pictures were embedded.")
    return seconds


def measure_ways(folder: Path, scratch: Path, pictures: int, rounds: int) -> dict[str, Any]:
    """Return seconds of both ways, medians of rounds in turn, and what Ray adds."""
    pack_pictures(folder, scratch / "tars", pictures)
    encoder = str(save_random_clip(scratch / "vit-b-32"))
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, more in WAYS.items():
            took[way].append(time_command(scratch / "tars", scratch / "out", encoder, more))
    seconds = {way: round(median(each), 2) for way, each in took.items()}
    overhead = median(r / p for r, p in zip(took["ray"], took["one_process"], strict=True)) - 1
    return {"pictures_a_part": pictures, "parts": PARTS, **seconds, "overhead": round(overhead, 3)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 where a command failed."""
    options = Parser("python -m ingest.benchmark.embedding", description=__doc__)
    options.add_argument("folder", type=Path, nargs="?", default=CLOTHING, help="of pictures")
    options.add_argument("--pictures", type=int, default=2_000, help="of each part")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(arguments)
    if not next(picture_names(asked.folder), None):
        options.error(f"{asked.folder} holds no pictures: name a folder that does")
    with tempfile.TemporaryDirectory() as scratch:
        found = measure_ways(asked.folder, Path(scratch), asked.pictures, asked.rounds)
    print(json.dumps(found) if asked.json else "\n".join(f"{k:18} {v}" for k, v in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, RuntimeError, IngestError))
