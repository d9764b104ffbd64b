"""`python -m explorer classes`: classify a collection by class names, and score the templates.

Prints, where the collection's labels are known, the accuracy of every template and of their
average; with --corrections also what a number of corrected mistakes do for the other photos.
"""

import argparse
import json
import sys
from typing import Any

from classifier.class_file import SavedClasses
from commandline.outputs import output_path
from commandline.words import count_things
from explorer.errors import BadInput, NothingThere
from explorer.explorer import Explorer
from explorer.phrases import lines
from explorer.predictions import hint_near_names, predict_photos, write_predictions
from explorer.zeroshot import (
    TEMPLATES,
    describe_sample,
    heads_of,
    measure_corrections,
    read,
    report,
    truth_of,
)
from vecdb import default_table


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    command.add_argument("--classes", nargs="+", help="names; without it the collection's labels")
    command.add_argument("--template", action="append", help="with {} for the name; repeatable")
    command.add_argument("--prefix", default="", help="only photos whose ids start with this")
    command.add_argument("--corrections", action="store_true", help="also refit to corrections")
    command.add_argument(
        "--out", type=output_path, metavar="FILE",
        help="write id, class and probability of every photo to a .csv or .parquet file",
    )  # fmt: skip
    command.add_argument(
        "--threshold", type=float, metavar="P",
        help="in the file of --out, photos below this probability are of none of the classes",
    )  # fmt: skip


def classify(explorer: Explorer, options: argparse.Namespace) -> None:
    """Classify a collection by class names, and score the templates."""
    if options.threshold is not None and not (options.out and 0 <= options.threshold <= 1):
        raise BadInput("--threshold is a probability from 0 to 1, and goes with --out FILE.")
    collection = explorer.database.collection(options.table or default_table())
    photos = read(collection, options.prefix)
    if not photos.ids:
        whose = f" whose id starts with {options.prefix!r}" if options.prefix else ""
        raise NothingThere(f"The collection {collection.name} holds no photo{whose}.")
    encoder = explorer.encoder_of(collection)
    if options.classes is None:
        names = sorted({label for label in photos.labels if label})
    else:
        names = lines("\n".join(options.classes))  # as the Classes page reads them
    if not names:
        raise BadInput("There are neither classes nor labels: name the classes with --classes.")
    templates = options.template or list(TEMPLATES)
    result = report(names, templates, photos, encoder)
    if options.corrections:
        heads = heads_of(names, templates, encoder)
        truth = truth_of(photos.labels, names)
        result["corrections"] = measure_corrections(heads, photos, truth)
    notes = [describe_sample(photos), *hint_near_names(names, photos.labels)]
    result["notes"] = [note for note in notes if note]
    if options.out:
        heads = heads_of(names, templates, encoder)
        batches = predict_photos(
            collection, SavedClasses(heads, {}), options.threshold or 0.0, options.prefix
        )
        result["predicted"] = write_predictions(batches, options.out)
    print(json.dumps(result) if options.json else _lines(result))
    for note in () if options.json else result["notes"]:
        print(note, file=sys.stderr)


def _lines(result: dict[str, Any]) -> str:
    known = f"{result['labelled']} with a known class, encoder {result['encoder']}"
    lines = [f"{count_things(result['photos'], 'photo')}, {known}"]
    if result["labelled"]:
        for name, value in result["accuracy_per_template"].items():
            lines.append(f"{value:6.1%}  {name}")
        lines.append(f"{result['accuracy']:6.1%}  all templates averaged")
    lines += [f"{count:6}  {name}" for name, count in result["counts"].items()]
    for row in result.get("corrections", ()):
        change = f"{row['before']:.1%} -> {row['after']:.1%}"
        lines.append(f"{count_things(row['corrected'], 'mistake')} corrected: the others {change}")
    if "predicted" in result:
        predicted = count_things(result["predicted"], "photo is", "photos are")
        lines.append(f"{predicted} predicted in the file")
    return "\n".join(lines)
