"""`python -m explorer delete`: take photos, or a whole collection, out for good."""

import argparse
import json
import sys
from dataclasses import asdict

from commandline.words import count_things, name_some
from explorer.deletion import Along, find_along
from explorer.errors import BadInput, NotAllowed
from explorer.explorer import Explorer
from vecdb import default_table
from vecdb.removal import remove_collection, remove_photos

NAMED = 5  # ids that are in no collection, of those given


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    command.add_argument("ids", nargs="*", metavar="ID", help="of photos")
    command.add_argument(
        "--all",
        action="store_true",
        help="in place of ids: the whole collection, and those derived from it",
    )
    command.add_argument("--yes", action="store_true", help="do not ask for the collection's name")


def delete(explorer: Explorer, options: argparse.Namespace) -> None:
    """Take photos, or a whole collection, out for good, with thumbnails and cached vectors."""
    table = options.table or default_table()
    if bool(options.ids) == options.all:
        raise BadInput(f"Give ids of photos, or --all for the whole collection {table}.")
    collection = explorer.database.collection(table)
    along = find_along(explorer.database, table, options.ids or None)
    if options.all:
        if not options.yes:
            _ask(table, f"{table} holds {count_things(collection.count(), 'photo')}.", along)
        removed = remove_collection(explorer.database, explorer.store, table)
        missing, left = [], f"There is no collection {table} any more."
    else:
        known = collection.records.known_ids(options.ids)
        missing = [photo for photo in dict.fromkeys(options.ids) if photo not in known]
        removed = remove_photos(explorer.database, explorer.store, table, options.ids)
        left = f"Not in {table}: {name_some(missing, NAMED)}." if missing else ""
    beside = {"missing": len(missing), "derived": along.derived, "others": along.others}
    words = " ".join(filter(None, (removed.describe(), left, along.describe())))
    print(json.dumps({**asdict(removed), **beside}) if options.json else words)


def _ask(table: str, words: str, along: Along) -> None:
    question = f"{words} {along.describe()}".strip()
    print(
        f"{question} Type {table} to take all of it out for good: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    try:
        typed = input().strip()
    except EOFError:
        typed = ""
    if typed != table:
        raise NotAllowed("Nothing was taken out: type the collection's name, or give --yes.")
