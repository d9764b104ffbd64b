"""`python -m explorer delete`: take photos, or a whole collection, out for good."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from commandline.words import count_things
from explorer.encode import list_siblings
from explorer.errors import BadInput, NotAllowed
from explorer.explorer import Explorer, default_table
from vecdb.removal import Removed, list_derived, remove_collection, remove_photos

Taken = tuple[Removed, dict[str, Any], str]  # what went, what JSON tells beside, words


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
    explorer.database.collection(table)
    others = [pair.target for pair in list_siblings(explorer.database) if pair.source == table]
    take = _take_collection if options.all else _take_photos
    removed, told, words = take(explorer, table, others, options)
    print(json.dumps({**asdict(removed), **told}) if options.json else words.strip())


def _take_collection(
    explorer: Explorer, table: str, others: list[str], options: argparse.Namespace
) -> Taken:
    count = explorer.database.collection(table).count()
    derived = list_derived(explorer.database, table)
    along = _describe_along(explorer, table, derived, others)
    if not options.yes:
        _ask(table, f"{table} holds {count_things(count, 'photo')}. {along}")
    removed = remove_collection(explorer.database, explorer.store, table)
    words = f"{removed.describe()} There is no collection {table} any more. {along}"
    return removed, {"missing": 0, "derived": derived, "others": others}, words


def _take_photos(
    explorer: Explorer, table: str, others: list[str], options: argparse.Namespace
) -> Taken:
    removed = remove_photos(explorer.database, explorer.store, table, options.ids)
    missing = len(set(options.ids)) - removed.photos
    unknown = f"{table} held {missing:,} of those ids not." if missing else ""
    others = [name for name in others if _holds(explorer, name, options.ids)]
    left = f"In another encoder they are still in {', '.join(others)}." if others else ""
    words = " ".join(filter(None, (removed.describe(), unknown, left)))
    return removed, {"missing": missing, "derived": [], "others": others}, words


def _holds(explorer: Explorer, table: str, ids: list[str]) -> bool:
    return bool(explorer.database.collection(table).records.known_ids(ids))


def _ask(table: str, words: str) -> None:
    question = f"{words.strip()} Type {table} to take all of it out for good: "
    print(question, end="", file=sys.stderr, flush=True)
    try:
        typed = input().strip()
    except EOFError:
        typed = ""
    if typed != table:
        raise NotAllowed("Nothing was taken out: type the collection's name, or give --yes.")


def _describe_along(explorer: Explorer, table: str, derived: list[str], others: list[str]) -> str:
    """Say what goes with a whole collection, what stays, and what becomes of the concepts."""
    concepts = sum(len(explorer.concepts.list(each)) for each in (table, *derived))
    sentences = [
        f"Derived from it, and gone with it: {', '.join(derived)}." if derived else "",
        f"Its photos in other encoders stay: {', '.join(others)}." if others else "",
        f"Put away with their answers: {count_things(concepts, 'concept')}." if concepts else "",
    ]
    return " ".join(filter(None, sentences))
