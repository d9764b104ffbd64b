"""`python -m explorer keywords write | undo`: a concept's keyword beside the originals."""

import argparse
import json
from dataclasses import asdict

from commandline import add_database
from explorer.commands.concepts import read_concept
from explorer.commands.share import share_bar
from explorer.explorer import Explorer
from explorer.exports import BOTH, PHOTOS
from explorer.keywords import describe_undone, describe_written, undo_keywords, write_keywords


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    kinds = command.add_subparsers(dest="kind", required=True)
    write = kinds.add_parser("write", help="write it into .xmp files beside the pictures")
    write.add_argument("--keyword", default="", help="by default the concept's name; A|B is a path")
    write.add_argument("--photos", default=BOTH, choices=PHOTOS, help=f"by default {BOTH}")
    for kind in (write, kinds.add_parser("undo", help="take the latest writing back")):
        kind.add_argument("concept", help="its id or its name")
        # Also after the kind; what was given before it stays.
        add_database(kind, default=argparse.SUPPRESS)


def run(explorer: Explorer, options: argparse.Namespace) -> None:
    """Write a concept's keyword into sidecars beside the pictures, or take it back."""
    concept = read_concept(explorer, options)
    if options.kind == "undo":
        with share_bar() as tell:
            undone = undo_keywords(explorer, concept.id, tell)
        lines, told = list(describe_undone(undone)), asdict(undone)
    else:
        with share_bar() as tell:
            written = write_keywords(
                explorer, concept, options.keyword, photos=options.photos, tell=tell
            )
        lines, told = list(describe_written(written)), asdict(written)
    print(json.dumps(told, ensure_ascii=False) if options.json else "\n".join(lines))
