"""`python -m explorer open | new | truth | view`: what is done with a concept, one at a time."""

import argparse
import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path

from commandline import positive
from commandline.outputs import output_path
from explorer.csv_cells import guard_cell
from explorer.errors import NothingThere
from explorer.explorer import Explorer
from explorer.exports.selection import ALL
from explorer.exports.targets import write_whole
from explorer.labels.importing import find_concept
from explorer.truth import SIDES, compare_with_labels, describe_agreement
from vecdb import Concept

LISTED = 20  # differences that are printed


def add_open_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only `open` takes."""
    command.add_argument("file", type=Path, help="a .safetensors or .npz file of a concept")
    command.add_argument("--name", default="", help="by default as it was saved")


def open_file(explorer: Explorer, options: argparse.Namespace) -> None:
    """Open a saved concept on a collection of the same encoder."""
    concept = explorer.open_saved(options.file, options.table, options.name).concept
    if options.json:
        print(json.dumps({"id": concept.id, "name": concept.name, "table": concept.collection}))
    else:
        print(f"{concept.name} ({concept.id}) is a concept of {concept.collection} now.")


def add_new_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only `new` takes."""
    command.add_argument("concept", help="its id or its name")
    command.add_argument("--limit", type=positive, default=100, metavar="N", help="by default 100")
    command.add_argument("--seen", action="store_true", help="mark them as looked at")


def list_new(explorer: Explorer, options: argparse.Namespace) -> None:
    """List the matches of a concept that were ingested since somebody last looked."""
    concept = read_concept(explorer, options)
    news = explorer.new_matches(concept.id, limit=options.limit)
    if options.seen:
        explorer.mark_seen(concept.id, news.until)
    found = list(zip(news.matches.ids, map(float, news.matches.scores), strict=True))
    if options.json:
        hits = [{"id": photo, "probability": round(score, 6)} for photo, score in found]
        print(json.dumps({"since": news.since.isoformat(), "count": news.count, "hits": hits}))
        return
    print(f"{news.count:,} new since {news.since:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    for photo, score in found:
        print(f"{score:.3f}  {photo}")


def add_view_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only `view` takes."""
    command.add_argument("concept", help="its id or its name")
    command.add_argument("--drop", action="store_true", help="remove it")


def make_view(explorer: Explorer, options: argparse.Namespace) -> None:
    """Make a view concept_NAME of a concept for any SQL client, or remove it."""
    concept = read_concept(explorer, options)
    if options.drop:
        explorer.concepts.drop_view(concept.id)
        name = ""
    else:
        name = explorer.concepts.create_view(concept.id)
    done = f"{name} has id, url, score and matches." if name else "The view is removed."
    print(json.dumps({"view": name}) if options.json else done)


def add_truth_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only `truth` takes."""
    command.add_argument("concept", help="its id or its name")
    command.add_argument("--label", default="", help="by default the one called like the concept")
    command.add_argument("--side", choices=SIDES, default="both", help="which differences")
    command.add_argument(
        "--limit", type=positive, metavar="N", help=f"photos listed, by default {LISTED}"
    )
    command.add_argument(
        "--out",
        type=output_path,
        metavar="FILE",
        help="write them to a CSV, too: all without --limit",
    )


def show_truth(explorer: Explorer, options: argparse.Namespace) -> None:
    """Hold a concept against the labels that its photos came with: precision, recall, mistakes."""
    concept = read_concept(explorer, options)
    listed = options.limit or LISTED
    limit = ALL if options.out and not options.limit else listed
    found = compare_with_labels(explorer, concept, options.label, side=options.side, limit=limit)
    if options.out:
        with (
            write_whole(options.out) as path,
            path.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            table = csv.writer(file)
            table.writerow(["id", "label", "score", "difference"])
            for one in found.differences:
                side = "below" if one.truth else "above"
                cells = (guard_cell(one.id), guard_cell(one.label), round(one.score, 6), side)
                table.writerow(cells)
    if options.json:
        agreement = found.agreement
        shares = {"precision": agreement.precision, "recall": agreement.recall}
        print(json.dumps({**asdict(found), **shares}, ensure_ascii=False))
        return
    print(describe_agreement(found))
    for one in found.differences[:listed]:
        print(f"{one.score:.3f}  {one.id}  {one.label}")


def read_concept(explorer: Explorer, options: argparse.Namespace) -> Concept:
    """Return the concept that a command names.

    Raises:
        NothingThere: there is none.
        BadInput: several have its name.
    """
    found = find_concept(explorer, options.concept, options.table)
    if found is None:
        raise NothingThere(f"There is no concept {options.concept!r}: give its id or its name.")
    return found
