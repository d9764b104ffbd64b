"""`python -m explorer export`: a concept's photos, with answers and splits, for other tools."""

import argparse
import json
import sys
from dataclasses import asdict

from commandline.outputs import output_path
from explorer.commands.concepts import read_concept
from explorer.commands.share import share_bar
from explorer.explorer import Explorer
from explorer.exports import BOTH, FORMATS, PHOTOS, Choice, describe_export, export_concept
from explorer.exports.choice import SHARES
from explorer.folding import NEAR


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    add = command.add_argument
    add("concept", help="its id or its name")
    add(
        "--out", type=output_path, required=True, metavar="PATH",
        help="a file or a new folder; .zip takes a folder's files as one; .safetensors, .npz and "
        ".sql are the classifier",
    )  # fmt: skip
    add("--format", default="", choices=["", *FORMATS], metavar="FORMAT", help=", ".join(FORMATS))
    add("--photos", default=BOTH, choices=PHOTOS, help=f"by default {BOTH}")
    add("--negatives", type=int, default=0, metavar="N", help="photos below the threshold, too")
    add(
        "--split", type=_shares, default=SHARES, metavar="SHARES",
        help="of train, validation and test, by default 0.8,0.1,0.1; 1 for none",
    )  # fmt: skip
    add("--seed", type=int, default=0, metavar="N", help="of the splits, by default 0")
    add(
        "--keep-together", action="append", default=[], metavar="COLUMN",
        help="photos with an equal value stay in one split; `folder` is their folder; repeatable",
    )  # fmt: skip
    add(
        "--near", type=float, default=NEAR, metavar="COSINE",
        help=f"above which photos are near-duplicates and stay in one split, by default {NEAR}",
    )  # fmt: skip


def export(explorer: Explorer, options: argparse.Namespace) -> None:
    """Write a concept's photos to a file or a folder, split to train, validate and test."""
    concept = read_concept(explorer, options)
    choice = Choice(
        options.photos,
        options.negatives,
        options.split,
        options.seed,
        tuple(options.keep_together),
        options.near,
    )
    with share_bar() as tell:
        done = export_concept(explorer, concept, options.out, options.format, choice, tell)
    if options.json:
        print(json.dumps(asdict(done), ensure_ascii=False))
        return
    print(f"{done.file}: {describe_export(done)}")
    for note in done.notes:
        print(note, file=sys.stderr)


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.replace("/", ",").split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no shares: write them as 0.8,0.1,0.1"
        ) from None
