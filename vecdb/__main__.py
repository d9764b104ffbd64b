"""`python -m vecdb status | index | drop-index`: a database from the command line.

`python -m vecdb search` is `python -m explorer search`.
"""

import argparse
import json
import sys
from dataclasses import asdict

from commandline import DONE, Command, make_parser, run_program
from commandline.words import count_things
from vecdb.collection import Collection
from vecdb.database import Database, connect
from vecdb.errors import VecdbError
from vecdb.index import IndexStatus
from vecdb.statements import default_table


def status(database: Database, options: argparse.Namespace) -> None:
    """Print every collection, or the one named, with the state of its index."""
    found = [
        (info, database.collection(info.name).index.status())
        for info in database.collections()
        if options.table in (None, info.name)
    ]
    if options.table and not found:
        database.collection(options.table)
    if options.json:
        rows = [
            {"name": info.name, "encoder": info.encoder, "dim": info.dim, "index": asdict(index)}
            for info, index in found
        ]
        print(json.dumps({"dsn": database.dsn_display, "collections": rows}))
        return
    print(f"{database.dsn_display} ({database.dialect})")
    for info, index in found:
        made = f"{info.dim}-d by {info.encoder}"
        print(f"{info.name}: {count_things(index.rows, 'photo')}, {made}; {describe_index(index)}")


def index(database: Database, options: argparse.Namespace) -> None:
    """Build a collection's index, showing how far it is."""
    collection = _collection(database, options)
    _tell(collection, collection.index.build(progress=_show), options)


def drop_index(database: Database, options: argparse.Namespace) -> None:
    """Remove a collection's index."""
    collection = _collection(database, options)
    collection.index.drop()
    _tell(collection, collection.index.status(), options)


def describe_index(index: IndexStatus) -> str:
    """Return the state of an index in words."""
    if not index.kind:
        return "no index, every search reads all vectors"
    if index.failure:
        return f"index failed: {index.failure}"
    if index.building:
        return f"index building, {index.progress:.0%}"
    return f"index {index.kind} over {index.indexed} of {index.rows}, {index.bytes / 2**20:.1f} MiB"


def _collection(database: Database, options: argparse.Namespace) -> Collection:
    return database.collection(options.table or default_table())


def _tell(collection: Collection, index: IndexStatus, options: argparse.Namespace) -> None:
    words = f"{collection.name}: {describe_index(index)}"
    print(words, file=sys.stderr if options.json else sys.stdout)
    if options.json:
        print(json.dumps(asdict(index)))


def _show(index: IndexStatus) -> None:
    print(f"building: {index.progress:.0%} of {index.rows}", file=sys.stderr, flush=True)


# A new subcommand is a function here and a line in this table.
COMMANDS = {
    "status": Command(status),
    "index": Command(index),
    "drop-index": Command(drop_index),
}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    return make_parser("python -m vecdb", __doc__, COMMANDS, of_database=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["search"]:
        from explorer.__main__ import ERRORS
        from explorer.__main__ import main as explore

        return run_program(explore, *ERRORS, arguments=given)
    options = parser().parse_args(given)
    with connect(options.dsn) as database:
        options.run(database, options)
    return DONE


if __name__ == "__main__":
    sys.exit(run_program(main, VecdbError))
