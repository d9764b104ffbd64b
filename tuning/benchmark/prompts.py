"""What labels teach a model as captions: AP of a prompt for each label, before and after.

`python -m tuning.benchmark.prompts SOURCE [--from offline] [--mode projections] [--json]`

Half of a labelled source's pictures, drawn by seed, teach by captions `a photo of a LABEL`; on the
other half each label's prompt ranks all pictures.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from commandline import Parser, run_program
from encoder import OFFLINE, Encoder, EncoderError, load_encoder
from ingest.errors import IngestError
from ingest.sources import Source
from tuning.benchmark.drawn import SCHEMA
from tuning.captions.dataset import open_pictures
from tuning.captions.reading import read_captioned
from tuning.errors import TuningError
from tuning.models.build import Begin, train_model
from tuning.models.evaluate import PICTURES_AT_ONCE, TEMPLATE, decode
from tuning.models.settings import FULL, PROJECTIONS, settings_for


def measure(source: str, base: str, mode: str, seed: int, given: dict[str, Any]) -> dict[str, Any]:
    """Train on half of a source and measure on the other."""
    import lance

    began = time.perf_counter()
    found = list(read_captioned(Source(source), template=TEMPLATE, skip=lambda reason: None))
    order = np.random.default_rng(seed).permutation(len(found))
    teaches, measures = order[: len(found) // 2], order[len(found) // 2 :]
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        rows = [
            {"image": found[n].image, "captions": [TEMPLATE.format(found[n].label)]}
            for n in teaches
        ]
        lance.write_dataset(pa.Table.from_pylist(rows, SCHEMA), str(folder / "data.lance"))
        settings = replace(settings_for(mode, given), seed=seed)
        record = train_model(
            open_pictures(folder / "data.lance"),
            folder / "model",
            Begin(base),
            settings,
            force=True,
        )
        held_out = [(found[n].image, found[n].label) for n in measures]
        before = prompt_precision(load_encoder(base), held_out)
        after = prompt_precision(load_encoder(str(folder / "model")), held_out)
    return {
        "taught": len(teaches),
        "measured": len(measures),
        "mean_ap": {
            "before": round(float(np.mean(list(before.values()))), 4),
            "after": round(float(np.mean(list(after.values()))), 4),
        },
        "per_label": {
            name: [round(before[name], 4), round(after[name], 4)] for name in sorted(before)
        },
        "best_epoch": record["best"],
        "seconds": round(time.perf_counter() - began, 1),
    }


def prompt_precision(encoder: Encoder, labelled: list[tuple[bytes, str]]) -> dict[str, float]:
    """Return the average precision of each label's prompt among all pictures."""
    vectors = np.concatenate(list(_encode(encoder, [data for data, _ in labelled])))
    labels = np.array([label for _, label in labelled])
    names = np.unique(labels).tolist()
    prompts = encoder.encode_texts([TEMPLATE.format(name) for name in names])
    scores = vectors @ prompts.T
    return {name: _average_precision(scores[:, n], labels == name) for n, name in enumerate(names)}


def _encode(encoder: Encoder, images: list[bytes]) -> Iterator[NDArray[np.float32]]:
    for at in range(0, len(images), PICTURES_AT_ONCE):
        yield encoder.encode_images([decode(data) for data in images[at : at + PICTURES_AT_ONCE]])


def _average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    hits = right[np.argsort(-scores, kind="stable")]
    found = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((found * hits).sum() / hits.sum())


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0 done, 1 not possible, 2 bad usage."""
    parser = Parser("python -m tuning.benchmark.prompts", description=__doc__)
    parser.add_argument("source", help="a folder for each label, or another labelled source")
    parser.add_argument("--from", dest="base", default=OFFLINE, help="the model to begin with")
    parser.add_argument("--mode", choices=(PROJECTIONS, FULL), default=PROJECTIONS)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options = parser.parse_args(arguments)
    given = {"rate": options.rate, "epochs": options.epochs}
    found = measure(options.source, options.base, options.mode, options.seed, given)
    if options.json:
        print(json.dumps(found))
        return 0
    for name, (before, after) in found["per_label"].items():
        print(f"{name:20s} {before:.3f} -> {after:.3f}")
    ap = found["mean_ap"]
    print(f"{'mean AP':20s} {ap['before']:.3f} -> {ap['after']:.3f}, {found['seconds']} s")
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, TuningError, EncoderError, IngestError))
