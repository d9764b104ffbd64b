import threading
import time

import numpy as np

from tests.vecdb.conftest import many, photos, unit
from vecdb import Database, Label, Scope

THREADS, SEARCHES, INSERT_AFTER = 16, 16, 8
# Parts that merge build the graph of them all again, a dozen times in a test.
ROWS = 800


def in_threads(n: int, work) -> list[BaseException]:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_sixteen_threads_search_the_index_while_photos_are_inserted(database: Database) -> None:
    collection, ids, vectors = many(database, ROWS, 32)
    collection.index.build()
    took: list[float] = []

    def work(number: int) -> None:
        for at in range(SEARCHES):
            row = (number * SEARCHES + at) % len(ids)
            begun = time.perf_counter()
            hits = collection.nearest(vectors[row], 9, Scope(ids[:at]))
            took.append(time.perf_counter() - begun)
            assert len(hits) == 9
            if row >= at:
                assert hits.ids[0] == ids[row]
            if at % INSERT_AFTER == 0:
                fresh = unit(5, 32, seed=10_000 + number * SEARCHES + at)
                collection.insert(photos([f"new{number}-{at}-{n}" for n in range(5)], fresh))

    assert in_threads(THREADS, work) == []
    assert len(took) == THREADS * SEARCHES
    assert collection.count() == ROWS + THREADS * SEARCHES // INSERT_AFTER * 5
    print(f"p99 {1000 * np.quantile(took, 0.99):.0f} ms on {database.dialect}")


def test_two_people_labelling_one_concept_lose_nothing(database: Database) -> None:
    many(database, 10, 4)
    concept = database.concepts.create("hats", "many", "a hat")

    def work(number: int) -> None:
        for at in range(10):
            rows = [Label(f"p{at:05}", 1 if number else -1), Label(f"own{number}-{at}", 1)]
            database.concepts.label(concept.id, rows, action=f"{number}-{at}")

    assert in_threads(2, work) == []
    history = database.concepts.history(concept.id)
    assert len(history) == 40
    last = {row.photo_id: row.label for row in history}
    assert {row.photo_id: row.label for row in database.concepts.labels(concept.id)} == last
