import numpy as np
import pyarrow as pa
import pytest

from explorer import folding, ranking
from explorer.errors import BadInput
from explorer.folding import group_alike
from explorer.ranking import rank
from tests.explorer.conftest import small_collection
from vecdb import Collection


def test_photos_that_are_nearly_the_same_become_one_group_ranked_by_its_best():
    a, b = np.array([1, 0.0]), np.array([0, 1.0])
    nearly_a = np.array([0.99, np.sqrt(1 - 0.99**2)])
    assert group_alike(np.stack([a, b, nearly_a]).astype(np.float32)) == [[0, 2], [1]]


def test_a_chain_of_near_duplicates_is_one_group():
    angles = np.deg2rad([0, 15, 30, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert group_alike(vectors) == [[0, 1, 2], [3]]


def test_nothing_folds_to_nothing():
    assert group_alike(np.zeros((0, 4), np.float32)) == []


def test_many_photos_are_folded_as_if_each_were_compared_with_each(monkeypatch):
    rng = np.random.default_rng(0)
    centre = rng.normal(size=64)
    pictures = 1.5 * centre / np.linalg.norm(centre) + rng.normal(size=(2500, 64)) / 8
    copies = np.repeat(pictures[:500], 2, axis=0) + rng.normal(size=(1000, 64)) / 100
    vectors = np.concatenate([pictures, copies]).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    hashed = group_alike(vectors, near=0.98)
    monkeypatch.setattr(folding, "COMPARED", 10_000)
    compared = group_alike(vectors, near=0.98)
    assert sum(len(group) == 3 for group in compared) >= 490
    assert hashed == compared


def test_beyond_what_can_be_compared_near_duplicates_are_folded_or_refused(
    collection: Collection, monkeypatch
):
    ids, vectors = small_collection()
    collection.insert(pa.table({"id": ["z copy"], "url": [""], "vector": [vectors[0]]}))
    expected = rank(collection, vectors[0], 120, threshold=0.5, fold=True)
    assert (expected.ids[0], expected.alike[0]) == (ids[0], ["z copy"])
    monkeypatch.setattr(ranking, "MOST_FOLDED", 40)
    assert rank(collection, vectors[0], 120, threshold=0.5, fold=True) == expected
    with pytest.raises(BadInput, match="folded among the first 40 photos at most"):
        rank(collection, vectors[0], 10, offset=35, fold=True)
    assert len(rank(collection, vectors[0], 121).ids) == 121
