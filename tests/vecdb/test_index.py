import numpy as np
import pytest

from tests.vecdb.conftest import many, photos, unit
from vecdb import Collection, Database, Filter, IndexStatus, Label, Scope

ROWS, DIM = 1200, 16


@pytest.fixture
def indexed(database: Database) -> tuple[Collection, list[str], np.ndarray]:
    collection, ids, vectors = many(database, ROWS, DIM)
    collection.index.build()
    return collection, ids, vectors


def recall(found: list[str], expected: list[str]) -> float:
    return len(set(found) & set(expected)) / len(expected)


def test_a_collection_begins_without_an_index_and_gets_one_on_demand(database: Database) -> None:
    collection, _, _ = many(database, ROWS, DIM)
    before = collection.index.status()
    assert (before.kind, before.indexed, before.building) == ("", 0, False)
    assert not before.serves
    seen: list[IndexStatus] = []
    after = collection.index.build(progress=seen.append)
    assert after.kind
    assert after.serves
    assert after.indexed == after.rows == ROWS
    assert after.failure == ""
    collection.index.drop()
    assert not collection.index.status().serves
    collection.index.drop()


def test_the_index_finds_what_reading_everything_finds_behind_what_is_left_out_too(
    indexed: tuple[Collection, list[str], np.ndarray], database: Database
) -> None:
    collection, ids, vectors = indexed
    queries = unit(20, DIM, seed=9)
    recalls = []
    for query in queries:
        exact = collection.nearest(query, 25, exact=True)
        quick = collection.nearest(query, 25)
        assert len(quick) == 25
        assert (np.diff(quick.distances) >= 0).all()
        assert np.allclose(quick.distances, exact.distances, atol=0.02)
        recalls.append(recall(quick.ids, exact.ids))
    assert np.mean(recalls) >= 0.98

    # Behind photos that are named.
    order = np.argsort(-(vectors @ vectors[3]), kind="stable")
    for excluded in (9, 100, 101, ROWS - 10):
        expected = [ids[at] for at in order[excluded : excluded + 25]]
        hits = collection.nearest(
            vectors[3],
            25,
            Scope([ids[at] for at in order[:excluded]]),
            with_vectors=True,
            with_photos=True,
        )
        assert len(hits) == len(expected)
        assert recall(hits.ids, expected) >= 0.95
        assert hits.vectors is not None
        assert np.array_equal(hits.vectors, collection.vectors(hits.ids))
        assert hits.photos == collection.photos(hits.ids)

    # Behind photos that are judged in a concept.
    for judged in (5, 300):
        concept = database.concepts.create("c", "many", "c")
        answers = [Label(ids[at], 1) for at in order[:judged]]
        database.concepts.label(concept.id, answers, action="one")
        hits = collection.nearest(vectors[3], 25, Scope([ids[order[judged]]], concept.id))
        assert len(hits) == 25
        expected = [ids[at] for at in order[judged + 1 : judged + 26]]
        assert recall(hits.ids, expected) >= 0.95


@pytest.mark.parametrize("share", [3, 60])
def test_a_filter_still_fills_the_page(database: Database, share: int) -> None:
    collection = database.create_collection("filtered", "by chance", DIM)
    vectors = unit(ROWS, DIM)
    countries = ["Peru" if at % 100 < share else "" for at in range(ROWS)]
    ids = [f"p{at:05}" for at in range(ROWS)]
    collection.insert(photos(ids, vectors, country=countries))
    collection.index.build()
    order = [at for at in np.argsort(-(vectors @ vectors[3])) if countries[at]]
    hits = collection.nearest(vectors[3], 25, Scope(where=Filter(country="Peru")))
    assert len(hits) == min(25, len(order))
    assert recall(hits.ids, [ids[at] for at in order[:25]]) >= 0.95


def test_photos_added_later_are_found_at_once(
    indexed: tuple[Collection, list[str], np.ndarray],
) -> None:
    collection, _, _ = indexed
    collection.nearest(np.ones(DIM), 1)
    fresh = unit(50, DIM, seed=77)
    collection.insert(photos([f"new{at}" for at in range(50)], fresh))
    for at in (0, 20, 49):
        assert collection.nearest(fresh[at], 3).ids[0] == f"new{at}"
    assert collection.index.status().serves


def test_a_collection_that_grows_large_is_indexed_by_itself(database: Database) -> None:
    collection = database.create_collection("growing", "by chance", DIM)
    collection.index.above = 1000
    vectors = unit(1500, DIM)
    collection.insert(photos([f"a{at}" for at in range(900)], vectors[:900]))
    assert not collection.index.status().kind
    collection.insert(photos([f"b{at}" for at in range(600)], vectors[900:]))
    assert collection.index.status().kind
    assert collection.nearest(vectors[0], 1).ids == ["a0"]


def test_searches_and_inserts_go_on_while_the_index_is_built(database: Database) -> None:
    collection, ids, vectors = many(database, ROWS, DIM)
    collection.index.build(wait=False)
    for at in range(5):
        assert collection.nearest(vectors[at], 1).ids == [ids[at]]
        collection.insert(photos([f"n{at}"], unit(1, DIM, seed=1000 + at)))
    collection.index.build()
    assert collection.index.status().rows == ROWS + 5


def test_an_index_half_built_leaves_nothing_out_and_is_completed(
    indexed: tuple[Collection, list[str], np.ndarray],
) -> None:
    collection, _, _ = indexed
    more = unit(2 * ROWS, DIM, seed=5)
    collection.insert(photos([f"more{at:05}" for at in range(2 * ROWS)], more))
    status = collection.index.status()
    assert status.rows == 3 * ROWS
    is_half = status.indexed < status.rows  # MyScale's are always up to date
    assert status.serves is not is_half
    for at in (0, 7, 2 * ROWS - 1):
        hits = collection.nearest(more[at], 25)
        assert hits.ids[0] == f"more{at:05}"
        assert len(hits) == 25
        exact = collection.nearest(more[at], 25, exact=True)
        assert recall(hits.ids, exact.ids) >= (1.0 if is_half else 0.9)
    after = collection.index.build()
    assert after.serves
    assert after.indexed == after.rows == 3 * ROWS


def test_an_index_of_another_dimension_is_replaced_by_one_that_fits(database: Database) -> None:
    if database.dialect == "myscale":
        pytest.skip("MyScale takes the dimension from the table")
    collection, ids, vectors = many(database, ROWS, DIM)
    collection._connection.run("index/add", table=collection._stored, dim=str(DIM // 2))
    assert collection.nearest(vectors[3], 1).ids == [ids[3]]
    status = collection.index.build()
    assert f", {DIM}," in status.kind
    assert status.indexed == ROWS
    assert collection.nearest(vectors[3], 1).ids == [ids[3]]


@pytest.mark.parametrize(
    ("photos", "most"), [(10_000, 100), (100_000, 500), (1_000_000, 2500), (4_000_000, 5000)]
)
def test_behind_so_many_left_out_photos_the_index_is_not_asked(
    axes: Collection, photos: int, most: int
) -> None:
    for excluded, asked in ((most, True), (most + 1, False)):
        scope = Scope([f"p{at}" for at in range(excluded)])
        search = axes._search("nearest", {}, 5, scope, False)
        assert (search._for_index(photos)[1] is not None) is asked
