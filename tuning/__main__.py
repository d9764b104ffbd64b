"""`python -m tuning`: train on what is in the database, measure, and use the result."""

import argparse
import json
import sys

from commandline import DONE, EXIT_CODES, Command, add_database, make_parser, run_program
from encoder import EncoderError
from tuning.commands import captions, model, similarity
from tuning.errors import NotServed, TuningError
from vecdb import VecdbError

NOT_SERVED = 3

# A new subcommand is a file of commands/ and a line in this table.
COMMANDS = {
    "similarity": Command(similarity.train_and_serve, similarity.add_arguments),
    "sync": Command(similarity.sync, add_database),
    "delete": Command(similarity.delete, similarity.add_name),
    "captions": Command(captions.make_data_set, captions.add_arguments),
    "model": Command(model.train, model.add_arguments),
    "evaluate": Command(model.evaluate, model.add_evaluate_arguments),
}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    epilog = f"{EXIT_CODES}, {NOT_SERVED} trained but not served"
    return make_parser("python -m tuning", __doc__, COMMANDS, of_database=False, epilog=epilog)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code, whatever ends it."""
    return run_program(_run, TuningError, EncoderError, VecdbError, arguments=arguments)


def _run(arguments: list[str] | None) -> int:
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except NotServed as error:
        print(error, file=sys.stderr)
        if options.json:
            print(json.dumps({**error.measured, "error": str(error)}))
        return NOT_SERVED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
