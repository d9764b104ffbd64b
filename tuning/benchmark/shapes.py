"""How well a tiny image-text model learns drawn scenes from nothing.

`python -m tuning.benchmark.shapes [--pictures 2000] [--epochs 12] [--seed 0] [--json]`

Scenes of two things of 8 colours and 5 shapes, one above or left of the other, each drawn once and
described from either side. A tenth chooses the best epoch, a tenth measures: combinations that no
picture taught. The backbones are a ResNet and a BERT of random weights.
"""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from commandline import Parser, positive, run_program
from encoder import EncoderError
from tuning.benchmark.drawn import write_backbones, write_scenes
from tuning.captions.dataset import open_pictures
from tuning.errors import TuningError
from tuning.models.build import Begin, Watch, train_model
from tuning.models.recall import recall_lines
from tuning.models.settings import DEFAULTS, SCRATCH
from tuning.models.training import Epoch

SETTINGS = replace(DEFAULTS[SCRATCH], rate=2e-3, dim=128, epochs=12, patience=12)


def measure(pictures: int, epochs: int, seed: int) -> dict[str, Any]:
    """Draw, train and measure; see `describe_recall` for `held_out`."""

    def show(epoch: Epoch) -> None:
        print(f"epoch {epoch.number}: {epoch.loss:.3f} {epoch.recall:.3f}", file=sys.stderr)

    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        data = open_pictures(write_scenes(folder / "scenes.lance", pictures, seed))
        begin = Begin("", *write_backbones(folder))
        settings = replace(SETTINGS, epochs=epochs, seed=seed)
        record = train_model(
            data, folder / "model", begin, settings, force=True, watch=Watch(epoch=show)
        )
    asked = record["held_out"]["caption_to_picture"]["recall@1"]
    told = {name: record[name] for name in ("pictures", "captions", "held_out", "best", "seconds")}
    return {**told, "times_chance": round(asked["after"] / asked["chance"], 1)}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0 done, 1 not possible, 2 bad usage."""
    parser = Parser("python -m tuning.benchmark.shapes", description=__doc__)
    parser.add_argument("--pictures", type=positive, default=2000)
    parser.add_argument("--epochs", type=positive, default=SETTINGS.epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options = parser.parse_args(arguments)
    found = measure(options.pictures, options.epochs, options.seed)
    if options.json:
        print(json.dumps(found))
        return 0
    print("\n".join(recall_lines(found["held_out"])))
    print(
        f"{found['pictures']:,} pictures, recall@1 of captions {found['times_chance']} times "
        f"chance, {found['seconds']} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, TuningError, EncoderError))
