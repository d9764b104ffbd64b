"""Writes until it is killed, saying on stdout what it has been told is stored."""

import sys

from tests.vecdb.conftest import photos, unit
from vecdb import Database, Label, connect

BATCH, DIM, ROWS = 100, 32, 2000


def write_photos(database: Database) -> None:
    collection = database.create_collection("written", "by chance", DIM)
    print(0, flush=True)
    start = max(0, collection.count() - BATCH)
    for begin in range(start, 1_000_000, BATCH):
        ids = [f"p{at}" for at in range(begin, begin + BATCH)]
        collection.insert(photos(ids, unit(BATCH, DIM, begin)))
        print(begin + BATCH, flush=True)


def write_labels(database: Database) -> None:
    database.create_collection("written", "by chance", DIM)
    concept = database.concepts.create("hats", "written", "a hat")
    print(concept.id, flush=True)
    for begin in range(0, 1_000_000, 5):
        rows = [Label(f"p{at}", 1) for at in range(begin, begin + 5)]
        database.concepts.label(concept.id, rows, action=str(begin))
        print(begin + 5, flush=True)


def write_index(database: Database) -> None:
    collection = database.create_collection("written", "by chance", DIM)
    collection.insert(photos([f"p{at}" for at in range(ROWS)], unit(ROWS, DIM)))
    print(ROWS, flush=True)
    while True:
        collection.index.build()
        collection.index.drop()


def begin_index(database: Database) -> None:
    collection = database.create_collection("written", "by chance", DIM)
    rows = 6 * ROWS
    collection.insert(photos([f"p{at}" for at in range(rows)], unit(rows, DIM)))
    collection.index.build(wait=False)
    print(rows, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    with connect(sys.argv[1]) as opened:
        writers = {"photos": write_photos, "labels": write_labels, "index": write_index}
        {**writers, "building": begin_index}[sys.argv[2]](opened)
