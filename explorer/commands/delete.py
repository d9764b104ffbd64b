"""`python -m explorer delete`: take photos, or a whole collection, out for good."""

import argparse
import json
import sys
from dataclasses import asdict

from commandline.words import count_things
from explorer.errors import NotAllowed
from explorer.explorer import Explorer, default_table
from vecdb.removal import Removed, remove_collection, remove_photos


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    command.add_argument("ids", nargs="*", metavar="ID", help="photos; without any, all of them")
    command.add_argument("--yes", action="store_true", help="do not ask for the collection's name")


def delete(explorer: Explorer, options: argparse.Namespace) -> None:
    """Take photos, or a whole collection, out for good, with thumbnails and cached vectors."""
    table = options.table or default_table()
    explorer.database.collection(table)
    if options.ids:
        removed = remove_photos(explorer.database, explorer.store, table, options.ids)
    else:
        if not options.yes:
            _ask(explorer, table)
        removed = remove_collection(explorer.database, explorer.store, table)
    print(json.dumps(asdict(removed)) if options.json else _describe(removed, options.ids, table))


def _ask(explorer: Explorer, table: str) -> None:
    count = explorer.database.collection(table).count()
    concepts = len(explorer.concepts.list(table))
    question = (
        f"{table} holds {count_things(count, 'photo')} and "
        f"{count_things(concepts, 'concept')}. "
        "Type its name to take all of them out for good: "
    )
    print(question, end="", file=sys.stderr, flush=True)
    try:
        typed = input().strip()
    except EOFError:
        typed = ""
    if typed != table:
        raise NotAllowed("Nothing was taken out: type the collection's name, or give --yes.")


def _describe(removed: Removed, ids: list[str], table: str) -> str:
    text = removed.describe()
    if not ids:
        return f"{text} There is no collection {table} any more."
    missing = len(set(ids)) - removed.photos
    return f"{text} {table} held {missing:,} of those ids not." if missing else text
