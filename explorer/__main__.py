"""`python -m explorer`: what the pages do, from the command line."""

import argparse
import sys
from collections.abc import Callable
from typing import NamedTuple

from classifier import ClassifierError
from commandline import DONE, Parser, run_program
from encoder import EncoderError
from explorer.commands import (
    change_encoder,
    classes,
    concepts,
    delete,
    encode,
    export,
    keywords,
    labels,
    search,
)
from explorer.errors import ExplorerError
from explorer.explorer import Explorer
from vecdb import VecdbError


class Command(NamedTuple):
    """What a subcommand does, and what adds the arguments that only it takes."""

    run: Callable[[Explorer, argparse.Namespace], None]
    add_arguments: Callable[[argparse.ArgumentParser], None]


# A new subcommand is a file of commands/ and a line in this table.
COMMANDS = {
    "delete": Command(delete.delete, delete.add_arguments),
    "search": Command(search.search, search.add_arguments),
    "classes": Command(classes.classify, classes.add_arguments),
    "encode": Command(encode.encode, encode.add_arguments),
    "export": Command(export.export, export.add_arguments),
    "keywords": Command(keywords.run, keywords.add_arguments),
    "labels": Command(labels.run, labels.add_arguments),
    "new": Command(concepts.list_new, concepts.add_new_arguments),
    "open": Command(concepts.open_file, concepts.add_open_arguments),
    "truth": Command(concepts.show_truth, concepts.add_truth_arguments),
    "view": Command(concepts.make_view, concepts.add_view_arguments),
    "change-encoder": Command(change_encoder.run, change_encoder.add_arguments),
}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = Parser("python -m explorer", description=__doc__)
    subcommands = made.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        added = subcommands.add_parser(name, help=command.run.__doc__)
        added.add_argument("--dsn", help="the database; without it VECDB_DSN, else ./data/chdb")
        added.add_argument("--table", help="the collection; without it VECDB_TABLE")
        added.add_argument("--json", action="store_true", help="answer in JSON on stdout")
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    with Explorer(options.dsn) as explorer:
        options.run(explorer, options)
    return DONE


ERRORS = (VecdbError, EncoderError, ClassifierError, ExplorerError, OSError)

if __name__ == "__main__":
    sys.exit(run_program(main, *ERRORS))
