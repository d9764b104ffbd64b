"""How many pictures a second an image-text model is trained on, and how busy the device is.

`python -m tuning.benchmark.pace [--pictures 8000] [--batch 256] [--workers 8] [--seconds 60]`

All weights of a CLIP ViT-B/32 learn, from random ones: nothing is fetched. The pictures are drawn
JPEGs of 256 pixels, read by index from Lance, or with `--source folder` from files, where pylance
is not installed. The first tenth of the seconds does not count, nor do the pauses between epochs:
give pictures enough for an epoch of a minute. Utilisation is nvidia-smi's.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from commandline import Parser, positive, run_program
from encoder import EncoderError
from encoder.random_clip import save_random_clip
from encoder.vision import choose_device
from tuning.benchmark.jpegs import Folder, draw_jpegs, write_folder, write_lance
from tuning.captions.dataset import Pictures
from tuning.captions.split import TEST, TRAIN, VAL
from tuning.errors import TuningError
from tuning.models.build import Begin, Watch, train_model
from tuning.models.settings import DEFAULTS, FULL
from tuning.models.training import Step

SIDE = 256
HELD_OUT = 64  # pictures for each of choosing and measuring
ASKED_EVERY = 0.5  # seconds
QUERY = ("nvidia-smi", "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits")


@dataclass(frozen=True, eq=False)
class FolderPictures(Pictures):
    """Pictures that lie in files."""

    @property
    def reader(self) -> Any:
        """What reads the files."""
        return Folder(self.path, len(self.captions))


class Pace:
    """Counts steps, asks how busy the device is, and ends the training when time is up."""

    def __init__(self, seconds: float) -> None:
        self.stop = threading.Event()
        self.rates: list[float] = []
        self.busy: list[tuple[float, float]] = []
        self._seconds = seconds
        self._began = self._last = 0.0
        self._done = 0

    def count(self, step: Step) -> None:
        """Take one step into account."""
        now = time.perf_counter()
        self._began = self._began or now
        past, is_same_epoch = now - self._began, step.done > self._done
        if past > self._seconds / 10 and is_same_epoch:
            self.rates.append((step.done - self._done) / (now - self._last))
        self._last, self._done = now, step.done
        if past > self._seconds:
            self.stop.set()

    def watch_device(self) -> None:
        """Ask nvidia-smi until the training is stopped."""
        while not self.stop.wait(ASKED_EVERY):
            is_training = self.rates and time.perf_counter() - self._last < ASKED_EVERY
            if is_training:  # not choosing an epoch, nor writing a checkpoint
                asked = subprocess.run(QUERY, capture_output=True, text=True, check=True).stdout
                used, memory = asked.splitlines()[0].split(",")
                self.busy.append((float(used), float(memory)))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Train for a while and return the pace."""
    device = choose_device(options.device)
    pace = Pace(options.seconds)
    with tempfile.TemporaryDirectory() as held:
        root = Path(held)
        clip = save_random_clip(root / "clip")
        pictures = make_pictures(root, options.pictures, options.source)
        if device.type == "cuda":
            threading.Thread(target=pace.watch_device, daemon=True).start()
        record = train_model(
            pictures,
            root / "model",
            Begin(str(clip)),
            replace(DEFAULTS[FULL], batch=options.batch, epochs=1000, patience=1000),
            device=options.device,
            workers=options.workers,
            force=True,
            watch=Watch(step=pace.count, stop=pace.stop),
        )
    told = {
        "device": str(device),
        "source": options.source,
        "batch": record["batch"],
        "workers": options.workers,
        "steps": len(pace.rates),
        "pictures_per_second": round(statistics.median(pace.rates), 1),
    }
    if pace.busy:
        used, memory = np.mean(pace.busy, axis=0)
        told |= {"utilisation_percent": round(float(used), 1), "memory_mib": round(float(memory))}
    return told


def make_pictures(root: Path, n: int, source: str) -> Pictures:
    """Write drawn pictures; each has words of its own."""
    images = draw_jpegs(n, SIDE)
    captions = [[f"picture number {number}"] for number in range(n)]
    parts = np.array([TRAIN] * (n - 2 * HELD_OUT) + [VAL] * HELD_OUT + [TEST] * HELD_OUT)
    if source == "folder":
        folder = write_folder(root / "folder", images)
        return FolderPictures(folder, np.arange(n), captions, parts, Counter(), "")
    path = write_lance(root / "data.lance", images)
    return Pictures(path, np.arange(n), captions, parts, Counter(), "")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0 done, 1 not possible, 2 bad usage."""
    parser = Parser("python -m tuning.benchmark.pace", description=__doc__)
    parser.add_argument("--pictures", type=positive, default=8_000)
    parser.add_argument("--batch", type=positive, default=256)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--source", choices=("lance", "folder"), default="lance")
    parser.add_argument("--device", help="cpu, cuda or mps; by default the best there is")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    if options.pictures < 4 * HELD_OUT:
        parser.error(f"--pictures must be at least {4 * HELD_OUT}")
    found = measure(options)
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in found.items()]
    print(json.dumps(found) if options.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, TuningError, EncoderError))
