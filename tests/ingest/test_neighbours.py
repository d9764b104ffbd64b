"""Near-duplicates at ingest: the same answers as comparing with everything, however many."""

import numpy as np
import pyarrow as pa
import pytest

from ingest import neighbours
from ingest.neighbours import Neighbours
from vecdb import connect

DIM = 64


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def near(vectors, cosine, rng):
    """Vectors of this cosine to each of these."""
    aside = rng.normal(size=vectors.shape)
    aside -= (aside * vectors).sum(axis=1, keepdims=True) * vectors
    aside = unit(aside)
    return (cosine * vectors + np.sqrt(1 - cosine**2) * aside).astype(np.float32)


def narrow(n, rng):
    """Vectors that share a good part, as a model's do."""
    return unit(rng.normal(size=(n, DIM)) / np.sqrt(DIM) + 0.8 * np.eye(DIM)[0])


@pytest.fixture
def collection(embedded):
    with connect(embedded) as database:
        yield database.create_collection("photos", "by chance", DIM)


def store(collection, ids, vectors):
    collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))


def test_a_copy_is_noticed_whether_it_was_stored_before_seen_lately_or_comes_along(collection):
    rng = np.random.default_rng(0)
    vectors = narrow(600, rng)
    store(collection, [f"old{at}" for at in range(200)], vectors[:200])
    seen = Neighbours(collection)
    assert seen.note([f"new{at}" for at in range(200)], vectors[200:400]) == [""] * 200
    copies = near(vectors[:400], 0.99, rng)
    found = seen.note([f"copy{at}" for at in range(400)], copies)
    wanted = [f"old{at}" for at in range(200)] + [f"new{at}" for at in range(200)]
    assert found == wanted
    twice = np.concatenate([vectors[400:], near(vectors[400:], 0.99, rng)])
    found = seen.note([f"both{at}" for at in range(400)], twice)
    assert found == [""] * 200 + [f"both{at}" for at in range(200)]


def test_a_copy_of_the_only_photo_is_noticed(collection):
    rng = np.random.default_rng(4)
    vectors = narrow(200, rng)
    for at, vector in enumerate(vectors):
        seen = Neighbours(collection)
        assert seen.note([f"first{at}"], vector[None]) == [""]
        copy = near(vector[None], 0.99, rng)
        assert seen.note(["copy"], copy) == [f"first{at}"]


def test_what_is_only_similar_is_no_duplicate(collection):
    rng = np.random.default_rng(1)
    vectors = narrow(300, rng)
    seen = Neighbours(collection)
    seen.note([f"a{at}" for at in range(300)], vectors)
    assert seen.note([f"b{at}" for at in range(300)], near(vectors, 0.96, rng)) == [""] * 300


@pytest.mark.parametrize(("cosine", "least"), [(0.999, 1.0), (0.99, 0.99), (0.975, 0.9)])
def test_how_many_near_duplicates_are_noticed(collection, cosine, least):
    rng = np.random.default_rng(2)
    vectors = narrow(2000, rng)
    seen = Neighbours(collection)
    ids = [f"a{at}" for at in range(2000)]
    seen.note(ids, vectors)
    found = seen.note([f"b{at}" for at in range(2000)], near(vectors, cosine, rng))
    assert np.mean([one == other for one, other in zip(found, ids, strict=True)]) >= least


def test_a_photo_that_was_taken_out_is_nobodys_original(collection, monkeypatch):
    monkeypatch.setattr(neighbours, "RECENT", 1)
    rng = np.random.default_rng(3)
    vectors = narrow(20, rng)
    store(collection, [f"old{at}" for at in range(20)], vectors)
    seen = Neighbours(collection)
    seen.note(["other"], narrow(1, rng))
    collection.delete(["old3"])
    found = seen.note(["c3", "c4"], near(vectors[3:5], 0.995, rng))
    assert found == ["", "old4"]


def test_beyond_what_is_remembered_the_latest_stay(collection, monkeypatch):
    monkeypatch.setattr(neighbours, "REMEMBERED", 500)
    rng = np.random.default_rng(4)
    vectors = narrow(1200, rng)
    seen = Neighbours(collection)
    for start in range(0, 1200, 100):
        seen.note([f"a{at}" for at in range(start, start + 100)], vectors[start : start + 100])
    copies = near(vectors[[100, 1100]], 0.995, rng)
    assert seen.note(["early", "late"], copies) == ["", "a1100"]
