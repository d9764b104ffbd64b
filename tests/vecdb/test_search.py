from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.conftest import many, photos, unit
from vecdb import Collection, Database, Label, PlainHead, Scope
from vecdb.errors import BadValue, BadVector, UnknownPhoto

QUERY = [0.5, 0.5, 0.5, 0.5]
TILTED = [0.8, 0.4, 0.4, 0.2]


def test_the_nearest_photos_come_first_with_their_cosine_distance(axes: Collection) -> None:
    hits = axes.nearest(TILTED, 2)
    assert hits.ids == ["a", "b"]
    assert hits.distances == pytest.approx([1 - 0.8, 1 - 0.4])
    assert hits.vectors is None


def test_photos_at_the_same_distance_keep_the_order_of_their_ids(axes: Collection) -> None:
    assert axes.nearest(QUERY, 4).ids == ["a", "b", "c", "d"]


def test_a_page_is_full_as_long_as_enough_photos_qualify(axes: Collection) -> None:
    assert axes.nearest(TILTED, 2, Scope(["a", "b", "unknown"])).ids == ["c", "d"]
    assert axes.nearest(TILTED, 9).ids == ["a", "b", "c", "d"]
    assert axes.nearest(TILTED, 9, Scope(list("abcd"))).ids == []


def test_photos_judged_in_a_concept_do_not_come_back(axes: Collection, database: Database) -> None:
    concept = database.concepts.create("hat", "axes", "a hat")
    other = database.concepts.create("shoe", "axes", "a shoe")
    answers = [Label("a", 1), Label("b", -1), Label("c", 1), Label("c", 0)]
    database.concepts.label(concept.id, answers, action="round 1")
    database.concepts.label(other.id, [Label("d", 1)], action="round 1")
    assert axes.nearest(TILTED, 4, Scope(exclude_concept=concept.id)).ids == ["c", "d"]
    assert set(axes.sample(4, Scope(exclude_concept=concept.id), seed=1).ids) == {"c", "d"}
    assert axes.boundary(PlainHead(TILTED), 4, Scope(exclude_concept=concept.id)).ids == ["d", "c"]


def test_the_boundary_comes_nearest_to_zero_margin_first(axes: Collection) -> None:
    hits = axes.boundary(PlainHead([2.0, 1.0, -1.5, 0.25], -0.5), 3)
    assert hits.ids == ["d", "b", "a"]
    assert hits.distances == pytest.approx([0.25, 0.5, 1.5])


def test_vectors_come_along_with_hits(axes: Collection) -> None:
    hits = axes.nearest(TILTED, 2, Scope(["a"]), with_vectors=True)
    assert hits.vectors is not None
    assert hits.vectors.dtype == np.float32
    assert hits.vectors.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0]]
    drawn = axes.sample(4, seed=2, with_vectors=True)
    assert drawn.vectors is not None
    assert drawn.vectors.tolist() == axes.vectors(drawn.ids).tolist()


def test_what_is_known_of_photos_comes_along_with_hits(axes: Collection) -> None:
    hits = axes.nearest(TILTED, 2, Scope(["a"]), with_photos=True)
    assert hits.ids == ["b", "c"]
    assert hits.vectors is None
    assert hits.photos == axes.photos(["b", "c"])
    both = axes.nearest(TILTED, 2, with_vectors=True, with_photos=True)
    assert both.photos == axes.photos(["a", "b"])
    assert both.vectors is not None
    assert both.vectors.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0]]


def test_nearest_agrees_with_numpy(database: Database) -> None:
    collection, ids, vectors = many(database)
    query = vectors[7] * 3
    order = np.argsort(-(vectors @ query), kind="stable")
    for excluded in (0, 9, 400):
        hits = collection.nearest(query, 25, Scope([ids[at] for at in order[:excluded]]))
        assert hits.ids == [ids[at] for at in order[excluded : excluded + 25]]
        assert np.allclose(
            hits.distances, 1 - vectors[order[excluded : excluded + 25]] @ vectors[7], atol=1e-4
        )


