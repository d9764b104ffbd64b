"""What every command of this program does alike: exit codes, refusals, Ctrl-C, closed pipes.

Data goes to stdout and words to stderr. With `--json` a refusal is a JSON object on stdout, too.
"""

from commandline.loading import INTERRUPTED, raise_from_now  # before what takes time
from commandline.words import REMEDIES, describe_error, is_utf8

# isort: split
import argparse
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any, NamedTuple, NoReturn

import commandline.limits  # noqa: F401  # before numpy and its kind

DONE, NOT_POSSIBLE, USAGE = 0, 1, 2
# One dash before several letters: no option of ours, though -hen would be read as -h.
MINUS = re.compile(r"-[^\W\d_]{2}\S*$|-[hk][^\W\d_]")
EXIT_CODES = "exit codes: 0 done, 1 not possible, 2 bad usage, 130 stopped"


class Parser(argparse.ArgumentParser):
    """A parser that lists the exit codes, and answers bad usage in JSON where that is asked for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("epilog", EXIT_CODES)
        super().__init__(*arguments, **options)
        self.given: Sequence[str] | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read arguments, by default those of the process.

        A default called `minus` is the option for a word that somebody wrote with a minus.
        """
        self.given = sys.argv[1:] if args is None else list(args)
        if minus := self.get_default("minus"):
            for word in filter(MINUS.match, takewhile(lambda given: given != "--", self.given)):
                self.error(f"{word} reads as an option: write {minus} {shlex.quote(word[1:])}")
        found, others = super().parse_known_args(args, namespace)
        for value in vars(found).values():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and not is_utf8(text) and not os.path.lexists(text):
                    self.error(f"{text!a} is neither a file nor text in UTF-8: type it anew")
        return found, others

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and end with 2."""
        if "--json" in (self.given or ()):
            print(json.dumps({"error": _as_sentence(message)}))
        super().error(message)


class Command(NamedTuple):
    """What a subcommand does, and what adds the arguments that only it takes."""

    run: Callable[..., None]
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def make_parser(
    program: str,
    description: str | None,
    commands: Mapping[str, Command],
    *,
    of_database: bool,
    epilog: str = EXIT_CODES,
) -> Parser:
    """Return the parser of a program of subcommands; what it reads has the chosen one as `run`.

    Args:
        commands: by name; the docstring of what one runs is its help.
        of_database: every subcommand takes --dsn, --table and --json.
        epilog: what --help ends with.
    """
    made = Parser(program, description=description, epilog=epilog)
    subcommands = made.add_subparsers(dest="command", required=True)
    for name, command in commands.items():
        added = subcommands.add_parser(name, help=command.run.__doc__, epilog=epilog)
        if of_database:
            add_database(added)
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return made


def add_database(command: argparse.ArgumentParser, **options: Any) -> None:
    """Add what every command on a database takes.

    Args:
        options: `default=argparse.SUPPRESS` where what is given before the command may stand.
    """
    add = command.add_argument
    add("--dsn", help="the database; without it VECDB_DSN, else ./data/chdb", **options)
    add("--table", help="the collection; without it VECDB_TABLE", **options)
    add("--json", action="store_true", help="answer in JSON on stdout", **options)


def run_program(
    main: Callable[[list[str] | None], int],
    *errors: type[Exception],
    arguments: list[str] | None = None,
) -> int:
    """Run a command line; return its exit code, whatever ends it.

    Args:
        main: takes the arguments and returns the exit code.
        errors: whose sentence is the answer; others are faults of the program and stay loud.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file's name need not be text
        with suppress(OSError):  # a pipe that took a file's place has no position; it is set then
            sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return _answer(main, errors, arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the answer has had enough
        _drop_output()
        return DONE
    except OSError as error:
        if error.errno not in REMEDIES:
            raise
        _drop_output()  # the answer goes to a file on a full disk
        print(_as_sentence(describe_error(error)), file=sys.stderr)
        return NOT_POSSIBLE


def _drop_output() -> None:
    """Let what is still buffered go nowhere, for it must not be tried again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _answer(
    main: Callable[[list[str] | None], int],
    errors: tuple[type[Exception], ...],
    arguments: list[str] | None,
) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    try:
        raise_from_now()
        return main(arguments)
    except KeyboardInterrupt as stopped:
        return _refuse(str(stopped) or "stopped", INTERRUPTED, given)
    except BrokenPipeError:
        raise
    except errors as error:
        return _refuse(describe_error(error), NOT_POSSIBLE, given)


def _refuse(words: str, code: int, given: list[str]) -> int:
    sentence = _as_sentence(words, given)
    print(sentence, file=sys.stderr)
    if "--json" in given:
        print(json.dumps({"error": sentence}, ensure_ascii=False))
    return code


def at_least(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads an argument that is a whole number, and refuses one out of bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < least:
            raise argparse.ArgumentTypeError(f"{number} is not {least} or more")
        if most is not None and number > most:
            raise argparse.ArgumentTypeError(f"{number} is not {most} or less")
        return number

    return read


def number(bounds: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    """Return what reads an argument that is a number, and refuses one out of bounds."""

    def read(text: str) -> float:
        try:
            given = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not fits(given):
            raise argparse.ArgumentTypeError(f"{text} is not {bounds}")
        return given

    return read


positive = at_least(1)
rate = number("above 0 and at most 1", lambda given: 0 < given <= 1)  # of learning
seed = at_least(0, 2**32 - 1)  # what NumPy's and PyTorch's generators both take


def _as_sentence(text: str, given: Sequence[str] = ()) -> str:
    text = text.strip()
    # A file's or a collection's name stays as it is, and so does what was typed.
    if not re.match(r"\S*[./_]\S", text) and text.partition(" ")[0].rstrip(":,") not in given:
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith((".", "?", "!")) else ".")
