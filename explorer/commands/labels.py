"""`python -m explorer labels export | import`: labels out to a file, and in from one."""

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from commandline import add_database
from commandline.outputs import output_path
from commandline.words import count_things
from explorer.commands.concepts import read_concept
from explorer.errors import BadInput
from explorer.explorer import Explorer
from explorer.exports.targets import write_whole
from explorer.labels.files import as_rows, find_writer, read_labels, write_csv
from explorer.labels.importing import import_labels
from explorer.labels.report import describe_import
from vecdb import default_table


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    kinds = command.add_subparsers(dest="kind", required=True)
    out = kinds.add_parser("export", help="write a concept's labels")
    out.add_argument("concept", help="its id or its name")
    out.add_argument(
        "--out", type=output_path, help="a .csv or .jsonl file; without it stdout, in CSV"
    )
    into = kinds.add_parser("import", help="add labels to a concept; undo takes them back")
    into.add_argument("file", type=Path, help="our own file, a table, COCO, a labelled set")
    into.add_argument("--concept", help="its id or its name; a new one is made")
    into.add_argument("--category", help="the class or column of the file that is meant")
    into.add_argument("--all-classes", action="store_true", help="a concept for each class")
    into.add_argument("--others-no", action="store_true", help="photos of other classes are a no")
    into.add_argument(
        "--labels-alone", action="store_true", help="start a new one without its name's meaning"
    )
    into.add_argument("--by", default="", help="who gave the labels")
    for kind in (out, into):
        # Also after the kind; what was given before it stays.
        add_database(kind, default=argparse.SUPPRESS)


def run(explorer: Explorer, options: argparse.Namespace) -> None:
    """Write a concept's labels to a file, or add those of a file to a concept."""
    (export if options.kind == "export" else take_in)(explorer, options)


def export(explorer: Explorer, options: argparse.Namespace) -> None:
    """Write the labels of a concept."""
    write = write_csv if options.out is None else find_writer(options.out)
    concept = read_concept(explorer, options)
    labels = explorer.concepts.votes(concept.id)
    if options.out is None and options.json:
        rows = list(as_rows(labels))
        print(json.dumps({"concept": concept.id, "labels": rows}, ensure_ascii=False))
        return
    if options.out is None:
        sys.stdout.buffer.writelines(write(labels))
        return
    with write_whole(options.out) as path, path.open("wb") as file:
        file.writelines(write(labels))
    told = {"concept": concept.id, "labels": len(labels), "file": str(options.out)}
    words = f"{count_things(len(labels), 'label')}: {options.out}"
    print(json.dumps(told) if options.json else words)


def take_in(explorer: Explorer, options: argparse.Namespace) -> None:
    """Add the labels of a file to a concept, or to one for each of its classes."""
    if not options.concept and not options.all_classes:
        raise BadInput("Give --concept NAME, or --all-classes for one of each class.")
    if not options.file.exists():
        raise BadInput(f"{options.file} does not exist.")
    done = import_labels(
        explorer,
        partial(read_labels, options.file),
        explorer.database.collection(options.table or default_table()),
        options.concept,
        category=options.category,
        all_classes=options.all_classes,
        others_no=options.others_no,
        from_words=not options.labels_alone,
        by=options.by,
    )
    print(json.dumps(asdict(done)) if options.json else "\n".join(describe_import(done)))