def test_more_excluded_photos_than_a_statement_holds_still_give_a_full_page(
    database: Database,
) -> None:
    collection, ids, vectors = many(database, n=5000)
    order = np.argsort(-(vectors @ vectors[0]), kind="stable")
    excluded = [ids[at] for at in order[:4900]]
    hits = collection.nearest(vectors[0], 25, Scope(excluded), with_vectors=True)
    assert hits.ids == [ids[at] for at in order[4900:4925]]
    assert hits.vectors is not None
    assert np.array_equal(hits.vectors, vectors[order[4900:4925]])


def test_a_sample_is_the_same_for_a_seed_and_spreads_over_the_collection(
    database: Database,
) -> None:
    collection, ids, _ = many(database)
    first = collection.sample(100, seed=1).ids
    assert first == collection.sample(100, seed=1).ids
    assert first != collection.sample(100, seed=2).ids
    assert len(set(first)) == 100
    seen = {photo for seed in range(30) for photo in collection.sample(100, seed=seed).ids}
    # Each photo is missed by all thirty draws with probability .8 ** 30, one in eight hundred.
    assert len(seen) > 0.99 * len(ids)


@pytest.mark.parametrize("k", [2.5, -1, "3", None, float("nan"), 2**70])
def test_a_number_of_photos_that_is_none_is_refused(axes: Collection, k: Any) -> None:
    for ask in (
        lambda: axes.nearest(QUERY, k),
        lambda: axes.sample(k, seed=1),
        lambda: list(axes.pages_of_vectors(k)),
        lambda: axes.scores.above(PlainHead(QUERY), 0.5, limit=k),
    ):
        with pytest.raises(BadValue, match="must be a whole number from 0 to"):
            ask()


@pytest.mark.parametrize("ids", [[3], [None], "abc", None, 3, [b"a"]])
def test_ids_that_are_no_texts_are_refused(axes: Collection, ids: Any) -> None:
    for ask in (
        axes.photos,
        axes.vectors,
        axes.delete,
        axes.records.known_ids,
        axes.records.origins,
        lambda ids: axes.nearest(QUERY, 2, Scope(ids)),
    ):
        with pytest.raises(BadValue, match=r"must be a list of texts|The id of a photo is a text"):
            ask(ids)
    assert axes.count() == 4


@pytest.mark.parametrize("query", ["abc", {}, ["a", "b", "c", "d"], [10**400, 0, 0, 0]])
def test_a_query_that_is_no_numbers_is_refused(axes: Collection, query: Any) -> None:
    with pytest.raises(BadVector, match="query vector must be numbers"):
        axes.nearest(query, 3)
    with pytest.raises(BadVector, match="must be numbers"):
        axes.boundary(PlainHead(query), 3)


def test_a_query_of_the_wrong_shape_not_finite_or_of_no_length_is_refused(axes: Collection) -> None:
    for query in ([1, 0, 0], [[1, 0, 0, 0]], [1, 0, 0, np.nan], [0, 0, 0, 0]):
        with pytest.raises(BadVector, match="query vector"):
            axes.nearest(query, 3)


def test_vectors_asked_for_in_several_statements_are_each_photos_own_while_one_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection, ids, vectors = many(database)
    old = photos(ids[:3], unit(3, 16, seed=7), revision=pa.array([1] * 3, pa.uint64()))
    collection._connection.insert("many", old)  # as a replacement that was broken off leaves them
    monkeypatch.setattr("vecdb.records.ID_BYTES_IN_STATEMENT", 400)
    assert np.array_equal(collection.vectors(ids[3:][::-1]), vectors[3:][::-1])
    known, found = collection.known_vectors([*ids[:3], "gone", *ids[3:]])
    assert known == ids
    assert np.array_equal(found[3:], vectors[3:])
    with pytest.raises(UnknownPhoto, match="gone"):
        collection.vectors([*ids, "gone"])
