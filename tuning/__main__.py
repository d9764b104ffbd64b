"""`python -m tuning`: train on what is in the database, measure, and use the result."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import NamedTuple

from commandline import Parser, run_program
from encoder import EncoderError
from tuning.commands import captions, model, similarity
from tuning.errors import NotServed, TuningError
from vecdb import VecdbError

DONE, NOT_POSSIBLE, NOT_SERVED, INTERRUPTED = 0, 1, 3, 130


class Command(NamedTuple):
    """What a subcommand does, and what adds its arguments."""

    run: Callable[[argparse.Namespace], None]
    add_arguments: Callable[[argparse.ArgumentParser], None]


# A new subcommand is a file of commands/ and a line in this table.
COMMANDS = {
    "similarity": Command(similarity.train_and_serve, similarity.add_arguments),
    "sync": Command(similarity.sync, similarity.add_common),
    "delete": Command(similarity.delete, similarity.add_name),
    "captions": Command(captions.make_data_set, captions.add_arguments),
    "model": Command(model.train, model.add_arguments),
    "evaluate": Command(model.evaluate, model.add_evaluate_arguments),
}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = Parser("python -m tuning", description=__doc__)
    subcommands = made.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        added = subcommands.add_parser(name, help=command.run.__doc__)
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 not possible, 2 bad usage, 3 trained but not served."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except NotServed as error:
        print(error, file=sys.stderr)
        return NOT_SERVED
    except (TuningError, EncoderError, VecdbError) as error:
        print(error, file=sys.stderr)
        if options.json:
            print(json.dumps({"error": str(error)}))
        return NOT_POSSIBLE
    except KeyboardInterrupt:
        print("Stopped: nothing was kept.", file=sys.stderr)
        return INTERRUPTED
    return DONE


if __name__ == "__main__":
    sys.exit(run_program(main))
