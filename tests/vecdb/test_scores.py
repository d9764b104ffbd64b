import numpy as np
import pytest

from tests.vecdb.conftest import many, photos
from vecdb import Collection, Database, PlainHead

HEAD = PlainHead([2.0, 0.0, -2.0, 0.5], 0.25)


def sigmoid(margins: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-margins))


def test_the_histogram_counts_probabilities_in_equal_bins(axes: Collection) -> None:
    # sigmoid of 2.25, .25, -1.75 and .75 is .90, .56, .15 and .68
    assert axes.scores.histogram(HEAD, 4).tolist() == [1, 0, 2, 1]


def test_a_certain_photo_falls_into_the_last_bin(axes: Collection) -> None:
    assert axes.scores.histogram(PlainHead([1000, 0, 0, 0]), 10)[-1] == 1
    assert axes.scores.histogram(PlainHead([-1000, 0, 0, 0]), 10)[0] == 1


def test_photos_above_a_probability_are_counted_and_listed_best_first(axes: Collection) -> None:
    assert axes.scores.count_above(HEAD, 0.6) == 2
    found = axes.scores.above(HEAD, 0.5, limit=2)
    assert found.ids == ["a", "d"]
    assert found.scores == pytest.approx(sigmoid(np.array([2.25, 0.75])))
    assert axes.scores.above(HEAD, 0.5, limit=2, offset=2).ids == ["b"]


def test_scores_agree_with_numpy(database: Database) -> None:
    collection, ids, vectors = many(database)
    weights = np.random.default_rng(1).normal(size=16) * 4
    scores = sigmoid(vectors.astype(np.float64) @ weights - 1)
    head = PlainHead(weights, -1)
    counts, _ = np.histogram(scores, bins=40, range=(0, 1))
    assert np.abs(collection.scores.histogram(head, 40) - counts).sum() <= 2
    order = np.argsort(-scores)
    listed = collection.scores.above(head, 0.3, limit=1000)
    assert len(listed) == collection.scores.count_above(head, 0.3) == (scores >= 0.3).sum()
    assert listed.ids[:50] == [ids[at] for at in order[:50]]
    assert np.allclose(listed.scores, scores[order[: len(listed)]], atol=1e-5)


def test_moments_agree_with_numpy_and_follow_the_collection(database: Database) -> None:
    collection, _, vectors = many(database)
    for _ in range(2):
        found = collection.moments()
        assert found.count == 500
        assert np.allclose(found.mean, vectors.mean(axis=0), atol=1e-6)
        assert np.allclose(found.covariance, np.cov(vectors.T, bias=True), atol=1e-6)
    collection.insert(photos(["new"], np.eye(16)[:1]))
    assert collection.moments().count == 501
    assert np.allclose(
        collection.moments().mean, np.vstack([vectors, np.eye(16)[:1]]).mean(axis=0), atol=1e-6
    )


def test_moments_follow_when_as_many_photos_go_as_come(database: Database) -> None:
    collection, ids, vectors = many(database)
    collection.moments()
    collection.delete(ids[:1])
    collection.insert(photos(["new"], np.eye(16)[:1]))
    found = collection.moments()
    assert found.count == 500
    assert np.allclose(found.mean, np.vstack([vectors[1:], np.eye(16)[:1]]).mean(axis=0), atol=1e-6)


def test_an_empty_collection_has_scores_and_moments_too(database: Database) -> None:
    empty = database.create_collection("empty", "by hand", 4)
    assert empty.moments().mean.tolist() == [0, 0, 0, 0]
    assert not empty.scores.histogram(HEAD, 40).any()
    assert empty.nearest(HEAD.weights, 5).ids == []
    assert empty.sample(5, seed=0).ids == []
    assert empty.scores.above(HEAD, 0.5, limit=5).ids == []


def test_pages_of_a_ranking_go_on_where_the_last_ended_ties_too(database: Database) -> None:
    collection, _, vectors = many(database)
    collection.insert(photos([f"twin{at:03}" for at in range(100)], vectors[[7] * 100]))
    head = PlainHead(np.random.default_rng(1).normal(size=16) * 4, -1)
    whole = collection.scores.above(head, 0.3, limit=1000)
    ids, place = [], None
    while True:
        page = collection.scores.above(head, 0.3, limit=37, after=place)
        ids += page.ids
        if len(page) < 37:
            break
        place = page.last
    assert ids == whole.ids
    assert collection.scores.above(head, 0.3, limit=5, after=whole.last).ids == []


def test_a_count_in_parts_by_id_is_the_count(database: Database) -> None:
    collection, _, _ = many(database)
    head = PlainHead(np.random.default_rng(1).normal(size=16) * 4, -1)
    bounds = ["", "p00100", "p00333x", None]
    parts = [
        collection.scores.count_between(head, 0.3, bounds[at] or "", bounds[at + 1])
        for at in range(3)
    ]
    assert all(parts)
    assert sum(parts) == collection.scores.count_above(head, 0.3)
