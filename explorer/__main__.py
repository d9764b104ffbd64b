"""`python -m explorer`: what the pages do, from the command line."""

import argparse
import sys

from classifier import ClassifierError
from commandline import DONE, Command, make_parser, run_program
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
    return make_parser("python -m explorer", __doc__, COMMANDS, of_database=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    with Explorer(options.dsn) as explorer:
        options.run(explorer, options)
    return DONE


ERRORS = (VecdbError, EncoderError, ClassifierError, ExplorerError, OSError)

if __name__ == "__main__":
    sys.exit(run_program(main, *ERRORS))
